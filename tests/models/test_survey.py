import numpy as np
import pytest

from cseanalysis.models.misclassified.ratio import ratio_interval
from cseanalysis.models.totals.survey import (
    Basis,
    BridgeFactor,
    Measure,
    annual_victims,
    bridge_survey,
    recorded_to_survey,
)
from cseanalysis.values import Interval, NotEstimableError

SURVEY = Basis(
    "adults ever abused", "before 16", "childhoods of adults asked in 2018/19", "survey questions", "England and Wales"
)
POLICE = Basis("offences", "before 16", "2022/23", "recorded child sexual offences", "England and Wales")
OLD, NEW = "survey questions of 2019", "survey questions of 2024"


def bound(low, high=None):
    return Interval(low, low if high is None else high, "bound")


def plank(name, dimension, start, end, *ends, reason="judgement"):
    return BridgeFactor(name, dimension, start, end, bound(*ends), reason)


PLANKS = [
    plank("first_abused", "unit", "adults ever abused", "children first abused in a year", 0.015, 0.02),
    plank("each", "unit", "children first abused in a year", "offences", 1, 3),
    plank("cohort_change", "period", SURVEY.period, "2022/23", 0.8, 1.25),
    plank("wording", "definition", "survey questions", "recorded child sexual offences", 0.5, 1),
]


def test_a_complete_bridge_multiplies_end_by_end_and_shows_every_step():
    bridged = bridge_survey(Measure(bound(3_000_000, 3_200_000), SURVEY), POLICE, PLANKS)
    assert bridged.measure.basis == POLICE
    assert bridged.measure.value.low == pytest.approx(3_000_000 * 0.015 * 1 * 0.8 * 0.5)
    assert bridged.measure.value.high == pytest.approx(3_200_000 * 0.02 * 3 * 1.25 * 1)
    assert [name for name, _ in bridged.steps] == ["start", "first_abused", "each", "cohort_change", "wording"]


def test_the_order_of_the_table_does_not_matter():
    survey = Measure(bound(10), SURVEY)
    assert bridge_survey(survey, POLICE, PLANKS[::-1]) == bridge_survey(survey, POLICE, PLANKS)


def test_without_a_bridge_every_missing_factor_is_named():
    with pytest.raises(NotEstimableError) as refusal:
        bridge_survey(Measure(bound(10), SURVEY), POLICE, [])
    for part in ("unit from 'adults ever abused' to 'offences'", "period from", "definition from", "no division"):
        assert part in str(refusal.value)
    assert "age_window" not in str(refusal.value)
    assert "area" not in str(refusal.value)


@pytest.mark.parametrize("left_out", range(4))
def test_each_factor_left_out_is_missed_by_its_dimension(left_out):
    planks = [p for place, p in enumerate(PLANKS) if place != left_out]
    with pytest.raises(NotEstimableError, match=f"no factor for {PLANKS[left_out].dimension} from"):
        bridge_survey(Measure(bound(10), SURVEY), POLICE, planks)


@pytest.mark.parametrize(
    ("dimension", "other"),
    [
        ("unit", "households"),
        ("age_window", "before 18"),
        ("period", "childhoods of adults asked in 2015/16"),
        ("definition", "any abuse"),
        ("area", "England"),
    ],
)
def test_a_survey_of_another_unit_age_window_period_definition_or_area_is_refused_by_name(dimension, other):
    survey = Basis(**{name: getattr(SURVEY, name) for name in Basis.__slots__} | {dimension: other})
    with pytest.raises(NotEstimableError, match=f"{dimension} from '{other}'"):
        bridge_survey(Measure(bound(10), survey), POLICE, PLANKS)


def test_a_factor_for_another_survey_is_refused_by_name():
    astray = plank("older_age", "age_window", "before 18", "before 16", 0.7, 0.9)
    with pytest.raises(ValueError, match=r"does not use: older_age \(age_window from 'before 18'"):
        bridge_survey(Measure(bound(10), SURVEY), POLICE, [*PLANKS, astray])


