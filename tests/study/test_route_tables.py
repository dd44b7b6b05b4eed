"""What the tables of chapter 2 say, from both sides of each number that it depends on."""

from inspect import signature
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.export.wording import say
from cseanalysis.study import load_assumptions, load_results
from cseanalysis.study.labels import conditional, copies
from cseanalysis.study.tables import in_words
from cseanalysis.study.totals.estimands import Estimand, Step, estimands
from cseanalysis.study.totals.numbers import ROUTES, neither_recorded
from cseanalysis.study.totals.survey import Plank
from cseanalysis.study.totals.tables import (
    DEPENDENCE,
    REFUSALS,
    bridge_in_words,
    parts_in_words,
    routes_in_words,
    say_floor,
)
from cseanalysis.values import Assumption, Estimate, Interval

ROOT = Path(__file__).resolve().parents[2]
SHARE = Assumption("contact_share", 0.6, 0.7, "share", "r", "vkpp23", "F012")
KNOWN = Assumption("known_offence_probability", 0.1, 0.2, "probability", "r", "s", "l", ("disclosed", "reported"))
LATER = Assumption("recording_probability", 0.5, 1.0, "probability", "r", "none found", "page 3", ("recorded",))
ASSUMED = {one.id: one for one in (SHARE, KNOWN, LATER)}


def a_step(name, *, floor=False, assumes=None):
    return Step("totals", "Things", "a year", "a place", name, f"by {name}", floor, assumes, "r")


def an_estimate(name, low, high, *basis):
    return Estimate(name, "offences", None, Interval(low, high, "bound"), basis)


def rows(*steps_and_estimates):
    steps = tuple(step for step, _ in steps_and_estimates)
    results = {estimate.id: estimate for _, estimate in steps_and_estimates}
    return routes_in_words([Estimand("Things", "a year", "a place", steps)], results, ASSUMED).to_dict("records")


def a_route(*ends):
    names = "abcdef"[: len(ends)]
    return rows(*((a_step(name), an_estimate(name, *pair)) for name, pair in zip(names, ends, strict=True)))


def test_only_the_first_step_says_what_is_estimated_and_each_says_what_it_adds():
    first, second = a_route((10, 50), (10, 40))
    assert (first["Estimates"], second["Estimates"]) == ("Things; a year; a place", "as above")
    assert (first["Step"], second["Step"]) == ("by a", "by b")
    assert (first["Result"], second["Result"]) == ("at least 10 and at most 50", "at least 10 and at most 40")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((10, 50), (10, 40), "upper end 50 to 40"),
        ((10, 50), (20, 50), "lower end 10 to 20"),
        ((10, 50), (20, 40), "upper end 50 to 40; lower end 10 to 20"),
        ((10, 50), (5, 60), "upper end 50 to 60; lower end 10 to 5"),
        ((10, 50), (10, 50), "nothing"),
    ],
)
def test_what_a_step_buys_names_the_end_that_moves(before, after, said):
    first, second = a_route(before, after)
    assert (first["What the step buys"], second["What the step buys"]) == ("the first range", said)


def test_a_floor_has_no_upper_end_and_the_step_above_it_buys_one():
    floor, total = rows(
        (a_step("a", floor=True), an_estimate("a", 10, 20, "F1", "contact_share")),
        (a_step("b"), an_estimate("b", 30, 90, "F1", "F2", "contact_share", "known_offence_probability")),
    )
    assert floor["Result"] == "10 to 20 in the record"
    assert floor["What the step buys"] == "a floor, its low end; the total has no upper end"
    assert total["What the step buys"] == "an upper end"


def test_a_point_after_a_range_is_a_first_range_of_its_own():
    point = Estimate("b", "offences", 7, None, ())
    assert rows((a_step("a"), an_estimate("a", 1, 2)), (a_step("b"), point))[1]["What the step buys"] == (
        "the first range"
    )


