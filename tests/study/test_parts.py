"""What is computed together, what it rests on, and when it is computed again."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cseanalysis.study import beside, load_assumptions, load_results
from cseanalysis.study.beside import Helper, _serve
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.kept import Computed, Kept
from cseanalysis.study.parts import PARTS, Given, Numbers, Part, StudyInputs
from cseanalysis.study.ranges import Led
from cseanalysis.study.results import computed
from cseanalysis.values import Assumption, Estimate

ROOT = Path(__file__).resolve().parents[2]
ASSUMPTIONS = load_assumptions(ROOT)


def _given(part: Part, assumptions: Mapping[str, Assumption], results: Mapping[str, Estimate] | None = None) -> Given:
    nothing: Any = StudyInputs(*([None] * len(StudyInputs.__slots__)))
    return part.given(nothing, assumptions, "all", results or {})


def _computed(part: Part, given: Given, kept: Kept) -> Computed:
    if (found := kept.read(part, given)) is None:
        found = computed(part, given)
        kept.write(part, given, found)
    return found


def _counting() -> tuple[Part, list[Given]]:
    """Return a part that notes each time it is computed."""
    calls: list[Given] = []

    def compute(given: Given) -> Numbers:
        calls.append(given)
        return Numbers([Estimate("n", "cases", 1 / 3)], {"t": pd.DataFrame({"a": [1 / 3, None]})})

    return Part("lag: counted", (), compute, ("delay_shape",)), calls


def test_every_result_of_the_study_is_of_a_part_and_rests_on_no_assumption_that_its_part_does_not_declare() -> None:
    declared = {name for part in PARTS for name in part.assumptions}
    used = {name for estimate in load_results(ROOT).values() for name in estimate.basis if name in ASSUMPTIONS}
    assert used <= declared
    assert declared <= set(ASSUMPTIONS)
    assert len({part.name for part in PARTS}) == len(PARTS)


def test_the_first_word_of_a_part_is_the_room_that_computes_it() -> None:
    rooms = {path.parent.name for path in (ROOT / "src/cseanalysis/study").glob("*/__init__.py")}
    assert {part.name.partition(":")[0] for part in PARTS} <= rooms


def test_a_part_is_handed_nothing_that_it_does_not_declare() -> None:
    part, _ = _counting()
    given = _given(part, ASSUMPTIONS)
    assert list(given.assumptions) == ["delay_shape"]
    assert given.scope == ""
    assert given.tables.figures is None
    with pytest.raises(ValueError, match="lacks delay_shape"):
        _given(part, {})


def test_a_part_is_computed_again_only_when_something_that_it_declares_has_changed(tmp_path: Path) -> None:
    part, calls = _counting()
    kept = Kept(tmp_path)
    first = _computed(part, _given(part, ASSUMPTIONS), kept)
    assert (
        _computed(part, _given(part, ASSUMPTIONS), kept)
        == first
        == Computed((Estimate("n", "cases", 1 / 3),), {}, {"t": [{"a": 0.333333333}, {"a": None}]})
    )
    other = {**ASSUMPTIONS, "days_to_charge": replace(ASSUMPTIONS["days_to_charge"], low=1.0)}
    _computed(part, _given(part, other), kept)
    assert len(calls) == 1
    own = {**ASSUMPTIONS, "delay_shape": replace(ASSUMPTIONS["delay_shape"], low=0.1)}
    _computed(part, _given(part, own), kept)
    _computed(part, _given(part, ASSUMPTIONS, {"before": Estimate("before", "cases", 1)}), kept)
    assert len(calls) == 3
    # A result that was computed, with what it hangs on, and the same one that was kept are one and the same.
    led = Led("before", "cases", 1, None, (), (Narrowed("delay_shape", 0.1, 0.2),))
    _computed(part, _given(part, ASSUMPTIONS, {"before": led}), kept)
    assert len(calls) == 3


def test_a_second_process_computes_the_same_numbers_and_leaves_faults_to_the_first() -> None:
    part = next(one for one in PARTS if one.name == "totals: dependence")
    given = _given(part, ASSUMPTIONS)
    given = replace(given, tables=replace(given.tables, evidence={}))
    helper = Helper(computed)
    try:
        helper.ask(part, given)
        assert helper.answer() == computed(part, given)
        needs_tables = next(one for one in PARTS if one.name == "lag")
        helper.ask(needs_tables, _given(needs_tables, ASSUMPTIONS))
        assert helper.answer() is None
        helper._process.kill()
        helper.ask(part, given)
        assert helper.answer() is None
    finally:
        helper.end()


def test_a_second_process_is_of_use_only_where_two_processors_may_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for allowed, useful in (({0}, False), ({0, 1}, True)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, allowed=allowed: allowed, raising=False)
        assert Helper.useful() is useful


def test_a_second_process_whose_first_has_died_ends_without_a_word() -> None:
    here, there = multiprocessing.Pipe()
    here.send((PARTS[0].name, None))
    here.close()
    before = signal.getsignal(signal.SIGINT)
    try:
        _serve(there, lambda part, given: Computed((), {}, {}))
    finally:
        signal.signal(signal.SIGINT, before)


def test_where_no_second_process_can_be_started_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(beside.Helper, "__init__", refuse)
    monkeypatch.setattr(beside.Helper, "useful", lambda: True)
    with beside.helping(computed) as helper:
        assert helper() is None


def test_what_was_kept_and_altered_is_computed_again(tmp_path: Path) -> None:
    part, calls = _counting()
    kept = Kept(tmp_path)
    first = _computed(part, _given(part, ASSUMPTIONS), kept)
    (path,) = tmp_path.iterdir()
    for altered in (path.read_text().replace("cases", "people"), "{", "[]"):
        path.write_text(altered)
        assert _computed(part, _given(part, ASSUMPTIONS), kept) == first
    assert len(calls) == 4


def test_where_nothing_can_be_kept_the_numbers_are_the_same(tmp_path: Path) -> None:
    part, calls = _counting()
    (tmp_path / "file").write_text("")
    for _ in range(2):
        _computed(part, _given(part, ASSUMPTIONS), Kept(tmp_path / "file" / "folder"))
    assert len(calls) == 2