def test_two_factors_from_one_place_are_a_choice_to_be_made():
    twice = plank("often", "unit", "children first abused in a year", "offences", 2, 9)
    with pytest.raises(ValueError, match="each, often all lead from"):
        bridge_survey(Measure(bound(10), SURVEY), POLICE, [*PLANKS, twice])


def test_factors_that_lead_in_a_circle_do_not_arrive():
    there, back = plank("there", "area", "England", "Wales", 0.1, 0.1), plank("back", "area", "Wales", "England", 9, 9)
    survey = Basis("offences", "a", "p", "d", "England")
    with pytest.raises(NotEstimableError, match="area from 'Wales' to 'Scotland'"):
        bridge_survey(Measure(bound(1), survey), Basis("offences", "a", "p", "d", "Scotland"), [there, back])


@pytest.mark.parametrize("ends", [(OLD, NEW), (NEW, OLD)])
def test_no_factor_crosses_a_break_that_the_producer_declares(ends):
    old, new = (Basis("adults ever abused", "childhood", "p", text, "E") for text in ends)
    crossing = plank("pooled", "definition", *ends, 0.9, 1.1)
    assert bridge_survey(Measure(bound(10), old), new, [crossing]).measure.value == Interval(9, 11, "bound")
    with pytest.raises(ValueError, match="producer declares a break"):
        bridge_survey(Measure(bound(10), old), new, [crossing], breaks=[(OLD, NEW)])


def test_a_confidence_interval_times_bounds_keeps_its_level_and_two_lose_some():
    here, there = Basis("a", "w", "p", "d", "E"), Basis("b", "w", "p", "d", "E")
    survey = Measure(Interval(9, 11, "confidence", 0.95), here)
    widened = bridge_survey(survey, there, [plank("f", "unit", "a", "b", 1, 2)]).measure.value
    assert widened == Interval(9, 22, "confidence", 0.95)
    measured = BridgeFactor("f", "unit", "a", "b", Interval(1, 2, "confidence", 0.95), "measured")
    assert bridge_survey(survey, there, [measured]).measure.value.level == pytest.approx(0.9)
    drawn = BridgeFactor("f", "unit", "a", "b", Interval(1, 2, "simulation", 0.95), "drawn")
    with pytest.raises(ValueError, match="simulate both together"):
        bridge_survey(survey, there, [drawn])
    weak = BridgeFactor("f", "unit", "a", "b", Interval(1, 2, "confidence", 0.05), "measured")
    with pytest.raises(ValueError, match="leave nothing"):
        bridge_survey(survey, there, [weak])


def test_the_ratio_of_recorded_to_survey_takes_opposite_ends():
    ratio = recorded_to_survey(Measure(bound(60), POLICE), Measure(bound(1000, 1200), SURVEY), PLANKS)
    implied = bridge_survey(Measure(bound(1000, 1200), SURVEY), POLICE, PLANKS).measure.value
    assert ratio == Interval(60 / implied.high, 60 / implied.low, "bound")
    assert ratio.high > 1  # the contradiction is seen, not cut off


def test_no_ratio_without_a_bridge_or_to_nothing():
    with pytest.raises(NotEstimableError, match="no factor for"):
        recorded_to_survey(Measure(bound(60), POLICE), Measure(bound(10), SURVEY))
    with pytest.raises(NotEstimableError, match="no upper end"):
        recorded_to_survey(Measure(bound(60), POLICE), Measure(bound(0, 10), POLICE))


