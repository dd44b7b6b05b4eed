import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.register import Figure
from cseanalysis.study import load_figures
from cseanalysis.study.data.named import PEOPLE
from cseanalysis.study.recorded.charts import group_based_parts
from cseanalysis.study.recorded.numbers import (
    force_rates,
    group_based_results,
    published_shares,
    quoted_classes,
    quoted_counts,
    revision_factors,
    yearly_offences,
)
from cseanalysis.study.recorded.people import people_by_sex_and_age
from cseanalysis.study.recorded.tables import YEARS, quoted_and_counted, shares_in_words
from cseanalysis.study.tables import in_words
from cseanalysis.values import Interval

ROOT = Path(__file__).resolve().parents[2]
CLASSES = quoted_classes(ROOT)


@pytest.fixture
def recorded():
    rows = [
        ("2021/22", 1, "Kent", "territorial", "71", "child_only", 5),
        ("2021/22", 2, "Kent", "territorial", "71", "child_only", -1),
        ("2021/22", 1, "Kent", "territorial", "23", "familial", 2),
        ("2021/22", 1, "Gwent", "territorial", "86", "image", 7),
        ("2021/22", 1, "Gwent", "territorial", "71", "child_only", 3),
        ("2021/22", 1, "British Transport Police", "non_territorial", "71", "child_only", 1),
    ]
    names = ["financial_year", "quarter", "force", "force_type", "offence_code", "offence_scope", "offences"]
    return pd.DataFrame(rows, columns=names)


def test_years_keep_the_groups_apart_and_the_transport_police_out(recorded):
    expected = pd.DataFrame(
        {
            "financial_year": ["2021/22"],
            "quarters": [2],
            "child_only": [7],
            "familial": [2],
            "image": [7],
            "british_transport_police": [1],
        }
    )
    pd.testing.assert_frame_equal(yearly_offences(recorded), expected)


def test_a_rate_is_recorded_offences_over_residents(recorded):
    forces = pd.DataFrame(
        {"force": ["Kent", "Gwent"], "region": ["South East", "Wales"], "population_mid_2023": [200_000, 100_000]}
    )
    rates = force_rates(recorded, forces, "2021/22")
    assert rates["force"].tolist() == ["Gwent", "Kent"]
    assert rates["per_100_000"].tolist() == [3.0, 2.0]


def test_a_revision_factor_is_late_over_early_for_child_only_offences_of_a_territorial_force():
    table = pd.DataFrame(
        {
            "force": ["Kent", "Kent", "Kent", "British Transport Police"],
            "force_type": ["territorial"] * 3 + ["non_territorial"],
            "offence_scope": ["child_only", "child_only", "image", "child_only"],
            "offences_early_release": [4, 6, 100, 10],
            "offences_late_2023_release": [5, 6, 900, 90],
        }
    )
    expected = pd.DataFrame({"force": ["Kent"], "early": [10], "late": [11], "factor": [1.1]})
    pd.testing.assert_frame_equal(revision_factors(table), expected)


def figure(name, low, qualifier="exact", unit="offences", base=""):
    return Figure(
        id=name,
        statement="counted",
        published=str(low),
        qualifier=qualifier,
        low=low,
        high=low if qualifier == "exact" else None,
        rounded_to=1 if unit == "per_cent" else None,
        unit=unit,
        base=base,
        definition="d",
        category="c",
        ages="any",
        sex="any",
        geography="England and Wales",
        coverage="whole",
        period_start=None,
        period_end=None,
        period_type="calendar_year",
        time_basis="recorded",
        counter="flow",
        stage="report",
        status="official",
        tier="A",
        source="s",
        locator="unknown",
        known_share="",
        unknown_share="",
        breaks=(),
        supersedes=(),
        conflicts_with=(),
        relays="",
        note="",
    )


def test_over_three_hundred_is_at_least_three_hundred_and_one():
    figures = {
        "F008": figure("F008", 115_489.0),
        "F022": figure("F022", 4228.0),
        "F023": figure("F023", 1125.0),
        "F024": figure("F024", 717.0),
        "F548": figure("F548", 300.0, "more_than"),
    }
    results = {estimate.id: estimate for estimate in group_based_results(figures, CLASSES)}
    residual = results["residual_group_based"].interval
    assert (residual.low, residual.high) == (0, 2085)
    assert results["residual_group_based"].basis == ("F022", "F023", "F024", "F548")
    assert results["family_share"].point == pytest.approx(1125 / 4228)
    assert "institutions_share" not in results  # of "over 300" no share is known


