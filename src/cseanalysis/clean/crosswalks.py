"""The crosswalks: which label means what, from when to when, and who says so.

They are plain tables in the folder ``crosswalks``, so that a criminologist can review them without Python.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from numbers import Integral
from typing import TYPE_CHECKING, Any

from cseanalysis.clean.labels import closest, force_key, match_key, offence_key, outcome_key, undefined_term
from cseanalysis.values import shown

if TYPE_CHECKING:
    import pandas as pd


SCHEMES = ("forces", "offences", "outcomes", "places")
RELATIONS = {
    "exact": "all that is counted under the label belongs to the category",
    "broader": "the label also counts what does not belong to the category",
    "narrower": "the label leaves out part of what the category counts",
    "partial": "the label leaves out part of the category and counts more besides",
}
_KEYS = {"forces": force_key, "places": force_key, "offences": offence_key, "outcomes": outcome_key}
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
    def of_police_uk(self) -> bool:
        """Whether it is one of police.uk's own scheme."""
        return ":police.uk:" in self.rule_id

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
        ``"offences"``, ``"forces"``, ``"outcomes"`` or ``"places"`` (codes of districts and community safety
        partnerships, and the force area in which each lies).

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
        Those of ``{label: target}`` have ids such as ``own:force:Old Bill``. As :func:`harmonise` takes them,
        ``{"force": {label: target}}``, they may be handed in too.

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
        role = next((scheme.removesuffix("s") for scheme in SCHEMES if rule_id.startswith(f"own:{scheme[:-1]}:")), "")
        if isinstance(crosswalk, Mapping) and not isinstance(crosswalk.get(role, ""), str):
            # As harmonise takes them, with rules for each kind of column.
            given = crosswalk[role]
            crosswalk = (
                {label: target for label, target in given.items() if target is not None}
                if isinstance(given, Mapping)
                else given
            )
        scheme = supplied_scheme(crosswalk, rule_id)
        known |= {rule.rule_id: rule for rule in supplied_rules(scheme, crosswalk)} if scheme else {}
    if rule_id not in known:
        if rule_id.startswith("own:"):
            raise ValueError(
                f"no rule {rule_id!r} of ours: it is of a crosswalk of your own; hand that in too, as crosswalk="
            )
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


Crosswalk = Any  # {label: target}, a path, or a table of any engine that holds its rows
Rules = dict[str, tuple[Rule, ...]]

_OPTIONAL = ("description", "valid_from", "valid_to", "note")
_MAY_BE_EMPTY = (*_OPTIONAL, "force_code", "region")
# Words that the documentation promises to be all there are.
_CLOSED = ("offence_scope", "force_type", "outcome_in_denominator")
# Codes of the statistics office for places that are neither forces nor regions nor countries
_PLACE_CODE = re.compile(r"(?!E23|W15|E12|E92|W92)[EW][0-9]{8}", re.IGNORECASE)
_SHOWN = 5


def group(rules: Iterable[Rule], key: Callable[[str], str]) -> Rules:
    """Arrange rules by the keys of their labels."""
    grouped: Rules = {}
    for rule in rules:
        for label in dict.fromkeys(map(key, rule.labels)):
            grouped[label] = (*grouped.get(label, ()), rule)
    return grouped


def vocabulary(*rules: Rules, scheme: str) -> dict[str, frozenset[str]]:
    """Name all texts that the columns added by these rules may hold; the scheme in the singular begins their names."""
    known = [rule for each in rules for group_of in each.values() for rule in group_of]
    words: dict[str, frozenset[str]] = {
        f"{scheme}_relation": frozenset(RELATIONS),
        f"{scheme}_rule": frozenset(rule.rule_id for rule in known),
    }
    for name in known[0].category:
        words[name] = frozenset(rule.category[name] for rule in known) - {""}
    return words


