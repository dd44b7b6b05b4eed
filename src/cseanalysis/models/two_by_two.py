"""A corrected 2 x 2 table: its ratios, and their intervals from the counts that were observed.

Throughout, ``cells`` are whole counts of exposed cases, unexposed cases, exposed non-cases and unexposed non-cases,
also as the 2 x 2 array ``[[exposed cases, unexposed cases], [exposed non-cases, unexposed non-cases]]``. A frame must
be labelled ``cases``, ``non-cases`` and ``exposed``, ``unexposed``, whichever way round: a cross-tabulation of 0 and 1
puts the non-cases first, and nothing else would tell.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from cseanalysis.models.checks import check_level, numbers
from cseanalysis.values import Interval, NotEstimableError, shown

Cells = tuple[float, float, float, float]

ROWS, COLUMNS = ("cases", "non-cases"), ("exposed", "unexposed")
LABELS = tuple(f"{column} {row}" for row in ROWS for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class CorrectedTable:
    """A corrected 2 x 2 table, with what it was corrected from.

    Parameters
    ----------
    cells
        Exposed cases, unexposed cases, exposed non-cases, unexposed non-cases after correction; not whole numbers.
    observed
        The same four before correction.
    transfer
        Four rows of four: each corrected cell as a sum of observed cells times these numbers.

    Examples
    --------
    >>> table = CorrectedTable((20.0, 10.0, 80.0, 90.0), (20.0, 10.0, 80.0, 90.0), tuple(map(tuple, np.eye(4))))
    >>> table.risk_ratio, table.odds_ratio
    (2.0, 2.25)
    """

    cells: Cells
    observed: Cells
    transfer: tuple[tuple[float, ...], ...]

    @property
    def risk_ratio(self) -> float:
        """Share of cases among the exposed over that among the unexposed; meaningless for a case-control study."""
        a, b, c, d = self.cells
        self._refuse_zero("risk ratio", (b, a + c, b + d))
        return a / (a + c) / (b / (b + d))

    @property
    def odds_ratio(self) -> float:
        """Odds of being a case among the exposed over those among the unexposed."""
        a, b, c, d = self.cells
        self._refuse_zero("odds ratio", (b, c))
        return a * d / (b * c)

    def risk_ratio_interval(self, level: float = 0.95) -> Interval:
        """Confidence interval for the risk ratio, with the error rates taken as known; see `odds_ratio_interval`."""
        a, b, c, d = self.cells
        self._refuse_zero("interval of the risk ratio", (a, b))
        exposed, unexposed = a + c, b + d
        slope = (1 / a - 1 / exposed, 1 / unexposed - 1 / b, -1 / exposed, 1 / unexposed)
        return self._interval(self.risk_ratio, slope, level)

    def odds_ratio_interval(self, level: float = 0.95) -> Interval:
        """Confidence interval for the odds ratio, with the error rates taken as known.

        Parameters
        ----------
        level
            Share of samples whose interval covers the odds ratio if the error rates are right.

        Returns
        -------
        Interval
            Normal on the logarithm; wider than that of the observed odds ratio, because correcting for error costs
            information. It leaves out what is uncertain about the error rates: `probabilistic_bias` has both.

        Raises
        ------
        NotEstimableError
            When a corrected cell is 0.

        Notes
        -----
        The delta method on the observed counts, as Chu, Wang, Cole and Greenland (2006, *Annals of Epidemiology*
        16) for sensitivity and specificity; the same formula serves every linear correction.
        """
        a, b, c, d = self.cells
        self._refuse_zero("interval of the odds ratio", self.cells)
        return self._interval(self.odds_ratio, (1 / a, -1 / b, -1 / c, 1 / d), level)

    def _interval(self, ratio: float, slope: tuple[float, ...], level: float) -> Interval:
        level = check_level(level)
        by_observed = np.asarray(slope) @ np.asarray(self.transfer)
        error = math.sqrt(float(by_observed**2 @ np.asarray(self.observed)))
        factor = math.exp(float(special.ndtri((1 + level) / 2)) * error)
        return Interval(ratio / factor, ratio * factor, "confidence", level)

    def _refuse_zero(self, what: str, needed: tuple[float, ...]) -> None:
        if min(needed) <= 0:
            raise NotEstimableError(
                f"{what} of the corrected cells {[round(cell, 4) for cell in self.cells]}: a cell that it divides by "
                "is 0; report the cells, or merge groups"
            )


def checked_cells(cells: ArrayLike) -> Cells:
    """Return four whole counts with somebody in each margin, or say what is wrong.

    Examples
    --------
    >>> checked_cells(pd.DataFrame([[85, 9], [15, 4]], ["unexposed", "exposed"], ["non-cases", "cases"]))
    (4.0, 9.0, 15.0, 85.0)
    """
    table = numbers("cells", _in_order(cells))
    if table.shape not in ((4,), (2, 2)):
        raise ValueError(f"cells have shape {table.shape}: must be {', '.join(LABELS)}")
    a, b, c, d = listed = [float(cell) for cell in table.ravel()]
    if not all(math.isfinite(cell) and cell >= 0 for cell in listed):
        raise ValueError(f"cells are {listed}: must be finite counts, none negative; missing is not zero")
    total = math.fsum(listed)
    if any(cell != int(cell) for cell in listed):
        seen = {1.0: ", which sum to 1 as shares do", 100.0: ", which sum to 100 as per cents do"}.get(
            round(total, 6), ""
        )
        raise ValueError(
            f"cells are {listed}{seen}: must be whole counts of records; random error is that of counting, so multiply "
            "shares by the number of records they were made from, and round"
        )
    if total > 2**53:
        raise ValueError(f"cells are {listed}: counts above 2**53 are not exact in floating point; check the unit")
    if min(a + b, c + d, a + c, b + d) == 0:
        raise ValueError(f"cells are {listed}: a row or column is empty, so there is nothing to compare")
    if total == 100:
        warnings.warn(
            f"cells {listed} are taken as counts of 100 records; per cents carry no sample size: give the counts they "
            "were made from",
            stacklevel=3,
        )
    return a, b, c, d


def _in_order(cells: ArrayLike) -> ArrayLike:
    """Return labelled cells in the order of the others; labels that do not say which is which are refused."""
    if isinstance(cells, pd.DataFrame):
        for table in (cells, cells.T):
            if sorted(map(str, table.index)) == sorted(ROWS) and sorted(map(str, table.columns)) == sorted(COLUMNS):
                ordered: ArrayLike = table.loc[list(ROWS), list(COLUMNS)].to_numpy()
                return ordered
        raise ValueError(
            f"cells are labelled {shown(list(cells.index))} by {shown(list(cells.columns))}: label them "
            f"{' and '.join(map(repr, ROWS))} by {' and '.join(map(repr, COLUMNS))}, or give a tuple of "
            f"{', '.join(LABELS)}"
        )
    if isinstance(cells, pd.Series | Mapping):
        labels = [str(label) for label in cells.keys()]  # noqa: SIM118 (a Series iterates over its values)
        if sorted(labels) != sorted(LABELS):
            raise ValueError(
                f"cells are labelled {shown(labels)}: label them {', '.join(map(repr, LABELS))}, or give a tuple in "
                "this order"
            )
        return [cells[label] for label in LABELS]
    return cells
