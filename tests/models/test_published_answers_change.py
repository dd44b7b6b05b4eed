"""Answers that somebody else published, for changes of series of counts; sources at each."""

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cseanalysis.models.change.interrupted import interrupted_series
from cseanalysis.models.change.ratios import ratio_of_counts
from cseanalysis.models.change.unknown_break import break_search

# Explosions in British coal mines that killed ten or more, by year, 1851 to 1962 (Jarrett 1979, Biometrika 66).
DISCOVERIES = """
5 3 0 2 0 3 2 3 6 1 2 1 2 1 3 3 3 5 2 4 4 0 2 3 7 12 3 10 9 2 3 7 7 2 3 3 6 2 4 3 5 2 2 4 0 4 2 5 2 3
3 6 5 8 3 6 6 0 5 2 2 2 6 3 4 4 2 2 4 7 5 3 3 0 2 2 2 1 3 4 2 2 1 1 1 2 1 4 4 3 2 1 4 1 1 1 0 0 2 0
"""
DISASTERS = (
    "45410434063340263354531441553425223421322111130010110031032201110101000210001102331121111242001400010000010010 1 0"
)


def test_reproduces_the_published_model_of_the_sicilian_smoking_ban_on_counts_planted_from_it():
    # C41a: Lopez Bernal, Cummins and Gasparrini 2017, IJE 46: level ratio 0.8944 (0.8647 to 0.9251), coefficient
    # -0.1116284 with standard error 0.0172248. The monthly series is not carried: 59 counts are planted from the
    # published effect at its size and date (36 months of about 740 to 900 before, 23 after).
    time = np.arange(59)
    population = np.full(59, 382_000.0)
    mean = population * np.exp(-6.2382 + 0.004945 * time - 0.1116284 * (time >= 36))
    result = interrupted_series(np.round(mean), at=36, family="poisson", exposure=population)
    row = result.table.loc["level_change"]
    assert row["coefficient"] == pytest.approx(-0.1116284, rel=0.01)
    assert row["scale_error"] == pytest.approx(0.0172248, rel=0.01)
    assert result.level_ratio.point == pytest.approx(0.8944, rel=1e-3)
    interval = result.level_ratio.interval
    assert (interval.low, interval.high) == (pytest.approx(0.8647, rel=2e-3), pytest.approx(0.9251, rel=2e-3))
    assert (interval.kind, interval.level) == ("confidence", 0.95)


def test_reproduces_the_published_year_of_change_in_coal_mining_disasters():
    # Carlin, Gelfand and Smith 1992 (Applied Statistics 41): most likely 41 years, to 1891, before the change.
    counts = pd.Series([int(digit) for digit in DISASTERS.replace(" ", "")], index=range(1851, 1963))
    assert (len(counts), counts.sum(), counts.loc[:1891].sum()) == (112, 191, 127)
    found = break_search(counts, draws=199, seed=0)
    assert found.at == 1892
    assert found.level_ratio.point < 1


def test_reproduces_the_year_of_change_of_great_inventions_when_only_a_level_may_change():
    # R's data set ``discoveries`` (The World Almanac 1975; McNeil 1977). Of all ways to cut the series in two, that
    # after 1932 leaves the smallest sum of squares, which is the break that Bai and Perron (2003) take.
    counts = pd.Series([int(number) for number in DISCOVERIES.split()], index=range(1860, 1960))
    found = break_search(counts, trend=False, draws=199, seed=0)
    assert found.at == 1933
    assert "1933 is the first period after the change" in str(found)  # strucchange says 1932, the last before it
    before, after = counts.loc[:1932], counts.loc[1933:]
    assert found.level_ratio.point == pytest.approx(after.mean() / before.mean())
    squares = {year: counts.loc[:year].var(ddof=0) * (year - 1859) + counts.loc[year + 1 :].var(ddof=0) * (1959 - year)
               for year in range(1867, 1952)}  # fmt: skip
    assert min(squares, key=squares.get) == 1932
    assert break_search(counts, draws=199, seed=0).at != 1933  # a level that may drift turns elsewhere


def test_reproduces_the_published_rate_ratio_of_breast_cancer_after_fluoroscopies():
    # Rothman, Greenland and Lash 2008, Modern Epidemiology, chapter 14, on Boice and Monson 1977: 41 cases in 28,010
    # woman-years against 15 in 19,017; rate ratio 1.86 (1.03 to 3.35).
    interval = ratio_of_counts(15, 41, exposure=28_010 / 19_017)
    assert (round(interval.low, 2), round(interval.high, 2)) == (1.03, 3.35)
    assert round(math.sqrt(interval.low * interval.high), 2) == 1.86


def test_reproduces_the_published_year_of_change_of_the_nile():
    # Cobb 1978 (Biometrika 65); Zeileis and others 2003: the last year of the higher flow at Aswan is 1898.
    nile = sm.datasets.nile.load_pandas().data
    flow = pd.Series(nile["volume"].to_numpy(), index=nile["year"].astype(int))
    found = break_search(flow, draws=99, seed=0)
    assert (found.at, found.p_value) == (1899, 0.01)
