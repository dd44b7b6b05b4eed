"""A chapter shows its computation: what a cell comes to is what is reported, or the chapter fails."""

import nbformat.v4 as nb
import pytest

from cseanalysis import Estimate, Interval
from cseanalysis.report import same_as_reported
from cseanalysis.report.exporter import export


def test_a_count_a_range_and_an_estimate_that_agree_return_the_reported_result(study):
    assert same_as_reported("recorded", 1099).point == 1099
    reported = same_as_reported("total", Interval(7326.6, 21980.0, "bound"))
    assert same_as_reported("total", reported) is not None


def test_the_last_digit_of_another_processor_is_no_difference(study):
    assert same_as_reported("total", Interval(7326.6 * (1 + 1e-10), 21980.0, "bound")).id == "total"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("recorded", 1100),
        ("recorded", Interval(1099, 1099, "bound")),
        ("total", 1099 / 0.15),
        ("total", Interval(1099 / 0.15, 1099 / 0.06, "bound")),
        ("total", Interval(1099 / 0.16, 1099 / 0.05, "bound")),
        ("total", Interval(1099 / 0.15, 1099 / 0.05, "confidence", 0.95)),
        ("total", Estimate("mine", "people", interval=Interval(7000, 22000, "bound"))),
    ],
)
def test_another_number_or_another_kind_of_interval_is_refused(study, name, found):
    with pytest.raises(ValueError, match=f"{name} is reported as .* and was computed as "):
        same_as_reported(name, found)


def test_a_result_that_nobody_reports_is_named(study):
    with pytest.raises(ValueError, match="no result has the id 'recorder'"):
        same_as_reported("recorder", 1)


def test_cells_that_show_a_method_are_not_printed():
    shown = nb.new_output("execute_result", data={"text/plain": "1"})
    node = nb.new_notebook(
        cells=[
            nb.new_markdown_cell("Printed."),
            nb.new_markdown_cell("How it is computed.", metadata={"tags": ["method"]}),
            nb.new_code_cell("1", outputs=[shown], metadata={"tags": ["method"]}),
        ]
    )
    assert export("a", node) == ("Printed.", {})
