"""Answers that others published or that follow from a formula, by other code than ours."""

import io
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from cseanalysis.models.delays.delay import Delay, forward_mean
from cseanalysis.models.delays.incidence import cumulative_incidence
from cseanalysis.models.delays.window import delay_from_window_mean, seen_in_window
from cseanalysis.models.pipeline.projection import project_cohorts
from cseanalysis.models.pipeline.queues import backlog, waiting_time
from cseanalysis.values import Interval, NotEstimableError


def test_reproduces_the_published_naive_mean_of_a_window():
    # C35: even intake over 36 months, exponential delay with a mean of 12.
    seen = seen_in_window(Delay("gamma", 1.0, 12.0), 36.0)
    assert seen.mean == pytest.approx(7.3116004746802155, rel=1e-8)
    assert seen.resolved == pytest.approx(0.6832623561226212, rel=1e-8)
    back = delay_from_window_mean(7.3116004746802155, 36.0, family="gamma", shape=Interval(1, 1, "bound"))
    assert back[0].mean() == pytest.approx(12.0, rel=1e-8)


def test_reproduces_the_published_mass_of_two_geometric_stages():
    # C37: geometric stages with 0.2 and 0.1 from nought on; mean 4 + 9 = 13.
    k = np.arange(600)
    first, second = 0.2 * 0.8**k, 0.1 * 0.9**k
    mass = project_cohorts(first, second, 1.0)
    np.testing.assert_allclose(mass[:6], [0.02, 0.034, 0.0434, 0.0493, 0.052562, 0.0538594], rtol=1e-8)
    assert mass @ k == pytest.approx(13.0, rel=1e-8)


def test_reproduces_the_published_mean_of_completed_cases_under_growing_intake():
    # Britton and Scalia Tomba (2019): mean 12 months, growth 5% a month, seen as 1 / (1 / 12 + 0.05) = 7.5.
    assert forward_mean(7.5, 0.05) == pytest.approx(12.0, rel=1e-12)


def test_reproduces_the_published_shares_under_constant_competing_hazards():
    # C33, hazards 0.02 and 0.18 a period: in continuous time 0.1 (1 - exp(-0.2 * 6)), approached by ever finer
    # periods; whole periods give 0.0738 instead, and both are right about their own time scale.
    def share(steps):
        size, rows, left = 6 * steps, [], 10.0**14
        for step in range(1, size + 1):
            one, two = np.round(left * 0.02 / steps), np.round(left * 0.18 / steps)
            rows += [(step, 1, one), (step, 2, two)]
            left -= one + two
        rows.append((size, 0, left))
        times, events, weights = np.array(rows).T
        frame = cumulative_incidence(times, events, weights=weights, at=[size])
        return frame.loc[frame["event"] == 1, "incidence"].item()

    assert share(1) == pytest.approx(0.1 * (1 - 0.8**6), rel=1e-9)
    exact = 0.06988057880877979
    fine, finer = share(200), share(400)
    assert 2 * finer - fine == pytest.approx(exact, rel=1e-6)  # the first-order error of a step cancels


# Freireich et al. (1963), Blood 21: 6-mercaptopurine arm, remission in weeks (0: still in remission).
REMISSION = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_reproduces_the_published_product_limit_of_the_remission_trial():
    # Printed in every textbook: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448 with Greenwood's standard errors.
    frame = cumulative_incidence(REMISSION, RELAPSED)
    still = frame[frame["event"] == 0]
    assert still["time"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert still["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert still["incidence"].round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert still["standard_error"].round(4).tolist() == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]


def test_reproduces_the_shares_and_errors_of_another_program_under_weights_and_late_entry():
    # survfit of R's survival package 3.5-3, infinitesimal jackknife; sampling weights, entry, ties.
    times, events = [2, 3, 3, 5, 5, 6, 7, 8, 8, 9], [1, 1, 2, 0, 2, 1, 0, 1, 2, 0]
    entry, weights = [0, 0, 1, 0, 2, 1, 0, 3, 0, 4], [1.5, 0.5, 1, 2.5, 1, 0.75, 1.25, 1, 2, 0.5]
    frame = cumulative_incidence(times, events, entry=entry, weights=weights, at=[3, 6, 8])
    shares = [
        *(0.7017543859649, 0.204678362573, 0.093567251462, 0.5387205387205, 0.289739500266, 0.171539961014),
        *(0.0769600769601, 0.443659654186, 0.479380268854),
    ]
    errors = [
        *(0.1684913807608, 0.151514515261, 0.0920716262922, 0.1816749154652, 0.160689091855, 0.1141899363731),
        *(0.0798118475957, 0.201873980536, 0.2115108996443),
    ]
    np.testing.assert_allclose(frame["incidence"], shares, rtol=1e-9)
    np.testing.assert_allclose(frame["standard_error"], errors, rtol=1e-9)
    plain = cumulative_incidence(times, events, at=[8])
    np.testing.assert_allclose(plain["incidence"], [0.16, 0.48, 0.36])
    np.testing.assert_allclose(plain["standard_error"], [0.141609792505, 0.179480732485, 0.1722014324369], rtol=1e-9)


def test_reproduces_the_published_stocks_that_refuse_a_waiting_time():
    # 6,399 open Crown Court cases of child sexual abuse at the end of March 2024, 6,989 a year later: it grows by 590.
    assert backlog(6399, [590], [0])[-1] == 6989
    with pytest.raises(NotEstimableError, match="grow from 6399 to 6989"):
        waiting_time([6399, 6989], 20.0)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="the 1,384 cases ship with R's survival package")
def test_reproduces_the_published_outcomes_of_the_plasma_cell_study():
    # C30, Kyle et al. (2002), survfit and cuminc: plasma cell malignancy (1) or death without it (2), months.
    script = (
        "library(survival); d <- mgus2; p <- d$pstat == 1;"
        "e <- data.frame(time = ifelse(p, d$ptime, d$futime), event = ifelse(p, 1, 2 * d$death));"
        "write.csv(e, row.names = FALSE)"
    )
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip("R is here without its survival package")
    cases = pd.read_csv(io.StringIO(done.stdout))
    assert len(cases) == 1384
    frame = cumulative_incidence(cases["time"], cases["event"], at=[12, 60, 120, 240, 360])
    one, two = (frame[frame["event"] == event] for event in (1, 2))
    shares = [0.009401259, 0.03410371, 0.06372217, 0.09981372, 0.1340416]
    errors = [0.002595156, 0.004889258, 0.006796848, 0.009784847, 0.020127563]
    np.testing.assert_allclose(one["incidence"], shares, rtol=1e-6)
    np.testing.assert_allclose(one["standard_error"], errors, rtol=1e-6)
    np.testing.assert_allclose(two["incidence"], [0.1221854, 0.320367, 0.5318177, 0.724028, 0.7842082], rtol=1e-6)
