from functools import partial

import pytest

from cseanalysis.models import implied_total, joint_reporting_probability
from cseanalysis.study.ranges import bounded, needed_assumptions
from cseanalysis.study.totals.numbers import (
    ROUTES,
    children_of_the_year,
    contact_earlier,
    contact_of_the_year,
    contact_total,
    narrowed,
    rape_victims_at_the_time,
    route_results,
)
from cseanalysis.values import Assumption, Interval


def probability(name, low, high, *loss):
    return Assumption(name, low, high, "probability", "r", "s", "l", loss)


ASSUMED = {
    a.id: a
    for a in (
        Assumption("contact_share", 0.5, 0.5, "share", "r", "s", "l"),
        probability("known_offence_probability", 0.1, 0.2, "disclosed", "reported"),
        probability("recording_probability", 0.5, 1.0, "recorded"),
    )
}


def test_a_thousand_recorded_offences_by_hand():
    # 500 contact offences; at most 0.2 x 1.0 of all are recorded, at least 0.1 x 0.5.
    estimate = bounded("total", "offences", partial(contact_total, recorded=1000), ASSUMED, ["F008"])
    assert estimate.interval == Interval(2500, 10_000, "bound")
    assert estimate.point is None
    assert estimate.basis == ("F008", "contact_share", "known_offence_probability", "recording_probability")


def test_the_route_is_the_division_by_the_joint_probability():
    links = [ASSUMED["known_offence_probability"], ASSUMED["recording_probability"]]
    by_hand = implied_total(500, joint_reporting_probability(links))
    route = bounded("total", "offences", partial(contact_total, recorded=1000), ASSUMED, []).interval
    assert (route.low, route.high) == pytest.approx((by_hand.low, by_hand.high))


def test_the_dark_figure_is_the_total_less_what_was_recorded_at_the_same_corner():
    total, dark = route_results(ROUTES[0], 1000, {}, ASSUMED)
    assert (total.interval.low, total.interval.high) == pytest.approx((2500, 10_000))
    assert (dark.interval.low, dark.interval.high) == pytest.approx((2000, 9500))


def test_complete_recording_on_top_keeps_the_lower_end_and_brings_the_upper_end_down():
    # 500 contact offences; known with 0.1 to 0.2, and all that is known is recorded.
    narrower = narrowed(ROUTES[0], 1000, {}, ASSUMED)
    assert (narrower.interval.low, narrower.interval.high) == pytest.approx((2500, 5000))
    assert "recording_probability" not in narrower.basis


def test_recent_and_earlier_offences_add_up_to_the_recorded_contact_offences():
    known = {"recorded": 1000.0, "contact_share": 0.5, "non_recent_share": 0.25}
    assert contact_of_the_year(**known) == pytest.approx(375)
    assert contact_earlier(**known) == pytest.approx(125)
    assert children_of_the_year(**known, offences_per_child=1.5) == pytest.approx(250)


def test_only_recent_offences_are_set_against_the_share_told_at_the_time():
    total = rape_victims_at_the_time(
        recorded=1000,
        rape_share=0.2,
        non_recent_share=0.25,
        offences_per_child=2.0,
        told_police_at_the_time_probability=0.1,
        rape_recording_probability=0.5,
    )
    assert total == pytest.approx(200 * 0.75 / 2 / 0.1 / 0.5)


def test_an_impossible_range_is_named_with_the_result_that_rests_on_it():
    with pytest.raises(ValueError, match=r"result total: recorded is -1000.*it rests on share -1 to -0.5: mend"):
        bounded(
            "total",
            "offences",
            lambda *, share: implied_total(1000 * share, Interval(0.5, 0.5, "bound")).low,
            {"share": Assumption("share", -1.0, -0.5, "offences", "r", "s", "l")},
            [],
        )


def test_a_route_that_would_count_a_loss_twice_is_refused():
    twice = {**ASSUMED, "recording_probability": probability("recording_probability", 0.5, 1.0, "reported")}
    with pytest.raises(ValueError, match="would count it twice"):
        bounded("total", "offences", partial(contact_total, recorded=1000), twice, [])


def test_a_missing_assumption_is_named():
    with pytest.raises(ValueError, match="lacks contact_share"):
        needed_assumptions(partial(contact_total, recorded=1), {})


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.id)
def test_every_route_names_its_time_basis_because_no_total_is_the_incidence_of_a_year(route):
    assert "2023" in route.unit
    assert "of any date" in route.unit or "about the time it was recorded" in route.unit
