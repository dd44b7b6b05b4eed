"""Home Office offence codes to categories, each code in the period for which its rule holds."""

from __future__ import annotations

from functools import cache

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.crosswalks import Crosswalk, Rule, Rules, group, load_rules, vocabulary, with_supplied
from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Counted, Key, Resolve
from cseanalysis.clean.labels import Unmapped, split_notes, undefined_term
from cseanalysis.clean.periods import Readings, period_keys, period_reader


def harmonise_offences(
    frame: IntoFrameT,
    *,
    code: str = "Offence Code",
    period: str = "Financial Year",
    quarter: str | None = None,
    on_unmapped: str = "raise",
    crosswalk: Crosswalk | None = None,
    prefix: str = "",
) -> IntoFrameT:
    """Add the category of each Home Office offence code, and whom its count can cover.

    Codes are compared as text: ``4.10`` is not ``4.1``. Two rules may share a code when its content or label
    changed (``71`` in April 2013, ``88A`` in April 2017); each holds for its own dates. Without ``quarter`` a rule
    must hold for the whole year.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    code
        Column of offence codes, as text.
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
        ``offence_scope``: ``"child_only"`` (the Home Office's list of child-identifiable offences, and their
        forerunners before 2004), ``"familial"`` (child and adult victims), ``"image"`` (mostly, not only,
        indecent images of children), ``"age_mixed"`` (sexual offences against children and adults under one
        code), ``"adult_context"`` or ``"out_of_scope"`` (every other known code);
        ``offence_relation``: whether the code counts exactly what the category stands for, or is ``"broader"``,
        ``"narrower"`` or ``"partial"`` (familial and image categories stand for offences against children);
        ``offence_rule`` (see :func:`explain`).

    Raises
    ------
    UnmappedLabelError
        When a code is unknown, is known but not in that period, or a cell is empty. Also for "grooming gang" and
        its like: five definitions are in use, and the error names them.
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
    >>> table = pd.DataFrame({"Offence Code": ["88A", "88A", "4.10"], "Financial Year": years})
    >>> print(harmonise_offences(table)[["offence_category", "offence_scope", "offence_rule"]].to_string(index=False))
    offence_category offence_scope     offence_rule
     sexual_grooming    child_only      offence:88A
     sexual_grooming    child_only offence:88A:2017
      other_offences  out_of_scope     offence:4.10
    """
    task = offence_task(code=code, period=period, quarter=quarter, crosswalk=crosswalk)
    return add_columns(frame, task, on_unmapped=on_unmapped, prefix=prefix)


def offence_task(*, code: str, period: str, quarter: str | None, crosswalk: Crosswalk | None) -> Task:
    """Say how the offence codes in a column are read, and what is added for them."""
    rules = with_supplied(_rules_by_code(), "offences", offence_key, crosswalk)

    def resolver(counted: Counted) -> Resolve:
        read = period_reader(period, [key[1] for key, _ in counted], None)

        def resolve(key: Key) -> Answer | Unmapped:
            label, when = key[0], key[1:]
            if label is None:
                return Unmapped(None)
            if not isinstance(label, str):
                raise ValueError(
                    f"column {code!r} holds {type(label).__name__} values (for example {label!r}): codes are text, "
                    "because as numbers 4.10 and 4.1 are the same; read the file with dtype=str"
                )
            known = rules.get(offence_key(label))
            if known is None:
                undefined = undefined_term(label)
                return Unmapped(label, undefined) if undefined else Unmapped(label, known=_labels(rules))
            readings = read(*when)
            if isinstance(readings, Unmapped):
                return readings
            held = [next((rule for rule in known if rule.covers(each.start, each.end)), None) for each in readings]
            rule = held[0]
            # A period with two readings is none too many where both lead to one rule.
            if rule is None or any(other is not rule for other in held):
                return Unmapped(label, _not_then(known, readings))
            given = rule.category
            return given["offence_category"], given["offence_scope"], rule.relation, rule.rule_id

        return resolve

    return Task(
        keys={"code": code} | period_keys(period, quarter),
        added={"offence_category": "text", "offence_scope": "text", "offence_relation": "text", "offence_rule": "text"},
        resolver=resolver,
        remedy=(
            'Correct the code or its period, pass on_unmapped="keep" to get nulls, '
            "or give rules of your own as crosswalk="
        ),
        vocabulary=vocabulary(rules, scheme="offence"),
    )


@cache
def _rules_by_code() -> Rules:
    return group(load_rules("offences"), offence_key)


def _labels(rules: Rules) -> tuple[str, ...]:
    return tuple(known[0].labels[0] for known in rules.values())


def offence_key(code: str) -> str:
    """Reduce a code to what distinguishes it; letter case, outer and doubled spaces and spelt notes do not."""
    # Spaces, dashes and brackets inside a code stay: without them "4-1" would become 41, "71(17)" would become 71.
    return " ".join(split_notes(code, spelt_only=True)[0].casefold().split())


def _not_then(rules: tuple[Rule, ...], readings: Readings) -> str:
    held = " and ".join(f"{rule.rule_id} holds {rule.validity}" for rule in rules)
    periods = " or ".join(f"{each.start.isoformat()} to {each.end.isoformat()}" for each in readings)
    several = ", which are the readings of its period" if len(readings) > 1 else ""
    return f"the code exists, but no one rule for it covers {periods}{several}: {held}"
