from .data.assumptions import load_assumptions as load_assumptions
from .data.figures import load_figures as load_figures
from .data.project import ChecksumError as ChecksumError
from .data.project import find_project as find_project
from .data.reported import load_results as load_results
from .data.tables import read_table as read_table
from .evidence.claim_tables import load_claim_tables as load_claim_tables
