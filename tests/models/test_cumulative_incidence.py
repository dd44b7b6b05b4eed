import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.models.delays.incidence import cohort_incidence, cumulative_incidence
from cseanalysis.values import NotEstimableError

ALL = [1, 2, 3]
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


@settings(deadline=None)
@given(CASES)
def test_a_row_that_stands_for_several_cases_is_the_same_as_the_cases(rows):
    times, events, weights = (np.array(column) for column in zip(*rows, strict=True))
    short = cumulative_incidence(times, events, weights=weights, outcomes=ALL)
    long = cumulative_incidence(np.repeat(times, weights), np.repeat(events, weights), outcomes=ALL)
    pd.testing.assert_frame_equal(short, long, rtol=1e-9, atol=1e-12)


@settings(deadline=None)
@given(CASES)
def test_shares_sum_to_one_and_never_fall(rows):
    times, events, _ = zip(*rows, strict=True)
    frame = cumulative_incidence(times, events, outcomes=ALL)
    assert frame.groupby("time")["incidence"].sum().to_numpy() == pytest.approx(1)
    for event in set(events) - {0}:
        assert (np.diff(shares(frame, event)) >= 0).all()
    known = frame.dropna()
    assert ((known["low"] <= known["incidence"] + 1e-9) & (known["incidence"] <= known["high"] + 1e-9)).all()


@settings(deadline=None)
@given(CASES)
def test_the_jackknife_of_equal_sampling_weights_is_the_multinomial_error(rows):
    # Two derivations of one number, in code that shares nothing; they agree when all cases are watched from the start.
    times, events, _ = zip(*rows, strict=True)
    plain = cumulative_incidence(times, events, outcomes=ALL)
    weighted = cumulative_incidence(times, events, weights=np.full(len(times), 0.5), outcomes=ALL)
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


def test_a_few_very_long_times_do_not_tie_the_short_ones():
    # Judged beside the longest time, a billionth of it would tie 1, 2 and 3 to each other.
    short = cumulative_incidence([1, 2, 3, 4], [1, 1, 1, 0], at=[1, 2, 3])
    long = cumulative_incidence([1, 2, 3, 1e11], [1, 1, 1, 0], at=[1, 2, 3])
    pd.testing.assert_frame_equal(short, long)
    asked = cumulative_incidence([1, 2, 3], [1, 1, 1], at=[1, 1e12])  # nor do times that are only asked for
    assert shares(asked, 1).tolist() == pytest.approx([1 / 3, 1])
    small = cumulative_incidence([1e-10, 2e-10], [1, 1])  # nor does a small unit
    assert shares(small, 1).tolist() == [0.5, 1]


def test_a_difference_of_dates_is_tied_although_it_carries_the_rounding_of_the_dates():
    days = np.array([40_000.3, 100.3, 0.3]) - np.array([40_000.0, 100.0, 0.0])
    assert len(np.unique(days)) == 3
    assert cumulative_incidence(days, [1, 1, 0])["time"].nunique() == 1


def test_times_after_which_nobody_was_watched_for_a_while_are_refused():
    # All open at 2 are lost to sight; whoever is watched from 4 on says nothing about 2 to 4.
    times, entry = [2, 2, 6, 6], [0, 0, 4, 4]
    with pytest.raises(NotEstimableError, match="nobody was watched between 2 and 4"):
        cumulative_incidence(times, [1, 0, 1, 0], entry=entry)
    assert shares(cumulative_incidence(times, [1, 0, 1, 0], entry=entry, at=[2]), 1).item() == 0.5
    meeting = cumulative_incidence(times, [1, 0, 1, 0], entry=[0, 0, 2, 2])  # watched after 2: no gap
    assert shares(meeting, 1).tolist() == [0.5, 0.75]


def test_shares_among_cases_open_at_a_later_age_do_not_pass_for_shares_of_all():
    with pytest.raises(NotEstimableError, match="between 0 and 3"):
        cumulative_incidence([5, 6], [1, 1], entry=[3, 4])
    table = pd.DataFrame([[np.nan, 2.0, 1.0]], index=["a"])
    with pytest.raises(NotEstimableError, match="no cohort was watched before age 1"):
        cohort_incidence(pd.Series([10], index=["a"]), {"charged": table})


