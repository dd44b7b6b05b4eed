"""Find a published figure by words, and show one with everything the register knows of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cseanalysis.register import Comparison, Figure, compare
from cseanalysis.register.figures import COLUMNS, NATIONAL
from cseanalysis.register.search import Alias, Entry, Search, figure_entry, nothing_found, search
from cseanalysis.register.sentences import period_words
from cseanalysis.study.data.assumptions import load_clustering
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.judgement import ContestedClaim, contested_claims, read_judgement
from cseanalysis.study.data.project import find_project, load_sources
from cseanalysis.study.recorded.shares import share_bases, unprinted

# Of a number that is not printed, what would print it all the same.
_TELLING = ("low", "high", "qualifier", "rounded_to")
_SHOWN_ALREADY = ("id", "statement", "published", "definition", "source", "period_start", "period_end", "tier", "note")
_WHY = (
    "a share of suspects by ethnicity or nationality is printed where its base is published and it stands for ten "
    "people or more, by one rule for every group; data/judgement/share_bases.csv says why, the register how many"
)


FIRST = 10  # how many are shown unless all are asked for
_CLAIMED, _SAID_BY, _READ_IN = 12, 4, 1  # weights of what is claimed, by whom, and where it was read, as for figures


@dataclass(frozen=True, slots=True)
class AliasRow:
    """A row of ``data/judgement/aliases.csv``: words that people use, and what they mean in the register."""

    words: str  # alternatives, a bar between them
    meaning: str
    term: str | None
    not_taken_as: str
    figures: tuple[str, ...]
    not_figures: tuple[str, ...]
    contested: tuple[str, ...]
    reason: str


def load_aliases(root: Path | str | None = None) -> tuple[Alias, ...]:
    """Return what people's words mean in the register and in the table of contested claims."""
    rows = read_judgement("aliases", AliasRow, root)
    return tuple(
        Alias(
            tuple(term.strip() for term in row.words.split("|")),
            row.meaning,
            row.not_taken_as,
            row.reason,
            # A number that stands for no class of the register is first of all what was claimed.
            figures=(*row.figures, *row.contested) if row.term else (*row.contested, *row.figures),
            others=row.not_figures,
        )
        for row in rows
    )


