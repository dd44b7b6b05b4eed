"""The site has an entry for every public name, asks no other server, and shows what its pages draw."""

import importlib
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
METHODS = sorted((ROOT / "docs" / "methods").glob("*.md"))


def loaded():
    place = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


reference = loaded()
ENTRIES = re.findall(r"^::: (\S+)$", "\n".join(reference.reference_pages().values()), re.MULTILINE)


@pytest.mark.parametrize("package", reference.PACKAGES)
def test_every_public_name_has_an_entry_in_the_reference(package):
    path = "cseanalysis" if package == "cseanalysis" else f"cseanalysis.{package}"
    names = importlib.import_module(path).__all__
    assert names
    assert [name for name in names if f"{path}.{name}" not in ENTRIES] == []


def test_every_package_with_a_front_is_in_the_reference():
    source = ROOT / "src" / "cseanalysis"  # what lies deeper is a room of a package, named by its front
    fronts = {path.parent.name for path in (source / "__init__.pyi", *source.glob("*/__init__.pyi"))}
    assert fronts == set(reference.PACKAGES)


def test_no_name_has_two_entries_and_every_entry_is_there():
    assert len(ENTRIES) == len(set(ENTRIES)) > 150
    for path in ENTRIES:
        package, name = path.rsplit(".", 1)
        assert getattr(importlib.import_module(package), name) is not None


def test_a_name_without_an_entry_stops_the_site():
    held = "\n".join(f"{name} py:function 1 reference/page.html -" for name in ENTRIES)
    assert reference.missing_entries(held) == []
    assert reference.missing_entries(held.replace("cseanalysis.models.nowcast ", "nowcast ")) == [
        "cseanalysis.models.nowcast"
    ]


@pytest.mark.parametrize(
    "asking",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<img alt="a" src="http://example/b.png">',
    ],
)
def test_a_page_that_asks_another_server_is_seen_and_one_that_links_to_it_is_not(asking):
    assert reference.foreign_requests(f"<head>{asking}</head>")
    assert reference.foreign_requests('<a href="https://www.gov.uk">there</a><img src="here.svg">') == []


def test_a_picture_stands_below_the_lines_that_keep_it_with_its_own_words():
    page = (
        "Text.\n\n```pycon\n>>> from matplotlib import pyplot\n>>> axes = pyplot.subplots()[1]\n"
        '>>> axes.set_label("Two [planted] points.")\n>>> axes.figure.savefig("points.svg")\n```\n\nMore.\n'
    )
    text, pictures = reference.with_pictures(page, "planted")
    assert "```\n\n![Two (planted) points.](points.svg)\n\nMore." in text
    assert list(pictures) == ["points.svg"]
    assert b"<svg" in pictures["points.svg"]


def test_a_page_that_does_not_answer_as_printed_stops_the_site():
    with pytest.raises(RuntimeError, match="planted does not answer as printed"):
        reference.with_pictures("```pycon\n>>> 1 + 1\n3\n```\n", "planted")


@pytest.mark.parametrize("path", [path for path in METHODS if path.stem != "index"], ids=lambda path: path.stem)
def test_a_method_page_is_a_short_section_with_all_its_parts(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert heads == ["Question", "Data", "Call and table", "Picture", "What it cannot show"]
    assert f"({path.name})" in (METHODS[0].parent / "index.md").read_text(encoding="utf-8")


def test_every_page_stands_in_the_contents_of_the_site():
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for path in (ROOT / "docs").glob("*.md"):
        assert re.search(rf"- {re.escape(path.name)}$", listed, re.MULTILINE), path.name


def test_a_broken_reference_stops_the_site():
    line = re.search(r"^docs: .*$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0]
    assert "mkdocs build --strict" in line
    assert "--quiet" not in line  # what mkdocs does not print it does not count
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for what in ("omitted_files", "absolute_links", "unrecognized_links", "anchors"):
        assert f"  {what}: warn\n" in settings
