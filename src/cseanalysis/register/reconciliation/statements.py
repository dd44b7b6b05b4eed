"""What publications say about counts, each as one linear statement with the width of its rounding."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real

from cseanalysis.values import items_of, shown

# Beyond this the solver's absolute tolerance is no longer small against the rounding of its own arithmetic.
LARGEST = 10**9
FINEST = 1e-6  # per cent, for the same reason


@dataclass(frozen=True, slots=True)
class Row:
    """One linear inequality: ``low <= sum(coefficient x cell) <= high``."""

    cells: tuple[str, ...]  # names of the cells
    coefficients: tuple[int, ...]  # one whole number each, so that the edge of a rounding is represented exactly
    low: float  # ends of the sum; infinite where nothing is said
    high: float


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a publication says about counts; true or dropped as a whole.

    Made by `count`, `share`, `part_of` and `adds_up`.

    Parameters
    ----------
    id
        Name under which conflicts list it, such as the id of a figure.
    says
        The statement in words.
    rows
        The inequalities it stands for; a share stands for two.
    base
        The cell that a share is a share of.
    residual
        The cell that holds what the parts leave of their total.
    adds
        Whether it says that parts add up to a total.

    Raises
    ------
    ValueError
        When the id is empty or no text.

    Examples
    --------
    >>> count("group_based", 4228, id="F022")
    Statement(id='F022', says='group_based is 4,228', rows=(Row(cells=('group_based',), coefficients=(1,), \
low=4228.0, high=4228.0),), base=None, residual=None, adds=False)
    """

    id: str
    says: str
    rows: tuple[Row, ...]
    base: str | None = None
    residual: str | None = None
    adds: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id.strip():
            seen = "an empty id" if isinstance(self.id, str) else f"the id {shown(self.id)}, which is no text"
            raise ValueError(f"the statement {self.says!r} has {seen}; conflicts name statements by their ids")


