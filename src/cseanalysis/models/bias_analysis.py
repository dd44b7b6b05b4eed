"""A 2 x 2 table in error, when the error rates are themselves uncertain: draws of what it says once corrected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cseanalysis.distributions import Distribution
from cseanalysis.models.bias_draws import Array, BiasAnalysis, Rate, Rates, Scheme, Tables, analyse
from cseanalysis.models.misclassification import What
from cseanalysis.models.two_by_two import Cells
from cseanalysis.values import shown

GROUP_NAMES = {"exposure": ("cases", "non-cases"), "outcome": ("exposed", "unexposed")}


def probabilistic_bias(
    cells: ArrayLike,
    *,
    sensitivity: Rates,
    specificity: Rates,
    seed: int,
    what: What = "exposure",
    scheme: Scheme = "fox-2021",
    correlation: ArrayLike | None = None,
    draws: int = 1_000_000,
    workers: int | None = None,
) -> BiasAnalysis:
    """Undo misclassification when sensitivity and specificity are distributions.

    Parameters
    ----------
    cells
        Observed whole counts: exposed cases, unexposed cases, exposed non-cases, unexposed non-cases.
    sensitivity, specificity
        A distribution or a number; one is the same error in both groups (not differential), a pair is (cases,
        non-cases) when the exposure is misclassified, (exposed, unexposed) when the outcome is.
    seed
        Whole number, not negative; the same seed gives the same bits, for any number of workers.
    what
        ``"exposure"`` or ``"outcome"``.
    scheme
        How random error is added, because the two published ways give different answers. ``"fox-2021"``: prevalence,
        then the true status of each record, is drawn anew in every draw, and the ratio moves by a standard error of
        the redrawn table. ``"fox-2005"``: the corrected ratio moves by the standard error of the observed table.
    correlation
        Correlation between the normal scores of the error rates (a Gaussian copula): one number for all pairs, a
        matrix in the order of ``stated`` (sensitivity, then specificity; the first group before the second), or a
        frame labelled with those names. Rates that are numbers are not drawn and have neither row nor column.
    draws
        Number of draws.
    workers
        Threads; by default one a processor, at most four.

    Returns
    -------
    BiasAnalysis
        Printed, it always says which share of the draws was impossible, and shows the admissible distributions
        beside the stated ones.

    Raises
    ------
    ValueError
        When a count is not whole, an error rate leaves [0, 1], or an argument is impossible.
    NotEstimableError
        When no draw could have produced the table; for ``"fox-2005"`` also when an observed cell is 0.

    Notes
    -----
    Fox, Lash and Greenland (2005, *International Journal of Epidemiology* 34) and Fox, MacLehose and Lash (2021),
    *Applying Quantitative Bias Analysis to Epidemiologic Data*, second edition. A draw is impossible when a corrected
    cell is below 0, or sensitivity and specificity sum to 1 or less; it is empty when one is exactly 0.

    Examples
    --------
    >>> from cseanalysis.distributions import uniform
    >>> analysis = probabilistic_bias(
    ...     (215, 1449, 668, 4296), sensitivity=uniform(0.7, 0.95), specificity=uniform(0.9, 0.99), seed=1, draws=10_000
    ... )
    >>> round(analysis.systematic_odds_ratio.median, 2), analysis.impossible_share
    (0.93, 0.0)
    """
    pairs: dict[str, Rates] = {"sensitivity": sensitivity, "specificity": specificity}

    def correct(counts: Cells, rates: Sequence[Array]) -> Tables:
        tables: list[Array] = []
        for recorded, unrecorded, true_positive, true_negative in zip(
            counts[::2], counts[1::2], rates[:2], rates[2:], strict=True
        ):
            gain = true_positive + true_negative - 1
            records = recorded + unrecorded
            positive = (recorded - (1 - true_negative) * records) / np.where(gain > 0, gain, np.nan)
            tables += [positive, records - positive]
        return (tables[0], tables[1], tables[2], tables[3])

    def predictive(rng: np.random.Generator, tables: Tables, rates: Sequence[Array]) -> list[tuple[Array, Array]]:
        values = []
        for group in (0, 1):
            true_positive, true_negative = rates[group], rates[2 + group]
            share = rng.beta(tables[2 * group], tables[2 * group + 1])
            with_it, without = true_positive * share, true_negative * (1 - share)
            values.append(
                (with_it / (with_it + (1 - share) - without), (share - with_it) / (share - with_it + without))
            )
        return values

    return analyse(
        cells,
        pairs=pairs,
        groups=GROUP_NAMES.get(str(what), ()),
        correct=correct,
        predictive=predictive,
        what=what,
        scheme=scheme,
        correlation=correlation,
        draws=draws,
        seed=seed,
        workers=workers,
    )


def probabilistic_bias_with_predictive_values(
    cells: ArrayLike,
    *,
    positive: Rates,
    negative: Rates,
    seed: int,
    what: What = "exposure",
    scheme: Scheme = "fox-2021",
    correlation: ArrayLike | None = None,
    draws: int = 1_000_000,
    workers: int | None = None,
) -> BiasAnalysis:
    """Undo misclassification when positive and negative predictive values are distributions.

    Parameters
    ----------
    cells, seed, what, scheme, correlation, draws, workers
        As for `probabilistic_bias`.
    positive, negative
        Distributions of the share of recorded positives, and of recorded negatives, that truly are; one, or a pair
        as for `probabilistic_bias`.

    Returns
    -------
    BiasAnalysis
        As for `probabilistic_bias`.

    Raises
    ------
    ValueError, NotEstimableError
        As for `probabilistic_bias`.

    Examples
    --------
    >>> from cseanalysis.distributions import beta
    >>> analysis = probabilistic_bias_with_predictive_values(
    ...     (599, 4978, 31175, 391851), positive=(beta(50, 27), beta(91, 32)), negative=(beta(99, 1), beta(98, 2)),
    ...     seed=1, draws=10_000,
    ... )
    >>> analysis.impossible
    0
    """
    pairs: dict[str, Rates] = {"positive predictive value": positive, "negative predictive value": negative}

    def correct(counts: Cells, rates: Sequence[Array]) -> Tables:
        tables: list[Array] = []
        for recorded, unrecorded, true, false in zip(counts[::2], counts[1::2], rates[:2], rates[2:], strict=True):
            found = true * recorded + (1 - false) * unrecorded
            tables += [found, recorded + unrecorded - found]
        return (tables[0], tables[1], tables[2], tables[3])

    def predictive(_: np.random.Generator, __: Tables, rates: Sequence[Array]) -> list[tuple[Array, Array]]:
        return [(rates[group], 1 - rates[2 + group]) for group in (0, 1)]

    return analyse(
        cells,
        pairs=pairs,
        groups=GROUP_NAMES.get(str(what), ()),
        correct=correct,
        predictive=predictive,
        what=what,
        scheme=scheme,
        correlation=correlation,
        draws=draws,
        seed=seed,
        workers=workers,
    )


def probabilistic_selection(
    cells: ArrayLike,
    *,
    selected: tuple[Rate, Rate, Rate, Rate],
    seed: int,
    correlation: ArrayLike | None = None,
    draws: int = 1_000_000,
    workers: int | None = None,
) -> BiasAnalysis:
    """Undo selection when the probabilities of being counted are distributions.

    Parameters
    ----------
    cells, seed, correlation, draws, workers
        As for `probabilistic_bias`.
    selected
        Distributions of the probability of being counted, in the order of the cells; see `correct_selection`.

    Returns
    -------
    BiasAnalysis
        Random error is that of the observed table (scheme ``"fox-2005"``): selection redraws nobody's status.

    Raises
    ------
    ValueError, NotEstimableError
        As for `probabilistic_bias`.

    Examples
    --------
    >>> from cseanalysis.distributions import uniform
    >>> analysis = probabilistic_selection(
    ...     (136, 107, 297, 165), selected=(0.94, 0.85, uniform(0.6, 0.7), 0.25), seed=1, draws=10_000
    ... )
    >>> round(analysis.systematic_odds_ratio.median, 1)
    1.7
    """
    if not isinstance(selected, tuple | list) or len(selected) != 4:
        raise ValueError(
            f"selected is {shown(selected)}: must be four probabilities or distributions, in the order of the cells"
        )
    highest = [rate.high if isinstance(rate, Distribution) else rate for rate in selected]
    if any(isinstance(high, int | float) and high == 0 for high in highest):
        raise ValueError(
            f"selected is {shown(selected)}: a probability of 0 counts nobody; each must be above 0 and at most 1"
        )
    pairs: dict[str, Rates] = {
        "selected cases": (selected[0], selected[1]),
        "selected non-cases": (selected[2], selected[3]),
    }

    def correct(counts: Cells, rates: Sequence[Array]) -> Tables:
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b, c, d = (count / rate for count, rate in zip(counts, rates, strict=True))
        return (a, b, c, d)

    return analyse(
        cells,
        pairs=pairs,
        groups=GROUP_NAMES["outcome"],
        correct=correct,
        predictive=_nobody_redrawn,
        what="exposure",
        scheme="fox-2005",
        correlation=correlation,
        draws=draws,
        seed=seed,
        workers=workers,
    )


def _nobody_redrawn(*_: object) -> list[tuple[Array, Array]]:
    raise AssertionError("selection redraws nobody's status")
