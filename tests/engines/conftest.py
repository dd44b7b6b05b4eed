"""Spark starts its Python workers by name: they are to be those of the tests, whatever `python3` is on the path."""

import os
import sys

os.environ["PYSPARK_PYTHON"] = sys.executable
