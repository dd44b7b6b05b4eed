"""Finding a published figure by words, showing it with what is known of it, and comparing two."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cseanalysis import cli
from cseanalysis.register import Definition, Figure
from cseanalysis.study import load_figures
from cseanalysis.study.data.judgement import contested_claims
from cseanalysis.study.lookup import compare_figures, describe_figure, figure_line, find, load_aliases

ROOT = Path(__file__).resolve().parents[2]
PUBLICATIONS = {
    "vkpp23": {"publisher": "VKPP", "title": "National analysis", "published": "2025-01-02", "address": "https://a.b"},
    "press": {"publisher": "A paper", "title": "On offences", "published": "", "address": ""},
}
OFFENCES = Figure(
    id="F1",
    statement="Offences recorded by police",
    published="1,234,567",
    qualifier="exact",
    low=1_234_567,
    high=1_234_567,
    rounded_to=None,
    unit="offences",
    base="",
    definition="analysis",
    category="csae",
    ages="under 18",
    sex="any",
    geography="England and Wales",
    coverage="44 forces",
    period_start=date(2023, 1, 1),
    period_end=date(2023, 12, 31),
    period_type="calendar_year",
    time_basis="recorded",
    counter="flow",
    stage="report",
    status="management_information",
    tier="A",
    source="vkpp23",
    locator="page 3",
    known_share="",
    unknown_share="",
    breaks=(),
    supersedes=(),
    conflicts_with=("F8", "F9"),
    relays="",
    note="Forces are not listed.",
)
SHARE = replace(OFFENCES, id="F2", published="26%", unit="per_cent", low=26, high=26, rounded_to=1, base="offences",
                statement="Share in the family", conflicts_with=(), note="")  # fmt: skip
REPEAT = replace(OFFENCES, id="F3", published="over 1.2 million", qualifier="more_than", low=1_200_000, high=None,
                 relays="F1", source="press", tier="D", geography="Wales", conflicts_with=())  # fmt: skip
FIGURES = {figure.id: figure for figure in (OFFENCES, SHARE, REPEAT)}


def test_a_figure_in_one_line_says_its_unit_once():
    assert (
        figure_line(OFFENCES, FIGURES, {})
        == "F1    1,234,567 offences: Offences recorded by police; England and Wales, 2023"
    )
    assert figure_line(SHARE, FIGURES, {}) == "F2    26%: Share in the family; England and Wales, 2023"


def test_a_share_among_those_that_say_is_never_shown_without_how_many_do():
    """83% White among the third whose ethnicity is written down is no 83% of suspects."""
    known = "; known for 34% (F102)"
    found = find("F099", ROOT)
    assert found.lines()[0].endswith(f"ethnicity known{known}; England and Wales, 2023")
    assert json.loads(found.as_json())["found"][0]["statement"].endswith(known)
    of_unknown = replace(SHARE, known_share="unknown")
    assert "Share in the family; for how many is not known; England" in figure_line(of_unknown, FIGURES, {})
    hidden = {"F1": "base not stated"}
    assert "; known for a share not printed, base not stated (F1);" in figure_line(
        replace(SHARE, known_share="F1"), FIGURES, hidden
    )


# As a criminologist would want it: what comes first, what comes too, and what must not come.
ASKED = [
    ("grooming gangs", ["F028", "F024", "F103"], {"F550", "F096"}, {"F008", "F022", "F027", "F040", "F043", "F240"}),
    ("Grooming-gang", ["F028", "F024", "F103"], {"F550"}, {"F022"}),
    ("grooming gangs 2024", ["F028", "F103"], set(), {"F024", "F022", "F027"}),
    ("IICSA", ["F566", "F814", "F815"], {"F816", "F817", "F546"}, {"F063", "F824"}),
    ("child sexual abuse", ["F018", "F008", "F001"], set(), {"F114"}),
    ("group-based offences", ["F027", "F022"], set(), set()),
    ("How many children are abused?", ["F159"], {"F015", "F287"}, {"F008", "F018"}),
    ("number of victims", ["F159"], set(), {"F008"}),
    ("how many offences were recorded", ["F018", "F008"], set(), set()),
    ("recorded offences 2023", ["F008"], set(), {"F018"}),
    ("what is the ethnicity of suspects", ["F102", "F099"], set(), set()),
    ("share reported to police", ["F281", "F280"], {"F021"}, {"F309"}),
    ("male victims", ["F131"], {"F289"}, {"F132", "F013"}),
    ("girls", ["F014"], {"F763"}, set()),
    ("cases reopened", ["F036"], {"F039"}, set()),
    ("How long does it take to charge?", ["F569"], {"F189"}, {"F597"}),
    ("how many arrests Stovewood", [], {"F059"}, set()),
    ("conviction rate", ["F218", "F125"], {"F163", "F168", "F171", "F172"}, {"F122", "F340", "F514", "F513"}),
    ("charge rates", ["F122", "F124"], {"F640"}, {"F340", "F125"}),
    ("nationality", [], set(), {"F099", "F100", "F736", "F737", "F744"}),
    ("250,000", ["C007"], {"F063"}, {"F140", "F121", "F114"}),
    ("quarter of a million", ["C007"], set(), {"F140"}),
    ("115489", ["F008"], set(), {"F018", "F552", "F143"}),
    ("115,489", ["F008"], set(), {"F018", "F552"}),
    ("115 489", ["F008"], set(), {"F018"}),
    ("115k", ["F552", "F008"], set(), {"F018", "F143"}),
    ("115 thousand", ["F552", "F008"], set(), {"F018"}),
    ("4.3 million", ["F129"], set(), {"F114"}),
    ("4.3m", ["F129"], set(), {"F114"}),
    ("34%", [], {"F102", "F145", "F146"}, {"F101", "F099"}),
    ("84%", ["C001"], set(), {"F099"}),
    ("1 in 8", ["F141", "F761"], set(), {"F021"}),
    ("one in ten", ["F021"], set(), {"F141", "F761"}),
    ("taskforce arrests", ["F031", "F034", "F035"], {"F823"}, {"F036", "F040", "F070"}),
    ("arrested Stovewood", [], {"F059", "F067", "F768"}, {"F063", "F031"}),
    ("88A", ["F448"], {"F222"}, {"F008"}),
    ("71/17", ["F275"], set(), {"F445"}),
    ("Quilliam", ["C001", "C002", "C003"], set(), {"F099"}),
]


@pytest.mark.parametrize(("query", "first", "too", "never"), ASKED, ids=[row[0] for row in ASKED])
def test_what_people_ask_for_is_found_and_what_is_mistaken_for_it_is_not(query, first, too, never):
    ids = find(query, ROOT).search.ids
    assert list(ids[: len(first)]) == first
    assert too <= set(ids)
    assert not never & set(ids)


def test_every_word_must_be_answered():
    both = set(find("Rotherham victims", ROOT).search.ids)
    assert both == set(find("Rotherham", ROOT).search.ids) & set(find(" VICTIMS\t", ROOT).search.ids) != set()


def test_what_counts_a_thing_comes_before_what_its_counter_also_counts():
    ids = find("hydrant", ROOT).search.ids
    register = load_figures(ROOT)
    counted = [name for name in ids if name in register and register[name].definition == "hydrant_non_recent"]
    aside = [name for name in ids if name in register and register[name].definition == "csae_national_analysis"]
    assert counted
    assert aside
    assert max(map(ids.index, counted)) < min(map(ids.index, aside))


def test_a_search_shows_ten_rows_and_says_how_many_more_there_are():
    found = find("arrests", ROOT)
    lines, everything = found.lines(), found.lines(None)
    assert len(lines) == 12
    number = len(found.search.hits)
    assert lines[-2] == f"{number} of {len(load_figures(ROOT))} figures; these are the first 10, --all shows every one"
    assert everything[:10] == lines[:10]
    assert len(everything) == number + 2
    assert "--all" not in everything[-2]


def test_who_looks_for_a_place_is_told_where_the_counts_by_force_stand_and_nobody_else():
    assert find("Kent", ROOT).lines()[-1].startswith("by force, year and offence: cseanalysis forces --csv FOLDER")
    assert not [line for line in find("taskforce arrests 2024", ROOT).lines(1) if "by force" in line]


def test_without_a_word_the_register_is_listed_in_its_order():
    assert list(find(" ", ROOT).search.ids) == list(load_figures(ROOT))


def test_a_search_without_a_hit_says_so_names_what_is_near_and_never_that_nothing_is_published():
    lines = "\n".join(find("arrets in Rotherham", ROOT).lines())
    assert "nothing among the 827 figures and 8 contested claims answers 'arrets in Rotherham'" in lines
    assert "that none is published does not follow" in lines
    assert "  arrets: none; nearest: arrests" in lines
    assert "  rotherham: " in lines
    assert "not published" not in lines
    assert "  999999: none; nearest: " in "\n".join(find("999999", ROOT).lines())


def test_a_speakers_word_is_told_with_what_it_must_not_be_taken_for():
    lines = find("grooming gangs", ROOT).lines()
    assert lines[0].startswith("grooming gangs: the speaker's word")
    assert "not: all group-based offences" in lines[0]
    assert lines[2].startswith("F028 ")


def test_a_number_that_is_not_printed_cannot_be_found_by_it():
    found = find("9.7%", ROOT)
    assert "F744" in found.hidden
    assert "F744" not in found.search.ids
    told = {row["id"]: row for row in json.loads(find("Pakistani", ROOT).as_json(None))["found"]}
    assert told["F744"]["published"] is None
    assert "base not stated" in told["F744"]["note"]


def test_programs_are_told_the_same_as_people():
    found = find("250k", ROOT)
    told = json.loads(found.as_json())
    assert [row["id"] for row in told["found"]] == list(found.search.ids) == ["C007", "F063"]
    assert told["understood"][0]["not"] == "any estimate"
    assert (told["matching"], told["searched"]["contested_claims"]) == (2, 8)
    assert len(json.loads(find("arrests", ROOT).as_json())["found"]) == 10


def test_what_an_alias_names_is_there():
    known = {*load_figures(ROOT), *(claim.id for claim in contested_claims(ROOT))}
    rows = load_aliases(ROOT)
    assert len(rows) > 40
    assert [name for row in rows for name in (*row.figures, *row.others) if name not in known] == []


def test_of_one_count_that_an_alias_names_for_several_years_the_newest_comes_first():
    figures = load_figures(ROOT)
    for alias in load_aliases(ROOT):
        newest: dict[tuple[object, ...], date] = {}
        for name in alias.figures:
            figure = figures.get(name)
            if figure is None or figure.period_end is None or figure.period_start is None or figure.relays:
                continue
            days = round((figure.period_end - figure.period_start).days / 30)
            kind = (figure.statement, figure.definition, figure.category, figure.unit, figure.geography, days)
            before = newest.setdefault(kind, figure.period_end)
            assert figure.period_end <= before, f"{alias.terms[0]}: {name} is newer than one before it"


def test_a_figure_is_described_with_every_digit_and_its_lineage():
    described = describe_figure(OFFENCES, FIGURES, PUBLICATIONS, {}).splitlines()
    for line in (
        "low: 1,234,567",
        "high: 1,234,567",
        "conflicts with: F8, F9",
        "source: VKPP, National analysis, 2025-01-02, tier A",
        "address: https://a.b",
        "note: Forces are not listed.",
        "the same number elsewhere:",
        "  F3 over 1.2 million: A paper, undated, tier D",
    ):
        assert line in described
    assert not [line for line in described if line.startswith(("rounded to", "base", "high: None"))]


def test_a_repetition_names_the_record_that_it_repeats_and_a_figure_alone_nobody():
    described = describe_figure(REPEAT, FIGURES, PUBLICATIONS, {}).splitlines()
    assert "  F1 1,234,567: VKPP, 2025-01-02, tier A" in described
    assert "source: A paper, On offences, undated, tier D" in described
    assert not [line for line in described if line.startswith("address")]
    assert "the same number elsewhere:" not in describe_figure(SHARE, FIGURES, PUBLICATIONS, {})


def test_fractions_keep_their_digits_and_show_no_noise():
    described = describe_figure(
        replace(SHARE, low=0.1 + 0.2, high=0.1 + 0.2, rounded_to=0.1), FIGURES, PUBLICATIONS, {}
    )
    assert "low: 0.3" in described.splitlines()


def test_the_definition_is_told_where_one_is_known():
    (figure,) = [each for each in load_figures(ROOT).values() if each.id == "F031"]
    assert isinstance(figure.dataset, Definition)
    publications = {figure.source: PUBLICATIONS["press"]}
    described = describe_figure(figure, {figure.id: figure}, publications, {}).splitlines()
    assert described[2].startswith(f"definition: {figure.dataset.title} (")
    assert f"people: {figure.dataset.people}" in described


def test_two_figures_are_compared_and_one_with_itself_or_none_is_refused():
    comparison = compare_figures(ROOT, "F031", "F035")
    assert comparison.verdict == "bridged"
    assert "F031" in comparison.statement
    with pytest.raises(ValueError, match="F031 and F031 are one and the same figure"):
        compare_figures(ROOT, "F031", "F031")
    with pytest.raises(ValueError, match="no figure F9998, F9999; search"):
        compare_figures(ROOT, "F9998", "F9999")


def run(monkeypatch, *words):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["cseanalysis", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return str(end.value.code)


def test_the_command_line_takes_ids_with_spaces_and_small_letters(monkeypatch, capsys):
    assert run(monkeypatch, "figures", " f031 ") == "0"
    assert capsys.readouterr().out.startswith("F031 ")
    assert run(monkeypatch, "compare", " f031", "F035 ") == "0"
    assert capsys.readouterr().out.startswith("bridged\n")


def test_the_command_line_compares_no_figure_with_itself(monkeypatch):
    assert run(monkeypatch, "compare", "F031", " f031 ") == (
        "error: F031 and F031 are one and the same figure; name two"
    )


def test_a_figure_of_a_broken_series_shows_the_days_of_its_breaks():
    figure = load_figures(ROOT)["F245"]
    described = describe_figure(figure, {figure.id: figure}, {figure.source: PUBLICATIONS["press"]}, {})
    assert "breaks: 2005-01-01, 2006-01-01" in described.splitlines()