def with_supplied(ours: Rules, scheme: str, key: Callable[[str], str], crosswalk: Crosswalk | None) -> Rules:
    """Put the rules of a supplied crosswalk in place of ours for every label that it names."""
    if crosswalk is None:
        return ours
    return ours | group(supplied_rules(scheme, crosswalk, key, ours), key)


def supplied_rules(
    scheme: str, crosswalk: Crosswalk, key: Callable[[str], str] | None = None, known: Rules | None = None
) -> tuple[Rule, ...]:
    """Read and check a crosswalk that is supplied: labels and their targets, or the columns of ours."""
    key = key or _KEYS[scheme]
    if isinstance(crosswalk, Mapping):
        return _rules_of_targets(scheme, crosswalk, key, known or {})
    header, rows = read_supplied(crosswalk)
    where = f"crosswalk {os.fspath(crosswalk)}" if isinstance(crosswalk, (str, os.PathLike)) else "crosswalk table"
    ours = scheme_columns(scheme)
    errors = [
        f"no column {name!r}" for name in ours if name not in header and name not in _OPTIONAL
    ]  # fmt: skip
    errors += [f"column {name!r} is not one of a crosswalk of {scheme}" for name in header if name not in ours]
    if errors:
        raise ValueError(f"{where}: {'; '.join(errors[:_SHOWN])}. Its columns must be {', '.join(ours)}")
    rules: list[Rule] = []
    seen: dict[str, list[tuple[str, Rule]]] = {}
    ids: dict[str, str] = {}
    for place, row in rows:
        found = _wrong_cells(scheme, row)
        errors += [f"{place}, column {column!r}: {text}" for column, text in found]
        if found:
            continue
        rule = make_rule(dict.fromkeys(ours, "") | row)
        rules.append(rule)
        if rule.rule_id in ids:
            errors.append(f"{place}, column 'rule_id': {rule.rule_id!r} stands in {ids[rule.rule_id]} too")
        ids[rule.rule_id] = place
        for label in dict.fromkeys(map(key, rule.labels)):
            for other_place, other in seen.get(label, []):
                if _same_time(scheme, rule, other):
                    errors.append(f"{place}, column 'label': {other_place} has a rule for the same label and time")
            seen.setdefault(label, []).append((place, rule))
    if errors:
        raise ValueError(f"{where}, {_listed(errors)}. Correct these cells")
    return tuple(rules)


def _listed(errors: list[str]) -> str:
    more = f"; and {len(errors) - _SHOWN} more" if len(errors) > _SHOWN else ""
    many = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
    return f"{many}: {'; '.join(errors[:_SHOWN])}{more}"


def _rules_of_targets(
    scheme: str, crosswalk: Mapping[Any, Any], key: Callable[[str], str], ours: Rules
) -> tuple[Rule, ...]:
    """Take the rules of each target over for its label."""
    known = _targets(scheme, key) | ours
    taken: dict[str, tuple[str, tuple[Rule, ...]]] = {}
    errors: list[str] = []
    for label, target in crosswalk.items():
        found = _wrong_label(label, key) or _rules_of_target(scheme, target, key, known)
        if isinstance(found, str):
            errors.append(f"{label!r}: {found}")
        elif (twin := taken.setdefault(key(label), (label, found)))[1] != found:
            errors.append(f"{label!r}: is the same label as {twin[0]!r}, and has another target")
    if errors:
        raise ValueError(f"crosswalk {{label: target}}, {_listed(errors)}. Correct these labels or targets")
    return tuple(rule for label, rules in taken.values() for rule in _taken_over(scheme, label, rules))


def _targets(scheme: str, key: Callable[[str], str]) -> Rules:
    """Arrange our rules by all that may be written as a target: labels first, then codes of areas and names."""
    named: Rules = {}
    for rule in load_rules(scheme):
        for name in (rule.category.get("force_code"), rule.description):
            if name:
                named[key(name)] = (*named.get(key(name), ()), rule)
    places = group(load_rules("places"), key) if scheme == "forces" else {}
    ids = {key(rule.rule_id): (rule,) for rule in load_rules(scheme)}
    return ids | places | named | group(load_rules(scheme), key)


