"""Hostile files through the readers: a seeded sample of the corpus; benchmarks/hostile_files.py runs it whole."""

import random
import sys

import foreign
import pytest

QUICK = sorted(foreign.FILES.keys() - foreign.HEAVY)
SAMPLE = random.Random(12).sample(QUICK, 40)


def test_the_corpus_has_at_least_120_files():
    assert len(foreign.FILES) >= 120
    assert foreign.FILES.keys() >= foreign.HEAVY


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("case", SAMPLE)
def test_a_hostile_file_is_read_right_or_refused_and_takes_little(case, tmp_path):
    assert foreign.judge(case, foreign.measure(case, tmp_path)) == []


def test_a_wrong_cell_is_seen():
    right = {"outcome": foreign.GOOD, "processor": 0.1, "clock": 0.1}
    found = {"survived": True, "mebibytes": 100.0, "outcomes": {"read_spreadsheet": right}}
    assert foreign.judge("mark of UTF-8", found) == []
    changed = right | {"outcome": [foreign.GOOD[0], ["Kent", "13"]]}
    for worse in (
        {"survived": False},
        {"mebibytes": 801.0},
        {"outcomes": {"read_spreadsheet": changed}},
        {"outcomes": {"read_spreadsheet": right | {"processor": 21.0}}},
        {"outcomes": {"read_spreadsheet": right | {"outcome": "UnsafeFileError: \x1b"}}},
    ):
        assert foreign.judge("mark of UTF-8", found | worse) != []
