"""Cohorts on their way through a delay: what has become visible, and what is still to come."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.change.series import check_lags, check_order
from cseanalysis.models.checks import check_share, check_whole, numbers
from cseanalysis.models.delays.delay import Delay
from cseanalysis.values import NotEstimableError

_MOST_COHORTS = 1_000_000


def project_cohorts(intake: ArrayLike, delay: ArrayLike, probability: float) -> NDArray[np.float64]:
    """Return the events expected in each period from cohorts that entered up to then.

    Parameters
    ----------
    intake
        Cases entering in each period, oldest first, shape (periods,). Net negative entries are kept.
    delay
        Probability mass of the delay in whole periods, index 0 the same period; see `Delay.mass`. Mass beyond
        the last period given never arrives.
    probability
        Probability that a case ever has the event, in [0, 1].

    Returns
    -------
    ndarray of shape (periods,)
        Expected events by the period in which they happen; as long as ``intake``. Cases that entered before
        the first period are not in it, so early periods are too low.

    Raises
    ------
    ValueError
        When the delay is not a probability mass or the probability is impossible.

    Notes
    -----
    The convolution of back-calculation (Brookmeyer and Gail 1988), with the delay taken as given.

    Examples
    --------
    >>> project_cohorts([100, 200], [0.25, 0.75], 0.4).tolist()
    [10.0, 50.0]
    """
    cases = numbers("intake", intake)
    check_order("intake", intake)
    mass = checked_mass(delay)
    check_share("probability", probability)
    if cases.ndim != 1 or cases.size == 0 or not np.isfinite(cases).all():
        raise ValueError(f"intake has shape {cases.shape}: must be one finite count per period; missing is not zero")
    expected: NDArray[np.float64] = probability * np.convolve(cases, mass)[: len(cases)]
    return expected


def completeness(delay: ArrayLike, periods: int) -> NDArray[np.float64]:
    """Return the share of each cohort's eventual events that is visible when the last period ends.

    Parameters
    ----------
    delay
        Probability mass of the delay in whole periods, index 0 the same period.
    periods
        Number of cohorts, one a period, the last being the youngest.

    Returns
    -------
    ndarray of shape (periods,)
        Oldest cohort first. A low share for a recent cohort means recent, not rare.

    Raises
    ------
    ValueError
        When the delay is not a probability mass, or shorter than ``periods`` while mass is left out, or ``periods``
        is no whole number from 1.

    Notes
    -----
    Of a small unit the delay leans on others as ``np.diff(pooled.completeness.loc[unit, "completeness"], prepend=0)``,
    with ``pooled`` from `pooled_hazards`.

    Examples
    --------
    >>> completeness([0.5, 0.25, 0.25], 3).tolist()
    [1.0, 0.75, 0.5]
    """
    mass = checked_mass(delay)
    periods = check_whole("periods", periods, most=_MOST_COHORTS)
    if len(mass) < periods:
        if mass.sum() < 1 - 1e-9:
            raise ValueError(
                f"delay has {len(mass)} periods and sums to {mass.sum():.6g}, {periods} cohorts asked: "
                "give its mass for as many periods as there are cohorts"
            )
        mass = np.pad(mass, (0, periods - len(mass)))
    return np.asarray(np.minimum(np.cumsum(mass[:periods]), 1.0)[::-1], dtype=np.float64)


def periods_until_visible(intake: ArrayLike, delay: ArrayLike, share: float) -> int:
    """Return after how many more periods a share of the events still to come from past cohorts is visible.

    Parameters
    ----------
    intake
        Cases entering in each period, oldest first; the last period has just ended, nobody enters later.
    delay
        Probability mass of the delay in whole periods; it must sum to 1, as far as it is needed.
    share
        Of the events not yet visible, above 0 and at most 1.

    Returns
    -------
    int
        0 when nothing is still to come.

    Raises
    ------
    ValueError
        When the intake, delay or share is impossible.
    NotEstimableError
        When the delay is given for too few periods to reach the share.

    Examples
    --------
    >>> periods_until_visible([100, 100], [0.5, 0.3, 0.2], 0.9)
    2
    """
    cases = checked_intake(intake)
    mass = checked_mass(delay)
    check_share("share", share)
    if share == 0:
        raise ValueError("share is 0: must be above 0 and at most 1, of the events still to come")
    arrived = np.cumsum(np.convolve(cases, mass))[len(cases) - 1 :]  # from the end of the last period with intake
    wanted = arrived[0] + share * (cases.sum() - arrived[0])
    # A mass that stops short of 1 tells what the oldest cohort brings in its own periods only, and not what follows.
    told = len(arrived) if mass.sum() > 1 - 1e-9 else max(len(mass) - len(cases) + 1, 0)
    reached = arrived[:told] >= wanted - 1e-9 * cases.sum()
    if not reached.any():
        raise NotEstimableError(
            f"within {len(mass)} periods the delay brings {mass.sum():.4g} of a cohort's events, too few for {share:g} "
            "of what is still to come: give its mass for more periods; what never comes belongs in a probability"
        )
    return int(np.argmax(reached))


def checked_intake(intake: ArrayLike) -> NDArray[np.float64]:
    """Return cases by period, none missing and none negative."""
    cases = numbers("intake", intake)
    check_order("intake", intake)
    if cases.ndim != 1 or len(cases) == 0 or not (np.isfinite(cases) & (cases >= 0)).all():
        raise ValueError(
            f"intake of shape {cases.shape}: must be one finite count per period, none negative; missing is not zero, "
            "and records cancelled later belong to the period in which they entered"
        )
    return cases


def checked_mass(delay: ArrayLike) -> NDArray[np.float64]:
    """Return a probability mass by period, index 0 the same period."""
    if isinstance(delay, Delay):
        raise ValueError("delay is a Delay: give its probability mass, as in delay.mass(40, period_days=91.3125)")
    check_lags("delay", delay)
    mass = numbers("delay", delay)
    if (
        mass.ndim != 1
        or len(mass) == 0
        or not np.isfinite(mass).all()
        or (mass < -1e-12).any()
        or mass.sum() > 1 + 1e-9
    ):
        raise ValueError(
            f"delay sums to {mass.sum():.6g}, of shape {mass.shape}: must be a probability mass by period, "
            "none negative, summing to at most 1; divide counts or per cents by their sum"
        )
    return np.asarray(np.maximum(mass, 0.0), dtype=np.float64)
