"""The figures that computations of several rooms name: each once, and why this one.

What chapters list row by row is going to ``data/judgement``, and what else code names comes here; the rooms that still
name figures, codes and forces themselves are listed in ``tests/study/test_judgement.py``.
"""

from __future__ import annotations

WHOLE, ENGLAND = "England and Wales", "England"  # where the study's table is of, and the part with its own measures
RECORDED_2023 = "F008"  # all recorded offences of 2023, the newest year that the routes to a total have parts for
MEDIANS_TO_CHARGE = ("F189", "F193")  # the published medians between which the time to a charge is assumed

# Chapter 4: charges, the courts' cases and a list of suspects.
CHARGES = "F340"  # of the newest year that is published: what share of recorded offences it would need is worked out
CHARGED_SHARE = "F514"  # lowest and highest force: how many recorded offences are charged in the end is drawn from it
OPEN_CASES = ("F451", "F450")  # at the Crown Court, a year apart: the only two counts of them that may be compared
CASES_THROUGH = "F453"  # the courts, in the year between the two
# Operation Hydrant prints all three numbers at both dates, so that stock and flows can be held against each other.
HYDRANT_KNOWN, HYDRANT_CLOSED, HYDRANT_LIVE = ("F525", "F528"), ("F527", "F530"), ("F526", "F529")

# The changes that chapter 7 quotes as numbers: two years of one count.
EXPLOITATION = ("F024", "F028")  # the class child sexual exploitation, 2023 and 2024
GROUP_BASED = ("F022", "F027")  # all group-based offences, 2023 and 2024
# Arrests that the taskforce supported: 2023/24 as first printed, the nine months after, 2023/24 as rounded later.
ARRESTS = ("F031", "F035", "F034")
