"""Delimited text that a spreadsheet program cannot mistake for formulas."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

import pandas as pd

from cseanalysis.export.cells import Link, table_cells
from cseanalysis.export.writing import target_path, write_whole

_PASSED_OVER = '"`´“”„«»‘’‚‹›\ufeff\u200b\u200c\u200d\u2060'


def guarded(text: str) -> str:
    r"""Put an apostrophe in front of text that a spreadsheet program might take for a formula."""
    # OWASP Application Security Verification Standard 5.0, requirement 1.2.10 (formula injection); CWE-1236.
    if text[:1] in {"\t", "\r", "\x00"}:
        return f"'{text}"
    for character in text:
        if character.isspace() or character in _PASSED_OVER or unicodedata.category(character) in {"Cc", "Cf"}:
            continue
        return f"'{text}" if unicodedata.normalize("NFKC", character)[0] in "=+-@" else text
    return text


def csv_bytes(table: pd.DataFrame) -> bytes:
    r"""Return a table as comma-separated UTF-8 text: text in quotes, numbers bare."""
    stream = io.StringIO()
    # Quotes round all text keep a ";" or a tab inside it from starting a new cell under other list separators.
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    rows = table_cells(table)
    writer.writerow([guarded(header) for header in table.columns])
    for row in rows:
        plain = [cell.address if isinstance(cell, Link) else cell for cell in row]
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in plain])
    return stream.getvalue().encode("utf-8", errors="replace")


def write_csv(table: pd.DataFrame, path: Path | str) -> None:
    """Write a table as delimited text; see :func:`csv_bytes`.

    Parameters
    ----------
    table
        Text, numbers and links.
    path
        Target file, written whole or not at all.

    Raises
    ------
    ValueError
        When a cell is empty or could not be read by everybody.
    """
    write_whole({target_path(path): csv_bytes(table)})
