"""Build the report: from the checkout's inputs to one folder that holds all of an edition, or to nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cseanalysis.citation import this_work
from cseanalysis.report.standing import CODE, EDITION, SHOWN_HASH, Standing, differences_page, parts_of, standing_of
from cseanalysis.scratch import scratch_folder
from cseanalysis.study.data.assumptions import read_assumptions
from cseanalysis.study.data.files import check_writable, staged_folder
from cseanalysis.study.data.project import Project, check_raw, load_sources, read_to, sha256
from cseanalysis.study.data.reported import sealed

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cseanalysis.report.pdf.typeset import TitlePage

BRIEF_TITLE = "Child sexual abuse and exploitation: what the police figures say, and what they do not"

_PACKAGE = Path(__file__).resolve().parent.parent
_CODE = (".py", ".csv", ".toml", ".csl", ".lua", ".typ", ".css", ".js")
_SETTING = (
    "html/",
    "pdf/",
    "annexes.py",
    "build.py",
    "editions.py",
    "exporter.py",
    "standing.py",
)  # no chapter sees these
_OURS = {"brief.pdf", "report.pdf", "annexes.pdf", "html", "results.json", "assumptions.toml", "manifest.json"}
_OURS |= {"notebooks"}
_PACKAGES = (
    *("cseanalysis", "numpy", "pandas", "scipy", "statsmodels", "narwhals", "matplotlib", "ipykernel"),
    *("ipython", "pillow", "nbclient", "nbformat", "pypandoc_binary", "typst"),
)
PAGES = {
    "front.md": "page 2 holds the content note and the support lines",
    "brief.md": "the two pages of the brief are set from it",
}
_EDITION = re.compile(r"^## \[(\d+\.\d+\.\d+[^\]\n]*)\] - (\d{4}-\d{2}-\d{2})\s*$", re.MULTILINE)
_VERSION = re.compile(r"[A-Za-z0-9.+-]+")  # it names a folder, and stands in citations


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build did: ``"built"`` or ``"unchanged"``, where, from which inputs, and how long each step took."""

    status: Literal["built", "unchanged"]
    folder: Path
    inputs: str
    seconds: Mapping[str, float]


