"""The crosswalks: which label means what, from when to when, and who says so.

They are plain tables in the folder ``crosswalks``, so that a criminologist can review them without Python.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cseanalysis.clean.labels import closest

if TYPE_CHECKING:
    import pandas as pd

SCHEMES = ("forces", "offences", "outcomes")
RELATIONS = {
    "exact": "all that is counted under the label belongs to the category",
    "broader": "the label also counts what does not belong to the category",
    "narrower": "the label leaves out part of what the category counts",
    "partial": "the label leaves out part of the category and counts more besides",
}
_FIXED = ("rule_id", "label", "description", "relation", "valid_from", "valid_to", "status", "source", "note")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a crosswalk; a date that is None is open."""

    rule_id: str
    labels: tuple[str, ...]
    description: str
    category: dict[str, str]
    relation: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    status: str
    source: str
    note: str

    def covers(self, start: dt.date, end: dt.date) -> bool:
        """Whether the rule holds from the first to the last of these days, both included."""
        return (self.valid_from is None or self.valid_from <= start) and (self.valid_to is None or end <= self.valid_to)

    @property
    def validity(self) -> str:
        """When the rule holds, in words."""
        start = "" if self.valid_from is None else f"from {self.valid_from.isoformat()}"
        end = "" if self.valid_to is None else f"to {self.valid_to.isoformat()}"
        return " ".join(part for part in (start, end) if part) or "at any time"


@cache
def load_rules(scheme: str) -> tuple[Rule, ...]:
    """Load one crosswalk as rules, in the order of its file."""
    return tuple(make_rule(row) for row in _rows(scheme))


def read_crosswalk(scheme: str) -> pd.DataFrame:
    """Read one crosswalk as a table, to review it or to join it by rule.

    Parameters
    ----------
    scheme
        ``"offences"``, ``"forces"`` or ``"outcomes"``.

    Returns
    -------
    pandas.DataFrame
        One row per rule: ``rule_id``, ``label`` (several are separated by ``"; "``), the category columns,
        ``relation``, ``valid_from`` and ``valid_to`` (first and last day, both included; missing is open),
        ``status`` (``"published"``, or ``"inferred"`` when the mapping or a date is), ``source``, ``note``.

    Raises
    ------
    ValueError
        When there is no such scheme.

    Examples
    --------
    >>> offences = read_crosswalk("offences").set_index("rule_id")
    >>> offences.loc["offence:88A:2017", ["label", "offence_category", "relation"]].tolist()
    ['88A', 'sexual_grooming', 'broader']
    """
    import pandas as pd

    table = pd.DataFrame(list(_rows(scheme)))
    table = table.mask(table == "")
    for column in ("valid_from", "valid_to"):
        table[column] = pd.to_datetime(table[column], format="%Y-%m-%d")
    return table


def explain(rule_id: str, *, crosswalk: Any = None) -> str:
    """Print the rule behind a cleaned row: what it says, when it holds, and who says so.

    Parameters
    ----------
    rule_id
        A value of ``offence_rule``, ``force_rule`` or ``outcome_rule``.
    crosswalk
        The crosswalk of your own that was given to the cleaning function, if there was one; its rules come first.

    Returns
    -------
    str
        One line each for label, result, relation, validity, status, source and note.

    Raises
    ------
    ValueError
        When no crosswalk has the rule.

    Examples
    --------
    >>> print(explain("force:british_transport_police"))
    force:british_transport_police
      label     British Transport Police; BTP; British Transport Police (BTP)
      gives     force = British Transport Police, force_type = non_territorial
      relation  exact: all that is counted under the label belongs to the category
      valid     at any time
      status    published
      source    Home Office, police recorded crime open data
      note      Polices the railways of England, Wales and Scotland; no area of its own, and not one of the 43.
    """
    if not isinstance(rule_id, str):
        raise ValueError(
            f"rule_id of type {type(rule_id).__name__}: must be the id of one rule, as text, such as 'offence:88A:2017'"
        )
    known = {rule.rule_id: rule for scheme in SCHEMES for rule in load_rules(scheme)}
    if crosswalk is not None:
        from cseanalysis.clean.supplied import supplied_rules, supplied_scheme

        known |= {rule.rule_id: rule for rule in supplied_rules(supplied_scheme(crosswalk), crosswalk)}
    if rule_id not in known:
        raise ValueError(
            f"no rule {rule_id!r} ({closest(rule_id, known)}); "
            "take an id from offence_rule, force_rule, outcome_rule or read_crosswalk"
        )
    rule = known[rule_id]
    label = "; ".join(rule.labels)
    lines = {
        "label": f"{label} ({rule.description})" if rule.description else label,
        "gives": ", ".join(f"{name} = {value}" for name, value in rule.category.items() if value),
        "relation": f"{rule.relation}: {RELATIONS[rule.relation]}",
        "valid": rule.validity,
        "status": rule.status,
        "source": rule.source,
        "note": rule.note,
    }
    return "\n".join([rule_id, *(f"  {name:<9} {text}" for name, text in lines.items() if text)])


def _rows(scheme: str) -> Iterator[dict[str, str]]:
    if scheme not in SCHEMES:
        raise ValueError(f"no crosswalk {scheme!r}; there are {', '.join(SCHEMES)}")
    text = (files("cseanalysis.clean") / "crosswalks" / f"{scheme}.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@cache
def scheme_columns(scheme: str) -> tuple[str, ...]:
    """Name the columns of one crosswalk, in the order of its file."""
    return tuple(next(iter(_rows(scheme))))


def fixed_columns() -> tuple[str, ...]:
    """Name the columns that every crosswalk has, beside those of its categories."""
    return _FIXED


def make_rule(row: Mapping[str, str]) -> Rule:
    """Turn a row of a crosswalk, all of it text, into a rule."""
    return Rule(
        rule_id=row["rule_id"],
        labels=tuple(row["label"].split("; ")),
        description=row.get("description", ""),
        category={name: value for name, value in row.items() if name not in _FIXED},
        relation=row["relation"],
        valid_from=dt.date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        status=row["status"],
        source=row["source"],
        note=row["note"],
    )
