"""From recorded counts to what they allow: under-reporting ranges, missing classification, delay, pipeline."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

_HOME = {
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
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
