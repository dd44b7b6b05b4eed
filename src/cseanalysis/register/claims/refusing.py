"""Sentences that are not tested: named people, causes in a group, rankings of places, blame of victims."""

from __future__ import annotations

import re

from cseanalysis.register.claims.grammar.reading import Reading
from cseanalysis.register.claims.grammar.tables import Refusal, refusals
from cseanalysis.register.figures import NATIONAL

_HEADLINE = 0.6  # of the words with a capital: none says that it is a name
_PEOPLE = frozenset(("children", "children girl", "children boy", "victims", "people woman", "adults"))
_SEVERAL = 2
# One place held against the others: "more than any other force", "of any town", "forces in the north … than those".
_KIND = r"(?:police )?(?:force|town|city|area|borough|count(?:y|ies)|region|place|communit(?:y|ies)|district)s?"
_ABOVE_OTHERS = re.compile(
    rf"\b(?:than|of) (?:any|every|all|most)(?: of the)?(?: other)? {_KIND}\b|\b{_KIND} (?:in|of) .{{3,40}} than those\b"
    rf"|\b{_KIND} (?:with|has|have|had) the (?:most|fewest|highest|lowest)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\bthe (?:most|fewest|highest|lowest|greatest|worst)\b(?!.*\b(?:since|on record|ever)\b)", re.IGNORECASE
)


_TURNS = re.compile(
    r"\b(?:turn|make|drive)(?:s|ing)? (?:\w+ ){0,3}?(?:men|boys|people|them) (?:into|to)\b", re.IGNORECASE
)
# "victims made up 9,949 rapes": doubt that it was done to them; "girls made up 80% of victims" is a share.
_DOUBTS = re.compile(
    r"\b(?:victim|survivor|complainant|child(?:ren)?|girl|boy|kid|woman|women|teenager)s?"
    r" (?:(?:who|that|have|had|has|simply|just|often|all|mostly) )*"
    r"(?:(?:made|makes?|making|thought|dreamt|dreamed|cooked) up"
    r" (?:(?!\d+(?:\.\d+)?(?:%| per))(?:all|the|these|those|their|some|over|about|around|\d[\d,]*) )*(?:[a-z]+ ){0,2}"
    r"(?:rapes?|offences|crimes|assaults|abuse|stories|allegations|claims)\b"
    r"|(?:invented|fabricated|imagined|faked|lied)\b)"
    r"|\bso-called (?:child )?(?:victims|survivors|complainants)\b"
    r"|\b(?:made|thought|dreamt|dreamed|cooked) up by (?:the |their )?"
    r"(?:victims|survivors|complainants|children|girls|boys)\b",
    re.IGNORECASE,
)


def refusal(reading: Reading) -> Refusal | None:
    """Return the first kind of refusal that a sentence meets, if any."""
    held = {kind for kind in ("group", "cause", "blame", "ranking", "town") if kind in reading.kinds}
    if _TURNS.search(reading.sentence):
        held.add("cause")
    if _DOUBTS.search(reading.sentence):
        held |= {"blame", "victim"}
    if _person(reading):
        held.add("person")
    if set(reading.named("unit")) & _PEOPLE:
        held.add("victim")
    local = [place for place in reading.places if place not in NATIONAL and place not in ("Wales", "elsewhere")]
    if local:
        held.add("town")
    if len(local) >= _SEVERAL and ("more" in reading.kinds or _loose_more(reading)):
        held |= {"ranking", "town"}
    if _ABOVE_OTHERS.search(reading.sentence) or (local and _FIRST.search(reading.sentence)):
        held |= {"ranking", "town"}
    return next((one for one in refusals() if held.issuperset(one.needs)), None)


def _loose_more(reading: Reading) -> bool:
    """Whether "more than" stands before no number, as between two places."""
    numbered = {number.first for number in reading.numbers}
    words = ("more_than", "less_than")
    ends = [span.last for span in reading.spans if span.kind == "qualifier" and span.value in words]
    return any(end not in numbered for end in ends)


def _person(reading: Reading) -> bool:
    """Whether two words that nothing accounts for stand side by side with capitals, or one after a title."""
    words = [token for token in reading.tokens if token.word]
    if len(words) > _SEVERAL and sum(token.text[0].isupper() for token in words) > _HEADLINE * len(words):
        return False
    strange = {span.first for span in reading.spans if span.kind in ("unknown", "word")}
    unknown = {span.first for span in reading.spans if span.kind == "unknown"}
    named = [at for at in strange if reading.tokens[at].text[0].isupper() and not reading.tokens[at].text.isupper()]
    titled = {span.last for span in reading.spans if span.kind == "title"}
    for at in named:
        if at in titled:
            return True
        if at + 1 in named and (at in unknown or at + 1 in unknown):
            return True
    return False