def count(
    cells: str | Sequence[str],
    value: int | None = None,
    *,
    rounded_to: int | None = None,
    at_least: int | None = None,
    more_than: int | None = None,
    at_most: int | None = None,
    less_than: int | None = None,
    id: str | None = None,  # noqa: A002 (the word of the register)
) -> Statement:
    """State how many a cell holds, or several cells together.

    Parameters
    ----------
    cells
        Name of the cell; several names are counted together.
    value
        The printed whole number. A suppressed cell has no value but, say, ``at_most=4``.
    rounded_to
        Width of the rounding of ``value``: 1,100 rounded to 100 lies from 1,050 to 1,150, both ends included
        because publications round halves up, down and to even. ``value`` must be a multiple of it.
    at_least, more_than, at_most, less_than
        Ends, when no ``value`` was printed. "Over 300" is ``more_than=300``, that is 301 or more.
    id
        Defaults to the statement in words.

    Returns
    -------
    Statement

    Raises
    ------
    ValueError
        Negative, fractional or huge numbers, or text; a value that is no multiple of its rounding, or together with
        ends; neither; ends that cross; cells that are no names.

    Examples
    --------
    >>> count("familial", 1100, rounded_to=100).rows[0].high
    1150.0
    >>> count("institutional", more_than=300).says
    'institutional is more than 300'
    >>> count(["men", "women"], 4655).says
    'men and women together are 4,655'
    """
    names = _names(cells)
    ends = {"at_least": at_least, "more_than": more_than, "at_most": at_most, "less_than": less_than}
    given = {word: _whole(number, names) for word, number in ends.items() if number is not None}
    _check_ends(value, rounded_to, given, ", ".join(names))
    half = Fraction(0)
    if rounded_to is not None:
        half = Fraction(_whole(rounded_to, names), 2)
        if not half:
            raise ValueError(f"{', '.join(names)} rounded to 0; leave rounded_to out when the number is exact")
    if value is not None:
        printed = _whole(value, names)
        if half and printed % (2 * half):
            below = int(printed // (2 * half) * 2 * half)
            raise ValueError(
                f"{', '.join(names)}: {printed:,} is no multiple of {rounded_to:,}, as a number rounded to it is; give "
                f"what was printed ({below:,} or {below + int(2 * half):,}), or leave rounded_to out when it is exact"
            )
        low, high = max(float(printed - half), 0.0), float(printed + half)
        said = f"{printed:,}" + (f" rounded to {rounded_to:,}" if half else "")
    else:
        low = float(given["more_than"] + 1 if "more_than" in given else given.get("at_least", 0))
        high = float(given["less_than"] - 1 if "less_than" in given else given.get("at_most", math.inf))
        said = " and ".join(f"{word.replace('_', ' ')} {number:,}" for word, number in given.items())
    if low > high:
        raise ValueError(f"{', '.join(names)} is {said}: no whole number is; low must not exceed high")
    verb = "is" if len(names) == 1 else "together are"
    says = f"{_listed(names)} {verb} {said}"
    return Statement(id if id is not None else says, says, (Row(names, (1,) * len(names), low, high),))


def share(
    part: str | Sequence[str],
    *,
    of: str,
    per_cent: float | None = None,
    rounded_to: float | None = None,
    at_least: float | None = None,
    more_than: float | None = None,
    at_most: float | None = None,
    less_than: float | None = None,
    id: str | None = None,  # noqa: A002
) -> Statement:
    """State what share of one cell another is.

    Parameters
    ----------
    part
        Name of the part, or several names taken together.
    of
        Name of the whole that contains it.
    per_cent, rounded_to
        The printed share and the width of its rounding, both in per cent: 26 rounded to 1 lies from 25.5 to
        26.5, both ends included. Required together, because no printed share is exact.
    at_least, more_than, at_most, less_than
        Ends in per cent, when no ``per_cent`` was printed; "more than half" is ``more_than=50``.
    id
        Defaults to the statement in words.

    Returns
    -------
    Statement
        With two inequalities, ``low x whole <= 100 x part`` and ``100 x part <= high x whole``. A whole of nought
        meets any share that is not strict.

    Raises
    ------
    ValueError
        A share outside 0 to 100 or no number, a share or rounding above nought but below 0.000001 per cent, a
        value without its rounding or together with ends, a cell that is a share of itself.

    Examples
    --------
    >>> [(row.coefficients, row.low) for row in share("familial", of="group_based", per_cent=26, rounded_to=1).rows]
    [((200, -51), 0.0), ((-200, 53), 0.0)]
    """
    names = _names(part)
    whole = _name(of)
    if whole in names:
        raise ValueError(f"{whole!r} is given as a share of itself; name the part and the whole apart")
    ends = {"at_least": at_least, "more_than": more_than, "at_most": at_most, "less_than": less_than}
    given = {word: _per_cent(number, names) for word, number in ends.items() if number is not None}
    _check_ends(per_cent, rounded_to, given, ", ".join(names))
    low, high = Fraction(0), Fraction(100)
    if per_cent is not None:
        printed = _per_cent(per_cent, names)
        if rounded_to is None or not (width := _per_cent(rounded_to, names)):
            raise ValueError(
                f"{', '.join(names)}: {per_cent:g}% without the width of its rounding; "
                "no printed share is exact: give rounded_to (1 for 26%, 0.1 for 26.6%)"
            )
        if 0 < printed < 1 <= width:
            raise ValueError(
                f"{', '.join(names)}: {float(per_cent):g}% is not rounded to {float(rounded_to):g}; shares are given "
                f"in per cent, {float(100 * printed):g} for {float(100 * printed):g}%"
            )
        low, high = max(printed - width / 2, low), min(printed + width / 2, high)
        said = f"{float(per_cent):g}% rounded to {float(rounded_to):g}"
    else:
        low = given.get("more_than", given.get("at_least", low))
        high = given.get("less_than", given.get("at_most", high))
        said = " and ".join(f"{word.replace('_', ' ')} {float(number):g}%" for word, number in given.items())
    if low > high or (low == high and ("more_than" in given or "less_than" in given)):
        raise ValueError(f"{', '.join(names)} is {said} of {whole}: no share is; low must not exceed high")
    verb = "is" if len(names) == 1 else "together are"
    says = f"{_listed(names)} {verb} {said} of {whole}"
    rows = (
        _share_row(names, whole, low, sign=1, strict="more_than" in given),
        _share_row(names, whole, high, sign=-1, strict="less_than" in given),
    )
    return Statement(id if id is not None else says, says, rows, base=whole)


def part_of(part: str, whole: str, *, id: str | None = None) -> Statement:  # noqa: A002
    """State that one cell is contained in another and so never exceeds it.

    Parameters
    ----------
    part, whole
        Names of the two cells.
    id
        Defaults to the statement in words.

    Returns
    -------
    Statement

    Raises
    ------
    ValueError
        When both names are the same, or one is no name.

    Examples
    --------
    >>> part_of("rape", "contact offences").says
    'rape is part of contact offences'
    """
    names = (_name(part), _name(whole))
    if names[0] == names[1]:
        raise ValueError(f"{part!r} is given as part of itself; name the part and the whole apart")
    says = f"{names[0]} is part of {names[1]}"
    return Statement(id if id is not None else says, says, (Row(names, (-1, 1), 0.0, math.inf),))


def adds_up(whole: str, parts: Sequence[str], *, residual: str | None, id: str | None = None) -> Statement:  # noqa: A002
    """State that parts that do not overlap make up a whole, with what they leave as a cell of its own.

    Parameters
    ----------
    whole
        Name of the total.
    parts
        Names of the parts.
    residual
        Name of the cell for whatever the parts leave, such as ``"not quoted"`` or ``"sex not recorded"``. None
        claims that they leave nothing, which then can contradict the counts. There is no default: whether
        quoted parts are all parts is the judgement that goes wrong most often.
    id
        Defaults to the statement in words.

    Returns
    -------
    Statement

    Raises
    ------
    ValueError
        When no part is given, the parts are one bare text instead of a list, or a name comes twice.

    Examples
    --------
    >>> adds_up("all", ["men", "women"], residual="sex not recorded").says
    'men, women and sex not recorded add up to all'
    """
    if isinstance(parts, str):
        raise ValueError(f"the parts of {whole!r} are the text {parts!r}; give a list of names, [{parts!r}] for one")
    names = _names(parts) if residual is None else (*_names(parts), _name(residual))
    everything = (_name(whole), *names)
    if twice := sorted({name for name in everything if everything.count(name) > 1}):
        raise ValueError(f"{_some(twice)} stands twice in what adds up to {whole!r}; name every cell once")
    says = f"{_listed(names)} add up to {whole}"
    row = Row(everything, (-1, *(1,) * len(names)), 0.0, 0.0)
    return Statement(id if id is not None else says, says, (row,), residual=residual, adds=True)


def _share_row(names: tuple[str, ...], whole: str, per_cent: Fraction, *, sign: int, strict: bool) -> Row:
    """Return ``sign x (part - per_cent / 100 x whole) >= 0`` in whole numbers, or ``>= 1`` when strict."""
    ratio = per_cent / 100
    coefficients = (*(sign * ratio.denominator,) * len(names), -sign * ratio.numerator)
    return Row((*names, whole), coefficients, float(strict), math.inf)


def _name(cell: str) -> str:
    if not isinstance(cell, str) or not cell.strip():
        raise ValueError(f"{shown(cell)} stands where one cell is named; give its name, a text that is not empty")
    return cell


def _names(cells: str | Sequence[str]) -> tuple[str, ...]:
    items = items_of(cells)
    names = (cells,) if items is None else tuple(items)
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f"cells are {_some(names)}; give at least one name, none of them empty")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{_some(twice)} stands twice among the cells; name every cell once")
    return names


