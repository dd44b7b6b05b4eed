"""The register and the tables beside it, read once."""

from pathlib import Path

import pytest

from cseanalysis import load_claim_tables
from cseanalysis.register import claims

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def tables():
    return load_claim_tables(ROOT)


@pytest.fixture(scope="session")
def check(tables):
    return lambda sentence: claims.check(sentence, tables)
