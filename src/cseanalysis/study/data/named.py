"""The figures that computations of several rooms name: each once, and why this one.

What chapters list row by row is going to ``data/judgement``, and what else code names comes here; the rooms that still
name figures, codes and forces themselves are listed in ``tests/study/test_judgement.py``.
"""

from __future__ import annotations

WHOLE, ENGLAND = "England and Wales", "England"  # where the study's table is of, and the part with its own measures
RECORDED_2023 = "F008"  # all recorded offences of 2023, the newest year that the routes to a total have parts for
MEDIANS_TO_CHARGE = ("F189", "F193")  # the published medians between which the time to a charge is assumed
