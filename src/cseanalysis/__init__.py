"""Police-recorded child sexual exploitation and abuse: published figures in, honest ranges out.

The names below load on first use, so importing the package costs nothing.
"""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)

__version__ = "0.4.0"
