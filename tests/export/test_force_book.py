"""The force-by-force workbook of the study, held against the checklist in both formats."""

import hashlib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from checklist import problems, read_ods, read_xlsx

from cseanalysis.export.ods import ods_bytes
from cseanalysis.register import Figure
from cseanalysis.study import find_project, force_book, load_figures
from cseanalysis.study.forces import all_forces

ROOT = Path(__file__).resolve().parents[2]


def a_figure(name, geography, **changes):
    given = {
        "id": name,
        "statement": "Arrests",
        "published": "=over 550",
        "qualifier": "more_than",
        "low": 550,
        "high": None,
        "rounded_to": None,
        "unit": "arrests",
        "base": "",
        "definition": "force_answer",
        "category": "arrests",
        "ages": "under 18",
        "sex": "any",
        "geography": geography,
        "coverage": "whole",
        "period_start": date(2022, 1, 1),
        "period_end": date(2022, 12, 31),
        "period_type": "calendar_year",
        "time_basis": "arrested",
        "counter": "flow",
        "stage": "early",
        "status": "management_information",
        "tier": "C",
        "source": "vkpp23",
        "locator": "unknown",
        "known_share": "",
        "unknown_share": "",
        "break_before": None,
        "supersedes": (),
        "conflicts_with": (),
        "relays": "",
        "note": "",
    }
    return Figure(**given | changes)


@pytest.fixture
def planted(monkeypatch):
    figures = {name: a_figure(name, area) for name, area in (("F1", "Kent"), ("F2", "Rotherham"), ("F3", "Kent"))}
    monkeypatch.setattr(force_book, "load_figures", lambda root: figures)


@pytest.mark.usefixtures("planted")
def test_the_workbooks_hold_to_the_checklist_and_are_the_same_twice(tmp_path):
    pytest.importorskip("gptables")
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        paths = force_book.write_force_tables(
            find_project(ROOT), xlsx=folder / "f.xlsx", ods=folder / "f.ods", csv=folder / "csv"
        )
        written.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths})
    assert written[0] == written[1]
    assert len(written[0]) == 10
    for read, name in ((read_xlsx, "f.xlsx"), (read_ods, "f.ods")):
        document = read((tmp_path / "a" / name).read_bytes())
        assert problems(document) == []
        sizes = {tab.name: tab.tables[0][2] - tab.tables[0][1] for tab in document.tabs if tab.tables}
        assert sizes == {
            "Contents": 8,
            "Notes": 8,
            "Forces": 44,
            "Child_only_codes": 44,
            "Code_23": 44,
            "Code_86": 44,
            "Totals": 11,
            "Published_figures": 3,
            "Provenance": 2,
        }
    forces = pd.read_csv(tmp_path / "a" / "csv" / "forces.csv")
    assert len(forces) == 44
    assert pd.read_csv(tmp_path / "a" / "csv" / "force_figures.csv")["published"].tolist() == ["'=over 550"] * 3


def test_without_published_figures_the_workbook_still_hangs_together(monkeypatch):
    monkeypatch.setattr(force_book, "load_figures", lambda root: {})
    book = force_book.force_book(ROOT)
    assert [sheet.name for sheet in book.sheets] == ["Forces", "Child_only_codes", "Code_23", "Code_86", "Totals"]


def test_nowhere_to_write_to_is_said():
    with pytest.raises(ValueError, match="--xlsx"):
        force_book.write_force_tables(find_project(ROOT))


# Areas of the register that are wider than any force.
WIDER = {
    *(
        "England and Wales",
        "England",
        "Wales",
        "United Kingdom",
        "Great Britain",
        "England, Wales and Northern Ireland",
    ),
    *("West Midlands region", "South West", "East of England"),
}


def test_every_figure_of_the_register_about_a_force_or_a_place_is_in_the_workbook_and_no_other():
    figures = load_figures(ROOT)
    book = force_book.force_book(ROOT)
    (listed,) = [sheet.table for sheet in book.sheets if sheet.name == "Published_figures"]
    assert sorted(listed["Figure"]) == sorted(name for name, each in figures.items() if each.geography not in WIDER)
    assert listed["Published"].tolist() == [figures[name].published for name in listed["Figure"]]
    document = read_ods(ods_bytes(book))
    assert problems(document) == []
    (forces,) = [tab for tab in document.tabs if tab.name == "Forces"]
    assert forces.tables[0][2] - forces.tables[0][1] == 44


def test_the_workbook_offers_no_rate_no_rank_and_no_sum_of_published_figures():
    book = force_book.force_book(ROOT)
    headers = [header.lower() for sheet in book.sheets for header in sheet.table.columns]
    assert not [header for header in headers if "rank" in header or "rate" in header or "per 1" in header]
    (listed,) = [sheet.table for sheet in book.sheets if sheet.name == "Published_figures"]
    assert set(listed["Force"]) <= {*all_forces()["force"], "More than one force"}
