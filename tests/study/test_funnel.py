"""Forces' changes: limits that hold what they say, and no order of forces."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cseanalysis.study.comparisons.charts import force_funnel
from cseanalysis.study.comparisons.funnel import (
    LEVELS,
    LIMITS,
    force_changes,
    forces_outside,
    funnel_results,
    limits_at,
    scatter_limit,
    why_no_order,
)
from cseanalysis.study.comparisons.tables import outside
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.reported import load_results
from cseanalysis.study.data.tables import read_table
from cseanalysis.study.tables import in_words
from cseanalysis.values import Estimate, Interval, NotEstimableError

ROOT = Path(__file__).resolve().parents[2]
RECORDED = read_table("recorded_offences", ROOT)
REVISION = read_table("revision_2017_18", ROOT)


def table(before: list[int], after: list[int]) -> pd.DataFrame:
    """Return a recorded table of two full years, all of a year's offences in its first quarter."""
    rows = []
    for number, counts in enumerate(zip(before, after, strict=True)):
        for year, count in zip(("2021/22", "2022/23"), counts, strict=True):
            rows += [(year, quarter, f"Force {number:02d}", count if quarter == 1 else 0) for quarter in (1, 2, 3, 4)]
    frame = pd.DataFrame(rows, columns=["financial_year", "quarter", "force", "offences"])
    return frame.assign(force_type="territorial", offence_scope="child_only")


def test_ratio_expectation_and_precision_by_hand() -> None:
    funnel = force_changes(table([100, 300], [200, 400]))
    assert funnel.target == 1.5
    assert funnel.changes["expected"].tolist() == [150, 450]
    assert funnel.changes["ratio"].tolist() == [2, 4 / 3]
    assert funnel.changes["precision"].tolist() == pytest.approx([1 / (1 / 100 + 1 / 200), 1 / (1 / 300 + 1 / 400)])
    # log(2 / 1.5) = 0.288 against 1.96 standard errors of 0.1225 = 0.240, and 3.09 of them = 0.379
    assert funnel.changes["outside_independent_95"].tolist() == [True, False]
    assert funnel.changes["outside_independent_998"].tolist() == [False, False]


def test_planted_chance_lies_outside_as_often_as_the_limits_say_and_leaves_no_scatter_between_forces() -> None:
    random = np.random.default_rng(1)
    rates = random.uniform(300, 3000, 400)
    funnel = force_changes(table(random.poisson(rates).tolist(), random.poisson(rates * 0.9).tolist()))
    assert funnel.outside("independent", 0.95) / 400 == pytest.approx(0.05, abs=0.035)
    assert funnel.outside("independent", 0.998) <= 4
    assert funnel.dispersion < 1.2
    assert funnel.between < 0.0005


def test_a_planted_scatter_between_forces_is_found_and_taken_into_the_limits() -> None:
    random = np.random.default_rng(2)
    rates = random.uniform(500, 3000, 400)
    own = np.exp(random.normal(0, 0.1, 400))
    funnel = force_changes(table(random.poisson(rates).tolist(), random.poisson(rates * own).tolist()))
    # Winsorising takes a little off: the tenth on each side is cut.
    assert 0.06 < math.sqrt(funnel.between) < 0.11
    assert funnel.outside("independent", 0.95) > 100
    assert funnel.outside("between", 0.95) < 60


def test_limits_widen_with_what_they_allow_for_and_narrow_with_size() -> None:
    funnel = force_changes(RECORDED)
    sizes = np.array([50.0, 500.0, 2000.0])
    for level in LEVELS:
        highs = [limits_at(funnel, sizes, limits, level)[1] for limits in LIMITS]
        assert all((high > highs[0]).all() for high in highs[1:])
        assert all((np.diff(high) < 0).all() for high in highs)
    low, high = limits_at(funnel, sizes, "between", 0.95)
    assert low * high == pytest.approx(funnel.target**2)


def test_all_territorial_forces_stand_in_alphabetical_order_and_the_counts_are_theirs() -> None:
    funnel = force_changes(RECORDED)
    names = funnel.changes["force"].tolist()
    assert len(names) == 43
    assert names == sorted(names)
    assert (funnel.earlier, funnel.later) == ("2021/22", "2022/23")
    assert funnel.changes["after"].sum() == 64_751
    assert funnel.changes["before"].sum() == 67_581


