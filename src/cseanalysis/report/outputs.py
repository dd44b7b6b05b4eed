"""What a chapter displays: prose, the opening block, charts and tables, each as it is read in Jupyter and in print."""

from __future__ import annotations

import base64
import html
import io
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cseanalysis.export.markup import escape
from cseanalysis.export.wording import say_number
from cseanalysis.report.alone import alone, as_html, named
from cseanalysis.report.prose import fill

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from cseanalysis.chart_style import Drawn

KEY = "cseanalysis"  # the metadata key under which the typesetter finds what an output is
MISSING = "[x]"  # a missing cell is printed as this mark, never as blank or 0
TEXT_WIDTH = 162  # millimetres of text on the page
TEXT_HEIGHT = 215  # millimetres left for a chart with its caption

_LABEL = re.compile(r"[a-z][\w:-]*")
_YEAR = re.compile(r"\byears?\b", re.IGNORECASE)
_NUMERIC = re.compile(r"^[−£]?\d[\d,.]*%?$")
# Ids that matplotlib hashes from coordinates, and the places where coordinates stand; scales are left alone.
_HASHED = re.compile(r'(\bid="|href="#|url\(#)([A-Za-z_][\w.-]*?)?([0-9a-f]{10})(?=["\)])')
_PLACED = re.compile(r'(?<= d=")[^"]*|(?<= [xy]=")[^"]*|(?<=translate\()[^)]*')
_DECIMALS = re.compile(r"-?\d+\.\d{4,}")
_OFF_EDGE = 1.234567e-4  # layouts put coordinates on halves of round numbers, where rounding could go either way
# What a reader must not meet in a cell: a name of the software's (files and addresses apart), or a bare mark.
_RAW = re.compile(
    r"(?<![\w/.])[a-z]+(?:_[a-z0-9]+)+(?![\w/]|\.[a-z])|^(?:nan|NaN|NaT|None|<NA>|unknown|whole)$|; unknown$"
)
_FORMAT = {
    "svg.hashsalt": "cseanalysis",
    "svg.fonttype": "path",
    "font.family": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
    "savefig.bbox": None,
    "savefig.facecolor": "white",
}


