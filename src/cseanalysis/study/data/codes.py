"""The groups of offence codes that the chapters count and name, as the crosswalk of offences has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from cseanalysis.clean.crosswalks import Rule, load_rules
from cseanalysis.export.wording import say_small

if TYPE_CHECKING:
    import pandas as pd

GROUPS = ("child_only", "familial", "image")
_BEGINS = date(2012, 4, 1)  # first day of the recorded offences; a code that ended before it is in no group
_CONTACT = ("rape_of_a_child", "sexual_assault_of_a_child_under_13", "sexual_activity_with_a_child")


def group_codes(rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    """Return the codes of each group, those of contact, and the child-only ones that changed on the way."""
    found: dict[str, dict[str, None]] = {group: {} for group in (*GROUPS, "contact", "changed")}
    for rule in rules:
        scope = rule.category["offence_scope"]
        # An offence within a class, such as 71/17, is counted in a code of its own.
        if "/" not in rule.labels[0] and scope in GROUPS and (rule.valid_to is None or rule.valid_to >= _BEGINS):
            contact = scope == "child_only" and rule.category["offence_category"] in _CONTACT
            again = scope == "child_only" and rule.labels[0] in found[scope]
            for group in (scope, *["contact"] * contact, *["changed"] * again):
                found[group] |= dict.fromkeys(rule.labels)
    return {group: tuple(codes) for group, codes in found.items()}


_FOUND = group_codes(load_rules("offences"))
# A count of a group needs every one of its codes.
CODES = {group: _FOUND[group] for group in GROUPS}
CHILD_CODES, CONTACT_CODES = CODES["child_only"], _FOUND["contact"]
ALL_CODES = tuple(dict.fromkeys(code for codes in CODES.values() for code in codes))
_NAMED = {**_FOUND, "all": ALL_CODES}
# What sentences say of a group: how many codes it has, and which.
CODES_COUNTED = {group: say_small(len(codes)) for group, codes in _NAMED.items()}
CODES_LISTED = {group: " and ".join(", ".join(codes).rsplit(", ", 1)) for group, codes in _NAMED.items()}
OWN_SCOPE = "child-only codes"
ALL_WORDS = f"all {CODES_COUNTED['all']} codes"
# What may be counted as the recorded offences; a scenario may choose another than the study's own.
SCOPES: Mapping[str, tuple[str, ...]] = {
    OWN_SCOPE: CHILD_CODES,
    "contact codes": CONTACT_CODES,
    **{
        f"{OWN_SCOPE} without {changed}": tuple(code for code in CHILD_CODES if code != changed)
        for changed in _FOUND["changed"]
    },
    **{f"{OWN_SCOPE} and {CODES_LISTED[group]}": (*CHILD_CODES, *CODES[group]) for group in ("familial", "image")},
    ALL_WORDS: ALL_CODES,
}


def check_codes(recorded: pd.DataFrame, codes: Mapping[str, tuple[str, ...]] = CODES) -> None:
    """Refuse recorded offences in which a group does not hold the codes that the crosswalk gives it."""
    kinds = recorded[["offence_code", "offence_scope"]].astype("str").drop_duplicates()
    found = {code: set(scopes) for code, scopes in kinds.groupby("offence_code")["offence_scope"]}
    wrong = [f"the group {group} has no code" for group in GROUPS if not codes[group]]
    for code in sorted({*found, *(code for group in GROUPS for code in codes[group])}):
        expected = {group for group in GROUPS if code in codes[group]}
        seen = found.get(code, set())
        if len(seen) > 1 or seen & set(GROUPS) != expected:
            here = " and ".join(sorted(seen)) or "in no row"
            wrong.append(
                f"{code} is {here} of the table, {' and '.join(sorted(expected)) or 'in none'} of the crosswalk"
            )
    if wrong:
        more = f" (and {len(wrong) - 5} more)" if len(wrong) > 5 else ""
        raise ValueError(
            f"the groups of offence codes do not hold: {'; '.join(wrong[:5])}{more}. A code has one group in all "
            "years, and the table holds every code that src/cseanalysis/clean/crosswalks/offences.csv puts into one: "
            "mend the crosswalk, then run `make data`"
        )
