"""The pages of the last report, and a browser to open them with."""

import json
from pathlib import Path

import pytest
from chromium import Browser, found
from run import AXE

SITE = Path(__file__).resolve().parents[2] / "reports" / "build" / "html"
PAGES = sorted(path.stem for path in SITE.glob("*.html"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FAULTS = """axe.run(document, {runOnly: %s, resultTypes: ["violations"]}).then(found =>
  found.violations.map(one => one.id + ": " + one.nodes.slice(0, 3).map(node => node.html.slice(0, 99)).join(" | ")))"""


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests."""
    one = Browser(found())
    yield one
    one.close()


def faults(browser):
    """Return what of the open page breaks a rule of accessibility."""
    browser.value(AXE.read_text(encoding="utf-8") + "; 0")
    return browser.value(FAULTS % json.dumps(RULES))
