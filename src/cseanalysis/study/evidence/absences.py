"""What was sought and not found: each absence that the report claims, where it was sought, and what would refute it."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from cseanalysis.export.wording import say_date
from cseanalysis.register.figures import VOCABULARY
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.data.project import find_project, read_to

if TYPE_CHECKING:
    from cseanalysis.register import Figure

ANNEX = "sec:annex-absences"  # where all of them are listed
# What of a figure a row may ask for: words of the register, * for any, | between alternatives, ! before what it is not.
ASKED = ("qualifier", "unit", "base", "definition", "category", "ages", "geography")
_SHOWN = 5
_ID = re.compile(r"\w+", re.ASCII)
_PATTERN = re.compile(r"[\w*?/(][\w*?/ ,.'()-]*")
# Fields whose words are known: one that no figure can have is a slip, and would leave a row that nothing refutes.
_KNOWN = ("qualifier", "unit", "definition", "ages", "geography")


@dataclass(frozen=True, slots=True)
class Absence:
    """Something that the report says was not found, and what a figure of the register would have to be to be it."""

    id: str
    sought: str
    searched: str  # where, and how
    searched_on: str | None  # the last day, where that is not the day up to which the register has been read
    qualifier: str | None
    unit: str | None
    base: str | None
    definition: str | None
    category: str | None
    ages: str | None
    geography: str | None
    after: str | None  # the day after which its period would have to end
    reason: str

    def __post_init__(self) -> None:
        """Refuse a day that is none, and a row that any figure would refute."""
        for day in (self.searched_on, self.after):
            if day is not None:
                dt.date.fromisoformat(day)
        if not _ID.fullmatch(self.id):
            raise ValueError(f"id {self.id!r}: sentences name it as {{absent:id}}; write letters, digits and _")
        if all((getattr(self, field) or "*") == "*" for field in ASKED):
            raise ValueError(f"{self.id} asks nothing of a figure, so every one refutes it; fill {', '.join(ASKED)}")
        for field in ASKED:
            if bad := [part for part in self.asked(field) if not _PATTERN.fullmatch(part)]:
                raise ValueError(
                    f"{self.id}, {field}: {bad[0]!r} is no word of the register; write words and *, | and !"
                )

    def asked(self, field: str) -> list[str]:
        """Return what is asked of a field, each alternative without the ! before it."""
        given = getattr(self, field)
        return [] if given is None else [part.strip().removeprefix("!").strip() for part in given.split("|")]

    def day(self, read: dt.date) -> dt.date:
        """Return the last day on which it was searched."""
        return dt.date.fromisoformat(self.searched_on) if self.searched_on else read

    def refuted_by(self, figure: Figure) -> bool:
        """Whether a figure is what was sought."""
        end, after = figure.period_end, self.after
        late = after is None or (end is not None and end > dt.date.fromisoformat(after))
        return late and all(_fits(getattr(self, field), str(getattr(figure, field))) for field in ASKED)


def absences(root: Path | str | None = None) -> tuple[Absence, ...]:
    """Return every absence that the report claims, from ``data/judgement/absences.csv``."""
    rows = read_judgement("absences", Absence, root)
    names = [row.id for row in rows]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"data/judgement/absences.csv: {', '.join(twice[:_SHOWN])} stand in two rows; an id names one")
    return rows


def check_absences(rows: Iterable[Absence], figures: Mapping[str, Figure]) -> None:
    """Refuse to claim that something was not found which a figure of the register holds."""
    found = [(row, each) for row in rows for each in figures.values() if row.refuted_by(each)]
    if found:
        said = "; ".join(
            f"{row.id} says that {row.sought} was not found, and {each.id} is that ({each.statement}: {each.published})"
            for row, each in found[:_SHOWN]
        )
        more = f" (and {len(found) - _SHOWN} more)" if len(found) > _SHOWN else ""
        raise ValueError(
            f"data/judgement/absences.csv, {said}{more}: mend the sentences that hold {{absent:{found[0][0].id}}} or "
            f"{{searched:{found[0][0].id}}} and take the row out, or narrow what the row asks of a figure"
        )


def check_asked(rows: Collection[Absence], figures: Mapping[str, Figure]) -> None:
    """Refuse a row that asks for a word which no figure has or can have: nothing would refute it."""
    for field in _KNOWN:
        known = {str(getattr(each, field)) for each in figures.values()} | set(VOCABULARY.get(field, ()))
        words = {word.casefold() for word in known}
        for row in rows:
            asked = (part.casefold() for part in row.asked(field))
            if lost := [part for part in asked if not any(fnmatchcase(word, part) for word in words)]:
                near = difflib.get_close_matches(lost[0], known, n=1)
                raise ValueError(
                    f"data/judgement/absences.csv, {row.id}, {field}: no figure has {lost[0]!r}, so nothing would "
                    f"refute the row; write a word of the register{f', such as {near[0]}' if near else ''}, or ask by "
                    "category"
                )


def phrases(root: Path | str | None = None) -> dict[str, str]:
    """Return by id what ``{searched:id}`` prints; ``{absent:id}`` prints no more than ``not found``."""
    project = find_project(root)
    read = read_to(project)
    return {
        row.id: f"not found in the sources read up to {say_date(row.day(read))} (@{ANNEX})" for row in absences(root)
    }


def _fits(asked: str | None, there: str) -> bool:
    if asked is None:
        return True
    wanted = [part.strip().casefold() for part in asked.split("|")]
    others = [part[1:].strip() for part in wanted if part.startswith("!")]
    own = [part for part in wanted if not part.startswith("!")]
    said = there.casefold()
    fits = not own or any(fnmatchcase(said, part) for part in own)
    return fits and not any(fnmatchcase(said, part) for part in others)