def may_be_own(role: str, label: str) -> bool:
    """Say whether a label can be given a meaning in a crosswalk of one's own; an empty cell or a mark cannot."""
    return not _wrong_label(label, _KEYS.get(f"{role}s", match_key))


def _wrong_label(label: object, key: Callable[[str], str]) -> str:
    if not isinstance(label, str):
        return f"a label is text, this is {shown(label)}"
    return undefined_term(label) or ("" if key(label) else "is no label, but an empty cell or a mark")


def _rules_of_target(scheme: str, target: object, key: Callable[[str], str], known: Rules) -> tuple[Rule, ...] | str:
    """Give all rules of one target, which hold at different times; or say what is wrong with it."""
    if target is None:
        return (
            "has no target yet (None): write the name or code of what it means, "
            'or take the label out and pass on_unmapped="keep" to get nulls for it'
        )
    if isinstance(target, Integral) and not isinstance(target, bool):
        target = str(int(target))
    if not isinstance(target, str):
        return f"its target is {shown(target)}; write a name or a code, as text"
    if not (found := known.get(key(target))):
        near = closest(target, (label for rule in load_rules(scheme) for label in rule.labels))
        return f"its target {target!r} is no name or code that is known here ({near})"
    different: dict[object, Rule] = {}
    for rule in found:
        different.setdefault((*rule.category.items(), rule.valid_from, rule.valid_to), rule)
    rules = sorted(different.values(), key=lambda rule: rule.valid_from or dt.date.min)
    if any(_overlap(one, other) for one, other in pairwise(rules)):
        meant = " or ".join(rule.rule_id for rule in rules)
        return f"its target {target!r} can be {meant}: write a code or a name that stands for one of them alone"
    return tuple(rules)


def _taken_over(scheme: str, label: str, rules: tuple[Rule, ...]) -> Iterator[Rule]:
    for place, rule in enumerate(rules):
        part = scheme == "forces" and _PLACE_CODE.fullmatch(label) and rule.category["force_type"] == "territorial"
        yield replace(
            rule,
            rule_id=f"own:{scheme.removesuffix('s')}:{label}"
            + (f":{rule.valid_from or place + 1}"[:5] if place else ""),
            labels=(label,),
            # The code of a place within an area of a force stands for a part of it.
            category=rule.category | ({"force_type": "part_of_force"} if part else {}),
            relation="narrower" if part else rule.relation,
            status="inferred",
            source="Crosswalk of one's own",
            note=f"Means what {rule.rule_id} means. {rule.note}".strip(),
        )


def supplied_scheme(crosswalk: Crosswalk, rule_id: str = "") -> str | None:
    """Tell from its columns, or from the id of a rule, which of our crosswalks a supplied one stands beside."""
    if isinstance(crosswalk, Mapping):
        return next((scheme for scheme in SCHEMES if rule_id.startswith(f"own:{scheme.removesuffix('s')}:")), None)
    header = set(read_supplied(crosswalk)[0])
    for scheme in SCHEMES:
        if set(scheme_columns(scheme)) - set(fixed_columns()) <= header:
            return scheme
    raise ValueError(f"a crosswalk with the columns {', '.join(sorted(header))} is not one of {', '.join(SCHEMES)}")


