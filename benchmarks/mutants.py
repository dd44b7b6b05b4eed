"""How much the tests would notice: small faults are planted in the code, one at a time, and the matching tests are run.

`make campaign` plants every fault and writes `mutants.log`; `make mutants` plants a seeded sample and fails below the
floor. A survivor that changes nothing a caller can see is explained in `mutants_explained.csv` (module, before, after,
why) and counted as a survivor all the same.
"""

from __future__ import annotations

import argparse
import ast
import csv
import importlib.abc
import importlib.util
import os
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "cseanalysis"
# The module, the share of planted faults that must be noticed, and the tests that are about it.
GATE = [f"tests/register/test_{name}.py" for name in ("gate_rules", "gate_words", "gate", "gate_pairs")]
TARGETS = {
    "register/gate.py": (0.95, GATE),
    "register/comparison.py": (0.95, GATE),
    "register/differences.py": (0.95, GATE),
    "register/known.py": (0.95, GATE),
    "values.py": (0.90, ["tests/test_values.py"]),
    "models/missing/shares.py": (0.90, ["tests/models/test_missingness.py", "tests/models/test_zeros_and_labels.py"]),
    "models/totals/identity.py": (0.90, ["tests/models/test_under_reporting.py", "tests/models/test_multiplier.py"]),
    "clean/counts.py": (0.90, ["tests/clean/test_clean_counts.py"]),
    "sensitivity/ranges.py": (0.90, ["tests/sensitivity/test_local.py"]),
    "read/load.py": (0.90, [f"tests/read/test_read_{name}.py" for name in ("load", "xls", "spreadsheet")]),
}
# Modules that word numbers: what they say must be held by tests too.
WORDING = {
    "export/wording.py": (0.80, ["tests/export/test_wording.py"]),
    "study/totals/tables.py": (0.80, ["tests/study/test_route_tables.py"]),
    "study/recorded/tables.py": (0.80, ["tests/study/test_recorded.py"]),
    "register/sentences.py": (0.80, [*GATE, "tests/register/test_read_sentences.py"]),
    "study/lag/tables.py": (0.80, ["tests/study/test_lag_tables.py"]),
    "study/change/tables.py": (0.80, ["tests/study/test_change_tables.py"]),
    "study/sensitivity/tables.py": (0.80, ["tests/study/test_sensitivity_tables.py"]),
    "study/missing/tables.py": (0.80, ["tests/study/test_missing.py"]),
    "study/comparisons/tables.py": (
        0.80,
        [f"tests/study/test_{name}.py" for name in ("disputes", "redteam", "requested", "funnel")],
    ),
}
EVERY = TARGETS | WORDING
SECONDS = 300  # a planted fault that makes the tests run longer than this is noticed
COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult}
CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """One planted fault: where, of which kind, and the code that runs."""

    module: str
    line: int
    kind: str
    before: str
    after: str
    code: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} | {self.kind} | {self.before} | {self.after}"


def mutants(module: str) -> list[Mutant]:
    """Plant every fault of every kind in a module, in the order of its text."""
    tree = ast.parse((SOURCE / module).read_text(encoding="utf-8"))
    found = []
    for node in _reached(tree):
        for kind, change in _changes(node):
            before, kept = ast.unparse(node), {field: getattr(node, field) for field in change}
            _set(node, change)
            found.append(
                Mutant(module, node.lineno, kind, _short(before), _short(ast.unparse(node)), ast.unparse(tree))
            )
            _set(node, kept)
    return found


def wording_faults(module: str) -> list[Mutant]:
    """Plant in what a module says: comparisons flipped, alternatives or words side by side swapped, a "not" dropped."""
    tree = ast.parse((SOURCE / module).read_text(encoding="utf-8"))
    plain = {id(child) for node in ast.walk(tree) if isinstance(node, ast.Expr) for child in ast.walk(node)}
    found = []
    for node in ast.walk(tree):
        if id(node) in plain:  # a docstring, or a call for its effect
            continue
        for kind, change in _said(node):
            before, kept = ast.unparse(node), {field: getattr(node, field) for field in change}
            _set(node, change)
            after = _short(ast.unparse(node))
            found.append(Mutant(module, node.lineno, kind, _short(before), after, ast.unparse(tree)))
            _set(node, kept)
    return found


