"""The figures that computations of several rooms name: each once, and why this one.

What chapters list row by row is going to ``data/judgement``, and what else code names comes here; the rooms that still
name figures, codes and forces themselves are listed in ``tests/study/test_judgement.py``.
"""

from __future__ import annotations

RECORDED_2023 = "F008"  # all recorded offences of 2023, the newest year that the routes to a total have parts for
