"""What ended a case, and which cases are still open: nothing is taken for an outcome that may stand for none."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.checks import named
from cseanalysis.values import shown

_MOST_CODES = 40  # the Home Office has 22 types of outcome
_SEVERAL = (list, set, frozenset, np.ndarray, pd.Index, pd.Series)
# Words that stand for a case whose outcome is not known yet, wherever they come from: R, SAS, police systems.
_OPEN_WORDS = re.compile(
    r"censor|\bopen\b|\bpending\b|\bongoing\b|\bin progress\b|\bunresolved\b|\balive\b|\bevent[ -]?free\b|"
    r"\bnot yet\b|\bunder investigation\b|\bawaiting\b|\blost to follow|\bstill\b"
)
_OPEN_WHOLE = {"", "-", "0", "na", "n/a", "nan", "nat", "none", "null", "false", "no", "no event", "no outcome", "<na>"}


def read_outcomes(
    events: ArrayLike, size: int, *, still: object, wanted: Iterable[Hashable] | None
) -> tuple[NDArray[np.intp], list[Hashable]]:
    """Number the outcomes from 1 in their order, 0 being a case still open.

    Parameters
    ----------
    events
        One for each case.
    size
        Number of cases.
    still, wanted
        As ``open`` and ``outcomes`` of `cumulative_incidence`.

    Returns
    -------
    codes, labels
        Of shape (size,), and the outcomes, numbers before text.

    Raises
    ------
    ValueError
        When an event has two readings, is not among the outcomes named, or no number or label.

    Examples
    --------
    >>> codes, labels = read_outcomes(["closed", "censored", "charged"], 3, still="censored", wanted=None)
    >>> codes.tolist(), labels
    ([2, 0, 1], ['charged', 'closed'])
    """
    try:
        shape = np.shape(events)
    except ValueError:
        raise ValueError("events: the rows differ in length; give one event for each case") from None
    if shape != (size,):
        raise ValueError(f"events has shape {shape}: must be one for each of {size} cases")
    codes, names = _factorised(events)
    if isinstance(still, pd.DataFrame):
        raise ValueError("open is a DataFrame: give the value that stands for a case still open, or a list of them")
    several = isinstance(still, _SEVERAL) and not (isinstance(still, np.ndarray) and still.ndim == 0)
    declared = list(still) if several else [still]  # type: ignore[call-overload]
    if wrong := [one for one in declared if not isinstance(one, Hashable)]:
        raise ValueError(f"open holds {shown(wrong[0])}: give the value that stands for a case still open, or a list")
    if not declared:
        raise ValueError("open is empty: say which value stands for a case still open, such as open=0")
    outcomes = None if wanted is None else _named_outcomes(wanted, declared)
    missing = codes < 0
    if missing.any() and not any(pd.api.types.is_scalar(one) and pd.isna(one) for one in declared):
        raise ValueError(
            f"events: {int(missing.sum())} of {size} are missing; a case still open is 0 by default; if missing "
            "means still open, say open=None"
        )
    closed = [name for name in names if not any(_same(name, one) for one in declared)]
    _refuse_two_readings(closed, declared, outcomes)
    if (
        outcomes is None
        and len(declared) == 1
        and _same(declared[0], 0)
        and sorted(map(str, names)) == ["1", "2"]
        and not missing.any()
    ):
        raise ValueError(
            "events hold 1 and 2 and no 0: in R 1 may stand for censored and 2 for the event; say open=1 if so, or "
            "outcomes=[1, 2] if both are outcomes and no case is open"
        )
    if outcomes is None and _reads_as_times(closed, size):
        raise ValueError(
            f"events hold {len(closed)} different numbers, such as {named(closed)}: are times and events exchanged? "
            "Name the outcomes, outcomes=[...], if they are that many"
        )
    if outcomes is not None and (other := [name for name in closed if not any(_same(name, one) for one in outcomes)]):
        raise ValueError(
            f"events {named(map(repr, other))} are neither among outcomes, {named(map(repr, outcomes))}, nor declared "
            f"open; name them in outcomes, or say open={other[0]!r}"
        )
    plain = [_label(name) for name in (closed if outcomes is None else outcomes)]
    numeric = [name for name in plain if isinstance(name, int | float)]
    others = [name for name in plain if not isinstance(name, int | float)]
    labels: list[Hashable] = [*sorted(numeric), *sorted(others, key=lambda name: (type(name).__name__, name))]
    order = {name: place for place, name in enumerate(labels, start=1)}
    shut = [any(_same(name, one) for one in closed) for name in names]
    places = [order[_label(name)] if ends else 0 for name, ends in zip(names, shut, strict=True)]
    return np.array([*places, 0], dtype=np.intp)[codes], labels  # code -1, missing, is the last: open


class _Truth(Enum):
    """True and False, which otherwise are the labels 1 and 0."""

    YES = True
    NO = False


def _factorised(events: ArrayLike) -> tuple[NDArray[np.intp], list[Any]]:
    """Number the values as they come, missing ones -1; True and 1 are told apart."""
    if isinstance(events, list | tuple):
        # A list of labels and noughts would become text as an array, and the noughts an outcome.
        given = pd.Series(list(events), dtype=object).infer_objects()
    else:
        given = pd.Series(np.asarray(events))
    if given.dtype.kind in "bO":
        kinds = {type(one) for one in given}
        if kinds & {bool, np.bool_}:
            if any(issubclass(kind, int | float | np.number) for kind in kinds - {bool, float}):
                raise ValueError("events hold truth values and numbers: write both as labels, 'open' and 'charged'")
            given = given.map(lambda one: _Truth(bool(one)) if isinstance(one, bool | np.bool_) else one)
    codes, found = pd.factorize(given)
    names = [name.value if isinstance(name, _Truth) else name for name in found.tolist()]
    return np.asarray(codes, dtype=np.intp), [
        int(name) if isinstance(name, float) and name.is_integer() else name for name in names
    ]


def _reads_as_times(names: list[Hashable], size: int) -> bool:
    """Say whether what should be codes of outcomes reads as times: fractions, or more than a list of outcomes has."""
    numeric = [
        float(str(name)) for name in names if isinstance(name, int | float | np.number) and not isinstance(name, bool)
    ]
    if not numeric or len(numeric) < len(names):
        return False
    several = len(names) > _MOST_CODES or (len(names) >= 5 and len(names) > size / 2)
    return several or any(name % 1 for name in numeric if np.isfinite(name))


def _named_outcomes(wanted: object, declared: list[object]) -> list[Hashable]:
    single = isinstance(wanted, str | bytes | np.ndarray) and np.ndim(wanted) == 0
    if single or not isinstance(wanted, Iterable):
        raise ValueError(f"outcomes is {wanted!r}: give a list of labels, [{wanted!r}] for one")
    outcomes = list(wanted)
    if not outcomes:
        raise ValueError("outcomes is empty: name at least one, or leave it out")
    if twice := [one for place, one in enumerate(outcomes) if any(_same(one, other) for other in outcomes[:place])]:
        raise ValueError(f"outcomes {named(map(repr, twice))} are named twice: name each once")
    both = [one for one in outcomes if any(_same(one, other) for other in declared)]
    if both or any(_same(one, 0) for one in outcomes):
        raise ValueError(
            f"outcomes {named(map(repr, both or [0]))}: also stands for a case still open, as 0 always does in the "
            "answer; recode the outcome"
        )
    return outcomes


def _refuse_two_readings(closed: list[Any], declared: list[object], outcomes: list[Hashable] | None) -> None:
    """Refuse labels that may stand for a case still open, and are not named an outcome."""
    unsaid = [name for name in closed if outcomes is None or not any(_same(name, one) for one in outcomes)]
    default = len(declared) == 1 and _same(declared[0], 0)
    kept = "" if default else f"{named(map(repr, declared))}, "
    if any(isinstance(name, bool) for name in unsaid) and not any(isinstance(one, bool) for one in declared):
        raise ValueError("events hold truth values: say which stands for a case still open, open=False as a rule")
    if any(_same(name, 0) for name in unsaid):
        raise ValueError(
            f"events hold 0 beside open={named(map(repr, declared))}: 0 is open as well, say open=[{kept}0]"
        )
    if any(isinstance(name, str) and name.strip() == "0" for name in unsaid):
        raise ValueError("events hold '0' as text: a case still open is the number 0; read numbers, or say open='0'")
    if still := [name for name in unsaid if means_open(name)]:
        cure = repr(still[0]) if not kept and len(still) == 1 else f"[{kept}{', '.join(map(repr, still[:5]))}]"
        raise ValueError(
            f"events hold {named(map(repr, still))}, which reads as a case still open: say open={cure}, or name it in "
            "outcomes"
        )
    numeric = [name for name in unsaid if isinstance(name, int | float) and not isinstance(name, bool)]
    if wrong := [name for name in numeric if name < 0 or name % 1]:
        raise ValueError(f"events {wrong[:5]}: must be whole and not negative, or labels; 0 is a case still open")
    folded: dict[str, str] = {}
    for name in [*(one for one in declared if isinstance(one, str)), *unsaid]:
        if isinstance(name, str) and (other := folded.setdefault(" ".join(name.casefold().split()), name)) != name:
            raise ValueError(
                f"events {other!r} and {name!r} differ in capitals or spaces alone: write them alike, or name both in "
                "outcomes"
            )


def _same(one: object, other: object) -> bool:
    """Compare labels without taking True for 1 or False for 0."""
    if isinstance(one, bool | np.bool_) or isinstance(other, bool | np.bool_):
        return isinstance(one, bool | np.bool_) and isinstance(other, bool | np.bool_) and bool(one) == bool(other)
    if isinstance(one, int | float | np.number) and isinstance(other, int | float | np.number):
        return bool(one == other)
    if pd.api.types.is_scalar(one) and pd.isna(one):
        return False
    return type(one) is type(other) and bool(one == other)


def _label(name: Any) -> Hashable:
    """Write True as 1, as numbers are, and numpy's numbers as Python's."""
    plain = name.item() if isinstance(name, np.generic) else name
    return int(plain) if isinstance(plain, bool) or (isinstance(plain, float) and plain.is_integer()) else plain


def means_open(label: object) -> bool:
    """Say whether a label reads as a case without outcome yet, such as ``"censored"``, ``"NA"`` or ``"pending"``."""
    if not isinstance(label, str):
        return False
    plain = " ".join(label.casefold().replace("_", " ").split())
    return plain in _OPEN_WHOLE or _OPEN_WORDS.search(plain) is not None
