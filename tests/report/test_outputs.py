"""Charts and tables as a chapter shows them."""

import re
import subprocess
import sys

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from cseanalysis.report import chart, table
from cseanalysis.report.outputs import same_everywhere

DATA = pd.DataFrame({"year": [1, 2], "offences": [3.0, None]})


def drawn(size=(6.3, 3.0)):
    figure = Figure(figsize=size)
    axes = figure.subplots()
    axes.plot([1, 2], [3, 4])
    axes.set_ylabel("Offences")
    return figure


def test_a_chart_carries_caption_label_and_alternative_text(study):
    shown = chart((drawn(), "Line from {recorded}\nupwards.", DATA), label="fig:line", caption="Of {recorded}")
    assert shown.about == {
        "kind": "chart",
        "label": "fig:line",
        "caption": 'Of [1,099]{.n ref="recorded"}',
        "alt": "Line from 1,099 upwards.",
        "data": "year,offences\n1,3\n2,[x]\n",
        "width": 160.0,
    }
    assert set(shown.data) == {"text/html", "image/svg+xml", "image/png", "text/plain"}
    metadata = shown._repr_mimebundle_()[1]
    assert metadata["image/png"] == metadata["image/svg+xml"] == {"alt": "Line from 1,099 upwards."}
    assert 'alt="Line from 1,099 upwards."' in shown.data["text/html"]
    assert "<figcaption>Figure <em>line</em>. Of 1,099</figcaption>" in shown.data["text/html"]


def test_a_chart_has_the_same_bytes_whatever_the_settings_and_names_no_date_or_program():
    first = chart((drawn(), "A line.", DATA), label="fig:a", caption="A").data
    with mpl.rc_context(
        {"font.family": ["serif"], "svg.fonttype": "none", "svg.hashsalt": "x", "savefig.bbox": "tight"}
    ):
        second = chart((drawn(), "A line.", DATA), label="fig:a", caption="A").data
    assert first == second
    assert "<text" not in first["image/svg+xml"]
    assert mpl.__version__ not in first["image/svg+xml"]
    assert "<dc:date>" not in first["image/svg+xml"]


def clipped(noise=0.0):
    """Panels with markers, hatches and clip paths of their own, drawn from numbers with some noise."""
    figure = Figure(figsize=(6.3, 3.0))
    for axes in figure.subplots(1, 2):
        values = [third * (1 + noise) for third in (1 / 3, 2 / 3, 1)]
        axes.plot(values, values, marker="o")
        axes.barh([1, 2, 3], values, hatch="//")
        axes.scatter(values, values).set_clip_path(Circle((0.5, 0.5), 0.5, transform=axes.transAxes))
    return figure


def test_a_chart_has_the_same_bytes_whatever_the_last_digits_and_wherever_its_parts_lie_in_memory():
    first = chart((clipped(), "Panels.", DATA), label="fig:a", caption="A").data
    kept = [clipped() for _ in range(3)]  # so that the parts of the next one lie elsewhere
    second = chart((clipped(3e-12), "Panels.", DATA), label="fig:a", caption="A").data
    assert len(kept) == 3
    assert first == second


def test_a_charts_own_ids_are_numbered_and_every_reference_finds_its_part():
    drawing = chart((clipped(), "Panels.", DATA), label="fig:a", caption="A").data["image/svg+xml"]
    ids = re.findall(r'\bid="([^"]*)"', drawing)
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if re.search(r"[0-9a-f]{10}", name)]
    wanted = set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', drawing))
    assert {one or other for one, other in wanted} <= set(ids)


def test_coordinates_are_rounded_and_the_scale_of_letters_is_not():
    drawn = (
        '<g transform="translate(1.23456 -2.00049) scale(0.015625)"><path d="M 0.0004 9.9996 Q 1.2 3"/><!-- 1.23456 -->'
    )
    settled = '<g transform="translate(1.235 -2.0) scale(0.015625)"><path d="M 0.001 10.0 Q 1.2 3"/><!-- 1.23456 -->'
    assert same_everywhere(drawn) == settled


def test_a_coordinate_half_way_between_two_roundings_stays_where_it_is_under_noise():
    assert len({same_everywhere(f'<use x="{text}"/>') for text in ("61.1875", "61.187501", "61.187499")}) == 1


