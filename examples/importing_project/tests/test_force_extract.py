from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from cseanalysis.clean import UnmappedLabelError

from force_extract import clean_extract

EXTRACT = Path(__file__).resolve().parent.parent / "data" / "extract.csv"


def read_pandas():
    return pd.read_csv(EXTRACT, dtype=str, keep_default_na=False)


def test_a_pandas_extract_keeps_its_rows_and_gains_their_meaning():
    extract = read_pandas()
    table = clean_extract(extract)
    assert table[extract.columns].equals(extract)
    assert table["force_code"].astype(object).tolist()[2] == "W15000002"
    assert table["force_type"].tolist()[4] == "non_territorial"
    assert table["offence_scope"].tolist() == ["child_only"] * 5 + ["out_of_scope"]
    assert table["period_start"].dt.strftime("%Y-%m-%d").tolist()[:2] == ["2022-04-01", "2022-07-01"]


def test_a_suppressed_count_is_missing_and_never_nought():
    table = clean_extract(read_pandas())
    assert table["value"].isna().tolist() == [False, False, True, False, True, False]
    assert table["value"].sum() == 117 + 1020 - 1 + 0
    assert table["flag"].astype(object).tolist()[1:3] == ["[note 3]", "[c]"]
    assert (table["qualifier"].tolist()[4], table["high"].tolist()[4]) == ("less_than", 5)


def test_a_polars_extract_gives_the_same_answers_in_the_same_order():
    extract = pl.read_csv(EXTRACT, infer_schema=False)
    table = clean_extract(extract)
    assert isinstance(table, pl.DataFrame)
    assert table.select(extract.columns).equals(extract)
    expected = clean_extract(read_pandas())
    for column in ("force", "offence_category", "offence_rule", "value", "low", "high", "flag"):
        wanted = [None if pd.isna(cell) else cell for cell in expected[column]]
        assert table[column].to_list() == wanted, column


def test_a_label_that_nobody_knows_is_an_error_with_the_label_in_it():
    extract = read_pandas()
    extract.loc[0, "police_force"] = "Avon"
    with pytest.raises(UnmappedLabelError) as caught:
        clean_extract(extract)
    assert caught.value.labels == ("Avon",)
