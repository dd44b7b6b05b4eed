"""Where help is found: a table, so that report, brief and command line print the same lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cseanalysis.export.markup import escape, web_address
from cseanalysis.export.wording import say_date
from cseanalysis.study.data.judgement import read_judgement

_UNSEEN = "†"
SLOT = "{support_lines}"  # what stands for the table in a page of Markdown


@dataclass(frozen=True, slots=True)
class SupportLine:
    """A line of help: for whom, how it is reached, and against what that was checked, and when."""

    name: str
    for_whom: str
    how: str
    address: str
    seen: str
    how_seen: str  # yes or no: whether what is printed under ``how`` stood in what was seen
    checked: str
    reason: str

    @property
    def printed(self) -> str:
        """How it is reached, marked where that was not seen again."""
        return self.how + _UNSEEN * (self.how_seen == "no")

    def __post_init__(self) -> None:
        if not self.address.startswith("https://"):
            raise ValueError(f"address: {self.address!r} must begin with https://")
        if self.how_seen not in ("yes", "no"):
            raise ValueError(f"how_seen: {self.how_seen!r}; write yes or no: whether the number was seen when checked")
        dt.date.fromisoformat(self.checked)  # its own words say what is wrong


def support_lines(root: Path | str | None = None) -> tuple[SupportLine, ...]:
    """Return the lines of help in the order in which they are printed."""
    return read_judgement("support_lines", SupportLine, root)


def support_table(lines: tuple[SupportLine, ...]) -> str:
    """Return the lines as a table in Markdown, each a link, with the day of the oldest check and what it left open."""
    rows = [
        f"| [{escape(line.name)}](<{web_address(line.address)}>) | {escape(line.for_whom)} | {escape(line.printed)} |"
        for line in lines
    ]
    oldest = min(dt.date.fromisoformat(line.checked) for line in lines)
    return "\n".join(
        [
            "| Who | For whom | How |",
            "|:----|:---------|:----|",
            *rows,
            "",
            f"Checked on {say_date(oldest)} or later against stored copies of pages, not by calling; the annex on "
            "sources says for each what was seen." + f" {unseen_note(lines)}".rstrip(),
        ]
    )


def unseen_note(lines: Iterable[SupportLine]) -> str:
    """Say what the mark means, where a line has it."""
    unseen = any(line.how_seen == "no" for line in lines)
    return f"{_UNSEEN} As in earlier editions: not seen again, so look at the page first." if unseen else ""


def support_seen(lines: tuple[SupportLine, ...]) -> str:
    """Say in Markdown for each line what was seen of it and when, and by name whose number was not seen."""
    unseen = [escape(line.name) for line in lines if line.how_seen == "no"]
    but = f" Of {' and '.join(unseen)} the number is as in earlier editions and was not seen there." if unseen else ""
    rows = [
        f"- **{escape(line.name)}.** {escape(line.seen[:1].upper() + line.seen[1:])}; "
        f"{say_date(dt.date.fromisoformat(line.checked))}."
        for line in lines
    ]
    return "\n".join([f"Against what the lines of help were checked, and when; none was called.{but}", "", *rows])
