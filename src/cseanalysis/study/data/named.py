"""The figures, offence codes and forces that a computation names: each once, and why this one.

Nowhere else in the study's code is an id of a figure, an offence code or the name of a force written. What chapters
list row by row is in ``data/judgement``; what an assumption rests on is in its locator.
"""

from __future__ import annotations

RECORDED_2023 = "F008"  # all recorded offences of 2023, the newest year that the routes to a total have parts for
