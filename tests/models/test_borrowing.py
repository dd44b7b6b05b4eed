"""Hazards of small units lean on the whole as far as chance explains their differences, and no further."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln

from cseanalysis.models.pipeline.projection import completeness
from cseanalysis.models.triangles.borrowing import pooled_hazards
from cseanalysis.models.triangles.cohorts import cohort_tables
from cseanalysis.models.triangles.exits import competing_exits
from cseanalysis.models.triangles.nowcasting import nowcast
from cseanalysis.models.triangles.shrinkage import shrink
from cseanalysis.models.triangles.triangle import Triangle
from cseanalysis.values import NotEstimableError

SHARES = np.array([0.3, 0.3, 0.25, 0.15])
SLOW = SHARES[::-1]


def hidden(cumulative):
    origins, lags = cumulative.shape
    seen = np.add.outer(np.arange(origins), np.arange(lags)) < origins
    return Triangle(pd.DataFrame(np.where(seen, cumulative, np.nan)), "quarter")


def reports(rng, sizes, shares=SHARES, origins=12):
    return {
        f"unit {place}": hidden(rng.poisson(np.outer(np.full(origins, size), shares)).cumsum(axis=1))
        for place, size in enumerate(sizes)
    }


def test_units_that_differ_by_chance_alone_take_the_hazards_of_the_whole():
    pooled = pooled_hazards(reports(np.random.default_rng(0), [20] * 20))
    assert pooled.weights.min() > 0.7
    errors = pooled.hazards.groupby("lag")[["lone", "hazard"]].std()
    assert (errors["hazard"] < 0.4 * errors["lone"]).all()
    np.testing.assert_allclose(pooled.hazards["whole"].iloc[:3], SHARES[1:] / SHARES.cumsum()[1:], rtol=0.1)


def test_units_that_truly_differ_keep_their_own_hazards():
    rng = np.random.default_rng(1)
    made = {**reports(rng, [2000] * 3), **{f"slow {k}": v for k, v in reports(rng, [2000] * 3, SLOW).items()}}
    pooled = pooled_hazards(made)
    assert pooled.weights.max() < 0.1
    np.testing.assert_allclose(pooled.hazards["hazard"], pooled.hazards["lone"], rtol=0.02)


def test_a_unit_with_delays_of_its_own_is_named_and_units_that_are_alike_are_not():
    rng, named, wrong = np.random.default_rng(13), 0, 0
    for _ in range(20):
        made = reports(rng, [5, 15, 40] * 4)
        wrong += len(pooled_hazards(made).warnings)
        slow = np.array([0.05, 0.1, 0.15, 0.7])
        pooled = pooled_hazards({**made, "slow": reports(rng, [10], slow)["unit 0"]})
        named += any("units slow differ from the whole" in doubt for doubt in pooled.warnings)
    assert named >= 18
    assert wrong <= 2
    assert pooled.warnings[0] in " ".join(str(pooled).split())


def test_a_small_unit_leans_further_than_a_large_one_and_every_hazard_lies_between():
    pooled = pooled_hazards(reports(np.random.default_rng(2), [5, 15, 40, 5, 15, 40]))
    assert (pooled.weights.between(0, 1)).all()
    by_size = pooled.weights.to_numpy().reshape(2, 3)
    assert (np.diff(by_size, axis=1) < 0).all()
    table = pooled.hazards
    ends = table[["lone", "whole"]]
    assert (table["hazard"] >= ends.min(axis=1) - 0.01).all()  # the whole varies with the strength that is averaged
    assert (table["hazard"] <= ends.max(axis=1) + 0.01).all()


def test_a_unit_without_any_cases_rests_on_the_whole_entirely():
    made = reports(np.random.default_rng(3), [40, 40, 40])
    made["empty"] = Triangle(made["unit 0"].counts * 0, "quarter")
    pooled = pooled_hazards(made)
    rows = pooled.hazards.loc["empty"]
    assert pooled.weights["empty"] == pytest.approx(1)
    assert rows["lone"].isna().all()
    np.testing.assert_allclose(rows["hazard"], rows["whole"])


def test_one_step_of_the_shrinkage_is_what_a_reader_works_out():
    # The posterior of the strength from first principles, by a sum over the same forty weights.
    counts = np.array([[[3.0, 7.0]], [[10.0, 10.0]], [[1.0, 29.0]]])
    prior = np.array([0.5, 0.5])
    evidence, shares = [], []
    for weight in (np.arange(40) + 0.5) / 40:
        strength = 20 * weight / (1 - weight)  # 20 is the median of 10, 20 and 30 cases
        says = np.array([(strength + 1) / (n + strength) for n in (10, 20, 30)])
        worth = says @ [10, 20, 30] + 1
        mean = (says @ [3, 10, 1] + 0.5) / worth
        a, b = strength * mean, strength * (1 - mean)
        one = [
            gammaln(a + x) + gammaln(b + n - x) - gammaln(a + b + n) + gammaln(a + b) - gammaln(a) - gammaln(b)
            for x, n in ((3, 10), (10, 20), (1, 30))
        ]
        evidence.append(sum(one) - np.log(worth) / 2)
        shares.append([(x + a) / (n + a + b) for x, n in ((3, 10), (10, 20), (1, 30))])
    chance = np.exp(evidence) / np.exp(evidence).sum()
    np.testing.assert_allclose(shrink(counts, prior).share[:, 0, 0], chance @ np.array(shares))


def test_a_nowcast_with_borrowed_hazards_is_narrower_and_starts_from_them():
    made = reports(np.random.default_rng(4), [5] * 30)
    pooled = pooled_hazards(made)
    widths = []
    for name, triangle in made.items():
        alone, borrowed = (
            nowcast(triangle, hazards=hazards, draws=500, seed=0) for hazards in (None, pooled.hazards.loc[name])
        )
        np.testing.assert_allclose(borrowed.completeness, pooled.completeness.loc[name, "completeness"])
        widths.append([(result.table["high"] - result.table["low"]).mean() for result in (alone, borrowed)])
    assert np.mean(widths, axis=0)[1] < 0.95 * np.mean(widths, axis=0)[0]


def test_the_draws_of_borrowed_hazards_repeat_and_more_draws_only_add():
    made = reports(np.random.default_rng(0), [15] * 4)
    rows = pooled_hazards(made).hazards.loc["unit 0"]
    few, many = (nowcast(made["unit 0"], hazards=rows, draws=draws, seed=0).outstanding.draws for draws in (20, 1500))
    np.testing.assert_array_equal(few, many[:20])


def test_a_lag_at_which_a_unit_has_no_counts_is_refused_alone_and_borrowed_otherwise():
    made = reports(np.random.default_rng(5), [20, 20, 20])
    made["new"] = Triangle(
        pd.DataFrame([[0, 0, 0, 0], [0, 0, 0, None], [3, 5, None, None], [2, None, None, None]]), "quarter"
    )
    with pytest.raises(NotEstimableError, match="no origin that reached lags 2, 3"):
        nowcast(made["new"], seed=0)
    rows = pooled_hazards(made).hazards.loc["new"]
    assert rows["weight"].iloc[1:].tolist() == pytest.approx([1, 1])
    table = nowcast(made["new"], hazards=rows, draws=500, seed=0).table
    assert table["estimate"].iloc[2] > 5


def test_a_window_of_recent_origins_reaches_the_pooled_hazards_and_exits():
    rng, made = np.random.default_rng(12), {}
    for unit in range(5):
        shares = np.where(np.arange(20)[:, None] < 10, SHARES, SLOW)
        made[unit] = hidden(rng.poisson(300 * shares).cumsum(axis=1))
    whole = pooled_hazards(made, last=5).hazards.loc[0, "whole"]
    np.testing.assert_allclose(whole, SLOW[1:] / SLOW.cumsum()[1:], atol=0.03)
    tables, cohorts = exits(rng, 3, 30)
    alone = competing_exits(cohorts[0], tables[0], last=2, draws=100, seed=0).hazards
    new = sum(table.cumulative[-2:, 0].sum() for table in tables[0].values())
    assert alone.loc[0].sum() == pytest.approx(new / cohorts[0].iloc[-2:].sum())
    with pytest.raises(ValueError, match="give it to pooled_hazards"):
        competing_exits(cohorts[0], tables[0], hazards=pd.DataFrame(), last=2, draws=100, seed=0)


def test_completeness_is_the_product_of_what_is_not_new_later_and_holds_the_truth():
    rng, held = np.random.default_rng(6), []
    for _ in range(60):
        pooled = pooled_hazards(reports(rng, [5, 15, 40] * 2))
        rest = 1 - pooled.hazards.loc["unit 0", "hazard"]
        assert pooled.completeness.loc[("unit 0", 0), "completeness"] == pytest.approx(rest.prod())
        first = pooled.completeness.xs(0, level="lag")
        held += ((first["low"] < 0.3) & (first["high"] > 0.3)).tolist()
        assert (pooled.completeness.xs(3, level="lag") == 1).all(axis=None)
    assert 0.90 < np.mean(held) <= 1


def test_the_completeness_of_cohorts_takes_the_delay_of_a_unit():
    pooled = pooled_hazards(reports(np.random.default_rng(7), [15] * 4))
    shares = pooled.completeness.loc["unit 1", "completeness"]
    np.testing.assert_allclose(completeness(np.diff(shares, prepend=0), 4), shares[::-1])


def exits(rng, units, size):
    """Cohorts of records through the tables of cohorts by age to the triangles of exits."""
    tables, cohorts = {}, {}
    for unit in range(units):
        rows = []
        for start in pd.period_range("2020Q1", "2022Q4", freq="Q"):
            age = rng.choice([0, 1, 2, 3, 9], size=size, p=[0.3, 0.2, 0.1, 0.1, 0.3])
            label = rng.choice(["charged", "closed"], size=size, p=[0.3, 0.7])
            rows += [(start, start + int(a), b, 1) for a, b in zip(age, label, strict=True)]
        cells = pd.DataFrame(rows, columns=["period_start", "closed", "outcome_group", "cases"])
        cells = cells.groupby(["period_start", "closed", "outcome_group"], as_index=False).sum()
        entered, outcomes = cohort_tables(cells, until=pd.Period("2022Q4"))
        tables[unit] = {
            str(label): Triangle(table.iloc[:, :4].cumsum(axis=1).set_axis(range(4), axis=1), "quarter")
            for label, table in outcomes.items()
        }
        cohorts[unit] = entered
    return tables, cohorts


def test_exits_borrow_as_reports_do_and_still_never_exceed_their_cohort():
    tables, cohorts = exits(np.random.default_rng(8), 10, 8)
    pooled = pooled_hazards(tables, cohorts)
    assert pooled.hazards.index.names == ["unit", "lag", "exit"]
    rows = pooled.hazards.loc[0]
    result = competing_exits(cohorts[0], tables[0], hazards=rows, draws=500, seed=0)
    np.testing.assert_allclose(result.hazards.to_numpy().ravel(), rows["hazard"])
    sums = result.ultimate["expected"].groupby(level="origin").sum()
    np.testing.assert_allclose(sums, cohorts[0])
    assert result.ultimate["high"].max() <= 8
    truth = np.array([0.3, 0.2 / 0.7, 0.1 / 0.5, 0.1 / 0.4])
    both = pooled.hazards["hazard"].groupby(level=["unit", "lag"]).sum().unstack("unit")
    np.testing.assert_allclose(both.mean(axis=1), truth, atol=0.04)
    gone = pooled.completeness.loc[0]
    np.testing.assert_allclose(gone["completeness"], result.incidence.sum(axis=1))
    assert ((gone["low"] < gone["completeness"]) & (gone["completeness"] < gone["high"])).all()


def test_the_result_says_its_range_first_and_how_far_each_unit_leans():
    pooled = pooled_hazards(reports(np.random.default_rng(9), [5, 15, 40]))
    lines = str(pooled).splitlines()
    assert re.fullmatch(
        r"share complete by lag 0: [\d.]+ to [\d.]+, lowest to highest of 3 units, not an interval \(no level\)",
        lines[0],
    )
    assert [line[2:8] for line in lines[2:5]] == ["unit 0", "unit 1", "unit 2"]
    assert {"low", "high", "weight"} <= set(lines[1].split())
    frame = pooled.to_frame()
    assert {"hazard", "weight", "completeness", "low", "high"} <= set(frame.columns)
    assert len(frame) == len(pooled.completeness)
    first = frame[frame["lag"] == 0]
    assert first["hazard"].isna().all()  # nothing is new over what was visible before
    assert first["completeness"].tolist() == pooled.completeness.xs(0, level="lag")["completeness"].tolist()
    assert first["mean_weight"].tolist() == pooled.weights.tolist()
    assert frame[frame["lag"] > 0]["hazard"].tolist() == pooled.hazards["hazard"].tolist()
    assert "unit 2" in pooled._repr_html_()


MADE = reports(np.random.default_rng(10), [15, 15, 15])


@pytest.mark.parametrize(
    ("units", "message"),
    [
        (MADE["unit 0"], "give at least 3 units by name"),
        ({"a": MADE["unit 0"], "b": MADE["unit 1"]}, "2 of them: give at least 3"),
        ({**MADE, "short": Triangle(MADE["unit 0"].counts.iloc[:, :3], "quarter")}, "units short have other lags"),
        ({**MADE, "years": Triangle(MADE["unit 0"].counts, "year")}, "units years have other lags"),
        ({**MADE, "frame": MADE["unit 0"].counts}, "unit 'frame' is a DataFrame: make a Triangle"),
        ({**MADE, "exits": {"charged": MADE["unit 0"]}}, "unit 'exits' is a mapping of exits: give cohorts"),
    ],
)
def test_units_that_cannot_be_pooled_are_refused(units, message):
    with pytest.raises(ValueError, match=message):
        pooled_hazards(units)


def test_lags_without_cases_in_any_unit_are_refused():
    empty = Triangle(pd.DataFrame([[0, 0, 0], [0, 0, None], [0, None, None]]), "year")
    with pytest.raises(NotEstimableError, match="no unit has any cases at lags 1, 2"):
        pooled_hazards({"a": empty, "b": empty, "c": empty})


@pytest.mark.parametrize(
    "hazards",
    [
        0.5,
        pd.DataFrame({"hazard": [0.5]}),
        pooled_hazards(MADE).hazards,
        pooled_hazards(MADE).hazards.loc["unit 0"].iloc[:2],
    ],
)
def test_hazards_of_another_shape_are_refused_with_the_way_to_make_them(hazards):
    with pytest.raises(ValueError, match=r"pooled\.hazards\.loc"):
        nowcast(MADE["unit 0"], hazards=hazards, seed=0)


def test_cohorts_of_other_units_are_refused():
    tables, cohorts = exits(np.random.default_rng(11), 3, 8)
    with pytest.raises(ValueError, match="one Series of cases entered for each unit"):
        pooled_hazards(tables, {0: cohorts[0]})
