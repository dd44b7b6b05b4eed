"""Draws of a corrected 2 x 2 table, block by block, and what they amount to."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.distributions import Distribution, Fixed, fixed
from cseanalysis.models.checks import check_whole, one_of
from cseanalysis.models.draws.copula import correlation_matrix, factor, log_quantile_of_score
from cseanalysis.models.draws.simulation import (
    BLOCK,
    Simulation,
    block_generator,
    check_seed,
    headline,
    quantiles_if_any,
    too_few,
)
from cseanalysis.models.misclassified.tables import GROUPS, Cells, What, checked_cells
from cseanalysis.said import Words, speaks
from cseanalysis.values import Assumption, Interval, NotEstimableError, plain_number, share_hint, shown

Scheme = Literal["fox-2021", "fox-2005"]
Array = NDArray[np.float64]
Rate = Distribution | float
Rates = Rate | tuple[Rate, Rate]
Tables = tuple[Array, Array, Array, Array]  # positive and negative of the first group, then of the second

Correct = Callable[[Cells, Sequence[Array]], Tables]
Predictive = Callable[[np.random.Generator, Tables, Sequence[Array]], list[tuple[Array, Array]]]

RESULTS = ("systematic odds", "systematic risk", "odds", "risk")
CHUNK = 2**14  # draws worked on together: their arrays stay in the processor's cache
SCHEMES = ("fox-2021", "fox-2005")
MANY_IMPOSSIBLE = 0.1  # above this share the draws that remain say more than the stated distributions


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class BiasAnalysis:
    """What the corrected table may be: draws with and without random error, and what became of the distributions.

    Parameters
    ----------
    observed
        The table that was corrected: exposed cases, unexposed cases, exposed non-cases, unexposed non-cases.
    scheme
        How random error was added; see `probabilistic_bias`.
    draws
        Draws that were made. Those that are impossible or empty are in none of the results.
    impossible
        Draws of error rates that could not have produced the observed table.
    empty
        Possible draws in which a cell has nobody, so that no ratio exists: random error emptied it, or the corrected
        cell is exactly 0.
    odds_ratio, risk_ratio
        With the error rates and random error both uncertain.
    systematic_odds_ratio, systematic_risk_ratio
        With the error rates uncertain only; never to be shown as the whole uncertainty.
    stated, admissible
        The error rates as they were stated, and those that could have produced the table: the distributions that the
        results really rest on.

    Notes
    -----
    ``print`` gives the odds ratio with its interval, what was left out, and a row a quantity.
    """

    observed: Cells
    scheme: str
    draws: int
    impossible: int
    empty: int
    odds_ratio: Simulation
    risk_ratio: Simulation
    systematic_odds_ratio: Simulation
    systematic_risk_ratio: Simulation
    stated: dict[str, Simulation]
    admissible: dict[str, Simulation]

    @property
    def impossible_share(self) -> float:
        """Share of the draws whose error rates could not have produced the observed table."""
        return self.impossible / self.draws

    def to_frame(self) -> pd.DataFrame:
        """Return a row a quantity.

        Columns: ``quantity``, ``with_error`` (what is uncertain in it), ``median``, ``low``, ``high`` (95% of
        draws).
        """
        both, alone = "bias and random error", "bias only"
        rows = [
            ("odds ratio", both, self.odds_ratio),
            ("odds ratio", alone, self.systematic_odds_ratio),
            ("risk ratio", both, self.risk_ratio),
            ("risk ratio", alone, self.systematic_risk_ratio),
            *((name, word, rates[name]) for name in self.stated for word, rates in self._rates()),
        ]
        spread = [(name, word, *quantiles_if_any(draws)) for name, word, draws in rows]
        return pd.DataFrame(spread, columns=["quantity", "with_error", "median", "low", "high"])

    def _rates(self) -> tuple[tuple[str, dict[str, Simulation]], ...]:
        return (("as stated", self.stated), ("admissible", self.admissible))

    def _says(self) -> Words:
        head = headline(self.odds_ratio, "odds ratio, bias and random error")
        left = [f"{self.draws:,} draws, {self.impossible_share:.2%} impossible and left out"]
        if self.empty:
            left.append(f"{self.empty / self.draws:.2%} of draws with an empty cell and left out")
        many = "so many are impossible that the results rest on the admissible distributions, not the stated"
        doubts = ((many,) if self.impossible_share > MANY_IMPOSSIBLE else ()) + too_few(self.odds_ratio.size)
        return Words(head, tuple(left), rests_on=(f"random error by the scheme {self.scheme}",), doubts=doubts)


def analyse(
    cells: ArrayLike,
    *,
    pairs: dict[str, Rates],
    groups: tuple[str, ...],
    correct: Correct,
    predictive: Predictive,
    what: What,
    scheme: Scheme,
    correlation: ArrayLike | None,
    draws: int,
    seed: int,
    workers: int | None,
) -> BiasAnalysis:
    """Draw error rates, correct the table with each draw, add random error and collect the ratios."""
    # ``correct``: a cell below 0, or missing, marks an impossible draw, one of 0 an empty one. ``predictive``: the
    # chances that a recorded positive, and a recorded negative, is truly positive, for each group, to redraw each
    # record by.
    observed, seed = _checked(cells, what, scheme), check_seed(seed)
    check_whole("draws", draws)
    check_whole("workers", 1 if workers is None else workers)
    rates, places = _named_rates(pairs, groups)
    drawn = [name for name, rate in rates.items() if not isinstance(rate, Fixed)]
    draw_rates = _rate_drawer(rates, correlation)
    order = [place for group in GROUPS[what] for place in group]
    one, two, three, four = (observed[place] for place in order)
    counts = (one, two, three, four)
    with np.errstate(divide="ignore"):
        observed_errors = _standard_errors(*(np.asarray(cell) for cell in observed))
    ratios = {name: np.full(draws, np.nan) for name in RESULTS}
    stated = {name: np.empty(draws) for name in drawn}
    hollow = np.zeros(draws, dtype=np.bool_)  # a corrected cell is exactly 0, none is below

    def fill(block: int) -> None:
        rng = block_generator(seed, block)
        for start in range(block * BLOCK, min((block + 1) * BLOCK, draws), CHUNK):
            fill_chunk(rng, slice(start, min(start + CHUNK, draws)))

    def fill_chunk(rng: np.random.Generator, here: slice) -> None:
        size = here.stop - here.start
        values = draw_rates(rng)
        for name in drawn:
            stated[name][here] = values[name][:size]
        tables = correct(counts, [values[name] for name in places])
        with np.errstate(invalid="ignore"):
            possible = np.logical_and.reduce([table > 0 for table in tables])
            hollow[here] = (np.logical_and.reduce([table >= 0 for table in tables]) & ~possible)[:size]
        kept = np.flatnonzero(possible)
        if kept.size < CHUNK:
            values = {name: value[kept] for name, value in values.items()}
            tables = _four([table[kept] for table in tables])
        count = int(np.searchsorted(kept, size))
        target = here if count == size else kept[:count] + here.start
        results = list(_ratios(*(tables[place] for place in order)))
        score = rng.standard_normal(kept.size)
        if scheme == "fox-2021":
            redrawn = _redraw(rng, counts, predictive(rng, tables, [values[name] for name in places]))
            odds, risk, errors = _redrawn_ratios(*(redrawn[place] for place in order))
        else:
            (odds, risk), errors = results, observed_errors
        results += [odds * np.exp(-score * errors[0]), risk * np.exp(-score * errors[1])]
        for name, result in zip(RESULTS, results, strict=True):
            ratios[name][target] = result[:count]

    blocks = range(math.ceil(draws / BLOCK))
    with ThreadPoolExecutor(workers or min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(fill, blocks))
    return _collect(observed, scheme, draws, ratios, stated, hollow=hollow)


def _checked(cells: ArrayLike, what: str, scheme: str) -> Cells:
    observed = checked_cells(cells)
    if not isinstance(what, str) or what not in GROUPS:
        raise ValueError(
            f"what is {shown(what)}: must be 'exposure' or 'outcome'; for selection use probabilistic_selection"
        )
    one_of("scheme", scheme, SCHEMES)
    if scheme == "fox-2005" and min(observed) == 0:
        raise NotEstimableError(
            f"cells are {list(observed)}: with an empty cell the standard error of the observed table does not exist"
        )
    return observed


def _collect(
    observed: Cells,
    scheme: str,
    draws: int,
    ratios: dict[str, Array],
    stated: dict[str, Array],
    *,
    hollow: NDArray[np.bool_],
) -> BiasAnalysis:
    possible, whole = ~np.isnan(ratios["systematic odds"]), ~np.isnan(ratios["odds"])
    admissible = possible | hollow
    impossible = draws - int(admissible.sum())
    empty = draws - impossible - int(whole.sum())
    if impossible == draws:
        raise NotEstimableError(
            f"none of {draws:,} draws of the error rates could have produced the cells {list(observed)}; state error "
            "rates that allow the shares that were recorded"
        )
    if empty == draws - impossible:
        raise NotEstimableError(
            f"cells {list(observed)}: corrected, or by random error, a cell is 0 in every draw that is possible, so no "
            "ratio exists; merge groups"
        )
    keep = {"odds": whole, "risk": whole, "systematic odds": possible, "systematic risk": possible}
    simulations = {
        name: Simulation(values if keep[name].all() else values[keep[name]]) for name, values in ratios.items()
    }
    return BiasAnalysis(
        observed=observed,
        scheme=scheme,
        draws=draws,
        impossible=impossible,
        empty=empty,
        odds_ratio=simulations["odds"],
        risk_ratio=simulations["risk"],
        systematic_odds_ratio=simulations["systematic odds"],
        systematic_risk_ratio=simulations["systematic risk"],
        stated={name: Simulation(values) for name, values in stated.items()},
        admissible={
            name: Simulation(values if impossible == 0 else values[admissible]) for name, values in stated.items()
        },
    )


def _named_rates(pairs: dict[str, Rates], groups: tuple[str, ...]) -> tuple[dict[str, Distribution], list[str]]:
    """Return the distinct rates by name, and for each of the four places the name of its rate."""
    rates: dict[str, Distribution] = {}
    places: list[str] = []
    for name, value in pairs.items():
        pair = value.tolist() if isinstance(value, np.ndarray) else value
        each = pair if isinstance(pair, tuple | list) else (pair,)
        if len(each) not in (1, 2):
            raise ValueError(f"{name} has {len(each)} entries: must be one, or a pair for the two groups")
        names = [name] if len(each) == 1 else [f"{name}, {group}" for group in groups]
        rates.update({label: _checked_rate(label, rate) for label, rate in zip(names, each, strict=True)})
        places += [names[0], names[-1]]
    return rates, places


def _checked_rate(name: str, rate: Rate) -> Distribution:
    if isinstance(rate, Interval | Assumption):
        raise ValueError(
            f"{name} is a range without a distribution: must be a number or a distribution; if all its values are "
            f"equally likely, uniform({rate.low:g}, {rate.high:g})"
        )
    if isinstance(rate, Distribution):
        distribution = rate
    else:
        try:
            distribution = fixed(plain_number(name, rate))
        except ValueError as error:
            raise ValueError(f"{error} (must be a number or a distribution, between 0 and 1)") from None
    if not (distribution.low >= 0 and distribution.high <= 1):
        raise ValueError(f"{name} is {rate}: must stay between 0 and 1{share_hint(distribution.high)}")
    return distribution


def _rate_drawer(
    rates: dict[str, Distribution], correlation: ArrayLike | None
) -> Callable[[np.random.Generator], dict[str, Array]]:
    """Return the function that draws one chunk of every rate."""
    if correlation is None:
        return lambda rng: {name: rate.draw(rng, CHUNK) for name, rate in rates.items()}
    functions = {name: log_quantile_of_score(rate) for name, rate in rates.items() if not isinstance(rate, Fixed)}
    if not functions:
        raise ValueError("correlation is given but every rate is a number: there is nothing to correlate; leave it out")
    lower = factor(correlation_matrix(correlation, list(functions)))

    def draw(rng: np.random.Generator) -> dict[str, Array]:
        scores = dict(zip(functions, lower @ rng.standard_normal((len(functions), CHUNK)), strict=True))
        return {
            name: np.exp(functions[name](scores[name])) if name in functions else rate.draw(rng, CHUNK)
            for name, rate in rates.items()
        }

    return draw


def _redraw(rng: np.random.Generator, counts: Cells, chances: list[tuple[Array, Array]]) -> list[Array]:
    """Draw the true status of each record, given the chance that it is positive."""
    tables: list[Array] = []
    for recorded, unrecorded, (found, missed) in zip(counts[::2], counts[1::2], chances, strict=True):
        found_true = rng.binomial(int(recorded), np.clip(found, 0, 1))
        positive = (found_true + rng.binomial(int(unrecorded), np.clip(missed, 0, 1))).astype(np.float64)
        tables += [positive, recorded + unrecorded - positive]
    return tables


def _ratios(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    return a * d / (b * c), a * (b + d) / (b * (a + c))


def _redrawn_ratios(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array, tuple[Array, Array]]:
    """Ratios and standard errors of redrawn tables; missing where a cell is empty."""
    filled = np.minimum.reduce([a, b, c, d]) > 0
    a, b, c, d = (np.where(filled, cell, np.nan) for cell in (a, b, c, d))
    odds, risk = _ratios(a, b, c, d)
    return odds, risk, _standard_errors(a, b, c, d)


def _standard_errors(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """Standard errors of the logarithms of odds ratio and risk ratio."""
    cases = 1 / a + 1 / b
    return np.sqrt(cases + 1 / c + 1 / d), np.sqrt(cases - 1 / (a + c) - 1 / (b + d))


def _four(values: Sequence[Array]) -> tuple[Array, Array, Array, Array]:
    a, b, c, d = values
    return a, b, c, d


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
        Whole number, not negative; the same seed gives the same bits under the same numpy, for any number of workers.
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
