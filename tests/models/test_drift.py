"""A drift of delays is found as often as is said, and one that is not there no more often than the level allows."""

import math

import numpy as np
import pandas as pd
import pytest

from cseanalysis.models.triangles.drift import delay_drift
from cseanalysis.models.triangles.triangle import Triangle
from cseanalysis.values import NotEstimableError

HAZARDS = np.array([0.5, 0.3, 0.15])  # of lags 1 to 3
ROWS = [[40, 60, 80], [36, 60, 80], [20, 60, None], [30, None, None]]


def world(rng, ratio, *, size=40, origins=12, recent=4):
    """Origins of which the newest come later: their odds at each lag are ``ratio`` times those of the others."""
    rows = np.full((origins, 4), np.nan)
    for origin in range(origins):
        odds = HAZARDS / (1 - HAZARDS) * (ratio if origin >= origins - recent else 1)
        later = np.cumprod((1 / (1 + odds))[::-1])[::-1]
        shares = np.diff(np.append(later, 1.0), prepend=0.0)
        reached = min(4, origins - origin)
        rows[origin, :reached] = rng.poisson(size * shares).cumsum()[:reached]
    return Triangle(pd.DataFrame(rows), "quarter")


def test_the_score_test_is_what_a_reader_works_out():
    # Lag 1: 20 of 60, 24 of 60 earlier and 40 of 60 recent; lag 2 has no recent origin.
    found = delay_drift(Triangle(pd.DataFrame(ROWS), "year"), recent=2)
    hazard = 84 / 180
    information = 120 * 60 * hazard * (1 - hazard) / 179
    score = 40 - 60 * hazard
    assert found.dispersion == 1
    half = 1.959964 / math.sqrt(information)
    ends = found.odds_ratio
    assert ends.kind == "confidence"
    np.testing.assert_allclose(np.log([ends.low, ends.high]), score / information + np.array([-half, half]), rtol=1e-6)
    assert found.detectable > math.exp((1.959964 + 0.841621) / math.sqrt(information))  # what comes later is not seen
    assert found.table.loc[1].tolist() == [44 / 120, 40 / 60, 120, 60]
    assert math.isnan(found.table.loc[2, "recent"])


def test_a_drift_is_found_as_often_as_said_and_one_that_is_not_there_hardly_ever():
    rng = np.random.default_rng(0)
    calm = [delay_drift(world(rng, 1.0), recent=4) for _ in range(300)]
    ratio = float(np.median([found.detectable for found in calm]))
    assert np.mean([found.p < 0.05 for found in calm]) < 0.09
    drifting = [delay_drift(world(rng, ratio), recent=4) for _ in range(300)]
    assert 0.70 < np.mean([found.p < 0.05 for found in drifting]) < 0.90  # four standard errors about 80%
    held = [found.odds_ratio.low < ratio < found.odds_ratio.high for found in drifting]
    assert np.mean(held) > 0.9


def test_counts_that_spread_beyond_chance_tell_less():
    calm = Triangle(pd.DataFrame(ROWS), "year")
    rows = [[40, 60, 80], [10, 60, 80], [20, 60, None], [58, 60, None], [30, None, None]]
    wild = delay_drift(Triangle(pd.DataFrame(rows), "year"), recent=3)
    assert wild.dispersion > 5
    assert wild.detectable > delay_drift(calm, recent=2).detectable


def test_the_result_says_its_range_first_and_what_would_have_been_found():
    found = delay_drift(Triangle(pd.DataFrame(ROWS), "year"), recent=2)
    lines = str(found).splitlines()
    assert lines[0].startswith("odds of coming later, recent against earlier origins: ")
    assert "95% confidence interval" in lines[0]
    assert lines[2].startswith("found with 80%: a ratio of ")
    assert found.to_frame().set_index("lag").equals(found.table)
    assert "recent against earlier" in found._repr_html_()


@pytest.mark.parametrize(("recent", "message"), [(0, "recent is 0"), (4, "from 1 to 3"), (1.5, "recent is 1.5")])
def test_a_number_of_recent_origins_that_leaves_nothing_to_compare_is_refused(recent, message):
    with pytest.raises(ValueError, match=message):
        delay_drift(Triangle(pd.DataFrame(ROWS), "year"), recent=recent)


def test_recent_origins_without_any_later_lag_cannot_have_drifted_visibly():
    with pytest.raises(NotEstimableError, match="no lag holds cases of both the 1 newest origins and the others"):
        delay_drift(Triangle(pd.DataFrame(ROWS), "year"), recent=1)
