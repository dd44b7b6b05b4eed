from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from cseanalysis.clean import harmonise_offences, harmonise_outcomes, share_by_relation

ROWS = pd.DataFrame(
    {
        "Offence Code": ["21", "86", "86", "19Z"],
        "Financial Year": ["2022/23"] * 4,
        "n": [70.0, 20.0, None, 10.0],
    }
)
EXPECTED = pd.DataFrame(
    {
        "rows": [1, 2, 0, 0, 1, 3],
        "share_of_rows": [0.25, 0.5, 0.0, 0.0, 0.25, 0.75],
        "count": [70.0, 20.0, 0.0, 0.0, 10.0, 30.0],
        "share_of_count": [0.7, 0.2, 0.0, 0.0, 0.1, 0.3],
        "rows_without_count": [0, 1, 0, 0, 0, 1],
    },
    index=["exact", "broader", "narrower", "partial", "unmapped", "not exact"],
)


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow", "polars lazy", "duckdb"])
def test_shares_of_rows_and_of_offences_that_are_not_exact_are_the_same_on_every_engine(engine: str) -> None:
    polars, connection = pl.from_pandas(ROWS), duckdb.connect()
    frame = {
        "pandas": ROWS, "polars": polars, "pyarrow": polars.to_arrow(), "polars lazy": polars.lazy(),
        "duckdb": connection.from_arrow(polars.to_arrow()),
    }[engine]  # fmt: skip
    cleaned = harmonise_offences(frame, on_unmapped="keep")
    assert_frame_equal(share_by_relation(cleaned, count="n"), EXPECTED)
    assert_frame_equal(share_by_relation(cleaned), EXPECTED[["rows", "share_of_rows"]])


def test_a_share_of_nothing_is_missing() -> None:
    empty = share_by_relation(pd.DataFrame({"offence_relation": []}))
    assert empty["rows"].tolist() == [0] * 6
    assert empty["share_of_rows"].isna().all()


def test_columns_that_hold_something_else_are_refused() -> None:
    frame = pd.DataFrame({"offence_relation": ["exact", "roughly"], "n": ["1", "2"]})
    with pytest.raises(ValueError, match="column 'offence_relation' holds 'roughly': relations are exact, broader"):
        share_by_relation(frame)
    with pytest.raises(ValueError, match=r"column 'n' holds .* not numbers; parse_counts reads published cells"):
        share_by_relation(frame, count="n")
    with pytest.raises(ValueError, match="no column 'force_relation'"):
        share_by_relation(frame, relation="force_relation")


def test_relations_of_outcomes_are_reported_like_those_of_offences() -> None:
    cleaned = harmonise_outcomes(pd.DataFrame({"Outcome Type": ["1", "1a", "Out-of-court (formal)", "Offender fined"]}))
    shares = share_by_relation(cleaned, relation="outcome_relation")
    assert shares["rows"].tolist() == [1, 1, 1, 1, 0, 3]
