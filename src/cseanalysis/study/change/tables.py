"""The tables of the chapter on change, column by column, and its sentences that hang on a number or a sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import pandas as pd

from cseanalysis.export.markup import escape
from cseanalysis.export.wording import say_interval, say_number
from cseanalysis.study.change.breaks import BESIDE, NOTHING
from cseanalysis.study.change.events import DatedEvent
from cseanalysis.study.change.judged import SeriesPart, ToldBreak
from cseanalysis.study.change.numbers import ERRORS, TOTAL
from cseanalysis.study.tables import Column
from cseanalysis.values import Interval

NOTABLE = 0.05
_ENDS = ("ratio", "low", "high")
_FAMILIES = {"quasipoisson": "quasi-Poisson", "poisson": "Poisson", "negative-binomial": "negative binomial"}
_USED = {"scale": "first", "hac": "second", "drift": "third"}
# What a card says, line by line.
_CARD = {
    "When": "{when}, {area}",
    "Claimed": "{claimed}",
    "Quarters of the table": "{quarters}",
    "Not to be told apart from": "{near}",
    "Smallest change that could be seen": "{least}",
    "First quarter in which an effect could be seen": "{seen}",
    "Published figures before and after": "{figures}",
    "Why": "{because} {note}",
    "What would have to be published": "{would_need}",
}
_FIGURES = {
    "compared": "the gate allows some comparisons, which are no effects either; see @tbl:cards",
    "cannot be estimated": "no comparison is allowed; see @tbl:cards",
}


def _series(name: str) -> str:
    return "child-only codes" if name == TOTAL else f"code {name}"


def _ratio(ratio: float, low: float, high: float, *, kind: bool = True) -> str:
    words = say_interval(Interval(low, high, "confidence", 0.95), digits=3)
    return f"{ratio:.2f} times: {words}" if kind else f"{ratio:.2f} ({words.partition(' (')[0]})"


def _ratio_or_refusal(refusal: str, ratio: float, low: float, high: float) -> str:
    return f"cannot be estimated: {refusal}" if refusal else _ratio(ratio, low, high)


def _listed(ids: str, but: str = "", *, names: Mapping[str, str]) -> str:
    """Name the events among some ids that are not among others."""
    kept = [name for name in ids.split(";") if name and name not in but.split(";")]
    return "; ".join(dict.fromkeys(names[name] for name in kept)) or "none registered"


def _names(events: Iterable[DatedEvent]) -> dict[str, str]:
    return {event.id: event.name.rstrip(".") for event in events}


def _errors(scale: float, hac: float, drift: float, used: str) -> str:
    errors = "; ".join(say_number(round(error, 3)) for error in (scale, hac, drift))
    return f"{errors}; the {_USED[used]} is used, the largest"


def _place(rank: float, dates: float, share: float, alone: float) -> str:
    return f"{rank:.0f} of {dates:.0f}, {say_number(round(share, 3), 'share')} as large; {alone:.0f} if each is alone"


def _rises_by(share: float, effect: float) -> str:
    words = say_number(round(effect, 4), "share")
    return words if share == 1 else f"at most {words}"


def _early_and_late(early: str, late: str) -> str:
    return early if early == late else f"{early} at best; {late} at worst"


def dates_columns(events: Iterable[DatedEvent]) -> list[Column]:
    """Word the table ``change_dates``: the ratio, or the refusal, and the recording events nearby."""
    return [
        Column("Date", ("name", "at"), "{}; first quarter from {}".format),
        Column("Series", "series", _series),
        Column("Quarters", ("before", "after"), "{} before, {} after".format),
        Column("Level over the continued trend", ("refusal", *_ENDS), _ratio_or_refusal),
        Column("Not to be told apart from", "near", partial(_listed, names=_names(events))),
    ]


# What each fit rests on: of the rows of ``change_dates`` that have no refusal.
DIAGNOSTICS = (
    Column("From", ("at", "series"), lambda at, series: f"{at}, {_series(series)}"),
    Column("Family", "family", _FAMILIES.__getitem__),
    Column("Error by scatter; by autocorrelation; by drift", (*ERRORS, "error_used"), _errors),
    Column("Scatter over Poisson", "dispersion", lambda value: say_number(round(value, 1))),
    Column("Autocorrelation", "autocorrelation", lambda value: say_number(round(value, 2))),
    Column("Place among dates", ("rank", "dates", "share_as_large", "rank_alone"), _place),
    Column(
        "Other dates that look clear",
        ("placebo_clear", "placebo_expected"),
        lambda clear, expected: f"{clear:.0f}; {say_number(round(expected, 2))} expected by chance",
    ),
)
VERDICTS = (
    Column("Intervention", "name"),
    Column("When", "when"),
    Column("Quarters of the table", "quarters"),
    Column("Verdict", "verdict"),
)


def breaks_columns(events: Iterable[DatedEvent]) -> list[Column]:
    """Word the table ``change_breaks``: the events, by their dates, in the range of a break or within a year of it."""
    listed = partial(_listed, names={event.id: event.when for event in events})
    return [
        Column("Series", "series", _series),
        Column("Most likely first quarter", ("at", "earliest", "latest"), "{} ({} to {})".format),
        Column("Level over the trend", _ENDS, partial(_ratio, kind=False)),
        Column("P-value", "p_value", lambda value: say_number(round(value, 4))),
        Column("Registered events in that range", "within", listed),
        Column("Others within a year", ("near", "within"), listed),
    ]


def many_columns(events: Iterable[DatedEvent]) -> list[Column]:
    """Word the table ``many_changes``: how many stand out, by what the register knows of the date."""
    names = {
        **_names(events),
        BESIDE: "Other dates within a year of an event",
        NOTHING: "Dates without an event within a year",
    }
    return [
        Column("Dates", "dates", lambda name: names.get(name, "All")),
        Column("Changes tried", "tried", int),
        Column("Clear by their own interval", "clear", int),
        Column("Expected by chance", "expected_by_chance", lambda value: say_number(round(value, 1))),
        Column("Left after control of false discoveries", "discoveries", int),
    ]


def visible_columns(parts: Iterable[SeriesPart]) -> list[Column]:
    """Word the table ``visible_from``: when effects of the assumed sizes could be seen, in records and in charges."""
    named = {each.part: each.words for each in parts} | {"all": "all child-only offences"}

    def multiplied(part: str, share: float, ratio: float) -> str:
        most = "" if share == 1 else f" (at most {say_number(round(share, 4), 'share')} of the series)"
        return f"{named[part]}{most}, by {say_number(ratio)}"

    return [
        Column("What is multiplied", ("part", "share", "ratio"), multiplied),
        Column("Series rises by", ("share", "effect"), _rises_by),
        Column("Seen in records", "recorded_words"),
        Column("Seen in charges", ("charges_earliest_words", "charges_latest_words"), _early_and_late),
    ]


def specifications_in_words(specifications: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Word the level ratios by specification, a column a date."""
    heads = {str(row["id"]): f"From {row['at']}" for row in dates.to_dict("records")}
    rows: dict[str, dict[str, str]] = {}
    for row in specifications.to_dict("records"):
        said = str(row["refusal"]) or _ratio(row["ratio"], row["low"], row["high"], kind=False)
        rows.setdefault(str(row["specification"]), {})[heads[str(row["id"])]] = said
    table = pd.DataFrame.from_dict(rows, orient="index").fillna("the same: a quarter begins on the day")
    return table.rename_axis("Specification").reset_index()


