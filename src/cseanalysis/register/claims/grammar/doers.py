"""By whom a sentence says that it was done, and to whom: "by a child", "victims committed", "16 people under 13"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cseanalysis.register.claims.grammar.reading import Reading, closure
from cseanalysis.register.claims.grammar.tables import edges, lexicon, stem

_DID = frozenset(("committed", "commit", "commits", "committing", "perpetrated", "perpetrate", "perpetrates"))
_OUT = frozenset(("carried", "carry", "carries", "carrying"))  # out
_HURT = frozenset(("raped", "abused", "assaulted", "exploited", "groomed", "molested", "penetrated", "harmed"))
_BE = frozenset(("is", "are", "was", "were", "be", "been", "being", "get", "got"))
_BESIDE = frozenset(("has", "have", "had", "who", "that", "also", "themselves", "did", "allegedly", "reportedly"))
_ARTICLES = frozenset(("the", "a", "an", "other", "another", "some", "these", "those", "our", "their", "his", "her"))
_ANYBODY = frozenset(("they", "them", "somebody", "someone", "others", "people", "one", "anyone", "who", "which", "it"))
_ACTS = frozenset(("sexual", "child_abuse"))
_NAMED = frozenset(("children", "victims", "girl", "boy", "adults", "man", "woman", "officers", "staff"))
_BODIES = frozenset(("local_authorities",))
_HARMED = frozenset(("children", "victims", "girl", "boy"))
_YOUNG = frozenset(("child", "minor", "teenage", "female", "male", "boy", "girl", "young"))
_TELLING = frozenset(("concept", "group", "religion", "extent", "word", "unknown", "number", "amount"))
_RECORDS = frozenset(("recorded", "logged", "registered", "noted", "counted"))
_STOOD = ("behind", "responsible", "guilty")  # for it
_BORNE = frozenset(
    (
        *("suffered", "endured", "experienced", "survived", "faced", "known", "named", "told", "reported", "disclosed"),
        *(
            "said",
            "made",
            "given",
            "brought",
            "lived",
            "described",
            "remembered",
            "recalled",
            "accompanied",
            "followed",
        ),
    )
)
_TO = ("of", "against", "on", "with")
_OTHERS = frozenset(("them", "others", "him", "her", "people", "each", "another", "somebody", "someone"))
_THOSE = frozenset(("them", "these", "those", "it", "all"))
_OF_THESE = ("of", "against", "among", "amongst", "from", "all", "were", "are")
_POLICE = frozenset(
    ("forces", "force", "officers", "officer", "records", "figures", "data", "recorded", "areas", "area")
)
_FAR = 6  # words of those by whom it was done
_HANDS = (("at", "the", "hands", "of"), ("the", "work", "of"))

_AS_VICTIMS = re.compile(r"\bas (?:the )?(?:victims|survivors|complainants)\b", re.IGNORECASE)
_HELD = re.compile(
    r"\b(?:arrest|prosecution|conviction|caution|jailing|imprisonment)s? of (?:\d[\d,]* )?(?:[a-z]+ )?"
    r"(children|victims|girls|boys|kids|survivors)\b(?!['’])",
    re.IGNORECASE,
)
_WERE = re.compile(
    r"\b(?:were|was|are|been) (?:(?:also|once|themselves|all|mostly|the|a|only|mainly|child) )*"
    r"(victims?|children|girls|boys|survivors)\b(?!['’])",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:child|teenage|juvenile|victim) (?:defendants?|suspects?|offenders?)\b(?!['’])"
    r"|\b(?:victims|children|girls|boys|survivors) (?:were|are) (?:(?:also|themselves|all|mostly|the) )*"
    r"(?:suspects|defendants|offenders|abusers|perpetrators)\b"
    r"|\b(?:victims|children|girls|boys|survivors)['’]s? (?:rapes|offences|crimes|assaults|offending|abuse of)\b"
    r"|\b(?:victims|children|girls|boys|survivors)\b[^.,;]* for (?:committing|carrying out|perpetrating)\b",
    re.IGNORECASE,
)


def doers(reading: Reading) -> frozenset[str]:
    """Return those by whom a sentence says that abuse was done, where they are no suspects in whatever words."""
    return frozenset((*_by(reading), *_subjects(reading), *_roles(reading), *_sayers(reading)))


def done_to(reading: Reading) -> frozenset[str]:
    """Return those against whom a sentence says that it was done, where they are none who are harmed: offenders."""
    words = [token.lower for token in reading.tokens]
    found: set[str] = set()
    for at, word in enumerate(words):
        before = _before(reading, at)
        before = _before(reading, before) if words[before] in _BE else before  # were against
        if word not in ("against", "involving") or before < 0 or not (_did(words, before) or _one_act(reading, before)):
            continue
        where = range(at + 1, _end(reading, at + 1))
        nouns = {name for one in where for name in _noun(reading, one)}
        kinds = {span.kind for span in reading.spans if span.first in where} & {*_TELLING, "age"}
        family = any(span.value == "family" for span in reading.spans if span.first in where)
        others = not nouns and (not kinds or {words[one] for one in where} & edges("who"))
        if "suspects" in nouns or others or (family and word == "against"):
            found |= {" ".join(words[one] for one in where)} - {""}
    return frozenset(found)


def aged(reading: Reading) -> frozenset[str]:
    """Return the ages that are said of people who are no children or victims: 16 people under 13."""
    found: set[str] = set()
    for span in reading.spans:
        if span.kind == "age" and span.first:
            noun = _noun(reading, span.first - 1)
            them = noun & {"people", "suspects", "defendants", "man", "woman"}
            themselves = span.text.lower().endswith("s") and any(one.last == span.first for one in reading.numbers)
            found |= {span.value} if them or themselves else set()  # 16 under-13s
    return frozenset(found)


def roles(text: str) -> frozenset[str]:
    """Return the words of a text that give those harmed another part: child defendants, the arrest of victims."""
    found = {one[0].lower() for pattern in (_ROLE, _HELD) for one in pattern.finditer(text)}
    return frozenset(found | ({"as victims"} if _AS_VICTIMS.search(text) else set()))


def are_harmed(text: str) -> frozenset[str]:
    """Return the words for those harmed that a text says somebody is: defendants who were victims."""
    return frozenset(one[1].lower() for one in _WERE.finditer(text))


def _by(reading: Reading) -> Iterator[str]:
    """Yield those named behind "by", where an act stands before it; of those harmed, behind whatever verb."""
    words = [token.lower for token in reading.tokens]
    for at, word in enumerate(words):
        hands = next((len(one) - 1 for one in _HANDS if tuple(words[max(0, at - len(one) + 1) : at + 1]) == one), 0)
        if word != "by" and not hands:
            continue
        before = _before(reading, at - hands)
        if before < 0:
            continue
        named = [*_named(reading, range(at + 1, _end(reading, at + 1)))]
        acted = _did(words, before) or words[before] in _HURT or hands or _act(reading, before)
        yield from (name for name in named if acted or (name in _HARMED and words[before] not in _BORNE))


def _before(reading: Reading, at: int) -> int:
    """Return the word before a place in a sentence, over when and where: offences in 2024 by girls."""
    skipped = {
        place
        for span in reading.spans
        if span.kind in ("period", "place")
        for place in range(
            span.first - (span.first > 0 and reading.tokens[span.first - 1].lower in ("in", "of")), span.last
        )
    }
    return next((place for place in range(at - 1, -1, -1) if place not in skipped and reading.tokens[place].word), -1)


def _did(words: list[str], at: int) -> bool:
    return words[at] in _DID or (words[at] == "out" and at > 0 and words[at - 1] in _OUT)


def _act(reading: Reading, at: int) -> bool:
    """Whether a word names an act, or those to whom it was done: the rape of an officer by ..."""
    told = _noun(reading, at) or reading.tokens[at].lower in edges("who")
    near = range(max(0, at - 3), at) if told else ()
    done_to = any(reading.tokens[one].lower in _TO and one > 0 and _one_act(reading, one - 1) for one in near)
    return _one_act(reading, at) or done_to


def _one_act(reading: Reading, at: int) -> bool:
    spans = [one for one in reading.spans if one.first <= at < one.last]
    acts = any(one.kind == "concept" and closure(frozenset(one.value.split())) & _ACTS for one in spans)
    return acts or bool(_noun(reading, at) & {"offences", *_HARMED})


def _end(reading: Reading, at: int) -> int:
    """Return behind which word the noun ends that begins at a place."""
    stop = edges("noun")
    far = min(at + _FAR, len(reading.tokens))
    return next(
        (one for one in range(at, far) if not reading.tokens[one].word or reading.tokens[one].lower in stop), far
    )


def _subjects(reading: Reading) -> Iterator[str]:
    """Yield those of whom a sentence says that they did it: "victims committed 500 offences"."""
    words = [token.lower for token in reading.tokens]
    numbers = {number.first for number in reading.numbers} | {
        span.first for span in reading.spans if span.kind in ("qualifier", "amount")
    }
    for at, word in enumerate(words):
        end = at + (2 if word in _OUT and words[at + 1 : at + 2] == ["out"] else 1)
        told = bool(numbers & {*range(end, end + 3)})
        acted = (word in _DID or end > at + 1) and (
            told
            or bool({*words[end : end + 1]} & _THOSE)
            or any(_act(reading, one) for one in range(end, min(end + 3, len(words))))
        )
        stood = word in _STOOD and told
        wrote = word in _RECORDS and told
        hurt = word in _HURT and (end in numbers or {*words[end : end + 1]} & _OTHERS)
        if not (acted or stood or wrote or hurt):
            continue
        last = at
        while last > 0 and words[last - 1] in _BESIDE:
            last -= 1
        last = next((one.first for one in reading.spans if one.kind == "age" and one.last == last), last)
        if stood and last and words[last - 1] in _BE:
            last -= 1
        if last == 0 or words[last - 1] in _BE:
            continue
        first = last
        while (
            first > 0
            and last - first < _FAR
            and reading.tokens[first - 1].word
            and words[first - 1] not in edges("noun")
        ):
            first -= 1
        if (stood or wrote) and first and words[first - 1] in _TO:
            continue  # images of children were behind it, and not the children
        named = _named(reading, range(first, last))
        yield from (name for name in named if not wrote or name in _HARMED)


def _roles(reading: Reading) -> Iterator[str]:
    """Yield those of whom a sentence says that they are the suspects: a child as the offender, suspects were women."""
    words = [token.lower for token in reading.tokens]
    for at, word in enumerate(words):
        if word == "as" and any("suspects" in _noun(reading, one) for one in range(at + 1, _end(reading, at + 1))):
            first = at
            while first > 0 and at - first < _FAR and words[first - 1] not in edges("noun"):
                first -= 1
            yield from _named(reading, range(first, at))
        if word in _BE and at > 0:
            subject = [one for one in range(max(0, at - 2 * _FAR), at) if "suspects" in _noun(reading, one)]
            between = range(subject[-1] + 1, at) if subject else range(0)
            end = _end(reading, at + 1)
            first = at
            while (
                first > 0 and at - first < _FAR and words[first - 1] not in edges("noun") and words[first - 1].isalpha()
            ):
                first -= 1
            if any("suspects" in _noun(reading, one) for one in range(at + 1, end)):
                yield from _named(reading, range(first, at))  # councillors were the suspects
            if subject and not any(words[one] in ("who", "whose", ",", "that") for one in between):
                yield from {*_named(reading, range(at + 1, _end(reading, at + 1)))} & _NAMED


def _sayers(reading: Reading) -> Iterator[str]:
    """Yield those who only say or record a thing where they stand as those who are counted: offences of councillors."""
    words = [token.lower for token in reading.tokens]
    for at, word in enumerate(words):
        if word not in edges("who") or {*words[at + 1 : at + 2]} & _POLICE:
            continue
        front = next((one for one in range(at - 1, -1, -1) if words[one] not in _ARTICLES), -1)
        of_these = front > 0 and words[front] in _OF_THESE
        before = _before(reading, front) if of_these else -1
        counted = before >= 0 and (
            bool(_noun(reading, before)) or _one_act(reading, before) or words[before] in ("day", "who", ",")
        )
        apart = of_these and words[front] == "all" and words[front - 1] == ","
        theirs = words[at + 1 : at + 2] == ["'"] and any(
            _one_act(reading, one) for one in range(at + 2, min(at + 5, len(words)))
        )
        if counted or apart or theirs:
            yield f"of {word}"


def _named(reading: Reading, where: range) -> Iterator[str]:
    """Yield the people that a phrase names, or bodies that are no suspects; none for what else says who it was."""
    words = [reading.tokens[at].lower for at in where]
    within = {at for one in reading.spans if one.kind == "concept" for at in range(one.first, one.last - 1)}
    nouns = [_noun(reading, at) for at in where if at not in within]  # child sexual abuse is no child
    every = {name for names in nouns for name in names}
    if "suspects" in every:
        if _YOUNG & {*words} and not {"sex", "sexual"} & {*words}:
            yield "children"  # child rapists: rapists of children, or children
        return
    if named := every & _NAMED:
        yield from named
        return
    if named := every & _BODIES:
        yield from named
        return
    kinds = {span.kind for span in reading.spans if span.first in where} & _TELLING
    heads = [word for word in words if word not in _ARTICLES]
    if heads and not kinds and not {*heads} & _ANYBODY:
        yield heads[-1]


def _noun(reading: Reading, at: int) -> frozenset[str]:
    """Return the units that a word names by itself, in a phrase or out of it."""
    token = reading.tokens[at]
    if re.search(r"['’]s?$", token.text):
        return frozenset()  # children's services
    entries = lexicon().entries.get((stem(token.lower),), ())
    values = (value.split() for kind, value, words in entries if kind == "unit" and words == (token.lower,))
    return frozenset(name for value in values for name in value)
