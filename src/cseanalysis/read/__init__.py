"""Reading published files as they really are: text first, then numbers, and every error with its cell."""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
