"""One list tests gate and checker: what a bad analysis sets beside each other is no claim that is borne out."""

import csv
from pathlib import Path

import pytest

from cseanalysis.register.claims import check as checked
from cseanalysis.register.gate import compare
from cseanalysis.register.sentences import period_words
from cseanalysis.study import load_claim_tables, load_figures

ROOT = Path(__file__).resolve().parents[3]
TABLES, FIGURES = load_claim_tables(ROOT), load_figures(ROOT)
with (ROOT / "data" / "judgement" / "bad_analyses.csv").open(encoding="utf-8", newline="") as stream:
    ROWS = [row for row in csv.DictReader(stream) if len(row["figures"].split()) == 2 and row["tried"] == "change"]
SAID = {
    "from and to": "{first_statement} went from {first} in {first_period} to {second} in {second_period}.",
    "now and then": "{second} {second_unit} in {second_period}, against {first} {first_unit} in {first_period}.",
    "two things": "In {first_period} there were {first} {first_unit}, but only {second} {second_unit}.",
}


def sentence(form, first, second):
    words = {}
    for name, figure in (("first", first), ("second", second)):
        words |= {name: figure.published, f"{name}_unit": figure.unit.replace("_", " ")}
        words |= {f"{name}_period": period_words(figure), f"{name}_statement": figure.statement}
    return SAID[form].format(**words)


@pytest.mark.parametrize("form", SAID)
@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_what_the_gate_keeps_apart_is_not_supported_as_a_sentence_either(row, form):
    for pair in (row["figures"].split(), row["figures"].split()[::-1]):
        first, second = (FIGURES[name] for name in pair)
        answer = checked(sentence(form, first, second), TABLES)
        if compare(first, second).verdict != "refused" or first.published == second.published:
            continue  # one number that two figures print is borne out by either
        assert answer.word != "supported", (sentence(form, first, second), answer.figures)


def test_the_list_is_the_one_of_the_report_and_most_of_it_is_refused_by_the_gate():
    refused = [row for row in ROWS if compare(*(FIGURES[name] for name in row["figures"].split())).verdict == "refused"]
    assert len(refused) >= 39
