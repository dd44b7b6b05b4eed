"""What the published delays say of the time to a charge, by year of evidence and by family, each by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from cseanalysis.models import Delay, delay_from_quantiles, shapes_from_quantiles
from cseanalysis.models.delays.delay import Family
from cseanalysis.register import Figure
from cseanalysis.study.data.named import CHILD_MEDIAN, CHILD_QUARTILE
from cseanalysis.study.lag.judged import PublishedDelay
from cseanalysis.study.lag.numbers import DAYS_A_YEAR, MONTH
from cseanalysis.study.ranges import bounded
from cseanalysis.values import Assumption, Estimate, Interval

FAMILIES: tuple[Family, ...] = ("gamma", "weibull", "lognormal")
_LATE = 0.9


def quartile_shapes(figures: Mapping[str, Figure], family: Family = "gamma") -> Interval:
    """Return the shapes with which a family has the median and the upper quartile that are published for children."""
    # Both were rounded to days, so each lies half a day on either side; a quartile of "393 or more" is 393.
    median, quartile = (float(figures[name].low or 0) for name in (CHILD_MEDIAN, CHILD_QUARTILE))
    return shapes_from_quantiles({0.5: _rounded(median), 0.75: _rounded(quartile)}, family=family)


def growth_limit(days_to_charge: float, delay_shape: float) -> float:
    """Return the continuous growth a year at which the delay of a cohort has no end, from a median and a shape."""
    # What is seen among one year's charges is tilted by growth; at this growth the tilt alone explains the median.
    unit = float(Delay("gamma", delay_shape, 1.0).quantile(0.5))
    return unit / days_to_charge * DAYS_A_YEAR


def delay_evidence(
    figures: Mapping[str, Figure], delays: Collection[PublishedDelay], lowest_shape: float
) -> pd.DataFrame:
    """Set each published median to charge beside the time until nine tenths of charges, family by family."""
    # A row a figure, oldest first: ``figure``, ``median`` in days, then months until nine tenths, were what is charged
    # of one size in all years: ``lowest``, of a gamma delay with the lowest shape assumed, and the ends under each
    # family with the shape that the children's quartile tells.
    shapes = {family: quartile_shapes(figures, family) for family in FAMILIES}
    chosen = [figures[one.figure] for one in delays if figures[one.figure].unit == "days_median" and one.to_charge]
    rows = []
    for figure in sorted(chosen, key=lambda figure: (str(figure.period_end), figure.id)):
        days = float(figure.value)
        row: dict[str, object] = {"figure": figure.id, "statement": figure.statement, "median": days}
        row |= {"year": f"{figure.period_start:%Y}/{figure.period_end:%y}", "geography": figure.geography}
        row["lowest"] = _nine_tenths(days, "gamma", lowest_shape)
        for family, shape in shapes.items():
            ends = [_nine_tenths(days, family, end) for end in (shape.low, shape.high)]
            row |= {f"{family}_low": min(ends), f"{family}_high": max(ends)}
        rows.append(row)
    return pd.DataFrame(rows)


def evidence_results(figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]) -> list[Estimate]:
    """Return the shape that the children's quartile tells, and the growth that no delay survives."""
    shapes = quartile_shapes(figures)
    shape, days = assumptions["delay_shape"], assumptions["days_to_charge"]
    return [
        Estimate(
            "delay_shape_from_quartile",
            "gamma shape, if the delay is gamma and the year and forces of the quartile hold",
            interval=shapes,
            basis=(CHILD_MEDIAN, CHILD_QUARTILE),
            procedure=f"shapes_from_quantiles: gamma shapes with a median of {CHILD_MEDIAN} and an upper quartile of "
            f"{CHILD_QUARTILE}, each within half a day",
        ),
        *(
            bounded(
                f"growth_limit_{name}",
                "continuous growth a year of what is charged at which the delay of a cohort has no end",
                lambda *, days_to_charge, shape=value: growth_limit(days_to_charge, shape),
                {"days_to_charge": days},
                (*figures_named, *(("delay_shape",) if not figures_named else ())),
                procedure="growth_limit(days_to_charge, "
                f"{'delay_shape_from_quartile' if figures_named else 'delay_shape'}.low): median of a gamma delay of "
                f"that shape and scale 1, over days_to_charge, times {DAYS_A_YEAR}",
            )
            for name, value, figures_named in (
                ("lowest_shape", shape.low, ()),
                ("quartile_shape", shapes.low, (CHILD_MEDIAN, CHILD_QUARTILE)),
            )
        ),
    ]


def _nine_tenths(median: float, family: Family, shape: float) -> float:
    delay = delay_from_quantiles({0.5: median}, family=family, shape=Interval(shape, shape, "bound"))[0]
    return float(delay.quantile(_LATE)) / MONTH


def _rounded(value: float) -> tuple[float, float]:
    return value - 0.5, value + 0.5
