from .checking import check as check
from .checking import check_all as check_all
from .grammar.tables import Tables as Tables
from .grammar.tables import load_aliases as load_aliases
from .grammar.tables import load_contested as load_contested
from .verdict import Verdict as Verdict
