"""Read ``assumptions.toml``: every arguable number, checked."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

from cseanalysis.noted import in_parts, noted
from cseanalysis.study.data.project import find_project, load_sources, read_toml
from cseanalysis.values import Assumption, Interval

_FIELDS = {field.name for field in fields(Assumption)} - {"id"}
_REQUIRED = _FIELDS - {"loss", "distribution"}
NO_SOURCE = ("none found", "none published")  # the second is what files of earlier editions say
# What an assumption may rest on that is no publication of the register.
_WITHOUT_KEY = (*NO_SOURCE, "Home Office Counting Rules for recorded crime")


def load_assumptions(root: Path | str | None = None) -> Mapping[str, Assumption]:
    """Return the study's assumptions by id, in the order of the file.

    Parameters
    ----------
    root
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    Mapping of str to Assumption

    Raises
    ------
    FileNotFoundError
        When ``root`` is no checkout.
    ValueError
        Naming every malformed entry at once: missing or unknown fields, inverted ranges, impossible probabilities,
        sources that are not registered.
    """
    project = find_project(root)
    sources = load_sources(project)["publications"]
    with in_parts():
        return noted("assumption", read_assumptions(project.assumptions, sources=sources))


def read_assumptions(path: Path, *, sources: Collection[str] | None = None) -> Mapping[str, Assumption]:
    """Return the assumptions in the file ``path``, each resting on some of ``sources``; see `load_assumptions`."""
    # Without ``sources``, as for an edition whose list of them is not at hand, they are not checked.
    found: dict[str, Assumption] = {}
    problems: list[str] = []
    for name, entry in read_toml(path).items():
        try:
            found[name] = read_assumption(name, entry, sources=sources)
        except (TypeError, ValueError, OverflowError) as error:
            problems.append(str(error))
    if problems:
        more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
        raise ValueError(f"{path.name}: " + "; ".join(problems[:5]) + more)
    return MappingProxyType(found)


def assumptions_text(assumptions: Mapping[str, Assumption]) -> str:
    """Return assumptions as a toml file that `read_assumptions` reads back as the same."""
    lines = []
    for name, assumption in assumptions.items():
        lines.append(f"[{name}]")
        for field in fields(Assumption):
            value = getattr(assumption, field.name)
            if field.name != "id" and value not in (None, ()):
                lines.append(f"{field.name} = {_toml(value)}")
        lines.append("")
    return "\n".join(lines)


def _toml(value: float | str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    if isinstance(value, str):
        # A JSON string is a TOML string, but for the one control character that JSON leaves bare.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(float(value))


def read_assumption(name: str, entry: object, *, sources: Collection[str] | None = None) -> Assumption:
    """Return one entry of a file of assumptions, checked; see `load_assumptions`."""
    if not isinstance(entry, dict):
        raise TypeError(f"{name} = {entry!r}: must be a table with {', '.join(sorted(_REQUIRED))}")
    if missing := sorted(_REQUIRED - entry.keys()):
        raise ValueError(f"assumption {name}: lacks {', '.join(missing)}; add them")
    if unknown := sorted(entry.keys() - _FIELDS):
        raise ValueError(
            f"assumption {name}: unknown fields {', '.join(unknown)}; allowed are {', '.join(sorted(_FIELDS))}"
        )
    for end in ("low", "high"):
        if isinstance(entry[end], bool) or not isinstance(entry[end], int | float):
            raise TypeError(f"assumption {name}: {end} is {entry[end]!r}; must be a number")
    for field in ("unit", "reason", "source", "locator"):
        if not isinstance(entry[field], str):
            raise TypeError(f"assumption {name}: {field} is {entry[field]!r}; must be text in quotes")
    if sources is not None:
        _check_source(name, entry["source"], sources)
    loss = entry.get("loss", [])
    if not isinstance(loss, list) or not all(isinstance(one, str) for one in loss):
        raise TypeError(f'assumption {name}: loss is {loss!r}; must be a list, e.g. ["reported"]')
    if (distribution := entry.get("distribution")) is not None:
        _check_distribution(name, distribution, entry["low"], entry["high"])
    return Assumption(name, **{**entry, "loss": tuple(entry.get("loss", ()))})


def _check_source(name: str, source: str, sources: Collection[str]) -> None:
    """A reader must be able to look a source up: a key that nothing explains would be printed as if it were one."""
    if source in _WITHOUT_KEY:
        return
    keys = [key.strip() for key in re.split(r",|\band\b", source)]
    if unknown := [key for key in keys if key not in sources]:
        close = difflib.get_close_matches(unknown[0], sources, n=3)
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise ValueError(
            f"assumption {name}: source {', '.join(map(repr, unknown[:5]))} is not in data/raw/sources.toml; {hint}"
            f"register it there under [publications], or give keys joined by 'and' or {_WITHOUT_KEY[0]!r}"
        )


def _check_distribution(name: str, distribution: object, low: float, high: float) -> None:
    """A distribution fills the defended range: draws outside it would defend more than the reason does."""
    from cseanalysis.distributions import read_distribution

    if not isinstance(distribution, str):
        raise TypeError(
            f'assumption {name}: distribution is {distribution!r}; write text, e.g. "pert(0.05, 0.1, 0.15)"'
        )
    try:
        read = read_distribution(distribution)
    except ValueError as error:
        raise ValueError(f"assumption {name}: {error}") from error
    if read.low < low or read.high > high:
        raise ValueError(
            f"assumption {name}: {distribution} reaches from {read.low:g} to {read.high:g}, outside {low:g} to "
            f"{high:g}; "
            "keep it within the range that the reason defends"
        )


def clustering(assumptions: Mapping[str, Assumption]) -> Interval:
    """Return how many times clusters of offences may inflate the variance of a count."""
    if "clustering_inflation" not in assumptions:
        raise ValueError("assumptions.toml lacks clustering_inflation, which changes are judged by; add it")
    return assumptions["clustering_inflation"].interval


def load_clustering(root: Path | str | None = None) -> Interval:
    """Return the same from the study's file, of which no other entry is read: their distributions need scipy."""
    project, name = find_project(root), "clustering_inflation"
    with in_parts():
        stated = noted("assumption", read_toml(project.assumptions))
    entries = {name: stated[name]} if name in stated else {}
    sources = load_sources(project)["publications"]
    return clustering({key: read_assumption(key, entry, sources=sources) for key, entry in entries.items()})