def _said(node: ast.AST) -> Iterator[tuple[str, dict[str, object]]]:
    match node:
        case ast.Compare() | ast.IfExp() | ast.UnaryOp(op=ast.Not()):
            yield from _changes(node)
        case ast.Constant(value=str() as value):
            if (without := re.sub(r"\bnot |\bno ", "", value, count=1)) != value:
                yield "not", {"value": without}
            words = value.split(" ")
            pairs = enumerate(pairwise(words))
            places = [place for place, (one, two) in pairs if one.isalpha() and two.isalpha() and one != two]
            if places:
                place = places[len(places) // 2]
                words[place : place + 2] = words[place + 1], words[place]
                yield "words", {"value": " ".join(words)}


def _set(node: ast.AST, fields: dict[str, object]) -> None:
    for field, value in fields.items():
        setattr(node, field, value)


def _short(text: str) -> str:
    return " ".join(text.split())[:120]


def _reached(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions and statements that decide something: no annotations, docstrings or names to export."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _skipped(node, child):
                continue
            yield child
            yield from _reached(child)


def _skipped(parent: ast.AST, child: ast.AST) -> bool:
    match child:
        case ast.Expr(value=ast.Constant(value=str())) | ast.ImportFrom() | ast.Import():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Assign(value=ast.Subscript(value=ast.Name(id="Literal"))):
            return True
    # The fixed pieces of a message are wording, not a decision; what is put into them is reached.
    return isinstance(parent, ast.JoinedStr) and isinstance(child, ast.Constant)


def _changes(node: ast.AST) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the kinds of fault that can be planted at a node, each with the fields that it sets."""
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                yield "cmp", {"ops": [*ops[:place], COMPARISONS[type(op)](), *ops[place + 1 :]]}
        case ast.BoolOp(op=op):
            yield "bool", {"op": ast.Or() if isinstance(op, ast.And) else ast.And()}
        case ast.Constant(value=bool() as value):
            yield "flip", {"value": not value}
        case ast.Constant(value=int() | float() as value):
            yield "num", {"value": value + 1}
        case ast.Constant(value=str() as value):
            yield "str", {"value": f"XX{value}"}
        case ast.IfExp(body=body, orelse=orelse):
            yield "ifexp", {"body": orelse, "orelse": body}
        case ast.If():
            yield "ifF", {"test": ast.Constant(value=False)}
            yield "ifT", {"test": ast.Constant(value=True)}
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield "bin", {"op": ARITHMETIC[type(op)]()}
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            yield "call", {"func": ast.Name(id=CALLS[name])}
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "neg", {"operand": ast.UnaryOp(op=ast.Not(), operand=operand)}
        case ast.UnaryOp(op=ast.USub()):
            yield "neg", {"op": ast.UAdd()}


def run(found: list[Mutant], jobs: int) -> dict[Mutant, bool]:
    """Say for each fault whether its tests notice it; each runs in a process forked after the slow imports."""
    import hypothesis  # noqa: F401
    import pandas as pd  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401

    noticed: dict[Mutant, bool] = {}
    waiting, running = list(reversed(found)), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            if (process := os.fork()) == 0:
                _tested(mutant)
            running[process] = mutant, time.monotonic() + SECONDS
        time.sleep(0.01)
        for process, (mutant, end) in list(running.items()):
            done, status = os.waitpid(process, os.WNOHANG)
            if not done and time.monotonic() > end:
                os.killpg(process, signal.SIGKILL)
                done, status = os.waitpid(process, 0)
            if done:
                noticed[mutant] = status != 0
                del running[process]
    return noticed


def _tested(mutant: Mutant) -> None:
    """Run the matching tests on the planted fault and leave with pytest's exit code."""
    import pytest

    os.setsid()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    name = "cseanalysis." + mutant.module.removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, _Planted(name, mutant))
    sys.path.insert(0, str(ROOT / "src"))
    os.chdir(ROOT)
    if mutant.module.startswith("read/"):
        # Files are read in a process of their own, where nothing is planted; here it is read in this one.
        child = importlib.import_module("cseanalysis.read.safety.child")
        child.inside = True
    tests = [*EVERY[mutant.module][1], f"src/cseanalysis/{mutant.module}"]
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0", "--assert=plain"]
    os._exit(int(pytest.main([*options, *tests])))


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Give one module the planted code and leave all others alone."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        self.name, self.mutant = name, mutant

    def find_spec(self, name, path=None, target=None):
        if name == self.name:
            return importlib.util.spec_from_file_location(name, SOURCE / self.mutant.module, loader=self)
        return None

    def get_filename(self, name: str) -> str:
        return str(SOURCE / self.mutant.module)

    def get_data(self, path: str) -> bytes:
        return self.mutant.code.encode()

    def path_stats(self, path: str):
        raise OSError(path)  # never from a compiled copy


def explained() -> dict[tuple[str, str, str], str]:
    """Return why a survivor changes nothing that a caller can see, by module, before and after."""
    with Path(__file__).with_name("mutants_explained.csv").open(encoding="utf-8", newline="") as lines:
        return {(row["module"], row["before"], row["after"]): row["why"] for row in csv.DictReader(lines)}


def report(noticed: dict[Mutant, bool]) -> tuple[str, bool]:
    """Word the score of each module and every survivor; say whether all floors hold."""
    total, killed = Counter(), Counter()
    for mutant, seen in noticed.items():
        total[mutant.module] += 1
        killed[mutant.module] += seen
    why = explained()
    text, held = [], True
    for module, number in total.items():
        floor = EVERY[module][0]
        held &= killed[module] >= floor * number
        text.append(
            f"{module}: {killed[module]} of {number} noticed, {killed[module] / number:.1%} (floor {floor:.0%})"
        )
    for mutant, seen in noticed.items():
        if not seen:
            text.append(
                f"survived | {mutant} | {why.get((mutant.module, mutant.before, mutant.after), 'not explained')}"
            )
    return "\n".join(text) + "\n", held


def main() -> None:
    """Plant all faults, or a seeded sample of them, and say what the tests noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules such as register/gate.py; without any, all")
    parser.add_argument("--sample", type=int, help="plant this many, drawn over all modules together")
    parser.add_argument("--wording", action="store_true", help="plant in what modules say, not in what they decide")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--log", type=Path, help="write the report here too")
    asked = parser.parse_args()
    modules = asked.modules or list(WORDING if asked.wording else TARGETS)
    found = [mutant for module in modules for mutant in (wording_faults if asked.wording else mutants)(module)]
    if asked.sample:
        chosen = sorted(random.Random(asked.seed).sample(range(len(found)), min(asked.sample, len(found))))  # noqa: S311
        found = [found[place] for place in chosen]
    untouched = [
        Mutant(module, 0, "none", "", "", (SOURCE / module).read_text(encoding="utf-8"))
        for module in dict.fromkeys(mutant.module for mutant in found)
    ]
    if failing := [mutant.module for mutant, seen in run(untouched, asked.jobs).items() if seen]:
        sys.exit(f"the tests of {', '.join(failing)} fail with no fault planted")
    noticed = run(found, asked.jobs)
    text, held = report({mutant: noticed[mutant] for mutant in found})
    if asked.sample:
        # A sample is too small to judge a module by itself: all together must reach the lower floor.
        share, floor = sum(noticed.values()) / len(noticed), min(EVERY[module][0] for module in modules)
        held = share >= floor
        text = (
            f"{sum(noticed.values())} of {len(noticed)} planted faults noticed, {share:.1%} (floor {floor:.0%})\n{text}"
        )
    print(text, end="")
    if asked.log:
        asked.log.write_text(text, encoding="utf-8")
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
