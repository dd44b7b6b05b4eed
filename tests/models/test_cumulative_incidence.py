import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.models.incidence import cohort_incidence, cumulative_incidence
from cseanalysis.values import NotEstimableError

CASES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(1, 4)), min_size=2, max_size=30).filter(
    lambda rows: any(event for _, event, _ in rows)
)


def shares(frame, event):
    return frame.loc[frame["event"] == event].set_index("time")["incidence"]


def test_six_cases_worked_out_by_hand():
    # Of 6, one charged at 1 and one still open; of the 4 left, one charged and one not at 2: 1/6 + (5/6)(1/4).
    frame = cumulative_incidence([1, 1, 2, 2, 3, 3], [1, 0, 1, 2, 0, 0])
    assert shares(frame, 1).tolist() == pytest.approx([1 / 6, 1 / 6 + 5 / 24])
    assert shares(frame, 2).tolist() == pytest.approx([0, 5 / 24])
    assert shares(frame, 0).tolist() == pytest.approx([5 / 6, 5 / 12])
    assert frame["at_risk"].tolist() == [6, 6, 6, 4, 4, 4]


def test_without_open_cases_the_answer_is_the_plain_share_with_its_binomial_error():
    times, events = np.repeat([1, 2, 3, 4], 25), np.tile([1, 2, 2, 1, 3], 20)
    frame = cumulative_incidence(times, events, at=[2, 4])
    for event in (1, 2, 3):
        for when in (2, 4):
            share = np.mean((times <= when) & (events == event))
            row = frame[(frame["event"] == event) & (frame["time"] == when)]
            assert row["incidence"].item() == pytest.approx(share)
            assert row["standard_error"].item() == pytest.approx(np.sqrt(share * (1 - share) / 100))


@given(CASES)
def test_a_row_that_stands_for_several_cases_is_the_same_as_the_cases(rows):
    times, events, weights = (np.array(column) for column in zip(*rows, strict=True))
    short = cumulative_incidence(times, events, weights=weights)
    long = cumulative_incidence(np.repeat(times, weights), np.repeat(events, weights))
    pd.testing.assert_frame_equal(short, long, rtol=1e-9, atol=1e-12)


@given(CASES)
def test_shares_sum_to_one_and_never_fall(rows):
    times, events, _ = zip(*rows, strict=True)
    frame = cumulative_incidence(times, events)
    assert frame.groupby("time")["incidence"].sum().to_numpy() == pytest.approx(1)
    for event in set(events) - {0}:
        assert (np.diff(shares(frame, event)) >= 0).all()
    known = frame.dropna()
    assert ((known["low"] <= known["incidence"] + 1e-9) & (known["incidence"] <= known["high"] + 1e-9)).all()


@given(CASES)
def test_the_jackknife_of_equal_sampling_weights_is_the_multinomial_error(rows):
    # Two derivations of one number, in code that shares nothing; they agree when all cases are watched from the start.
    times, events, _ = zip(*rows, strict=True)
    plain = cumulative_incidence(times, events)
    weighted = cumulative_incidence(times, events, weights=np.full(len(times), 0.5))
    np.testing.assert_allclose(weighted["incidence"], plain["incidence"], atol=1e-12)
    np.testing.assert_allclose(weighted["standard_error"], plain["standard_error"], atol=1e-7)


def test_the_jackknife_is_the_change_when_one_weight_is_moved():
    rng = np.random.default_rng(3)
    times, events = rng.integers(1, 8, 40), rng.integers(0, 3, 40)
    entry, weights = np.floor(times * rng.random(40) * 0.6), rng.random(40) + 0.5
    options = {"entry": entry, "at": [3, 7]}
    frame = cumulative_incidence(times, events, weights=weights, **options)
    variance = 0.0
    for case in range(40):
        moved = [np.where(np.arange(40) == case, weights + step, weights) for step in (1e-5, -1e-5)]
        up, down = (cumulative_incidence(times, events, weights=each, **options)["incidence"] for each in moved)
        variance = variance + (weights[case] * (up - down) / 2e-5) ** 2
    np.testing.assert_allclose(frame["standard_error"], np.sqrt(variance), rtol=1e-5, atol=1e-9)


def test_cases_watched_late_are_at_risk_only_from_then_on():
    # Watched after 1: not at risk at 1, so one of two falls there, then one of two again at 2.
    frame = cumulative_incidence([1, 2, 2], [1, 1, 0], entry=[0, 0, 1])
    assert shares(frame, 1).tolist() == pytest.approx([0.5, 0.75])
    assert frame.loc[frame["event"] == 0, "at_risk"].tolist() == [2, 2]


def test_times_that_differ_by_rounding_alone_are_tied():
    whole = cumulative_incidence([3, 3, 3, 6], [1, 2, 0, 1], at=[3, 6])
    tenths = cumulative_incidence([3 * 0.1, 0.3, 0.1 + 0.2, 0.6], [1, 2, 0, 1], at=[0.3, 0.6])
    pd.testing.assert_frame_equal(whole.drop(columns="time"), tenths.drop(columns="time"))


def test_late_entry_recovers_a_planted_share_that_ignoring_it_misses():
    rng = np.random.Generator(np.random.Philox(key=2))
    delay, cause = np.ceil(rng.exponential(10, 40_000)), np.where(rng.random(40_000) < 0.3, 1, 2)
    entry = rng.integers(0, 20, 40_000)
    seen = entry < delay
    truth = 0.3 * (1 - np.exp(-0.5))
    right = cumulative_incidence(delay[seen], cause[seen], entry=entry[seen], at=[5])
    wrong = cumulative_incidence(delay[seen], cause[seen], at=[5])
    assert shares(right, 1).item() == pytest.approx(truth, abs=0.01)
    assert shares(wrong, 1).item() < truth - 0.03


