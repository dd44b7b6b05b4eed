"""Trace a number to its home, and cite it: in plain lines, from anything that a reader has read."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cseanalysis import __version__
from cseanalysis.citation import this_work
from cseanalysis.export.markup import bibtex_text, web_address
from cseanalysis.lazy import CHECKOUT, STUDY
from cseanalysis.lineage import Card, Lineage, Source, editions
from cseanalysis.study.data.project import Project, find_project, sha256
from cseanalysis.values import shown

if TYPE_CHECKING:
    import pandas as pd

_MOST = 10  # hits that are listed
_CLOSE = 3  # ids that are offered for one that is unknown
_LONGEST = 60  # characters of a text that can be a number or an id
_SHOWN = 200  # characters of a raw row or a reason that a line shows; the JSON has the whole row
_HASH = 12
_BUILD = "reports/build/manifest.json"
_SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}
_NUMBER = re.compile(
    r"(?<![\w.,])([-−])?([£]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:(%)|\s?(k|m|bn|thousand|million|billion)\b)?"
    r"(?![\w]|[.,]\d)",
    re.ASCII,
)
_GROUPED = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")  # 115 489
# Numbers that count nothing: those of odds, and the level of an interval.
_ODDS = re.compile(r"\b\d+ in \d+\b", re.ASCII)
_LEVEL = re.compile(r"\d+% (?:confidence|simulation) interval", re.ASCII)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SPELLED = {word: str(number) for number, word in enumerate(_WORDS, start=1)} | {"out of": "in"}
_ABOUT = re.compile(r"^(?:around|about|nearly|almost|over|more than|at least|up to|just over|just under) ")
_SHORT = 40  # characters of a number in an error

Match = Literal["id", "exact", "rounded"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A number that was found: how, and its card."""

    match: Match  # by its id, by the same number, or by one that is equal when rounded as it was written
    card: Card


@dataclass(frozen=True, slots=True)
class Trace:
    """What a text leads to: the same numbers first, then the closest roundings, and whose edition they are."""

    text: str
    hits: tuple[Hit, ...]  # ten at most
    named: Mapping[str, str]  # by id, what the first rests on and assumes: the number, of an assumption with its reason
    left_off: int  # how many more there are
    edition: str

    def to_frame(self) -> pd.DataFrame:
        """Return a row a number: ``id``, ``kind``, ``says``, ``title``, ``match``."""
        import pandas as pd

        rows = [{"id": one.card.id, "kind": one.card.kind, "says": one.card.says} for one in self.hits]
        return pd.DataFrame(rows).assign(
            title=[one.card.title for one in self.hits], match=[one.match for one in self.hits]
        )

    def __str__(self) -> str:
        """Return plain lines: a list where there are several, then the first in full."""
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in _lines(self))


@dataclass(frozen=True, slots=True)
class Citation:
    """How a number is cited: the edition that it is from and, of a figure, its own source."""

    text: str
    bibtex: str

    def __str__(self) -> str:
        """Return the text, then BibTeX."""
        return f"{self.text}\n\n{self.bibtex}"


def trace(text_or_id: str, root: Path | str | None = None) -> Trace:
    """Follow a number home: its formula, what it rests on, the raw row, the source, where it is printed.

    Parameters
    ----------
    text_or_id
        The id of a result, figure or assumption, or a number as somebody wrote it, such as ``"115,489"``, ``"115000"``,
        ``"3.7%"``, ``"−4.2%"``, ``"4.3 million"`` or ``"one in 10"``: those that are the same come first, then those
        that are equal when rounded as it was written, the closest first. A sign, a £ and a % are part of a number.
    root
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    Trace
        Prints as plain lines; ``.hits`` holds a card each.

    Raises
    ------
    ValueError
        When nothing is known by that text, with the closest ids, or of a number the nearest ones.
    FileNotFoundError
        When ``root`` is no checkout.

    Examples
    --------
    >>> found = trace("115,489")
    >>> [(one.match, one.card.id) for one in found.hits]
    [('exact', 'F008'), ('exact', 'offences_recorded')]
    >>> trace("offences_recorded").hits[0].card.formula
    'F008'
    """
    lineage = Lineage(find_project(root))
    found = _found(text_or_id, lineage)
    hits = tuple(Hit(match, lineage.card(one)) for match, one in found[:_MOST])
    first = hits[0].card
    named = {one: _beside(one, lineage) for one in (*first.inputs, *first.assumptions)}
    return Trace(text_or_id, hits, named, len(found) - len(hits), _edition(lineage.project).words)


