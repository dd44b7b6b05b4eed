"""Words that turn the sense of a sentence, beside whatever number: all but, each force, should have been, made-up."""

from __future__ import annotations

import re

from cseanalysis.register.claims.grammar.reading import Reading

_EACH = frozenset(("each", "every", "per", "apiece"))
_TURNS = (
    (
        "says what should or would have been, and a figure says what was",
        re.compile(
            r"\b(?:should|would|must|ought to|shall|will|won't|wouldn't|shouldn't)"
            r"(?: (?:not|never|also|soon|only|still|probably|likely))*"
            r" (?:be|have|record|log|count|see|reach|commit|prosecute|convict|arrest|charge|make)\b"
            r"|\bmay(?: \w+)? be\b|\b(?:is|are|was|were) to be\b"
            r"|\b(?:nearly|almost) (?:recorded|committed|counted|logged)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "may say that what is counted was never done",
        re.compile(
            r"\bmade-up\b|\b(?:thought|thinking|dreamt|dreamed|cooked|conjured|trumped)(?:-| )up\b"
            r"|\b(?:supposed(?:ly)?|imaginary|bogus|phantom|non-?existent|purported(?:ly)?|false|falsely|fake|faked"
            r"|pretended|spurious)\b(?! to)|\b(?:was|were|been|only|merely) imagined\b",
            re.IGNORECASE,
        ),
    ),
    (
        "says what is left of a whole",
        re.compile(
            r"\b(?:all|any|every(?:one|body|thing)?|none) (?:but|bar|except|save)(?: for)?"
            r" (?:(?:the|a|an|some|about|around|over|nearly|roughly|just|only|these|those) )*"
            r"(?=£?\d|one\b|two\b|three\b|four\b|five\b|six\b|seven\b|eight\b|nine\b|ten\b|half\b|thir|quarter|fifth"
            r"|tenth|hundred|[a-z]+ty\b)",
            re.IGNORECASE,
        ),
    ),
    (
        "says how many there are for one of several",
        re.compile(
            r"\b[a-z]{3,}s an? (?:head|child|force|victim|suspect|offender|town|council|area|school|case|family"
            r"|household|person|girl|boy|minute|second|quarter|fortnight|decade)\b|\bper (?:head|capita)\b",
            re.IGNORECASE,
        ),
    ),
)


def turned(reading: Reading) -> str:
    """Return how a word of a sentence turns its sense, with the word; nothing where none does."""
    for why, pattern in _TURNS:
        if (found := pattern.search(reading.sentence)) is not None:
            return f'"{found[0].strip()}" {why}'
    spans = (span for span in reading.spans if span.kind in ("harmless", "amount", "word", "unknown"))
    if (alone := next((span for span in spans if span.text.lower() in _EACH), None)) is not None:
        return f'"{alone.text}" says how many there are for one of several'
    if "change" in reading.kinds and any(one.unit == "per_cent" for one in reading.numbers):
        again = (span for span in reading.spans if span.kind in ("yearly", "rate") and span.text.lower() != "annual")
        if (one := next(again, None)) is not None:
            return f'"{one.text}" says that it changed by as much again and again'
    return ""
