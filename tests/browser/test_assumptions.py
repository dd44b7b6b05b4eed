"""The page of assumptions in a real browser: what it computes is what the study computes, and its file can be run."""

import json

import pytest
from conftest import SITE, faults

from cseanalysis.report.html.assumptions import taken_at
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.project import Project
from cseanalysis.study.results import homes, read_inputs, recomputed
from cseanalysis.study.scenarios import read_scenario

ROOT = SITE.parents[2]
MOVING = json.loads((SITE / "moving.js").read_text(encoding="utf-8").removeprefix("var MOVING = ").rstrip(";\n"))
SETTLED = 1e-8  # results.json, of which the formulas take their constants, is rounded to what all processors agree on
SHOWN = """Array.from(document.querySelectorAll("#moved tbody tr"), row =>
  [row.dataset.id, ...Array.from(row.querySelectorAll("data"), one => Number(one.value))])"""


@pytest.fixture(scope="module")
def study():
    project = Project(ROOT)
    inputs, assumptions = read_inputs(project), load_assumptions(ROOT)
    return inputs, assumptions, homes(inputs, assumptions)


@pytest.fixture
def page(browser):
    browser.go(f"{SITE.as_uri()}/assumptions.html")
    return browser


def put(page, name, value, kind="input"):
    page.value(f"document.getElementById({name!r}).value = {value!r}; 0")
    page.value(f"document.getElementById({name!r}).dispatchEvent(new Event({kind!r}, {{bubbles: true}})); 0")


def computed(study, name, value):
    """Return what the study computes with an assumption at a value, by result: the two ends."""
    inputs, assumptions, home = study
    moved = MOVING["assumptions"][name]["moves"]
    at = {**assumptions, name: taken_at(assumptions[name], value)} if value is not None else assumptions
    found = recomputed(inputs, at, sorted({home[one] for one in moved}))
    return {one: (found[one].interval.low, found[one].interval.high) for one in moved}


@pytest.mark.parametrize("name", MOVING["assumptions"])
def test_a_moved_assumption_gives_both_ends_that_the_study_computes(page, study, name):
    about = MOVING["assumptions"][name]
    put(page, "which", name, "change")
    before = {one: (low, high) for one, low, high, *_ in page.value(SHOWN)}
    assert before == {one: pytest.approx(ends, rel=SETTLED) for one, ends in computed(study, name, None).items()}
    inside = 1.5 if about["turned"] else about["low"] + (about["high"] - about["low"]) / 3
    for value in (about["least"], inside, (about["high"] + about["most"]) / 2, about["most"]):
        put(page, "value", repr(value))
        after = {one: tuple(ends) for one, _, _, *ends in page.value(SHOWN)}
        assert after == {one: pytest.approx(ends, rel=SETTLED) for one, ends in computed(study, name, value).items()}
        said = page.value("document.getElementById('stands').textContent")
        assert ("beyond" in said) == (value > about["high"] or value < (1 if about["turned"] else about["low"])), said
    page.value("document.getElementById('reset').click(); 0")
    assert {one: tuple(ends) for one, _, _, *ends in page.value(SHOWN)} == before
    assert "Not moved" in page.value("document.getElementById('stands').textContent")


@pytest.mark.parametrize("name", ["known_offence_probability", "unrecorded_odds_ratio", "court_capacity_ratio"])
def test_the_file_of_a_moved_assumption_is_a_scenario_that_gives_the_same_numbers(page, study, name, tmp_path):
    put(page, "which", name, "change")
    put(page, "value", "1.2" if "ratio" in name else "0.2")
    path = tmp_path / "moved.toml"
    path.write_text(page.value("document.getElementById('scenario').value"), encoding="utf-8")
    inputs, assumptions, home = study
    scenario = read_scenario(path, assumptions, sources=())
    after = {one: tuple(ends) for one, _, _, *ends in page.value(SHOWN)}
    found = recomputed(inputs, scenario.applied(assumptions), sorted({home[one] for one in after}))
    assert after == {
        one: pytest.approx((found[one].interval.low, found[one].interval.high), rel=SETTLED) for one in after
    }


