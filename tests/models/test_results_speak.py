"""Every result is read in one way: print, a notebook's table, a data frame, and a picture where people look at one."""

import html
import importlib
import re
import subprocess
import sys
import warnings
from dataclasses import is_dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes

import cseanalysis
from cseanalysis import load_figures, models, register, sensitivity
from cseanalysis.distributions import fixed, uniform
from cseanalysis.export.wording import say_cell
from cseanalysis.models import (
    Basis,
    BridgeFactor,
    Delay,
    Measure,
    Simulation,
    Stage,
    Triangle,
    annual_victims,
    break_search,
    bridge_survey,
    chain_ladder,
    competing_exits,
    correct_two_by_two,
    coverage_needed,
    delay_drift,
    detectable_from,
    estimate_population,
    fit_seen_delays,
    interrupted_series,
    many_changes,
    minimum_detectable,
    nowcast,
    over_dispersed_poisson,
    placebo_dates,
    pooled_hazards,
    probabilistic_bias,
    seen_in_window,
    share_bounds,
    simulate_counts,
    simulate_pipeline,
    split_by_year,
    two_list_estimate,
    unit_share_bounds,
)
from cseanalysis.models.missing.group_shares import against_population
from cseanalysis.models.missing.ladder import assumption_ladder
from cseanalysis.register import Figure, compare, find_figures, parity, reconcile
from cseanalysis.register import count as counts_cell
from cseanalysis.said import ranged
from cseanalysis.sensitivity import tornado
from cseanalysis.values import Assumption, Estimate, Interval

# What a person states and a function is given: nothing was found that could be printed.
GIVEN = {"Alias", "Basis", "Stage", "UncertainDelay", "Bridge", "Definition", "Figure", "Shift", "Statement"}

CALM = [100, 96, 103, 101, 99, 104, 98, 102, 98, 100, 95, 104, 101, 97, 102, 99]
RISEN = [*CALM, *(203, 195, 207, 201, 198, 206, 197, 202, 199, 204, 196, 203, 200, 205, 198, 201)]
ROWS = [[50, 80, 90, 95], [40, 70, 80, 84], [60, 90, 104, None], [55, 85, None, None], [20, None, None, None]]
HISTORIES = pd.DataFrame(
    [(1, 0, 0, 40), (0, 1, 0, 30), (0, 0, 1, 25), (1, 1, 0, 10), (1, 0, 1, 8), (0, 1, 1, 6), (1, 1, 1, 4)],
    columns=["police", "council", "charity", "count"],
)
EVER = Basis("adults ever abused", "before 16", "childhood", "survey questions", "England and Wales")
OFFENCES = Basis("offences", "before 16", "childhood", "survey questions", "England and Wales")
PLANK = BridgeFactor("each", "unit", "adults ever abused", "offences", Interval(1, 3, "bound"), "judgement")
ONE = Interval(1, 1, "bound")


def triangle(names=range(2019, 2024)):
    return Triangle(pd.DataFrame(ROWS, index=list(names)), "year")


def exits():
    def table(rows):
        return Triangle(pd.DataFrame(rows, index=[2021, 2022, 2023]), "year")

    tables = {
        "charged": table([[10, 20, 25], [12, 22, None], [11, None, None]]),
        "closed": table([[40, 60, 70], [38, 58, None], [39, None, None]]),
    }
    return competing_exits(pd.Series(100, index=[2021, 2022, 2023]), tables, draws=200, seed=0)


def seen_delays():
    entered = np.repeat(np.arange(6), [6, 5, 4, 3, 2, 1])
    lag = np.concatenate([np.arange(length) for length in (6, 5, 4, 3, 2, 1)])
    weights = np.round(400 * 0.6**lag)
    return fit_seen_delays(entered, entered + lag, observed_until=6, family="weibull", weights=weights)


def pipeline():
    charged = Stage("charged", uniform(0.1, 0.2), Delay("gamma", 1.0, 365.0))
    tried = Stage("tried", fixed(0.7), Delay("gamma", 1.0, 300.0))
    return simulate_pipeline([1000] * 4, [charged, tried], period_days=91.3125, draws=200, seed=0)


def figure(name, value, year, **other):
    given = {
        "id": name, "statement": "Offences recorded", "published": f"{value:,}", "qualifier": "exact", "low": value,
        "high": value, "rounded_to": None, "unit": "offences", "base": "", "definition": "national",
        "category": "group", "ages": "under 18", "sex": "any", "geography": "England and Wales",
        "coverage": "44 forces", "period_start": date(year, 1, 1), "period_end": date(year, 12, 31),
        "period_type": "calendar_year", "time_basis": "recorded", "counter": "flow", "stage": "early",
        "status": "official", "tier": "A", "source": "s1", "locator": "page 1", "known_share": "",
        "unknown_share": "", "breaks": (), "supersedes": (), "conflicts_with": (), "relays": "", "note": "",
    }  # fmt: skip
    return Figure(**{**given, **other})


