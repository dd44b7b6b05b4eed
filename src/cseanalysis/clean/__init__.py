"""Harmonising published tables: columns are added, rows are never dropped, reordered or overwritten.

Importing this loads only the standard library and narwhals.
"""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
