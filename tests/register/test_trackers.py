"""Trackers: rows without a source or a day, or that name what is not there, are refused by table, row and column."""

from dataclasses import replace
from datetime import date

import pytest

from cseanalysis.register import Figure
from cseanalysis.register.trackers import TABLES, RequestedField, make_trackers, published_of

FIGURE = Figure(
    id="F1", statement="Suspects recorded", published="40%", qualifier="exact", low=40, high=40, rounded_to=1,
    unit="per_cent", base="suspects", definition="d", category="c", ages="any", sex="any", geography="England",
    coverage="44 forces", period_start=date(2023, 1, 1), period_end=date(2023, 12, 31), period_type="calendar_year",
    time_basis="recorded", counter="flow", stage="report", status="official", tier="A", source="s", locator="1",
    known_share="", unknown_share="", breaks=(), supersedes=(), conflicts_with=(), relays="", note="",
)  # fmt: skip
FIGURES = {"F1": FIGURE}
ROWS = {
    "recommendations": {
        "id": "AUDIT-01", "body": "An audit", "number": "1", "published": "2025-06-16", "words": "Count it",
        "addressee": "forces", "due": "", "seen": "text", "source": "s", "note": "",
    },
    "recommendation_events": {
        "id": "RE1", "recommendation": "AUDIT-01", "date": "2025-07", "event": "promised", "words": "A law",
        "source": "s", "note": "",
    },
    "inquiries": {
        "id": "town_2014", "name": "Of a town", "place": "A town", "kind": "statutory", "commissioned_by": "a council",
        "announced": "2013", "opened": "", "reported": "2014-08-26", "figures": "F1", "source": "s", "note": "",
    },
    "public_statements": {
        "id": "ST1", "date": "2025-01-06", "speaker": "A minister", "occasion": "Statement", "claim": "Share recorded",
        "number": "40%", "of_what": "suspects", "period": "2023", "figures": "F1", "contested": "C1", "source": "s",
        "later_on": "2025-02-01", "later": "Corrected", "later_source": "s", "note": "",
    },
    "requested_fields": {
        "field": "sex", "asked_by": "An audit", "source": "s", "filled_by": "F1", "filled": "partly", "note": "",
    },
}  # fmt: skip


def made(table="", *more, **cells):
    rows = {name: [dict(row)] for name, row in ROWS.items()}
    if table:
        rows[table][0] |= cells
        rows[table] += more
    return make_trackers(rows, sources={"s"}, figures=FIGURES, contested={"C1"})


def test_rows_with_a_source_and_a_day_are_taken():
    trackers = made()
    assert [len(getattr(trackers, name)) for name in ("recommendations", "events", "inquiries", "statements", "fields")]
    assert trackers.events_of(trackers.recommendations[0]) == trackers.events
    assert trackers.recommendations[0].of == "AUDIT"
    assert TABLES.keys() == ROWS.keys()


