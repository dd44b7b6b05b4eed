"""A checked sentence in plain lines, and the files that sentences are read from."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cseanalysis.study.evidence.support import support_lines, unseen_note
from cseanalysis.study.lookup import figure_line

if TYPE_CHECKING:
    from cseanalysis.register.claims import Tables, Verdict

_COLUMNS = ("sentence", "claim", "statement")
_SHOWN = 4  # lines of help
CONTENT_NOTE = "This is about the sexual abuse of children. What is recorded is not all that was done."


def describe_verdict(
    verdict: Verdict, tables: Tables, publications: Mapping[str, Mapping[str, Any]], support: str
) -> str:
    """Return a verdict in lines: what was understood, the word, figures with sources, arithmetic, reasons, help."""
    lines = [f'"{verdict.sentence}"', "", "understood"]
    lines += [f"  {words}: {meaning}" for words, meaning in verdict.understood] or ["  nothing"]
    lines += ["", f"verdict: {verdict.word}", "", verdict.statement]
    if verdict.figures:
        rests = verdict.word not in ("not supported", "not understood", "refused")
        lines += ["", "figures" if rests else "the nearest figures, which do not state it"]
        lines += [part for name in verdict.figures for part in _figure(name, tables, publications)]
    for title, several in (("arithmetic", verdict.arithmetic), ("because", verdict.reasons)):
        lines += ["", title, *(f"  {line}" for line in several)] if several else []
    lines += ["", "what would have to be published", f"  {verdict.would_need}"] if verdict.would_need else []
    return "\n".join([*lines, "", f"{CONTENT_NOTE} Support: {support}."])


def _figure(name: str, tables: Tables, publications: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    figure = tables.figures[name]
    source = publications[figure.source]
    copy = ", read in a copy" if figure.tier in ("C", "D") else ""
    yield f"  {figure_line(figure, tables.figures, tables.hidden)}"
    when = source["published"] or "undated"
    yield f"        {source['publisher']}, {source['title']}, {when}, tier {figure.tier}{copy}"


def where_help_is(root: Path) -> str:
    """Return the first lines of help in one line: their numbers have one home."""
    shown = support_lines(root)[:_SHOWN]
    told, note = "; ".join(f"{line.name} {line.printed}" for line in shown), unseen_note(shown)
    return f"{told}. {note.removesuffix('.')}" if note else told


def read_sentences(path: Path) -> list[str]:
    """Return the sentences of a file: a line each, or the column ``sentence``, ``claim`` or ``statement`` of a CSV.

    Raises
    ------
    ValueError
        When the file is no text in UTF-8, holds no such column, or no sentence.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            if path.suffix.lower() != ".csv":
                found = [line.strip() for line in stream]
            else:
                reader = csv.DictReader(stream, strict=True)
                column = next((name for name in _COLUMNS if name in (reader.fieldnames or ())), None)
                if column is None:
                    heads = ", ".join(reader.fieldnames or ()) or "nothing"
                    raise ValueError(f"{path} has the columns {heads}; name the one with the sentences {_COLUMNS[0]}")
                found = [(row[column] or "").strip() for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is no text in UTF-8 ({error}); save it as such") from error
    if not any(found):
        raise ValueError(f"{path} holds no sentence; write one on each line")
    return [sentence for sentence in found if sentence]