def test_lifetime_prevalence_becomes_victims_a_year_in_a_simulated_population():
    # 500 children of each age; 10% of each cohort are abused, in 3 consecutive years of the 16. Counted one by one.
    cohort, ages, first_ages = 500, 16, [age for age in range(10) for _ in range(5)]  # 50 of 500 per cohort
    begun = sum(1 for birth in range(ages) for first in first_ages if birth + first == 15)
    during = sum(1 for birth in range(ages) for first in first_ages if birth + first <= 15 <= birth + first + 2)
    victims = annual_victims(
        bound(0.1), children_per_age=bound(cohort), ages=ages, years_abused=bound(3), change=bound(1)
    )
    assert (victims.first_time.low, victims.first_time.high) == pytest.approx((begun, begun))
    assert (victims.in_year.low, victims.in_year.high) == pytest.approx((during, during))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prevalence": bound(7.5)}, "7.5% is 0.075"),
        ({"years_abused": bound(0.5)}, "at least 1 year"),
        ({"years_abused": bound(1, 17)}, "at most in the 16"),
        ({"ages": 0}, "ages is 0"),
        ({"ages": 15.5}, "ages is 15.5"),
        ({"children_per_age": bound(0)}, "children_per_age"),
        ({"change": bound(-1, 1)}, "change"),
        ({"change": bound(1, 20)}, "more children than there are"),
    ],
)
def test_impossible_annual_victims_are_refused(options, message):
    usual = {"prevalence": bound(0.075), "children_per_age": bound(700_000), "ages": 16, "years_abused": bound(1, 4)}
    arguments = usual | {"change": bound(0.8, 1.2)} | options
    with pytest.raises(ValueError, match=message):
        annual_victims(arguments.pop("prevalence"), **arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Basis("", "a", "p", "d", "E"), "unit is ''"),
        (lambda: Basis("u", "a", 2019, "d", "E"), "period is 2019"),
        (lambda: Measure(bound(-1, 1), POLICE), "none is negative"),
        (lambda: plank("f", "colour", "a", "b", 1, 2), "must be one of unit"),
        (lambda: plank("f", "unit", "a", "b", 0, 2), "above 0"),
        (lambda: plank("f", "unit", "a", "b", 1, 2, reason=" "), "reason is empty"),
        (lambda: plank("f", "unit", "a", "a", 1, 2), "to itself"),
    ],
)
def test_impossible_parts_of_a_bridge_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_fieller_limits_are_the_roots_of_the_quadratic_worked_out_by_hand():
    # At two standard errors, a = 10, b = 4, errors 1 and 0.5: 15 r^2 - 80 r + 96 = 0, so r = (80 -+ sqrt(640)) / 30.
    level = 0.954499736103642  # two standard errors of a normal
    ends = ratio_interval(10, 4, numerator_error=1, denominator_error=0.5, level=level)
    assert (ends.low, ends.high) == pytest.approx(((80 - 640**0.5) / 30, (80 + 640**0.5) / 30), rel=1e-12)


@pytest.mark.parametrize("degrees_of_freedom", [None, 12])
@pytest.mark.parametrize("covariance", [0.0, 4.0, -8.0])
def test_fieller_and_the_bootstrap_agree(covariance, degrees_of_freedom):
    arguments = {
        "numerator_error": 3.0, "denominator_error": 5.0, "covariance": covariance,
        "degrees_of_freedom": degrees_of_freedom,
    }  # fmt: skip
    exact = ratio_interval(30.0, 100.0, **arguments)
    drawn = ratio_interval(30.0, 100.0, **arguments, method="bootstrap", draws=400_000, seed=0)
    assert (drawn.low, drawn.high) == pytest.approx((exact.low, exact.high), rel=0.005)
    assert exact.kind == drawn.kind == "confidence"
    assert exact.low < 0.3 < exact.high
    assert drawn == ratio_interval(30.0, 100.0, **arguments, method="bootstrap", draws=400_000, seed=0)


def test_fieller_covers_the_true_ratio_as_often_as_it_says():
    rng = np.random.default_rng(6)
    held = 0
    for above, below in zip(rng.normal(3, 1, 4000), rng.normal(10, 1.5, 4000), strict=True):
        ends = ratio_interval(above, below, numerator_error=1, denominator_error=1.5, level=0.9)
        held += ends.low <= 0.3 <= ends.high
    assert held / 4000 == pytest.approx(0.9, abs=0.015)


