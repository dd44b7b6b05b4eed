"""Cells that once came out wrong without a word; each stays right or is refused."""

from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cseanalysis.clean import (
    UnmappedLabelError,
    harmonise_forces,
    harmonise_offences,
    harmonise_outcomes,
    harmonise_periods,
    parse_counts,
    read_crosswalk,
    share_by_relation,
)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, lambda data: pl.DataFrame(data).lazy()])
def test_a_count_that_is_not_a_number_does_not_take_its_group_with_it(make: Any) -> None:
    frame = make({"offence_relation": ["exact", "exact", "broader"], "n": [60.0, float("nan"), 20.0]})
    shares = share_by_relation(frame, count="n")
    assert shares.loc[["exact", "broader"], "count"].tolist() == [60, 20]
    assert shares.loc["exact", "rows_without_count"] == 1


def test_a_collation_that_folds_letter_case_loses_no_row() -> None:
    connection = duckdb.connect()
    relation = connection.sql("""select unnest(['Kent', 'KENT']) collate nocase as "Force Name" """)
    assert harmonise_forces(relation).df()["force"].tolist() == ["Kent", "Kent"]


@pytest.mark.parametrize(
    "period",
    [pd.Period("2018", freq="Y-MAR"), pd.Period("2011-12", freq="M"), np.datetime64("2017", "Y")],
    ids=["a year that ends in March", "December 2011", "a date"],
)
def test_a_period_with_a_frequency_of_its_own_is_not_read_as_text(period: Any) -> None:
    frame = pd.DataFrame({"Financial Year": pd.Series([period], dtype=object), "Offence Code": ["71"]})
    with pytest.raises(UnmappedLabelError, match="not text or a year"):
        harmonise_periods(frame)
    with pytest.raises(UnmappedLabelError):
        harmonise_offences(frame)


@pytest.mark.parametrize(
    "cell",
    ["0,123", "9007199254740993", 9007199254740993, 10**400, Decimal("1e400")],
    ids=["a decimal comma", "text beyond what a float holds", "a number beyond it", "a huge number", "a huge decimal"],
)
def test_a_number_that_would_change_on_the_way_is_refused(cell: Any) -> None:
    with pytest.raises(UnmappedLabelError):
        parse_counts(pd.DataFrame({"n": pd.Series([cell], dtype=object)}), column="n")


def test_odd_cells_end_in_one_message() -> None:
    with pytest.raises(ValueError, match="holds list cells; a cell must be one text or one number"):
        harmonise_forces(pd.DataFrame({"Force Name": [["Kent"]]}))
    with pytest.raises(UnmappedLabelError):
        harmonise_outcomes(pd.DataFrame({"Outcome Type": pd.Series([10**400], dtype=object)}))
    with pytest.raises(ValueError, match="two columns of the frame have one name"):
        harmonise_forces(pd.DataFrame([["Kent", 1, 2]], columns=["Force Name", "x", "x"]))


def test_a_crosswalk_with_missing_cells_or_another_encoding(tmp_path: Any) -> None:
    frame = pd.DataFrame({"Force Name": ["Kent"]})
    converted = read_crosswalk("forces").convert_dtypes()
    assert harmonise_forces(frame, crosswalk=converted)["force"].tolist() == ["Kent"]
    path = tmp_path / "mine.csv"
    read_crosswalk("forces").assign(note="caf\u00e9").to_csv(path, index=False, encoding="cp1252")
    with pytest.raises(ValueError, match="not UTF-8"):
        harmonise_forces(frame, crosswalk=path)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, lambda data: pl.DataFrame(data).lazy()])
def test_what_the_rest_of_a_column_decides_is_decided_alike_on_every_engine(make: Any) -> None:
    frame = make(
        {
            "Offence Code": ["71.0", "088A", None],
            "name": [None, "Sexual grooming", "Rape of a male child under 13"],
            "Financial Year": ["2019/20"] * 3,
            "Outcome Type": ["Charged", "imprisoned", "fined"],
        }
    )
    done = harmonise_outcomes(harmonise_offences(frame, name="name"))
    done = done.collect() if isinstance(done, pl.LazyFrame) else done
    assert list(done["offence_rule"]) == ["offence:71:2013", "offence:88A:2017", "offence:19H"]
    assert list(done["outcome_rule"]) == [f"outcome:police.uk:{slug}" for slug in ("charged", "imprisoned", "fined")]
