"""The numbers that every chart of the chapters draws are those of the CSV beside it."""

import io
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.container import BarContainer

import cseanalysis.report as shown
from cseanalysis.report.exporter import METHOD
from cseanalysis.report.outputs import MISSING, chart

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
AREAS = {"fig:to-scale"}  # counts are areas there: test_recorded holds them


def charts_of(chapter, monkeypatch):
    """Run a chapter without its method cells, tables and prose, and return what it hands to ``chart``, by label."""
    found = {}

    def kept(drawn, *, label, caption):
        figure = drawn[0]
        figure.draw_without_rendering()
        found[label] = (positions(figure), chart(drawn, label=label, caption=caption).about["data"])

    monkeypatch.chdir(ROOT / "notebooks")
    monkeypatch.setattr(shown, "chart", kept, raising=False)
    for name in ("table", "prose", "opening"):
        monkeypatch.setattr(shown, name, lambda *given, **named: None, raising=False)
    cells = [cell for cell in nbformat.read(chapter, 4).cells if cell.cell_type == "code"]
    names = {}
    for cell in cells:
        if METHOD not in cell.metadata.get("tags", ()):
            exec(cell.source, names)
    return found


def positions(figure):
    """Return where points, lines, bars and bands of a chart lie, in the numbers of its axes."""
    # Lines from end to end are for reference. What is drawn may lie along either axis: of two places one must be known.
    ends = set()
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_transform().contains_branch(axes.transData) and len(line.get_xdata()) != 2:
                ends.update(map(tuple, line.get_xydata().astype(float)))
        for bars in (one for one in axes.containers if isinstance(one, BarContainer)):
            for bar in bars:
                low, wide = (
                    (bar.get_x(), bar.get_width())
                    if bars.orientation == "horizontal"
                    else (bar.get_y(), bar.get_height())
                )
                ends.add((low,) if wide < 0.03 * np.ptp(axes.get_xlim()) else (low + wide,))
        for part in axes.collections:
            if isinstance(part, PolyCollection | LineCollection):
                ends.update(tuple(corner) for path in part.get_paths() for corner in path.vertices)
    return sorted(end for end in ends if np.isfinite(end).all())


def numbers(csv):
    """Return all numbers of a CSV, and what those of a row add up to from left to right, for bars on bars."""
    table = pd.read_csv(io.StringIO(csv), na_values=[MISSING], keep_default_na=False)
    counted = table.select_dtypes("number")
    running = counted.cumsum(axis=1), counted.cumsum(axis=0)
    return np.unique(np.concatenate([one.to_numpy(float).ravel() for one in (counted, *running)]))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_number_that_a_chart_draws_stands_in_its_csv(chapter, monkeypatch):
    for label, (drawn, csv) in charts_of(chapter, monkeypatch).items():
        known = numbers(csv)
        assert len(known), label
        if label in AREAS:
            continue
        known = known[np.isfinite(known)]
        known = np.append(known, [0, 100])  # where bands begin
        missing = [ends for ends in drawn if not any(np.isclose(known, end, rtol=1e-6).any() for end in ends)]
        assert drawn, f"{label}: nothing found that is drawn by numbers"
        assert missing == [], f"{label}: drawn and not in the CSV"
