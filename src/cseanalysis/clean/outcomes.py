"""Outcome types of the Home Office framework, by number or by label, and which of them may be added up."""

from __future__ import annotations

import re
from functools import cache
from numbers import Integral, Real

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.crosswalks import Crosswalk, Rule, group, load_rules, vocabulary, with_supplied
from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Key
from cseanalysis.clean.labels import Unmapped, match_key, split_notes

_TYPE = re.compile(r"(?:outcome\s*)?(?:type\s*)?(?:oc)?\s*0*([0-9]{1,2})\s*([abc]?)", re.IGNORECASE)
_PREFIX = re.compile(r"oc\s*([0-9]{1,2}[abc]?)\b.*", re.IGNORECASE | re.DOTALL)
_WORDS_BEHIND = re.compile(r"oc\s*[0-9]{1,2}[abc]?\b\W*(\w.*)", re.IGNORECASE | re.DOTALL)
_LETTERS = re.compile(r"[^a-z0-9]+")
_IN_DENOMINATOR = {"yes": True, "no": False, "": None}


def harmonise_outcomes(
    frame: IntoFrameT,
    *,
    outcome: str = "Outcome Type",
    on_unmapped: str = "raise",
    crosswalk: Crosswalk | None = None,
    prefix: str = "",
) -> IntoFrameT:
    """Add what each outcome type means, its group, and whether it belongs in the denominator of assigned outcomes.

    Types are matched by number (``1``, ``1a``, ``OC01``, ``Outcome 15``) or by their published labels, whatever the
    dashes, commas and letter case; a dash that older files hold as an unreadable character does not matter.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    outcome
        Column of outcome types: text, or whole numbers.
    on_unmapped
        ``"raise"``, or ``"keep"`` to get nulls for types without a rule.
    crosswalk
        Rules of your own, which come before ours for the labels they name: a path or a table in the columns of
        ``read_crosswalk("outcomes")``.
    prefix
        Put before the names of the new columns.

    Returns
    -------
    same kind of frame
        The same rows (in the same order on pandas, Polars, PyArrow, DuckDB and Dask), with ``outcome``;
        ``outcome_group``; ``outcome_in_denominator`` (true or false; null where no source says): false for type 0,
        which is not yet an outcome, and for 1a, 2a and 3a, which types 1, 2 and 3 count already;
        ``outcome_rule`` (see :func:`explain`).

    Raises
    ------
    UnmappedLabelError
        When a type has no rule, or a cell is empty.
    ValueError
        When the column is missing, a new column exists already, or ``crosswalk`` has errors.

    Source
    ------
    Home Office, police recorded crime outcomes open data.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Outcome Type": ["1", "1a", "0"]})
    >>> harmonise_outcomes(table)[["outcome_group", "outcome_in_denominator"]].values.tolist()
    [['charged_or_summonsed', True], ['subset_of_charged_or_summonsed', False], ['not_yet_assigned', False]]
    """
    task = outcome_task(outcome=outcome, crosswalk=crosswalk)
    return add_columns(frame, task, on_unmapped=on_unmapped, prefix=prefix)


def outcome_task(*, outcome: str, crosswalk: Crosswalk | None) -> Task:
    """Say how the outcomes in a column are read, and what is added for them."""
    rules = with_supplied(_rules_by_key(), "outcomes", outcome_key, crosswalk)

    def resolve(key: Key) -> Answer | Unmapped:
        label = key[0]
        if label is None:
            return Unmapped(None)
        known = rules.get(outcome_key(_text(label)))
        if known is None:
            return Unmapped(label, known=tuple(name for each in rules.values() for name in each[0].labels))
        rule = known[0]
        if words := _WORDS_BEHIND.fullmatch(split_notes(_text(label))[0]):
            if not re.search("[a-z]", words[1], re.IGNORECASE):
                return Unmapped(label, "two numbers of a type")
            named = rules.get(outcome_key(words[1]), (rule,))[0]
            if named.category != rule.category:
                return Unmapped(
                    label, f"its number is that of {rule.category['outcome']}, its words of {named.category['outcome']}"
                )
        given = rule.category
        counted = _IN_DENOMINATOR[given["outcome_in_denominator"]]
        return given["outcome"], given["outcome_group"], counted, rule.rule_id

    return Task(
        keys={"outcome": outcome},
        added={"outcome": "text", "outcome_group": "text", "outcome_in_denominator": "flag", "outcome_rule": "text"},
        resolver=lambda _: resolve,
        remedy='Correct the type, pass on_unmapped="keep" to get nulls, or give rules of your own as crosswalk=',
        vocabulary=vocabulary(rules, scheme="outcome"),
    )


def outcome_key(label: str) -> str:
    """Reduce an outcome to its type number, or else to the letters of its label."""
    bare = split_notes(label)[0]
    # A type in front of its label counts; the label behind it is a name that forces choose.
    found = _TYPE.fullmatch(_PREFIX.sub(r"\1", bare))
    if found:
        return f"type {int(found.group(1))}{found.group(2).lower()}"
    letters = _LETTERS.sub("", match_key(bare))
    # What is left of "1.5" or "-1" is no type.
    return "" if letters.isdecimal() else letters


def _text(label: object) -> str:
    if isinstance(label, Integral) and not isinstance(label, bool):
        return str(int(label))
    if isinstance(label, Real) and not isinstance(label, bool) and float(label).is_integer():
        return str(int(float(label)))
    return str(label)


@cache
def _rules_by_key() -> dict[str, tuple[Rule, ...]]:
    return group(load_rules("outcomes"), outcome_key)
