"""Multiple systems estimation: a population from the overlaps of several lists, the choice of model included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from cseanalysis.export.wording import say_cell
from cseanalysis.models.checks import check_level, check_share, check_whole, named, one_of
from cseanalysis.models.draws.simulation import check_seed, too_few
from cseanalysis.models.hidden.heterogeneity import LOWER_BOUND, fit_heterogeneity
from cseanalysis.models.hidden.loglinear import (
    MOST_LISTS,
    Design,
    Floats,
    design,
    log_constant,
    model_status,
    unseen_side,
)
from cseanalysis.models.hidden.model_search import (
    Comparison,
    Model,
    choose_by_bic,
    choose_stepwise,
    close_model,
    compare_models,
    estimable,
    hierarchical_models,
    main_effects,
    totals,
    write_model,
)
from cseanalysis.models.hidden.resampled import Select, acceleration, bca, resample
from cseanalysis.plots import totals_of_models
from cseanalysis.said import Words, of_interval, one_number, speaks
from cseanalysis.values import Interval, NotEstimableError, items_of, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Method = Literal["bic", "stepwise", "fixed"]
ModelLike = str | Iterable[Iterable[str]]


class ModelNotEstimableError(NotEstimableError):
    """The model asked for has no estimate: ``status`` 1 does not exist, 2 is not identified, 3 both."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


CLOSE = 10.0  # BIC beyond the smallest within which a model still counts as one that could have been chosen


