"""Invented figures for the tests of the gate: one sound figure, and others that differ from it as named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cseanalysis.register import Bridge, Figure
from cseanalysis.values import Interval

YEAR = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31), "period_type": "calendar_year"}
NEXT_YEAR = {"period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31), "period_type": "calendar_year"}
NINE_MONTHS = {"period_start": date(2024, 4, 1), "period_end": date(2024, 12, 31), "period_type": "custom"}
FINANCIAL_YEAR = {"period_start": date(2023, 4, 1), "period_end": date(2024, 3, 31), "period_type": "financial_year"}
SOUND = Figure(
    id="P1",
    statement="Offences recorded",
    published="4,228",
    qualifier="exact",
    low=4228,
    high=4228,
    rounded_to=None,
    unit="offences",
    base="",
    definition="national",
    category="group",
    ages="under 18",
    sex="any",
    geography="England and Wales",
    coverage="44 forces",
    **YEAR,  # type: ignore[arg-type]
    time_basis="recorded",
    counter="flow",
    stage="early",
    status="official",
    tier="A",
    source="s1",
    locator="page 1",
    known_share="",
    unknown_share="",
    breaks=(),
    supersedes=(),
    conflicts_with=(),
    relays="",
    note="",
)
MONTHLY = Bridge("months", "period", "", "", "national", Interval(1, 1, "bound"), "events come all year", "ours")
COVERED = Bridge(
    "cover", "coverage", "42 forces", "44 forces", "national", Interval(1.02, 1.1, "bound"), "two more forces", "ours"
)


def figure(name: str = "P2", count: float | None = None, **changes: Any) -> Figure:
    """Return the sound figure with another id, and with whatever else is named."""
    if count is not None:
        changes = {"published": f"{count:,.10g}", "low": count, "high": count} | changes
    return replace(SOUND, id=name, **changes)


def share(name: str, per_cent: float, known: Interval | None = None, **changes: Any) -> Figure:
    """Return a per cent, among the records that say when ``known`` is given."""
    words = {"published": f"{per_cent:g}%", "low": per_cent, "high": per_cent, "rounded_to": 1, "unit": "per_cent"}
    words |= {"base": "suspects", "known": known, "known_share": "" if known is None else "K1"}
    return figure(name, **(words | changes))
