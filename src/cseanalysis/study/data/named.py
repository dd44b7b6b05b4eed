"""The figures that computations of several rooms name: each once, and why this one.

What chapters list row by row stands in ``data/judgement``; what else code names stands here.
"""

from __future__ import annotations

WHOLE, ENGLAND = "England and Wales", "England"  # where the study's table is of, and the part with its own measures
RECORDED_2023 = "F008"  # all recorded offences of 2023, the newest year that the routes to a total have parts for
MEDIANS_TO_CHARGE = ("F189", "F193")  # the published medians between which the time to a charge is assumed

# Chapter 4: charges, the courts' cases and a list of suspects.
CHARGES = "F340"  # of the newest year that is published: what share of recorded offences it would need is worked out
CHARGED_SHARE = "F514"  # lowest and highest force, another base: what is drawn stands beside it
# Children's own median to a charge and the upper quartile beside it: the only two points of one published delay.
CHILD_MEDIAN, CHILD_QUARTILE = "F569", "F570"
OPEN_CASES = ("F451", "F450")  # at the Crown Court, a year apart, by one rule; of a day or of the year is not known
CASES_THROUGH = "F453"  # the courts, in the year between the two
# Operation Hydrant prints all three numbers at both dates, so that stock and flows can be held against each other.
HYDRANT_KNOWN, HYDRANT_CLOSED, HYDRANT_LIVE = ("F525", "F528"), ("F527", "F530"), ("F526", "F529")

# Offence codes whose counts chapter 1 sets on either side of a break.
GROOMING_CODE = "88A"  # since April 2017 it counts sexual communication with a child too
EXPLOITATION_CODE = "71"  # abuse of children through sexual exploitation; relabelled in 2013
# Chapter 4 shows what became of these besides the group: the largest, and the two that exploitation is looked for in.
FOLLOWED_CODES = ("22B", EXPLOITATION_CODE, GROOMING_CODE)

# Who the records of 2023 are about: victims and suspects by sex, offences and group-based suspects by age.
PEOPLE = ("F014", "F013", "F017", "F026")

# The changes that chapter 7 quotes as numbers: two years of one count.
RECORDED = (RECORDED_2023, "F018")  # all recorded offences, 2023 and 2024
EXPLOITATION = ("F024", "F028")  # the class child sexual exploitation, 2023 and 2024
GROUP_BASED = ("F022", "F027")  # all group-based offences, 2023 and 2024
# Arrests that the taskforce supported: 2023/24 as first printed, the nine months after, 2023/24 as rounded later.
ARRESTS = ("F031", "F035", "F034")

# Chapter 3: what the records do not say.
FLAGGED = GROUP_BASED[0]  # group-based offences in the year of RECORDED_2023, whose parts are bounded
COVERAGE = "F102"  # share of suspects whose ethnicity was recorded; the shares among them name it as their known share
MISTAKEN, MISSED = "F300", "F301"  # the only two audits of a flag: how many it marks wrongly, how many it leaves out
ASSESSED, CENTRES = "F153", "F152"  # assessments and first contacts, which become lists of children
WALES = "Wales"  # the region whose forces are left out where other agencies count England
