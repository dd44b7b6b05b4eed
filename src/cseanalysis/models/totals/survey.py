"""From what adults say of their childhood to offences of a year: only across a bridge whose every plank is stated."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

import pandas as pd

from cseanalysis.models.checks import check_interval, check_whole, one_of
from cseanalysis.said import Words, ends_of, of_interval, speaks
from cseanalysis.values import Interval, NotEstimableError, items_of, shown

Dimension = Literal["unit", "age_window", "period", "definition", "area"]

DIMENSIONS: tuple[str, ...] = get_args(Dimension)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a number is about; two numbers may be divided only if all five agree.

    Parameters
    ----------
    unit
        What is counted: ``"adults ever abused"``, ``"offences"``, ``"children first abused in a year"``.
    age_window
        Age at which it happened: ``"before 16"``, ``"before 18"``.
    period
        When: ``"childhoods of adults asked in 2018/19"``, ``"financial year 2022/23"``.
    definition
        Which acts, by whose wording: ``"survey questions of 2019"``, ``"recorded child sexual offences"``.
    area
        Where: ``"England and Wales"``.
    """

    unit: str
    age_window: str
    period: str
    definition: str
    area: str

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not isinstance(value, str) or not value.strip():
                raise ValueError(f"{one.name} is {shown(value)}: a basis must say it in words")


def _in_words(basis: Basis) -> str:
    return "; ".join(str(getattr(basis, one.name)) for one in fields(basis))


@speaks
@dataclass(frozen=True, slots=True)
class Measure:
    """A range and what it is about. An observed count ``n`` is ``Interval(n, n, "bound")``."""

    value: Interval
    basis: Basis

    def __post_init__(self) -> None:
        check_interval("value", self.value)
        if not isinstance(self.basis, Basis):
            raise ValueError(f"basis is {shown(self.basis)}: must be a Basis, which says what the number is about")
        if self.value.low < 0:
            raise ValueError(f"measure from {self.value.low} to {self.value.high} {self.basis.unit}: none is negative")

    def to_frame(self) -> pd.DataFrame:
        """Return one row.

        Columns: ``unit``, ``low``, ``high``, ``kind``, ``level``, ``age_window``, ``period``, ``definition``,
        ``area``.
        """
        about = {one.name: getattr(self.basis, one.name) for one in fields(self.basis)}
        return pd.DataFrame([{"unit": about.pop("unit"), **ends_of(self.value), **about}])

    def _says(self) -> Words:
        shown = self.to_frame()[["unit", "low", "high"]]
        return Words(of_interval(self.basis.unit, self.value), rows=shown, rests_on=(_in_words(self.basis),))


@speaks
@dataclass(frozen=True, slots=True)
class BridgeFactor:
    """One plank: what a number is multiplied by to be about something else, with a range and a reason.

    Parameters
    ----------
    id
        Identifier, as in the table of assumptions.
    dimension
        What it changes: ``"unit"``, ``"age_window"``, ``"period"``, ``"definition"`` or ``"area"``.
    start, end
        From which description of that dimension to which.
    factor
        Range of the multiplier; above 0.
    reason
        Why this range; never empty.
    """

    id: str
    dimension: Dimension
    start: str
    end: str
    factor: Interval
    reason: str

    def __post_init__(self) -> None:
        for name in ("id", "dimension", "start", "end", "reason"):
            if not isinstance(text := getattr(self, name), str):
                raise ValueError(f"{name} of a factor is {shown(text)}: must be text")
        check_interval(f"factor {self.id}", self.factor)
        one_of(f"dimension of factor {self.id}", self.dimension, DIMENSIONS)
        if not self.factor.low > 0:
            raise ValueError(f"factor {self.id}: from {self.factor.low} to {self.factor.high}; must be above 0")
        if not self.reason.strip():
            raise ValueError(f"factor {self.id}: the reason is empty; every factor is an assumption and must say why")
        if self.start == self.end:
            raise ValueError(f"factor {self.id}: leads from {self.start!r} to itself; a factor must change something")

    def to_frame(self) -> pd.DataFrame:
        """Return one row.

        Columns: ``id``, ``dimension``, ``start``, ``end``, ``low``, ``high``, ``kind``, ``level``, ``reason``.
        """
        named = {name: getattr(self, name) for name in ("id", "dimension", "start", "end")}
        return pd.DataFrame([{**named, **ends_of(self.factor), "reason": self.reason}])

    def _says(self) -> Words:
        shown = self.to_frame()[["id", "dimension", "start", "end", "low", "high"]]
        return Words(of_interval(f"factor {self.id}", self.factor), rows=shown, rests_on=(self.reason,))


