"""The chapter on sensitivity in words: each table by hand, from both sides of what it hangs on."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.export.wording import say
from cseanalysis.study import load_assumptions, load_results
from cseanalysis.study.data.reported import Leading, Narrowed, load_leading, load_period, load_results_table
from cseanalysis.study.labels import labels
from cseanalysis.study.sensitivity import tables
from cseanalysis.study.sensitivity.judged import Statement, read_statements
from cseanalysis.study.tables import in_words
from cseanalysis.values import Assumption, Estimate, Interval

ROOT = Path(__file__).resolve().parents[2]
TITLES = [
    "Contact offences",
    "Child victims of contact offences",
    "Children abused in a year before 16",
    "Times as many recorded",
    "Months until half of the charges",
    "Share of charges visible",
]
CURVES = list(labels("curve", ROOT))


def leading(kind, *narrowed):
    return Leading(kind, tuple(Narrowed(*each) for each in narrowed))


def test_a_headline_names_what_it_hangs_on_and_the_share_that_would_go():
    one = leading("several", ("contact_share", -0.01, 0.6), ("delay_shape", 0.2, 0.3))
    table = in_words(tables.leading_rows(dict.fromkeys(labels("result", ROOT), one)), tables.LEADING)
    assert table["Result"].tolist() == [
        "Contact offences, by offences known",
        "Child victims, by children known",
        "Victims of rape in childhood, by adults who ever told the police",
        "The same, recent, by adults who told at the time",
        "Share of charges visible, newest full year",
        "Months until half of the charges",
        "Children first abused in a year, by the survey of 2019",
        "The same, by the survey of 2024",
        "Months until nine tenths of the charges",
        "Months until half of the trials have begun",
    ]
    assert table.iloc[0, 1:].to_dict() == {
        "Hangs most on": "contact share, rounding; shape of the delay",
        "Share of the range that would go": "at most 60%; at least 20% and at most 30%",
    }


def test_numbers_are_counted_by_what_they_hang_on_and_kinds_without_a_number_are_left_out():
    kinds = ["one", "several", "none", "counted", "counted", "data", "confidence", "simulation"]
    rows = tables.kind_rows({str(place): leading(kind) for place, kind in enumerate(kinds)})
    assert in_words(rows, tables.KINDS).to_dict("list") == {
        "Hangs on": [
            "One assumption leads",
            "Several assumptions, none leads",
            "Assumptions, none of which alone would narrow it",
            "None: one value from published numbers",
            "None: left open by what is published, or by the stretch of it that is used",
            "None: chance",
            "Stated distributions (see the shares of variance)",
        ],
        "Reported numbers": [1, 1, 1, 2, 1, 1, 1],
    }
    assert tables.kind_rows({"a": leading("one")}) == [{"kind": "one", "count": 1}]


KNOWN = Assumption("contact_share", 0.01, 1.0, "ratio", "planted", "by hand", "here")
STATEMENT = Statement("n", "above", 1000.0, "More than {threshold} in {newest_year}.", None, "Planted.")


def asked(estimate, breakdowns=None, statement=STATEMENT):
    columns = ["result", "side", "assumption", "breakdown", "direction"]
    found = pd.DataFrame(breakdowns or [], columns=columns)
    table = tables.statements_in_words(
        [statement], {"n": estimate}, found, {"contact_share": KNOWN}, {"newest_year": "2022/23"}
    )
    return table.iloc[0].to_dict()


def ranging(low, high, unit="cases"):
    return Estimate("n", unit, interval=Interval(low, high, "bound"))


def test_a_statement_that_holds_or_fails_throughout_says_that_nothing_moves_it():
    assert asked(ranging(2000, 3000)) == {
        "Statement": "More than 1,000 in 2022/23.",
        "Range": "at least 2,000 and at most 3,000",
        "Over the whole range": "holds",
        "Sure to hold if": "anything in the ranges is true",
        "Sure to fail if": "nothing in the ranges makes it",
    }
    fails = asked(ranging(100, 900))
    assert (fails["Sure to hold if"], fails["Sure to fail if"]) == (
        "nothing in the ranges makes it",
        "anything in the ranges is true",
    )


def test_a_statement_about_a_count_hangs_on_choices():
    counted = asked(Estimate("n", "cases", 1200.4))
    assert counted["Range"] == "1,200"
    assert counted["Over the whole range"] == "holds"
    assert {counted["Sure to hold if"], counted["Sure to fail if"]} == {"it rests on no assumption, but on choices"}


@pytest.mark.parametrize(("direction", "said"), [("fails above", "below 0.125"), ("fails below", "above 0.126")])
def test_an_open_statement_says_the_value_from_which_it_is_sure_rounded_to_the_safe_side(direction, said):
    found = asked(
        ranging(100, 3000),
        [
            ("n", "holds", "contact_share", 0.1251, direction),
            ("n", "holds", "contact_share", 0.1251, direction),
            ("n", "fails", "contact_share", None, "fails throughout"),
            ("other", "fails", "contact_share", 0.5, direction),
        ],
    )
    assert found["Over the whole range"] == "cannot be decided"
    name = labels("assumption", ROOT)["contact_share"]
    assert found["Sure to hold if"] == f"{name} {said}; or {name} {said}"
    assert found["Sure to fail if"] == "no value of any one assumption makes it"


def test_a_range_is_printed_as_wherever_else_the_report_prints_it_and_a_share_as_one():
    """A reader who finds 22% in one table and 22.7% in another takes them for two numbers."""
    statement = replace(STATEMENT, threshold=0.5)
    found = asked(ranging(0.12345, 0.98765, "share"), statement=statement)
    assert found["Range"] == say(ranging(0.12345, 0.98765, "share")) == "at least 12% and at most 99%"
    assert found["Statement"] == "More than 50% in 2022/23."
    assert asked(ranging(1, 1234))["Range"] == "at least 1 and at most 1,234"
    assert asked(ranging(1, 1234), statement=replace(statement, threshold=1))["Statement"].startswith("More than 1 in")


def curves(**changes):
    row = {
        "estimand": "things", "estimated": 8, "specifications": 9, "own_low": 2.0, "own_high": 3.0, "lowest": 0.5,
        "highest": 0.5, "lowest_words": "route: a: b; reading: any", "highest_words": "route: c; reading: d",
    }  # fmt: skip
    return pd.DataFrame([{**row, "curve": name, **changes} for name in reversed(CURVES)])


def test_curves_stand_in_the_order_of_the_chart_with_what_becomes_of_their_statement():
    verdicts = pd.DataFrame({"curve": CURVES[1:], "holds": 5, "fails": 2, "open": 1, "result": "n"})
    table = in_words(tables.curve_rows(curves(), verdicts), tables.CURVES)
    assert table.iloc[1].to_dict() == {
        "What is estimated": "things",
        "Estimated": "8 of 9",
        "The study's own": "at least 2 and at most 3",
        "Lowest to highest of all": "0.5",
        "Statement holds, fails, open": "5, 2, 1",
    }
    assert table["Statement holds, fails, open"][0] == "no statement"
    assert table["Lowest to highest of all"].tolist()[4:] == ["0.5 months", "50%"]


def test_an_extreme_is_printed_at_its_own_end_without_the_decisions_that_make_no_difference():
    table = in_words(tables.extreme_rows(curves(lowest=0.1234, highest=0.1234)), tables.EXTREMES)
    assert table["Curve"].tolist() == [f"{title}, {end}" for title in TITLES for end in ("lowest", "highest")]
    assert table["End"].tolist()[-2:] == ["12.3%", "12.4%"]
    assert table["Choices that give it"].tolist()[:2] == ["route: a: b", "route: c; reading: d"]


def test_shares_of_decisions_are_given_for_both_ends_and_those_that_would_print_as_nought_are_small_or_left_out():
    names = list(labels("decision", ROOT))
    rows = [(CURVES[0], "value", name, 0.5) for name in names]
    rows += [(CURVES[1], end, "route", share) for end, share in (("low", 0.0049), ("high", 0.0051))]
    rows += [(CURVES[1], end, "reading", 0.0049) for end in ("low", "high")]
    rows += [(CURVES[2], "value", "route", 0.0051)]
    shares = pd.DataFrame(rows, columns=["curve", "end", "decision", "share"])
    table = in_words(tables.decision_rows(shares), tables.DECISIONS)
    assert table["Decision"].tolist()[:16] == [
        "which offences are counted",
        "which forces",
        "how growth is measured",
        "which release of 2017/18",
        "which published delay",
        "family of the delay",
        "correction for growth",
        "range of shapes",
        "which share is known, of what",
        "which count of the record",
        "how the published words are read",
        "whether recording is complete",
        "which survey",
        "years of abuse",
        "change of prevalence",
        "people who are not asked",
    ]
    assert table.iloc[0].to_dict() == {
        "Curve": "Contact offences",
        "Decision": "which offences are counted",
        "Low ends": "50%",
        "High ends": "50%",
    }
    assert table.iloc[16].to_list()[2:] == ["under 0.5%", "1%"]
    assert table.iloc[17].to_list()[1:] == ["which share is known, of what", "1%", "1%"]
    assert len(table) == 18


def test_refusals_with_one_reason_stand_together_in_words_without_names_of_the_software():
    given = pd.DataFrame(
        {"curve": CURVES[:3], "reason": ["no factor for age_window", "other", "other"], "refused": [1, 2, 3]}
    )
    assert in_words(tables.refusal_rows(given), tables.REFUSALS).to_dict("records") == [
        {"Curve": "Contact offences", "Refused": 1, "Reason": "no factor for age window"},
        {"Curve": f"{TITLES[1]}; {TITLES[2]}", "Refused": 5, "Reason": "other"},
    ]


def test_shares_of_variance_keep_within_nought_and_one_and_say_where_no_correlation_is_stated():
    links = ["told_someone_then", "told_police_if_told_someone", "told_police_then", "recorded_if_told_police"]
    rows = [("three_links", "sobol", name, 0.1, 0.2, None) for name in links]
    rows += [("three_links", "shapley", links[0], None, None, 0.25)]
    rows += [(name, "sobol", "days_to_charge", -0.1, 1.2, None) for name in list(labels("quantity", ROOT))[1:]]
    columns = ["quantity", "method", "assumption", "first_low", "first_high", "share"]
    table = in_words(tables.variance_rows(pd.DataFrame(rows, columns=columns)), tables.VARIANCE)
    assert table["Assumption"].tolist() == [
        "told someone",
        "told the police, if someone",
        "told the police",
        "recorded, if the police were told",
        *["median days to charge"] * 3,
    ]
    assert table["Simulated quantity"].tolist()[3:] == [
        "Victims for every 1,000 recorded, chain of three links",
        "Victims for every 1,000 recorded, chain of two links",
        "Share of charges visible, newest full year",
        "Charges expected in the last quarter of the data",
    ]
    stated, first = "Correlated as stated: its share", "Independent: share that goes with it alone"
    assert table[stated].tolist()[:2] == ["25%", "[z]"]
    assert table[first].tolist()[3:5] == [
        "10% to 20% (95% simulation interval)",
        "0% to 100% (95% simulation interval)",
    ]


def test_the_tornado_starts_from_the_lowest_total_that_is_reported():
    moved = tables.baseline_tornado()[["value_at_low", "value_at_high"]]
    assert moved.min(axis=1).tolist() == pytest.approx([load_results(ROOT)["contact_total"].interval.low] * 3)


def test_specifications_are_counted_over_all_curves():
    assert tables.counted_specifications(curves(specifications=500, estimated=300)) == {
        "every": "3,000",
        "estimated": "1,800",
        "refused": "1,200",
        "curves": "6",
    }


def test_the_results_fill_every_table():
    curves = load_results_table("curves", ROOT)
    found = load_leading(ROOT)
    for rows, columns in (
        (tables.leading_rows(found), tables.LEADING),
        (tables.kind_rows(found), tables.KINDS),
        (tables.curve_rows(curves, load_results_table("curve_verdicts", ROOT)), tables.CURVES),
        (tables.extreme_rows(curves), tables.EXTREMES),
        (tables.decision_rows(load_results_table("curve_shares", ROOT)), tables.DECISIONS),
        (tables.refusal_rows(load_results_table("curve_refusals", ROOT)), tables.REFUSALS),
        (tables.variance_rows(load_results_table("variance_shares", ROOT)), tables.VARIANCE),
    ):
        table = in_words(rows, columns)
        assert len(table)
        assert not table.isna().any(axis=None)
        assert not table.astype(str).apply(lambda column: column.str.contains(r"[a-z]_[a-z]")).any(axis=None)
    statements, breakdowns = read_statements(ROOT), load_results_table("breakdowns", ROOT)
    known = load_results(ROOT), breakdowns, load_assumptions(ROOT), load_period(ROOT)
    assert len(tables.statements_in_words(statements, *known)) == len(statements)
