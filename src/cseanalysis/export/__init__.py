"""Tables for readers: accessible workbooks and safe delimited text. Nothing here knows what the numbers mean."""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
