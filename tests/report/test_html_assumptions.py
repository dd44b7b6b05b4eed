"""The page on which an assumption is moved: what rests on what, how far it goes, and what it is without a script."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from cseanalysis.lineage import cards
from cseanalysis.report.html.assumptions import (
    Moving,
    assumptions_page,
    moving_of,
    reach_of,
    study_reach,
    taken_at,
)
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.kept import Kept
from cseanalysis.values import Assumption, Estimate, Interval

BOUND = Interval(1, 2, "bound")
SHARE = Assumption("share", 0.2, 0.4, "share of all", "Judgement.", "none found", "nowhere")
TIMES = replace(SHARE, id="times", low=1, high=2, unit="times as many")
ODDS = replace(SHARE, id="odds", low=0.5, high=2, unit="odds ratio of a group")


def lineage(*results):
    """Return what the page asks a lineage for, of results that are bounds where they are no points."""
    held = {one.id: one for one in results}
    numbers = {("F001", ""): 100.0, ("F001", "least"): 99.5, ("sum", ""): 7.0}

    def number(name, end=""):
        return numbers.get((name, end), 1.5)

    return SimpleNamespace(results=held, assumptions={"share": SHARE, "times": TIMES}, number=number)


def bound(name, formula="", basis=(), procedure=""):
    return Estimate(name, "offences", interval=BOUND, basis=basis, formula=formula, procedure=procedure)


def test_a_number_moves_with_an_assumption_of_its_formula_and_of_the_formulas_it_names():
    found = moving_of(
        lineage(
            bound("first", "F001.least * share", ("F001", "share")),
            bound("second", "(ceil(first.low), sum + first.high * times)", ("F001",)),
            Estimate("sum", "offences", 7.0, basis=("F001",), formula="F001 - 93"),
        )
    )
    assert found.moves == {"share": ("first", "second"), "times": ("second",)}
    assert found.values == {"F001.least": 99.5, "sum": 7.0}
    assert list(found.formulas) == ["first", "second"]


def test_what_rests_on_an_assumption_by_a_procedure_is_kept_apart():
    found = moving_of(
        lineage(
            bound("simulated", basis=("share",), procedure="simulate(): drawn"),
            Estimate(
                "change", "%", 1.5, Interval(1, 2, "confidence", 0.95), ("times",), formula="F001 / 2"
            ),  # its interval is by no formula
            bound(
                "still", "(F001, F001 * 2)", ("share",)
            ),  # names the assumption among its basis and not in its formula
        )
    )
    assert found.others == {"share": ("simulated",), "times": ("change",)}
    assert found.moves == {"share": (), "times": ()}


def test_an_odds_ratio_is_taken_both_ways_and_everything_else_as_one_value():
    assert (taken_at(ODDS, 4).low, taken_at(ODDS, 4).high) == (0.25, 4)
    assert (taken_at(SHARE, 0.9).low, taken_at(SHARE, 0.9).high) == (0.9, 0.9)


def test_an_assumption_reaches_as_far_as_the_study_takes_it():
    assert reach_of(SHARE, lambda value: True) == (0.04, 1.0)
    assert reach_of(TIMES, lambda value: True) == (0.2, 10.0)
    assert reach_of(SHARE, lambda value: value < 0.7) == (0.04, 0.6)
    assert reach_of(TIMES, lambda value: False) == (1.0, 2.0)
    assert reach_of(ODDS, lambda value: value > 1) == (1.01, 10.0)


def test_how_far_is_looked_for_once_as_long_as_nothing_changes(tmp_path):
    asked = []

    def takes(at, moved):
        asked.append(moved)
        return at["share"].high < 0.9

    moving = Moving({"first": "share"}, {}, {"share": ("first",), "times": ()}, {"share": (), "times": ()})
    assumptions = {"share": SHARE, "times": TIMES}
    first = study_reach(assumptions, moving, Kept(tmp_path), takes)
    calls = len(asked)
    assert first == study_reach(assumptions, moving, Kept(tmp_path), takes) == {"share": (0.04, 0.8)}
    assert calls == len(asked) > 0
    study_reach({**assumptions, "share": replace(SHARE, high=0.5)}, moving, Kept(tmp_path), takes)
    assert len(asked) > calls


def test_what_was_kept_and_then_altered_is_made_again(tmp_path):
    kept = Kept(tmp_path)
    assert kept.once(["a"], lambda: [1]) == [1]
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes().replace(b"[1]", b"[2]"))
    assert kept.once(["a"], lambda: [3]) == [3]
    assert kept.once(["b"], lambda: {"x": None}) == {"x": None}


def test_without_a_script_the_page_is_a_table_of_all_with_range_reason_and_source(study):
    known, assumptions = cards(study.root), load_assumptions(study.root)
    moving = Moving({}, {}, {"known_probability": ()}, {"known_probability": ("total",)})
    page = assumptions_page(moving, {}, known, assumptions)
    assert '<th scope="row"><a href="assumptions.html#known_probability">known_probability</a></th>' in page.inside
    assert "<td>Printed as one in 10; a_b &lt;c&gt; &amp; $d$.</td>" in page.inside
    assert "<td>5% to 15% (assumed range)</td>" in page.inside
    assert "Home Office &amp; others" in page.inside
    assert "1 by a procedure, which only <code>cseanalysis run</code> computes again" in page.inside
    assert '<form id="move" hidden>' in page.inside
    assert "Moving needs JavaScript" in page.inside


@pytest.mark.parametrize("hostile", ["</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_what_the_page_computes_with_is_data_and_text_stays_text(study, hostile):
    known = {name: replace(one, title=hostile, reason=hostile) for name, one in cards(study.root).items()}
    moving = Moving({"total": "F001 / known_probability"}, {"F001": 1099.0}, {"known_probability": ("total",)}, {})
    moving = replace(moving, others={"known_probability": ()})
    page = assumptions_page(moving, {"known_probability": (0.01, 1.0)}, known, load_assumptions(study.root))
    assert "<script" not in page.inside
    assert "<img" not in page.inside
    data = page.files["moving.js"].decode()
    content = json.loads(data.removeprefix("var MOVING = ").removesuffix(";\n"))
    assert content["values"] == {"F001": 1099.0}
    assert content["results"]["total"]["title"] == hostile
    assert content["assumptions"]["known_probability"]["moves"] == ["total"]