@speaks
@dataclass(frozen=True, slots=True)
class PopulationEstimate:
    """A population estimated from overlapping lists, beside every model that could have been chosen.

    Parameters
    ----------
    total
        Observed cases plus the estimated cases on no list.
    interval
        BCa interval of kind ``"confidence"``; absent without a bootstrap.
    model
        The chosen model by its largest terms; digits are the lists in column order: ``"[12,3]"``.
    models
        One row a model, best first: ``model``, ``terms``, ``order``, ``total``, ``deviance``, ``bic``, ``weight``
        (from BIC, among the admissible), ``status`` (as below), ``at_boundary``, ``heterogeneity``; ``p_value`` for
        stepwise. Rows that are not admissible have no total and come after. Their spread says more than the interval
        does. Last of all stand eight models that are never chosen and have no weight, where ``heterogeneity`` is true:
        in them cases differ in how likely they are to be listed (`fit_heterogeneity` in ``hidden/heterogeneity.py``).
    status
        0: the estimate exists and is identified. 1 (it does not exist), 2 (it is not identified) and 3 (neither)
        stand in ``models`` only: such a model is never chosen, and asking for it by name raises.
    at_boundary
        Terms of the chosen model estimated at minus infinity, because nobody is on those lists together.
    observed
        Cases on at least one list.
    lists
        Names of the lists, in column order.
    draws
        Totals of the bootstrap, the selection repeated in each; infinite where a draw holds no overlap that limits the
        total, nan where no model is identified.

    Notes
    -----
    ``print`` gives the range of the models within 10 BIC of the best, the chosen total beside it, a row a model, what
    is assumed; where only one model is that near, or it alone was fitted, its total and interval. It says where that
    range does not hold the bootstrap interval, or goes below Chao's bound. `plot` draws the models.
    """

    total: float
    interval: Interval | None
    model: str
    models: pd.DataFrame = field(repr=False, compare=False)
    status: int
    at_boundary: tuple[str, ...]
    observed: int
    lists: tuple[str, ...]
    draws: Floats = field(repr=False, compare=False)

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest total among the chosen model and those within 10 BIC of the best that was tried."""
        close = self._close()["total"]
        return min(self.total, float(close.min())), max(self.total, float(close.max()))

    @property
    def lower_bound(self) -> float:
        """Chao's lower bound of the total where cases differ and lists do not depend on each other; nan: none."""
        return float(self.models.loc[self.models["model"] == LOWER_BOUND, "total"].iloc[0])

    def _close(self) -> pd.DataFrame:
        fine = self.models[~self.models["heterogeneity"] & (self.models["status"] == 0)]
        return fine[fine["bic"] <= fine["bic"].min() + CLOSE]

    @property
    def failed_share(self) -> float:
        """Share of bootstrap draws without a finite estimate; the infinite ones count as above every other."""
        return float((~np.isfinite(self.draws)).mean()) if len(self.draws) else 0.0

    def to_frame(self) -> pd.DataFrame:
        """Return a row a model.

        Columns: ``model``, ``terms``, ``order``, ``total``, ``deviance``, ``bic``, ``weight``, ``status``,
        ``at_boundary``, ``heterogeneity``.
        """
        return self.models.drop(columns="p_value", errors="ignore").reset_index(drop=True)

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw the totals of models that could be chosen; the alternative text is the label of the axes returned."""
        return totals_of_models(self._close(), self.model, self._says().head, axes)

    def _says(self) -> Words:
        near, limits, lines = self._close(), self.interval, tuple[str, ...]()
        (low, high), ends = self.range, zip(self.range, ("low", "high"), strict=True)
        own = f"total by model {self.model}" if low == high else f"by the chosen model {self.model}"
        chosen = of_interval(own, limits, point=self.total) if limits else one_number(own, self.total)
        if low == high:
            others = int((~self.models["heterogeneity"]).sum()) - 1
            seen = f"of {others} others none is" if others else "no other was fitted: nothing shows whether one is"
            head, lines = chosen, (f"one model, not a range: {seen} within {CLOSE:g} BIC of it",)
        else:
            span = " to ".join(say_cell(end, side=side) for end, side in ends)
            head = f"total: {span} (range of {len(near)} models within {CLOSE:g} BIC of the best, no level)"
            lines = (chosen,)
        rests = (
            "lists linked without error, a closed population, everybody can be listed, no term of all lists together",
            "cases do not differ in how likely they are to be on each list; where they do, totals are too low",
        )
        failed = int((self.models["status"][~self.models["heterogeneity"]] != 0).sum())
        refused = (f"{failed:,} models whose estimate does not exist or is not identified",) if failed else ()
        observed = f"on at least one list: {say_cell(self.observed)}"
        allowing = f"Chao's lower bound, which allows for cases that differ: {say_cell(self.lower_bound)}"
        shown = near[["model", "total", "bic", "weight"]]
        doubts = (*self._beyond(low, high), *too_few(len(self.draws), 0.95 if limits is None else limits.level or 0.95))
        return Words(head, (*lines, observed, allowing), shown, rests, doubts, refused)

    def _beyond(self, low: float, high: float) -> Iterator[str]:
        """Say where the range of models promises more than the bootstrap does, or less than Chao's bound asks."""
        what, limits = "range of models" if low < high else "total", self.interval
        if low < high and limits and (limits.low < low or limits.high > high):
            span = f"{say_cell(limits.low, side='low')} to {say_cell(limits.high, side='high')}"
            yield f"the range of models does not hold the bootstrap interval of the chosen one, {span}: read both"
        if low < self.lower_bound:
            part = "lies" if high < self.lower_bound else "begins"
            part = part if low < high else "lies"
            bound = say_cell(self.lower_bound)
            yield f"the {what} {part} below Chao's lower bound, {bound}: too low, unless lists depend on each other"


