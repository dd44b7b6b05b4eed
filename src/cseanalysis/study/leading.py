"""Which assumption each reported number hangs on most, noted while its range is computed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from cseanalysis.sensitivity.known import KnownEnds, narrowings
from cseanalysis.sensitivity.ranking import settled
from cseanalysis.study.reported import Leading, Narrowed
from cseanalysis.values import Estimate

if TYPE_CHECKING:
    import pandas as pd

# Filled on the way, so that models are not run twice: no number depends on it. Each thread has its own.
_NOTED: ContextVar[dict[str, tuple[Narrowed, ...]] | None] = ContextVar("noted", default=None)

_ROUNDING = 1e-9  # shares closer than that are equal


@contextmanager
def noting() -> Iterator[Mapping[str, tuple[Narrowed, ...]]]:
    """Collect, while results are computed, by how much knowing each assumption would narrow each of them."""
    found: dict[str, tuple[Narrowed, ...]] = {}
    token = _NOTED.set(found)
    try:
        yield found
    finally:
        _NOTED.reset(token)


def note(name: str, ends: KnownEnds) -> None:
    """Keep what knowing each assumption would leave of a result, if somebody asked for it; see `noting`."""
    found = _NOTED.get()
    if found is not None:
        found[name] = tuple(Narrowed(one, least, most) for one, (least, most) in narrowings(ends).items())


def narrowed_rows(table: pd.DataFrame) -> dict[str, tuple[Narrowed, ...]]:
    """Return the rows of a table of `cseanalysis.sensitivity.narrowing` by their ``result``."""
    return {
        str(name): tuple(Narrowed(row.assumption, row.narrowing_least, row.narrowing_most) for row in part.itertuples())
        for name, part in table.groupby("result", sort=False)
    }


def leads(candidates: Iterable[Narrowed]) -> tuple[Narrowed, ...]:
    """Return the assumption whose knowledge would remove most of a range.

    Parameters
    ----------
    candidates
        By assumption, the least and the most share that would go.

    Returns
    -------
    tuple of Narrowed
        Most useful first. Several, where the most that knowing another would remove is no less than the least that
        knowing the first would; none, where knowing any one alone removes nothing.

    Examples
    --------
    >>> [one.assumption for one in leads([Narrowed("a", 0.1, 0.3), Narrowed("b", 0.5, 0.9)])]
    ['b']
    >>> [one.assumption for one in leads([Narrowed("a", 0.1, 0.6), Narrowed("b", 0.5, 0.9)])]
    ['b', 'a']
    """
    ordered = sorted(candidates, key=lambda one: (-settled(one.least), -settled(one.most), one.assumption))
    useful = [one for one in ordered if one.most > _ROUNDING]
    return tuple(one for one in useful if one.most >= useful[0].least - _ROUNDING)


def leading_of(estimate: Estimate, noted: Mapping[str, tuple[Narrowed, ...]], assumptions: Collection[str]) -> Leading:
    """Say which assumption a reported number hangs on most, or why there is none.

    Parameters
    ----------
    estimate
        With what it rests on.
    noted
        Of `noting`, for all that was computed.
    assumptions
        Ids of the study's assumptions.

    Returns
    -------
    Leading

    Raises
    ------
    ValueError
        When a range rests on assumptions and nobody noted what knowing them would leave of it.
    """
    if estimate.id in noted:
        found = leads(noted[estimate.id])
        return Leading("none" if not found else "one" if len(found) == 1 else "several", found)
    resting = [name for name in estimate.basis if name in assumptions]
    interval = estimate.interval
    if interval is not None and interval.kind == "simulation":
        return Leading("simulation", ())
    if resting:
        raise ValueError(
            f"result {estimate.id} rests on {', '.join(resting[:5])}, and what knowing them would leave of its range "
            "was not noted; compute it with ranges.bounded, or call leading.note"
        )
    if interval is None:
        return Leading("counted", ())
    return Leading("confidence" if interval.kind == "confidence" else "data", ())