def test_estimates_without_error_have_a_ratio_without_width():
    for options in ({}, {"method": "bootstrap", "seed": 0, "draws": 10}):
        ends = ratio_interval(1, 4, numerator_error=0, denominator_error=0, **options)
        assert (ends.low, ends.high) == (0.25, 0.25)


def test_a_denominator_that_may_be_0_has_no_interval():
    for method in ("fieller", "bootstrap"):
        with pytest.raises(NotEstimableError, match="cannot be told from 0"):
            ratio_interval(5, 1, numerator_error=1, denominator_error=0.8, method=method, seed=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"numerator_error": -1}, "not negative"),
        ({"denominator_error": float("nan")}, "finite and not negative"),
        ({"covariance": 2.0}, "exceeds"),
        ({"covariance": float("inf")}, "must be finite"),
        ({"level": 95}, "strictly between"),
        ({"method": "delta"}, "must be 'fieller' or 'bootstrap'"),
        ({"degrees_of_freedom": 0}, "above 0"),
        ({"method": "bootstrap"}, "needs one"),
        ({"method": "bootstrap", "seed": -1}, "seed -1"),
        ({"method": "bootstrap", "seed": 1, "draws": 0}, "draws is 0"),
    ],
)
def test_impossible_ratios_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ratio_interval(5, 10, **({"numerator_error": 1, "denominator_error": 1} | options))


def test_a_break_is_not_crossed_by_two_factors_either():
    old, new = (Basis("adults ever abused", "childhood", "p", text, "E") for text in (OLD, NEW))
    hops = [plank("there", "definition", OLD, "between", 0.9, 1.1), plank("on", "definition", "between", NEW, 1, 1)]
    assert bridge_survey(Measure(bound(10), old), new, hops).measure.value == Interval(9, 11, "bound")
    for pair in ((OLD, NEW), (NEW, OLD)):
        with pytest.raises(ValueError, match=r"passes both .* break"):
            bridge_survey(Measure(bound(10), old), new, hops, breaks=[pair])
    far = Basis("adults ever abused", "childhood", "p", "target", "E")
    beyond = [*hops, plank("last", "definition", NEW, "target", 1, 1)]
    with pytest.raises(ValueError, match=r"passes both .* break"):
        bridge_survey(Measure(bound(10), old), far, beyond, breaks=[(OLD, NEW)])


@pytest.mark.parametrize("breaks", [(OLD, NEW), [[OLD, NEW]], [(OLD, NEW, "third")], [(OLD, 3)], OLD])
def test_a_break_that_is_no_pair_is_refused_because_it_would_stop_nothing(breaks):
    with pytest.raises(ValueError, match="must be a tuple of two descriptions"):
        bridge_survey(Measure(bound(10), SURVEY), POLICE, PLANKS, breaks=breaks)


def test_factors_of_one_name_are_refused_because_the_steps_could_not_be_told_apart():
    twins = [plank("each", one.dimension, one.start, one.end, 1, 2) for one in PLANKS]
    with pytest.raises(ValueError, match="each are given more than once"):
        bridge_survey(Measure(bound(10), SURVEY), POLICE, twins)


def test_whole_numbers_of_numpy_are_whole_numbers():
    one, many = bound(1), {"children_per_age": bound(1000), "years_abused": bound(1, 4)}
    assert annual_victims(bound(0.1), ages=np.int64(16), change=one, **many) == annual_victims(
        bound(0.1), ages=16, change=one, **many
    )
    errors = {"numerator_error": 0.5, "denominator_error": 1, "method": "bootstrap", "seed": 1}
    assert ratio_interval(5, 10, draws=np.int64(100), **errors) == ratio_interval(5, 10, draws=100, **errors)
