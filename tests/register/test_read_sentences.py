"""Sentences of the gate that were read by eye, word for word: a word that is swapped, dropped or reversed shows."""

from __future__ import annotations

import csv
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from published import NEXT_YEAR, figure, share

from cseanalysis.register import compare
from cseanalysis.register.sentences import span
from cseanalysis.study import load_figures
from cseanalysis.values import Interval

_TABLE = (Path(__file__).parent / "read_sentences.csv").read_text(encoding="utf-8")
READ = list(csv.DictReader(_TABLE.splitlines()))
FIGURES = load_figures(Path(__file__).parents[2])
FORCES = " Keep in mind: 44 forces on both sides; that they are the same ones is not known"
MOVED = " Recorded offences also move with reporting and recording."
KNOWN = Interval(80, 80, "bound")


def running(end: int) -> dict[str, Any]:
    days = {"period_start": date(2015, 1, 1), "period_end": date(end, 1, 1), "period_type": "custom"}
    return {"counter": "cumulative"} | days


@pytest.mark.parametrize("row", READ, ids=[f"{row['first']} and {row['second']}" for row in READ])
def test_a_sentence_is_the_one_that_was_read(row: dict[str, str]) -> None:
    assert compare(FIGURES[row["first"]], FIGURES[row["second"]]).statement == row["sentence"], row["shows"]


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (
            (figure("P1", 100, **running(2020)), figure("P2", 50, **running(2021))),
            "may be compared. A running total cannot fall, from P1 to P2: one of the two was counted anew, and nothing "
            f"follows from them.{FORCES}; a counter as at 1 January 2020 and as at 1 January 2021.",
        ),
        (
            (figure("P1", 100, **running(2020)), figure("P2", 100, **running(2021))),
            "The net change from P1 to P2 is 0: what was taken out between the two days is off already, and a running "
            f"total gives no ratio.{FORCES}; a counter as at 1 January 2020 and as at 1 January 2021.",
        ),
        (
            (figure("P1", 100, sex="female", **running(2020)), figure("P2", 50, sex="male", **running(2020))),
            "The difference (P2 less P1) is −50; a running total gives no ratio.",
        ),
        (
            (figure("P1", 0), figure("P2", 50, **NEXT_YEAR)),
            f"may be compared. From none no ratio can be formed, so no clear change is claimed.{FORCES}.",
        ),
        (
            (figure("P1", 10), figure("P2", 20, category="group/one")),
            "must not be compared, added or divided: category (a whole against one part of it, group and one). P2 is "
            "part of P1 and yet exceeds it, so one of the two is wrong.",
        ),
        (
            (figure("P1", 0), figure("P2", 0, category="group/one")),
            "(a whole against one part of it, group and one). P1 is none, and from none no ratio can be formed.",
        ),
        (
            (figure("P1", 1), figure("P2", 5000, **NEXT_YEAR)),
            "The ratio (P2 over P1) is 5,000; with chance 704 to 35,503 (95% confidence interval) if every event were "
            "independent, and 10 to 2,460,225 if events come in clusters that inflate the variance 10 times. A clear "
            f"change in what was counted: only an inflation of about 19 times would hide it.{MOVED}{FORCES}.",
        ),
        (
            (figure("P1", 1000), figure("P2", 1200, statement="CSAE offences recorded", **NEXT_YEAR)),
            "Offences recorded, England and Wales, 2023 (P1: 1,000), and CSAE offences recorded, England and Wales, "
            "2024 (P2: 1,200), may be compared. The ratio (P2 over P1) is 1.2; with chance 1.103 to 1.306 (95% "
            "confidence interval) if every event were independent, and 0.920 to 1.565 if events come in clusters that "
            "inflate the variance 10 times. The change stops being clear where clusters inflate the variance about 4.7 "
            f"times.{MOVED}{FORCES}.",
        ),
        (
            (
                figure("P1", 1000, geography="Kent", statement="Offences recorded by Kent Police"),
                figure("P2", 1200, geography="Kent", **NEXT_YEAR),
            ),
            "Offences recorded by Kent Police, 2023 (P1: 1,000), and offences recorded, Kent, 2024 (P2: 1,200), may",
        ),
        (
            (figure("P1", 1000, published="1,000", qualifier="more_than", high=None), figure("P2", 1200, **NEXT_YEAR)),
            "The ratio (P2 over P1) is at most 1.2; chance comes on top of it, so no clear change is claimed."
            f"{MOVED}{FORCES}; an end is open, so what follows is bounded from one side at most.",
        ),
        (
            (share("P1", 90, KNOWN), share("P2", 5, KNOWN, **NEXT_YEAR)),
            "P1 is a share among the 80% of records that say: among all records it lies between 72% and 92%. P2 is a "
            "share among the 80% of records that say: among all records it lies between 4% and 24%. The difference (P2 "
            "less P1) is between −88.8 and −47.2 percentage points, whatever the records that do not say would say; "
            "how many records there are does not come with the shares, so chance cannot be ruled out and no "
            f"clear change is claimed. Both are per cents of suspects.{FORCES}.",
        ),
    ],
)  # fmt: skip
def test_a_sentence_that_no_published_pair_gets_reads_as_it_should(pair: Any, words: str) -> None:
    statement = compare(*pair).statement
    assert words in statement
    if words.endswith("."):
        assert statement.endswith(words)


def test_a_variance_that_is_inflated_at_least_twice_is_said() -> None:
    doubled = compare(figure("P1", 1000), figure("P2", 1200, **NEXT_YEAR), inflation=Interval(2, 10, "bound"))
    words = "with chance 1.065 to 1.352 (95% confidence interval) if the variance is inflated 2 times, and 0.920 to"
    assert words in doubled.statement


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-math.inf, math.inf, "not bounded"),
        (0, math.inf, "not bounded"),
        (-math.inf, 5, "at most 5"),
        (0, 5, "at most 5"),
        (5, math.inf, "at least 5"),
        (2, 5, "between 2 and 5"),
        (5, 5, "5"),
    ],
)
def test_two_ends_are_worded_by_which_of_them_are_open(low: float, high: float, words: str) -> None:
    assert span(low, high) == words