def test_a_value_that_the_page_does_not_compute_gives_no_number_and_no_file(page):
    put(page, "which", "contact_share", "change")
    put(page, "value", "0.99")
    assert "cseanalysis run" in page.value("document.getElementById('stands').textContent")
    assert page.value("document.querySelector('#moved tbody td:last-child').textContent") == "no number to no number"
    assert page.value("document.getElementById('scenario').value") == ""


def test_what_rests_on_a_procedure_is_named_with_the_command_that_computes_it(page):
    put(page, "which", "effect_ratio", "change")
    others = page.value("document.getElementById('others').textContent")
    assert others.startswith("This page cannot compute again")
    text = page.value("document.querySelector('main').textContent")
    assert "which only cseanalysis run computes again" in text


def test_the_slider_moves_the_number_and_the_ends(page):
    put(page, "which", "known_offence_probability", "change")
    put(page, "slide", "0.3")
    assert float(page.value("document.getElementById('value').value")) == pytest.approx(0.3, abs=0.01)
    assert page.value(SHOWN)[0][1] != page.value(SHOWN)[0][3]


@pytest.mark.parametrize(
    "hostile", ["alert(1)", "a.b.c", "1 +", "min(1", "x[0]", "1; 2", "(1, 2) (3)", "__proto__", "2 ** 3"]
)
def test_a_formula_is_arithmetic_or_nothing(page, hostile):
    read = f"FORMULA.read({hostile!r}).value(function () {{ throw new Error('id'); }})"
    said = page.value(f"(function () {{ try {{ return String({read}); }} catch (error) {{ return 'refused'; }} }})()")
    assert said == "refused"


def test_a_moved_assumption_breaks_no_rule_of_accessibility_on_a_phone(browser):
    browser.go(f"{SITE.as_uri()}/assumptions.html", 320)
    put(browser, "value", "0.7")
    assert faults(browser) == []
    assert browser.value("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("typed", ["1e999", "-", "."])
def test_what_is_typed_and_is_no_number_is_refused_and_not_taken_for_an_empty_field(page, typed):
    page.value("document.getElementById('value').focus(); 0")
    page.ask("Input.insertText", text=typed)
    assert page.value("document.getElementById('stands').textContent").startswith("This page computes from")
    assert page.value("document.getElementById('scenario').value") == ""


def test_a_decimal_with_a_comma_is_taken_where_it_has_one_reading(page):
    put(page, "which", "known_offence_probability", "change")
    for typed in ("0,25", "0.25", " ,25", "0,250"):
        put(page, "value", typed)
        assert page.value("document.getElementById('stands').textContent").startswith("0.25 is")
        assert "low = 0.25\n" in page.value("document.getElementById('scenario').value")
    for typed, said in (
        ("1,250", "1,250 can be 1.250 or 1250, so write the one that is meant."),
        ("0,2,5", "write one number with a point, as 0.25."),
        ("1.000,5", "write one number with a point, as 0.25."),
        ("a quarter", "write one number with a point, as 0.25."),
    ):
        put(page, "value", typed)
        assert page.value("document.getElementById('stands').textContent").endswith(said)
        assert page.value("document.getElementById('scenario').value") == ""


@pytest.mark.parametrize(
    ("address", "shown", "text"),
    [
        ("assumptions.html#constructor", "stands", "Not moved"),  # every object of JavaScript has a part of this name
        ("search.html#100%", "found", "place"),  # no code of an address
        ("compare.html#F024%2CF028", "answer", "F028"),  # as mail writes a comma
    ],
)
def test_a_page_works_whatever_stands_behind_its_address(browser, address, shown, text):
    browser.go("about:blank")
    browser.complaints.clear()
    browser.go(f"{SITE.as_uri()}/{address}")
    assert text in page_text(browser, shown)
    assert not browser.complaints


def page_text(browser, name):
    return browser.value(f"document.getElementById({name!r}).textContent")
