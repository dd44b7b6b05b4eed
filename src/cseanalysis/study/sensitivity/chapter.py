"""The tables of the chapter on sensitivity: what flips a statement, what choices alone move, shares of variance."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.study.lag.numbers import OWN_SCOPE
from cseanalysis.study.sensitivity.curves import curve_tables
from cseanalysis.study.sensitivity.flips import breakdown_table, structural_verdicts
from cseanalysis.study.sensitivity.shares_of_variance import variance_shares
from cseanalysis.values import Assumption, Estimate


def sensitivity_chapter(
    estimates: Mapping[str, Estimate],
    recorded: pd.DataFrame,
    revision: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
    *,
    scope: str = OWN_SCOPE,
) -> dict[str, pd.DataFrame]:
    """Return what the chapter prints besides the leading assumptions, without a row for each specification.

    Parameters
    ----------
    estimates
        The study's results by id.
    recorded, revision
        The tables ``recorded_offences`` and ``revision_2017_18``.
    figures, assumptions
        The study's, by id.
    scope
        As for `cseanalysis.study.results.compute_results`.

    Returns
    -------
    dict of str to DataFrame
        ``breakdowns``, ``curves``, ``curve_shares``, ``curve_refusals`` (a row a curve and reason, with
        how many specifications), ``curve_verdicts`` and ``variance_shares``.
    """
    curves = curve_tables(recorded, revision, figures, assumptions)
    points = curves.pop("curve_points")  # one row a specification: too many to be read, and the chart makes them again
    del curves["curve_steps"]
    refused = points[points["rank"].isna()]
    curves["curve_shares"] = curves["curve_shares"][["curve", "end", "decision", "options", "share"]]
    return {
        "breakdowns": breakdown_table(estimates, recorded, figures, assumptions, scope=scope),
        **curves,
        "curve_refusals": refused.groupby(["curve", "reason"], sort=False).size().rename("refused").reset_index(),
        "curve_verdicts": structural_verdicts(points),
        "variance_shares": variance_shares(recorded, assumptions),
    }
