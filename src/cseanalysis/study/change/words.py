"""The tables of the chapter on change in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from cseanalysis.export.markup import escape
from cseanalysis.export.wording import say_interval, say_number
from cseanalysis.study.change.breaks import BESIDE, NOTHING
from cseanalysis.study.change.events import DatedEvent
from cseanalysis.study.change.judged import SeriesPart, ToldBreak
from cseanalysis.study.change.numbers import ERRORS, TOTAL
from cseanalysis.values import Interval

_FAMILIES = {"quasipoisson": "quasi-Poisson", "poisson": "Poisson", "negative-binomial": "negative binomial"}
_FIGURES = {
    "compared": "the gate allows some comparisons, which are no effects either; see @tbl:cards",
    "cannot be estimated": "no comparison is allowed; see @tbl:cards",
}
NOTABLE = 0.05


def dates_in_words(dates: pd.DataFrame, events: Sequence[DatedEvent]) -> pd.DataFrame:
    """Word what the model says of each date: the ratio, or the refusal, and the recording events nearby.

    Parameters
    ----------
    dates
        The results' table ``change_dates``.
    events
        As of `cseanalysis.study.change.events.load_events`.
    """
    names = _names(events)
    rows = []
    for row in dates.to_dict("records"):
        refused = bool(row["refusal"])
        ratio = f"cannot be estimated: {row['refusal']}" if refused else _ratio(row)
        rows.append(
            {
                "Date": f"{row['name']}; first quarter from {row['at']}",
                "Series": _series(str(row["series"])),
                "Quarters": f"{row['before']} before, {row['after']} after",
                "Level over the continued trend": ratio,
                "Not to be told apart from": _listed(str(row["near"]), names),
            }
        )
    return pd.DataFrame(rows)


def diagnostics_in_words(dates: pd.DataFrame) -> pd.DataFrame:
    """Word what each fit rests on: the errors, scatter, autocorrelation, and the placebo dates."""
    rows = []
    for row in dates[dates["refusal"] == ""].to_dict("records"):
        errors = "; ".join(say_number(round(row[name], 3)) for name in ERRORS)
        used = {"scale": "first", "hac": "second", "drift": "third"}[str(row["error_used"])]
        rows.append(
            {
                "From": f"{row['at']}, {_series(str(row['series']))}",
                "Family": _FAMILIES[str(row["family"])],
                "Error by scatter; by autocorrelation; by drift": f"{errors}; the {used} is used, the largest",
                "Scatter over Poisson": say_number(round(row["dispersion"], 1)),
                "Autocorrelation": say_number(round(row["autocorrelation"], 2)),
                "Place among dates": f"{int(row['rank'])} of {int(row['dates'])}, "
                f"{say_number(round(row['share_as_large'], 3), 'share')} as large; "
                f"{int(row['rank_alone'])} if each is alone",
                "Other dates that look clear": f"{int(row['placebo_clear'])}; "
                f"{say_number(round(row['placebo_expected'], 2))} expected by chance",
            }
        )
    return pd.DataFrame(rows)


def specifications_in_words(specifications: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Word the level ratios by specification, a column a date."""
    heads = {str(row["id"]): f"From {row['at']}" for row in dates.to_dict("records")}
    rows: dict[str, dict[str, str]] = {}
    for row in specifications.to_dict("records"):
        words = rows.setdefault(str(row["specification"]), {})
        words[heads[str(row["id"])]] = str(row["refusal"]) or _ratio(row, kind=False)
    table = pd.DataFrame.from_dict(rows, orient="index").fillna("the same: a quarter begins on the day")
    return table.rename_axis("Specification").reset_index()


