"""The page on which two figures are chosen, in a real browser: it says what the gate says, and no number kept back."""

import random

import pytest
from conftest import SITE, faults

from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.lookup import compare_figures, not_printed

ROOT = SITE.parents[2]
FIGURES = load_figures(ROOT)
HIDDEN = {name: why for name, why in not_printed(ROOT, FIGURES).items() if not FIGURES[name].withheld}
WITHHELD = next(name for name, one in FIGURES.items() if one.withheld)
SHOWN = sorted(set(FIGURES) - set(HIDDEN))
CHANCE = random.Random(17)
PAIRS = [("F024", "F028"), ("F028", "F024"), ("F022", "F024"), ("F012", WITHHELD)]
PAIRS += [tuple(CHANCE.sample(SHOWN, 2)) for _ in range(60)]


@pytest.fixture(scope="module")
def page(browser):
    browser.go(f"{SITE.as_uri()}/compare.html")
    return browser


def choose(page, one, other):
    page.value(f"document.getElementById('one').value = {one!r}; document.getElementById('other').value = {other!r}; 0")
    page.value("document.getElementById('one').dispatchEvent(new Event('input', {bubbles: true})); 0")
    return page.value("document.getElementById('answer').textContent")


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_pair_gets_the_verdict_and_every_reason_of_the_gate(page, one, other):
    text, comparison = choose(page, one, other), compare_figures(ROOT, one, other)
    assert page.value("document.querySelector('#answer .says').textContent").lower() == comparison.verdict
    found = page.value("Array.from(document.querySelectorAll('#answer li'), each => each.textContent)")
    assert tuple(found) == comparison.reasons
    assert f"Allowed: {', '.join(comparison.allowed) or 'no arithmetic'}." in text
    if comparison.allowed:
        assert page.value("document.querySelector('#answer blockquote').textContent") == comparison.statement
    links = page.value("Array.from(document.querySelectorAll('#answer p a'), each => each.getAttribute('href'))")
    assert [link.partition("#")[2] for link in links] == [comparison.first.id, comparison.second.id]
    assert all(
        f'id="{place}"' in (SITE / name).read_text() for name, _, place in (link.partition("#") for link in links)
    )


def test_what_is_not_there_or_not_printed_is_said_and_compared_with_nothing(page):
    silent = min(HIDDEN)
    text = choose(page, silent, "F024")
    assert f"{silent} is not printed" in text
    assert FIGURES[silent].published not in text
    assert "The register holds no figure F9999." in choose(page, "F9999", "F024")
    assert "one and the same figure" in choose(page, "f024", "F024")
    assert choose(page, "", "") == ""


def test_hostile_words_are_said_as_text(page):
    text = choose(page, "<img src=x onerror=alert(1)>", "F024")
    assert "<img src=x onerror=alert(1)>" in text
    assert page.value("document.querySelectorAll('#answer img').length") == 0


def test_an_address_can_name_the_pair(browser):
    browser.go(f"{SITE.as_uri()}/search.html")
    browser.go(f"{SITE.as_uri()}/compare.html#F024,F028")
    assert browser.value("document.querySelectorAll('#answer li').length") > 0


def test_an_address_that_names_one_figure_shows_it_and_asks_for_the_second(browser):
    browser.go(f"{SITE.as_uri()}/search.html")
    browser.go(f"{SITE.as_uri()}/compare.html#F024")
    said = "document.getElementById('answer').textContent"
    assert FIGURES["F024"].published in browser.value(said)
    assert browser.value(said).endswith("Choose a second figure to compare it with.")
    assert browser.value("document.getElementById('one').value") == "F024"
    assert "register holds no figure F9999" in choose(browser, "F024", "F9999")
    # The same page with another address is not loaded again.
    assert "F028" in browser.value(
        f"new Promise(function (done) {{ window.addEventListener('hashchange', function () {{ done({said}); }});"
        " location.hash = 'F028'; })"
    )
    browser.go(f"{SITE.as_uri()}/search.html")
    browser.go(f"{SITE.as_uri()}/compare.html#main")  # a place on the page, and no figure
    assert browser.value(said) == ""


def test_the_answer_breaks_no_rule_of_accessibility(browser):
    browser.go(f"{SITE.as_uri()}/search.html")
    browser.go(f"{SITE.as_uri()}/compare.html#F024,F028", 320)
    assert faults(browser) == []
    assert browser.value("document.documentElement.scrollWidth") <= 320
