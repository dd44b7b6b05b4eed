"""The tool that plants faults plants real ones, each once, and says when the tests see none."""

import ast
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import mutants


def planted(tmp_path, monkeypatch, code):
    monkeypatch.setattr(mutants, "SOURCE", tmp_path)
    (tmp_path / "one.py").write_text(code)
    return [(item.kind, item.after) for item in mutants.mutants("one.py")]


def test_each_comparison_constant_and_condition_is_planted_once(tmp_path, monkeypatch):
    found = planted(tmp_path, monkeypatch, "def f(x):\n    '''Say.'''\n    return 'a' if x < 3 else -x\n")
    assert found == [
        ("ifexp", "-x if x < 3 else 'a'"),
        ("cmp", "x <= 3"),
        ("num", "4"),
        ("str", "'XXa'"),
        ("neg", "+x"),
    ]


def test_docstrings_annotations_and_imports_are_left_alone(tmp_path, monkeypatch):
    code = "'''Say.'''\nfrom os import path\n\ndef f(x: 'int' = None) -> 'str':\n    '''Say.'''\n"
    assert planted(tmp_path, monkeypatch, code) == []


@pytest.mark.parametrize("module", ["values.py", "models/totals/identity.py"])
def test_every_planted_fault_is_code_that_differs(module):
    found = mutants.mutants(module)
    untouched = ast.unparse(ast.parse((mutants.SOURCE / module).read_text(encoding="utf-8")))
    assert len({item.code for item in found} | {untouched}) == len(found) + 1


def test_a_score_below_its_floor_fails_and_names_the_survivor():
    fault = mutants.Mutant("values.py", 3, "num", "1", "2", "")
    text, held = mutants.report({fault: False})
    assert not held
    assert "values.py: 0 of 1 noticed" in text
    assert "survived | values.py:3 | num | 1 | 2 | not explained" in text
