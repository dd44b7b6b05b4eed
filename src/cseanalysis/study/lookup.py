"""Find a published figure by words, and show one with everything the register knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cseanalysis.register import Comparison, Figure, compare
from cseanalysis.register.figures import COLUMNS
from cseanalysis.register.sentences import period_words
from cseanalysis.study.data.assumptions import load_clustering
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.recorded.shares import share_bases, unprinted

# Of a number that is not printed, what would print it all the same.
_TELLING = ("low", "high", "qualifier", "rounded_to")
_SHOWN_ALREADY = ("id", "statement", "published", "definition", "source", "period_start", "period_end", "tier", "note")
_WHY = (
    "a share of suspects by ethnicity or nationality is printed where its base is published and it stands for ten "
    "people or more, by one rule for every group; data/judgement/share_bases.csv says why, the register how many"
)


def find_figures(figures: Mapping[str, Figure], words: Iterable[str]) -> list[Figure]:
    """Return the figures in which every word occurs, whatever its case, in the order of the register."""
    wanted = [word.strip().casefold() for word in words]
    return [figure for figure in figures.values() if all(word in _text(figure) for word in wanted)]


def not_printed(root: Path | str | None = None, figures: Mapping[str, Figure] | None = None) -> dict[str, str]:
    """Return, by id, why a number is not printed, here by the rules of the report; ``figures`` if they are read."""
    register = load_figures(root) if figures is None else figures
    never = {one.id: "never to be quoted" for one in register.values() if one.withheld}
    return unprinted(register, share_bases(root)) | never


def figure_line(figure: Figure, hidden: Mapping[str, str]) -> str:
    """Return a figure in one line: id, number, what is counted, where and when."""
    if figure.id in hidden:
        return f"{figure.id:<5} not printed, {hidden[figure.id]}: {figure.statement}; {_where(figure)}"
    said = figure.unit.startswith(("per_cent", "pounds")) or figure.unit == "none"
    number = figure.published if said else f"{figure.published} {figure.unit.replace('_', ' ')}"
    return f"{figure.id:<5} {number}: {figure.statement}; {_where(figure)}"


def describe_figure(
    figure: Figure,
    figures: Mapping[str, Figure],
    publications: Mapping[str, Mapping[str, Any]],
    hidden: Mapping[str, str],
) -> str:
    """Return everything that the register knows of a figure, with its lineage, one fact a line."""
    source = publications[figure.source]
    lines, silent = [figure_line(figure, hidden), ""], figure.id in hidden
    if (dataset := figure.dataset) is not None:
        lines += [f"definition: {dataset.title} ({dataset.producer}); {dataset.rule}", f"people: {dataset.people}"]
        lines += [f"selection: {dataset.selection.replace('_', ' ')}"]
    for name in COLUMNS:
        value = getattr(figure, name)
        if name not in (*_SHOWN_ALREADY, *((*_TELLING, "withheld") if silent else ())) and value not in ("", None, ()):
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
            shown = f"{value:,.15g}" if isinstance(value, int | float) else shown
            lines.append(f"{name.replace('_', ' ')}: {shown}")
    lines.append(
        f"source: {source['publisher']}, {source['title']}, {source['published'] or 'undated'}, tier {figure.tier}"
    )
    lines += [f"address: {source['address']}"] if source["address"] else []
    if silent:
        lines.append(f"why not: {figure.withheld or _WHY}")
    elif figure.note:
        lines.append(f"note: {figure.note}")
    first = figure.relays or figure.id
    family = [other for other in figures.values() if first in (other.id, other.relays) and other.id != figure.id]
    lines += ["", "the same number elsewhere:"] if family else []
    for other in sorted(family, key=lambda item: (publications[item.source]["published"] or "9999", item.id)):
        said = publications[other.source]
        number = "not printed" if other.id in hidden else other.published
        lines.append(f"  {other.id} {number}: {said['publisher']}, {said['published'] or 'undated'}, tier {other.tier}")
    return "\n".join(lines)


def compare_figures(root: Path | str | None, first: str, second: str) -> Comparison:
    """Compare two figures of the study's register, with the study's assumption on how offences cluster."""
    register = load_figures(root)
    if missing := [name for name in (first, second) if name not in register]:
        raise ValueError(f"the register holds no figure {', '.join(missing)}; search it with `cseanalysis figures`")
    if first == second:
        raise ValueError(f"{first} and {second} are one and the same figure; name two")
    hidden = not_printed(root)
    if silent := [name for name in (first, second) if name in hidden and not register[name].withheld]:
        raise ValueError(f"{silent[0]} is not printed, {hidden[silent[0]]}, so it is compared with nothing: {_WHY}")
    return compare(register[first], register[second], inflation=load_clustering(root))


def _where(figure: Figure) -> str:
    return f"{figure.geography}, {period_words(figure)}"


def _text(figure: Figure) -> str:
    dataset = figure.dataset
    parts = [figure.id, figure.statement, figure.published, figure.unit, figure.category, figure.geography]
    parts += [figure.coverage, period_words(figure), figure.note, figure.base]
    parts += [dataset.title, dataset.producer] if dataset else []
    return " ".join(parts).casefold()
