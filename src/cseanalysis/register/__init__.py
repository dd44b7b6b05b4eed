"""Published figures: what they count, how they may be compared, and what totals imply."""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
