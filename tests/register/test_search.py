"""Search by words and numbers: what answers, in which order, and what is said where nothing does."""

from dataclasses import replace

import pytest

from cseanalysis.register.search import Alias, Entry, find_figures, nothing_found, search

ARRESTS = Entry("A1", ((12, "Arrests by the police"), (1, "Home Office")), "over 1,200", 1200.0, end="2023-12-31")
OFFENCES = Entry("A2", ((12, "Offences recorded in 2023"), (1, "police arrests")), "34,560", 34_560.0, kin=("r", "c"))
SHARE = Entry("A3", ((12, "Share in the family"), (4, "offences/familial")), "34%", 34.0, per_cent=True)
ROUNDED = Entry("A4", ((12, "Recorded offences, rounded"),), "about 35,000", 35_000.0, kin=("r", "c"))
WORDS = Entry("A5", ((12, "Share known to authorities, 2023/24"),), "one in eight")
ENTRIES = (ARRESTS, OFFENCES, SHARE, ROUNDED, WORDS)
GANGS = Alias(("some gang", "quarter of a million"), "a class", "every offence", "why", ("A2",), ("A1",))


def ids(query, aliases=(), entries=ENTRIES):
    return list(search(query, entries, aliases).ids)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["A1", "A2", "A3", "A4", "A5"]),
        ("arrested", ["A1", "A2"]),  # what is counted before who counts
        ("POLICE'S arrest", ["A1", "A2"]),
        ("offence", ["A2", "A4", "A3"]),
        ("family", ["A3"]),
        ("famil", ["A3"]),  # the beginning of a word
        ("in the family", ["A3"]),
        ("family arrests", []),
        ("34560", ["A2"]),
        ("34,560", ["A2"]),
        ("34 560", ["A2"]),
        ("34.56k", ["A2"]),
        ("35k", ["A4", "A2"]),  # printed so, then rounded so
        ("35 thousand", ["A4", "A2"]),
        ("0.035 million", ["A4", "A2"]),
        ("34,570", []),
        ("34%", ["A3"]),
        ("34 per cent", ["A3"]),
        ("1200%", []),
        ("2023", ["A2"]),
        ("2023/24", ["A5"]),
        ("2023-24", ["A5"]),
        ("1 in 8", ["A5"]),
        ("one out of eight", ["A5"]),
        ("8 in 1", []),
        ("A3", ["A3"]),
        ("!?", []),
        ("the", []),
    ],
)
def test_words_are_found_by_their_stems_and_numbers_however_they_are_written(query, found):
    entries = tuple(replace(entry, texts=((400, entry.id), *entry.texts)) for entry in ENTRIES)
    assert ids(query, entries=entries) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [("men", "man"), ("women", "woman"), ("children", "child"), ("families", "family"), ("raped", "rapes"),
     ("convicted", "convictions"), ("charge", "charging"), ("exploited", "exploitation"), ("cases", "case"),
     ("ties", "ty"), ("1 in 8", "one out of eight"), ("2023/24", "2023-24"), ("1,200", "1.2 thousand")],
)  # fmt: skip
def test_forms_of_one_word_find_each_other(one, other):
    entries = (Entry("A1", ((12, f"of {one} here"),)), Entry("A2", ((12, f"of {other} here"),)))
    assert ids(one, entries=entries) == ids(other, entries=entries) == ["A1", "A2"]


def test_a_number_of_few_digits_is_no_rounding_of_every_number_near_it():
    near = replace(ROUNDED, id="A6", published="34,950", value=34_950.0)
    assert ids("35,000", entries=(near, ROUNDED)) == ["A4", "A6"]  # three digits are taken as meant
    assert ids("35,000", entries=(OFFENCES, ROUNDED)) == ["A4"]


def test_a_year_is_no_rounded_number_and_is_found_where_it_stands():
    near = replace(ROUNDED, id="A6", published="2,016", value=2016.0)
    year = Entry("A7", ((4, "England, 2020"),))
    assert ids("2020", entries=(near, year)) == ["A7"]
    assert ids("2,020", entries=(near, year)) == ["A6", "A7"]


def test_an_alias_finds_what_it_names_then_the_same_class_and_never_what_it_is_mistaken_for():
    assert ids("some gangs", [GANGS]) == ["A2", "A4"]
    assert ids("some gangs rounded", [GANGS]) == ["A4"]
    assert ids("some gangs") == []
    spoken = replace(ARRESTS, texts=((12, "Arrests of some gang"),))
    assert ids("some gang", [GANGS], (spoken, OFFENCES)) == ["A2"]
    assert ids("some gang", [replace(GANGS, others=())], (spoken, OFFENCES)) == ["A2", "A1"]


def test_the_longest_alias_is_taken():
    longer = Alias(("some gang police",), "another", figures=("A3",))
    assert ids("some gang police", [GANGS, longer]) == ["A3"]
    assert ids("quarter of a million", [GANGS]) == ["A2", "A4"]


def test_of_what_ties_originals_come_first_then_the_newest_then_the_order_of_the_register():
    old, new = replace(ARRESTS, id="B1", end="2020-01-01"), replace(ARRESTS, id="B2", end="2024-01-01")
    copy, same = replace(ARRESTS, id="B3", end="2025-01-01", copy=True), replace(ARRESTS, id="B4", end="2020-01-01")
    assert ids("arrests", entries=(old, copy, new, same)) == ["B2", "B1", "B4", "B3"]


def test_words_of_a_question_ask_for_nothing_unless_an_alias_holds_them():
    assert ids("How many arrests did the police do?") == ids("arrests police") == ["A1", "A2"]
    assert ids("how many") == []
    assert ids("how many arrests", [Alias(("how many arrests",), "one", figures=("A4",))])[0] == "A4"


def test_what_nothing_answers_is_told_part_by_part_with_what_is_near():
    found = search("arrets family 34561", ENTRIES)
    assert [(term.words, term.hits) for term in found.terms] == [("arrets", 0), ("family", 1), ("34561", 0)]
    assert found.terms[0].nearest[0] == "arrests"
    assert "34,560" in found.terms[2].nearest
    said = nothing_found(found, 5, "figures")
    assert "nothing among the 5 figures" in said
    assert "  family: 1 by itself" in said


@pytest.mark.parametrize("query", ["\x00\x1b[31m", "=1+1", "дети", "🙂", "a" * 400, "1" * 300, "((((", "%", "in in in"])
def test_nonsense_finds_nothing_and_breaks_nothing(query):
    assert ids(query) == []


def test_a_query_of_a_page_is_refused():
    with pytest.raises(ValueError, match="has 401 characters; 400 are read at most"):
        search("a" * 401, ENTRIES)


def test_an_alias_without_words_or_with_a_figure_on_both_sides_is_refused():
    with pytest.raises(ValueError, match="holds no word, or an empty one"):
        Alias(("gang", " "), "a class")
    with pytest.raises(ValueError, match="F1 is meant and not meant; keep it on one side"):
        Alias(("gang",), "a class", figures=("F1", "F2"), others=("F1",))


def test_figures_are_entries_of_their_own():
    assert find_figures("anything", {}).ids == ()
