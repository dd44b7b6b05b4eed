"""A 2 x 2 table whose exposure, outcome or selection is in error: what it says once corrected."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.checks import check_share, numbers
from cseanalysis.models.two_by_two import Cells, CorrectedTable, checked_cells
from cseanalysis.values import NotEstimableError, plain_number, share_hint, shown

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
    Rogan and Gladen (1978, *American Journal of Epidemiology* 107).

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
    risk_ratio = plain_number("risk_ratio", risk_ratio)
    if not (math.isfinite(risk_ratio) and risk_ratio > 0):
        raise ValueError(f"risk_ratio is {risk_ratio}: must be above 0 and finite")
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
