"""A published file to a cleaned one: its table read as it is, harmonised in one call, written with a report."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cseanalysis.clean.whole import ROLES, CleaningReport, harmonise
from cseanalysis.export.delimited import guarded
from cseanalysis.export.writing import check_targets, write_whole
from cseanalysis.lazy import install_advice

if TYPE_CHECKING:
    import pandas as pd

_KINDS = (".parquet", ".csv", ".xlsx")
_TABLE = "table"
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_MOST_ROWS = 2**20 - 1  # rows of a worksheet below its headings


def clean_file(
    source: Path,
    *,
    to: Path | None,
    report: Path | None,
    table: str | None = None,
    columns: Sequence[str] = (),
    crosswalk: Path | None = None,
    convention: str | None = None,
    prefix: str = "",
) -> CleaningReport:
    """Read a published file, harmonise its table, and write the result and the report where they are asked for."""
    if to is not None and to.suffix.lower() not in _KINDS:
        raise ValueError(f"--to {to}: must end in {', '.join(_KINDS)}, which says what is written")
    targets = [target for target in (to, report) if target is not None]
    check_targets(targets)
    if len({target.resolve() for target in (source, *targets)}) <= len(targets):
        raise ValueError("the file that is read and those that are written must be different ones; name another")
    raw = _one_table(source, table)
    cleaned, told = harmonise(
        raw,
        columns=_named(columns),
        crosswalk=None if crosswalk is None else _filled_in(crosswalk),
        convention=convention,
        prefix=prefix,
    )
    contents: dict[Path, bytes] = {}
    if to is not None:
        contents[to] = _WRITERS[to.suffix.lower()](cleaned)
    if report is not None:
        given = {"source": source.name, **told.as_dict(), "to_fill_in": told.to_fill_in()}
        contents[report] = (json.dumps(given, indent=1, ensure_ascii=False, default=str) + "\n").encode()
    write_whole(contents)
    return told


def _one_table(source: Path, name: str | None) -> pd.DataFrame:
    """Read the table of a file; those with the same headings, as a sheet for each year, stand below each other."""
    import pandas as pd

    from cseanalysis.read.spreadsheet import read_spreadsheet

    tables = read_spreadsheet(source)
    if name is not None:
        if name not in tables:
            raise ValueError(f"--table {name!r}: no such table; the file has {', '.join(map(repr, tables))}")
        return tables[name].frame
    headings = {tuple(each.frame.columns) for each in tables.values()}
    if len(headings) > 1:
        named = ", ".join(f"{name!r} ({len(each.frame):,} rows)" for name, each in tables.items())
        raise ValueError(f"{source.name} holds tables with different headings: {named}; choose one with --table")
    if len(tables) == 1:
        return next(iter(tables.values())).frame
    if not all(_YEAR.search(name) for name in tables):
        named = ", ".join(map(repr, tables))
        raise ValueError(
            f"{source.name} holds tables with the same headings, {named}, which may count different things: only "
            "tables that are named by years are put below each other; choose one with --table"
        )
    if _TABLE in next(iter(headings)):
        raise ValueError(f"{source.name}: its sheets have a column {_TABLE!r} of their own; choose one with --table")
    parts = [each.frame.astype("str").assign(**{_TABLE: name}) for name, each in tables.items()]
    return pd.concat(parts, ignore_index=True)


def _named(columns: Sequence[str]) -> dict[str, str | list[str] | None]:
    """Take ``force=Name of area`` as what a column is; ``outcome=`` leaves one out."""
    named: dict[str, list[str]] = {}
    for text in columns:
        role, sign, name = text.partition("=")
        if not sign or role not in ROLES:
            raise ValueError(f"--column {text!r}: must be ROLE=NAME, where ROLE is one of {', '.join(ROLES)}")
        named.setdefault(role, []).extend([name] if name else [])
    return {role: names if len(names) > 1 else names[0] if names else None for role, names in named.items()}


def _filled_in(path: Path) -> dict[str, Any]:
    """Read what was filled in: a report, or what it holds under ``to_fill_in``."""
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"--crosswalk {path}: is no JSON ({error}); fill in the report that --report wrote") from error
    rules = given.get("to_fill_in", given) if isinstance(given, Mapping) else None
    if not isinstance(rules, Mapping) or not all(isinstance(each, Mapping) for each in rules.values()):
        raise ValueError(f'--crosswalk {path}: must hold rules as {{"force": {{"label": "meaning"}}}}')
    return dict(rules)


def _parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


def _csv(frame: pd.DataFrame) -> bytes:
    """Write a table in which no cell can start a formula."""
    import pandas as pd

    safe = frame.copy()
    safe.columns = [guarded(str(name)) for name in frame.columns]
    for name, column in zip(safe.columns, frame.columns, strict=True):
        if not pd.api.types.is_numeric_dtype(frame[column]) and not pd.api.types.is_datetime64_dtype(frame[column]):
            safe[name] = frame[column].astype(object).map(guarded, na_action="ignore")
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8", errors="replace")


def _xlsx(frame: pd.DataFrame) -> bytes:
    """Write a workbook in which no cell is a formula or a link, and which holds no time of day."""
    import pandas as pd

    try:
        import xlsxwriter  # noqa: F401 - pandas needs it
    except ImportError as error:
        said = f"writing XLSX needs XlsxWriter: {install_advice('XlsxWriter')}"
        raise ModuleNotFoundError(said, name="xlsxwriter") from error
    if len(frame) > _MOST_ROWS:
        raise ValueError(f"{len(frame):,} rows do not fit on a sheet of XLSX; write .parquet or .csv")
    stream = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(stream, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        writer.book.set_properties({"created": dt.datetime(1980, 1, 1)})
        frame.to_excel(writer, sheet_name="Cleaned", index=False, freeze_panes=(1, 0))
    return stream.getvalue()


_WRITERS = {".parquet": _parquet, ".csv": _csv, ".xlsx": _xlsx}