def test_data_and_assumptions_are_those_that_the_step_before_did_not_have():
    found = rows(
        (a_step("a"), an_estimate("a", 1, 9, "F1", "contact_share")),
        (a_step("b"), an_estimate("b", 1, 8, "F1", "F2", "F3", "contact_share", "known_offence_probability")),
        (a_step("c"), an_estimate("c", 1, 8, "F1", "F2", "F3", "contact_share", "known_offence_probability")),
        (a_step("d"), an_estimate("d", 1, 7, "F1", "F2", "F3", "known_offence_probability")),
    )
    assert [row["Data"] for row in found] == ["F1", "F2; F3", "as above", "as above"]
    assert [row["Assumes"] for row in found] == [
        "contact share, rounding",
        "also offences known to the authorities (contains: not disclosed, not reported)",
        "as above",
        "as above, with one value for: contact share, rounding",
    ]
    assert rows((a_step("a"), an_estimate("a", 1, 9)))[0]["Data"] == "none"
    assert rows((a_step("a"), an_estimate("a", 1, 9)))[0]["Assumes"] == "none"


def test_a_probability_says_which_loss_it_contains():
    (row,) = rows((a_step("a"), an_estimate("a", 1, 9, "recording_probability")))
    assert row["Assumes"] == "recorded, if reported (contains: not recorded)"


def test_what_has_no_registered_range_is_said_in_the_words_of_the_table():
    (row,) = rows((a_step("a", assumes="that nobody errs"), an_estimate("a", 1, 9, "contact_share")))
    assert row["Assumes"] == "that nobody errs"


def test_a_floor_that_is_counted_is_said_as_the_count_it_is():
    assert say_floor(Estimate("a", "offences", 12, None, ())) == "12 in the record"
    assert say_floor(an_estimate("a", 3, 4)) == "3 to 4 in the record"
    assert say_floor(an_estimate("a", 3, 3)) == "3 in the record"


def test_every_floor_of_the_study_is_printed_without_an_upper_end_and_every_assumption_is_said():
    results, assumptions = load_results(ROOT), load_assumptions(ROOT)
    totals, surveys = (routes_in_words(estimands(chart, ROOT), results, assumptions) for chart in ("totals", "surveys"))
    floors = totals[totals["What the step buys"] == "a floor, its low end; the total has no upper end"]
    assert len(floors) == len(estimands("totals", ROOT))
    assert floors["Result"].str.fullmatch(r"[\d,]+ to [\d,]+ in the record").all()
    assert "none" not in set(surveys["Assumes"])


def test_parts_are_listed_with_what_they_rest_on():
    group = Estimand("Things", "a year", "a place", (a_step("a"), a_step("b")))
    results = {"a": Estimate("a", "offences", 9, None, ("F1",)), "b": an_estimate("b", 3, 4, "F1", "contact_share")}
    assert parts_in_words([group], results).to_dict("records") == [
        {"Recorded in 2023": "by a", "Offences": "9", "Rests on": "F1"},
        {"Recorded in 2023": "by b", "Offences": "at least 3 and at most 4", "Rests on": "F1, contact share, rounding"},
    ]


def test_a_plank_says_what_it_changes_its_factor_and_source_or_that_it_is_missing():
    both = ("before_16", "before_18")
    planks = [
        Plank("unit", "adults", "children", "contact_share", both, "r"),
        Plank("age_window", "before 16", "before 18", None, ("before_16",), "r"),
        Plank("period", "then", "now", "recording_probability", both, "r"),
        Plank("definition", "asked", "recorded", "known_offence_probability", ("before_18",), "r"),
    ]
    wordy = {**ASSUMED, KNOWN.id: Assumption(KNOWN.id, 0.1, 0.1, "probability", "r", "two keys", "l")}
    assert bridge_in_words(planks, wordy).to_numpy().tolist() == [
        ["unit", "adults", "children", "60% to 70%", "[@vkpp23], F012"],
        [
            *("age", "before 16", "before 18 (only for the survey of before 16)"),
            *("missing: no range is registered", "none"),
        ],
        ["period", "then", "now", "50% to 100%", "judgement: page 3"],
        [
            *("definition", "asked", "recorded (only for the survey of before 18)"),
            *("10% (assumed)", "two keys: l"),
        ],
    ]


