"""Delimited text that no spreadsheet program takes for formulas."""

import csv
import io
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from payloads import PAYLOADS

from cseanalysis.export import Link, write_csv
from cseanalysis.export.delimited import csv_bytes, guarded


def rows_of(content, delimiter=","):
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter))


def first_sign(text):
    """The first character that a spreadsheet program would look at, in its usual width."""
    seen = [c for c in text if not c.isspace() and c not in '"`“\u200b\ufeff\x00']
    return unicodedata.normalize("NFKC", seen[0])[0]


def test_250_payloads_are_no_formulas_in_delimited_text_and_come_back_whole():
    back = [row[0] for row in rows_of(csv_bytes(pd.DataFrame({"A": PAYLOADS})))[1:]]
    assert [text for text in back if first_sign(text) in "=+-@" or text[0] in "\t\r\x00"] == []
    assert [text if text == payload else text[1:] for text, payload in zip(back, PAYLOADS, strict=True)] == PAYLOADS
    assert sum(text != payload for text, payload in zip(back, PAYLOADS, strict=True)) == 210


def test_a_semicolon_as_list_separator_opens_no_new_cell_inside_text():
    content = csv_bytes(pd.DataFrame({"A": ["a;=1+1", "b\t=1+1"]}))
    assert [len(row) for row in rows_of(content, ";")] == [1, 1, 1]
    assert [len(row) for row in rows_of(content, "\t")] == [1, 1, 1]


def test_numbers_stay_numbers_and_the_text_of_a_number_below_nought_does_not():
    table = pd.DataFrame({"n": [-5, 7], "f": [-0.25, 1.0], "t": ["-5", "5"], "m": [-1, "[x]"]})
    assert csv_bytes(table).decode() == '"n","f","t","m"\n-5,-0.25,"\'-5",-1\n7,1.0,"5","[x]"\n'


def test_headers_are_guarded_and_links_become_addresses(tmp_path):
    write_csv(pd.DataFrame({"=A1": [Link("Tables", "https://a.example/x")]}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b'"\'=A1"\n"https://a.example/x"\n'


@pytest.mark.parametrize("text", ["A = B", "5 - 3", "a@b.example", "Dyfed-Powys", "1,125", "£2.5 million", "'=1"])
def test_ordinary_text_and_text_already_marked_stay_as_they_are(text):
    assert guarded(text) == text


@given(st.text())
def test_guarding_twice_is_guarding_once_and_never_loses_a_character(text):
    once = guarded(text)
    assert guarded(once) == once
    assert once in {text, f"'{text}"}


def test_an_empty_cell_is_refused():
    with pytest.raises(ValueError, match="is empty"):
        csv_bytes(pd.DataFrame({"A": ["x", None]}))
