"""The parts of what somebody said: those that hold what can be tested, and opinion beside them, which is put aside."""

from __future__ import annotations

import re
from collections.abc import Callable

from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.claims.grammar.reading import Reading, closure

_BREAK = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z0-9\"'£#])|[;:]\s+|\s+-\s+"
    r"|,\s+(?=(?:so|but|yet|hardly|let|though|believe|by the way|thank|spare|mind you|which is"
    r"|and (?:that|those|this|these|still|yet|we|you|nobody|no one|it is|it's|all|ministers|politicians|mps|people"
    r"|everyone|everybody|they|the government|the press|the media)"
    r"|not (?:the|a|an|that|quite|exactly|some)|whatever|no matter|never mind"
    r"|a figure (?:that|which)|a number (?:that|which)"
    r"|which (?:was|were|are)|more than (?:i|you|we|anyone|most|many|people)"
    r"|far (?:more|fewer) than (?:i|you|we|most|many|people))\b)",
    re.IGNORECASE,
)
# "Six. That's how many children were ...": the number, and what it counts.
_HOW_MANY = re.compile(r"^([^.!?:,-]{1,40}?)\s*[.!:,-]+\s*(?:that|this|it)(?:'s| is| was) how many\s+", re.IGNORECASE)
_MULTI = re.compile(r"\b(multi-\w+),(?: and)? (?=(multi-\w+))\2", re.IGNORECASE)  # of one noun
_ALL_OF = re.compile(r"\ball of (?=\d)", re.IGNORECASE)  # all of 36 are 36, and no share of them
# "After nearly nine years, the operation had ...": a length that dates nothing.
_AFTER = re.compile(
    r"^(after (?:[a-z]+ ){0,3}(?:\d+|[a-z]+) (?:years|months|weeks))(?: of [a-z]+)?"
    r"(?:,\s*|\s+(?=operation |the |it |they |police ))",
    re.IGNORECASE,
)
# "in the family, not on street corners": of two settings the one that is denied.
# "Don't tell me nobody is punished: 23% of ...": what others are made to say.
_LEAD = re.compile(
    r"^((?:don't tell me|do not tell me|so much for|never mind|forget|who says|some say|they say|people say|you hear"
    r"|the myth is|the story goes)\b[^:.!?\d]*[:.!?])\s+(?=\S)",
    re.IGNORECASE,
)
# "than I had expected", "as people imagine": a measure of what somebody thinks.
_THOUGHT = re.compile(
    r"\b(?:than|as|share|what|that) (?:i|you|we|anyone|anybody|most|many|people|some|ministers|they|the papers)\b"
    r".{0,25}"
    r"\b(?:expect|think|thought|imagine|realise|suppose|believe|hope|fear|guess|admit|claim|say|said|told|know|want|like)",
    re.IGNORECASE,
)
# "from the recording of a rape to a charge": two stages with what is counted between them.
_STAGES = re.compile(
    r"\b(?:from|between) (?:the |an? )?(?:moment |time |day |date )?(?:of |when )?"
    r"(?:(?P<recorded>(?:the |an? )?(?:crime|offence|case|report)?(?: is| was| being)? ?(?:recording|recorded))"
    r"|(?P<offence>offence))"
    r"(?P<of> (?:of|in) (?:an? |the )?[a-z -]{3,40}?)?(?: by (?:the )?police)? (?:to|and|until|till) "
    r"(?:when )?(?:the |an? |its |any )?(?:suspect (?:is|was|being) |somebody (?:is|was|being) )?"
    r"(?P<end>charg(?:e|ing)(?:d| decision)?|completion)\b",
    re.IGNORECASE,
)
# "122,768 in 2024, more than the 115,489 of 2023": two numbers of two times, and no open end.
_THAN = re.compile(
    r"(?<=[\d ])(?P<first>\d[\d,.]*\d?\b(?!%| per cent)[^.;:]*?),? (?:and |but |which (?:is|was) )?"
    r"(?:(?:far|slightly|much) )?"
    r"(?P<way>more|higher|larger|greater|fewer|less|lower|smaller) than (?:the )?(?P<number>\d[\d,]*(?:\.\d+)?)"
    r"(?: (?:recorded|counted|logged|offences|crimes|cases|seen))*"
    r"(?P<when> (?:of|in|for|during) (?:the (?:year|financial year|calendar year)[ a-z]*)?"
    r"(?:[A-Z][a-z]+ )?(?:19|20)\d\d\S*"
    r"| (?:of )?(?:the|a) (?:year|previous|preceding) (?:before|earlier|year))",
)
_CONTRAST = re.compile(r",\s+(?:and )?(not (?:in|on|at) (?!.*\bbut\b)[a-z' -]{3,40})[.!]*$", re.IGNORECASE)
_SETTINGS = frozenset(("family", "institution", "online"))
# These say what is counted, or how many: what holds one is no mere opinion.
_TELLING = ("group", "religion", "amount", "change", "cause", "blame", "ranking", "more", "extreme", "rate", "vague")
_GOES_ON = ("by", "of", "in", "at", "from", "against", "with", "within", "among", "for", "involving", "including", "on")
_LENGTHS = frozenset(("years", "months", "days", "weeks_of"))
_STANDS_FOR = ("they", "these", "those", "it", "this", "that", "all", "each", "every", "and", "which")
_VERBS = frozenset(
    [
        "is",
        "are",
        "am",
        "be",
        "been",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "will",
        "would",
        "can",
        "could",
        "should",
        "must",
        "may",
        "might",
        "let",
        "we",
        "you",
        "i",
        "us",
        "spare",
        *(f"{verb}n't" for verb in ("is", "are", "was", "were", "do", "does", "did", "ca", "wo", "has", "have")),
    ]
)
_SPEAKERS = frozenset(
    ("ministers", "politicians", "mps", "nobody", "everyone", "everybody", "people", "they", "government")
)
_ANYBODY = frozenset(("people", *_LENGTHS))


