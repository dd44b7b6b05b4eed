from . import clean as clean
from . import export as export
from . import models as models
from . import read as read
from . import register as register
from . import report as report
from . import sensitivity as sensitivity
from . import study as study
from . import values as values
from .study import load_assumptions as load_assumptions
from .study import load_claim_tables as load_claim_tables
from .study import load_figures as load_figures
from .study import load_results as load_results
from .study import read_table as read_table
from .tracing import cite as cite
from .tracing import trace as trace
from .values import Assumption as Assumption
from .values import Estimate as Estimate
from .values import Interval as Interval

__version__: str