def cite(text_or_id: str, root: Path | str | None = None) -> Citation:
    """Say how a number is cited, with its edition, and a figure with its own source first.

    Parameters
    ----------
    text_or_id
        The id of a result, figure or assumption, or a number as somebody wrote it, if one figure, or else one
        result or assumption, says exactly that.
    root
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    Citation
        ``.text`` and ``.bibtex``. Where the results on disk are no frozen edition's, both say so.

    Raises
    ------
    ValueError
        When nothing is known by that text, with the closest ids; when several say that number, with theirs.
    FileNotFoundError
        When ``root`` is no checkout.

    Examples
    --------
    >>> cite("F008").text.partition(".")[0]
    'Vulnerability Knowledge and Practice Programme (VKPP)'
    >>> cite("115,489") == cite("F008")
    True
    """
    lineage = Lineage(find_project(root))
    name = _cited(text_or_id, lineage)
    card, edition = lineage.card(name), _edition(lineage.project)
    what = f"{card.says}: {card.unit if card.kind == 'result' else card.title}"
    own = [(f"{name}_source", one, what) for one in card.sources] if card.kind == "figure" else []
    lines = [f"{one.publisher}. {one.title}. {_dated(one)}. {_address(one)}{said}" for _, one, said in own]
    work = this_work()
    lines.append(f"{work.names}. {work.title}. {edition.words}. {card.kind.capitalize()} {name}: {what}")
    entries = [
        _bibtex(key, [one.publisher], one.title, date=one.date, address=one.address, note=said)
        for key, one, said in own
    ]
    note, people = f"{edition.words}; {card.kind} {name}: {what}", [author.name for author in work.authors]
    return Citation(
        "\n".join(lines), "\n\n".join([*entries, _bibtex(name, people, work.title, date=edition.date, note=note)])
    )


def _found(text_or_id: str, lineage: Lineage) -> list[tuple[Match, str]]:
    """Return the ids that a text is or says, the closest first; refuse one that is none."""
    name = _identified(text_or_id, lineage)
    found: list[tuple[Match, str]] = [("id", name)] if name else list(_same(text_or_id, lineage))
    if not found:
        raise ValueError(_unknown(text_or_id, lineage))
    return found


def _cited(text_or_id: str, lineage: Lineage) -> str:
    """Return the one id that a text is or exactly says: of a figure and results that repeat it, the figure."""
    same = [name for match, name in _found(text_or_id, lineage) if match != "rounded"]
    if not same:
        raise ValueError(_unknown(text_or_id, lineage))
    first, *others = [name for name in same if name in lineage.figures] or same
    if others:
        named = ", ".join([first, *others][:_CLOSE])
        raise ValueError(
            f"{shown(text_or_id)} is said by {1 + len(others)}: {named}; cite the one that is meant by its id"
        )
    return first