def counted(reading: Reading) -> tuple[Number, ...]:
    """Return the numbers of a reading that count something: "one" in "one force" and lengths of time do not."""
    return tuple(one for one in reading.numbers if one.unit or (one.value > 1 and not reading.units_of(one) & _LENGTHS))


def plain(sentence: str, read: Callable[[str], Reading]) -> tuple[str, tuple[str, ...]]:
    """Return what is to be tested of a sentence, and the parts that are put aside."""
    text = _MULTI.sub(r"\1 \2", _HOW_MANY.sub(lambda found: f"{found[1]} ", _ALL_OF.sub("", sentence)))
    text = _THAN.sub(_from, _STAGES.sub(_in_order, text))
    aside: list[str] = []
    if (lead := _LEAD.match(text)) is not None and (rest := read(text[lead.end() :])).meanings and counted(rest):
        aside.append(lead[1])
        text = text[lead.end() :]
    if (length := _AFTER.match(text)) is not None:
        aside.append(length[1])
        text = text[length.end() :]
    if (denied := _CONTRAST.search(text)) is not None and _contrasted(read(text[: denied.start()]), read(denied[1])):
        aside.append(denied[1])
        text = text[: denied.start()]
    pieces = [piece for piece in _BREAK.split(text) if piece.strip(" .!?,")]
    if len(pieces) < 2:
        return text, tuple(aside)
    readings = [read(piece) for piece in pieces]
    main = [one for one in readings if counted(one) and one.meanings] or [one for one in readings if _tells(one)]
    if not main:
        return text, tuple(aside)
    kept: list[str] = []
    first = main[0]
    for piece, reading in zip(pieces, readings, strict=True):
        if reading is not first and _opinion(reading, main):
            aside.append(piece.strip(" ,"))
        else:
            kept.append(piece)
    return (text if len(kept) == len(pieces) else " ".join(kept)), tuple(aside)


def _in_order(found: re.Match[str]) -> str:
    begin = "recording" if found["recorded"] else "offence"
    end = "completion" if found["end"].lower() == "completion" else "charge"
    return f"from {begin} to {end}{found['of'] or ''}"


def _from(found: re.Match[str]) -> str:
    way = "up" if found["way"] in ("more", "higher", "larger", "greater") else "down"
    when = re.sub(r"^ (?:of|for) (?=[\dA-Z])", " in ", found["when"])
    return f"{found['first']}, {way} from {found['number']}{when}"


def _contrasted(main: Reading, denied: Reading) -> bool:
    """Whether a setting is denied beside one that is told, and nothing else is said."""
    more = any(kind in denied.kinds for kind in _TELLING) or denied.numbers or denied.periods or denied.places
    return bool(main.meanings & _SETTINGS) and not more and not (denied.meanings - {"not"}) & closure(main.meanings)


def _tells(reading: Reading) -> bool:
    return bool(reading.meanings) and any(kind in reading.kinds for kind in ("amount", "change", "extreme", "more"))


def _opinion(reading: Reading, main: list[Reading]) -> bool:
    """Whether a part says nothing that could change what is counted, or how many of it."""
    others = [one for one in main if one is not reading]
    values = {(number.value, number.unit) for one in others for number in one.numbers}
    words = [token.lower for token in reading.tokens if token.word]
    telling = [kind for kind in _TELLING if kind in reading.kinds]
    if set(telling) <= {"more", "amount"} and _THOUGHT.search(reading.sentence):
        telling = []
    if not others or telling or reading.periods:
        return False
    if any((one.value, one.unit) not in values for one in counted(reading)) or (words and words[0] in _GOES_ON):
        return False
    said = closure(frozenset(one for other in others for one in other.meanings))
    meant = {one for one in closure(reading.meanings) if not one.startswith("w:")} - {"not", "people"}
    nouns = {name for _, name in reading.nouns} - _ANYBODY
    if meant - said or nouns - {name for one in others for _, name in one.nouns}:
        return False
    places = {place for one in others for place in one.places}
    places |= {"Great Britain", "United Kingdom"}  # who is spoken to: wake up, Britain
    if not _speaks(reading):
        return False
    return set(reading.places) <= places and not ("negation" in reading.kinds and nouns)


def _speaks(reading: Reading) -> bool:
    """Whether words that nobody knows stand in a sentence of their own, and not as what was counted: in schools."""
    words = [token.lower for token in reading.tokens if token.word]
    strange = {span.text.lower() for span in reading.spans if span.kind in ("unknown", "word")}
    if not strange:
        return True
    at = [place for place, word in enumerate(words) if word in strange]
    placed = any({*words[max(0, place - 3) : place]} & {*_GOES_ON} for place in at)
    told = bool(words) and words[0] in _STANDS_FOR and bool({"was", "were", "came", "had", "took"} & {*words})
    return not placed and not told and bool({*words} & _VERBS or {*words[:3]} & _SPEAKERS)