@dataclass(frozen=True, slots=True)
class Output:
    """One thing a chapter shows: `data` is what a reader of the notebook sees, `about` what the typesetter takes."""

    data: dict[str, str]
    about: dict[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        alts = {kind: {"alt": self.about["alt"]} for kind in self.data if kind.startswith("image/")}
        return self.data, {KEY: self.about, **alts}

    def __repr__(self) -> str:
        return self.data["text/plain"]


def prose(text: str) -> Output:
    """Show Markdown whose numbers come from the study.

    Parameters
    ----------
    text
        Markdown with placeholders: ``{result_id}``, ``{assumption:id}``, ``{figure:id}``; braces are doubled.
        Citations ``[@vkpp23]`` and cross references ``@fig:lag`` are set by the typesetter, and words in Jupyter.

    Returns
    -------
    Output

    Raises
    ------
    ValueError
        For an unknown id, naming the closest.

    Examples
    --------
    >>> prose("No number here, only a set {{a, b}}.")
    No number here, only a set {a, b}.
    """
    filled = fill(text)
    return _words(alone(filled), {"kind": "prose", "markdown": filled})


def opening(*, question: str, answer: str, data: str, limits: str) -> Output:
    """Show the block a chapter opens with; every part may hold placeholders.

    Parameters
    ----------
    question
        What the chapter asks.
    answer
        The answer, in one or two sentences with their kind of interval.
    data
        What it rests on.
    limits
        What it cannot show.

    Examples
    --------
    >>> print(opening(question="How many?", answer="Unknown.", data="One table.", limits="Causes."))
    > **Question.** How many?
    >
    > **Answer.** Unknown.
    >
    > **Data.** One table.
    >
    > **What this cannot show.** Causes.
    """
    parts = {"Question": question, "Answer": answer, "Data": data, "What this cannot show": limits}
    if empty := [name for name, text in parts.items() if not text.strip()]:
        raise ValueError(f"the opening's {', '.join(empty)} is empty; every chapter says all four")
    filled = {name: " ".join(fill(text).split()) for name, text in parts.items()}
    block = "\n>\n".join(f"> **{name}.** {text}" for name, text in filled.items())
    return _words(alone(block), {"kind": "opening", "parts": [list(part) for part in filled.items()]})


def chart(drawn: Drawn, *, label: str, caption: str) -> Output:
    """Show a chart with its number, caption, alternative text and data.

    Parameters
    ----------
    drawn
        The matplotlib figure, which is closed; the text that says in words what it shows; and the data frame that was
        drawn, which becomes a CSV beside the chart.
    label
        How the text refers to it, e.g. ``"fig:series"`` for ``@fig:series``.
    caption
        Markdown above or below the chart; caption and alternative text may hold placeholders.

    Raises
    ------
    ValueError
        Without alternative text, caption or data, or when the chart is larger than the page.

    Notes
    -----
    Bytes are the same on every machine: letters become outlines of the font that matplotlib carries, coordinates are
    rounded, ids are numbered as they appear, and neither date nor version is written.
    """
    import matplotlib as mpl
    from matplotlib.text import Text

    figure, words, data = drawn
    alt = " ".join(fill(words, plain=True).split())
    if not alt:
        raise ValueError(f"chart {label}: the alternative text is empty; say in words what the chart shows")
    if data.empty:
        raise ValueError(f"chart {label}: no data; hand over the data frame that was drawn")
    about = _about("chart", label, caption, "fig:") | {"alt": alt, "data": _as_csv(data)}
    width, height = (round(float(side) * 25.4, 1) for side in figure.get_size_inches())
    if width > TEXT_WIDTH or height > TEXT_HEIGHT:
        raise ValueError(
            f"chart {label}: {width:g} by {height:g} mm; a page holds {TEXT_WIDTH} by {TEXT_HEIGHT} mm: "
            f"draw it with figsize=({TEXT_WIDTH / 25.4:.2f}, ...) or smaller"
        )
    with mpl.rc_context(_FORMAT):  # type: ignore[arg-type]
        if figure.get_layout_engine() is None:
            figure.set_layout_engine("constrained")
        for text in figure.findobj(Text):
            text.set_fontfamily("DejaVu Sans")
        vector, raster = io.StringIO(), io.BytesIO()
        figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})
        # Both pictures share one layout, which is slow to find for many panels. With an engine, even with one that does
        # nothing ("none"), the second would be drawn twice.
        figure.set_layout_engine(None)
        figure.savefig(raster, format="png", dpi=80, metadata={"Software": None})
    _close(figure)
    picture = base64.b64encode(raster.getvalue()).decode("ascii")
    return Output(
        {
            # What shows notebooks leaves the alternative text of a bare picture out.
            "text/html": f'<figure>\n<img src="data:image/png;base64,{picture}" alt="{html.escape(alt)}">\n'
            f"<figcaption>{_caption(about)}</figcaption>\n</figure>",
            "image/svg+xml": same_everywhere(vector.getvalue()),
            "image/png": picture,
            "text/plain": f"{alone(about['caption'])} [{alt}]",
        },
        about | {"width": width},
    )


def table(
    frame: pd.DataFrame,
    *,
    label: str,
    caption: str,
    widths: Sequence[float] | None = None,
    align: Sequence[str] | None = None,
) -> Output:
    r"""Show a data frame as a numbered table.

    Parameters
    ----------
    frame
        Columns of words or numbers, printed in their order; the index is not printed. Whole numbers get
        thousands commas, other numbers three significant digits; missing cells print as ``[x]``.
    label
        How the text refers to it, e.g. ``"tbl:totals"``.
    caption
        Markdown; may hold placeholders.
    widths
        Relative column widths for long text; without them columns are as wide as they need.
    align
        ``"left"`` or ``"right"`` per column; without it columns of numbers are set right.

    Raises
    ------
    ValueError
        For a table without rows, without caption, with widths or alignments that do not fit the columns, or with a
        cell that prints a raw mark: a name such as ``age_window``, ``nan``, ``None`` or a bare ``unknown``.

    Examples
    --------
    >>> import pandas as pd
    >>> shown = table(pd.DataFrame({"Force": ["Kent", "Gwent"], "Offences": [1234, None]}),
    ...               label="tbl:forces", caption="Recorded offences")
    >>> print(shown.about["markdown"])
    | Force | Offences |
    |:--|--:|
    | Kent | 1,234 |
    | Gwent | \[x\] |
    <BLANKLINE>
    : Recorded offences
    """
    about = _about("table", label, caption, "tbl:")
    if frame.empty:
        raise ValueError(f"table {label}: no rows or no columns; show a sentence instead")
    columns = [str(name) for name in frame.columns]
    rows = [
        [_cell(value, name) for value, name in zip(row, columns, strict=True)]
        for row in frame.itertuples(index=False, name=None)
    ]
    if raw := [cell for line in (columns, *rows) for cell in line if _RAW.search(cell)]:
        shown = ", ".join(repr(cell if len(cell) <= 80 else f"{cell[:79]}…") for cell in raw[:5])
        raise ValueError(f"table {label}: {len(raw)} cells print a raw mark: {shown}; say it in words")
    sides = list(align) if align is not None else [_side(column) for column in zip(*rows, strict=True)]
    for name, given in (("widths", widths), ("align", sides)):
        if given is not None and len(given) != len(columns):
            raise ValueError(f"table {label}: {len(given)} {name} for {len(columns)} columns; give one per column")
    if wrong := sorted(set(sides) - {"left", "right"}):
        raise ValueError(f"table {label}: align {', '.join(map(repr, wrong))}; must be 'left' or 'right'")
    lines = [columns, *rows]
    marks = {"left": ":--", "right": "--:"}
    pipes = ["| " + " | ".join(escape(cell, citations=True) for cell in line) + " |" for line in lines]
    pipes.insert(1, "|" + "|".join(marks[side] for side in sides) + "|")
    return Output(
        {
            "text/html": _html(columns, rows, sides, _caption(about)),
            "text/plain": "\n".join("\t".join(line) for line in lines),
        },
        about
        | {
            "align": sides,
            "widths": [float(width) for width in widths or ()],
            "markdown": "\n".join(pipes) + f"\n\n: {about['caption']}",
        },
    )