def build_report(
    project: Project,
    *,
    assumptions: Path | None = None,
    out: Path,
    freezing: bool = False,
    log: Callable[[str], None] = lambda line: None,
    workers: int | None = None,
    beside: bool = False,
) -> Outcome:
    """Build the report into ``out``, or leave it when nothing it is made from has changed."""
    # With ``beside``, a second process computes too, as the command line may have it.
    check_out(out, project)
    clock = _Clock(log)
    used = assumptions if assumptions is not None else project.assumptions
    with clock.step("inputs"):
        check_raw(project)
        edition = read_edition(project)
        read_to(project)
        _notebooks(project)  # what is missing is told before anything is computed
        hashes = input_hashes(project, used)
        inputs = key_of(hashes)
        parts = parts_of(hashes, key_of({name: hashes[name] for name in hashes if name.startswith(f"{CODE}/")}))
        frozen = read_manifest(project.root / "reports" / f"v{edition[0]}")
        standing = standing_of(project, version=edition[0], inputs=inputs, parts=parts, assumptions=used, frozen=frozen)
        if freezing:
            if frozen and not standing.edition:
                raise ValueError(f"{frozen_already(edition[0])}; this report is {standing.words}")
            standing = Standing(EDITION)
        before = read_manifest(out)
        same = before.get("inputs") == inputs and before.get("standing") == standing.words
        if same and before.get("differs") == list(standing.differences) and _whole(out, before):
            log("unchanged: every input and output is what it was")
            return Outcome("unchanged", out, inputs, clock.seconds)
    from cseanalysis.report.chapters import execute_all, values_of
    from cseanalysis.report.pdf.brief import brief
    from cseanalysis.report.pdf.typeset import typeset_brief
    from cseanalysis.study.kept import FOLDER
    from cseanalysis.study.results import rebuild

    check_writable(out)
    with scratch_folder() as folder:
        staged = Project(folder.resolve())
        with clock.step("tables and results"):
            # before it is copied: a fault is named with the file's own name
            read_assumptions(used, sources=load_sources(project)["publications"])
            rebuild(project, staged.root, assumptions=used, kept=project.root / FOLDER, beside=beside)
            ignored = shutil.ignore_patterns(".*", "__pycache__")
            shutil.copytree(project.notebooks, staged.notebooks, ignore=ignored)
        with clock.step("chapters"):
            chapters = execute_all(
                _notebooks(staged),
                staged.notebooks,
                workers or min(os.cpu_count() or 1, 4),
                shared_key=_shared_key(hashes, staged.notebooks),
                value_of=values_of(staged),
                previous=before.get("chapters", {}),
                folder=out / "notebooks",
                log=log,
            )
        with clock.step("typesetting"):
            nodes = {name: chapter.node for name, chapter in chapters.items()}
            page = _title_page(staged, edition, inputs, standing)
            _copy_editions(project, staged, edition[0])
            pdf, further, pages = _typeset(staged, nodes, page, standing, project.root / FOLDER)
            short = typeset_brief(*brief(staged, nodes), replace(page, title=BRIEF_TITLE))
        with clock.step("writing"), staged_folder(out) as target:
            contents = {
                "brief.pdf": short,
                "report.pdf": pdf,
                "annexes.pdf": further,
                "results.json": _results(staged.results, inputs, standing),
                "assumptions.toml": staged.assumptions.read_bytes(),
            } | {f"notebooks/{chapter.name}.ipynb": chapter.content for chapter in chapters.values()}
            contents |= {f"html/{name}": content for name, content in pages.items()}
            for path, content in contents.items():
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                (target / path).write_bytes(content)
            manifest = {
                "version": edition[0],
                "edition": edition[1].isoformat(),
                "standing": standing.words,
                "differs": list(standing.differences),
                "inputs": inputs,
                "parts": parts,
                "commit": commit_of(project),
                "python": platform.python_version(),
                "packages": {package: found for package in _PACKAGES if (found := _version(package))},
                "outputs": {path: sha256(content) for path, content in sorted(contents.items())},
                "chapters": {
                    chapter.name: {
                        "key": chapter.key,
                        "sha256": sha256(chapter.content),
                        "taken": list(chapter.taken),
                    }
                    for chapter in chapters.values()
                },
            }
            (target / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return Outcome("built", out, inputs, clock.seconds)


def frozen_already(version: str) -> str:
    """Say that an edition is never written again."""
    return (
        f"edition v{version} is frozen and never overwritten: give the new one its own version in CHANGELOG.md and "
        "pyproject.toml"
    )


def check_out(out: Path, project: Project) -> None:
    """Refuse a folder that is no build: a build takes its place and deletes what was there."""
    root, reports = project.root, project.root / "reports"
    homes = [root / name for name in (".git", ".venv", "data", "notebooks", "requirements", "src", "tests")]
    frozen = out.is_relative_to(reports) and (out == reports or out.relative_to(reports).parts[0].startswith("v"))
    if frozen or root.is_relative_to(out) or any(out.is_relative_to(home) for home in homes):
        raise ValueError(
            f"{out} is part of the study, and a build takes the place of its folder; name another, e.g. OUT=build/mine"
        )
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; name a new folder, or the one of an earlier build")
    foreign = sorted({path.name for path in out.iterdir()} - _OURS) if out.is_dir() else []
    if foreign:
        raise ValueError(
            f"{out} holds {foreign[:5]}, which no build wrote and this one would delete; name a new folder"
        )


def input_hashes(project: Project, assumptions: Path) -> dict[str, str]:
    """Return the sha256 of everything the report is made from, by name, sorted."""
    # Names are relative (``data/raw/...``, ``assumptions.toml``, ``notebooks/...``, ``package/...``), so that the place
    # of the checkout and of the installed package do not matter.
    files = {"assumptions.toml": assumptions, "CHANGELOG.md": project.root / "CHANGELOG.md"}
    for folder, patterns in (
        ("data/raw", ("*",)),
        ("data/judgement", ("*",)),
        ("notebooks", ("*.ipynb", "*.bib", *PAGES)),
        ("requirements", ("report.txt",)),
    ):
        for pattern in patterns:
            files |= {f"{folder}/{p.name}": p for p in (project.root / folder).glob(pattern) if p.is_file()}
    earlier = _earlier_editions(project, read_edition(project)[0])
    files |= {path.relative_to(project.root).as_posix(): path for path in earlier}
    code = (path for path in _PACKAGE.rglob("*") if path.suffix in _CODE and path.is_file())
    files |= {f"package/{path.relative_to(_PACKAGE).as_posix()}": path for path in code}
    return {name: sha256(path.read_bytes()) for name, path in sorted(files.items())}


def _earlier_editions(project: Project, version: str) -> list[Path]:
    """Return the results and assumptions of the frozen editions of other versions: cards say what changed since."""
    # Not of this one: freezing an edition must not change what it was made from.
    kept = ("results.json", "assumptions.toml")
    return sorted(
        path
        for folder in (project.root / "reports").glob("v*")
        for name in kept
        if folder.name != f"v{version}" and (path := folder / name).is_file()
    )


def _copy_editions(project: Project, staged: Project, version: str) -> None:
    for path in _earlier_editions(project, version):
        copy = staged.root / path.relative_to(project.root)
        copy.parent.mkdir(exist_ok=True, parents=True)
        shutil.copyfile(path, copy)


def key_of(hashes: Mapping[str, str]) -> str:
    """Return one hash over names and hashes; it changes when a file is changed, added, removed or renamed."""
    return sha256("".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode("utf-8"))


def read_edition(project: Project) -> tuple[str, dt.date]:
    """Return version and date of the newest edition in the changelog."""
    path = project.root / "CHANGELOG.md"
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is missing: its newest entry dates the edition")
    found = _EDITION.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(
            f"{path.name} has no entry such as '## [0.1.0] - 2026-11-21'; the newest one dates the edition"
        )
    if not _VERSION.fullmatch(found[1]):
        raise ValueError(f"{path.name}: version {found[1]!a} has other signs than letters, digits, '.', '+' and '-'")
    return found[1], dt.date.fromisoformat(found[2])


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a build, empty when there is none that can be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    sound = isinstance(manifest, dict) and all(isinstance(manifest.get(key), dict) for key in ("outputs", "chapters"))
    sound = sound and all(isinstance(chapter, dict) for chapter in manifest["chapters"].values())
    return manifest if sound else {}


class _Clock:
    """Seconds per step, told to a log as steps end."""

    def __init__(self, log: Callable[[str], None]) -> None:
        self.seconds: dict[str, float] = {}
        self._log = log

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
        self._log(f"{name}: {self.seconds[name]:.1f} s")


def _whole(out: Path, manifest: Mapping[str, Any]) -> bool:
    outputs: dict[str, str] = manifest.get("outputs", {})
    paths = {name: out / name for name in outputs}
    return bool(paths) and all(
        path.is_file() and sha256(path.read_bytes()) == outputs[name] for name, path in paths.items()
    )


def _notebooks(project: Project) -> list[Path]:
    """Return the chapters, having seen that there are some and that the page they begin after is there."""
    notebooks = sorted(project.notebooks.glob("*.ipynb"))
    if not notebooks:
        raise FileNotFoundError("notebooks/ holds no chapter (NN-name.ipynb); there is nothing to report")
    for page, holds in PAGES.items():
        if not (project.notebooks / page).is_file():
            raise FileNotFoundError(f"notebooks/{page} is missing: {holds}")
    return notebooks


def _shared_key(hashes: Mapping[str, str], notebooks: Path) -> str:
    """Return a key over what any chapter may see without its being noted: data, code, versions, what lies beside it."""
    shared = {
        name: digest
        for name, digest in hashes.items()
        if name.startswith(("data/", "requirements/", "package/"))
        and not name.removeprefix("package/report/").startswith(_SETTING)
    }
    for path in (path for path in notebooks.rglob("*") if path.is_file()):
        text = path.suffix == ".ipynb" or path.name in PAGES
        shared[f"notebooks/{path.relative_to(notebooks).as_posix()}"] = "" if text else sha256(path.read_bytes())
    versions = {package: _version(package) for package in _PACKAGES} | {"python": platform.python_version()}
    return key_of(shared) + json.dumps(versions, sort_keys=True)


def _results(path: Path, inputs: str, standing: Standing) -> bytes:
    """Return the results; those of no edition say so themselves, wherever the file goes."""
    content = path.read_bytes()
    if standing.edition:
        return content
    about = {"words": standing.words, "inputs": inputs, "differs": list(standing.differences)}
    return sealed({"standing": about, **json.loads(content)})


def _typeset(
    staged: Project, chapters: Mapping[str, NotebookNode], page: TitlePage, standing: Standing, kept: Path
) -> tuple[bytes, bytes, Mapping[str, bytes]]:
    """Return report and annexes, typeset, and the files of the pages for a browser, made of the same text."""
    from cseanalysis.lineage import cards
    from cseanalysis.report.annexes import annexes, bibliography
    from cseanalysis.report.html.site import site
    from cseanalysis.report.html.study import further_pages
    from cseanalysis.report.pdf.brief import front_matter, main_points
    from cseanalysis.report.pdf.typeset import typeset

    front, works = f"{differences_page(standing)}\n{front_matter(staged)}", bibliography(staged)
    after, found = annexes(staged, json.dumps(list(chapters.values()))), cards(staged.root)

    def made() -> Mapping[str, bytes]:
        points, beside = main_points(staged), further_pages(staged, found, kept)
        return site(chapters, page, front, annexes=after, bibliography=works, cards=found, points=points, pages=beside)

    with ThreadPoolExecutor(max_workers=1) as pool:
        pages = pool.submit(made)
        pdf, further = typeset(chapters, page, front, annexes=after, bibliography=works)
        return pdf, further, pages.result()


def _title_page(staged: Project, edition: tuple[str, dt.date], inputs: str, standing: Standing) -> TitlePage:
    """Say what the title page, the running heads and the file's properties say."""
    from cseanalysis.export.wording import say_date
    from cseanalysis.report.pdf.typeset import TitlePage
    from cseanalysis.study.data.reported import load_evidence
    from cseanalysis.study.evidence.age import evidence_in_words, said_age

    number, day = edition
    read, newest = read_to(staged), evidence_in_words(load_evidence(staged.root))
    short, ours = inputs[:SHOWN_HASH], standing.edition or not standing.differences
    notice = "" if standing.edition else standing.words[:1].upper() + standing.words[1:]
    listed = "; page 2 lists what differs" if standing.differences else ""
    own = this_work()
    authors = own.names
    work = f"({day.year}) {own.title}. {own.subtitle}."
    if standing.edition:
        cite = f"{authors} {work} Version {number}, inputs {short}."
    elif ours:
        cite = f"{authors} {work} {notice}, inputs {short}."
    else:
        cite = f"[Who built this report] {work} {notice}. Inputs {short}. Made from the work of {authors}."
    return TitlePage(
        title=own.title,
        subtitle=own.subtitle,
        version=number,
        edition=day,
        read=read,
        inputs=short,
        authors=tuple(author.name for author in own.authors) if ours else (),
        cite=cite,
        facts=(
            ("Version", number),
            ("Edition", say_date(day) if standing.edition else f"None. {notice}{listed}"),
            ("Evidence", f"Read up to {newest['read_to']}; {_reach(newest)}"),
            ("Inputs", f"{short} (the first digits of a SHA-256 over data, assumptions, chapters and code)"),
            ("Area", "England and Wales, unless a figure says otherwise"),
            ("Licence", "Code under the MIT licence; published figures under the licences in the annex on sources"),
        ),
        description=f"{own.subtitle}. {notice}" if notice else own.subtitle,
        keywords=own.keywords,
        notice=notice,
        age=said_age(read, day, "This edition" if standing.edition else f"Version {number}"),
    )


def _reach(newest: Mapping[str, str]) -> str:
    """Say how recent the two tables are that a reader asks for first; reading later makes no figure newer."""
    named = {"recorded_offences": "recorded offences run to", "figures": "the newest figure is of"}
    return "; ".join(f"{words} {newest[name]}" for name, words in named.items() if name in newest)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def commit_of(project: Project) -> str | None:
    """Return the commit the inputs were taken from; none outside git or when an input differs from it."""
    inputs = ("data/raw", "data/judgement", "notebooks", "requirements", "src", "assumptions.toml", "CHANGELOG.md")

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(  # noqa: S603
                ["git", "-C", str(project.root), *words],  # noqa: S607
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    return git("rev-parse", "HEAD") if git("status", "--porcelain", "--", *inputs) == "" else None
