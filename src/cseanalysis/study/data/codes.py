"""The offence codes that the chapters count and name; where the crosswalk says otherwise, nothing is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

CHILD_CODES = ("17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "71", "73", "88A")
# The codes of each group of offences; a count of a group needs every one of them.
CODES = {"child_only": CHILD_CODES, "familial": ("23",), "image": ("86",)}
ALL_CODES = tuple(code for codes in CODES.values() for code in codes)
CONTACT_CODES = ("17B", "19D", "19E", "19G", "19H", "20B", "21", "22B")
OWN_SCOPE = "child-only codes"
# What may be counted as the recorded offences; a scenario may choose another than the study's own.
SCOPES: Mapping[str, tuple[str, ...]] = {
    OWN_SCOPE: CHILD_CODES,
    "contact codes": CONTACT_CODES,
    "child-only codes without 71": tuple(code for code in CHILD_CODES if code != "71"),
    "child-only codes without 88A": tuple(code for code in CHILD_CODES if code != "88A"),
    "child-only codes and 23": (*CHILD_CODES, *CODES["familial"]),
    "child-only codes and 86": (*CHILD_CODES, *CODES["image"]),
    "all thirteen codes": ALL_CODES,
}
_CONTACT = ("rape_of_a_child", "sexual_assault_of_a_child_under_13", "sexual_activity_with_a_child")


def check_codes(recorded: pd.DataFrame) -> None:
    """Refuse a crosswalk under which the chapters would count one thing by group and another by code.

    Parameters
    ----------
    recorded
        The table ``recorded_offences``, whose groups and categories are the crosswalk's.

    Raises
    ------
    ValueError
        Naming the codes that the crosswalk puts elsewhere, or into several groups over time.
    """
    expected = {code: scope for scope, codes in CODES.items() for code in codes}
    kinds = recorded[["offence_code", "offence_scope", "offence_category"]].astype("str").drop_duplicates()
    found = kinds.groupby("offence_code")["offence_scope"].unique().map(lambda scopes: " and ".join(sorted(scopes)))
    said = [
        f"{code} is {found.get(code, 'in no row')} and not {expected.get(code, 'a code of the study')}"
        for code in sorted({*expected, *found.index})
        if found.get(code) != expected.get(code)
    ]
    contact = set(kinds.loc[kinds["offence_category"].isin(_CONTACT), "offence_code"])
    said += [
        f"{code} is {'not ' if code in CONTACT_CODES else ''}of a contact category"
        for code in sorted(contact ^ set(CONTACT_CODES))
    ]
    if said:
        more = f" (and {len(said) - 5} more)" if len(said) > 5 else ""
        raise ValueError(
            f"the crosswalk of offences and the chapters disagree: {'; '.join(said[:5])}{more}. Change "
            "src/cseanalysis/study/data/codes.py too, and the sentences that name the codes or say how many there are "
            "(notebooks, assumptions.toml, captions); otherwise chapters would give two counts of one thing"
        )
