"""The study's charts: each returns a matplotlib figure and the text that says what it shows.

Direct labels, uncertainty drawn, bounds without a centre mark, what is still to come hatched. No titles: the caption is
the chapter's.
"""

from __future__ import annotations

from cseanalysis.study.charts.lag import back_test_ranges, visible_shares
from cseanalysis.study.charts.recorded import group_based_parts, recorded_by_force, recorded_by_group
from cseanalysis.study.charts.totals import implied_totals, narrowing_bars, tornado_bars

__all__ = [
    "back_test_ranges",
    "group_based_parts",
    "implied_totals",
    "narrowing_bars",
    "recorded_by_force",
    "recorded_by_group",
    "tornado_bars",
    "visible_shares",
]