def test_late_entry_recovers_a_planted_share_that_ignoring_it_misses():
    rng = np.random.Generator(np.random.Philox(key=2))
    delay, cause = np.ceil(rng.exponential(10, 40_000)), np.where(rng.random(40_000) < 0.3, 1, 2)
    entry = rng.integers(0, 20, 40_000)
    seen = entry < delay
    truth = 0.3 * (1 - np.exp(-0.5))
    right = cumulative_incidence(delay[seen], cause[seen], outcomes=[1, 2], entry=entry[seen], at=[5])
    wrong = cumulative_incidence(delay[seen], cause[seen], outcomes=[1, 2], at=[5])
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
    frame = cumulative_incidence([1] * 30 + [2] * 30, [1] * 30 + [2] * 30, outcomes=[1, 2], at=[1])
    row = frame[frame["event"] == 2]
    assert row["low"].item() == 0
    assert row["high"].item() == pytest.approx(1 - 0.025 ** (1 / 60))


def test_when_all_is_over_the_share_still_open_has_the_interval_of_all_cases_not_of_the_last():
    # None of 100 is open: Clopper and Pearson's upper end is 3.6%, however few were left for the last step.
    frame = cumulative_incidence([1] * 97 + [5] * 3, [1] * 100, at=[5, 9])
    still, charged = (frame[frame["event"] == event] for event in (0, 1))
    assert still["high"].tolist() == pytest.approx([1 - 0.025**0.01] * 2)
    assert charged["low"].tolist() == pytest.approx([0.025**0.01] * 2)
    assert not frame.isna().any(axis=None)


def test_what_has_not_happened_yet_is_bounded_by_the_cases_that_could_have_had_it():
    # Half are censored at 1, so those at risk at 2 stand for the others too: 20 of 20, not 40.
    frame = cumulative_incidence([1] * 20 + [2] * 10 + [3] * 10, [0] * 20 + [1] * 10 + [2] * 10, at=[2])
    assert frame.loc[frame["event"] == 2, "high"].item() == pytest.approx(1 - 0.025 ** (1 / 20))


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
        (pd.Series(["1", "2"], dtype=object), [1, 1], {}, "plain numbers"),
        (np.ma.masked_array([1, 2], [False, True]), [1, 1], {}, "missing or infinite"),
        ([1, 2], ["0", "1"], {}, "'0' as text"),
        ([0, 2], [1, 1], {"entry": [0, 0]}, "an entry below 0"),
        ([1, 2], [1, 1], {"level": "0.95"}, "must be a number"),
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
        ([[1, np.inf, 1]], [0, 1, 2], "whole counts"),
        ([[1, 1, 1]], ["0", "1", "2"], "plain numbers"),
        ([[1, 1, 1]], [0, 2, 1], "must ascend"),
    ],
)
def test_bad_tables_are_refused(cells, columns, words):
    table = pd.DataFrame(cells, columns=columns, index=["a"], dtype=float)
    with pytest.raises(ValueError, match=words):
        cohort_incidence(pd.Series([10], index=["a"]), {"charged": table})


def test_fractions_of_cases_do_not_turn_counts_into_sampling_weights():
    table = pd.DataFrame([[1.0, 2.0]], index=["a"])
    for size in (10.5, -10):
        with pytest.raises(ValueError, match="whole counts of cases"):
            cohort_incidence(pd.Series([size], index=["a"]), {"charged": table})


def test_labels_of_every_kind_have_the_shares_of_their_numbers():
    times, events = [1, 1, 2, 3, 4, 4], [1, 0, 2, 3, 1, 2]
    names = [0, 7, "charged", (1, 2)]
    named = cumulative_incidence(times, pd.Series([names[event] for event in events], dtype=object))
    numbered = cumulative_incidence(times, events)
    for event, name in enumerate(names):
        same = [found == name for found in named["event"]]
        assert named.loc[same, "incidence"].tolist() == numbered.loc[numbered["event"] == event, "incidence"].tolist()


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


def test_noughts_among_labels_in_a_list_are_cases_still_open():
    table = cumulative_incidence([1, 1, 2, 3], ["charged", "closed", 0, "charged"], at=[3])
    assert table[["event", "incidence"]].values.tolist() == [[0, 0.0], ["charged", 0.75], ["closed", 0.25]]