def _check_ends(value: float | None, rounded_to: float | None, given: Mapping[str, object], name: str) -> None:
    if (value is None) == (not given):
        seen = "neither a value nor an end" if value is None else f"a value and {', '.join(given)}"
        raise ValueError(f"{name}: {seen}; give the printed value, or its ends, not both")
    if value is None and rounded_to is not None:
        raise ValueError(f"{name}: rounded_to without a value; the width of a rounding belongs to a printed number")
    for pair in (("at_least", "more_than"), ("at_most", "less_than")):
        if set(pair) <= set(given):
            raise ValueError(f"{name}: both {pair[0]} and {pair[1]}; give one of them")


def _whole(number: float, names: tuple[str, ...]) -> int:
    is_number = isinstance(number, Real) and not isinstance(number, bool)
    if not is_number or not 0 <= number <= LARGEST or number != int(number):
        raise ValueError(
            f"{', '.join(names[:5])}: {_plain(number)} is not a count; give a whole number from 0 to {LARGEST:,}"
        )
    return int(number)


def _per_cent(number: float, names: tuple[str, ...]) -> Fraction:
    if isinstance(number, bool) or not isinstance(number, Real) or not 0 <= number <= 100:
        raise ValueError(f"{', '.join(names[:5])}: {_plain(number)} per cent; a share is a number from 0 to 100")
    if 0 < number < FINEST:
        raise ValueError(
            f"{', '.join(names[:5])}: {number} per cent; shares and their roundings are 0 or at least {FINEST:.6f} per "
            "cent: state the count instead"
        )
    # Through the shortest decimal, so that 26.6 is 133/500 and not its nearest binary fraction.
    return Fraction(str(float(number)))


def _plain(number: object) -> str:
    """Show a number as it is, and what is none, such as a text of digits, in a form that tells it apart."""
    return str(number) if isinstance(number, float) else shown(number)


def _listed(names: Sequence[str]) -> str:
    if len(names) > 5:
        return f"{', '.join(names[:4])} and {len(names) - 4} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _some(names: Sequence[object]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(shown(name) for name in names[:5]) + more