@speaks
@dataclass(frozen=True, slots=True)
class Bridged:
    """A measure carried to another basis.

    Parameters
    ----------
    measure
        The range on the basis asked for.
    steps
        Each factor's id and the range after it, in the order applied; the first is ``("start", ...)``.

    Notes
    -----
    ``print`` gives the range on the new basis, a row a step, and the basis.
    """

    measure: Measure
    steps: tuple[tuple[str, Interval], ...]

    def to_frame(self) -> pd.DataFrame:
        """Return a row a step: ``step`` (the factor's id), and ``low``, ``high``, ``kind``, ``level`` after it."""
        return pd.DataFrame([{"step": name, **ends_of(interval)} for name, interval in self.steps])

    def _says(self) -> Words:
        shown = self.to_frame().drop(columns="level")
        basis = self.measure.basis
        return Words(of_interval(basis.unit, self.measure.value), rows=shown, rests_on=(_in_words(basis),))


@speaks
@dataclass(frozen=True, slots=True)
class AnnualVictims:
    """Children a year, from lifetime prevalence.

    Parameters
    ----------
    first_time
        Children abused for the first time in a year.
    in_year
        Children abused at least once in a year, whether before or not.

    Notes
    -----
    ``print`` gives children a year, and a row for each of the two counts.
    """

    first_time: Interval
    in_year: Interval

    def to_frame(self) -> pd.DataFrame:
        """Return a row a count: ``children``, ``low``, ``high``, ``kind``, ``level``."""
        return pd.DataFrame([{"children": name, **ends_of(getattr(self, name))} for name in ("first_time", "in_year")])

    def _says(self) -> Words:
        shown = self.to_frame().drop(columns="level")
        return Words(of_interval("children abused at least once in a year", self.in_year), rows=shown)


def bridge_survey(
    survey: Measure, target: Basis, factors: Iterable[BridgeFactor], *, breaks: Collection[tuple[str, str]] = ()
) -> Bridged:
    """Carry a survey's range to another unit, age window, period, definition or area, one stated factor at a time.

    Parameters
    ----------
    survey
        The survey's own range and basis.
    target
        The basis of what it is to be compared with.
    factors
        The bridge table. Factors of one dimension may follow one another; all must be used.
    breaks
        Pairs of descriptions between which the producer declares a break, each a tuple of two; no factor, and no chain
        of factors, may cross it in either direction.

    Returns
    -------
    Bridged

    Raises
    ------
    NotEstimableError
        When some dimension differs and no factor leads across: each is named. No bridge, no number.
    ValueError
        When a factor is not used, because it starts from another period, unit or age window than the survey's; when two
        lead from the same place or have one id; when they cross a break, or a break is no pair; or when ranges of draws
        would be multiplied.

    Notes
    -----
    All values are positive, so the ends multiply. A confidence interval times bounds keeps its level for every value of
    the bounds; several confidence intervals keep what is left of the level by Bonferroni's inequality.

    Examples
    --------
    >>> ever = Basis("adults ever abused", "before 16", "childhood", "survey questions", "England and Wales")
    >>> police = Basis("offences", "before 16", "childhood", "survey questions", "England and Wales")
    >>> plank = BridgeFactor("each", "unit", "adults ever abused", "offences", Interval(1, 3, "bound"), "judgement")
    >>> bridge_survey(Measure(Interval(10, 20, "bound"), ever), police, [plank]).measure.value
    Interval(low=10, high=60, kind='bound', level=None)
    """
    planks = _checked_planks(survey, target, factors)
    names = [plank.id for plank in planks]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"factors {', '.join(twice[:5])} are given more than once; each needs an id of its own")
    _check_breaks(breaks)
    for plank in planks:
        if any({plank.start, plank.end} == set(pair) for pair in breaks):
            raise ValueError(
                f"factor {plank.id} leads from {plank.start!r} to {plank.end!r}, between which the producer declares a "
                "break: the two are not to be compared or pooled; carry each to the target on its own"
            )
    route: list[BridgeFactor] = []
    missing: list[str] = []
    for dimension in DIMENSIONS:
        here, there = getattr(survey.basis, dimension), getattr(target, dimension)
        own = [plank for plank in planks if plank.dimension == dimension]
        passed = {here}
        while here != there:
            onward = [plank for plank in own if plank.start == here]
            if len(onward) > 1:
                named = ", ".join(plank.id for plank in onward[:5])
                raise ValueError(f"{dimension}: {named} all lead from {here!r}; choose one")
            if not onward or onward[0].end in passed:
                missing.append(f"{dimension} from {here!r} to {there!r}")
                break
            route.append(onward[0])
            here = onward[0].end
            passed.add(here)
        for pair in breaks:
            if passed.issuperset(pair):
                raise ValueError(
                    f"{dimension}: the way passes both {pair[0]!r} and {pair[1]!r}, between which the producer "
                    "declares a break: the two are not to be compared or pooled, by however many factors"
                )
    unused = [plank for plank in planks if not any(plank is used for used in route)]
    lost = [f"{p.id} ({p.dimension} from {p.start!r} to {p.end!r})" for p in unused[:5]]
    if missing:
        hint = f"; given but leading elsewhere: {', '.join(lost)}" if lost else ""
        raise NotEstimableError(
            f"no factor for {'; '.join(missing)}: the survey is about something else than the target, and without a "
            f"bridge there is no division; state each as a factor with a range and a reason{hint}"
        )
    if lost:
        raise ValueError(f"factors that the way does not use: {', '.join(lost)}; check the survey's basis")
    value = survey.value
    steps = [("start", value)]
    for plank in route:
        value = _product(value, plank.factor)
        steps.append((plank.id, value))
    return Bridged(Measure(value, target), tuple(steps))


