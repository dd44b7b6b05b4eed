"""One boundary for every foreign file: limits, a private copy, and a capped process that parses it."""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
