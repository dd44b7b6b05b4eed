"""Conflicts and lineages: both sides are shown, and what is said of them follows from the printed numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cseanalysis.study.comparisons.disputes import conflicts, disputed, explained, lineage, what_differs
from cseanalysis.study.comparisons.tables import DISPUTED, EXPLAINED, LINEAGE
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.project import find_project, load_sources
from cseanalysis.study.tables import in_words

ROOT = Path(__file__).resolve().parents[2]
FIGURES = load_figures(ROOT)
PUBLICATIONS: dict[str, dict[str, Any]] = load_sources(find_project(ROOT))["publications"]
CONFLICTS = conflicts(ROOT)
# The conflicts that are known; each is two rows in conflict or one finding.
KNOWN = (
    {"F041", "F042"},
    {"F363", "F039"},
    {"F006", "F022"},
    {"F025", "F023"},
    {"F063", "F064"},
    {"F051", "F349"},
    {"F149", "F193"},
    {"F304", "F217"},
    {"F022", "F023", "F024", "F548"},
    {"F141", "F139"},
    {"F102", "F745"},
)


def test_every_conflict_is_listed_once_and_with_both_sides_as_printed() -> None:
    table = disputed(FIGURES, PUBLICATIONS)
    listed = [frozenset(pair) for pair in zip(table["first"], table["second"], strict=True)]
    registered = {frozenset((item.id, other)) for item in FIGURES.values() for other in item.conflicts_with}
    assert len(listed) == len(set(listed))
    assert set(listed) == registered
    for row in table.to_dict("records"):
        for side in ("first", "second"):
            assert row[f"{side}_printed"] == FIGURES[row[side]].published
            assert row[f"{side}_publisher"]
        assert row["differs"]


def test_the_side_that_was_published_first_stands_first_and_the_undated_last() -> None:
    table = disputed(FIGURES, PUBLICATIONS)
    dated = table[(table["first_published"] != "not dated") & (table["second_published"] != "not dated")]
    assert (dated["first_published"] <= dated["second_published"]).all()
    assert (table.loc[table["first_published"] == "not dated", "second_published"] == "not dated").all()


@pytest.mark.parametrize("ids", KNOWN, ids=lambda ids: " ".join(sorted(ids)))
def test_every_known_conflict_appears_and_is_explained(ids: set[str]) -> None:
    explanations = [set(names.split(", ")) for names in explained(FIGURES, CONFLICTS)["figures"]]
    assert any(ids <= names for names in explanations)
    table = disputed(FIGURES, PUBLICATIONS)
    pairs = [{one, other} for one, other in zip(table["first"], table["second"], strict=True)]
    assert any(pair <= ids for pair in pairs) or ids == {"F022", "F023", "F024", "F548"}


def test_findings_hold_the_published_answers() -> None:
    findings = explained(FIGURES, CONFLICTS).set_index("about")["finding"]
    assert "26.6%" in findings["Family share of group-based offences"]
    assert "at most 2,085 of 4,228" in findings["Classes that no statement quotes"]
    assert "3.66%" in findings["Share that is group-based"]
    assert "one in 8 to one in 9" in findings["Children known to police or councils"]
    assert "one in 10" in findings["Children known to police or councils"]
    assert len(findings) == len(KNOWN)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("F025", {"published": "27%", "low": 27.0, "high": 27.0}),
        ("F193", {"published": "262", "low": 262.0, "high": 262.0}),
        ("F042", {"published": "237", "low": 237.0, "high": 237.0}),
    ],
)
def test_a_finding_that_no_longer_follows_is_refused(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no longer follows"):
        explained({**FIGURES, name: replace(FIGURES[name], **changes)}, CONFLICTS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holds": "F008 > F022"}, None),
        ({"holds": "F022 > F008"}, "explained_conflicts.csv, .*: F022 > F008 no longer follows"),
        ({"holds": "F022 is F008"}, "write =, < or > between two figures"),
        ({"holds": "{x} {"}, "explained_conflicts.csv, .*, holds: '{' is no figure"),
        ({"finding": "One {"}, "explained_conflicts.csv, .*: the finding asks for"),
        ({"finding": "{F999.published}"}, "asks for 'F999'|speaks of F999"),
        ({"finding": "{F022.colour}"}, "colour"),
        ({"finding": "{F022 / F555 + F009}"}, None),
    ],
)
def test_a_finding_says_what_the_register_says_and_an_edited_one_is_checked(
    changes: dict[str, Any], said: str | None
) -> None:
    one = replace(CONFLICTS[0], figures=tuple(FIGURES), **changes)
    if said is None:
        assert explained(FIGURES, [one])["about"].tolist() == [one.about]
    else:
        with pytest.raises(ValueError, match=said):
            explained(FIGURES, [one])


def test_a_finding_speaks_of_no_other_figures_than_its_own() -> None:
    with pytest.raises(ValueError, match=r"explained_conflicts\.csv, .*: speaks of F042; name them under figures too"):
        explained(FIGURES, [replace(CONFLICTS[0], figures=("F041", "F193"))])


def test_what_a_finding_asks_to_be_worked_out_is_by_hand() -> None:
    texts = {
        "{F024 / F022}": "17%",
        "{one in F140 / F139}": "one in 8 to one in 9",
        "{one in F139 + F142 / F139}": "one in 10",
    }
    found = explained(
        FIGURES, [replace(CONFLICTS[0], figures=tuple(FIGURES), holds=None, finding=text) for text in texts]
    )
    assert found["finding"].tolist() == list(texts.values())


def test_a_lineage_is_the_primary_record_and_every_relay_by_day_of_publication() -> None:
    table = lineage(FIGURES, "F040", PUBLICATIONS)
    relays = {item.id for item in FIGURES.values() if item.relays == "F040"}
    assert set(table["figure"]) == {"F040", *relays}
    assert table.loc[table["role"] == "first read", "figure"].tolist() == ["F040"]
    days = [day for day in table["published"] if day != "not dated"]
    assert days == sorted(days)
    assert table["published"].tolist()[: len(days)] == days


def test_a_lineage_is_the_same_whoever_is_asked_about() -> None:
    assert lineage(FIGURES, "F554", PUBLICATIONS).equals(lineage(FIGURES, "F040", PUBLICATIONS))


def test_a_relay_that_rounds_shows_its_drift() -> None:
    drift = lineage(FIGURES, "F040", PUBLICATIONS).set_index("figure")["drift"]
    assert drift["F554"] == "more than 1,200 for 1,273"
    assert drift["F056"] == "none"


def test_an_unknown_figure_has_no_lineage() -> None:
    with pytest.raises(ValueError, match="no figure 'F999'"):
        lineage(FIGURES, "F999", PUBLICATIONS)


def test_one_number_under_two_statements_differs_in_words_only() -> None:
    first = FIGURES["F363"]
    assert what_differs(replace(first, coverage="43 forces"), replace(first, id="X", coverage="43 forces")) == (
        "what the two publications say of it"
    )
    assert what_differs(FIGURES["F369"], FIGURES["F370"]) == "the number only"


def test_the_table_of_the_report_has_a_row_a_conflict_and_every_id() -> None:
    table, words = disputed(FIGURES, PUBLICATIONS), in_words(disputed(FIGURES, PUBLICATIONS), DISPUTED)
    assert len(words) == len(table)
    assert all(f"({one})" in cell for one, cell in zip(table["first"], words["Published first"], strict=True))


def test_the_tables_say_over_each_column_what_it_holds() -> None:
    found = in_words(explained(FIGURES, CONFLICTS), EXPLAINED)
    assert list(found) == ["About", "Figures", "What follows from the printed numbers"]
    assert list(in_words(disputed(FIGURES, PUBLICATIONS), DISPUTED)) == [
        "Published first",
        "Published after",
        "What differs",
    ]
    prints = in_words(lineage(FIGURES, "F040", PUBLICATIONS), LINEAGE)
    assert list(prints)[-2:] == ["As printed", "What it says otherwise"]