def compared(**other):
    return compare(figure("F1", 4000, 2023), figure("F2", 4500, 2024, **other))


def held_against_population():
    per_cent = {"unit": "per_cent", "rounded_to": 1, "ages": "18 and over"}
    share = figure("S", 83, 2023, **per_cent, base="suspects", category="suspects/a", known_share="K", known=KNOWN)
    return parity(share, figure("B", 20, 2023, **per_cent, base="population", category="population/a"))


KNOWN = Interval(34, 34, "bound")
TOLD = Assumption("told", 0.25, 0.5, "probability", "survey", "ONS", "table 1")
KEPT = Assumption("kept", 0.5, 1.0, "probability", "audit", "HMIC", "page 2")

BUILT = {
    "AnnualVictims": lambda: annual_victims(
        Interval(0.075, 0.075, "bound"),
        children_per_age=Interval(1000, 1000, "bound"),
        ages=16,
        years_abused=Interval(1, 4, "bound"),
        change=ONE,
    ),
    "BiasAnalysis": lambda: probabilistic_bias(
        (215, 1449, 668, 4296), sensitivity=uniform(0.7, 0.95), specificity=uniform(0.9, 0.99), seed=1, draws=500
    ),
    "BreakSearch": lambda: break_search(RISEN, draws=99, seed=0),
    "Bridged": lambda: bridge_survey(Measure(Interval(10, 20, "bound"), EVER), OFFENCES, [PLANK]),
    "BridgeFactor": lambda: PLANK,
    "ChainLadder": lambda: chain_ladder(triangle()),
    "CompetingExits": exits,
    "CorrectedCounts": lambda: simulate_counts([600, 390], [[80, 10], [10, 80]], seed=1, draws=500),
    "CorrectedTable": lambda: correct_two_by_two((215, 1449, 668, 4296), sensitivity=0.78, specificity=0.99),
    "CoverageNeeded": lambda: coverage_needed(170, 340, 660, 0.4),
    "DelayDrift": lambda: delay_drift(triangle(), recent=2),
    "PooledHazards": lambda: pooled_hazards({unit: triangle() for unit in ("A", "B", "C")}),
    "Delay": lambda: Delay("gamma", 1.0, 100.0),
    "DelayFit": seen_delays,
    "DetectableFrom": lambda: detectable_from(CALM, delay=[0.1, 0.2, 0.3, 0.4], ratio=2),
    "InterruptedSeries": lambda: interrupted_series(RISEN, at=16),
    "ManyChanges": lambda: many_changes(pd.DataFrame({"calm": [*CALM, *CALM], "risen": RISEN}), dates=[16]),
    "Measure": lambda: Measure(Interval(10, 20, "bound"), EVER),
    "MinimumDetectable": lambda: minimum_detectable(CALM, after=8),
    "Nowcast": lambda: nowcast(triangle(), seed=0, draws=200),
    "OverDispersedPoisson": lambda: over_dispersed_poisson(triangle()),
    "PipelineSimulation": pipeline,
    "PlaceboDates": lambda: placebo_dates(RISEN, at=16),
    "PopulationEstimate": lambda: estimate_population(HISTORIES),
    "RecordedSplit": lambda: split_by_year(900, Interval(0.25, 0.5, "bound")),
    "Representation": lambda: against_population((102, 340, 660), 0.2),
    "Rung": lambda: assumption_ladder(300, 1000, 500, odds_ratios=(2,))[1],
    "SeenDelay": lambda: seen_in_window(Delay("gamma", 1.0, 12.0), 36.0),
    "SeriesDiagnostics": lambda: interrupted_series(RISEN, at=16).diagnostics,
    "Simulation": lambda: Simulation(np.arange(100.0)),
    "Triangle": triangle,
    "TwoListEstimate": lambda: two_list_estimate(200, 300, 60),
    "UnitBounds": lambda: unit_share_bounds({"north": (6, 10, 10), "south": (3, 20, 0)}),
    "Change": lambda: compared().change,
    "Comparison": compared,
    "Search": lambda: find_figures("recorded", load_figures()),
    "Parity": held_against_population,
    "Reconciliation": lambda: reconcile([counts_cell("all", 10), counts_cell("some", 4)]),
    "Interval": lambda: Interval(0.05, 0.15, "confidence", 0.95),
    "Estimate": lambda: Estimate("recorded", "offences", 100.0, Interval(90, 120, "confidence", 0.95), ("F008",)),
}