def left_out_in_words(left_out: pd.DataFrame) -> pd.DataFrame:
    """Count the series that are left out, by rule, and name the forces of which none is kept for any code."""
    every = left_out["code"].nunique()
    rows = []
    for rule, part in left_out.groupby("rule", sort=False):
        whole = [str(name) for name, own in left_out.groupby("force") if len(own) == every and rule in set(own["rule"])]
        codes = sorted({_series(str(code)) for code in part["code"]}, key=lambda name: (name[:5] != "child", name))
        rows.append((str(rule), len(part), part["force"].nunique(), ", ".join(codes), ", ".join(whole) or "none"))
    heads = ["Left out because", "Series", "Forces with such a series", "Codes", "Forces left out wholly"]
    return pd.DataFrame(rows, columns=heads)


def cards_in_words(cards: pd.DataFrame) -> str:
    """Write the cards of the table ``too_early`` as Markdown without a placeholder, a heading and a list each."""
    return "\n\n".join(_card({str(name): str(cell) for name, cell in row.items()}) for row in cards.to_dict("records"))


def _card(row: Mapping[str, str]) -> str:
    cell = {name: escape(text) for name, text in row.items()} | {"figures": _FIGURES[row["figures"]]}
    listed = "\n".join(f"- *{name}:* {words.format(**cell).rstrip('.')}." for name, words in _CARD.items())
    return f"### {cell['name']}\n\n**{cell['verdict'].capitalize()}.**\n\n{listed}"


