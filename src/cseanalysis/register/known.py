"""What a share among the records that say can be among all records, whatever the others would say."""

from __future__ import annotations

from cseanalysis.register.figures import UNKNOWN, Figure

_WIDEST_ROUNDING = 10.0  # percentage points


def worst_case(figure: Figure) -> tuple[float, float]:
    """Return the whole per cents among all records, rounded outward, whatever the records that do not say would say."""
    # Both percentages are taken as they were printed: 83% of the 34% who are known is 28% to 95% of all.
    if figure.known_share == UNKNOWN:
        return 0.0, 100.0
    low, high = figure.low or 0.0, 100.0 if figure.high is None else figure.high
    if figure.unrecorded is not None:
        high = min(high + (figure.unrecorded.low + figure.unrecorded.high) / 2, 100.0)
    known = 100.0
    if figure.known is not None:
        # A range that is more than rounding has no middle.
        printed = figure.known.high - figure.known.low <= _WIDEST_ROUNDING
        known = (figure.known.low + figure.known.high) / 2 if printed else figure.known.low
    among = known * low / 100, known * high / 100 + 100 - known
    low, high = (round(end, 9) for end in among)  # without the noise of binary arithmetic
    return float(low // 1), float(-(-high // 1))


def among_all(figure: Figure) -> tuple[float, float]:
    """Return the per cent among all records with the rounding of both percentages let in, to decide by."""
    # Of a figure for which every record says, a count among them, these are its own ends.
    low, high = figure.ends
    if figure.unrecorded is not None:
        return low, min(high + figure.unrecorded.high, 100.0)
    # The fewer records say, the wider: both ends are reached at the lower end of the known share.
    known = 1.0 if figure.known is None else figure.known.low / 100
    return known * low, known * high + 100 * (1 - known)
