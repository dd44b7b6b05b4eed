"""What would have to be true for a conclusion to fail, and which assumption it hangs on."""

from cseanalysis.lazy import door

__getattr__, __dir__, __all__ = door(__name__, __file__)