def test_more_forces_are_outside_the_narrower_limits() -> None:
    funnel = force_changes(RECORDED)
    for level in LEVELS:
        assert funnel.outside("independent", level) >= max(funnel.outside(limits, level) for limits in LIMITS)
    for limits in LIMITS:
        assert funnel.outside(limits, 0.95) >= funnel.outside(limits, 0.998)


def test_an_order_of_forces_is_refused_with_its_reason() -> None:
    reason = why_no_order(REVISION)
    assert reason.startswith("Which forces changed most cannot be answered")
    assert "−19.7% to 33.5%" in reason
    assert "recording practice" in reason
    assert "no population of children" in reason


def test_a_force_without_offences_or_a_missing_year_is_refused() -> None:
    with pytest.raises(NotEstimableError, match="Force 01"):
        force_changes(table([100, 0], [200, 400]))
    half = table([100, 300], [200, 400])
    with pytest.raises(NotEstimableError, match="two in a row"):
        force_changes(half[(half["financial_year"] == "2021/22") | (half["quarter"] < 4)])


def test_the_chart_names_no_force_and_says_in_words_what_it_shows() -> None:
    funnel = force_changes(RECORDED)
    figure, alt, _ = force_funnel(funnel)
    drawn = " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))
    assert not [name for name in funnel.changes["force"] if name in drawn or name in alt]
    # A pair is two lines; the others are the common ratio and the forces.
    assert len([line for line in figure.axes[0].lines if len(line.get_xdata()) == 200]) == 4
    assert "Two pairs of 99.8% limits" in alt
    assert "42 police forces, none named (1 more" in alt
    assert f"{funnel.outside('between', 0.998)} outside" in alt


def test_results_and_table_count_the_same_forces() -> None:
    funnel, results = force_changes(RECORDED), {item.id: item.point for item in funnel_results(RECORDED)}
    assert results["forces_outside_independent_95"] == funnel.outside("independent", 0.95)
    assert len(results) == 3 + len(LIMITS) * len(LEVELS)
    # Worked by hand from the two years of 43 forces: squared distances over their variances, on 42 degrees.
    assert results["force_scatter"] == pytest.approx(3.74, abs=0.12)
    printed = in_words(forces_outside(funnel), outside(len(funnel.changes)))
    assert printed.columns.tolist() == ["Limits allow for", "Forces outside, of 43: 95% limits", "99.8% limits"]
    assert printed.to_numpy().tolist() == [
        *([words, *(str(funnel.outside(limits, level)) for level in LEVELS)] for limits, words in LIMITS.items()),
        ["expected, were there nothing but what the limits allow for", "2.15", "0.086"],
    ]


def scatter(low: float, point: float, high: float) -> Estimate:
    return Estimate("force_scatter", "times", point, Interval(low, high, "confidence", 0.95))


def test_the_limit_on_clusters_is_the_upper_end_of_the_scatter_and_not_its_middle() -> None:
    # 2.6 to 6.19: the middle is 3.8, but the data allow up to 6.2, rounded outward.
    said = scatter_limit(scatter(2.6, 3.8, 6.19), Interval(1, 10, "bound"))
    assert "limits it to at most 6.2 (@fig:funnel)" in said
    assert "the range is kept wider" in said


def test_a_scatter_that_reaches_the_range_is_said_to_narrow_nothing() -> None:
    said = scatter_limit(scatter(2.6, 3.8, 12.01), Interval(1, 10, "bound"))
    assert "at most 12.1 (@fig:funnel), which is no less than the range allows, so it narrows nothing" in said
    assert "wider" not in said


def test_no_limit_is_taken_from_a_scatter_without_interval() -> None:
    with pytest.raises(ValueError, match="force_scatter has no interval"):
        scatter_limit(Estimate("force_scatter", "times", 3.8), Interval(1, 10, "bound"))


def test_the_reason_of_the_assumption_types_no_number_that_the_scatter_gives() -> None:
    assumption, found = load_assumptions(ROOT)["clustering_inflation"], load_results(ROOT)["force_scatter"]
    assert found.interval is not None
    assert found.interval.high < assumption.high  # as its reason says: the range is wider
    assert "about four" not in assumption.reason
    assert "force_scatter" not in assumption.reason
    assert "the scatter between forces limits it further" in assumption.reason
