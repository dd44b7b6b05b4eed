"""What a share can be when part of the records does not say."""

from __future__ import annotations

import math

from cseanalysis.values import Interval


def share_bounds(with_attribute: float, known: float, unknown: float) -> Interval:
    """Bound a share without assuming anything about the records that do not say.

    Parameters
    ----------
    with_attribute
        Records known to have the attribute.
    known
        Records whose attribute is known, with or without it.
    unknown
        Records whose attribute is not known. All three are counts, or shares of one whole.

    Returns
    -------
    Interval
        Bound for the share among all records: none of the unknown have the attribute, or all of them have.
        Its width is the share of unknown records.

    Raises
    ------
    ValueError
        When a count is negative or not finite, more have the attribute than are known, or there are no records.

    Notes
    -----
    Manski (1995), *Identification Problems in the Social Sciences*: the worst-case bound
    ``[k / (m + u), (k + u) / (m + u)]``. It is sharp: each end is reached by one completion of the data.

    Examples
    --------
    >>> share_bounds(30, 100, 50)
    Interval(low=0.2, high=0.5333333333333333, kind='bound', level=None)
    """
    for name, count in (("with_attribute", with_attribute), ("known", known), ("unknown", unknown)):
        if not math.isfinite(count) or count < 0:
            raise ValueError(f"{name} is {count}: must be finite and not negative")
    if with_attribute > known:
        raise ValueError(f"with_attribute {with_attribute} exceeds known {known}: the part must not exceed the whole")
    total = known + unknown
    if total == 0:
        raise ValueError("known and unknown are both 0: no records, no share")
    return Interval(with_attribute / total, (with_attribute + unknown) / total, "bound")
