"""Outcome types of the Home Office framework, by number or by label, and which of them may be added up."""

from __future__ import annotations

import re
from functools import cache
from numbers import Integral, Real

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.crosswalks import Crosswalk, Rule, Rules, group, load_rules, vocabulary, with_supplied
from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Counted, Key, Resolve
from cseanalysis.clean.labels import OUTCOME_MARK, Unmapped, letters_of, match_key, outcome_key, split_notes
from cseanalysis.clean.schemes import of_scheme, two_readings, whose_column

_WORDS_BEHIND = re.compile(rf"{OUTCOME_MARK}\W*(\w.*)", re.IGNORECASE | re.DOTALL)
_BARE_NUMBER = re.compile(r"([0-9]{1,2}[abc]?)\s*[-.:)\u2013\u2014]\s*([a-z].*)", re.IGNORECASE | re.DOTALL)
_IN_DENOMINATOR = {"yes": True, "no": False, "": None}
_GROUP = "group:"


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
    dashes, commas and letter case; a dash that older files hold as an unreadable character does not matter. Published
    groups of types are told from types. The outcomes of police.uk are a scheme of their own: what a court did is no
    outcome of the police there, and a label that both schemes have is read by the rest of its column, or refused.

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
        The same rows (in the same order on pandas, Polars, PyArrow, DuckDB and Dask), with ``outcome`` (``"group:"``
        before a group of types, ``"police_uk:"`` and ``"court_stage:"`` before what only police.uk has);
        ``outcome_group`` (``"subset_of_"`` before it for 1a, 2a and 3a, ``"total_of_"`` for a group one of whose types
        stands in the same column, so that no sum by group counts twice);
        ``outcome_in_denominator`` (true or false; null where no source says, as for police.uk): false for type 0,
        which is not yet an outcome, for 1a, 2a and 3a, which types 1, 2 and 3 count already, and for such totals;
        ``outcome_relation``: whether the label counts exactly that type, or is ``"broader"``, ``"narrower"`` or
        ``"partial"`` to the framework;
        ``outcome_rule`` (see :func:`explain`).

    Raises
    ------
    UnmappedLabelError
        When a type has no rule or two readings, contradicts its words, or a cell is empty.
    ValueError
        When the column is missing, a new column exists already, or ``crosswalk`` has errors.

    Source
    ------
    Home Office, police recorded crime outcomes open data; data.police.uk, for its own outcomes.

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

    def resolver(counted: Counted) -> Resolve:
        labels = {_text(key[0]) for key, _ in counted if key[0] is not None}
        found = {label: _find(label, rules) for label in labels}
        police_uk = whose_column(found.values())
        # Groups of the types that stand in the same column: their totals.
        totals = {
            rule.category["outcome_group"]
            for known in found.values()
            for rule in of_scheme(known, police_uk)[:1]
            if not rule.category["outcome"].startswith(_GROUP)
        }

        def resolve(key: Key) -> Answer | Unmapped:
            if key[0] is None:
                return Unmapped(None)
            label = _text(key[0])
            if not found[label]:
                # Never police.uk's: "no-further-action" looks like what a force calls so, and means something else.
                ours = (each[0] for each in rules.values() if not each[0].of_police_uk)
                return Unmapped(key[0], known=tuple(name for rule in ours for name in rule.labels))
            known = _as_printed(label, of_scheme(found[label], police_uk))
            if problem := two_readings(known):
                return Unmapped(key[0], problem, ambiguous=True)
            if problem := _other_words(label, known[0], rules):
                return Unmapped(key[0], problem)
            given, rule = known[0].category, known[0]
            meaning, group_name, counted = (
                given["outcome"], given["outcome_group"], _IN_DENOMINATOR[given["outcome_in_denominator"]],
            )  # fmt: skip
            if meaning.startswith(_GROUP) and group_name in totals:
                group_name, counted = _total_of(group_name), False
            return meaning, group_name, counted, rule.relation, rule.rule_id

        return resolve

    words = _vocabulary() if crosswalk is None else vocabulary(rules, scheme="outcome")
    return Task(
        keys={"outcome": outcome},
        added={
            "outcome": "text",
            "outcome_group": "text",
            "outcome_in_denominator": "flag",
            "outcome_relation": "text",
            "outcome_rule": "text",
        },
        resolver=resolver,
        remedy='Correct the type, pass on_unmapped="keep" to get nulls, or give rules of your own as crosswalk=',
        vocabulary=words
        | {"outcome_group": words["outcome_group"] | {_total_of(name) for name in words["outcome_group"]}},
    )


def _total_of(group_name: str) -> str:
    """Name a group that stands beside its own types: their total, never to be added to them."""
    return f"total_of_{group_name}"


def _find(label: str, rules: Rules) -> tuple[Rule, ...]:
    bare = split_notes(label)[0]
    known = rules.get(outcome_key(bare)) or rules.get(letters_of(bare))
    if known is None and (numbered := _BARE_NUMBER.fullmatch(bare)):
        # A bare number could count anything: its words must be known, and are checked like those behind a mark.
        known = rules.get(outcome_key(numbered[1])) if outcome_key(numbered[2]) in rules else None
    return known or ()


def _as_printed(label: str, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Keep a reading of police.uk only for its own spelling, and the Home Office's beside it only for its own too."""
    if len(rules) < 2:
        return rules
    exact = tuple(rule for rule in rules if match_key(split_notes(label)[0]) in map(match_key, rule.labels))
    return exact if any(rule.of_police_uk for rule in exact) else of_scheme(rules, police_uk=False)


def _other_words(label: str, rule: Rule, rules: Rules) -> str | None:
    """Say what is wrong with the words behind a number, if anything."""
    bare = split_notes(label)[0]
    words = _WORDS_BEHIND.fullmatch(bare) or _BARE_NUMBER.fullmatch(bare)
    if words is None:
        return None
    named = rules.get(outcome_key(words[2]), ()) if re.search("[a-z]", words[2], re.IGNORECASE) else ()
    # "OC1 to OC4" and "Outcome 9 and 10" are several types.
    if not named:
        return "two numbers of a type" if re.search(r"\b(?:oc)?[0-9]", words[2], re.IGNORECASE) else None
    if any(each.category == rule.category for each in named):
        return None
    return f"its number is that of {rule.category['outcome']}, its words of {named[0].category['outcome']}"


def _text(label: object) -> str:
    if isinstance(label, Integral) and not isinstance(label, bool):
        return str(int(label))
    if isinstance(label, Real) and not isinstance(label, bool) and float(label).is_integer():
        return str(int(float(label)))
    return str(label)


@cache
def _rules_by_key() -> Rules:
    return group(load_rules("outcomes"), outcome_key)


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    return vocabulary(_rules_by_key(), scheme="outcome")
