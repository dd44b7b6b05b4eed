"""A 2 x 2 table whose exposure, outcome or selection is in error: what it says once corrected."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cseanalysis.models.checks import check_count, check_level, check_positive, check_share, numbers
from cseanalysis.models.misclassified.exact import blaker_limits
from cseanalysis.said import Words, of_interval, speaks
from cseanalysis.values import Interval, NotEstimableError, share_hint, shown

What = Literal["exposure", "outcome"]
GROUPS = {"exposure": ((0, 1), (2, 3)), "outcome": ((0, 2), (1, 3))}  # cells (positive, negative) of the two groups


def correct_two_by_two(
    cells: ArrayLike,
    *,
    sensitivity: float | tuple[float, float],
    specificity: float | tuple[float, float],
    what: What = "exposure",
) -> CorrectedTable:
    """Undo misclassification of the exposure or the outcome, given sensitivity and specificity.

    Parameters
    ----------
    cells
        Observed whole counts: exposed cases, unexposed cases, exposed non-cases, unexposed non-cases; or a frame that
        is labelled ``cases``, ``non-cases`` and ``exposed``, ``unexposed``. Never shares or per cents.
    sensitivity, specificity
        Probabilities that a true positive is recorded as positive, a true negative as negative. One number means
        that the error is the same in both groups; a pair is (cases, non-cases) when the exposure is
        misclassified, (exposed, unexposed) when the outcome is.
    what
        ``"exposure"`` or ``"outcome"``: which of the two is recorded with error.

    Returns
    -------
    CorrectedTable
        With ``.cells``, ``.risk_ratio``, ``.odds_ratio`` and their intervals.

    Raises
    ------
    ValueError
        When a count is not whole or a probability is impossible.
    NotEstimableError
        When sensitivity and specificity sum to 1 or less, or could not have produced these counts.

    Warns
    -----
    UserWarning
        When the counts sum to exactly 100, as per cents do.

    Notes
    -----
    Lash, Fox and Fink (2009), *Applying Quantitative Bias Analysis to Epidemiologic Data*, chapter 6: true positives
    in a group of ``n`` of which ``x`` are recorded are ``(x - (1 - Sp) n) / (Se + Sp - 1)``.

    Examples
    --------
    >>> smoking = correct_two_by_two((215, 1449, 668, 4296), sensitivity=0.78, specificity=0.99)
    >>> round(smoking.odds_ratio, 4)
    0.9491
    """
    observed = checked_cells(cells)
    groups = _groups(what)
    sensitivities, specificities = _pair("sensitivity", sensitivity), _pair("specificity", specificity)
    transfer = np.zeros((4, 4))
    for (positive, negative), true_positive, true_negative in zip(groups, sensitivities, specificities, strict=True):
        gain = _gain(true_positive, true_negative)
        pair = [positive, negative]
        transfer[np.ix_(pair, pair)] = (
            np.array([[true_negative, true_negative - 1], [true_positive - 1, true_positive]]) / gain
        )
    corrected = transfer @ np.asarray(observed)
    for (positive, negative), true_positive, true_negative in zip(groups, sensitivities, specificities, strict=True):
        records = observed[positive] + observed[negative]
        if min(corrected[positive], corrected[negative]) < -1e-9 * max(records, 1):
            raise NotEstimableError(
                f"{observed[positive]:g} of {records:g} recorded as positive: sensitivity {true_positive} and "
                f"specificity {true_negative} allow {1 - true_negative:.4g} to {true_positive:.4g} of them; these "
                "error rates cannot have produced these counts"
            )
    return _corrected(observed, transfer, corrected)


def correct_with_predictive_values(
    cells: ArrayLike,
    *,
    positive: float | tuple[float, float],
    negative: float | tuple[float, float],
    what: What = "exposure",
) -> CorrectedTable:
    """Undo misclassification of the exposure or the outcome, given predictive values.

    Parameters
    ----------
    cells
        Observed counts, as for `correct_two_by_two`.
    positive, negative
        Share of those recorded as positive that truly are, and of those recorded as negative that truly are; one
        number, or a pair as for `correct_two_by_two`. Predictive values depend on how common the attribute is, so
        they must come from these groups, and rarely are the same in both.
    what
        ``"exposure"`` or ``"outcome"``.

    Returns
    -------
    CorrectedTable
        As for `correct_two_by_two`.

    Raises
    ------
    ValueError
        When a count or a probability is impossible.

    Notes
    -----
    Lash, Fox and Fink (2009), chapter 6: true positives are ``PPV`` times the recorded positives plus ``1 - NPV`` times
    the recorded negatives.

    Examples
    --------
    >>> births = correct_with_predictive_values((599, 4978, 31175, 391851), positive=(0.65, 0.74), negative=(1, 0.98))
    >>> round(births.risk_ratio, 4)
    0.9528
    """
    observed = checked_cells(cells)
    transfer = np.zeros((4, 4))
    values = (_pair("positive", positive), _pair("negative", negative))
    for pair, true_positive, true_negative in zip(_groups(what), *values, strict=True):
        transfer[np.ix_(pair, pair)] = [[true_positive, 1 - true_negative], [1 - true_positive, true_negative]]
    return _corrected(observed, transfer, transfer @ np.asarray(observed))


def correct_selection(cells: ArrayLike, *, selected: tuple[float, float, float, float]) -> CorrectedTable:
    """Undo selection, given the probability that somebody of each cell came to be counted.

    Parameters
    ----------
    cells
        Observed counts, as for `correct_two_by_two`.
    selected
        Probability of being counted for exposed cases, unexposed cases, exposed non-cases and unexposed non-cases.

    Returns
    -------
    CorrectedTable
        As for `correct_two_by_two`. The odds ratio needs only the ratios of the probabilities, the cells need them all.

    Raises
    ------
    ValueError
        When a count is impossible or a probability is not above 0 and at most 1.

    Notes
    -----
    Lash, Fox and Fink (2009), chapter 4: each cell is divided by its probability.

    Examples
    --------
    >>> round(correct_selection((136, 107, 297, 165), selected=(0.94, 0.85, 0.64, 0.25)).odds_ratio, 4)
    1.6346
    """
    observed = checked_cells(cells)
    chances = numbers("selected", selected)
    if chances.shape != (4,) or not ((chances > 0) & (chances <= 1)).all():
        cure = "; one for each cell, as in (0.94, 0.85, 0.64, 0.25)"
        if chances.shape == (4,):
            cure = share_hint(float(chances.max())) or "; a probability of 0 counts nobody, and none may be missing"
        raise ValueError(
            f"selected is {shown(selected)}: must be four probabilities above 0 and at most 1, in the order of the "
            f"cells{cure}"
        )
    transfer = np.diag(1 / chances)
    return _corrected(observed, transfer, transfer @ np.asarray(observed))


def rogan_gladen(apparent: float, sensitivity: float, specificity: float) -> float:
    """Return the true share behind an apparent one.

    Parameters
    ----------
    apparent
        Share of the records that carry the flag, in [0, 1].
    sensitivity
        Probability that a record to which the flag applies carries it.
    specificity
        Probability that a record to which it does not apply is without it.

    Returns
    -------
    float
        ``(apparent + Sp - 1) / (Se + Sp - 1)``.

    Raises
    ------
    ValueError
        When a probability is impossible.
    NotEstimableError
        When sensitivity and specificity sum to 1 or less, or cannot have produced the apparent share. It is never
        moved to 0 or 1: an estimate outside [0, 1] says that the error rates, or the sample, are not what was assumed.

    Notes
    -----
    Rogan and Gladen (1978, *American Journal of Epidemiology* 107). What chance leaves open when the records are a
    sample: `rogan_gladen_interval`.

    Examples
    --------
    >>> round(rogan_gladen(0.1, 0.53, 0.99), 4)
    0.1731
    """
    given = {"apparent": apparent, "sensitivity": sensitivity, "specificity": specificity}
    apparent, sensitivity, specificity = (check_share(name, value) for name, value in given.items())
    share = (apparent + specificity - 1) / _gain(sensitivity, specificity)
    if not -1e-12 <= share <= 1 + 1e-12:
        raise NotEstimableError(
            f"apparent share {apparent}: sensitivity {sensitivity} and specificity {specificity} allow "
            f"{1 - specificity:.4g} to {sensitivity:.4g}; these error rates cannot have produced it"
        )
    return min(max(share, 0.0), 1.0)


def rogan_gladen_interval(
    with_flag: int, records: int, sensitivity: float, specificity: float, *, level: float = 0.95
) -> Interval:
    """Return the confidence interval of the true share behind an apparent one, error rates taken as known.

    Parameters
    ----------
    with_flag
        Records that carry the flag.
    records
        Records in all, with it or without.
    sensitivity, specificity
        As for `rogan_gladen`.
    level
        Share of samples that the interval covers at least, if the error rates are right.

    Returns
    -------
    Interval
        Of kind ``"confidence"``, within [0, 1]. It also stands where `rogan_gladen` refuses a share outside [0, 1] that
        chance can explain. What is uncertain about the error rates is not in it: vary them, as ``simulate_counts``
        does.

    Raises
    ------
    ValueError
        When a count or a probability is impossible.
    NotEstimableError
        When sensitivity and specificity sum to 1 or less, or no share, chance included, has so few or so many records
        with the flag.

    Notes
    -----
    Reiczigel, Foldi and Ozsvari (2010, *Epidemiology and Infection* 138): the exact interval of Blaker (2000,
    *Canadian Journal of Statistics* 28) for the apparent share, both ends taken through `rogan_gladen` and cut at 0 and
    1. It lies within that of Clopper and Pearson and covers ``level`` or more: 95% limits of 5 to 50 records cover 96%
    to 98% of apparent shares from 1% to 99% in the mean, 95.0% at the least, whatever the error rates.

    Examples
    --------
    >>> interval = rogan_gladen_interval(60, 800, 0.6, 0.98)
    >>> round(interval.low, 4), round(interval.high, 4), interval.kind, interval.level
    (0.066, 0.1296, 'confidence', 0.95)
    """
    flagged, size = check_count("with_flag", with_flag), check_count("records", records)
    if size == 0:
        raise ValueError("records is 0: no records, no share")
    if flagged > size:
        raise ValueError(f"with_flag {flagged} exceeds records {size}: the part must not exceed the whole")
    sensitivity, specificity = check_share("sensitivity", sensitivity), check_share("specificity", specificity)
    level, gain = check_level(level), _gain(sensitivity, specificity)
    low, high = ((end + specificity - 1) / gain for end in blaker_limits(flagged, size, level))
    if high < 0 or low > 1:
        raise NotEstimableError(
            f"{flagged} of {size} with the flag: sensitivity {sensitivity} and specificity {specificity} let "
            f"{1 - specificity:.4g} to {sensitivity:.4g} of them carry it, and chance does not explain so many fewer "
            "or more; these error rates cannot have produced it"
        )
    return Interval(max(low, 0.0), min(high, 1.0), "confidence", level)


def e_value(risk_ratio: float) -> float:
    """Return how strong an unmeasured confounder would have to be to explain a risk ratio away.

    Parameters
    ----------
    risk_ratio
        An estimated causal risk ratio, or the end of its interval nearer to 1; 1 when the interval holds 1 (pass 1):
        then nothing is needed to explain it away. Below 1 it is inverted.

    Returns
    -------
    float
        The smallest risk ratio that the confounder would need with both exposure and outcome. 1 means that nothing is
        needed. It is about causal risk ratios only: a dark figure, a share or a total has no E-value.

    Raises
    ------
    ValueError
        When the risk ratio is not above 0 and finite.

    Notes
    -----
    VanderWeele and Ding (2017, *Annals of Internal Medicine* 167): ``RR + sqrt(RR (RR - 1))``.

    Examples
    --------
    >>> round(e_value(3.9), 4), round(e_value(1.8), 4)
    (7.263, 3.0)
    """
    risk_ratio = check_positive("risk_ratio", risk_ratio)
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def _groups(what: str) -> tuple[tuple[int, int], tuple[int, int]]:
    if not isinstance(what, str) or what not in GROUPS:
        raise ValueError(f"what is {shown(what)}: must be 'exposure' or 'outcome'; for selection use correct_selection")
    return GROUPS[what]


def _pair(name: str, value: float | tuple[float, float]) -> tuple[float, float]:
    if hasattr(value, "quantile") and hasattr(value, "draw"):
        raise ValueError(f"{name} is {value}: a distribution; give it to probabilistic_bias, which draws from it")
    pair = value.tolist() if isinstance(value, np.ndarray) else value
    each = tuple(pair) if isinstance(pair, tuple | list) else (pair,)
    if len(each) not in (1, 2):
        raise ValueError(f"{name} is {shown(value)}: must be one probability, or a pair of them for the two groups")
    first, second = check_share(name, each[0]), check_share(name, each[-1])
    return first, second


def _gain(sensitivity: float, specificity: float) -> float:
    """Youden's index: how much more often true positives than true negatives are recorded as positive."""
    gain = sensitivity + specificity - 1
    if gain <= 1e-12:
        raise NotEstimableError(
            f"sensitivity {sensitivity} and specificity {specificity} sum to {sensitivity + specificity:.4g}: must be "
            "above 1; at 1 the record says nothing, below it the two labels are swapped"
        )
    return gain


