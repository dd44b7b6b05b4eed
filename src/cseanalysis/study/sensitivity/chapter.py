"""The curves of the chapter on sensitivity: what choices alone move."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.study.sensitivity.curves import curve_tables
from cseanalysis.study.sensitivity.flips import structural_verdicts
from cseanalysis.study.sensitivity.judged import CurveOption, Statement
from cseanalysis.values import Assumption


def curve_numbers(
    recorded: pd.DataFrame,
    revision: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
    *,
    options: tuple[CurveOption, ...],
    statements: tuple[Statement, ...],
) -> dict[str, pd.DataFrame]:
    """Return what the chapter prints of the curves, without a row for each specification."""
    # ``curves``, ``curve_shares``, ``curve_refusals`` (a row a curve and reason, with how many specifications) and
    # ``curve_verdicts``.
    curves = curve_tables(recorded, revision, figures, assumptions, options)
    points = curves.pop("curve_points")  # one row a specification: too many to be read, and the chart makes them again
    refused = points[points["rank"].isna()]
    curves["curve_shares"] = curves["curve_shares"][["curve", "end", "decision", "options", "share"]]
    return {
        **curves,
        "curve_refusals": refused.groupby(["curve", "reason"], sort=False).size().rename("refused").reset_index(),
        "curve_verdicts": structural_verdicts(statements, points),
    }
