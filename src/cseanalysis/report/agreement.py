"""What a chapter computes before the reader's eyes is what is reported: a cell that says so, or fails."""

from __future__ import annotations

from pathlib import Path

from cseanalysis.export.wording import say
from cseanalysis.sensitivity.ranking import agree
from cseanalysis.study.data.reported import load_results
from cseanalysis.values import Estimate, Interval


def same_as_reported(name: str, found: float | Interval | Estimate, root: Path | str | None = None) -> Estimate:
    """Return the reported result that a computation comes to, or refuse.

    Parameters
    ----------
    name
        Id of the result in ``reports/results.json``.
    found
        What was computed: one number, an interval, or both in an `Estimate`.
    root
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    Estimate
        As it is reported.

    Raises
    ------
    ValueError
        When no result has the id, or its numbers or the kind of its interval are others than what was found.

    Examples
    --------
    >>> same_as_reported("child_only_newest", 64_750)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: child_only_newest is reported as 64,751 and was computed as 64750: ...
    """
    results = load_results(root)
    if name not in results:
        raise ValueError(f"no result has the id {name!r}; reports/results.json lists {len(results)}")
    reported = results[name]
    if not agree(_numbers(reported), _numbers(found)):
        shown = say(found) if isinstance(found, Estimate) else found
        raise ValueError(
            f"{name} is reported as {say(reported)} and was computed as {shown}: the cell and "
            "reports/results.json rest on different inputs; restore the cell, or run `make results`"
        )
    return reported


def _numbers(found: float | Interval | Estimate) -> list[object]:
    """Return point, ends, kind and level, None where there is none."""
    if isinstance(found, Estimate):
        point, interval = found.point, found.interval
    else:
        point, interval = (None, found) if isinstance(found, Interval) else (float(found), None)
    ends = (interval.low, interval.high, interval.kind, interval.level) if interval else (None,) * 4
    return [point, *ends]