_TOLD = "data/judgement/told_breaks.csv"


def breaks_said(
    breaks: pd.DataFrame, dates: pd.DataFrame, events: Sequence[DatedEvent], told: Iterable[ToldBreak]
) -> str:
    """Say how many series break, how near to what is registered, and how little the date is known."""
    first, last = (_days(breaks[name]) for name in ("earliest", "latest"))
    flag = _days(dates.loc[dates["id"] == "exploitation_flag", "at"]).iloc[0]
    notable = int((breaks["p_value"] <= NOTABLE).sum())
    inspected = sum("recording_inspection_2014" in str(ids).split(";") for ids in breaks["near"])
    wide = int((last > first + pd.DateOffset(years=2)).sum())
    around = int(((first <= flag) & (flag <= last)).sum())
    rows, by_id, told = breaks.set_index("series"), {event.id: event for event in events}, list(told)
    if unknown := [each.code for each in told if each.code not in rows.index]:
        raise ValueError(f"{_TOLD}, code: {unknown} has no series that breaks; write one of {list(rows.index)}")
    return (
        f"In {notable} of {len(breaks)} series the p-value is at most one in twenty. The most likely quarter lies "
        f"within a year of the inspection of 2014 in {inspected} of the series, but that dates few of them: in {wide} "
        f"the range is longer than two years, and {around} ranges hold the date of the exploitation flag, which moves "
        f"no code. {' '.join(_told(each, rows.loc[each.code], by_id) for each in told)}"
    )


def _told(told: ToldBreak, row: pd.Series, events: Mapping[str, DatedEvent]) -> str:
    """Fill a break into the sentence about its code."""
    event = None if told.event is None else events.get(told.event)
    words = {"code": told.code, **row[["at", "earliest", "latest"]]}
    words["steps"] = "steps down" if row["ratio"] < 1 else "steps up"
    if event is not None:
        words |= {"when": event.when, "beside": "within" if event.id in row["near"].split(";") else "not within"}
    try:
        return told.words.format(**words)
    except KeyError as missing:
        raise ValueError(
            f"{_TOLD}, {told.code}: {missing} cannot be filled in; write one of {', '.join(words)}, and for "
            "when and beside the id of a registered event"
        ) from None


def control_said(control: pd.DataFrame) -> str:
    """Say where the counts of the positive control leave the fitted line, and where the earlier trend leads to."""
    after = control[control["fitted"] != control["continued"]]
    share = after["count"] / after["fitted"]
    below, last = int((share < 1).cummin().sum()), after.iloc[-1]
    opening, left = (say_number(round(one, 2), "share") for one in (share.iloc[0], last["count"] / last["continued"]))
    return (
        f"The first {below} quarters lie below the fitted line, the first of all at {opening} of it, as they would if "
        "use of a new offence grew in over months, which one change of level cannot show. The ratio is of the first "
        "quarter alone: the earlier trend, continued as a straight line on this scale, rises on, and in "
        f"{last['quarter']} the count is {left} of it. That is what a long continuation of steep growth does, and no "
        "sign that the offence went away."
    )


def _days(words: pd.Series) -> pd.Series:
    return pd.to_datetime(words, format="%B %Y")
