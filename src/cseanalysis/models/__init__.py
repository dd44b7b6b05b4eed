"""From recorded counts to what they allow: under-reporting ranges, missing classification, delay, pipeline, change."""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