def test_a_class_that_somebody_takes_out_of_the_table_is_left_to_what_nobody_quotes(empty_study):
    table = empty_study / "data" / "judgement" / "quoted_classes.csv"
    table.write_text(
        "name,label,short,figure,reason\nfamily,A,family,F023,Counted.\ninstitutional,B,institutions,F548,Quoted.\n"
    )
    figures, classes = load_figures(ROOT), quoted_classes(empty_study)
    results = {estimate.id: estimate for estimate in group_based_results(figures, classes)}
    assert results["residual_group_based"].interval.high == 2085 + 717
    _, words, _ = group_based_parts(figures, figures["F022"], classes)
    assert words.endswith("classes: family 1,125; institutions: at least 301; not quoted: at most 2,802.")


def test_the_groups_of_codes_stand_under_their_own_headings(recorded):
    (row,) = in_words(yearly_offences(recorded), YEARS).to_dict("records")
    assert row == {
        "Financial year": "2021/22",
        "Quarters": 2,
        "Child-only codes": 7,
        "Code 23, familial": 2,
        "Code 86, mostly images": 7,
        "British Transport Police, all codes": 1,
    }


def test_what_is_quoted_stands_beside_what_was_counted():
    table = quoted_and_counted(load_figures(ROOT), quoted_counts(ROOT))
    assert list(table)[1:4] == ["Counted, 2024 (read in)", "Quoted, of 2023", "Counted, 2023 (read in)"]
    # The newest year leads, with what it was read in; 2023 stays beside it in the words in which it is quoted.
    assert table.iloc[0].tolist() == [
        *("Offences recorded", "122,768 (a copy)", "115,000", "115,489 (its own text)", "F018, F552, F008")
    ]
    assert table.iloc[3].tolist() == ["group-based, in institutions", "not found", "over 300", "not found", "F548"]
    assert table.iloc[4, 1:4].tolist() == ["761 (a copy)", "over 700", "717 (a copy)"]


def test_every_published_share_stands_with_its_base_its_year_and_what_it_was_read_in():
    figures = load_figures(ROOT)
    table = shares_in_words(figures, published_shares(ROOT))
    assert (table["Of"].str.len() > 0).all()
    row = table[table["Read in"] == "its own text (F017)"].iloc[0]
    assert row[["Printed", "Of", "Year"]].tolist() == [
        *("more than half", "recorded CSAE offences with a known suspect age", "2023")
    ]
    assert table[table["Read in"].str.contains("F023")]["Of"].tolist() == ["a count"]


def test_drawing_figure_1_loads_at_most_twenty_files_so_that_it_can_be_walked():
    code = (
        "import sys\n"
        "from cseanalysis import read_table\n"
        "from cseanalysis.study.recorded.charts import recorded_by_group\n"
        "recorded_by_group(read_table('recorded_by_quarter'))\n"
        "print(*(name for name in sys.modules if name.split('.')[0] == 'cseanalysis'))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 10 < len(found.stdout.split()) <= 20, found.stdout


def test_the_chart_of_people_hatches_what_nobody_printed_and_gives_no_group_the_rest():
    """How many of the records hold a sex or an age is printed for none, so no bar of them is filled."""
    figures = load_figures(ROOT)
    chart, words, data = people_by_sex_and_age(figures)
    assert list(data["figure"]) == list(PEOPLE)
    assert data["records that say"].isna().all()
    assert words.count("how many of the records say is not known") == len(PEOPLE)
    assert "Victims: girls or women 79%; the others, hatched, are boys, men or no sex recorded" in words
    assert "suspect aged 10 to 17 more than half; the others, hatched, are" in words
    hatched = [bar for bar in chart.axes[0].patches if bar.get_hatch()]
    assert [bar.get_width() for bar in hatched] == [21, 100, 18, 100, 50, 100, 100]


def test_where_the_share_of_records_that_say_is_printed_the_thin_bar_is_filled_to_it():
    figures = dict(load_figures(ROOT))
    figures[PEOPLE[0]] = replace(figures[PEOPLE[0]], known=Interval(89.5, 90.5, "bound"))
    chart, words, data = people_by_sex_and_age(figures)
    assert data["records that say"].iloc[0] == 89.5
    assert "89.5% of the records say" in words
    assert chart.axes[0].patches[2].get_width() == 89.5