def estimate_population(
    histories: pd.DataFrame,
    *,
    count: str = "count",
    method: Method = "bic",
    model: ModelLike | None = None,
    max_order: int | None = None,
    threshold: float = 0.02,
    bootstrap: int = 0,
    seed: int | None = None,
    level: float = 0.95,
) -> PopulationEstimate:
    """Estimate how many cases there are, also those on no list, from the counts of each capture history.

    Parameters
    ----------
    histories
        One row for each set of lists: a column of 0 and 1 for each of three to nine lists, and the number of cases on
        exactly those lists. Sets that are left out count 0.
    count
        Name of the column with the counts.
    method
        ``"bic"``: smallest BIC among all hierarchical models up to ``max_order``. ``"stepwise"``: two-list terms one
        at a time while the smallest p-value is within ``threshold``. ``"fixed"``: ``model``.
    model
        For ``"fixed"``: ``"[12,3]"`` with the lists numbered in column order, or sets of list names; main effects
        are always added.
    max_order
        For ``"bic"``: most lists in a term; all but the highest order unless given.
    threshold
        For ``"stepwise"``: largest p-value that adds a term.
    bootstrap
        Number of bootstrap draws, 0 for none; at least 1,000 for an interval that is printed.
    seed
        Seed of the draws; must be given with a bootstrap.
    level
        Level of the interval.

    Returns
    -------
    PopulationEstimate

    Raises
    ------
    ValueError
        When the histories, counts, model or options are not of the form above.
    NotEstimableError
        When there are no overlaps (marginal totals), or no model has an estimate that exists and is identified; with
        ``.status`` (`ModelNotEstimableError`) when it is the model asked for that has none. With a bootstrap also when
        an end of the interval would be infinite, or too many draws are not identified.

    Notes
    -----
    Counts of histories are Poisson with a log-linear mean; the unseen cases are the exponential of the intercept
    (Fienberg 1972; Cormack 1989). Assumed, and not testable with any such data: lists linked without error, a closed
    population, everybody can be listed, and no term of all lists together (`highest_order_path` varies the last).

    Assumed too: cases do not differ in how likely they are to be on each list. Where they do (heterogeneity), those on
    several lists are the ones that are easily found, and the total is too low, however many models are compared. With
    half of 1,000 cases on each list with a chance of 0.1 and half with 0.5, 95% limits held the truth in 4.5% of the
    worlds, with three lists and with four, and the totals were 716 and 742 in the mean. The result says so in its text,
    beside Chao's lower bound (1987, *Biometrics* 43), with a share of the cases for each list as in Rcapture
    (Baillargeon and Rivest 2007, *Journal of Statistical Software* 19(5)); it was 733 and 773. It is a bound where
    lists do not depend on each other. The other models of Rcapture, which assume how cases differ, stand last in
    ``models``.

    Existence and identifiability as in Chan, Silverman and Vincent (2021) after Fienberg and Rinaldo (2012). The
    bootstrap resamples the observed cases and repeats the selection over all models (Silverman, Chan and Vincent
    2024); BCa limits after Efron (1987), acceleration from leaving out each case once. Chan, Silverman and Vincent
    found that 95% limits after stepwise selection cover 90%; ``benchmarks/multiple_systems_coverage.py`` finds 90%, and
    93% after BIC on four lists.

    Examples
    --------
    >>> rows = [(0, 0, 1, 41), (0, 1, 0, 5), (1, 0, 0, 5), (1, 1, 0, 54), (1, 0, 1, 6), (1, 1, 1, 12)]
    >>> table = pd.DataFrame(rows, columns=["b", "c", "d", "count"])
    >>> estimate = estimate_population(table)
    >>> estimate.model, round(estimate.total, 1)
    ('[12,23]', 157.2)
    >>> [round(end, 1) for end in estimate.range], round(estimate.lower_bound, 1)
    ([157.2, 268.8], 142.0)
    >>> estimate.models[["model", "total", "bic"]].head(2).round(1).to_numpy().tolist()
    [['[12,23]', 157.2, 57.1], ['[12,3]', 268.8, 59.0]]
    >>> print(estimate)
    total: 157.1 to 268.8 (range of 2 models within 10 BIC of the best, no level)
    by the chosen model [12,23]: 157.2 (one number, no interval)
    on at least one list: 123
    Chao's lower bound, which allows for cases that differ: 142
      model    total    bic  weight
      [12,23]  157.2  57.14  0.7138
      [12,3]   268.8  58.97  0.2862
    Rests on: lists linked without error, a closed population, everybody can be listed, no term of all lists together
    Rests on: cases do not differ in how likely they are to be on each list; where they do, totals are too low
    Refused: 2 models whose estimate does not exist or is not identified
    """
    check_options(method, model, max_order=max_order, threshold=threshold)
    level = _check_bootstrap(bootstrap, seed, level)
    names, table = read_histories(histories, count)
    plan = design(len(names))
    fixed = None if model is None else read_model(model, names)
    chosen, rows, select = _analysis(plan, table, method, max_order=max_order, threshold=threshold, model=fixed)
    total = float(rows["total"].iloc[0])
    draws = resample(table, bootstrap, seed, select) if bootstrap else np.zeros(0)
    interval = bca(total, draws, acceleration(table, select), level) if bootstrap else None
    rows = pd.concat([rows, _heterogeneity_rows(table, list(rows.columns))], ignore_index=True)
    margins = table @ plan.acts
    boundary = tuple(write_model((term,))[1:-1] for term in chosen if margins[term] == 0)
    return PopulationEstimate(total, interval, write_model(chosen), rows, 0, boundary, int(table.sum()), names, draws)


