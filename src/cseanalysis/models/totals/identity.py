"""From a recorded count and a reporting probability to the total it implies."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from cseanalysis.models.checks import check_interval
from cseanalysis.values import Assumption, Interval, NotEstimableError, items_of, plain_number, share_hint, shown


def implied_total(recorded: float, reporting_probability: Interval) -> Interval:
    """Divide a recorded count by a reporting probability, end by end.

    Parameters
    ----------
    recorded
        Count of events recorded; finite, above 0.
    reporting_probability
        Share of the total that is recorded, in (0, 1]. It must be about the same events, unit, period and
        area as ``recorded``: the division cannot check that, the caller must.

    Returns
    -------
    Interval
        The total, of the same kind (and level) as the probability, because the division is monotone.

    Raises
    ------
    ValueError
        When the count is no number, negative or not finite, or the probability is no Interval or leaves (0, 1].
    NotEstimableError
        When nothing was recorded: 0 divided by any probability is 0, which says nothing about the total.

    Notes
    -----
    With ``T`` the total, ``R`` the recorded count and ``p = R / T``: ``T`` lies in ``[R / p_high, R / p_low]``.
    The total minus ``R`` is the dark figure. No value inside a bound is favoured; in particular the mean of
    ``R / p`` is not ``R`` over the mean of ``p``.

    Examples
    --------
    >>> implied_total(500, Interval(0.4, 0.5, "bound"))
    Interval(low=1000.0, high=1250.0, kind='bound', level=None)
    """
    count = _checked_count("recorded", recorded)
    if 0 < count < 1:
        raise ValueError(f"recorded is {count:g}: must be a count, not a share; give what it is a share of")
    probability = check_interval("reporting_probability", reporting_probability)
    low, high = probability.low, probability.high
    if not (low > 0 and high <= 1):
        raise ValueError(
            f"reporting_probability from {low} to {high}: must be above 0 (0 implies an infinite total) and at most 1"
            f"{share_hint(high)}"
        )
    if count == 0:
        raise NotEstimableError(
            "recorded is 0: divided by any probability it stays 0, which says nothing about the total; use a larger "
            "area or a longer period"
        )
    return Interval(count / high, count / low, probability.kind, probability.level)


def breakdown_probability(recorded: float, claimed_total: float) -> float:
    """Return the reporting probability at which a claimed total is exactly met.

    Parameters
    ----------
    recorded
        Count of events recorded; finite, not negative.
    claimed_total
        Total that somebody states, in the same unit, period and area; at least ``recorded``.

    Returns
    -------
    float
        ``recorded / claimed_total``: the claim "at least this many" fails when the true reporting
        probability is larger, the claim "at most this many" when it is smaller.

    Raises
    ------
    ValueError
        When the claimed total is smaller than the recorded count, or a count is no number, negative or not finite.

    Examples
    --------
    >>> breakdown_probability(500, 1250)
    0.4
    """
    count, total = _checked_count("recorded", recorded), _checked_count("claimed_total", claimed_total)
    if total < count or total == 0:
        raise ValueError(
            f"claimed_total {total} against {count} recorded: a total is above 0 and holds what was recorded; check "
            "that both count the same unit, and that recorded comes first"
        )
    return count / total


def joint_reporting_probability(assumptions: Iterable[Assumption]) -> Interval:
    """Multiply reporting probabilities that contain different losses.

    Parameters
    ----------
    assumptions
        Probabilities, each naming the losses it contains: not disclosed, not reported, not recorded. They are
        chained, each conditional on the one before.

    Returns
    -------
    Interval
        Bound for the product.

    Raises
    ------
    ValueError
        When one is no `Assumption` or not a probability, names no loss, or a loss is contained twice: dividing by
        both would count the same loss two times.

    Examples
    --------
    >>> told = Assumption("told", 0.1, 0.2, "probability", "survey", "ONS", "table 1", ("disclosed", "reported"))
    >>> kept = Assumption("kept", 0.8, 1.0, "probability", "audit", "HMIC", "page 1", ("recorded",))
    >>> joint_reporting_probability([told, kept]).high
    0.2
    """
    given = None if isinstance(assumptions, Mapping) else items_of(assumptions)
    if given is None:
        cure = ", as in [assumptions['told']]" if isinstance(assumptions, Mapping) else ", also of one"
        raise ValueError(f"assumptions is {shown(assumptions)}: must be a list of Assumption{cure}")
    chain = [link for link in given if isinstance(link, Assumption)]
    if wrong := [link for link in given if not isinstance(link, Assumption)]:
        raise ValueError(
            f"assumptions hold {', '.join(map(shown, wrong[:5]))}: each must be an Assumption, whose losses say what "
            "it covers; a bare range is for implied_total"
        )
    seen: dict[str, str] = {}
    for assumption in chain:
        if assumption.unit != "probability" or not assumption.loss:
            raise ValueError(
                f"assumption {assumption.id}: unit {assumption.unit!r}, losses {assumption.loss}; a link of the chain "
                "must be a probability that names the losses it contains"
            )
        for loss in assumption.loss:
            if loss in seen:
                raise ValueError(
                    f"the loss 'not {loss}' is contained in both {seen[loss]} and {assumption.id}; "
                    "chaining them would count it twice: use one of the two"
                )
            seen[loss] = assumption.id
    if not chain:
        raise ValueError("no probabilities given; a chain has at least one link")
    return Interval(math.prod(a.low for a in chain), math.prod(a.high for a in chain), "bound")


def _checked_count(name: str, given: object) -> float:
    count = plain_number(name, given)  # not only whole: ends of derived counts are divided too
    if not math.isfinite(count) or count < 0:
        raise ValueError(
            f"{name} is {count}: must be a finite count, not negative; net negative cells belong to small areas, "
            "sum them first"
        )
    return count
