"""The page on which two figures are chosen: the gate's verdict on every pair with all its reasons, word for word."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from graphlib import TopologicalSorter
from html import escape
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cseanalysis.register import compare
from cseanalysis.register.definitions import worded
from cseanalysis.register.differences import differences
from cseanalysis.register.gate import order_of
from cseanalysis.report.html.cards import link_to, page_of_card
from cseanalysis.report.html.shell import Entry, Page
from cseanalysis.study.data.project import sha256

if TYPE_CHECKING:
    from cseanalysis.lineage import Card
    from cseanalysis.register import Figure
    from cseanalysis.register.differences import Difference
    from cseanalysis.study.kept import Kept
    from cseanalysis.values import Interval

PAIRS = Entry("compare", "May two figures be compared?")
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_HALF = len(DIGITS) // 2
# A reason is kept with a sign in place of each word that it takes from a figure: of the earlier, and of the later one.
FIRST, SECOND = 0xE000, 0xE100
_WORDS = (
    *("id", "unit", "base", "rule", "path", "part", "geography", "ages", "sex", "time", "counter", "stage"),
    *("coverage", "covered", "withheld"),
)
_SIGNS = {signs: {name: chr(signs + place) for place, name in enumerate(_WORDS)} for signs in (FIRST, SECOND)}
_OF_DIMENSION = {
    "unit": ("unit", "base"),
    "definition": ("rule",),
    "category": ("path", "part"),
    "time basis": ("time",),
    "coverage": ("coverage", "covered"),
    "quotation": ("withheld", "id"),
} | {name: (name,) for name in ("geography", "ages", "sex", "counter", "stage")}


def pairs_table(figures: Iterable[Figure], inflation: Interval) -> dict[str, Any]:
    """Return what the gate says of every pair, in a form that JSON holds and that takes little room.

    A row of a dimension runs over all later figures: a number of a reason (0 for none) and how many it holds for, again
    and again, in digits of 32 of which each but the last is from the upper half; an empty row is the rest of the one
    before. The whole sentence stands for those pairs alone of which some arithmetic is allowed.
    """
    ordered = sorted(figures, key=order_of)
    reasons, rows = _Reasons(ordered), _Rows()
    orders, said, verdicts = set[tuple[str, ...]](), [], Counter[str]()
    for place, first in enumerate(ordered):
        later = ordered[place + 1 :]
        own: dict[str, list[int]] = {}
        for at, second in enumerate(later):
            found = differences(first, second)
            orders.add(tuple([item.dimension for item in found]))
            for item in found:
                if (row := own.get(item.dimension)) is None:
                    row = own[item.dimension] = [0] * len(later)
                row[at] = reasons.number(item, place, place + 1 + at)
            levels = {item.level for item in found}
            verdict = next((level for level in ("refused", "bridged") if level in levels), "comparable")
            verdicts[verdict] += 1
            # Of figures of two periods, a refusal allows nothing: a part is of the same time as its whole.
            if verdict != "refused" or first.period_end == second.period_end:
                comparison = compare(first, second, inflation=inflation)
                if comparison.allowed:
                    allowed = ", ".join(comparison.allowed)
                    said.append([place, place + 1 + at, verdict, allowed, comparison.statement])
        rows.add(own, len(later))
    return {
        "ids": [figure.id for figure in ordered],
        "words": reasons.words(),
        "dimensions": [
            {"name": name, "reasons": reasons.held(name), "rows": rows.text(name)} for name in _in_order(orders)
        ],
        "said": said,
        "verdicts": dict(sorted(verdicts.items())),
    }


def _in_order(orders: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Return the dimensions in the one order in which the rules give them, as pairs show it."""
    after: dict[str, set[str]] = {}
    for order in orders:
        for one, other in pairwise((*order, "")):
            after.setdefault(one, set())
            after.setdefault(other, set()).add(one)
    after.pop("", None)
    return iter(TopologicalSorter({name: sorted(after[name]) for name in sorted(after)}).static_order())


class _Reasons:
    """The different reasons of each dimension, once the words that a figure brings are taken out."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._own = [_own_words(figure) for figure in figures]
        self._numbers: dict[str, dict[tuple[str, str], int]] = {}
        self._seen: dict[tuple[str, str, str, int, int], int] = {}
        self._alike = {name: self._classes(names) for name, names in _OF_DIMENSION.items()}

    def _classes(self, names: Sequence[str]) -> list[int]:
        """Return for each figure a number that all figures with the same words share."""
        numbers: dict[tuple[str, ...], int] = {}
        return [numbers.setdefault(tuple([own[name] for name in names]), len(numbers)) for own in self._own]

    def number(self, item: Difference, first: int, second: int) -> int:
        """Return the number of a reason in its dimension, from 1."""
        one, other = self._own[first], self._own[second]
        alike = self._alike.get(item.dimension)
        if alike is None:  # what names figures is another text for every pair
            return self._new(item, one, other, ("id",))
        key = item.dimension, item.text, item.level, alike[first], alike[second]
        if (number := self._seen.get(key)) is None:
            number = self._seen[key] = self._new(item, one, other, _OF_DIMENSION[item.dimension])
        return number

    def _new(self, item: Difference, one: Mapping[str, str], other: Mapping[str, str], names: Sequence[str]) -> int:
        text = _without(_without(item.text, one, names, FIRST), other, names, SECOND)
        held = self._numbers.setdefault(item.dimension, {})
        return held.setdefault((item.level, text), len(held) + 1)

    def held(self, dimension: str) -> list[tuple[str, str]]:
        """Return the reasons of a dimension in the order of their numbers."""
        return list(self._numbers[dimension])

    def words(self) -> list[dict[str, Any]]:
        """Return for each kind of word which there are, and which of them each figure has."""
        found = []
        for name in _WORDS:
            different = sorted({own[name] for own in self._own})
            numbers = {word: number for number, word in enumerate(different)}
            found.append({"words": different, "of": [numbers[own[name]] for own in self._own]})
        return found


class _Rows:
    """The rows of each dimension as text."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._before: dict[str, list[int]] = {}
        self._lengths: list[int] = []

    def add(self, own: Mapping[str, list[int]], length: int) -> None:
        """Add a row of this length to every dimension, of noughts where it has no reason."""
        for name in (name for name in own if name not in self._texts):
            self._texts[name] = [_runs([0] * before) for before in self._lengths]
            self._before[name] = [0] * (length + 1)
        self._lengths.append(length)
        for name, texts in self._texts.items():
            row, before = own.get(name) or [0] * length, self._before[name]
            texts.append("" if self._lengths[1:] and row == before[1:] else _runs(row))
            self._before[name] = row

    def text(self, name: str) -> str:
        """Return all rows of a dimension."""
        return ",".join(self._texts[name])