def as_json(found: Trace) -> str:
    """Return a trace as JSON, everything that its cards hold."""
    hits = [{"match": one.match, **asdict(one.card)} for one in found.hits]
    content = {"text": found.text, "edition": found.edition, "found": hits, "left_off": found.left_off}
    return json.dumps(content, indent=1, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Edition:
    """Whose numbers are on disk, in words, and the day of it where there is one."""

    words: str
    date: str = ""


def _edition(project: Project) -> _Edition:
    """Say of which frozen edition the results on disk are, byte for byte, or that they are of none."""
    own = project.results.read_bytes()
    for folder in reversed(editions(project)):
        if (folder / "results.json").read_bytes() == own:
            about = _manifest(folder / "manifest.json")
            day, inputs = about.get("edition", ""), about.get("inputs", "")
            more = f", inputs {inputs[:_HASH]}" if inputs else ""
            return _Edition(f"Edition {folder.name.removeprefix('v')} of {day or 'an unknown day'}{more}", day)
    if CHECKOUT is None and project.root == STUDY:
        return _Edition(
            f"Of no frozen edition: as packed with cseanalysis {__version__}, results.json {sha256(own)[:_HASH]}"
        )
    built = project.root / _BUILD
    same = (built.parent / "results.json").is_file() and (built.parent / "results.json").read_bytes() == own
    inputs = _manifest(built).get("inputs", "") if same else ""
    known = f"inputs {inputs[:_HASH]}" if inputs else f"results.json {sha256(own)[:_HASH]}"
    frozen = editions(project)
    instead = f"quote an edition instead, the newest is {frozen[-1].name}" if frozen else "quote an edition instead"
    return _Edition(f"Of no frozen edition: a build on this computer, {known}; {instead}")


def _manifest(path: Path) -> dict[str, str]:
    """Return the texts of a manifest; empty when there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: said for name, said in content.items() if isinstance(said, str)} if isinstance(content, dict) else {}


def _identified(text: object, lineage: Lineage) -> str:
    """Return the id that a text is, whatever its case, or nothing."""
    if not isinstance(text, str):
        raise ValueError(f"{shown(text)} is no text; give an id such as 'contact_total', or a number as '115,489'")
    wanted = text.strip().casefold()
    return next((name for name in lineage.ids if name.casefold() == wanted), "") if len(wanted) <= _LONGEST else ""


def _unknown(text: str, lineage: Lineage) -> str:
    if written := _written(text):
        value, kind = _read(written)
        near = sorted(
            (min(abs(abs(one) - abs(value)) for one, own in numbers if _alike(own, kind)), place, name)
            for place, (name, numbers) in enumerate(_all_numbers(lineage).items())
            if any(_alike(own, kind) for _, own in numbers)
        )
        offered = (
            f"the nearest are {'; '.join(f'{name}, {_cut(lineage.says(name), _SHORT)}' for *_, name in near[:_CLOSE])}"
        )
    elif len(text) <= _LONGEST and (inside := _NUMBER.search(text)):
        offered = f"to find a number, write it alone: {inside[0]}"
    else:
        close = difflib.get_close_matches(text.strip()[:_LONGEST], lineage.ids, n=_CLOSE, cutoff=0.4)
        offered = f"the closest are {', '.join(close)}" if close else f"there are {len(lineage.ids):,} ids, none close"
    return f"no result, figure or assumption is, or says, {shown(text)}; {offered}"


def _written(text: str) -> re.Match[str] | None:
    """Return the number that a text is; blanks between its thousands and a full stop behind it do not matter."""
    if len(text) > _LONGEST:
        return None
    return _NUMBER.fullmatch(_GROUPED.sub(",", text.strip().removesuffix(".").removesuffix(",").casefold()))


def _same(text: str, lineage: Lineage) -> Iterator[tuple[Match, str]]:
    """Go through the numbers that are the one written, then through those that are when they are rounded as it is."""
    written = _written(text)
    if not written:  # words, as "one in 10" or "over 4,000"
        wanted = {_spelled(text)} - {""} if len(text) <= _LONGEST else set()
        for name in lineage.ids:
            said = "" if name in lineage.hidden else _spelled(lineage.says(name))
            if wanted & {said, _ABOUT.sub("", said)}:
                yield "exact", name
        return
    value, kind = _read(written)
    half = _step(written) / 2
    numbers = _all_numbers(lineage)
    apart = {
        name: min((abs(one - value) for one, its in own if _alike(its, kind)), default=None)
        for name, own in numbers.items()
    }
    yield from (("exact", name) for name, one in apart.items() if one == 0)
    near = [(one, name) for name, one in apart.items() if one is not None and 0 < one <= half]
    yield from (("rounded", name) for _, name in sorted(near, key=lambda pair: pair[0]))


def _all_numbers(lineage: Lineage) -> dict[str, list[tuple[Decimal, str]]]:
    """Return the numbers of every id that prints any: figures first, then results, then assumptions."""
    names = [name for kind in (lineage.figures, lineage.results, lineage.assumptions) for name in kind]
    return {name: list(_numbers(name, lineage)) for name in dict.fromkeys(names) if name not in lineage.hidden}


def _numbers(name: str, lineage: Lineage) -> Iterator[tuple[Decimal, str]]:
    """Go through the numbers that an id stands for, each with its mark, % or £ or none: as printed, and unrounded."""
    words = _LEVEL.sub("", lineage.says(name))
    printed = [_read(found) for found in _NUMBER.finditer(_ODDS.sub("", words.casefold()))]
    yield from printed
    kind = "%" if "%" in words else "£" if "£" in words else ""
    if _ODDS.search(words):
        return  # 1 in 8 is neither 1 nor 8
    if name in lineage.figures:
        figure = lineage.figures[name]
        ends, scale = (figure.low, figure.high), 1
    elif name in lineage.results:
        result, scale = (
            lineage.results[name],
            100 if kind == "%" and "per cent" not in lineage.results[name].unit else 1,
        )
        interval = result.interval
        ends = (result.point, None) if interval is None else (interval.low, interval.high)
    else:
        ends = (lineage.assumptions[name].low, lineage.assumptions[name].high)
        scale = 100 if kind == "%" else 1
    exact = (scale * Decimal(f"{end:.12g}") for end in ends if end is not None)
    # Of "at most 2,085" nothing says 0.
    yield from ((one, kind) for one in exact if one.is_finite() and (one or not printed))


def _read(found: re.Match[str]) -> tuple[Decimal, str]:
    sign, money, digits, decimals, share, scale = found.groups()
    value = Decimal(digits.replace(",", "") + (decimals or "")).scaleb(_SCALES.get(scale or "", 0))
    return -value if sign else value, share or money


def _step(found: re.Match[str]) -> Decimal:
    """Return to what a number is rounded as it is written: noughts at its end may be rounding, those of 0 are none."""
    digits, decimals, scale = found[3].replace(",", ""), found[4], _SCALES.get(found[6] or "", 0)
    noughts = len(digits) - len(digits.rstrip("0")) if digits.strip("0") else 0
    return Decimal(1).scaleb((1 - len(decimals) if decimals else noughts) + scale)


def _alike(own: str, kind: str) -> bool:
    return own == kind or not kind


def _spelled(text: str) -> str:
    """Return a text in small letters, numbers up to ten as digits."""
    said = " ".join(text.casefold().split())
    return re.sub(rf"\b(?:{'|'.join(_SPELLED)})\b", lambda found: _SPELLED[found[0]], said)


_HOW = {"id": "", "exact": "", "rounded": ", equal when rounded as written"}


def _lines(found: Trace) -> Iterator[str]:
    if len(found.hits) > 1:
        for one in found.hits:
            yield f"{one.card.id}  {one.card.says}: {one.card.title} ({one.card.kind}{_HOW[one.match]})"
        if found.left_off:
            yield f"and {found.left_off:,} more; write more digits, or an id"
        yield ""
    first = found.hits[0]
    yield from _card_lines(first.card, _HOW[first.match], found.named)
    yield f"edition: {found.edition}"


def _card_lines(card: Card, how: str, named: Mapping[str, str]) -> Iterator[str]:
    yield f"{card.id}  {card.says} ({card.kind}{how})"
    about = dict.fromkeys((card.title, card.unit, card.as_of))
    yield f"counts: {'; '.join(one for one in about if one)}"
    if card.formula:
        yield f"{'formula' if card.worked else 'procedure'}: {card.formula}"
        yield from (f"  {line}" for line in card.worked)
    for word, names in (("rests on", card.inputs), ("assumes", card.assumptions)):
        yield from (f"{word}: {one}{named[one] and f', {named[one]}'}" for one in names)
    if card.reason:
        yield f"reason: {card.reason}"
    if card.leading:
        yield f"hangs most on: {card.leading}"
    for row in card.raw:
        lines = f"line {row.line:,}" if row.line == row.last else f"lines {row.line:,} to {row.last:,}, the first"
        yield f"raw row: {row.file}, {lines}: {_cut(row.main or row.text)}"
    for one in card.sources:
        yield f"source: {one.publisher}, {one.title}, {one.date}, tier {one.tier}{one.address and f', {one.address}'}"
    if card.note:
        yield f"note: {card.note}"
    cells: dict[str, list[str]] = {}
    for place in card.printed_in:
        cells.setdefault(place.chapter, []).append(place.cell)
    yield from _listed("named in", [f"{chapter} ({', '.join(ids)})" for chapter, ids in cells.items()])
    for change in card.changed_in:
        yield f"changed in {change.version}: {change.before} -> {change.after}"
    yield f"evidence read up to: {card.read_to}"


def _beside(name: str, lineage: Lineage) -> str:
    """Return the number of what another rests on and what it counts, or why it is assumed; nothing of a table."""
    if name not in lineage.ids:
        return ""
    card = lineage.card(name)
    return _cut(f"{card.says}: {card.reason or card.title}")


def _listed(name: str, items: Iterable[str]) -> Iterator[str]:
    if text := "; ".join(items):
        yield f"{name}: {text}"


def _cut(text: str, most: int = _SHOWN) -> str:
    one = " ".join(text.split())
    return one if len(one) <= most else f"{one[:most]}…"


def _dated(source: Source) -> str:
    return source.date[:1].upper() + source.date[1:]


def _address(source: Source) -> str:
    return f"{source.address}. " if source.address else ""


def _bibtex(key: str, authors: Iterable[str], title: str, *, date: str, note: str, address: str = "") -> str:
    """Return a BibTeX entry, without a year where none is known."""
    named = " and ".join(f"{{{bibtex_text(author)}}}" for author in authors)
    fields = {"author": named, "title": f"{{{bibtex_text(title)}}}"}
    if re.match(r"[0-9]{4}", date):
        fields["year"] = date[:4]
    if address:
        fields["howpublished"] = f"\\url{{{web_address(address)}}}"
    fields["note"] = bibtex_text(note)
    return "\n".join([f"@misc{{{key},", *(f"  {name} = {{{value}}}," for name, value in fields.items()), "}"])
