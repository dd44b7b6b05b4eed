"""Home Office offence codes, and names, to categories, each in the period for which its rule holds."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.crosswalks import Crosswalk, Rule, Rules, group, load_rules, vocabulary, with_supplied
from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Counted, Key, Resolve
from cseanalysis.clean.labels import OFFENCE_PART, Unmapped, bare_code, offence_key, undefined_term
from cseanalysis.clean.periods import Readings, period_keys, period_reader, supplied_periods
from cseanalysis.clean.schemes import of_scheme, two_readings, whose_column

_CODE_AND_NAME = re.compile(r"([0-9][0-9a-z./]*)(?:\s*[-:\u2013\u2014]\s*|\s+)([a-z].*)", re.IGNORECASE | re.DOTALL)
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")


def harmonise_offences(
    frame: IntoFrameT,
    *,
    code: str = "Offence Code",
    name: str | None = None,
    period: str = "Financial Year",
    quarter: str | None = None,
    on_unmapped: str = "raise",
    crosswalk: Crosswalk | None = None,
    prefix: str = "",
) -> IntoFrameT:
    """Add the category of each Home Office offence code, and whom its count can cover.

    Codes are compared as text: ``4.10`` is not ``4.1``, and ``088A`` is ``88A``. Two rules may share a code when its
    content or label changed (``71`` in April 2013, ``88A`` in April 2017); each holds for its own dates. Without
    ``quarter`` a rule must hold for the whole year. In place of a code may stand its published name (``Sexual
    grooming``), both (``88A Sexual grooming``), an offence within a class (``71/17``, which is counted in 88A and not
    in 71) or a category of police.uk.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    code
        Column of offence codes or of names, as text.
    name
        Column of names beside the codes, if there is one. The code decides; where it is empty, the name does. A name
        that is known as that of another code is an error.
    period, quarter
        Columns of the period, as in :func:`harmonise_periods`.
    on_unmapped
        ``"raise"``, or ``"keep"`` to get nulls for codes without a rule.
    crosswalk
        Rules of your own, which come before ours for the codes they name: a path or a table in the columns of
        ``read_crosswalk("offences")``.
    prefix
        Put before the names of the new columns.

    Returns
    -------
    same kind of frame
        The same rows (in the same order on pandas, Polars, PyArrow, DuckDB and Dask), with ``offence_category``;
        ``offence_scope``: ``"child_only"`` (the Home Office's list of child-identifiable offences, their forerunners
        before 2004, and offences counted in them), ``"familial"`` (child and adult victims), ``"image"`` (mostly, not
        only, indecent images of children), ``"age_mixed"`` (sexual offences against children and adults under one
        code; on police.uk together with violence), ``"adult_context"`` or ``"out_of_scope"`` (every other known code);
        ``offence_relation``: whether the code counts exactly what the category stands for, or is ``"broader"``,
        ``"narrower"`` or ``"partial"`` (familial and image categories stand for offences against children, those of
        police.uk for recorded offences);
        ``offence_rule`` (see :func:`explain`).

    Raises
    ------
    UnmappedLabelError
        When a code is unknown, is known but not in that period, has two readings, contradicts its name, or a cell is
        empty. ``71.0`` is read as ``71`` only in a column without other decimals, and beside it ``4.1`` has two
        readings. Also for "grooming gang" and its like: five definitions are in use, and the error names them.
    ValueError
        When a column is missing, the codes are numbers, a new column exists already, or ``crosswalk`` has errors.

    Source
    ------
    Home Office, written answer 215208, December 2014, for the list of child-identifiable offences; Home
    Office, police recorded crime open data, for codes and labels.

    Examples
    --------
    >>> import pandas as pd
    >>> years = ["2016/17", "2017/18", "2017/18"]
    >>> table = pd.DataFrame({"Offence Code": ["88A", "Sexual grooming", "4.10"], "Financial Year": years})
    >>> print(harmonise_offences(table)[["offence_category", "offence_scope", "offence_rule"]].to_string(index=False))
    offence_category offence_scope     offence_rule
     sexual_grooming    child_only      offence:88A
     sexual_grooming    child_only offence:88A:2017
      other_offences  out_of_scope     offence:4.10
    """
    task = offence_task(code=code, name=name, period=period, quarter=quarter, crosswalk=crosswalk)
    return add_columns(frame, task, on_unmapped=on_unmapped, prefix=prefix)


def offence_task(
    *,
    code: str,
    name: str | None,
    period: str,
    quarter: str | None,
    crosswalk: Crosswalk | None,
    convention: str | None = None,
    periods: Crosswalk | None = None,
) -> Task:
    """Say how the offences in a column are read, and what is added for them."""
    rules = with_supplied(_rules_by_label(), "offences", offence_key, crosswalk)
    own_periods = supplied_periods(periods)
    columns = {"code": code} | ({} if name is None else {"name": name})
    width = len(columns)

    def resolver(counted: Counted) -> Resolve:
        read = period_reader(period, [key[width] for key, _ in counted], convention, own_periods)
        labels = {key[0] for key, _ in counted}
        bare = {bare_code(label) for label in labels if isinstance(label, str)}
        decimals = {code for code in bare if _DECIMAL.fullmatch(code)}
        police_uk = whose_column(rules.get(offence_key(label), ()) for label in labels if isinstance(label, str))

        def find(label: str) -> tuple[Rule, ...] | Unmapped:
            found = _as_stored(label, decimals, rules)
            if found is None:
                found = rules.get(offence_key(label)) or _with_its_name(label, rules)
            return found if isinstance(found, Unmapped) else of_scheme(found, police_uk)

        def resolve(key: Key) -> Answer | Unmapped:
            cells = [_text(cell, column) for cell, column in zip(key, columns.values(), strict=False)]
            given, beside = cells[0], cells[1] if name is not None else None
            label = beside if beside is not None and not (given or "").strip() else given
            if label is None:
                return Unmapped(None)
            known = find(label)
            if isinstance(known, Unmapped):
                return known
            if beside is not None and label is given and (problem := _contradiction(known, beside, rules)):
                return Unmapped(beside, f"{problem}, the code beside it is {label!r}")
            readings = read(*key[width:])
            if isinstance(readings, Unmapped):
                return readings
            rule = _then(label, known, readings)
            if isinstance(rule, Unmapped):
                return rule
            return rule.category["offence_category"], rule.category["offence_scope"], rule.relation, rule.rule_id

        return resolve

    return Task(
        keys=columns | period_keys(period, quarter),
        added={"offence_category": "text", "offence_scope": "text", "offence_relation": "text", "offence_rule": "text"},
        resolver=resolver,
        remedy=(
            'Correct the code or its period, pass on_unmapped="keep" to get nulls, '
            "or give rules of your own as crosswalk="
        ),
        vocabulary=_vocabulary() if crosswalk is None else vocabulary(rules, scheme="offence"),
    )


def _text(cell: object, column: str) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    raise ValueError(
        f"column {column!r} holds {type(cell).__name__} values (for example {cell!r}): codes are text, "
        "because as numbers 4.10 and 4.1 are the same; read the file with dtype=str"
    )


@cache
def _rules_by_label() -> Rules:
    rules = load_rules("offences")
    by_code = group(rules, offence_key)
    names = [(rule.description, rule) for rule in rules if rule.description]
    text = (files("cseanalysis.clean") / "crosswalks" / "offence_names.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        names += [(row["name"], rule) for rule in by_code[offence_key(row["code"])]]
    # A label that changed while its code went on meaning the same holds as long as the code does.
    names += [
        (name, other)
        for name, rule in names
        for other in by_code[offence_key(rule.labels[0])]
        if (other.category, other.relation) == (rule.category, rule.relation)
    ]
    found = dict(by_code)
    for name, rule in names:
        known = found.get(offence_key(name), ())
        if rule not in known:
            found[offence_key(name)] = (*known, rule)
    return {key: tuple(sorted(known, key=lambda rule: rule.of_police_uk)) for key, known in found.items()}


def _as_stored(label: str, decimals: set[str], rules: Rules) -> tuple[Rule, ...] | Unmapped | None:
    """Read a code that may have been stored as a number on the way; None for any other label."""
    bare = bare_code(label)
    if bare not in decimals:
        return None
    whole = {each for each in decimals if each.endswith(".0")}
    if bare in whole:
        if others := sorted(decimals - whole):
            return Unmapped(
                label,
                f"a code read as a number? Beside {others[0]!r} it cannot be told; read codes as text",
                ambiguous=True,
            )
        return rules.get(offence_key(bare.removesuffix(".0")))
    if whole and bare + "0" in rules:
        return Unmapped(
            label,
            f"its column holds {min(whole)!r}, so it was read as numbers, and {bare}0 became {bare} there too",
            ambiguous=True,
        )
    return None


def _with_its_name(label: str, rules: Rules) -> tuple[Rule, ...] | Unmapped:
    """Read a code with its name behind it, or say what an unknown label is."""
    bare = bare_code(label)
    if both := _CODE_AND_NAME.fullmatch(bare):
        known, named = rules.get(offence_key(both[1])), rules.get(offence_key(both[2]))
        if known and named:
            problem = _contradiction(known, both[2], rules)
            return Unmapped(label, f"{problem}, its code is {both[1]!r}") if problem else known
    if part := OFFENCE_PART.fullmatch(bare):
        return Unmapped(
            label,
            f"offence {int(part[2])} of class {part[1].upper()} of the Home Office, without a rule of its own; the "
            "class is not taken for it, because an offence may be counted elsewhere, as 71/17 is in 88A",
        )
    if undefined := undefined_term(label):
        return Unmapped(label, undefined)
    return Unmapped(
        label, known=tuple(each for known in rules.values() if not known[0].of_police_uk for each in _labels(known[0]))
    )


def _labels(rule: Rule) -> tuple[str, ...]:
    return (*rule.labels, rule.description) if rule.description else rule.labels


def _contradiction(known: tuple[Rule, ...], name: str, rules: Rules) -> str | None:
    """Say whose name stands beside a code, if it is that of another one; a name without a rule says nothing."""
    # A category of police.uk is no name of an offence, and holds many.
    named = tuple(rule for rule in rules.get(offence_key(name), ()) if not rule.of_police_uk)
    codes = [{offence_key(label) for rule in each for label in rule.labels} for each in (known, named)]
    if not named or codes[0] & codes[1]:
        return None
    return f"the name is that of {' or '.join(dict.fromkeys(rule.labels[0] for rule in named))}"


def _then(label: str, known: tuple[Rule, ...], readings: Readings) -> Rule | Unmapped:
    """Choose the rule that holds in a period, in all its readings."""
    held = [tuple(rule for rule in known if rule.covers(each.start, each.end)) for each in readings]
    for rules in held:
        if problem := two_readings(rules):
            return Unmapped(label, problem, ambiguous=True)
    # A period with two readings is none too many where both lead to one rule.
    if not held[0] or any(rules[:1] != held[0][:1] for rules in held):
        return Unmapped(label, _not_then(known, readings), ambiguous=any(held))
    return held[0][0]


def _not_then(rules: tuple[Rule, ...], readings: Readings) -> str:
    held = " and ".join(f"{rule.rule_id} holds {rule.validity}" for rule in rules)
    periods = " or ".join(f"{each.start.isoformat()} to {each.end.isoformat()}" for each in readings)
    several = ", which are the readings of its period" if len(readings) > 1 else ""
    return f"the code exists, but no one rule for it covers {periods}{several}: {held}"


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    return vocabulary(_rules_by_label(), scheme="offence")
