"""Names of police forces, and of what stands among them in published tables, to one name and code each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.crosswalks import Crosswalk, Rule, Rules, group, load_rules, supplied_rules, vocabulary
from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Counted, Key, Resolve
from cseanalysis.clean.labels import Unmapped, force_key, match_key, split_notes

# The rows of a force and of its region are twice as many as those of another force.
_MANY = 1.5
_EXPLAINED = re.compile(r"(.+)\(([^()]+)\)")
_PART = "part_of_force"
Suggested = tuple[tuple[str, ...], tuple[str, ...]]


def harmonise_forces(
    frame: IntoFrameT,
    *,
    force: str | None = "Force Name",
    code: str | None = None,
    on_unmapped: str = "raise",
    crosswalk: Crosswalk | None = None,
    prefix: str = "",
) -> IntoFrameT:
    """Add one name, code and region for each police force, and tell forces from totals and other bodies.

    Labels are compared without regard to letter case, dashes, dots, commas, ``&`` and spaces; footnote marks such as
    ``[Note 6]``, ``(5)`` or ``*`` behind a label are set aside. A label that no rule covers is never guessed, and
    neither is one with two readings: ``West Midlands`` is a force and a region, ``Greater London`` stands for the
    Metropolitan Police and for a region, ``WMP`` for West Midlands Police and for West Mercia Police.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    force
        Column of force names or of official codes, as text; None when there are codes only.
    code
        Column of official codes, if there is one: E23 and W15 for forces, E12 for regions, E92, W92 and K for
        countries, and those of local authority districts (E06 to E09, W06) and community safety partnerships (E22,
        W14), each of which lies in one force area. The code decides; where it is empty, the name does. A name that
        says another area than its code is an error.
    on_unmapped
        ``"raise"``, or ``"keep"`` to get nulls for labels without a rule.
    crosswalk
        Rules of your own, which come before ours for the labels they name: ``{"Old Bill": "Kent"}``, each label with
        a name or code of what it means, or a path or a table in the columns of ``read_crosswalk("forces")``. Dates in
        it are for the reader; force names carry no period. A code of a place that is not in ``read_crosswalk(
        "places")``, such as that of a district made since, is given its force in the same way.
    prefix
        Put before the names of the new columns.

    Returns
    -------
    same kind of frame
        The same rows (in the same order on pandas, Polars, PyArrow, DuckDB and Dask), with ``force``;
        ``force_code`` (police force area code; two joined by ``+`` for a combined area); ``region`` (of a force,
        empty for totals); ``force_type``: ``"territorial"`` (the 43 forces of England and Wales), ``"non_territorial"``
        (British Transport Police and others without an area), ``"part_of_force"`` (a district or partnership in the
        force area, relation ``"narrower"``: never the force itself, nor to be added to it), ``"combined_area"``,
        ``"fraud_body"``, ``"total"`` (a region, a country, or the sum of other rows), ``"unknown"`` (offences whose
        area is not known) or ``"out_of_scope"`` (other countries, and bodies that are no police force);
        ``force_relation``; ``force_note`` (the footnote mark); ``force_rule`` (see :func:`explain`). Without a code a
        name with two readings is decided only where the rest of its column leaves one: beside all the other forces
        and no region it is the force (unless it has more than one and a half times the rows of any of them), beside
        all the other regions and no force the region.

    Raises
    ------
    UnmappedLabelError
        When a label has no rule or two readings, contradicts its code, or a cell is empty.
    ValueError
        When the column is missing or not text, a new column exists already, or ``crosswalk`` has errors.

    Source
    ------
    Office for National Statistics, codes and names of areas, and its lookups of local authority districts to community
    safety partnerships to police force areas of December 2018 and December 2019 (Open Government Licence v3.0), read in
    the public copy github.com/jtrim-ons/ons-lookups. Districts made since lie where those lie that they were made from.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Force Name": ["London, City of", "DYFED POWYS[Note 6]"]})
    >>> harmonise_forces(table)[["force", "force_code", "force_note"]].values.tolist()
    [['City of London', 'E23000034', nan], ['Dyfed-Powys', 'W15000004', '[Note 6]']]
    >>> areas = pd.DataFrame({"code": ["E12000005", "E23000014"], "area": ["West Midlands", "West Midlands"]})
    >>> harmonise_forces(areas, force="area", code="code")["force_type"].tolist()
    ['total', 'territorial']
    """
    task = force_task(force=force, code=code, crosswalk=crosswalk)
    return add_columns(frame, task, on_unmapped=on_unmapped, prefix=prefix)


def force_task(*, force: str | None, code: str | None, crosswalk: Crosswalk | None) -> Task:
    """Say how the forces in a column are read, and what is added for them."""
    if force is None and code is None:
        raise ValueError("force=None and code=None: name the column of force names as force= or of codes as code=")
    own = () if crosswalk is None else supplied_rules("forces", crosswalk, force_key)
    own_by_key = group(own, force_key)
    names = _rules_by_key() | own_by_key
    # A label of one's own may be a code; the code of what it means goes on to stand for that.
    codes = _rules_by_code() | ({} if isinstance(crosswalk, Mapping) else _by_code(own)) | own_by_key
    keys = {argument: name for argument, name in (("force", force), ("code", code)) if name is not None}

    def resolver(counted: Counted) -> Resolve:
        # Beside codes nothing is inferred: a name without its code is one that the source could not place either.
        decided = _decide(counted, names, codes) if len(keys) == 1 else {}
        suggested = cache(lambda: _suggested(names))

        def resolve(key: Key) -> Answer | Unmapped:
            cells = {argument: _text(cell, name) for (argument, name), cell in zip(keys.items(), key, strict=True)}
            label, official = cells.get("force"), cells.get("code")
            bare, note = split_notes(label or "")
            if official is not None and official.strip():
                found = _by_official(official, bare, names, codes)
            elif label is None:
                return Unmapped(None)
            else:
                found = _by_name(label, bare, names, codes, decided=decided, suggested=suggested)
            if isinstance(found, Unmapped):
                return found
            given = found.category
            return (
                given["force"],
                given["force_code"] or None,
                given["region"] or None,
                given["force_type"],
                found.relation,
                note,
                found.rule_id,
            )

        return resolve

    return Task(
        keys=keys,
        added={
            "force": "text",
            "force_code": "text",
            "region": "text",
            "force_type": "text",
            "force_relation": "text",
            "force_note": "text",
            "force_rule": "text",
        },
        resolver=resolver,
        remedy='Correct the label, pass on_unmapped="keep" to get nulls, or give rules of your own as crosswalk=',
        vocabulary=_vocabulary() if crosswalk is None else vocabulary(names, codes, scheme="force"),
    )


def _text(cell: object, column: str) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    raise ValueError(
        f"column {column!r} holds {type(cell).__name__} values (for example {cell!r}): force names are text, "
        "and so are codes; name the column that holds them"
    )


def _by_name(
    label: str, bare: str, names: Rules, codes: Rules, *, decided: dict[str, Rule], suggested: Callable[[], Suggested]
) -> Rule | Unmapped:
    key = force_key(bare)
    known = names.get(key) or _by_both(bare, names)
    if known is None:
        if key in codes:
            return codes[key][0]
        forces, others = suggested()
        return Unmapped(label, known=forces, others=others)
    if len(known) == 1:
        return known[0]
    if key in decided:
        return decided[key]
    readings = " or ".join(
        f"the {_type(rule)} {rule.category['force']} ({rule.category['force_code']})" for rule in known
    )
    clear = " or ".join(repr(_clear_name(rule, names, codes)) for rule in known)
    return Unmapped(
        label,
        f"it can be {readings}: name the column of official codes as code= (to harmonise and --column as force_code), "
        f"or write {clear} where it is meant",
        ambiguous=True,
    )


def _by_both(bare: str, names: Rules) -> tuple[Rule, ...] | None:
    """Read ``Greater Manchester Police (GMP)``: a name and another behind it that stand for one area."""
    found = _EXPLAINED.fullmatch(bare.strip())
    known = [names.get(force_key(part), ()) for part in found.groups()] if found else []
    areas = [{rule.category["force"]: rule for rule in rules} for rules in known]
    both = areas[0].keys() & areas[1].keys() if areas else ()
    return tuple(areas[0][force] for force in both) if len(both) == 1 else None


def _suggested(names: Rules) -> Suggested:
    """Give the labels of forces, and those of sums over forces, which are offered only where nearly the same."""
    forces: list[str] = []
    sums: list[str] = []
    for rules in names.values():
        a_sum = all(rule.category["force_type"] == "total" for rule in rules)
        (sums if a_sum else forces).extend(label for label in rules[0].labels if names.get(force_key(label)) == rules)
    return tuple(forces), tuple(sums)


def _clear_name(rule: Rule, names: Rules, codes: Rules) -> str:
    """Give a name of the same area that stands for nothing else."""
    same = [name for each in codes[match_key(rule.category["force_code"])] for name in each.labels]
    return next(name for name in same[1:] + same[:1] if len(names[force_key(name)]) == 1)


def _type(rule: Rule) -> str:
    return "region" if rule.category["force_type"] == "total" else "force"


def _by_official(official: str, bare: str, names: Rules, codes: Rules) -> Rule | Unmapped:
    """Let the code decide, and refuse a name beside it that stands for something else."""
    listed = codes.get(match_key(official))
    if listed is None:
        return Unmapped(
            official, "no code of a force, region or country that is known here, nor of a district or partnership"
        )
    key = force_key(bare)
    named = names.get(key) or _by_both(bare, names) or codes.get(key)
    if named is None:
        return listed[0]
    for rule in named:
        if rule in listed:
            return rule
        if (code := rule.category["force_code"]) and code == listed[0].category["force_code"]:
            # Of a place and its force the place is what the row counts.
            return listed[0]
    areas = " or ".join(dict.fromkeys(rule.category["force"] for rule in named))
    return Unmapped(
        bare, f"the name is that of {areas}, the code {official!r} beside it that of {listed[0].category['force']}"
    )


def _decide(counted: Counted, names: Rules, codes: Rules) -> dict[str, Rule]:
    """Decide names with two readings by the rest of their column, where it leaves only one."""
    # Beside some forces alone nothing is certain: they may be a region with the forces in it. Many more rows than any
    # other force has may be those of both.
    rows: dict[str, int] = {}
    open_rows: dict[str, int] = {}
    for (label,), count in counted:
        if not isinstance(label, str):
            continue
        key = force_key(label)
        known = names.get(key) or codes.get(key, ())[:1]
        if len(known) > 1:
            open_rows[key] = open_rows.get(key, 0) + count
        for rule in known if len(known) == 1 and known[0].category["force_type"] != _PART else ():
            for part in rule.category["force_code"].split("+"):
                rows[part] = rows.get(part, 0) + count
    decided: dict[str, Rule] = {}
    for key, count in open_rows.items():
        for rule in names[key]:
            peers = _peers(rule)
            others = [other for other in names[key] if other is not rule]
            alone = all(other.category["force_code"] in rows or not _peers(other) & rows.keys() for other in others)
            if (
                alone
                and rule.category["force_code"] not in rows
                and peers <= rows.keys()
                and count <= _MANY * max(rows[peer] for peer in peers)
            ):
                decided[key] = rule
    return decided


def _peers(rule: Rule) -> frozenset[str]:
    """Give the codes of all other areas of the same kind."""
    kinds = {"region": ("E12",), "force": ("E23", "W15")}[_type(rule)]
    # A code of a combined area is two that are there by themselves.
    return frozenset(
        code
        for each in load_rules("forces")
        if (code := each.category["force_code"]).startswith(kinds) and "+" not in code
    ) - {rule.category["force_code"]}


@cache
def _rules_by_key() -> Rules:
    return group(load_rules("forces"), force_key)


@cache
def _rules_by_code() -> Rules:
    return _by_code(load_rules("forces")) | group(load_rules("places"), force_key)


def _by_code(rules: Iterable[Rule]) -> Rules:
    found: Rules = {}
    for rule in rules:
        if key := match_key(rule.category["force_code"]):
            found[key] = (*found.get(key, ()), rule)
    return found


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    return vocabulary(_rules_by_key(), _rules_by_code(), scheme="force")
