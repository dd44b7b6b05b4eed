"""Labels that the Home Office and police.uk both use: the rest of a column says whose they are."""

from __future__ import annotations

from collections.abc import Iterable

from cseanalysis.clean.crosswalks import Rule


def whose_column(known: Iterable[tuple[Rule, ...]]) -> bool | None:
    """Tell from the rules of each distinct label whether a column is police.uk's; None where nothing decides."""
    sides = [{rule.of_police_uk for rule in rules} for rules in known if rules]
    seen = {side.pop() for side in sides if len(side) == 1}
    return seen.pop() if len(seen) == 1 else None


def of_scheme(rules: tuple[Rule, ...], police_uk: bool | None) -> tuple[Rule, ...]:
    """Leave the rules of one scheme, where it is decided and has any."""
    if police_uk is None:
        return rules
    return tuple(rule for rule in rules if rule.of_police_uk == police_uk) or rules


def two_readings(rules: tuple[Rule, ...]) -> str | None:
    """Name the readings of a label whose rules mean different things; None where they mean the same."""
    if len({tuple(rule.category.values()) for rule in rules}) < 2:
        return None
    return f"it can be {' or '.join(rule.rule_id for rule in rules)}, and the rest of its column does not decide"