def breaks_in_words(breaks: pd.DataFrame, events: Sequence[DatedEvent]) -> pd.DataFrame:
    """Word the most likely break of each series, and the events, by their dates, in its range or within a year."""
    names = {event.id: event.when for event in events}
    rows = []
    for row in breaks.to_dict("records"):
        within = str(row["within"])
        beside = ";".join(name for name in str(row["near"]).split(";") if name not in within.split(";"))
        rows.append(
            {
                "Series": _series(str(row["series"])),
                "Most likely first quarter": f"{row['at']} ({row['earliest']} to {row['latest']})",
                "Level over the trend": _ratio(row, kind=False),
                "P-value": say_number(round(row["p_value"], 4)),
                "Registered events in that range": _listed(within, names),
                "Others within a year": _listed(beside, names),
            }
        )
    return pd.DataFrame(rows)


def breaks_said(
    breaks: pd.DataFrame, dates: pd.DataFrame, events: Sequence[DatedEvent], told: Iterable[ToldBreak]
) -> str:
    """Say how many series break, how near to what is registered, and how little the date is known.

    Parameters
    ----------
    breaks, dates
        The results' tables ``change_breaks`` and ``change_dates``.
    events
        As of `cseanalysis.study.change.events.load_events`.
    told
        As of `cseanalysis.study.change.judged.read_told_breaks`.

    Returns
    -------
    str
        Sentences for `cseanalysis.report.prose`.
    """
    first, last = (_days(breaks[name]) for name in ("earliest", "latest"))
    flag = _days(dates.loc[dates["id"] == "exploitation_flag", "at"]).iloc[0]
    notable = int((breaks["p_value"] <= NOTABLE).sum())
    inspected = sum("recording_inspection_2014" in str(ids).split(";") for ids in breaks["near"])
    wide = int((last > first + pd.DateOffset(years=2)).sum())
    around = int(((first <= flag) & (flag <= last)).sum())
    rows = breaks.set_index("series")
    by_id = {event.id: event for event in events}
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
            f"told_breaks.csv, {told.code}: {missing} cannot be filled in; write one of {', '.join(words)}, and for "
            "when and beside the id of a registered event"
        ) from None


def control_said(control: pd.DataFrame) -> str:
    """Say where the counts of the positive control leave the fitted line, and where the earlier trend leads to.

    Parameters
    ----------
    control
        The results' table ``change_control``.

    Returns
    -------
    str
        Sentences for `cseanalysis.report.prose`.
    """
    after = control[control["fitted"] != control["continued"]]
    share = after["count"] / after["fitted"]
    below, last = int((share < 1).cummin().sum()), after.iloc[-1]
    opening = say_number(round(float(share.iloc[0]), 2), "share")
    left = say_number(round(float(last["count"] / last["continued"]), 2), "share")
    return (
        f"The first {below} quarters lie below the fitted line, the first of all at {opening} of it, as they would if "
        "use of a new offence grew in over months, which one change of level cannot show. The ratio is of the first "
        "quarter alone: the earlier trend, continued as a straight line on this scale, rises on, and in "
        f"{last['quarter']} the count is {left} of it. That is what a long continuation of steep growth does, and no "
        "sign that the offence went away."
    )


def many_in_words(many: pd.DataFrame, events: Sequence[DatedEvent]) -> pd.DataFrame:
    """Word how many changes of many series stand out, by what the register knows of the date."""
    names = {
        **_names(events),
        BESIDE: "Other dates within a year of an event",
        NOTHING: "Dates without an event within a year",
    }
    return pd.DataFrame(
        {
            "Dates": [names.get(str(name), "All") for name in many["dates"]],
            "Changes tried": many["tried"].astype(int),
            "Clear by their own interval": many["clear"].astype(int),
            "Expected by chance": [say_number(round(value, 1)) for value in many["expected_by_chance"]],
            "Left after control of false discoveries": many["discoveries"].astype(int),
        }
    )


def left_out_in_words(left_out: pd.DataFrame) -> pd.DataFrame:
    """Count the series that are left out, by rule, and name the forces of which none is kept for any code."""
    every = left_out["code"].nunique()
    rows = []
    for rule, part in left_out.groupby("rule", sort=False):
        whole = [str(name) for name, own in left_out.groupby("force") if len(own) == every and rule in set(own["rule"])]
        rows.append(
            {
                "Left out because": str(rule),
                "Series": len(part),
                "Forces with such a series": part["force"].nunique(),
                "Codes": ", ".join(sorted({_series(str(code)) for code in part["code"]}, key=_code_order)),
                "Forces left out wholly": ", ".join(whole) or "none",
            }
        )
    return pd.DataFrame(rows)


