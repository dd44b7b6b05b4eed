"""What the tables of the chapter on comparisons print: heading, fields and format of each column."""

from __future__ import annotations

import math
import re

from cseanalysis.export.wording import say_number
from cseanalysis.register.sentences import span
from cseanalysis.study.labels import plain_words
from cseanalysis.study.tables import Column, number
from cseanalysis.values import Interval

# What an answer comes down to, where it is more than one sentence: a reason comes before a number.
_TELLING = ("No comparison", "can be said", "(?i:No clear change|stops being clear|at most|at least)")
_ENDS = re.compile(r"(?<=[.%)]) (?=[A-Z])")


def _side(name: str) -> tuple[str, ...]:
    return (f"{name}_printed", name, f"{name}_statement", f"{name}_publisher", f"{name}_published")


def _printed(published: str, figure: str, statement: str, publisher: str, day: str) -> str:
    return f"{published} ({figure}): {statement}. {publisher}, {day}"


def _without_brackets(text: str) -> str:
    return re.sub(r" \([^()]*(?:\([^()]*\)[^()]*)*\)", "", text)


def _chance(interval: Interval | None) -> str:
    if interval is None:
        return "none: an end is open"
    # Three decimals, outward: with fewer an interval that ends near 1 would not show its side.
    return f"{math.floor(interval.low * 1000) / 1000:.3f} to {math.ceil(interval.high * 1000) / 1000:.3f}"


def _clear(hidden_at: float | None, highest: float) -> str:
    if hidden_at is None:
        return "no claim"
    if hidden_at <= 1:
        return "no clear change, even if every offence were independent"
    about = say_number(float(f"{hidden_at:.2g}"))
    if hidden_at < highest:
        return f"no longer from an inflation of about {about}"
    return f"yes, up to an inflation of about {about}"


def _answer(kind: str, answer: str) -> str:
    return f"{kind.capitalize()}: {plain_words(_gist(answer)).removeprefix('No clear change: ')}"


def _gist(answer: str) -> str:
    """Return the gravest reason of a refusal, or the most telling sentence of a longer answer."""
    refused = re.search(r"must not be compared[^:]*: (.+?\))[;.]", answer)
    if refused:
        return f"{refused.group(1)}."
    answer = answer.partition(" Keep in mind")[0]
    ends = [end.end() for end in _ENDS.finditer(answer) if _closed(answer[: end.start()])]
    sentences = [answer[start:end].strip() for start, end in zip([0, *ends], [*ends, len(answer)], strict=True)]
    telling = (sentence for pattern in _TELLING for sentence in sentences if re.search(pattern, sentence))
    return next(telling, sentences[0])


def _closed(text: str) -> bool:
    """Say whether every bracket that a text opens is closed in it: a full stop inside of one ends no sentence."""
    return text.count("(") == text.count(")")


def _filled(state: str, figures: str) -> str:
    words = {"yes": "filled", "partly": "partly", "no": "not in the register"}[state]
    return f"{words}: {figures}" if figures else words


VERDICTS = (
    Column("Verdict, or dimension that refuses", "said"),
    Column("Pairs", "pairs"),
    Column("Share", "share", number("share")),
)
CHANGES = (
    Column("From", "first"),
    Column("To", "second"),
    Column("Ratio", "ratio", lambda ends: span(*ends)),
    Column("With chance", "independent", _chance),
    Column("With clusters", "clustered", _chance),
    Column("Beyond chance?", ("hidden_at", "highest"), _clear),
)
RECONCILED = (Column("Table", "title"), Column("Printed", "printed"), Column("What follows", "follows"))
EXPLAINED = (
    Column("About", "about"),
    Column("Figures", "figures"),
    Column("What follows from the printed numbers", "finding"),
)
DISPUTED = (
    Column("Published first", _side("first"), _printed),
    Column("Published after", _side("second"), _printed),
    Column("What differs", "differs", _without_brackets),
)
LINEAGE = (
    Column("Figure", "figure"),
    Column("Role", "role"),
    Column("Published", "published"),
    Column("Publisher", "publisher"),
    Column("As printed", "printed"),
    Column("What it says otherwise", "drift"),
)
SPENDING = (
    Column("For", "statement"),
    Column("Printed", ("published", "id"), "{} ({})".format),
    Column("Remark", "note"),
)
REQUESTED = (
    Column("Asked for", "field", lambda field: field[:1].upper() + field[1:]),
    Column("By", "asked_by"),
    Column("Published", ("filled", "filled_by"), _filled),
    Column("Remark", "note"),
)
OUTCOMES = (
    Column("A good outcome", "outcome"),
    Column("Who was heard", "whose_view"),
    Column("Source", "source", "[@{}]".format),
    Column("Share printed", "published_share", lambda share: share or "none"),
)
ATTEMPTS = (
    Column("Tried", ("attempt", "tried"), "{}. {}".format),
    Column("Answer", ("kind", "answer"), _answer),
)


def outside(total: int) -> tuple[Column, ...]:
    """Return the columns of the forces outside the funnel's limits; the heading says of how many."""
    return (
        Column("Limits allow for", "limits"),
        Column(f"Forces outside, of {total}: 95% limits", "wide", number()),
        Column("99.8% limits", "narrow", number()),
    )
