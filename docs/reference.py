"""What `make docs` adds to the pages: an entry for every public name, the pictures of the methods, and a check.

A hook of mkdocs. The public names are those of the ``__init__.pyi`` fronts, so that none can be forgotten.
"""

from __future__ import annotations

import ast
import doctest
import os
import re
import tempfile
import zlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "cseanalysis"
# Every package of the first level with such a front; `report` has none and serves the chapters of this study.
PACKAGES = ("cseanalysis", "clean", "read", "register", "models", "sensitivity", "export", "study")
_FOREIGN = re.compile(r"<(?:script|img|iframe|source)[^>]*\ssrc=\"(?:https?:)?//|<link[^>]*\shref=\"(?:https?:)?//")
_BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_KEPT = re.compile(r"^>>> (\w+)\.figure\.savefig\(\"([\w.]+)\"\)$", re.MULTILINE)


def public_names(package: str) -> dict[str, list[str]]:
    """Return the public names of a package by the room that they come from, read from its front."""
    folder = SOURCE if package == "cseanalysis" else SOURCE / package
    rooms: dict[str, list[str]] = {}
    for node in ast.parse((folder / "__init__.pyi").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            room = node.module.split(".")[0] if package == "models" else ""
            rooms.setdefault(room, []).extend(alias.name for alias in node.names)
    return rooms


def reference_pages() -> dict[str, str]:
    """Return the pages of the reference, by address: a page a package, of the models a page a room."""
    pages = {}
    for package in PACKAGES:
        path = "cseanalysis" if package == "cseanalysis" else f"cseanalysis.{package}"
        for room, names in public_names(package).items():
            home = SOURCE / package / room if package != "cseanalysis" else SOURCE
            title = f"{path}: {room.replace('_', ' ')}" if room else path
            about = ast.get_docstring(ast.parse((home / "__init__.py").read_text(encoding="utf-8"))) or ""
            entries = "\n\n".join(f"::: {path}.{name}" for name in sorted(names, key=str.casefold))
            address = f"reference/{package}{'_' + room if room else ''}.md"
            pages[address] = f"# {title}\n\n{about}\n\n{entries}\n"
    return pages


def with_pictures(text: str, name: str) -> tuple[str, dict[str, bytes]]:
    """Run the examples of a page, and return it with its pictures, each below the lines that keep it, and these."""
    blocks = list(_BLOCK.finditer(text))
    session = doctest.DocTestParser().get_doctest("\n".join(one[1] for one in blocks), {}, name, name, 0)
    said: list[str] = []
    runner, before = doctest.DocTestRunner(verbose=False), Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            failed = runner.run(session, out=said.append, clear_globs=False).failed
        finally:
            os.chdir(before)
        if failed:
            raise RuntimeError(f"{name} does not answer as printed:\n{''.join(said)}")
        pictures = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    for block in blocks:
        for axes, file in _KEPT.findall(block[1]):
            words = session.globs[axes].get_label().replace("[", "(").replace("]", ")")
            text = text.replace(block[0], f"{block[0]}\n\n![{words}]({file})", 1)
    return text, pictures


def missing_entries(inventory: str) -> list[str]:
    """Return public names that a list of what the reference documents does not hold."""
    paths = {package: "" if package == "cseanalysis" else f"{package}." for package in PACKAGES}
    wanted = [
        f"cseanalysis.{paths[package]}{name}"
        for package in PACKAGES
        for names in public_names(package).values()
        for name in names
    ]
    held = {line.split(" ")[0] for line in inventory.splitlines()}
    return [name for name in wanted if name not in held]


def foreign_requests(page: str) -> list[str]:
    """Return what a page would ask of another server when it is opened."""
    return _FOREIGN.findall(page)


def _methods() -> list[Path]:
    """Return the method pages in the order of their table of contents, which comes first."""
    index = ROOT / "docs" / "methods" / "index.md"
    listed = re.findall(r"\]\((\w+\.md)\)", index.read_text(encoding="utf-8"))
    return [index, *(index.with_name(name) for name in listed)]


def on_config(config: Any) -> Any:
    """Put the generated pages into the table of contents."""
    methods = [f"methods/{path.name}" for path in _methods()]
    config.nav += [{"Methods": methods}, {"Reference": list(reference_pages())}]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of the reference, and run the method pages for their pictures."""
    from mkdocs.structure.files import File

    for address, text in reference_pages().items():
        files.append(File.generated(config, address, content=text))
    for path in _methods():
        text, pictures = with_pictures(path.read_text(encoding="utf-8"), path.stem)
        address = f"methods/{path.name}"
        files.remove(files.get_file_from_path(address))
        files.append(File.generated(config, address, content=text))
        for name, content in pictures.items():
            files.append(File.generated(config, f"methods/{name}", content=content))
    return files


def on_post_build(config: Any) -> None:
    """Stop where a public name has no entry, or a page asks another server."""
    site = Path(config.site_dir)
    listed = zlib.decompress((site / "objects.inv").read_bytes().split(b"\n", 4)[4]).decode()
    if lost := missing_entries(listed):
        raise RuntimeError(f"no entry in the reference: {', '.join(lost)}")
    asked = {page.name: found for page in site.rglob("*.html") if (found := foreign_requests(page.read_text("utf-8")))}
    if asked:
        raise RuntimeError(f"pages ask another server: {asked}")
