"""What a reader meets in a real browser: every page opens from disk, fits a phone, is accessible and asks nobody."""

from urllib.parse import unquote, urlsplit

import pytest
from conftest import PAGES, SITE, faults


def address(page):
    return f"{SITE.as_uri()}/{page}.html"


# Of each kind of page one in a wide window too, where the contents stand beside the text.
@pytest.mark.parametrize(
    ("page", "width"), [*((page, 320) for page in PAGES), *((page, 1280) for page in ("index", "total", "search"))]
)
def test_no_rule_of_accessibility_is_broken(browser, page, width):
    browser.go(address(page), width)
    assert faults(browser) == []


def test_a_planted_fault_of_accessibility_is_seen(browser):
    browser.go(address("index"))
    browser.value("document.querySelector('main').append(document.createElement('img')); 0")
    assert [fault.partition(":")[0] for fault in faults(browser)] == ["image-alt"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_no_wider_than_a_narrow_phone(browser, page):
    browser.go(address(page), 320)
    assert browser.value("document.documentElement.scrollWidth") <= 320


def test_pages_load_their_own_files_alone_and_nothing_is_refused(browser):
    browser.requests.clear()
    browser.complaints.clear()
    for page in PAGES:
        browser.go(address(page))
    loaded = {asked for asked in browser.requests if not asked.startswith("data:")}
    assert len(loaded) >= len(PAGES)
    assert [asked for asked in loaded if not asked.startswith(SITE.as_uri())] == []
    assert browser.complaints == []


def test_every_link_within_the_site_leads_somewhere(browser):
    places, links = {}, set()
    for page in PAGES:
        browser.go(address(page))
        places[page] = set(browser.value("Array.from(document.querySelectorAll('[id]'), one => one.id)"))
        links |= {(page, to) for to in browser.value("Array.from(document.links, one => one.href)")}
    home, wrong = f"{SITE.as_uri()}/", []
    for page, to in sorted(links):
        if not to.startswith(home):
            beside = SITE.parent / to.rpartition("/")[2]  # the printed products stand beside the folder of pages
            printed = to == beside.as_uri() and beside.is_file()
            assert printed or to.startswith(("https://", "http://")), (page, to)
            continue
        parts = urlsplit(to)
        name, place = unquote(parts.path).rpartition("/html/")[2], unquote(parts.fragment)
        there = (SITE / name).is_file() and (not place or place in places.get(name.removesuffix(".html"), ()))
        wrong += [] if there else [(page, to)]
    assert wrong == []
    assert len(links) > 1000


def test_search_finds_a_number_and_leads_to_its_card(browser):
    browser.go(address("search"))
    browser.value("document.getElementById('words').value = 'F012'; 0")
    browser.value("document.getElementById('words').dispatchEvent(new Event('input')); 0")
    assert "F012" in browser.value("document.querySelector('#hits a').textContent")
    assert browser.value("document.querySelector('#hits a').getAttribute('href')") == "figures-0.html#F012"


def test_the_table_of_figures_is_filtered_by_words_and_by_choice(browser):
    shown = "Array.from(document.querySelectorAll('#register tbody tr:not([hidden]) th'), one => one.textContent)"
    browser.go(address("figures"))
    everything = len(browser.value(shown))
    browser.value("document.getElementById('words').value = 'F012'; 0")
    browser.value("document.getElementById('words').dispatchEvent(new Event('input', {bubbles: true})); 0")
    assert "F012" in browser.value(shown)
    assert len(browser.value(shown)) < everything
    browser.value("document.getElementById('words').value = ''; document.getElementById('choice-tier').value = 'C'; 0")
    browser.value("document.getElementById('choice-tier').dispatchEvent(new Event('input', {bubbles: true})); 0")
    assert 0 < len(browser.value(shown)) < everything


def test_a_reader_finds_her_force(browser):
    shown = "Array.from(document.querySelectorAll('#register tbody tr:not([hidden]) th'), one => one.textContent)"
    browser.go(address("forces"))
    browser.value("document.getElementById('choice-force').value = 'West Yorkshire'; 0")
    browser.value("document.getElementById('choice-force').dispatchEvent(new Event('input', {bubbles: true})); 0")
    assert set(browser.value(shown)) == {"West Yorkshire"}


def test_on_a_phone_a_row_of_the_forces_is_a_card_that_needs_no_scrolling(browser):
    browser.go(address("forces"), 320)
    wide = browser.value(
        "Array.from(document.querySelectorAll('.scroll'), one => one.scrollWidth - one.clientWidth).filter(x => x > 0)"
    )
    assert wide == []
    heading = "getComputedStyle(document.querySelector('#register tbody td'), '::before').content"
    assert browser.value(heading).replace('"', "").strip() == "Counted:"
    browser.value("document.getElementById('choice-force').value = 'Kent'; 0")
    browser.value("document.getElementById('choice-force').dispatchEvent(new Event('input', {bubbles: true})); 0")
    shown = "Array.from(document.querySelectorAll('#register tbody tr'), one => one.offsetHeight).filter(x => x).length"
    assert browser.value(shown) == 6
    browser.go(address("forces"))
    assert browser.value(heading) == "none"


def test_a_tracker_is_filtered_by_words_and_by_choice_and_the_others_stay(browser):
    shown = "document.querySelectorAll('#{}-register tbody tr:not([hidden])').length"
    browser.go(address("trackers"))
    before = {name: browser.value(shown.format(name)) for name in ("inquiries", "statements")}
    kind = browser.value("document.querySelector('#inquiries-choice-kind option:nth-child(2)').value")
    browser.value(f"document.getElementById('inquiries-choice-kind').value = {kind!r}; 0")
    browser.value(
        "document.getElementById('inquiries-choice-kind').dispatchEvent(new Event('input', {bubbles: true})); 0"
    )
    assert 0 < browser.value(shown.format("inquiries")) < before["inquiries"]
    assert browser.value(shown.format("statements")) == before["statements"]


@pytest.mark.parametrize(
    ("words", "to", "among"),
    [
        ("717", "figures-0.html#F024", 2),  # a number leads to its card before it leads to an id that holds it
        ("115,489", "figures-0.html#F008", 2),
        ("115489", "figures-0.html#F008", 2),  # as a spreadsheet has it
        ("girls", "figures-2.html#F288", 3),
        ("my force", "forces.html#main", 1),
        ("Kent", "forces.html#main", 60),
        ("85 areas", "claims.html#C008", 3),
        ("core set of data", "trackers.html#IICSA-01", 3),
        ("may two figures be compared", "compare.html#main", 1),
    ],
)
def test_search_finds_what_a_reader_asks_for(browser, words, to, among):
    browser.go(address("search"))
    browser.value(f"document.getElementById('words').value = {words!r}; 0")
    browser.value("document.getElementById('words').dispatchEvent(new Event('input')); 0")
    found = browser.value("Array.from(document.querySelectorAll('#hits a'), one => one.getAttribute('href'))")
    assert to in found[:among]
