"""The pages of the last report, and a browser to open them with."""

from pathlib import Path

import pytest
from chromium import Browser, found

SITE = Path(__file__).resolve().parents[2] / "reports" / "build" / "html"
PAGES = sorted(path.stem for path in SITE.glob("*.html"))


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests."""
    one = Browser(found())
    yield one
    one.close()
