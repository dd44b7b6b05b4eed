"""Sentences that quote a number: what they say, what the register holds of it, and what follows."""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
