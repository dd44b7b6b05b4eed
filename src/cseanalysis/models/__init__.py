"""From recorded counts to what they allow: under-reporting ranges, missing classification, delay, pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.models.delay import Delay, delay_from_mean, delay_from_quantiles, forward_mean
    from cseanalysis.models.missingness import share_bounds
    from cseanalysis.models.pipeline import completeness, project_cohorts
    from cseanalysis.models.under_reporting import (
        breakdown_probability,
        implied_total,
        joint_reporting_probability,
    )

__all__ = [
    "Delay",
    "breakdown_probability",
    "completeness",
    "delay_from_mean",
    "delay_from_quantiles",
    "forward_mean",
    "implied_total",
    "joint_reporting_probability",
    "project_cohorts",
    "share_bounds",
]

__getattr__ = door(
    __name__,
    {
        "Delay": "delay",
        "breakdown_probability": "under_reporting",
        "completeness": "pipeline",
        "delay_from_mean": "delay",
        "delay_from_quantiles": "delay",
        "forward_mean": "delay",
        "implied_total": "under_reporting",
        "joint_reporting_probability": "under_reporting",
        "project_cohorts": "pipeline",
        "share_bounds": "missingness",
    },
)
