"""Lets the docstrings on the site link to the public names that they mention, and gives each parameter its own default.

An extension of griffe, which reads the docstrings for `make docs`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import griffe

sys.path.insert(0, str(Path(__file__).parent))
from reference import PACKAGES, public_names

_NAME = re.compile(r"(?<![`\w])(?::\w+:)?`([A-Za-z_]\w*)`(?!`)")


def _homes() -> dict[str, dict[str, str]]:
    """Return by package its public names and where the reference has them, those of other packages after its own."""
    own = {
        package: {name: f"cseanalysis.{'' if package == 'cseanalysis' else package + '.'}{name}" for name in names}
        for package in PACKAGES
        for names in [[name for room in public_names(package).values() for name in room]]
    }
    everything = {name: home for package in reversed(PACKAGES) for name, home in own[package].items()}
    return {package: everything | names for package, names in own.items()}


class Linked(griffe.Extension):
    """Makes a link of each public name that stands in single backticks."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Rewrite the docstrings of a package once it is read."""
        homes = _homes()
        for thing in _things(pkg):
            part = thing.path.split(".")[1] if "." in thing.path else ""
            found = homes.get(part, homes["cseanalysis"])
            own = thing.path.split(".")[-1]
            if thing.docstring is not None:
                thing.docstring.value = _NAME.sub(
                    lambda hit, own=own, found=found: (
                        f"[`{hit[1]}`][{found[hit[1]]}]" if hit[1] in found and hit[1] != own else f"`{hit[1]}`"
                    ),
                    thing.docstring.value,
                )
            if isinstance(thing, griffe.Function) and thing.docstring is not None:
                _own_defaults(thing, thing.docstring)


def _things(thing: Any) -> Any:
    """Yield a module or class and what is defined in it."""
    yield thing
    for member in thing.members.values():
        if not member.is_alias:
            yield from _things(member)


def _own_defaults(function: griffe.Function, docstring: griffe.Docstring) -> None:
    """Where one entry describes several parameters, give each the default of its own, not that of the first."""
    for section in docstring.parsed:
        if section.kind is griffe.DocstringSectionKind.parameters:
            for parameter in section.value:
                if parameter.name in function.parameters:
                    given = function.parameters[parameter.name]
                    parameter.value, parameter.annotation = given.default, given.annotation
