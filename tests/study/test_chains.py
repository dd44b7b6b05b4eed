from pathlib import Path

import pytest

from cseanalysis.models import joint_reporting_probability
from cseanalysis.study import load_assumptions
from cseanalysis.study.totals.chains import ALONE, CHAINS, RECORDED, dependence_results, dependence_table
from cseanalysis.study.totals.numbers import evidence
from cseanalysis.values import Assumption

ROOT = Path(__file__).resolve().parents[2]
KNOWN, READ_FROM = load_assumptions(ROOT), evidence(ROOT)


@pytest.fixture(scope="module")
def table():
    return dependence_table(KNOWN, draws=50_000)


def test_dependence_between_links_widens_the_range_that_independence_makes_narrow(table):
    for chain in CHAINS:
        rows = table[table["chain"] == chain.id].set_index("dependence")
        widths = rows["high"] - rows["low"]
        assert widths["independent"] < widths["as stated"] < widths["fully dependent"]
        assert rows["width_ratio"].tolist()[0] == 1.0


def test_every_range_lies_within_the_bounds_of_its_links(table):
    for chain in CHAINS:
        joint = joint_reporting_probability(KNOWN[name] for name in chain.links)
        rows = table[table["chain"] == chain.id]
        assert (rows["low"] >= RECORDED / joint.high - 1).all()
        assert (rows["high"] <= RECORDED / joint.low + 1).all()


def test_whether_a_mean_exists_is_decided_and_the_mean_that_does_not_is_refused(table):
    exists = table.set_index("chain")["mean_exists"]
    assert exists[[chain.id for chain in CHAINS]].all()
    assert not exists[ALONE.id]
    assert "does not exist" in table.set_index("chain")["why"][ALONE.id]


def test_the_single_link_is_the_exact_quantile_of_a_beta_by_hand(table):
    # p ~ beta(1, 9) has P(p > x) = (1 - x)^9, so the quantile at q is 1 - (1 - q)^(1/9).
    row = table[table["chain"] == ALONE.id].iloc[0]
    assert row["low"] == pytest.approx(RECORDED / (1 - 0.025 ** (1 / 9)), abs=1)
    assert row["high"] == pytest.approx(RECORDED / (1 - 0.975 ** (1 / 9)), abs=1)


def test_the_same_draws_give_the_same_table():
    first, second = (dependence_table(KNOWN, draws=20_000) for _ in range(2))
    assert first.equals(second)


def test_results_are_simulation_intervals_without_a_point_and_name_the_correlation_only_where_it_is_used(table):
    estimates = {estimate.id: estimate for estimate in dependence_results(table, READ_FROM)}
    assert len(estimates) == len(table)
    assert all(e.point is None and e.interval.kind == "simulation" for e in estimates.values())
    assert [name for name, e in estimates.items() if "link_correlation" in e.basis] == [
        "three_links_stated",
        "two_links_stated",
    ]


def test_what_rests_on_known_offences_counts_offences_and_not_victims(table):
    units = {estimate.id: estimate.unit for estimate in dependence_results(table, READ_FROM)}
    assert units.pop(ALONE.id) == "offences, if known offences were 1,000"
    assert set(units.values()) == {"victims for every 1,000 recorded"}


def test_told_anyone_and_told_the_police_cannot_both_be_links_because_one_contains_the_other():
    with pytest.raises(ValueError, match="'not disclosed' is contained in both told_someone_then and told_police_then"):
        joint_reporting_probability([KNOWN["told_someone_then"], KNOWN["told_police_then"]])


def test_the_links_multiply_to_what_the_survey_measured_in_one():
    # 24% told anyone, and 29% of these the police: the 7% who told the police.
    told, police, whole = (
        float(KNOWN[name].distribution.split(",")[1])
        for name in ("told_someone_then", "told_police_if_told_someone", "told_police_then")
    )
    assert told * police == pytest.approx(whole, abs=0.001)


def test_a_link_without_a_distribution_is_not_drawn_from():
    bare = Assumption("told_police_then", 0.05, 0.09, "probability", "r", "s", "l", ("disclosed", "reported"))
    with pytest.raises(ValueError, match="told_police_then has no distribution: its range is a bound"):
        dependence_table(dict(KNOWN) | {"told_police_then": bare}, draws=1000)
