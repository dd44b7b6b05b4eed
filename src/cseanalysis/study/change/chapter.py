"""What the chapter on change reports: its estimates and its tables, from the registers and the models."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.study.change.breaks import breaks_table, force_series, many_results, many_table
from cseanalysis.study.change.detectability import detectability_results, last_complete, least_visible, visible_table
from cseanalysis.study.change.events import DatedEvent, RecordingChange, dated_events
from cseanalysis.study.change.interventions import Intervention
from cseanalysis.study.change.judged import SeriesPart
from cseanalysis.study.change.numbers import (
    PERIOD,
    NamedChange,
    change_results,
    dates_table,
    named_changes,
    placebos_table,
    specifications_table,
)
from cseanalysis.study.change.too_early import timing_cards, timing_table
from cseanalysis.values import Assumption, Estimate

CONTROL = "sexual_communication"


def change_numbers(
    recorded: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
    *,
    recording: tuple[RecordingChange, ...],
    interventions: tuple[Intervention, ...],
    parts: tuple[SeriesPart, ...],
) -> tuple[list[Estimate], dict[str, pd.DataFrame]]:
    """Compute the numbers of the chapter on change that are of England and Wales."""
    # Estimates; and tables by name: ``change_dates``, ``change_placebos``, ``change_specifications``,
    # ``change_control``, ``least_visible``, ``visible_from``, ``too_early``.
    events = dated_events(recording, interventions)
    changes = named_changes(recorded, interventions, events)
    (control,) = (item for item in changes if item.intervention.id == CONTROL)
    specifications = specifications_table(changes)
    least = least_visible(last_complete(recorded))
    visible, narrowed = visible_table(parts, recorded, figures, assumptions)
    cards = timing_cards(
        recorded, figures, interventions, events=events, specifications=specifications, assumptions=assumptions
    )
    estimates = [
        *event_results(events),
        *change_results(changes, specifications),
        raw_factor(control),
        *detectability_results(
            recorded, least, visible, narrowed, parts=parts, figures=figures, assumptions=assumptions
        ),
    ]
    return estimates, {
        "change_dates": dates_table(changes),
        "change_placebos": placebos_table(changes),
        "change_specifications": specifications,
        "change_control": control_table(control),
        "least_visible": least,
        "visible_from": visible,
        "too_early": timing_table(cards),
    }


def force_numbers(
    recorded: pd.DataFrame, recording: tuple[RecordingChange, ...], interventions: tuple[Intervention, ...]
) -> tuple[list[Estimate], dict[str, pd.DataFrame]]:
    """Compute the numbers of the chapter on change that look for breaks in every series, of forces among them."""
    # Estimates; and the tables ``change_breaks``, ``many_changes`` and ``series_left_out``.
    events = dated_events(recording, interventions)
    kept = force_series(recorded, recording)
    many, _ = many_table(kept, events)
    return many_results(many, kept), {
        "change_breaks": breaks_table(recorded, events),
        "many_changes": many,
        "series_left_out": kept.left_out,
    }


def event_results(events: tuple[DatedEvent, ...]) -> list[Estimate]:
    """Count the events of the registers: all, those that are no policy, and those without a day."""
    recording = [event for event in events if not event.is_policy]
    counts = {
        "events_registered": ("dated events and events without a day in the two registers", len(events)),
        "events_recording": ("of them that are no policy", len(recording)),
        "events_undated": ("of them without a day", sum(event.first is None for event in events)),
    }
    registers = "number of rows of recording_changes.csv and interventions.csv"
    return [
        Estimate(name, unit, number, basis=("recorded_offences",), procedure=f"{registers}: {unit}")
        for name, (unit, number) in counts.items()
    ]


def raw_factor(control: NamedChange) -> Estimate:
    """Return the four quarters from the date of the positive control over the four before: two counts, no trend."""
    at, year = control.before, pd.to_datetime(control.at, format="%B %Y").year
    before, after = control.counts.iloc[at - PERIOD : at].sum(), control.counts.iloc[at : at + PERIOD].sum()
    earlier, later = (f"{first}/{(first + 1) % 100:02d}" for first in (year - 1, year))
    unit = f"times the count of {earlier}, code {control.series} in {later}"
    procedure = (
        f"sum of offences in recorded_offences where offence_code is {control.series}, the {PERIOD} quarters from "
        f"{control.at} on, over the {PERIOD} quarters before"
    )
    basis = ("recorded_offences",)
    return Estimate("control_raw_factor", unit, float(after / before), basis=basis, procedure=procedure)


def control_table(control: NamedChange) -> pd.DataFrame:
    """Return the fit of the positive control: ``quarter``, ``count``, ``fitted``, ``continued``, by the first day."""
    if control.fit is None:
        raise ValueError(f"the positive control has no fit: {control.refusal}; the table no longer holds both sides")
    return control.fit.fitted.rename_axis("quarter").reset_index()
