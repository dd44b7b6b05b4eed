"""From every table, chart and number to the cell that prints it, what makes it and what it rests on."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cseanalysis.lineage import cards

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ("exhibit", "kind", "chapter", "cell", "made_by", "reads")


def exhibit_files() -> dict[str, str]:
    """Return the map as CSV: tables and charts chapter by chapter, then the numbers in the order of results.json."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_printed())
    writer.writerows(_numbers())
    return {"docs/exhibits.csv": text.getvalue()}


def _printed() -> Iterator[tuple[str, ...]]:
    """Yield a row for each call of `table` or `chart`: its label, the functions in it, the files and ids it names."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        homes: dict[str, str] = {}  # what a name of the chapter is, by the imports above
        made: dict[str, list[ast.AST]] = {}  # what a variable of the chapter was made by
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            for statement in ast.parse("".join(cell["source"])).body:
                for node in ast.walk(statement):
                    if isinstance(node, ast.ImportFrom):
                        homes |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
                if isinstance(statement, ast.Assign):
                    for name in (one.id for one in ast.walk(statement.targets[0]) if isinstance(one, ast.Name)):
                        made.setdefault(name, []).append(statement.value)
                call = statement.value if isinstance(statement, ast.Expr) else None
                kind = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
                if isinstance(call, ast.Call) and kind in ("table", "chart"):
                    label = next(one.value for one in call.keywords if one.arg == "label")
                    nodes = list(_with_sources(call.args[0], made))
                    functions = sorted({_home(node.func, homes) for node in nodes if isinstance(node, ast.Call)} - {""})
                    texts = {
                        node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
                    }
                    yield (
                        ast.literal_eval(label),
                        kind,
                        f"notebooks/{path.name}",
                        cell["id"],
                        " ".join(functions),
                        " ".join(sorted(text for text in texts if text.isidentifier() and len(text) > 1)),
                    )


def _with_sources(node: ast.AST, made: dict[str, list[ast.AST]], deep: int = 4) -> Iterator[ast.AST]:
    """Go through an expression and, for each variable in it, through what that was made by."""
    for one in ast.walk(node):
        yield one
        if isinstance(one, ast.Name) and deep:
            for source in made.get(one.id, []):
                yield from _with_sources(source, made, deep - 1)


def _home(function: ast.AST, homes: dict[str, str]) -> str:
    """Return where a called function of this project lives, "" for any other."""
    parts: list[str] = []
    while isinstance(function, ast.Attribute):
        parts.insert(0, function.attr)
        function = function.value
    home = homes.get(function.id, "") if isinstance(function, ast.Name) else ""
    return ".".join([home, *parts]) if home.startswith("cseanalysis") else ""


def _numbers() -> Iterator[tuple[str, ...]]:
    """Yield a row for each reported number: where it is printed, how it comes about, and what it rests on."""
    known: dict[str, Any] = dict(cards(ROOT))
    for card in known.values():
        if card.kind == "result":
            places = card.printed_in
            yield (
                card.id,
                "number",
                " ".join(dict.fromkeys(f"notebooks/{place.chapter}.ipynb" for place in places)),
                " ".join(place.cell for place in places),
                card.formula,
                " ".join([*card.inputs, *card.assumptions]),
            )
