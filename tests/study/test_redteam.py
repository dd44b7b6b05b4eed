"""Known bad analyses: each is tried in earnest, and one that were answered as sound would fail here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cseanalysis.register import Definition
from cseanalysis.study.comparisons.attempts import WAYS, WentThroughError, supposed
from cseanalysis.study.comparisons.bad_analyses import (
    BadAnalysis,
    bad_analyses,
    redteam_results,
    run_attempts,
)
from cseanalysis.study.comparisons.numbers import (
    all_verdicts,
    comparison_results,
    gate_rules,
    leading,
    quoted_pairs,
    stated_changes,
    stated_rows,
    verdicts,
)
from cseanalysis.study.comparisons.tables import ATTEMPTS as SHOWN
from cseanalysis.study.comparisons.tables import CHANGES, VERDICTS
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.tables import in_words
from cseanalysis.values import Interval

ROOT = Path(__file__).resolve().parents[2]
FIGURES = load_figures(ROOT)
ATTEMPTS = bad_analyses(ROOT)
TRIED = run_attempts(FIGURES, ATTEMPTS)


def attempt(tried: str, *figures: str) -> BadAnalysis:
    said = "As it would be said.", "not supported"
    return BadAnalysis("A planted one", "a test", "Planted.", "either way", tried, figures, *said, "It is planted.")


def shown(direction: str) -> Any:
    return in_words(TRIED[TRIED["direction"] == direction], SHOWN)


def answered(kind: str, answer: str) -> str:
    return str(in_words([{"attempt": "A", "tried": "B", "kind": kind, "answer": answer}], SHOWN)["Answer"][0])


def test_every_attempt_gets_its_sentence_and_none_goes_through() -> None:
    assert len(TRIED) == len(ATTEMPTS) >= 30
    assert TRIED["attempt"].is_unique
    assert set(TRIED["kind"]) == {"refused", "bounded", "no clear change"}
    assert TRIED["answer"].str.len().min() > 30


def test_attempts_mislead_in_both_directions() -> None:
    counts = TRIED["direction"].value_counts()
    assert counts["exaggerates"] >= 10
    assert counts["belittles"] >= 10
    assert set(counts.index) == {"exaggerates", "belittles", "either way"}  # the chapter prints a table for each


def test_a_refusal_is_printed_with_its_reason_and_nobody_is_made_to_have_said_it() -> None:
    one = in_words(run_attempts(FIGURES, [attempt("over-represented", "F478", "2%")]), SHOWN).iloc[0]
    assert one["Answer"].startswith("Refused: No comparison with a population")
    assert "case series" in one["Answer"]
    told = shown("exaggerates")["Tried"]
    assert not any(f"({speaker})" in tried for speaker in set(TRIED["speaker"]) for tried in told)


@pytest.mark.parametrize(
    ("tried", "figures", "kind", "words"),
    [
        ("change", "F031 F032", "refused", "unit (arrests against victims)"),
        ("change", "F031 F035", "bounded", "at most 1.45"),
        ("change", "F036 F040", "refused", "coverage (about half of 43 forces against 23 forces)"),
        ("change", "F001 F008", "refused", "coverage (42 forces against 44 forces)"),
        ("change", "F046 F051", "refused", "unit (convictions against suspects)"),
        ("change", "F022 F024", "refused", "F024 is 17% of F022"),
        ("change", "F113 F128", "refused", "the series was broken"),
        ("change", "F024 F028", "no clear change", "0.958 to 1.176"),
        ("change", "F022 F027", "bounded", "about 1.5 times"),
        ("not over-represented", "F100 9%", "bounded", "neither over-represented nor not over-represented"),
        ("over-represented", "F100 9%", "bounded", "neither over-represented nor not over-represented"),
        ("over-represented", "F478 2%", "refused", "case series"),
        ("growth", "F067 F059", "bounded", "a running total gives no ratio"),
        ("row without its base", "F106", "refused", "a share must say what it is a share of"),
        ("open number as one number", "F031", "refused", "use .low (550)"),
        ("phrase as an offence", "", "refused", "never mapped by machine"),
        ("conflict without one side", "F217 F304", "refused", "a conflict stands on both rows"),
        ("repetition in another unit", "F032", "refused", "which it repeats"),
        ("row twice", "F013", "refused", "repeats row 2"),
    ],
)
def test_the_answer_names_the_right_reason(tried: str, figures: str, kind: str, words: str) -> None:
    row = run_attempts(FIGURES, [attempt(tried, *figures.split())]).iloc[0]
    assert row["kind"] == kind
    assert words in row["answer"]


def test_a_planted_sound_change_is_seen_to_go_through() -> None:
    with pytest.raises(WentThroughError, match=r"A planted one: F008 to F018 is given as a clear change"):
        run_attempts(FIGURES, [attempt("change", "F008", "F018")])


def test_a_planted_call_that_succeeds_is_seen_to_go_through() -> None:
    with pytest.raises(WentThroughError, match="was answered with 115489"):
        run_attempts(FIGURES, [attempt("open number as one number", "F008")])


def test_a_planted_ratio_is_seen_to_go_through() -> None:
    with pytest.raises(WentThroughError, match="has a ratio"):
        run_attempts(FIGURES, [attempt("growth", "F008", "F018")])


def test_a_planted_well_covered_share_is_seen_to_go_through() -> None:
    # The same claim about the same group is stated once every record says.
    census = Definition("made_up", "Made up", "nobody", "all", "suspects", "census_of_recorded", "")
    covered = replace(FIGURES["F100"], known_share="", known=None, dataset=census)
    with pytest.raises(WentThroughError, match="is called under-represented"):
        run_attempts({**FIGURES, "F100": covered}, [attempt("over-represented", "F100", "30%")])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"direction": "both"}, "A planted one: misleads 'both'; write exaggerates, belittles, either way"),
        ({"tried": "sum"}, "is tried as 'sum'; write one of change, growth"),
        ({"figures": ("F008",)}, r"'change' takes 2 figures; not \('F008',\)"),
        ({"verdict": "supported"}, "a mistake is never just supported"),
    ],
)
def test_a_row_that_cannot_be_tried_is_refused_and_never_taken_for_a_refusal(
    changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        replace(attempt("change", "F008", "F018"), **changed)


def test_every_way_of_trying_is_tried() -> None:
    assert {one.tried for one in ATTEMPTS} == set(WAYS)


def test_a_bad_analysis_with_other_figures_gets_the_answer_of_those(empty_study: Path) -> None:
    (empty_study / "data" / "judgement" / "bad_analyses.csv").write_text(
        "name,speaker,analysis,direction,tried,figures,claim,verdict,reason\n"
        "Mine,a blog,Up.,belittles,change,F001 F008,It is up.,comparison not valid,Because.\n"
    )
    table = in_words(run_attempts(FIGURES, bad_analyses(empty_study)), SHOWN)
    assert table["Tried"].tolist() == ["Mine. Up."]
    assert "42 forces against 44 forces" in table["Answer"][0]


def test_another_error_than_a_refusal_is_not_taken_for_one() -> None:
    with pytest.raises(KeyError):
        run_attempts(FIGURES, [attempt("change", "F008", "F999")])


def test_a_supposed_population_says_that_it_is_supposed() -> None:
    benchmark = supposed(FIGURES["F099"], "82%")
    assert (benchmark.id, benchmark.published) == ("supposed", "82%")  # printed together: 82% (supposed)
    answers = shown("exaggerates")["Answer"]
    assert answers.str.contains("supposed").sum() == 3
    assert answers.str.count("supposed").max() == 1
    assert (benchmark.ages, benchmark.sex) == (FIGURES["F099"].ages, FIGURES["F099"].sex)


def test_results_count_the_answers() -> None:
    results = {item.id: item.point for item in redteam_results(FIGURES, ATTEMPTS)}
    assert results["attempts_tried"] == len(ATTEMPTS)
    assert results["attempts_refused"] == (TRIED["kind"] == "refused").sum()
    assert sum(value or 0 for name, value in results.items() if name != "attempts_tried") == len(ATTEMPTS)


def test_a_compilation_leads_no_chapter() -> None:
    assert [figure.id for figure in leading(FIGURES, ("F008", "F041"))] == ["F008", "F041"]
    with pytest.raises(ValueError, match="F099, F028 were read in a compilation"):
        leading(FIGURES, ("F008", "F099", "F028"))


def test_verdicts_are_a_row_a_pair_with_a_reason_where_one_is_refused() -> None:
    pairs = quoted_pairs(ROOT)
    table = verdicts(FIGURES, pairs)
    assert len(table) == len(pairs) >= 24
    assert set(table["Verdict"]) == {"comparable", "across a bridge", "refused"}
    assert len(gate_rules()) == 13


def test_all_pairs_are_counted_and_their_shares_are_of_all() -> None:
    table = all_verdicts(FIGURES).set_index("said")
    pairs = len(FIGURES) * (len(FIGURES) - 1) // 2
    assert table.loc[["comparable", "across a bridge", "refused"], "pairs"].sum() == pairs
    assert table.loc[["comparable", "across a bridge", "refused"], "share"].sum() == pytest.approx(1)


def test_changes_show_the_side_of_an_interval_that_ends_near_one() -> None:
    table = in_words(stated_rows(FIGURES, stated_changes(ROOT)), CHANGES)
    assert table["With chance"].tolist()[:2] == ["0.958 to 1.176", "1.009 to 1.098"]
    assert table["Beyond chance?"].tolist()[1] == "no longer from an inflation of about 1.5"
    assert table["Beyond chance?"].tolist()[-1] == "no claim"
    assert "550 (F034, 551 to 575 as F031 limits it, 2023/24)" in table["From"].tolist()


def test_results_of_the_chapter_are_the_published_answers() -> None:
    results = {item.id: item for item in comparison_results(FIGURES)}
    assert results["group_based_change_hidden_at"].point == pytest.approx(1.478, abs=0.001)
    change_interval = results["exploitation_change"].interval
    assert change_interval is not None
    assert change_interval.low < 0 < change_interval.high
    assert results["arrests_monthly_second"].point == pytest.approx(597 / 9)
    assert results["arrests_monthly_least"].point == pytest.approx(551 / 12)


@pytest.mark.parametrize("way", ["exaggerates", "belittles", "either way"])
def test_every_printed_answer_closes_its_brackets_and_shows_no_name_of_the_software(way: str) -> None:
    answers = shown(way)["Answer"]
    assert (answers.str.count(r"\(") == answers.str.count(r"\)")).all()
    assert not answers.str.contains("_").any()
    assert TRIED["answer"].str.contains("_").any()  # what the software says is kept as it says it


def test_an_answer_ends_where_its_sentence_ends_and_not_inside_a_bracket() -> None:
    assert answered("refused", "Refused for one (first. Second) reason. Next sentence.") == (
        "Refused: Refused for one (first. Second) reason."
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("They must not be compared: unit (a against b); time basis (c). More.", "Refused: unit (a against b)."),
        ("It is so. No comparison follows. It is at most 3.", "Refused: No comparison follows."),
        ("It is so. It is at most 3. Nothing can be said.", "Refused: Nothing can be said."),
        ("It is so. It stops being clear.", "Refused: It stops being clear."),
        ("It is so. It is not. Keep in mind: it is at least 3.", "Refused: It is so."),
        ("No clear change: it is within time_basis.", "Refused: it is within time basis."),
    ],
)
def test_of_a_longer_answer_the_most_telling_sentence_is_printed_a_reason_before_a_number(
    answer: str, said: str
) -> None:
    assert answered("refused", answer) == said


@pytest.mark.parametrize(
    ("hidden_at", "said"),
    [
        (None, "no claim"),
        (0.9, "no clear change, even if every offence were independent"),
        (1.0, "no clear change, even if every offence were independent"),
        (1.01, "no longer from an inflation of about 1"),
        (4.99, "no longer from an inflation of about 5"),
        (5.0, "yes, up to an inflation of about 5"),
        (7.26, "yes, up to an inflation of about 7.3"),
    ],
)
def test_a_change_says_up_to_which_inflation_it_is_clear(hidden_at: float | None, said: str) -> None:
    row = {
        "first": "1 (A)",
        "second": "2 (B)",
        "ratio": (1.9, 2.1),
        "independent": Interval(1.0019, 1.0981, "confidence", 0.95),
        "clustered": None,
        "hidden_at": hidden_at,
        "highest": 5.0,
    }
    assert in_words([row], CHANGES).to_dict("records") == [
        {
            "From": "1 (A)",
            "To": "2 (B)",
            "Ratio": "between 1.9 and 2.1",
            "With chance": "1.001 to 1.099",
            "With clusters": "none: an end is open",
            "Beyond chance?": said,
        }
    ]


def test_a_pair_without_a_ratio_is_refused_where_the_table_of_changes_is_mended() -> None:
    refused = next(one for one in quoted_pairs(ROOT) if verdicts(FIGURES, [one])["Verdict"][0] == "refused")
    with pytest.raises(ValueError, match=r"have no ratio; take the pair out of data/judgement/stated_changes\.csv"):
        stated_rows(FIGURES, [refused])  # type: ignore[list-item]


def test_verdicts_are_printed_with_their_share_in_per_cent() -> None:
    assert in_words([{"said": "refused", "pairs": 1234, "share": 0.985}], VERDICTS).to_dict("records") == [
        {"Verdict, or dimension that refuses": "refused", "Pairs": 1234, "Share": "98.5%"}
    ]