def existence_status(histories: pd.DataFrame, model: ModelLike, *, count: str = "count") -> int:
    """Return whether a model's extended maximum likelihood estimate exists and is identified.

    Parameters
    ----------
    histories, model, count
        As for `estimate_population`.

    Returns
    -------
    int
        0: both. 1: it does not exist. 2: it is not identified. 3: neither.

    Notes
    -----
    Linear programme of Fienberg and Rinaldo (2012) and rank of the design after zero margins have been taken out,
    with the codes of Chan, Silverman and Vincent (2021).

    Examples
    --------
    >>> table = pd.DataFrame({"A": [1, 0, 0, 1], "B": [0, 1, 0, 1], "C": [0, 0, 1, 0], "count": [40, 30, 20, 6]})
    >>> [existence_status(table, model) for model in ("[12,13,23]", "[12,3]", "[13,23,1,2]")]
    [2, 1, 0]
    """
    names, table = read_histories(histories, count)
    return model_status(design(len(names)), table, read_model(model, names))


def read_model(model: ModelLike, names: tuple[str, ...]) -> Model:
    """Return the terms of a model written as ``"[12,3]"`` or as sets of list names."""
    lists = len(names)
    if isinstance(model, str):
        if not re.fullmatch(r"\[[1-9]+(,[1-9]+)*\]", model):
            raise ValueError(
                f"model {model!r}: write the largest terms with lists numbered in column order, e.g. '[12,3]'"
            )
        sets = [[int(digit) for digit in part] for part in model[1:-1].split(",")]
        if wrong := sorted({number for part in sets for number in part if number > lists}):
            raise ValueError(f"model {model!r}: there is no list {wrong[0]}; the lists are 1 to {lists}")
    else:
        parts = items_of(model)
        if not parts or not all(isinstance(part, str | int) or items_of(part) for part in parts):
            raise ValueError(
                f"model {shown(model)}: write the largest terms with lists numbered in column order, e.g. '[12,3]', or "
                "as sets of list names"
            )
        given = [tuple(map(str, [part] if isinstance(part, str | int) else items_of(part) or ())) for part in parts]
        if unknown := sorted({name for part in given for name in part if name not in names}):
            raise ValueError(f"model: {', '.join(unknown[:5])} is not a list; the lists are {', '.join(names)}")
        sets = [[names.index(name) + 1 for name in part] for part in given]
    if any(len(set(part)) < len(part) for part in sets):
        raise ValueError(f"model {model!r}: a list stands twice in one term; write each once")
    if any(len(part) == lists for part in sets):
        raise NotEstimableError(
            f"model {model!r}: the term of all {lists} lists cannot be told from the cases on no list; leave it out "
            "(highest_order_path shows what it would change)"
        )
    return close_model([sum(1 << (number - 1) for number in part) for part in sets], lists)


def selection(
    plan: Design, table: Floats, *, method: Method, max_order: int | None, threshold: float, model: Model | None = None
) -> tuple[Comparison, Select, dict[Model, float]]:
    """Return the models considered for a table, and the function that repeats the choice on others."""
    if method == "bic":
        order = plan.lists - 1 if max_order is None else max_order
        if order >= plan.lists:
            raise ValueError(f"max_order {order} with {plan.lists} lists: must be 1 to {plan.lists - 1}")
        search = compare_models(plan, table, hierarchical_models(plan.lists, order))

        def again(tables: Floats) -> Floats:
            found = choose_by_bic(plan, tables, search)[1]  # where it has none, neither have the lists by themselves
            return _with_sides(plan, tables, [main_effects(plan.lists)] * len(tables), found)

        return search, again, {}
    if method == "stepwise":
        path = dict(choose_stepwise(plan, table[None], threshold).path)
        search = compare_models(plan, table, tuple(path))

        def repeat(tables: Floats) -> Floats:
            return _estimable_totals(plan, tables, list(choose_stepwise(plan, tables, threshold).models))

        return search, repeat, path
    fixed = model or ()
    return (
        compare_models(plan, table, (fixed,)),
        lambda tables: _estimable_totals(plan, tables, [fixed] * len(tables)),
        {},
    )


def _estimable_totals(plan: Design, tables: Floats, models: list[Model]) -> Floats:
    found = np.where(estimable(plan, tables, models), totals(plan, tables, models), np.nan)
    return _with_sides(plan, tables, models, found)