PACKAGES = (models, register, sensitivity)


def classes():
    """Every class of a dataclass that a package names, and every one that a public function says it returns."""
    found = {"Estimate": Estimate, "Interval": Interval}
    for package in PACKAGES:
        public = [getattr(package, name) for name in package.__all__]
        for thing in public:
            said = str(getattr(thing, "__annotations__", {}).get("return", "")) if callable(thing) else ""
            home = vars(sys.modules[thing.__module__])
            named = [home[name] for name in re.findall(r"\w+", said) if name in home]
            found |= {one.__name__: one for one in (thing, *named) if isinstance(one, type) and is_dataclass(one)}
    return found


CLASSES = classes()
RESULTS = sorted(CLASSES.keys() - GIVEN)
KINDS = ("bound)", "confidence interval)", "simulation interval)", "no interval)", "no level)", "(count)")


@pytest.fixture(scope="module")
def built():
    made = {}

    def get(name):
        if name not in made:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                made[name] = BUILT[name]()
        return made[name]

    return get


def cells(text):
    return re.findall(r"<t[dh](?: [^>]*)?>(.*?)</t[dh]>", text)


def test_no_class_of_results_is_forgotten():
    assert len(RESULTS) >= 35
    assert [name for name in RESULTS if name not in BUILT] == []
    for name in RESULTS:
        lacks = [one for one in ("to_frame", "_repr_html_") if not hasattr(CLASSES[name], one)]
        assert lacks == [], name
        assert CLASSES[name].__str__ is not object.__str__, name
    assert CLASSES.keys() >= GIVEN  # what is given stands there by name, and no longer when it is gone


@pytest.mark.parametrize("name", RESULTS)
def test_what_is_printed_starts_with_a_range_or_number_and_its_kind_and_never_says_nan(built, name):
    result = built(name)
    assert type(result).__name__ == name
    first, *_ = lines = str(result).splitlines()
    assert re.search(r"\d", first), first
    assert any(kind in first for kind in KINDS), first
    assert not re.search(r"\b(nan|NaN|None|NaT|inf)\b|<NA>", str(result))
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", RESULTS)
def test_the_table_has_the_columns_that_its_documentation_names_in_that_order(built, name):
    frame = built(name).to_frame()
    documented = re.findall(r"``(\w+)``", CLASSES[name].to_frame.__doc__)
    assert list(frame.columns) == documented
    assert list(frame.index) == list(range(len(frame)))
    assert len(frame)


@pytest.mark.parametrize("name", RESULTS)
def test_a_notebook_shows_the_same_numbers_as_print_and_no_other_marks_than_its_own(built, name):
    result = built(name)
    shown, said = result._repr_html_(), str(result)
    tags = set(re.findall(r"<(/?\w+)[^>]*>", shown))
    own = {"p", "table", "thead", "tbody", "tr", "th", "td"}
    assert tags <= own | {f"/{tag}" for tag in own}
    for cell in cells(shown):
        assert html.unescape(cell) in said
    numbers = re.compile(r"[\d,.]*\d")
    assert sorted(numbers.findall(html.unescape(re.sub("<[^>]*>", " ", shown)))) == sorted(numbers.findall(said))


@pytest.mark.parametrize("name", RESULTS)
def test_what_python_shows_of_a_result_stays_that_of_a_dataclass(built, name):
    assert repr(built(name)).startswith(f"{name}(")


def test_labels_that_look_like_marks_are_shown_as_they_are():
    hostile = '<script>alert("1")</script>'
    bounds = unit_share_bounds({hostile: (6, 10, 10), "a & b": (3, 20, 0)})
    assert "<script>" not in bounds._repr_html_()
    assert "&lt;script&gt;" in bounds._repr_html_()
    assert hostile in str(bounds)


def test_a_chain_ladder_prints_a_row_for_each_origin_however_many_there_are():
    origins = range(1960, 2024)
    rows = [
        [100, 150, 160] if year < 2022 else [100, 150, None] if year == 2022 else [100, None, None] for year in origins
    ]
    said = str(chain_ladder(Triangle(pd.DataFrame(rows, index=origins), "year")))
    assert [year for year in origins if not re.search(rf"^  {year} ", said, re.MULTILINE)] == []
    assert {"ultimate", "outstanding", "standard_error"} <= set(said.splitlines()[1].split())