def test_a_chain_says_its_links_its_width_and_whether_a_mean_exists():
    table = pd.DataFrame(
        [
            ("three_links", "independent", 1234.0, 5678.0, 1.0, True),
            ("two_links", "as stated", 1000.0, 20_123.0, 1.256, True),
            ("one_in_ten_alone", "a single link", 2975.0, 356_000.0, 1.0, False),
        ],
        columns=["chain", "dependence", "low", "high", "width_ratio", "mean_exists"],
    )
    assert in_words(table, DEPENDENCE).to_numpy().tolist() == [
        ["victims: told anyone; told police, if anyone; recorded", "independent", "1,234 to 5,678", "1", "exists"],
        ["victims: told police; recorded", "as stated", "1,000 to 20,200", "1.26", "exists"],
        [
            "offences: known, by a beta distribution of which only the mean is known",
            *("a single link", "2,970 to 356,000", "one link", "does not exist: refused"),
        ],
    ]
    assert list(in_words(table, DEPENDENCE)) == [
        *("Links", "Links are", "Total for every 1,000 counted, 95% of draws", "Width, independent links = 1", "Mean"),
    ]


def test_a_refusal_is_printed_in_words_beside_the_question_that_was_asked():
    table = pd.DataFrame(
        [("before_16", "refused", "no factor for age_window"), ("before_18", "refused", "no factor for definition")],
        columns=["survey", "outcome", "reason"],
    )
    assert list(in_words(table, REFUSALS)) == ["Survey", "Step to the record", "Reason"]
    assert in_words(table, REFUSALS).to_numpy().tolist() == [
        ["sexual abuse as the survey of 2019 asked, before 16", "refused", "no factor for age window"],
        ["sexual abuse as the survey of 2024 asked, before 18", "refused", "no factor for definition"],
    ]


def test_a_route_whose_rows_somebody_turned_round_is_worded_without_a_figure_being_taken_for_an_assumption():
    _, second = rows(
        (a_step("a"), an_estimate("a", 10, 40, "F008", "F012", "contact_share")),
        (a_step("b"), an_estimate("b", 10, 50, "F008")),
    )
    assert "with one value for" in second["Assumes"]
    assert "F012" not in str(second)


def test_a_range_is_worded_with_what_it_does_not_cover_and_one_without_a_condition_as_it_is():
    bounded = Estimate("contact_total", "offences", interval=Interval(510_000, 2_200_000, "bound"))
    assert conditional(bounded, {"contact_total": "one in 10 being right"}).endswith(
        "at most 2,200,000; conditional on one in 10 being right"
    )
    assert conditional(bounded, {"another": "x"}) == say(bounded)


def test_rape_has_its_own_share_of_reports_that_are_not_recorded():
    # All sexual offences lose more between report and record than rape alone, as the audit is reported.
    known = load_assumptions(ROOT)
    assert known["rape_recording_probability"].low > known["recording_probability"].low
    models = {route.id: set(signature(route.model).parameters) for route in ROUTES}
    for route, own in (("contact_total", "recording_probability"), ("rape_victims_ever", "rape_recording_probability")):
        assert own in models[route]
        assert not {"recording_probability", "rape_recording_probability"} - {own} & models[route]


def test_what_was_read_in_a_copy_or_in_the_press_is_known_and_what_was_read_itself_is_not_among_it():
    read_in_copies = copies(ROOT)
    assert {"F027", "F569", "outcomes"} <= read_in_copies
    assert not {"F008", "recorded_offences", "revision_2017_18", "days_to_charge"} & read_in_copies


def test_two_shares_of_more_than_all_offences_are_refused_and_of_all_leave_none():
    with pytest.raises(ValueError, match="more than all recorded offences"):
        neither_recorded(recorded=100, contact_share=0.75, image_share=0.275)
    assert neither_recorded(recorded=100, contact_share=0.75, image_share=0.25) == 0
