"""What the gate says, in sentences that may be quoted: the figures, the verdict, the reasons, what is left to say."""

from __future__ import annotations

import math
from datetime import date

from cseanalysis.export.wording import say_date, say_interval, say_month, say_number
from cseanalysis.register.comparison import Comparison, part_bridge
from cseanalysis.register.definitions import worded
from cseanalysis.register.differences import Difference, listed
from cseanalysis.register.figures import COUNTS, UNKNOWN, Figure
from cseanalysis.register.known import worst_case
from cseanalysis.register.spans import months_in, overlap
from cseanalysis.values import Interval

_LARGE = 1000.0  # ratios from here on are worded whole
# What else moves a count, told with every change that is stated.
_MOVED_BY = {
    "offences": ("Recorded offences", "reporting", "recording"),
    **dict.fromkeys(("arrests", "people_arrested"), ("Arrests", "police activity", "recording")),
    **dict.fromkeys(
        ("decisions", "charges", "people_charged"), ("Decisions to charge", "charging guidance", "backlogs", "practice")
    ),
    **dict.fromkeys(
        ("defendants", "prosecutions", "convictions", "people_convicted", "people_sentenced"),
        ("Completed cases", "charging practice", "backlogs"),
    ),
    "cases": ("Open cases", "how many come in", "how fast they are closed"),
    **dict.fromkeys(("suspects", "victims", "investigations"), ("Such counts", "police activity", "recording")),
    **dict.fromkeys(("assessments", "referrals"), ("Such counts", "practice", "the threshold for one")),
    **dict.fromkeys(
        ("days_median", "days_mean", "days_upper_quartile", "days_unstated"),
        ("Waits", "which cases are finished or left"),
    ),
    "children": ("Such counts", "practice", "the threshold for protection"),
}
_COMPLETED, _OPEN, _WAITS = "Completed cases", "Open cases", "Waits"
_CLOSED = date(2020, 3, 1), date(2021, 3, 31)  # courts were partly closed
# What is minded of the two figures themselves, so that it goes with a refusal too.
_OF_THE_FIGURES = ("coverage", "selection", "replaced", "inferred", "source")


def sentence(comparison: Comparison) -> str:
    """Word a verdict so that it can stand alone in somebody else's text."""
    parts = {"refused": _refusal, "bridged": _bridged, "comparable": _comparable}[comparison.verdict](comparison)
    refused = comparison.verdict == "refused"
    minded = [
        item.text
        for item in comparison.differences
        if item.level == "minded" and (not refused or item.dimension in _OF_THE_FIGURES)
    ]
    if not refused:
        parts += _base(comparison.first, comparison.second) + _disputed(comparison.first, comparison.second)
    return f"{parts} Keep in mind: {'; '.join(minded)}." if minded else parts


def described(figure: Figure) -> str:
    """Name a figure in a sentence: what it counts, where and when, its id and the value as it was printed."""
    what = figure.statement.rstrip(".")
    place = "" if figure.geography.casefold() in what.casefold() else f", {figure.geography}"
    return f"{what}{place}, {period_words(figure)} ({_printed(figure)})"


def _printed(figure: Figure) -> str:
    return f"{figure.id}, not to be quoted" if figure.withheld else f"{figure.id}: {figure.published}"


def _two(first: Figure, second: Figure) -> str:
    """Name two figures, and what they have in common once."""
    if (first.statement, first.geography) != (second.statement, second.geography):
        return f"{_capital(described(first))}, and {_lower(described(second))}"
    return f"{_capital(described(first))} and {period_words(second)} ({_printed(second)})"


def period_words(figure: Figure) -> str:
    """Word the period of a figure."""
    start, end = figure.period_start, figure.period_end
    if start is None or end is None:
        return "period not known"
    if figure.period_type == "calendar_year":
        return str(start.year)
    if figure.period_type == "financial_year":
        return f"{start.year}/{end.year % 100:02d}"
    if start == end:
        return f"as at {say_date(start)}"
    if start.day == 1 and _last_of_month(end):
        first, last = say_month(start), say_month(end)
    else:
        first, last = say_date(start), say_date(end)
    return first if first == last else f"{first} to {last}"


def _refusal(comparison: Comparison) -> str:
    first, second = comparison.first, comparison.second
    reasons = [item for item in comparison.differences if item.level == "refused"]
    forbidden = "compared or added" if comparison.share else "compared, added or divided"
    text = f"{_two(first, second)}, must not be {forbidden}: {_joined(reasons)}."
    if (share := comparison.share) is not None and (part := comparison.part) is not None:
        whole = second if part is first else first
        low, high = share
        bound = Interval(low, high, "bound")
        said = say_number(low, "share") if low == high else say_interval(bound, "share", digits=3)
        bridge = part_bridge(part, whole)
        why = "" if bridge is None else f" ({bridge.reason})"
        text += f" What can be said is the share: {part.id} is {said} of {whole.id}{why}.{_disputed(first, second)}"
        if (rest := comparison.rest) is not None:
            text += f" The rest of {whole.geography} comes to {span(*rest)} {worded(whole.unit)}."
    elif (part := comparison.part) is not None:
        whole = second if part is first else first
        if whole.ends[1] == 0:
            text += f" {whole.id} is none, and from none no ratio can be formed."
        else:
            text += f" {part.id} is part of {whole.id} and yet exceeds it, so one of the two is wrong."
    if any(item.dimension == "known share" for item in reasons):
        text += _known_share(first, second)
    return text