def test_a_long_table_is_cut_in_print_and_says_so_but_not_as_a_data_frame():
    counts = pd.DataFrame({f"s{place}": np.roll(RISEN, place) for place in range(30)})
    result = many_changes(counts, dates=[16])
    assert "and 10 more rows: to_frame() has them all" in str(result)
    assert len(result.to_frame()) == 30


def test_a_population_is_never_printed_without_the_range_of_the_models_that_fit_as_well():
    result = estimate_population(HISTORIES)
    fine = result.models[(result.models["status"] == 0) & ~result.models["heterogeneity"]]
    near = fine[fine["bic"] <= fine["bic"].min() + 10]
    first, second, *_ = str(result).splitlines()
    low, high = (float(end.replace(",", "")) for end in re.search(r"([\d.,]+) to ([\d.,]+)", first).groups())
    assert low == pytest.approx(min(near["total"].min(), result.total), rel=1e-3)
    assert high == pytest.approx(max(near["total"].max(), result.total), rel=1e-3)
    assert "within 10 BIC of the best" in first
    assert result.model in second
    assert f"{result.total:.4g}" in second.replace(",", "")


@pytest.mark.parametrize("options", [{"method": "stepwise"}, {"method": "fixed", "model": "[1,2,3]"}])
def test_one_model_alone_is_printed_as_one_total_and_not_as_a_range_from_it_to_itself(options):
    first, second, *_ = str(estimate_population(HISTORIES, **options)).splitlines()
    assert first == "total by model [1,2,3]: 229.2 (one number, no interval)"
    assert second == "one model, not a range: no other was fitted: nothing shows whether one is within 10 BIC of it"
    first, *_ = str(estimate_population(HISTORIES, bootstrap=1000, seed=0, **options)).splitlines()
    assert re.fullmatch(r"total by model \[1,2,3\]: 229\.2, within [\d.]+ to [\d.]+ \(95% confidence interval\)", first)


def test_a_population_says_where_its_models_promise_more_than_chance_does():
    narrow = estimate_population(HISTORIES, bootstrap=1000, seed=0)
    assert narrow.interval.low < narrow.range[0]
    assert "Doubtful: the range of models does not hold the bootstrap interval of the chosen one, " in str(narrow)
    assert "does not hold" not in str(estimate_population(HISTORIES))  # without a bootstrap nothing is held against it
    wide = replace(narrow, interval=Interval(*narrow.range, "confidence", 0.95))
    assert "does not hold" not in str(wide)


def test_a_population_says_where_its_models_lie_below_chaos_lower_bound():
    low, high = estimate_population(HISTORIES).range
    for bound, said in ((low - 1, None), (low + 1, "begins"), (high + 1, "lies")):
        result = estimate_population(HISTORIES)
        result.models.loc[result.models["model"] == "Mth Chao (lower bound)", "total"] = bound
        doubts = [line for line in str(result).splitlines() if line.startswith("Doubtful")]
        wanted = f"Doubtful: the range of models {said} below Chao's lower bound, {say_cell(bound)}: too low, unless "
        assert doubts == ([] if said is None else [wanted + "lists depend on each other"])


@pytest.mark.parametrize(
    ("made", "outer"),
    [
        (lambda draws: Simulation(np.arange(float(draws))), {10: "the outermost one", 200: "5 of them"}),
        (lambda draws: nowcast(triangle(), seed=0, draws=draws, level=0.5), {200: "50 of them"}),
        (lambda draws: estimate_population(HISTORIES, bootstrap=draws, seed=0), {999: "25 of them"}),
        (lambda draws: simulate_counts([600, 390], [[80, 10], [10, 80]], seed=1, draws=draws), {500: "13 of them"}),
    ],
)
def test_few_draws_are_doubted_in_print_and_a_thousand_are_not(made, outer):
    for draws, said in outer.items():
        words = rf"^Doubtful: {draws} draws: each end of a \d+% interval rests on {said}; make 1,000 or more"
        assert re.search(words, str(made(draws)), re.MULTILINE)
    assert "rests on" not in str(made(1000)).replace("Rests on", "")


def test_the_middle_of_a_simulation_is_called_what_it_is(built):
    assert "median 49.5, within" in str(Simulation(np.arange(100.0)))
    assert re.search(r": expected [\d.]+, within", str(built("CompetingExits")))
    assert re.search(r": median [\d.,]+, within", str(built("PipelineSimulation")))
    assert "Doubtful: 200 draws" in str(built("CompetingExits"))
    assert "Doubtful: 200 draws" in str(built("PipelineSimulation"))
    assert "Doubtful: 500 draws" in str(built("BiasAnalysis"))