def _with_sides(plan: Design, tables: Floats, models: list[Model], found: Floats) -> Floats:
    """Give tables without an estimate the total that theirs goes to; nan where that is not known."""
    known: dict[tuple[Model, bytes], float] = {}  # the side depends on which counts are zero only
    found = found.copy()
    for index in np.flatnonzero(np.isnan(found)):
        key = (models[index], (tables[index] > 0).tobytes())
        if key not in known:
            known[key] = unseen_side(plan, tables[index], models[index])
        found[index] = tables[index].sum() + known[key]
    return found


def _analysis(
    plan: Design, table: Floats, method: Method, *, max_order: int | None, threshold: float, model: Model | None
) -> tuple[Model, pd.DataFrame, Select]:
    search, select, steps = selection(plan, table, method=method, max_order=max_order, threshold=threshold, model=model)
    margins = np.append(table @ plan.acts[:, :-1], 1.0)
    fine = search.status == 0
    with np.errstate(over="ignore"):
        estimates = table.sum() + np.exp(search.coefficients[:, 0])
    rows = pd.DataFrame(
        {
            "model": [write_model(each) for each in search.models],
            "terms": [len(each) for each in search.models],
            "order": [max(term.bit_count() for term in each) for each in search.models],
            "total": np.where(fine, estimates, np.nan),
            "deviance": np.where(fine, search.deviance, np.nan),
            "bic": np.where(fine, search.bic, np.nan),
            "status": search.status,
            "at_boundary": (margins[search.padded] == 0).any(axis=1),
            "heterogeneity": False,
        }
    )
    weight = np.exp((np.nanmin(rows["bic"]) - rows["bic"]) / 2) if fine.any() else rows["bic"]
    rows.insert(6, "weight", (weight / weight.sum()).fillna(0.0))
    if method == "stepwise":
        rows["p_value"] = [steps[each] for each in search.models]
        order = np.arange(len(rows))[::-1]  # the last step is the choice
    else:
        # Models that fit alike tie exactly; their order must not hang on the last bit of a sum.
        order = np.lexsort((rows["bic"].to_numpy().round(9), ~fine))
    best = int(order[0])
    if not fine[best]:
        code = int(search.status[best])
        if method == "bic":
            raise NotEstimableError(
                "no model has an estimate that exists and is identified: too few cases are on several lists; merge "
                "lists, or use two_list_bounds, which assumes the overlap instead"
            )
        reason = {1: "its estimate does not exist", 2: "it is not identified"}.get(
            code, "neither exists nor identified"
        )
        raise ModelNotEstimableError(
            f"model {write_model(search.models[best])}: {reason} (status {code}); too few cases are on several lists: "
            "use another model, merge lists, or two_list_bounds, which assumes the overlap instead",
            code,
        )
    return search.models[best], rows.iloc[order].reset_index(drop=True), select


def _heterogeneity_rows(table: Floats, columns: list[str]) -> pd.DataFrame:
    """Return the models in which cases differ, as rows to stand beside the others; none of them is ever chosen."""
    fits = pd.DataFrame(fit_heterogeneity(table))
    fits["bic"] = fits["deviance"] + log_constant(table) + fits["terms"] * np.log(table.sum())
    fits["status"] = np.where(fits["total"].isna(), 1, 0)
    fits = fits.assign(order=1, weight=0.0, at_boundary=False, heterogeneity=True, p_value=np.nan)
    return fits[columns]


def check_options(method: str, model: ModelLike | None, *, max_order: int | None, threshold: float) -> None:
    """Refuse options of `estimate_population` that are none or do not go together."""
    one_of("method", method, ("bic", "stepwise", "fixed"))
    if (model is None) == (method == "fixed"):
        raise ValueError(
            f"method {method!r} with model {shown(model)}: a model goes with method='fixed', and only there"
        )
    if max_order is not None and check_whole("max_order", max_order) and method != "bic":
        raise ValueError(f"max_order {max_order} with method {method!r}: goes with 'bic' only; leave it out")
    check_share("threshold, a p-value,", threshold)


def _check_bootstrap(bootstrap: int, seed: int | None, level: float) -> float:
    if check_whole("bootstrap", bootstrap, least=0, most=10**7) or seed is not None:
        check_seed(seed)
    return check_level(level)