def _disputed(*figures: Figure) -> str:
    """Name who contradicts a figure whose share is said: one side of a conflict is not quoted without the other."""
    # Two that print one number contradict each other in something else, which is minded, and both are quoted already.
    beside = {one.id for one in figures} if len({one.ends for one in figures}) == 1 else set()
    others = {figure.id: [one for one in figure.conflicts_with if one not in beside] for figure in figures}
    said = [f"{name} by {listed(found)}" for name, found in others.items() if found]
    return f" Contradicted: {'; '.join(said)}, so quote that too." if said else ""


def _base(first: Figure, second: Figure) -> str:
    """Say of what two per cents are shares, where what is counted does not say it."""
    if not first.unit.startswith("per_cent") or first.base in ("", UNKNOWN):
        return ""
    if all(first.base.casefold() in figure.statement.casefold() for figure in (first, second)):
        return ""
    return f" Both are per cents of {first.base}."


def _bridged(comparison: Comparison) -> str:
    first, second = comparison.first, comparison.second
    bridges = [item for item in comparison.differences if item.level == "bridged"]
    if comparison.one_thing:
        return f"{_two(first, second)}: {bridges[0].text}."
    text = f"{_two(first, second)}, can be set against each other in one way only: {_joined(bridges)}."
    if any(item.dimension == "known share" for item in bridges):
        return text + _known_share(first, second) + _change(comparison)
    if "rate per month" in comparison.allowed:
        text += f" {_monthly(first)} and {_lower(_monthly(second))}."
    return text + _change(comparison)


def _comparable(comparison: Comparison) -> str:
    first, second = comparison.first, comparison.second
    if comparison.one_thing:
        return f"{_two(first, second)}, are one number, which shows no change."
    return f"{_two(first, second)}, may be compared.{_change(comparison)}"


def _change(comparison: Comparison) -> str:
    change, first, second = comparison.change, comparison.first, comparison.second
    if change is None:
        return ""
    word = "difference" if period_words(first) == period_words(second) else "change"
    if change.ratio is None:
        return _difference(change.difference or (-math.inf, math.inf), first, second, word)
    if first.ends == (0, 0):
        return f" From none no ratio can be formed, so no clear {word} is claimed."
    text = f" The {'ratio of the monthly rates' if 'rate per month' in comparison.allowed else 'ratio'} "
    text += f"({second.id} over {first.id}) is {span(*change.ratio)}"
    if change.independent is None or change.clustered is None:
        if first.counter == "flow" and first.unit in COUNTS:
            return f"{text}; chance comes on top of it, so no clear {word} is claimed.{_moved_by(first, second)}"
        why = {
            "stock": "a stock holds the same cases twice, so no interval for chance applies to it",
            "survey": "that is rounding only: its sampling error is not in the register, the publisher gives it",
        }
        unknown = "the number of cases behind it is not known, so no interval is given"
        return f"{text}; {why.get(first.counter, unknown)}.{_moved_by(first, second)}"
    least = comparison.inflation.low
    lowest = (
        "if every event were independent" if least == 1 else f"if the variance is inflated {say_number(least)} times"
    )
    level = f"{say_number(100 * (change.independent.level or 0))}%"
    text += (
        f"; with chance {_pair(change.independent)} ({level} confidence interval) {lowest}, and "
        f"{_pair(change.clustered)} if events come in clusters that inflate the variance "
        f"{say_number(comparison.inflation.high)} times."
    )
    seasons = any(item.dimension == "seasons" for item in comparison.differences)
    by_chance = seasons and change.independent.low <= 1 <= change.independent.high
    hidden_at = 0.0 if by_chance else change.hidden_at  # the seasons hide no more than chance does already
    return text + _clarity(hidden_at, comparison.inflation.high, word) + _moved_by(first, second)


def _moved_by(first: Figure, second: Figure) -> str:
    """Say what else moves the two counts, as far as it applies to them."""
    if first.counter not in ("flow", "stock") or first.unit not in _MOVED_BY:
        return ""
    what, *causes = _MOVED_BY["defendants" if (first.unit, first.counter) == ("cases", "flow") else first.unit]
    if any(figure.dataset is not None and figure.dataset.flagged == "yes" for figure in (first, second)):
        causes.append("how flags are set")
    closed = " and, from March 2020, with closed courts" if _met_closed_courts(what, first, second) else ""
    told = f" {what} also move with {', '.join(causes) if closed else listed(causes)}{closed}."
    return f"{told} A child may have several assessments." if first.unit == "assessments" else told