def test_a_table_of_cohorts_gives_what_its_single_cases_give():
    entered = pd.Series([10, 20, 15], index=["2021", "2022", "2023"])
    nan = np.nan
    charged = pd.DataFrame([[1, 2, 1], [3, 2, nan], [2, nan, nan]], index=entered.index, columns=[0, 1, 2])
    dropped = pd.DataFrame([[4, 0, 1], [5, 1, nan], [3, nan, nan]], index=entered.index, columns=[0, 1, 2])
    frame = cohort_incidence(entered, {"charged": charged, "dropped": dropped})
    rows = [
        (age, event, int(count))
        for event, table in ((1, charged), (2, dropped))
        for values in table.to_numpy()
        for age, count in enumerate(values)
        if count > 0
    ]
    rows += [(2, 0, 1), (1, 0, 9), (0, 0, 10)]
    times, events, weights = zip(*rows, strict=True)
    plain = cumulative_incidence(np.repeat(times, weights), np.repeat(events, weights))
    pd.testing.assert_frame_equal(frame.drop(columns="event"), plain.drop(columns="event"))
    assert frame["event"].tolist()[:3] == [0, "charged", "dropped"]


def test_a_cohort_first_watched_later_enters_with_those_then_open():
    entered = pd.Series([10, 8], index=["new", "old"])
    table = pd.DataFrame([[5.0, np.nan], [np.nan, 2.0]], index=entered.index, columns=[0, 1])
    frame = cohort_incidence(entered, {"charged": table})
    assert shares(frame, "charged").tolist() == pytest.approx([0.5, 0.5 + 0.5 * 2 / 8])


def test_nothing_seen_yet_is_not_reported_as_certainly_nothing():
    frame = cumulative_incidence([1] * 30 + [2] * 30, [1] * 30 + [2] * 30, at=[1])
    row = frame[frame["event"] == 2]
    assert row["low"].item() == 0
    assert row["high"].item() == pytest.approx(1 - 0.025 ** (1 / 60))


@pytest.mark.parametrize(
    ("times", "events", "options", "words"),
    [
        ([], [], {}, "no cases"),
        ([1, 2], [1], {}, "one for each of 2 cases"),
        ([1, np.nan], [1, 1], {}, "missing or infinite"),
        ([1, -2], [1, 1], {}, "must not be negative"),
        ([1, 2], [1, None], {}, "a case still open is 0"),
        ([1, 2], [1, -1], {}, "0 is a case still open"),
        ([1, 2], [1, 1.5], {}, "0 is a case still open"),
        ([1, "a"], [1, 1], {}, "plain numbers"),
        (["1", "2"], [1, 1], {}, "plain numbers"),
        (pd.to_datetime(["2023-01-01", "2024-01-01"]), [1, 1], {}, "plain numbers"),
        ([1, 2], [1, 1], {"at": [np.nan]}, "missing or infinite"),
        ([[1], [2]], [1, 1], {}, "one number for each case"),
        ([1, 2], [1, 1], {"entry": [0, 2]}, "entry must be before"),
        ([1, 2], [1, 1], {"entry": [0]}, "each of 2 cases"),
        ([1, 2], [1, 1], {"weights": [1, -1]}, "must not be negative"),
        ([1, 2], [1, 1], {"at": [-1]}, "must not be negative"),
        ([1, 2], [1, 1], {"level": 95}, "level 95"),
    ],
)
def test_bad_cases_are_refused(times, events, options, words):
    with pytest.raises(ValueError, match=words):
        cumulative_incidence(times, events, **options)


def test_what_cannot_be_known_is_not_estimated():
    with pytest.raises(NotEstimableError, match="nothing happened"):
        cumulative_incidence([1, 2], [0, 0])
    with pytest.raises(NotEstimableError, match="watched until 2"):
        cumulative_incidence([1, 2], [1, 0], at=[3])
    with pytest.raises(NotEstimableError, match="nobody is left at risk after time 1"):
        cumulative_incidence([1, 5], [1, 1], entry=[0, 3])
    assert shares(cumulative_incidence([1, 2], [1, 1], at=[9]), 1).item() == 1  # all over: known for ever


@pytest.mark.parametrize(
    ("cells", "columns", "words"),
    [
        ([[1, np.nan, 2]], [0, 1, 2], "no hole"),
        ([[np.nan, np.nan, np.nan]], [0, 1, 2], "not nowhere"),
        ([[1, -1, 2]], [0, 1, 2], "none negative"),
        ([[1, 1.5, 2]], [0, 1, 2], "whole counts"),
        ([[8, 8, 8]], [0, 1, 2], "more outcomes than cases"),
        ([[1, 1, 1]], [0, 2, 1], "must ascend"),
    ],
)
def test_bad_tables_are_refused(cells, columns, words):
    table = pd.DataFrame(cells, columns=columns, index=["a"], dtype=float)
    with pytest.raises(ValueError, match=words):
        cohort_incidence(pd.Series([10], index=["a"]), {"charged": table})


def test_tables_that_do_not_belong_together_are_refused():
    entered = pd.Series([10], index=["a"])
    table = pd.DataFrame([[1, 2]], index=["a"])
    with pytest.raises(ValueError, match="cohorts or ages differ"):
        cohort_incidence(entered, {"charged": table, "dropped": table.rename(index={"a": "b"})})
    with pytest.raises(ValueError, match="other cells are missing"):
        cohort_incidence(entered, {"charged": table, "dropped": table.where(table > 1)})
    with pytest.raises(ValueError, match="no outcomes given"):
        cohort_incidence(entered, {})
    with pytest.raises(ValueError, match="called 0"):
        cohort_incidence(entered, {0: table})