def recorded_to_survey(
    recorded: Measure,
    survey: Measure,
    factors: Iterable[BridgeFactor] = (),
    *,
    breaks: Collection[tuple[str, str]] = (),
) -> Interval:
    """Divide a recorded count by what a survey implies on the same basis: reporting times recording.

    Parameters
    ----------
    recorded
        The count and its basis.
    survey, factors, breaks
        As for `bridge_survey`; the target is the basis of ``recorded``.

    Returns
    -------
    Interval
        The ratio. An end above 1 means that recording and survey contradict each other there, and is left to be seen.

    Raises
    ------
    ValueError, NotEstimableError
        As for `bridge_survey`; also when the survey's range reaches 0.

    Examples
    --------
    >>> same = Basis("offences", "before 16", "year to March 2023", "contact offences", "England and Wales")
    >>> count = Measure(Interval(100, 100, "bound"), same)
    >>> recorded_to_survey(count, Measure(Interval(400, 1000, "bound"), same))
    Interval(low=0.1, high=0.25, kind='bound', level=None)
    """
    if not isinstance(recorded, Measure):
        raise ValueError(f"recorded is {shown(recorded)}: must be a Measure; a count n is Interval(n, n, 'bound')")
    implied = bridge_survey(survey, recorded.basis, factors, breaks=breaks).measure.value
    if not implied.low > 0:
        raise NotEstimableError(f"the survey's range starts at {implied.low}: a ratio to 0 has no upper end")
    turned = replace(implied, low=1 / implied.high, high=1 / implied.low)
    product = _product(recorded.value, turned)
    return replace(product, low=recorded.value.low / implied.high, high=recorded.value.high / implied.low)