def same_everywhere(drawing: str) -> str:
    """Return an SVG of matplotlib without what hangs on the processor: coordinates to a thousandth of a point."""
    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        place, prefix, digest = match[1], match[2] or "", match[3]
        return f"{place}{prefix}-{numbers.setdefault(prefix + digest, len(numbers) + 1)}"

    def rounded(match: re.Match[str]) -> str:
        return str(round(float(match[0]) + _OFF_EDGE, 3) + 0.0)

    return _HASHED.sub(numbered, _PLACED.sub(lambda match: _DECIMALS.sub(rounded, match[0]), drawing))


def _words(text: str, about: dict[str, Any]) -> Output:
    return Output({"text/markdown": text, "text/plain": text}, about)


def _as_csv(data: pd.DataFrame) -> str:
    """Write what was drawn, without the digits that differ between processors."""
    from cseanalysis.sensitivity.ranking import DIGITS, settled

    return str(
        data.to_csv(
            index=False,
            na_rep=MISSING,
            float_format=lambda value: f"{settled(value):.{DIGITS}g}",
            date_format="%Y-%m-%d",
            lineterminator="\n",
        )
    )


def _caption(about: Mapping[str, str]) -> str:
    return as_html(alone(f"{named(about['label'])}. {about['caption']}"))


def _about(kind: str, label: str, caption: str, prefix: str) -> dict[str, Any]:
    if not (label.startswith(prefix) and _LABEL.fullmatch(label)):
        raise ValueError(f"{kind} label {label!r}: must begin with {prefix!r} and hold only letters, digits, - and _")
    filled = " ".join(fill(caption).split())
    if not filled:
        raise ValueError(f"{kind} {label}: the caption is empty; say what is shown, for whom and when")
    return {"kind": kind, "label": label, "caption": filled}


def _close(figure: Figure) -> None:
    """Forget the figure, so that a notebook does not show it a second time; figures outside pyplot are left."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)


def _cell(value: Any, column: str) -> str:
    import pandas as pd

    if isinstance(value, str):
        return value if value.strip() else MISSING
    if pd.isna(value):
        return MISSING
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if not hasattr(value, "__float__"):
        return str(value)
    if _YEAR.search(column) and float(value).is_integer() and 1800 <= value < 2200:
        return str(int(value))  # a year has no thousands comma
    return say_number(float(value))


def _side(cells: Sequence[str]) -> str:
    numbers = [cell for cell in cells if cell != MISSING]
    return "right" if numbers and all(_NUMERIC.match(cell) for cell in numbers) else "left"


def _html(columns: list[str], rows: list[list[str]], sides: list[str], caption: str) -> str:
    def line(start: str, end: str, cells: list[str]) -> str:
        aligned = (
            f'{start} style="text-align: {side}">{as_html(alone(escape(cell, citations=True)))}{end}'
            for cell, side in zip(cells, sides, strict=True)
        )
        return f"<tr>{''.join(aligned)}</tr>"

    head = line('<th scope="col"', "</th>", columns)
    body = "\n".join(line("<td", "</td>", row) for row in rows)
    return f"<table>\n<caption>{caption}</caption>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