@pytest.mark.parametrize(
    ("alt", "label", "caption", "size", "fault"),
    [
        (" ", "fig:a", "A", (6, 3), "alternative text is empty"),
        ("A.", "a", "A", (6, 3), "must begin with 'fig:'"),
        ("A.", "fig:a b", "A", (6, 3), "hold only letters"),
        ("A.", "fig:a", " ", (6, 3), "caption is empty"),
        ("A.", "fig:a", "A", (8, 3), "203.2 by 76.2 mm; a page holds 162 by 215 mm"),
        ("A.", "fig:a", "A", (6, 9), "152.4 by 228.6 mm"),
    ],
)
def test_a_chart_that_cannot_be_read_or_printed_is_refused(alt, label, caption, size, fault):
    with pytest.raises(ValueError, match=fault):
        chart((drawn(size), alt, DATA), label=label, caption=caption)


def test_a_chart_without_the_numbers_that_were_drawn_is_refused_because_a_reader_could_not_use_it():
    with pytest.raises(ValueError, match="chart fig:a: no data; hand over the data frame that was drawn"):
        chart((drawn(), "A line.", DATA.iloc[:0]), label="fig:a", caption="A")


def test_a_charts_data_keep_counts_whole_and_drop_the_digits_that_differ_between_processors():
    data = pd.DataFrame({"offences": [1_234_567.0, 122_768.0], "share": [1 / 3, 0.1 + 0.2]})
    written = chart((drawn(), "A line.", data), label="fig:a", caption="A").about["data"]
    assert written == "offences,share\n1234567,0.333333333\n122768,0.3\n"


def test_a_table_prints_whole_numbers_with_commas_and_missing_cells_as_a_mark():
    frame = pd.DataFrame(
        {
            "Force": ["Kent", "Avon | Somerset", ""],
            "Offences": pd.array([1234, None, -5], dtype="Int64"),
            "Rate": [0.12345, float("nan"), 2.0],
            "Year": [2022, 2023, 2024],
            "In words": ["68%", "5%", None],
        }
    )
    lines = table(frame, label="tbl:a", caption="A").about["markdown"].splitlines()
    assert lines == [
        "| Force | Offences | Rate | Year | In words |",
        "|:--|--:|--:|--:|--:|",
        "| Kent | 1,234 | 0.123 | 2022 | 68% |",
        r"| Avon \| Somerset | \[x\] | \[x\] | 2023 | 5% |",
        r"| \[x\] | −5 | 2 | 2024 | \[x\] |",
        "",
        ": A",
    ]


def test_a_table_in_jupyter_is_escaped():
    shown = table(pd.DataFrame({"<b>": ["<script>alert(1)</script>"]}), label="tbl:a", caption="a < b")
    assert "<script>" not in shown.data["text/html"]
    assert "<b>" not in shown.data["text/html"]
    assert '<th scope="col"' in shown.data["text/html"]


@pytest.mark.parametrize(
    ("frame", "options", "fault"),
    [
        (pd.DataFrame({"a": []}), {}, "no rows"),
        (pd.DataFrame({"a": [1], "b": [2]}), {"widths": [1]}, "1 widths for 2 columns"),
        (pd.DataFrame({"a": [1], "b": [2]}), {"align": ["left"]}, "1 align for 2 columns"),
        (pd.DataFrame({"a": [1]}), {"align": ["middle"]}, "align 'middle'; must be"),
        (pd.DataFrame({"a": [1]}), {"label": "fig:a"}, "must begin with 'tbl:'"),
    ],
)
def test_a_table_that_cannot_be_printed_is_refused(frame, options, fault):
    with pytest.raises(ValueError, match=fault):
        table(frame, **{"label": "tbl:a", "caption": "A"} | options)


def test_the_frame_is_not_changed():
    frame = pd.DataFrame({"a": [1, 2]})
    table(frame, label="tbl:a", caption="A")
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"a": [1, 2]}))


def test_a_chapter_gets_functions_not_modules():
    code = "import cseanalysis.report.pdf.typeset\nfrom cseanalysis.report import prose, chart\nassert callable(prose)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "cell",
    ["no factor for age_window", "known_share", "nan", "None", "<NA>", "unknown", "whole", "England; unknown"],
)
def test_a_table_with_a_raw_mark_in_a_cell_is_refused_in_print(cell):
    with pytest.raises(ValueError, match=r"table tbl:x: 1 cells print a raw mark: .*; say it in words"):
        table(pd.DataFrame({"What": [cell, "words"]}), label="tbl:x", caption="Marks")
    with pytest.raises(ValueError, match="raw mark"):
        table(pd.DataFrame({cell: ["words"]}), label="tbl:x", caption="Marks")


@pytest.mark.parametrize(
    "cell",
    [
        "None: one value from published numbers",
        "recorded_offences.csv",
        "https://x.org/a_b",
        "unknown dates",
        "whole numbers",
    ],
)
def test_words_files_and_addresses_are_no_raw_marks(cell):
    assert cell in table(pd.DataFrame({"What": [cell]}), label="tbl:x", caption="Words").data["text/plain"]