def read_supplied(crosswalk: Crosswalk) -> tuple[list[str], list[tuple[str, dict[str, Any]]]]:
    """Read the columns of a crosswalk that is supplied, and its rows with the place of each."""
    if isinstance(crosswalk, (str, os.PathLike)):
        try:
            with open(crosswalk, encoding="utf-8-sig", newline="") as lines:  # noqa: PTH123 - a path of any kind
                reader = csv.DictReader(lines, restkey="(cells beyond the header)", restval="")
                rows = [(f"line {reader.line_num}", dict(row)) for row in reader]
                header = list(reader.fieldnames or [])
        except UnicodeDecodeError as error:
            raise ValueError(f"crosswalk {crosswalk}: not UTF-8 ({error.reason}); save it as CSV UTF-8") from error
        except (OSError, ValueError, csv.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise ValueError(
                f"crosswalk={os.fspath(crosswalk)!r}: cannot be read ({reason}); give the path of a CSV file or a table"
            ) from error
        if twice := [name for place, name in enumerate(header) if name in header[:place]]:
            raise ValueError(f"crosswalk {crosswalk}: two columns have the name {twice[0]!r}; rename one of them")
        return header, rows
    import narwhals.stable.v2 as nw

    try:
        table = nw.from_native(crosswalk, eager_only=True)
    except nw.exceptions.DuplicateError as error:
        raise ValueError("crosswalk table: two columns have one name; rename one of them") from error
    except TypeError as error:
        raise TypeError(
            f"a crosswalk of type {type(crosswalk).__name__}: must be a path or a pandas, Polars or PyArrow table; "
            "make one, for example with pandas.DataFrame(...), or collect() a lazy one"
        ) from error
    return list(table.columns), [(f"row {place}", row) for place, row in enumerate(table.iter_rows(named=True), 1)]


def _wrong_cells(scheme: str, row: dict[str, Any]) -> list[tuple[str, str]]:
    """Find what is wrong with the cells of one row; as a side effect dates and empty cells become text."""
    wrong: list[tuple[str, str]] = []
    for column, cell in row.items():
        text = _as_text(cell)
        if text is None:
            wrong.append((column, f"{cell!r} is not text; read the table with dtype=str"))
            continue
        row[column] = text
        if not text and column not in _MAY_BE_EMPTY and column != "outcome_in_denominator":
            wrong.append((column, "is empty"))
        elif text and column in ("valid_from", "valid_to") and not _is_date(text):
            wrong.append((column, f"{text!r} is not a date such as 2017-04-01"))
        elif text:
            wrong += [(column, message) for message in _wrong_word(scheme, column, text)]
    if not wrong and row.get("valid_from") and row.get("valid_to") and row["valid_from"] > row["valid_to"]:
        wrong.append(("valid_to", f"{row['valid_to']} lies before valid_from {row['valid_from']}"))
    return wrong


def _wrong_word(scheme: str, column: str, text: str) -> Iterator[str]:
    words: Mapping[str, object] | None = None
    if column == "relation":
        words = RELATIONS
    elif column == "status":
        words = {"published": 1, "inferred": 1}
    elif column in _CLOSED:
        rules = load_rules(scheme) + (load_rules("places") if scheme == "forces" else ())
        words = {rule.category[column]: 1 for rule in rules if rule.category[column]}
    elif column == "label":
        for label in text.split("; "):
            if reason := undefined_term(label):
                yield f"{label!r}: {reason}"
    if words is not None and text not in words:
        yield f"{text!r} ({closest(text, words)}); must be one of {', '.join(words)}"


def _as_text(cell: Any) -> str | None:
    if cell is None or type(cell).__name__ in {"NAType", "NaTType"} or cell != cell:  # noqa: PLR0124 - not a number
        return ""
    if isinstance(cell, dt.date):
        return cell.isoformat()[:10]
    if isinstance(cell, str):
        return cell.strip()
    return None


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2017-04-01")


def _same_time(scheme: str, one: Rule, other: Rule) -> bool:
    """Whether two rules with one label cannot be told apart, by dates, by codes of areas or by the rest of a column."""
    if scheme == "forces":
        codes = {rule.category["force_code"] for rule in (one, other)}
        return len(codes - {""}) < 2
    if one.of_police_uk != other.of_police_uk:
        return False
    return scheme != "offences" or _overlap(one, other)


def _overlap(one: Rule, other: Rule) -> bool:
    starts = [rule.valid_from or dt.date.min for rule in (one, other)]
    ends = [rule.valid_to or dt.date.max for rule in (one, other)]
    return max(starts) <= min(ends)
