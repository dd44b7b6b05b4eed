"""The study's charts: each returns a matplotlib figure and the text that says what it shows.

Direct labels, uncertainty drawn, bounds without a centre mark, what is still to come hatched. No titles: the caption is
the chapter's.
"""

from __future__ import annotations

from cseanalysis.study.charts.change import control_fit, least_visible_curves, placebo_panels, series_with_events
from cseanalysis.study.charts.lag import back_test_ranges, visible_shares
from cseanalysis.study.charts.missing import coverage_curves, flag_paths, lists_and_overlap, suspects_panels
from cseanalysis.study.charts.pipeline import court_queue, simulation_and_bounds
from cseanalysis.study.charts.recorded import group_based_parts, recorded_by_force, recorded_by_group
from cseanalysis.study.charts.routes import routes_by_estimand
from cseanalysis.study.charts.sensitivity import specification_curves, total_frontier
from cseanalysis.study.charts.totals import narrowing_bars, tornado_bars

__all__ = [
    "back_test_ranges",
    "control_fit",
    "court_queue",
    "coverage_curves",
    "flag_paths",
    "group_based_parts",
    "least_visible_curves",
    "lists_and_overlap",
    "narrowing_bars",
    "placebo_panels",
    "recorded_by_force",
    "recorded_by_group",
    "routes_by_estimand",
    "series_with_events",
    "simulation_and_bounds",
    "specification_curves",
    "suspects_panels",
    "tornado_bars",
    "total_frontier",
    "visible_shares",
]
