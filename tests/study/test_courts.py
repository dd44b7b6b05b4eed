from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cseanalysis.models import serve_queue
from cseanalysis.register import compare
from cseanalysis.study import find_project, load_assumptions, load_figures, load_results, read_table
from cseanalysis.study.data.reported import load_results_table
from cseanalysis.study.lag import charts
from cseanalysis.study.lag.courts import (
    YEARS,
    answer_of,
    court_queue,
    court_refusals,
    hydrant_books,
    queue_ahead,
    receipts_needed,
)
from cseanalysis.study.lag.judged import court_pairs, links, running_counts
from cseanalysis.study.lag.snapshots import deceased_by_edition, incidence_answers, triangle_answers
from cseanalysis.study.lag.tables import COURT_PAIRS, HANDED_OVER, LINKS, REFUSED, pairs_in_words
from cseanalysis.study.tables import in_words

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def figures():
    return load_figures(ROOT)


@pytest.fixture(scope="module")
def handed(figures):
    return triangle_answers(find_project(ROOT), figures, read_table("revision_2017_18", ROOT), running_counts(ROOT))


def test_receipts_are_what_went_through_and_what_the_stock_grew_by(figures):
    assert receipts_needed(figures) == 7621 + (6989 - 6399)


def test_a_queue_that_gains_a_hundred_a_year_waits_longer_by_a_tenth_of_a_year_each_year():
    ahead = queue_ahead(
        open_cases=500.0, completed=1000.0, received=1100.0, court_capacity_ratio=1.0, court_receipts_ratio=1.0
    )
    stock, wait = ahead[: YEARS + 1], ahead[YEARS + 1 :]
    assert stock == pytest.approx([500 + 100 * year for year in range(YEARS + 1)])
    assert np.diff(wait) == pytest.approx(36.525)
    assert wait[0] == pytest.approx(182.625)


def test_a_court_completes_no_more_than_the_queue_holds():
    ahead = queue_ahead(
        open_cases=100.0, completed=1000.0, received=200.0, court_capacity_ratio=1.0, court_receipts_ratio=1.0
    )
    assert (ahead[1 : YEARS + 1] == 0).all()


def test_a_wait_worked_out_from_a_queue_of_single_cases_is_the_one_the_model_gives():
    # Planted: 12 cases a year completed one a month in order; 6 open; a case that joins now is the seventh.
    open_cases, capacity = 6.0, 12.0
    done, month = 0, 0
    while done < open_cases:
        month, done = month + 1, done + 1
    wait = serve_queue(open_cases, [capacity], capacity)["periods_to_clear"].iloc[0]
    assert wait * 12 == pytest.approx(month)


def test_the_illustration_starts_from_the_published_stock_and_can_fall_or_rise(figures):
    queue, _ = court_queue(figures, load_assumptions(ROOT))
    assert queue.loc[0, ["open_low", "open_high"]].tolist() == [6989, 6989]
    assert queue["open_low"].iloc[-1] < 6989 < queue["open_high"].iloc[-1]
    assert queue["wait_low"].iloc[-1] < queue["wait_low"].iloc[0]


def test_littles_law_and_the_residual_are_refused_by_the_models_themselves(figures):
    answers = [row["answered"] for row in court_refusals(figures)]
    assert "open cases grow from 6399 to 6989: Little's law needs a steady stock" in answers[0]
    assert "the stock grows" in answers[1]
    assert answers[2].startswith("receipts holds [nan]")


def test_refusals_are_printed_without_what_they_tell_a_programmer(figures, handed):
    tables = (in_words(court_refusals(figures), REFUSED), in_words(handed, HANDED_OVER))
    said = " ".join(answer for table in tables for answer in table["Answered"])
    for raw in ("serve_queue", "nan", "1 origins", "1 lags", "6399", "find out"):
        assert raw not in said
    assert "Open cases grow from 6,399 to 6,989: Little's law needs a steady stock" in said


def test_a_stock_that_does_not_grow_would_be_answered(figures):
    steady = {**figures, "F450": replace(figures["F450"], low=6399.0, high=6399.0, published="6,399")}
    assert [row["answered"] for row in court_refusals(steady)][:2] == ["not refused", "not refused"]


def test_the_undated_count_is_refused_beside_the_others_by_the_gate(figures):
    assert compare(figures["F452"], figures["F451"]).verdict == "refused"
    # Of the last day or of the year is not known of the dated ones, so they are refused beside each other too.
    refusing = [item for item in compare(figures["F451"], figures["F450"]).differences if item.level == "refused"]
    assert [item.dimension for item in refusing] == ["time basis"]
    assert pairs_in_words(court_pairs(ROOT), figures, COURT_PAIRS)["The gate"].str.startswith("refused").sum() == 5


def test_live_suspects_are_known_ones_less_closed_ones_to_the_last(figures):
    books = hydrant_books(figures)
    # 3,867 live, 4,801 to 5,301 known, 934 to 1,562 closed: 3,867 + 500 - 628.
    assert books["accumulated"].tolist() == [3867 + 500 - 628]
    assert books["residual"].tolist() == [0.0]


def test_every_release_and_running_count_is_refused_as_a_triangle_by_the_triangle(handed):
    answers = [row["answered"] for row in handed]
    assert len(answers) == 5
    assert all("a triangle needs at least" in answer for answer in answers)
    assert "refused (coverage" in answers[3]
    assert "bridged (period)" in answers[4]


def test_without_times_there_is_no_incidence_and_the_model_says_so(figures):
    (row,) = incidence_answers(figures)
    assert row["answered"].startswith("times: 9367 of 9367 are missing")


def test_the_deceased_are_a_share_of_the_edition_that_prints_both(figures):
    editions = deceased_by_edition(figures)
    assert editions.iloc[-1][["known", "deceased", "share"]].tolist() == [9367, 1675, "17.9%"]
    assert load_results(ROOT)["hydrant_deceased_share"].point == pytest.approx(1675 / 9367)


def test_no_link_from_arrest_to_conviction_is_let_through_but_shares_of_completed_prosecutions(figures):
    table = pairs_in_words(links(ROOT), figures, LINKS).set_index("Link")["The gate"]
    shares = table[table.str.contains("share")].index.tolist()
    assert shares == ["Prosecutions to convictions, 2016/17", "Prosecutions to convictions, 2020/21"]
    assert set(table[~table.str.startswith("refused")]) == {"not asked"}
    assert table["Arrests to people convicted"].startswith("refused: unit")


def test_a_model_that_answers_is_not_called_a_refusal():
    assert answer_of(lambda: 1) == "not refused"


def test_the_chart_of_the_queue_says_that_the_undated_count_stands_apart():
    figure, words, _ = charts.court_queue(load_results_table("court_queue", ROOT), (6399, 6989), 5513)
    assert "an undated 5,513 apart from it" in words
    joined = [line for axes in figure.axes for line in axes.lines if len(line.get_xdata()) > 1]
    assert [list(line.get_ydata()) for line in joined] == [[6399, 6989]]