def _own_words(figure: Figure) -> dict[str, str]:
    rule = figure.dataset.title if figure.dataset else figure.definition
    path, part = figure.category.replace("/", ": "), figure.category.rpartition("/")[2]
    cells = (
        *(figure.id, worded(figure.unit), figure.base or "none", rule, worded(path), worded(part)),
        *(worded(figure.geography), worded(figure.ages), worded(figure.sex), worded(figure.time_basis)),
        *(worded(figure.counter), worded(figure.stage), figure.coverage, worded(figure.coverage), figure.withheld),
    )
    return dict(zip(_WORDS, cells, strict=True))


def _without(text: str, own: Mapping[str, str], names: Iterable[str], signs: int) -> str:
    """Put a sign where a word of a figure stands in a reason; whatever stood there, the word gives it back."""
    for name in names:
        if word := own[name]:
            text = text.replace(word, _SIGNS[signs][name], 1)
    return text


def _runs(row: Iterable[int]) -> str:
    return "".join(_digits(number) + _digits(len(list(same))) for number, same in groupby(row))


@lru_cache(maxsize=4096)
def _digits(number: int) -> str:
    text = DIGITS[number % _HALF]
    while number := number // _HALF:
        text = DIGITS[_HALF + number % _HALF] + text
    return text


def pairs_page(
    figures: Mapping[str, Figure],
    cards: Mapping[str, Card],
    hidden: Mapping[str, str],
    kept: Kept,
    inflation: Interval,
) -> Page:
    """Return the page; of a figure whose number is not printed nothing is compared, as on the command line."""
    silent = {name: why for name, why in hidden.items() if name in figures and not figures[name].withheld}
    shown = [figure for name, figure in figures.items() if name not in silent]
    code = sha256(Path(__file__).read_bytes())
    table = kept.once(["pairs", code, repr(inflation), repr(sorted(silent))], lambda: pairs_table(shown, inflation))
    known = [cards[name] for name in table["ids"]]
    about = [[card.title, card.says, card.as_of, page_of_card(card)] for card in known]
    content = {"digits": DIGITS, "first": FIRST, "second": SECOND, "about": about, "silent": silent, **table}
    data = f"var PAIRS = {json.dumps(content, ensure_ascii=False, separators=(',', ':'))};\n".encode()
    counts = {name: f"{count:,}" for name, count in table["verdicts"].items()}
    listed = "; ".join(f"{count} {name}" for name, count in counts.items())
    rows = "\n".join(
        f'<tr><th scope="row">{link_to(table["ids"][first], cards)}</th><td>{link_to(table["ids"][second], cards)}</td>'
        f"<td>{escape(verdict)}</td><td>{escape(allowed)}</td></tr>"
        for first, second, verdict, allowed, _ in table["said"]
    )
    left = f" Left out: the {len(silent)} whose number is kept back, which the report's counts hold." if silent else ""
    inside = _PAGE.format(title=escape(PAIRS.title), listed=listed, left=left, rows=rows)
    parts = (("main", PAIRS.title, f"Choose two figures and see why they may be compared or not; {listed}"),)
    return Page(PAIRS, inside, ("pairs.js", "compare.js"), {"pairs.js": data}, parts)


_PAGE = """<h1>{title}</h1>
<p>Two published figures may be compared only where they count alike. For every pair of the register the same rules say
whether, and name every difference. A refusal says nothing against either figure: each may be quoted with what it
counts. Of all pairs of figures whose number is printed: {listed}.{left}</p>
<noscript><p>Choosing needs JavaScript, which does not run here. <code>cseanalysis compare F024 F028</code> says the
same; the pairs of which some arithmetic is allowed are listed below.</p></noscript>
<form id="pair" hidden>
<label for="one">One figure: its id, or words of what it counts</label>
<input id="one" list="ids" autocomplete="off" spellcheck="false">
<label for="other">The other figure</label>
<input id="other" list="ids" autocomplete="off" spellcheck="false">
<datalist id="ids"></datalist>
</form>
<div id="answer" role="status"></div>
<h2>Pairs of which some arithmetic is allowed</h2>
<p>Bridged: only across what is registered, and in this arithmetic alone. Refused with a share: one is part of the
other, which is all that may be said of them.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Pairs of which some arithmetic is allowed"><table>
<thead><tr><th scope="col">Earlier</th><th scope="col">Later</th><th scope="col">Verdict</th>
<th scope="col">Allowed</th></tr></thead>
<tbody>
{rows}
</tbody></table></div>
"""