def visible_in_words(visible: pd.DataFrame, parts: Iterable[SeriesPart]) -> pd.DataFrame:
    """Word from which quarter on effects of the assumed sizes could be seen, in records and in charges."""
    named = {each.part: each.words for each in parts} | {"all": "all child-only offences"}
    rows = []
    for row in visible.to_dict("records"):
        early, late = str(row["charges_earliest_words"]), str(row["charges_latest_words"])
        effect = say_number(round(row["effect"], 4), "share")
        share = "" if row["share"] == 1 else f" (at most {say_number(round(row['share'], 4), 'share')} of the series)"
        rows.append(
            {
                "What is multiplied": f"{named[str(row['part'])]}{share}, by {say_number(row['ratio'])}",
                "Series rises by": effect if row["share"] == 1 else f"at most {effect}",
                "Seen in records": str(row["recorded_words"]),
                "Seen in charges": early if early == late else f"{early} at best; {late} at worst",
            }
        )
    return pd.DataFrame(rows)


def verdicts_in_words(cards: pd.DataFrame) -> pd.DataFrame:
    """List the cards in short: what, when, and the verdict."""
    names = {"name": "Intervention", "when": "When", "quarters": "Quarters of the table", "verdict": "Verdict"}
    return cards[list(names)].rename(columns=names)


def cards_in_words(cards: pd.DataFrame) -> str:
    """Write the cards as Markdown, a heading and a list an intervention.

    Parameters
    ----------
    cards
        The results' table ``too_early``.

    Returns
    -------
    str
        For `cseanalysis.report.prose`; it holds no placeholder.
    """
    return "\n\n".join(_card({name: str(cell) for name, cell in row.items()}) for row in cards.to_dict("records"))


def _card(row: Mapping[str, str]) -> str:
    cell = {name: escape(text) for name, text in row.items()}
    lines = (
        ("When", f"{cell['when']}, {cell['area']}"),
        ("Claimed", cell["claimed"]),
        ("Quarters of the table", cell["quarters"]),
        ("Not to be told apart from", cell["near"]),
        ("Smallest change that could be seen", cell["least"]),
        ("First quarter in which an effect could be seen", cell["seen"]),
        ("Published figures before and after", _FIGURES[row["figures"]]),
        ("Why", f"{cell['because']} {cell['note']}"),
        ("What would have to be published", cell["would_need"]),
    )
    listed = "\n".join(f"- *{name}:* {text.rstrip('.')}." for name, text in lines)
    return f"### {cell['name']}\n\n**{cell['verdict'].capitalize()}.**\n\n{listed}"


def _days(words: pd.Series) -> pd.Series:
    return pd.to_datetime(words, format="%B %Y")


def _names(events: Sequence[DatedEvent]) -> dict[str, str]:
    return {event.id: event.name.rstrip(".") for event in events}


def _listed(ids: str, names: Mapping[str, str]) -> str:
    return "; ".join(dict.fromkeys(names[name] for name in ids.split(";") if name)) or "none registered"


def _series(name: str) -> str:
    return "child-only codes" if name == TOTAL else f"code {name}"


def _code_order(name: str) -> tuple[bool, str]:
    return not name.startswith("child"), name


def _ratio(row: Mapping[str, object], *, kind: bool = True) -> str:
    ratio, low, high = (float(str(row[name])) for name in ("ratio", "low", "high"))
    words = say_interval(Interval(low, high, "confidence", 0.95), digits=3)
    ends = words if kind else words.partition(" (")[0]
    return f"{ratio:.2f} times: {ends}" if kind else f"{ratio:.2f} ({ends})"