def read_histories(histories: pd.DataFrame, count: str) -> tuple[tuple[str, ...], Floats]:
    """Return the names of the lists, and the count of every history; bit ``i`` of entry ``h - 1`` is for list ``i``."""
    if not isinstance(histories, pd.DataFrame):
        raise ValueError(f"histories are a {type(histories).__name__}: give a pandas DataFrame, one row a history")
    histories, count = histories.rename(columns=str), str(count)
    columns = list(histories.columns)
    if count not in columns:
        raise ValueError(
            f"no column {count!r} for the counts; the columns are {named(columns)}: name the one that holds them, "
            "count='n'; of a table with a row for each case, histories.value_counts().reset_index(name='count')"
        )
    if len(set(columns)) < len(columns):
        raise ValueError(f"columns {', '.join(map(str, columns))}: a name stands twice; rename one")
    lists = [name for name in columns if name != count]
    levels = {name: histories.index.get_level_values(name) for name in histories.index.names if name is not None}
    if inside := [name for name, values in levels.items() if values.isin([0, 1]).all()]:
        raise ValueError(
            f"the index holds {named(inside)} as 0 and 1: lists in the index are not read; make them columns with "
            "histories.reset_index()"
        )
    if len(lists) < 3:
        raise ValueError(
            f"{len(lists)} lists ({', '.join(map(str, lists))}): needs at least three, because two cannot show whether "
            "they depend on each other; use two_list_estimate, which shows the total for every odds ratio"
        )
    if len(lists) > MOST_LISTS:
        raise ValueError(f"{len(lists)} lists: at most {MOST_LISTS} can be fitted; merge some")
    members = _members(histories, lists)
    counts = _counts(histories[count])
    codes = members @ (1 << np.arange(len(lists)))
    if (codes == 0).any():
        raise ValueError("a history of no list: those cases cannot be seen, they are what is estimated; leave it out")
    unique, times = np.unique(codes, return_counts=True)
    if (times > 1).any():
        twice = [" + ".join(str(lists[i]) for i in range(len(lists)) if code >> i & 1) for code in unique[times > 1]]
        raise ValueError(f"{len(twice)} histories stand twice ({'; '.join(twice[:5])}): add their counts up first")
    table = np.zeros((1 << len(lists)) - 1)
    table[codes - 1] = counts
    empty = [str(name) for i, name in enumerate(lists) if not counts[members[:, i] == 1].sum()]
    if empty:
        raise ValueError(f"no cases on {', '.join(empty[:5])}: a list without cases says nothing; leave it out")
    if not counts[members.sum(axis=1) > 1].sum():
        raise NotEstimableError(
            "nobody is on two lists, as in a table of marginal totals: the overlaps, from which the unseen are "
            "estimated, are not there. With totals alone: known_to_any for what the lists hold together, and "
            "two_list_bounds for the total under an assumed overlap and odds ratio"
        )
    return tuple(str(name) for name in lists), table


def _members(histories: pd.DataFrame, lists: list[str]) -> np.ndarray:
    for name in lists:
        values = histories[name]
        wrong = values[~values.isin([0, 1]).to_numpy()]
        if len(wrong):
            shown = ", ".join(repr(value) for value in pd.unique(wrong).tolist()[:5])
            raise ValueError(f"list {name}: {shown} in {len(wrong)} rows; 1 stands for on the list, 0 for not")
        if len(values) > 1 and not values.isin([0]).any():
            raise NotEstimableError(
                f"list {name}: 1 in all {len(values)} rows: a list that everybody is on says nothing of those "
                "who are on none; if it is no list, leave the column out"
            )
    return np.asarray(histories[lists].astype(np.int64).to_numpy())


def _counts(values: pd.Series) -> Floats:
    numbers = np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers)))
    if pd.api.types.is_bool_dtype(values.dtype):
        wrong = np.ones(len(values), dtype=np.bool_)
    elif values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        wrong = wrong | values.map(lambda value: isinstance(value, str | bool | np.bool_)).to_numpy(dtype=np.bool_)
    if wrong.any():
        shown = ", ".join(repr(value) for value in values[wrong].tolist()[:5])
        raise ValueError(f"counts {shown} in {int(wrong.sum())} rows: must be whole numbers of cases, not negative")
    return np.asarray(numbers, dtype=np.float64)
