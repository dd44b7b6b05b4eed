"""The study: the only place where data, models and results meet. Needs a checkout."""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
