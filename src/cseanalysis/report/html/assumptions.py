"""The page of assumptions: a table of all, and one that is moved with both ends of every number that rests on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cseanalysis.export.wording import say_number
from cseanalysis.report.html.cards import ASSUMPTIONS, link_to
from cseanalysis.report.html.shell import Page
from cseanalysis.study.data.project import sha256
from cseanalysis.study.formulas import evaluate, named_in

if TYPE_CHECKING:
    from cseanalysis.lineage import Card, Lineage
    from cseanalysis.study.kept import Kept
    from cseanalysis.values import Assumption, Estimate

_SCRIPTS = ("formula.js", "moving.js", "assumptions.js")
_FAR = 5.0  # times an end, where the unit sets none


@dataclass(frozen=True, slots=True)
class Moving:
    """What the page computes with: formulas, the values of what does not move, and what rests on each assumption."""

    formulas: Mapping[str, str]
    values: Mapping[str, float]
    moves: Mapping[str, tuple[str, ...]]  # by assumption, the results whose formula rests on it
    others: Mapping[str, tuple[str, ...]]  # by assumption, those that rest on it otherwise


def moving_of(lineage: Lineage) -> Moving:
    """Return what moves with which assumption, directly or through the formulas of other results."""
    results, assumptions = lineage.results, lineage.assumptions
    rests = {name: _rests_on(name, results, assumptions) for name in results}
    moved = [name for name in results if rests[name]]
    formulas = {name: results[name].formula for name in moved}
    values: dict[str, float] = {}
    for formula in formulas.values():
        # What is computed again, or moved, is no constant.
        evaluate(formula, partial(_noted, lineage=lineage, moved={*moved, *assumptions}, values=values))
    return Moving(
        formulas,
        values,
        {one: tuple(name for name in moved if one in rests[name]) for one in assumptions},
        {
            one: tuple(
                name for name, result in results.items() if one in result.basis and _otherwise(result, rests[name], one)
            )
            for one in assumptions
        },
    )


def _rests_on(name: str, results: Mapping[str, Estimate], assumptions: Mapping[str, Assumption]) -> frozenset[str]:
    """Return the assumptions in the formula of a bound, and in those of the results that it names."""
    result = results[name]
    if not result.formula or result.point is not None:
        return frozenset()
    named = named_in(result.formula)
    further = (_rests_on(one, results, assumptions) for one in named if one in results)
    return frozenset(one for one in named if one in assumptions).union(*further)


def _otherwise(result: Estimate, rests: frozenset[str], assumption: str) -> bool:
    """Whether a result rests on an assumption by a procedure; a formula that names it not rests on it by nothing."""
    return assumption not in rests and (not result.formula or result.point is not None)


def _noted(name: str, end: str = "", *, lineage: Lineage, moved: set[str], values: dict[str, float]) -> float:
    found = lineage.number(name, end) if name not in lineage.assumptions or end else lineage.assumptions[name].high
    if name not in moved:
        values[f"{name}.{end}" if end else name] = found
    return found


def taken_at(assumption: Assumption, value: float) -> Assumption:
    """Return an assumption at one value; one that runs from 1/r to r, at the r given."""
    low, high = sorted((value, 1 / value)) if _turned(assumption) else (value, value)
    return replace(assumption, low=low, high=high, distribution=None)


def _turned(assumption: Assumption) -> bool:
    return assumption.unit.startswith("odds ratio")


def reach_of(assumption: Assumption, takes: Callable[[float], bool]) -> tuple[float, float]:
    """Return how far beyond its range an assumption can be moved: as far as the study takes it, of a few steps."""
    low, high, width = assumption.low, assumption.high, assumption.high - assumption.low
    share = assumption.unit == "probability" or assumption.unit.startswith("share")
    above = (1.0 if share else _FAR * high, high + 2 * width, high + width)
    below: tuple[float, ...] = (low / _FAR, low - 2 * width, low - width)
    if _turned(assumption):
        low, below = high, (1.0, 1.01)
    most = next((value for value in above if value > high and takes(value)), high)
    least = next((value for value in below if 0 <= value < low and takes(value)), low)
    return float(f"{least:.6g}"), float(f"{most:.6g}")


def assumptions_page(
    moving: Moving,
    reach: Mapping[str, tuple[float, float]],
    cards: Mapping[str, Card],
    assumptions: Mapping[str, Assumption],
) -> Page:
    """Return the table of all assumptions, and above it the form that a script brings to life."""
    movable = [name for name, moved in moving.moves.items() if moved]
    content = {
        "formulas": dict(moving.formulas),
        "values": dict(moving.values),
        "results": {
            name: {"title": _headed(cards[name]), "scale": 100 if say_number(0.5, cards[name].unit) == "50%" else 1}
            for name in sorted({*moving.formulas, *(one for name in movable for one in moving.others[name])})
        },
        "assumptions": {
            name: _about(assumptions[name], reach[name], moving.moves[name], moving.others[name]) for name in movable
        },
    }
    data = f"var MOVING = {json.dumps(content, ensure_ascii=False, separators=(',', ':'))};\n".encode()
    chosen = "".join(
        f'<option value="{escape(name)}">{escape(_headed(cards[name]))} ({escape(name)})</option>' for name in movable
    )
    rows = "\n".join(_row(cards[name], cards, moving) for name in assumptions)
    return Page(ASSUMPTIONS, _PAGE.format(chosen=chosen, rows=rows), _SCRIPTS, {"moving.js": data})


def _about(
    assumption: Assumption, reach: tuple[float, float], moves: Iterable[str], others: Iterable[str]
) -> dict[str, Any]:
    return {
        "low": assumption.low,
        "high": assumption.high,
        "turned": _turned(assumption),
        "least": reach[0],
        "most": reach[1],
        "moves": list(moves),
        "others": list(others),
    }


def _headed(card: Card) -> str:
    return card.title[:1].upper() + card.title[1:]


def _row(card: Card, cards: Mapping[str, Card], moving: Moving) -> str:
    counts = (
        (len(moving.moves[card.id]), "by a formula, which this page computes again"),
        (len(moving.others[card.id]), "by a procedure, which only <code>cseanalysis run</code> computes again"),
    )
    moves = "; ".join(f"{count} {how}" for count, how in counts if count)
    sources = "; ".join(f"{one.publisher}: {one.title}, {one.date}" for one in card.sources)
    cells = (escape(card.title), escape(card.says), escape(card.reason), escape(sources) or "none found", moves)
    return f'<tr><th scope="row">{link_to(card.id, cards)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


_PAGE = """<p>Whoever disagrees with a range can move it here, one assumption at a time and also beyond what the report
defends, and see both ends of each number that rests on it by a formula. The page uses the formulas that the report
computes with. A number moved here is nobody's finding: it is what follows if the value held.</p>
<noscript><p>Moving needs JavaScript, which does not run here. Write the value into a file as in
<code>scenarios/</code>, and <code>cseanalysis run</code> computes every number with it.</p></noscript>
<form id="move" hidden>
<h2>Move an assumption</h2>
<label for="which">Assumption</label><select id="which">{chosen}</select>
<label for="value">Taken as</label><input id="value" inputmode="decimal" autocomplete="off" spellcheck="false">
<label for="slide">The same by a slider</label><input id="slide" type="range">
<p id="stands" role="status"></p>
<p><button type="button" id="reset">Back to the range of the report</button></p>
<div class="scroll" role="region" tabindex="0" aria-label="Numbers that move"><table id="moved"><thead>
<tr><th scope="col">What rests on it</th><th scope="col">In the report</th>
<th scope="col">With the value taken</th></tr>
</thead><tbody></tbody></table></div>
<p>Ends are rounded outward, less than in the text. All other assumptions keep their whole range.</p>
<p id="others"></p>
<label for="scenario">The same as a file for <code>cseanalysis run</code></label>
<textarea id="scenario" rows="6" readonly spellcheck="false"></textarea>
<p><button type="button" id="copy">Copy the file</button> <a id="file" hidden>Save the file</a>
<span id="copied" role="status"></span></p>
<p><code>cseanalysis run FILE.toml</code> computes every number of the study with it; several assumptions may stand in
one file.</p>
</form>
<h2>All assumptions</h2>
<div class="scroll" role="region" tabindex="0" aria-label="Table of all assumptions"><table>
<thead><tr><th scope="col">Assumption</th><th scope="col">What it is</th><th scope="col">Range</th>
<th scope="col">Reason</th><th scope="col">Source</th><th scope="col">What rests on it</th></tr></thead>
<tbody>
{rows}
</tbody></table></div>
<h2>Their cards</h2>
"""


def study_reach(
    assumptions: Mapping[str, Assumption],
    moving: Moving,
    kept: Kept,
    takes: Callable[[Mapping[str, Assumption], tuple[str, ...]], bool],
) -> dict[str, tuple[float, float]]:
    """Return how far each assumption can be moved that a formula rests on, looked for once until something changes."""

    def fits(name: str, value: float) -> bool:
        try:
            at = {**assumptions, name: taken_at(assumptions[name], value)}
        except ValueError:
            return False
        return takes(at, moving.moves[name])

    def found() -> dict[str, tuple[float, float]]:
        return {name: reach_of(assumptions[name], partial(fits, name)) for name, moved in moving.moves.items() if moved}

    # What is kept goes with the code that computes numbers, to which this module does not belong.
    words = ["reach", sha256(Path(__file__).read_bytes()), repr(sorted(assumptions.items())), repr(moving)]
    return {name: (least, most) for name, (least, most) in kept.once(words, found).items()}
