"""Placeholders: every number in a sentence comes from the study, and a slip of the pen is an error."""

import pytest

from cseanalysis.report import opening, prose
from cseanalysis.report.alone import alone
from cseanalysis.report.prose import escape, fill


def test_results_assumptions_and_figures_take_their_places(study):
    text = "Of {recorded}, as printed {figure:F001}, {assumption:known_probability} are known, so {total}."
    assert alone(fill(text)) == (
        "Of 1,099, as printed 1,099, 5% to 15% (assumed range) are known, so at least 7,300 and at most 22,000."
    )


def test_a_number_says_whose_it_is_and_text_that_is_no_markdown_does_not(study):
    text = "{recorded}, {figure:F001}, {assumption:known_probability}, {evidence:read_to}"
    assert fill(text) == (
        '[1,099]{.n ref="recorded"}, [1,099]{.n ref="F001"}, '
        '[5% to 15% (assumed range)]{.n ref="known_probability"}, 20 November 2026'
    )
    assert fill(text, plain=True) == "1,099, 1,099, 5% to 15% (assumed range), 20 November 2026"


def test_the_study_can_be_named_instead_of_found(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fill("{recorded}", study.root, plain=True) == "1,099"


def test_citations_references_attributes_and_doubled_braces_are_left_to_the_typesetter(study):
    assert (
        fill("# Lag {#sec:lag}\n\n[@ho22; @b, p. 4] and @fig:x: {{a}}")
        == "# Lag {#sec:lag}\n\n[@ho22; @b, p. 4] and @fig:x: {a}"
    )


@pytest.mark.parametrize(
    "before", ["", "A sentence. ", "A question? ", "One paragraph\n\n", 'He said "no." ', "Of all (most.) "]
)
def test_words_begin_a_sentence_with_a_capital(study, before):
    assert alone(fill(f"{before}{{total}}, it is.")) == f"{before}At least 7,300 and at most 22,000, it is."


@pytest.mark.parametrize("before", ["There are ", "so, ", "a\nb ", "(", "- "])
def test_words_inside_a_sentence_do_not(study, before):
    assert alone(fill(f"{before}{{total}}")).startswith(f"{before}at least")


def test_an_unknown_id_names_the_closest(study):
    with pytest.raises(ValueError, match="no result has the id 'recorder'; the closest is 'recorded'"):
        prose("{recorder}")
    with pytest.raises(ValueError, match="no figure has the id 'F002'; the closest is 'F001'"):
        prose("{figure:F002}")
    with pytest.raises(ValueError, match="no assumption has the id 'zzz'; there are 1, none of them close"):
        prose("{assumption:zzz}")


def test_an_unknown_kind_of_placeholder_is_refused(study):
    with pytest.raises(ValueError, match="'table' is not one of assumption, figure"):
        prose("{table:x}")


@pytest.mark.parametrize("text", ["a { b", "a } b", "{recorded"])
def test_a_single_brace_is_refused(study, text):
    with pytest.raises(ValueError, match="for a brace"):
        prose(text)


@pytest.mark.parametrize("text", ["{delay} days", "{delay} day"])
def test_a_unit_that_the_number_carries_is_not_printed_twice(study, text):
    with pytest.raises(ValueError, match=r"leave 'days?' out"):
        fill(text)


def test_an_opening_says_all_four_things(study):
    shown = opening(question="How many?", answer="{recorded}.", data="A table\nof counts.", limits="Why.")
    assert shown.about["parts"] == [
        ["Question", "How many?"],
        ["Answer", '[1,099]{.n ref="recorded"}.'],
        ["Data", "A table of counts."],
        ["What this cannot show", "Why."],
    ]
    with pytest.raises(ValueError, match="opening's Data, What this cannot show is empty"):
        opening(question="How many?", answer="Some.", data=" ", limits="")


def test_escaped_text_keeps_citations_only():
    text = "a*b [x] @ho [@ho22; @b]\n#1"
    assert escape(text, citations=True) == r"a\*b \[x\] \@ho [@ho22; @b] \#1"
    assert escape(text) == r"a\*b \[x\] \@ho \[\@ho22; \@b\] \#1"