def _corrected(observed: Cells, transfer: NDArray[np.float64], corrected: NDArray[np.float64]) -> CorrectedTable:
    dust = 1e-9 * max(sum(observed), 1)  # what rounding leaves of a cell that is exactly 0
    a, b, c, d = (float(cell) if cell > dust else 0.0 for cell in corrected)
    return CorrectedTable((a, b, c, d), observed, tuple(tuple(float(x) for x in row) for row in transfer))


Cells = tuple[float, float, float, float]

ROWS, COLUMNS = ("cases", "non-cases"), ("exposed", "unexposed")
LABELS = tuple(f"{column} {row}" for row in ROWS for column in COLUMNS)


@speaks
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

    Notes
    -----
    ``print`` gives the odds ratio with its interval, or why there is none, and a row a cell.

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

    def to_frame(self) -> pd.DataFrame:
        """Return a row a cell: ``cell``, ``observed``, ``corrected``."""
        return pd.DataFrame({"cell": LABELS, "observed": self.observed, "corrected": self.cells})

    def _says(self) -> Words:
        rests = ("the error rates are known; probabilistic_bias has what is uncertain about them",)
        try:
            head = of_interval("odds ratio", self.odds_ratio_interval(), point=self.odds_ratio)
        except NotEstimableError as error:
            return Words("odds ratio: not estimable with a confidence interval", (), None, rests, (), (str(error),))
        return Words(head, rests_on=rests)


def checked_cells(cells: ArrayLike) -> Cells:
    """Return four whole counts with somebody in each margin, or say what is wrong."""
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
