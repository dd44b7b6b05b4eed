from .check import check_file as check_file
from .child import parse_in_child as parse_in_child
from .child import run_capped as run_capped
from .limits import DEFAULT_LIMITS as DEFAULT_LIMITS
from .limits import Limits as Limits
from .limits import UnsafeFileError as UnsafeFileError
from .private import private_copy as private_copy
