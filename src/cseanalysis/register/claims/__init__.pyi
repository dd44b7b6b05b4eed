from .checking import check as check
from .checking import check_all as check_all
from .grammar.tables import Tables as Tables
from .verdict import Verdict as Verdict
