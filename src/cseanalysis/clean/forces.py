"""Names of police forces, and of what stands among them in published tables, to one name and code each."""

from __future__ import annotations

from functools import cache

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.crosswalks import load_rules
from cseanalysis.clean.labels import Unmapped, match_key, split_notes
from cseanalysis.clean.lookup import Answer, Key, add_columns
from cseanalysis.clean.supplied import Crosswalk, Rules, group, with_supplied


def harmonise_forces(
    frame: IntoFrameT,
    *,
    force: str = "Force Name",
    on_unmapped: str = "raise",
    crosswalk: Crosswalk | None = None,
) -> IntoFrameT:
    """Add one name, code and region for each police force, and tell forces from totals and other bodies.

    Labels are compared without regard to letter case, dashes, ``&`` and spaces; footnote marks such as
    ``[Note 6]`` or ``(5)`` behind a label are set aside. A label that no rule covers is never guessed.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    force
        Column of force names, as text.
    on_unmapped
        ``"raise"``, or ``"keep"`` to get nulls for labels without a rule.
    crosswalk
        Rules of your own, which come before ours for the labels they name: a path or a table in the columns of
        ``read_crosswalk("forces")``. Dates in it are for the reader; force names carry no period.

    Returns
    -------
    same kind of frame
        The same rows (in the same order on pandas, Polars, PyArrow, DuckDB and Dask), with ``force``;
        ``force_code`` (police force area code; two joined by ``+`` for a combined area); ``region`` (of a force,
        empty for totals); ``force_type``: ``"territorial"`` (the 43 forces of England and Wales), ``"non_territorial"``
        (British Transport Police), ``"combined_area"``, ``"fraud_body"``, ``"total"`` (a region, a country or both)
        or ``"out_of_scope"``; ``force_relation``; ``force_note`` (the footnote mark); ``force_rule``
        (see :func:`explain`). The label ``West Midlands``, a force and a region, is read as the force.

    Raises
    ------
    UnmappedLabelError
        When a label has no rule, or a cell is empty.
    ValueError
        When the column is missing or not text, a new column exists already, or ``crosswalk`` has errors.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Force Name": ["London, City of", "DYFED POWYS[Note 6]"]})
    >>> harmonise_forces(table)[["force", "force_code", "force_note"]].values.tolist()
    [['City of London', 'E23000034', nan], ['Dyfed-Powys', 'W15000004', '[Note 6]']]
    """
    rules = with_supplied(_rules_by_key(), "forces", match_key, crosswalk)

    def resolve(key: Key) -> Answer | Unmapped:
        label = key[0]
        if label is None:
            return Unmapped(None)
        if not isinstance(label, str):
            raise ValueError(
                f"column {force!r} holds {type(label).__name__} values (for example {label!r}): force names are text; "
                "name the column of force names"
            )
        bare, note = split_notes(label)
        known = rules.get(match_key(bare))
        if known is None:
            return Unmapped(label, known=tuple(name for each in rules.values() for name in each[0].labels))
        rule = known[0]
        given = rule.category
        return (
            given["force"],
            given["force_code"] or None,
            given["region"] or None,
            given["force_type"],
            rule.relation,
            note,
            rule.rule_id,
        )

    return add_columns(
        frame,
        keys=[force],
        added={
            "force": "text",
            "force_code": "text",
            "region": "text",
            "force_type": "text",
            "force_relation": "text",
            "force_note": "text",
            "force_rule": "text",
        },
        resolve=resolve,
        on_unmapped=on_unmapped,
        remedy='Correct the label, pass on_unmapped="keep" to get nulls, or give rules of your own as crosswalk=',
    )


@cache
def _rules_by_key() -> Rules:
    return group(load_rules("forces"), match_key)
