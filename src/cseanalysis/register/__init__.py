"""Published figures: what they count, how they may be compared, and what totals imply."""

from __future__ import annotations

from cseanalysis.register.figures import Figure, load_figures

__all__ = ["Figure", "load_figures"]
