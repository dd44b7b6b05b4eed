"""Placeholders in prose: every number in a sentence comes from the study."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cseanalysis.export.markup import escape
from cseanalysis.export.wording import say, say_assumption

if TYPE_CHECKING:
    from pathlib import Path

_PLACEHOLDER = re.compile(r"\\[\\{}]|\{\{|\}\}|\{(#[^{}]*)\}|\{([^{}]*)\}|[{}]")
_UNIT_AFTER = re.compile(r" ?(%|(?:per cent|days?|weeks?|months?|years?)\b)")
_SENTENCE_STARTS = re.compile(r"(?:^|\n[ \t]*\n|[.!?][\"”’)\]]*[ \n])[ \n]*\Z")


__all__ = ["closest", "escape", "fill", "fill_absent"]


def fill(text: str, root: Path | str | None = None, *, plain: bool = False) -> str:
    """Replace placeholders in Markdown by the study's numbers."""
    # ``{result_id}``, ``{assumption:id}``, ``{figure:id}``; ``{period:name}``, a month or year of the data; of a group
    # of offences, ``{codes:group}`` and ``{count:group}``; ``{evidence:read_to}``, and by its id the newest period of a
    # table; of a row of absences.csv, ``{searched:id}``, once a chapter, and ``{absent:id}``. ``{{`` and ``}}`` stand
    # for braces, and so do those that `escape` has put behind a backslash. ``plain`` text is no Markdown, such as a
    # chart's alternative text.
    homes: dict[str, Mapping[str, Any]] = {}

    def replace(match: re.Match[str]) -> str:
        whole, attribute, name = match[0], match[1], match[2]
        if whole[0] == "\\":
            return whole
        if whole in {"{{", "}}"}:
            return whole[0]
        if attribute is not None:
            return whole
        if name is None:
            raise ValueError(f"prose {text[:60]!r}: a single {whole!r}; write {whole * 2} for a brace")
        home, _, identifier = name.strip().rpartition(":")
        if home not in _HOMES:
            named = ", ".join(filter(None, _HOMES))
            raise ValueError(f"placeholder {whole}: {home!r} is not one of {named}; leave it out for a result")
        if home not in homes:
            homes[home] = _load(home, root)
        words = _look_up(home, identifier, homes[home])
        doubled = _UNIT_AFTER.match(text, match.end())
        if doubled and words.rstrip("s").endswith(doubled[1].rstrip("s").replace("per cent", "%")):
            raise ValueError(f"placeholder {whole}{doubled[0]}: prints {words!r}; leave {doubled[1]!r} out")
        ours = home in _ABSENT  # Markdown, with a reference to where the search is told
        words = (_plain(words) if ours else words) if plain else words if ours else escape(words)
        words = words[:1].upper() + words[1:] if _SENTENCE_STARTS.search(text, 0, match.start()) else words
        return f'[{words}]{{.n ref="{identifier}"}}' if home in _CARDS and not plain else words

    return _PLACEHOLDER.sub(replace, text)


_HOMES = {"": "result", "assumption": "assumption", "figure": "figure", "period": "period"}
_HOMES |= dict.fromkeys(("codes", "count"), "group of codes")
_HOMES |= {"evidence": "table"}
_CARDS = ("", "assumption", "figure")
_ABSENT = ("absent", "searched")
_ABSENCE = re.compile(r"\{(absent|searched):(\w+)\}")
_HOMES |= dict.fromkeys(_ABSENT, "row of data/judgement/absences.csv")


def fill_absent(text: str, root: Path | str | None = None) -> str:
    """Replace in plain text only what names a row of absences.csv: other braces are the writer's own."""
    return _ABSENCE.sub(lambda match: _plain(_look_up(match[1], match[2], _load(match[1], root))), text)


def closest(identifier: str, known: Mapping[str, Any]) -> str:
    """Say which of the known ids is meant, as far as one can tell."""
    close = difflib.get_close_matches(identifier, known, n=1, cutoff=0.4)
    return f"the closest is {close[0]!r}" if close else f"there are {len(known)}, none of them close"


def _plain(words: str) -> str:
    """Leave out the reference to where the search is told."""
    return words.partition(" (@")[0]


def _load(home: str, root: Path | str | None) -> Mapping[str, Any]:
    if home == "assumption":
        from cseanalysis.study.data.assumptions import load_assumptions

        return load_assumptions(root)
    if home == "figure":
        from cseanalysis.study.data.figures import load_figures

        return load_figures(root)
    if home in {"codes", "count"}:
        from cseanalysis.study.data.codes import CODES_COUNTED, CODES_LISTED

        return CODES_LISTED if home == "codes" else CODES_COUNTED
    if home in _ABSENT:
        from cseanalysis.study.evidence.absences import phrases

        return phrases(root)
    from cseanalysis.study.data.reported import load_evidence, load_period, load_results

    if home == "evidence":
        from cseanalysis.study.evidence.age import evidence_in_words

        return evidence_in_words(load_evidence(root))
    return load_period(root) if home == "period" else load_results(root)


def _look_up(home: str, identifier: str, known: Mapping[str, Any]) -> str:
    if identifier not in known:
        raise ValueError(f"no {_HOMES[home]} has the id {identifier!r}; {closest(identifier, known)}")
    if home == "assumption":
        return say_assumption(known[identifier])
    if home == "absent":
        return "not found"
    if home in {"period", "codes", "count", "evidence", "searched"}:
        return str(known[identifier])
    return say(known[identifier]) if home == "" else str(known[identifier].published)