def _met_closed_courts(what: str, first: Figure, second: Figure) -> bool:
    """Whether two counts of finished cases, or what waits at a court and how long, meet the partly closed courts."""
    # What waits is moved by them long after: it is enough that they lie between the two.
    spans = [(figure.period_start, figure.period_end) for figure in (first, second)]
    if what in (_OPEN, _WAITS) and first.stage in ("court", "disposal"):
        days = [day for span in spans for day in span if day]
        return bool(days) and overlap(min(days), max(days), *_CLOSED) > 0
    return what == _COMPLETED and any(start and end and overlap(start, end, *_CLOSED) for start, end in spans)


def _clarity(hidden_at: float | None, highest: float, word: str) -> str:
    if hidden_at is None:
        return ""  # the reason stands in what must be minded
    if hidden_at <= 1:
        return f" No clear {word}: chance alone can explain it, even if every event were independent."
    about = say_number(float(f"{hidden_at:.2g}"))
    if hidden_at < highest:
        return f" The {word} stops being clear where clusters inflate the variance about {about} times."
    return f" A clear {word} in what was counted: only an inflation of about {about} times would hide it."


def _difference(ends: tuple[float, float], first: Figure, second: Figure, word: str) -> str:
    later = first.period_end != second.period_end
    if not first.unit.startswith("per_cent") and not later:
        return f" The difference ({second.id} less {first.id}) is {span(*ends)}; a running total gives no ratio."
    if not first.unit.startswith("per_cent") and ends[1] < 0:
        return (
            f" A running total cannot fall, from {first.id} to {second.id}: one of the two was counted anew, and "
            "nothing follows from them."
        )
    if not first.unit.startswith("per_cent"):
        return (
            f" The net change from {first.id} to {second.id} is {span(*ends)}: what was taken out between the two days "
            "is off already, and a running total gives no ratio."
        )
    text = f" The difference ({second.id} less {first.id}) is {span(*ends)} percentage points"
    if first.known is not None or first.unrecorded is not None:
        return (
            f"{text}, whatever the records that do not say would say; how many records there are does not come with "
            f"the shares, so chance cannot be ruled out and no clear {word} is claimed."
        )
    if first.counter == "survey":
        return (
            f"{text}, as far as rounding goes; the survey's sampling error is not in the register, the publisher "
            "gives it."
        )
    return (
        f"{text}, by rounding alone; the number of records behind the shares does not come with them, so chance "
        f"cannot be ruled out and no clear {word} is claimed."
    )


def _known_share(*figures: Figure) -> str:
    said = []
    for figure in figures:
        if figure.known is not None and figure.known_share != "unknown":
            low, high = worst_case(figure)
            known = say_number(figure.known.low + (figure.known.high - figure.known.low) / 2)
            said.append(
                f" {figure.id} is a share among the {known}% of records that say: among all records it lies between "
                f"{low:.0f}% and {high:.0f}%."
            )
    return "".join(said)


def _monthly(figure: Figure) -> str:
    if figure.period_start is None or figure.period_end is None:
        raise ValueError(f"figure {figure.id} has no period, so no rate per month; give its days")
    months = months_in(figure.period_start, figure.period_end)
    low, high = (end / months for end in figure.ends)
    return f"{_capital(figure.published)} in {say_number(months)} months is {span(low, high)} a month"


def span(low: float, high: float) -> str:
    """Word two ends, rounded outward, either of which may be open."""
    if low == high:
        return say_number(low)
    if math.isinf(low) or (low == 0 and math.isinf(high)):
        return "not bounded" if math.isinf(high) else f"at most {_ends(high, high)[1]}"
    if math.isinf(high):
        return f"at least {_ends(low, low)[0]}"
    if low == 0:
        return f"at most {_ends(high, high)[1]}"
    first, second = _ends(low, high)
    return f"between {first} and {second}"


def _ends(low: float, high: float) -> tuple[str, str]:
    down = math.floor(_shifted(low)) / _scale(low)
    up = math.ceil(_shifted(high)) / _scale(high)
    return say_number(round(down, 9)), say_number(round(up, 9))


def _scale(value: float) -> float:
    """Three significant digits, and no decimals that whole numbers do not have."""
    return 1.0 if value == 0 or float(value).is_integer() else 10.0 ** max(0, 2 - math.floor(math.log10(abs(value))))


def _shifted(value: float) -> float:
    return round(value * _scale(value), 6)


def _pair(interval: Interval) -> str:
    """Word a confidence interval of a ratio outward to three decimals, so that one near 1 shows its side."""
    if interval.high >= _LARGE:
        return f"{say_number(math.floor(interval.low))} to {say_number(math.ceil(interval.high))}"
    return f"{math.floor(interval.low * 1000) / 1000:.3f} to {math.ceil(interval.high * 1000) / 1000:.3f}"


def _joined(items: list[Difference]) -> str:
    return "; ".join(f"{item.dimension} ({item.text})" for item in items)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text if text[1:2].isupper() or text[1:2].isdigit() else text[:1].lower() + text[1:]


def _last_of_month(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1