@pytest.mark.parametrize(
    ("table", "cells", "said"),
    [
        ("recommendations", {"source": ""}, "recommendations, row 2, source: is empty"),
        ("recommendations", {"source": "t"}, "recommendations, row 2, source: t is not among the sources"),
        ("recommendations", {"published": ""}, "published: is empty"),
        ("recommendations", {"published": "June 2025"}, "published: 'June 2025' is no day; write 2025"),
        ("recommendations", {"due": "2025-13"}, "due: '2025-13' is no day"),
        ("recommendations", {"seen": "half"}, "seen: 'half'; write text, content, no"),
        ("recommendations", {"seen": "no"}, "of a text that was not seen, 'not seen'"),
        ("recommendations", {"id": "1 x"}, "id: '1 x'; write letters"),
        ("recommendation_events", {"date": ""}, "recommendation_events, row 2, date: is empty"),
        ("recommendation_events", {"date": "2025-02-30"}, "date: '2025-02-30' is no day"),
        ("recommendation_events", {"event": "done"}, "event: 'done'; write published, accepted"),
        ("recommendation_events", {"recommendation": "AUDIT-02"}, "AUDIT-02 is not among the recommendations"),
        ("inquiries", {"announced": "", "reported": ""}, "inquiries, row 2, announced, opened and reported are all"),
        ("inquiries", {"kind": "public"}, "kind: 'public'; write statutory"),
        ("inquiries", {"figures": "F1 F2"}, "inquiries, row 2, figures: F2 is not in the register"),
        ("public_statements", {"date": ""}, "public_statements, row 2, date: is empty"),
        ("public_statements", {"figures": "F9"}, "figures: F9 is not in the register"),
        ("public_statements", {"contested": "C9"}, "contested: C9 is not a contested claim"),
        ("public_statements", {"later_source": ""}, "later and later_source stand together"),
        ("public_statements", {"later_source": "t"}, "later_source: t is not among the sources"),
        ("requested_fields", {"filled": "maybe"}, "filled: 'maybe'; write yes, partly, no"),
        ("requested_fields", {"filled": "no"}, "no stands without figures"),
        ("requested_fields", {"filled_by": ""}, "no stands without figures"),
        ("requested_fields", {"filled_by": "F2"}, "filled_by: F2 is not in the register"),
        ("requested_fields", {"extra": "x"}, "requested_fields, row 2: the columns must be field, asked_by"),
        ("requested_fields", {"note": None}, "each with text in it or empty"),
    ],
)
def test_a_wrong_row_is_refused_by_table_row_and_column(table, cells, said):
    with pytest.raises(ValueError, match=said):
        made(table, **cells)


def test_ids_are_unique_and_all_problems_are_told():
    twice = ROWS["inquiries"] | {"name": "Another"}
    with pytest.raises(ValueError, match="inquiries, town_2014: stands twice; ids are unique"):
        made("inquiries", twice)
    wrong = [ROWS["inquiries"] | {"id": f"a{number}", "source": ""} for number in range(7)]
    with pytest.raises(ValueError, match=r"trackers, 7 problems: .*; and 2 more"):
        made("inquiries", *wrong)


def test_tables_that_are_missing_or_unknown_are_named():
    with pytest.raises(ValueError, match="there must be inquiries, public_statements"):
        make_trackers({"inquiries": []}, sources=(), figures={})


def test_events_stand_by_date_and_what_is_known_to_the_month_after_its_days():
    event = ROWS["recommendation_events"]
    trackers = made(
        "recommendation_events",
        event | {"id": "RE2", "date": "2025-07-31"},
        event | {"id": "RE3", "date": "2024", "recommendation": "AUDIT"},
    )
    assert [one.id for one in trackers.events] == ["RE3", "RE2", "RE1"]
    assert [one.id for one in trackers.events_of(trackers.recommendations[0])] == ["RE2", "RE1"]


def field(**cells):
    return RequestedField(**(ROWS["requested_fields"] | cells))


def test_what_is_published_of_a_field_says_since_when_and_how_completely():
    known = replace(FIGURE, id="F2", known_share="F1", period_start=date(2021, 1, 1), period_end=date(2021, 12, 31))
    unknown = replace(
        FIGURE, id="F3", known_share="unknown", period_start=date(2024, 1, 1), period_end=date(2024, 12, 31)
    )
    figures = {"F1": FIGURE, "F2": known, "F3": unknown}
    told = published_of(field(filled_by="F1;F2;F3"), figures)
    assert (told.since, told.until) == ("2021-01-01", "2024-12-31")
    assert told.completeness == (
        "F1: 44 forces",
        "F2: recorded for 40% (F1)",
        "F3: for how many it is recorded was not found published",
    )
    nothing = published_of(field(filled="no", filled_by=""), figures)
    assert (nothing.since, nothing.until, nothing.completeness) == ("", "", ())