def test_a_nowcast_says_where_its_tail_is_and_whose_hazards_it_used():
    plain = str(nowcast(triangle(), seed=0))
    assert "outstanding by the last lag" in plain.splitlines()[0]
    assert "hazards of this triangle alone" in plain
    assert "final_high" not in plain
    pooled = pooled_hazards({unit: triangle() for unit in "ABC"})
    leant = str(nowcast(triangle(), hazards=pooled.hazards.loc["A"], tail=Interval(0, 0.05, "bound"), seed=0))
    assert "hazards lean on other units" in leant
    assert "final_low and final_high hold it (0 to 0.05 of the final count, as assumed)" in leant.replace("\n  ", " ")


def test_two_lists_say_which_total_is_whose():
    first, second, *_ = str(two_list_estimate(200, 300, 60)).splitlines()
    assert first.startswith("total by Chapman: 990.8")
    assert "at odds ratio 1 the table has the total of Lincoln-Petersen, 1,000" in second


def test_a_break_is_named_by_the_first_period_after_it_and_says_so(built):
    found = built("BreakSearch")
    assert str(found).startswith(f"level ratio from {found.at} on: ")
    assert f"{found.at} is the first period after the change, not the last before it" in str(found)


def test_what_is_not_estimable_is_said_in_words():
    inside = two_list_estimate(100, 40, 40, limits="normal")
    assert "Refused: an interval: one list lies inside the other" in str(inside)
    assert str(Simulation(np.array([1.0]))).startswith("simulated: not estimable")
    endless = Simulation(inverse=lambda below, above: np.where(below > 0.9, np.inf, below))
    assert "0.975  not estimable" in str(endless)
    assert "no coverage gets there" in str(coverage_needed(170, 340, 660, 0.4))
    assert "Refused" in str(reconcile([counts_cell("all", 10), counts_cell("all", 12, id="again")]))
    assert compared(definition="taskforce")._repr_html_().startswith("<p>refused")


def test_a_bound_is_rounded_outward_so_that_what_is_printed_holds_it():
    assert str(Interval(0.123456, 0.765432, "bound")) == "0.1234 to 0.7655 (bound)"
    assert str(share_bounds(30, 100, 50)) == "0.2 to 0.5334 (bound)"
    assert str(Interval(2, 2, "bound")) == "exactly 2 (bound)"
    assert ranged("days", 1.0, np.inf, "confidence", 0.95) == "days: 1 and up, without end (95% confidence interval)"


PICTURES = ("ChainLadder", "InterruptedSeries", "Nowcast", "OverDispersedPoisson", "PopulationEstimate", "Triangle")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_a_text_for_those_who_do_not_see_it(built, name):
    axes = built(name).plot()
    assert isinstance(axes, Axes)
    assert len(axes.get_label()) > 60
    assert re.search(r"\d", axes.get_label())
    assert not re.search(r"\bnan\b", axes.get_label())
    axes.figure.canvas.draw()
    assert built(name).plot(axes) is axes
    pyplot.close(axes.figure)


def test_a_tornado_is_drawn_from_its_table():
    table = tornado(lambda told, kept: 100 / (told * kept), [TOLD, KEPT], {"told": 0.5, "kept": 1.0})
    axes = sensitivity.draw_tornado(table)
    assert "told: 400 at its low end, 200 at its high end" in axes.get_label()
    assert [label.get_text() for label in axes.get_yticklabels()] == list(table["assumption"])
    pyplot.close(axes.figure)


def test_without_the_library_of_pictures_everything_but_a_picture_works():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import pandas as pd; from cseanalysis.models import Triangle, chain_ladder\n"
        "counts = pd.DataFrame([[10, 16, 20], [12, 18, None], [8, None, None]])\n"
        "result = chain_ladder(Triangle(counts, 'year')); print(result)\n"
        "try:\n    result.plot()\nexcept ModuleNotFoundError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert "run make install in" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", ["", ".models", ".clean", ".register", ".read", ".export", ".sensitivity", ".report"])
def test_every_public_name_is_offered_by_dir_and_by_the_tab_key(name):
    package = importlib.import_module(f"cseanalysis{name}")
    assert set(package.__all__) <= set(dir(package))
    assert "__doc__" in dir(package)  # what every module has is not taken away
    if not name:
        assert {"models", "clean", "register", "read", "sensitivity", "__version__"} <= set(dir(cseanalysis))
