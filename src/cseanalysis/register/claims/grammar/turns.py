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
            r"(?! (?:said|noted|remembered|stressed|added|clear|an?|the|enough|ashamed|surprised|angry|known)\b)"
            r"|\bmay(?: \w+)? be\b|\b(?:is|are|was|were) to be\b"
            r"|\b(?:can|could|might) be (?:recorded|committed|counted|logged|expected|seen)\b"
            r"|\b(?:nearly|almost|almost certainly|presumably|allegedly|reportedly|perhaps|possibly|maybe|hopefully)"
            r" (?:recorded|committed|counted|logged)\b",
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
            r"|(?:six|seven|eigh|nin|ten)th|hundred|[a-z]+ty\b)"
            r"|\b(?:every|all)\b(?:[^.;,]|(?<=\d),(?=\d))* but [\d.,]+(?:%| per cent)? (?:was|were|is|are|had|took)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "speaks of one alone, and a figure is of all",
        re.compile(
            r"\b(?:one|a single) (?:person|suspect|gang|group(?!-)|man|offender|abuser|perpetrator|child|victim"
            r"|girl|boy|woman|officer|council)\b(?! (?:in|out of|per)\b)(?!')"
            r"|\b(?:in|on|within|over) (?:just )?(?:one|a single|the same) (?:day|week|month|night|weekend|hour)\b"
            r"|\ball (?:the )?(?:children|girls|boys|victims) (?:suffered|endured|were|committed|saw|had)\b",
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

_ASKED = re.compile(r"(?:'s)? (?:[A-Za-z]+ ){0,2}(?:surveys?|polls?|bulletin|found|estimate[ds]?)\b", re.IGNORECASE)
_ASKING = re.compile(r"\b(?:surveys?|polls?|asked|interviewed|estimate[ds]?)\b[^,;]{0,40}$", re.IGNORECASE)
_OF_YEAR = re.compile(r"\b(?:last|this|in a|in one) (?:single )?year\b", re.IGNORECASE)
_DURING = re.compile(
    r"\b(?:during|within|throughout|in the course of|over the course of|just in)"
    r" (?:the (?:financial |calendar |survey )?year\b|(?:[A-Z][a-z]+ )?(?:19|20)\d\d)",
)


def of_one_year(reading: Reading, *, told: bool) -> bool:
    """Say whether a sentence speaks of what was done in one year; with a childhood told, only where it says during."""
    text = reading.sentence
    if _DURING.search(text) is not None:
        return True
    dated = [one for one in reading.periods if one.start is not None]
    asked = (_ASKED.match(text, one.span[1]) or _ASKING.search(text[: one.span[0]]) for one in dated)
    return not told and ("yearly" in reading.kinds or _OF_YEAR.search(text) is not None or not all(asked))


def turned(reading: Reading) -> str:
    """Return how a word of a sentence turns its sense, with the word; nothing where none does."""
    for why, pattern in _TURNS:
        if (found := pattern.search(reading.sentence)) is not None:
            return f'"{found[0].strip()}" {why}'
    spans = (span for span in reading.spans if span.kind in ("harmless", "amount", "word", "unknown"))
    words = [token.lower for token in reading.tokens]
    each = (span for span in spans if span.text.lower() in _EACH and words[span.last : span.last + 2] != ["one", "of"])
    if (alone := next(each, None)) is not None:
        return f'"{alone.text}" says how many there are for one of several'
    if "change" in reading.kinds and any(one.unit == "per_cent" for one in reading.numbers):
        again = (span for span in reading.spans if span.kind in ("yearly", "rate") and span.text.lower() != "annual")
        if (one := next(again, None)) is not None:
            return f'"{one.text}" says that it changed by as much again and again'
    return ""