_BY_FORCE = "by force, year and offence: cseanalysis forces --csv FOLDER, or the page of forces in the web edition"


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found among the figures and the contested claims, the best first."""

    search: Search
    figures: Mapping[str, Figure]
    claims: Mapping[str, ContestedClaim]
    hidden: Mapping[str, str]  # why a number is not printed, by the id of its figure

    def lines(self, first: int | None = FIRST) -> list[str]:
        """Return what was understood, a line for each of the ``first`` found (None: all), and how many there are."""
        held, hits = len(self.figures), self.search.hits
        lines = [line for term in self.search.terms if term.alias for line in _alias_lines(term.words, term.alias)]
        if not hits:
            what = f"figures and {len(self.claims)} contested claims"
            return [*lines, nothing_found(self.search, held, what)]
        lines += [self._line(hit.id) for hit in hits[:first]]
        number, more = f"{len(hits)} of {held} figures", ""
        if claims := sum(hit.id in self.claims for hit in hits):
            number = f"{len(hits) - claims} of {held} figures and {claims} of {len(self.claims)} contested claims"
        if first is not None and len(hits) > first:
            more = f"; these are the first {first}, --all shows every one"
        local = any(hit.id in self.figures and self.figures[hit.id].geography not in NATIONAL for hit in hits[:first])
        return [*lines, f"{number}{more}", *[_BY_FORCE] * local]

    def as_json(self, first: int | None = FIRST) -> str:
        """Return the same for programs."""
        understood = [
            {
                "words": term.words,
                "read_as": term.read_as,
                "means": term.alias.means if term.alias else None,
                "not": term.alias.never if term.alias else None,
                "why": term.alias.why if term.alias else None,
                "alone": term.hits,
                "nearest": list(term.nearest),
            }
            for term in self.search.terms
        ]
        told = {
            "query": self.search.query,
            "understood": understood,
            "found": [self._row(hit.id) for hit in self.search.hits[:first]],
            "matching": len(self.search.hits),
            "searched": {"figures": len(self.figures), "contested_claims": len(self.claims)},
        }
        return json.dumps(told, indent=2, ensure_ascii=False)

    def _line(self, name: str) -> str:
        if name in self.claims:
            return claim_line(self.claims[name])
        return figure_line(self.figures[name], self.figures, self.hidden)

    def _row(self, name: str) -> dict[str, str | None]:
        if name in self.claims:
            claim = self.claims[name]
            number, about, where, when = claim.published, claim.claim, claim.place, claim.said
            return _told(name, "contested claim", number, None, about, where, when, claim.source, claim.reason)
        figure, why = self.figures[name], self.hidden.get(name)
        where, when = figure.geography, period_words(figure)
        printed = None if why else figure.published
        return _told(
            name,
            "figure",
            printed,
            figure.unit,
            figure.statement + ("" if why else known_for(figure, self.figures, self.hidden)),
            where,
            when,
            figure.source,
            why or figure.note,
        )


def find(query: str, root: Path | str | None = None) -> Found:
    """Search the register and the contested claims; what is not printed of a figure does not lead to it either."""
    figures = load_figures(root)
    hidden = not_printed(root, figures)
    claims = {claim.id: claim for claim in contested_claims(root)}
    publications = load_sources(find_project(root))["publications"]
    entries = [_entry(figure, publications[figure.source], hidden) for figure in figures.values()]
    if query.strip():  # without a query the register is listed
        entries += [_claim_entry(claim, publications[claim.source]) for claim in claims.values()]
    return Found(search(query, entries, load_aliases(root)), figures, claims, hidden)


def claim_line(claim: ContestedClaim) -> str:
    """Return a contested claim in one line: id, number, what is claimed, who said it and when, and its standing."""
    said = f"{claim.said_by}, {claim.place}, {claim.said}"
    return f"{claim.id:<5} {claim.published}: {claim.claim}; {said}; contested: {claim.rule}"


def _entry(figure: Figure, source: Mapping[str, Any], hidden: Mapping[str, str]) -> Entry:
    entry = figure_entry(figure)
    read_in = (_READ_IN, f"{source['publisher']} {figure.source}")
    if figure.id in hidden:  # the last text holds the note, which may say the number
        return replace(entry, published="", value=None, texts=(*entry.texts[:-1], read_in))
    return replace(entry, texts=(*entry.texts, read_in))


def _claim_entry(claim: ContestedClaim, source: Mapping[str, Any]) -> Entry:
    rest = f"{claim.rule} {claim.would_need} {claim.reason}"
    read_in = f"{source['publisher']} {source.get('primary', '')} {claim.source}"
    texts = (
        (_CLAIMED, f"{claim.id} {claim.claim}"),
        (_SAID_BY, f"{claim.said_by} {claim.place}"),
        (_READ_IN, f"{rest} {read_in}"),
    )
    return Entry(claim.id, texts, published=claim.published, per_cent="%" in claim.published)


def _alias_lines(words: str, alias: Alias) -> list[str]:
    return [f"{words}: {alias.means}; not: {alias.never}", f"  {alias.why}"]


def _told(*cells: str | None) -> dict[str, str | None]:
    names = ("id", "kind", "published", "unit", "statement", "geography", "period", "source", "note")
    return dict(zip(names, cells, strict=True))


def not_printed(root: Path | str | None = None, figures: Mapping[str, Figure] | None = None) -> dict[str, str]:
    """Return, by id, why a number is not printed, here by the rules of the report."""
    register = load_figures(root) if figures is None else figures  # reading the register takes longer than a search
    never = {one.id: "never to be quoted" for one in register.values() if one.withheld}
    return unprinted(register, share_bases(root)) | never


def known_for(figure: Figure, figures: Mapping[str, Figure], hidden: Mapping[str, str]) -> str:
    """Say of a share among the records that say how many do, so that it never stands without."""
    if not (name := figure.known_share):
        return ""
    if name not in figures:
        return "; for how many is not known"
    return (
        f"; known for {f'a share not printed, {hidden[name]}' if name in hidden else figures[name].published} ({name})"
    )


def figure_line(figure: Figure, figures: Mapping[str, Figure], hidden: Mapping[str, str]) -> str:
    """Return a figure in one line: id, number, what is counted, of a share among those that say how many do, where."""
    if figure.id in hidden:
        return f"{figure.id:<5} not printed, {hidden[figure.id]}: {figure.statement}; {_where(figure)}"
    said = figure.unit.startswith(("per_cent", "pounds")) or figure.unit == "none"
    number = figure.published if said else f"{figure.published} {figure.unit.replace('_', ' ')}"
    return f"{figure.id:<5} {number}: {figure.statement}{known_for(figure, figures, hidden)}; {_where(figure)}"


def describe_figure(
    figure: Figure,
    figures: Mapping[str, Figure],
    publications: Mapping[str, Mapping[str, Any]],
    hidden: Mapping[str, str],
) -> str:
    """Return everything that the register knows of a figure, with its lineage, one fact a line."""
    source = publications[figure.source]
    lines, silent = [figure_line(figure, figures, hidden), ""], figure.id in hidden
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
    hidden = not_printed(root, register)
    if silent := [name for name in (first, second) if name in hidden and not register[name].withheld]:
        raise ValueError(f"{silent[0]} is not printed, {hidden[silent[0]]}, so it is compared with nothing: {_WHY}")
    return compare(register[first], register[second], inflation=load_clustering(root))


def _where(figure: Figure) -> str:
    return f"{figure.geography}, {period_words(figure)}"