def annual_victims(
    prevalence: Interval, *, children_per_age: Interval, ages: int, years_abused: Interval, change: Interval
) -> AnnualVictims:
    """Turn lifetime prevalence among adults into children abused a year.

    Parameters
    ----------
    prevalence
        Share of adults abused within the age window, in [0, 1].
    children_per_age
        Children of one single year of age in the area.
    ages
        Single years of age in the window: 16 for "before 16".
    years_abused
        Different years in which a child who is ever abused is abused, from 1 to ``ages``, on average.
    change
        Prevalence among the children of today over that among the adults asked, whose childhoods were decades ago.

    Returns
    -------
    AnnualVictims
        First-time victims are ``P c B`` a year and children abused in a year ``P c B d``, for prevalence ``P``, change
        ``c``, children per age ``B`` and years ``d``.

    Raises
    ------
    ValueError
        When a range is impossible: prevalence (also after the change) outside [0, 1], years outside 1 to ``ages``.

    Notes
    -----
    Every child passes through the window once, so with steady prevalence and cohorts of one size as many children begin
    to be abused in a year as one cohort ever holds (the stationary population identity, Keiding 1991, JRSS A 154(3)).

    Examples
    --------
    >>> one = Interval(1, 1, "bound")
    >>> annual_victims(
    ...     Interval(0.075, 0.075, "bound"), children_per_age=Interval(1000, 1000, "bound"), ages=16,
    ...     years_abused=Interval(1, 4, "bound"), change=one,
    ... ).in_year
    Interval(low=75.0, high=300.0, kind='bound', level=None)
    """
    ranges = {"prevalence": prevalence, "children_per_age": children_per_age}
    for name, interval in {**ranges, "years_abused": years_abused, "change": change}.items():
        check_interval(name, interval)
    if not 0 <= prevalence.low <= prevalence.high <= 1:
        raise ValueError(f"prevalence from {prevalence.low} to {prevalence.high}: a share of adults, 7.5% is 0.075")
    check_whole("ages", ages, most=120)  # years of age in the window, 16 for before 16
    if not 1 <= years_abused.low <= years_abused.high <= ages:
        raise ValueError(
            f"years_abused from {years_abused.low} to {years_abused.high}: a child is abused in at least 1 year and at "
            f"most in the {ages} of the window"
        )
    for name, interval in (("children_per_age", children_per_age), ("change", change)):
        if not interval.low > 0:
            raise ValueError(f"{name} from {interval.low} to {interval.high}: must be above 0")
    if children_per_age.low < 1:
        raise ValueError(
            f"children_per_age from {children_per_age.low} to {children_per_age.high}: must be a number of children, "
            "not a share of them or millions; write 650000 for 0.65 million"
        )
    today = _product(prevalence, change)
    if today.high > 1:
        raise ValueError(f"prevalence times change reaches {today.high}: more children than there are")
    first = _product(today, children_per_age)
    return AnnualVictims(first_time=first, in_year=_product(first, years_abused))


def _checked_planks(survey: object, target: object, factors: object) -> list[BridgeFactor]:
    if not isinstance(survey, Measure):
        raise ValueError(f"survey is {shown(survey)}: must be a Measure, a range with its Basis")
    if not isinstance(target, Basis):
        raise ValueError(f"target is {shown(target)}: must be a Basis, which says what is compared")
    given = items_of(factors)
    planks = [plank for plank in given or () if isinstance(plank, BridgeFactor)]
    if given is None or len(planks) < len(given):
        raise ValueError(f"factors are {shown(factors)}: must be a list of BridgeFactor, also of one")
    return planks


def _check_breaks(breaks: Collection[tuple[str, str]]) -> None:
    pairs = (breaks,) if isinstance(breaks, str) else items_of(breaks)
    if pairs is None:
        raise ValueError(f"breaks is {shown(breaks)}: must be pairs of descriptions, as in [('before', 'after')]")
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(end, str) for end in pair):
            raise ValueError(
                f"breaks hold {shown(pair)}: each must be a tuple of two descriptions; one break is written "
                "[('before', 'after')]"
            )


def _product(one: Interval, other: Interval) -> Interval:
    """Multiply two ranges of values that are not negative, keeping what is left of the level."""
    low, high = one.low * other.low, one.high * other.high
    if one.kind == "bound":
        return Interval(low, high, other.kind, other.level)
    if other.kind == "bound":
        return Interval(low, high, one.kind, one.level)
    if one.level is None or other.level is None or one.kind != other.kind or one.kind != "confidence":
        raise ValueError(
            f"a {one.kind} range times a {other.kind} range: ends of draws do not multiply; simulate both together"
        )
    level = one.level + other.level - 1
    if level <= 0:
        raise ValueError(f"levels {one.level} and {other.level} leave nothing by Bonferroni's inequality")
    return Interval(low, high, "confidence", level)
