"""The promises of the repository: each is a sentence that a reviewer could ask about, and a test that can fail."""

import ast
import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import cseanalysis
from cseanalysis.export.wording import say
from cseanalysis.report.editions import verify
from cseanalysis.study import find_project, load_assumptions, load_figures, load_results, read_table
from cseanalysis.study.data.project import check_raw, load_sources
from cseanalysis.study.labels import conditional, conditions
from cseanalysis.study.lookup import compare_figures

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "cseanalysis"
PROJECT = find_project(ROOT)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# A module may import only what stands to its right; __main__ and the lazy package door stand outside.
ORDER = [
    "cli",
    "report",
    "tracing",
    "lineage",
    "study",
    "register",
    "sensitivity",
    "models",
    "plots",
    "read",
    "clean",
    "export",
    "distributions",
    "values",
]


def imported_parts(code, package):
    """Names of the parts of cseanalysis that ``code``, standing in ``package``, imports."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            names = [base] if base != "cseanalysis" else [f"cseanalysis.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("cseanalysis.")}
    return found & set(ORDER)


def violations(code, package):
    part = package.split(".")[1]
    return {name for name in imported_parts(code, package) if ORDER.index(name) < ORDER.index(part)}


def test_imports_flow_in_one_direction():
    wrong = {}
    for path in SOURCE.rglob("*.py"):
        relative = path.relative_to(SOURCE.parent)
        package = ".".join(relative.parent.parts if len(relative.parts) > 2 else (*relative.parent.parts, path.stem))
        if package.split(".")[-1] in {"__init__", "__main__"}:
            continue
        if found := violations(path.read_text(encoding="utf-8"), package):
            wrong[str(relative)] = found
    assert wrong == {}


@pytest.mark.parametrize(
    "planted",
    [
        "import cseanalysis.study.data.tables",
        "from cseanalysis.study import read_table",
        "from cseanalysis import study",
        "from ..study import read_table",
        "from .. import study",
        "def f():\n    from cseanalysis.study.data.tables import read_table",
    ],
)
def test_a_planted_import_against_the_direction_is_seen(planted):
    assert violations(planted, "cseanalysis.models") == {"study"}


# The public names of a package are written once, in its __init__.pyi; the packages of the library and the report.
PACKAGES = [f"cseanalysis.{path.parent.name}" for path in sorted(SOURCE.glob("*/__init__.pyi"))]
SHOWN = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.py"),
        *NOTEBOOKS,
        *(path for part in ("study", "report", "cli.py") for path in (SOURCE / part, *(SOURCE / part).rglob("*.py"))),
    )
    if path.is_file()
)


@pytest.mark.parametrize("package", ["cseanalysis", *PACKAGES, "cseanalysis.report"])
def test_every_public_name_is_there_and_is_used_by_the_study_or_shown_in_the_docs(package):
    # What nobody shows or uses is no promise to keep: it goes, or is shown.
    module = importlib.import_module(package)
    assert module.__all__
    assert all(getattr(module, name) is not None for name in module.__all__)
    assert [name for name in module.__all__ if not re.search(rf"\b{name}\b", SHOWN)] == []


def test_asking_the_register_loads_no_data_frame_library():
    for words in (["figures", "arrests"], ["compare", "F008", "F018"], ["compare", "F031", "F032"]):
        code = (
            f"import sys; from cseanalysis import cli; sys.argv[1:] = {words}\n"
            "try:\n    cli.main()\nexcept SystemExit:\n    print('pandas' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        assert done.stdout.splitlines()[-1] == "False", words


def test_importing_the_package_loads_no_data_frame_library():
    code = "import sys, cseanalysis, cseanalysis.clean; print(sorted({'numpy', 'pandas', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_drawing_the_first_chart_loads_few_modules_and_none_of_another_chapter():
    code = (
        "import sys; from cseanalysis import read_table; from cseanalysis.study.recorded import charts\n"
        "charts.recorded_by_group(read_table('recorded_by_quarter'))\n"
        "print(*(name for name in sys.modules if name.startswith('cseanalysis')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = done.stdout.split()
    assert len(loaded) <= 20
    assert not [name for name in loaded if re.search(r"\.study\.(?!data|recorded)", name)]


def test_raw_data_are_what_was_registered():
    check_raw(PROJECT)


OURS = {
    "figures.csv", "definitions.csv", "bridges.csv", "interventions.csv", "requested_fields.csv", "outcomes_wanted.csv",
    "recording_changes.csv", "recommendations.csv", "recommendation_events.csv", "inquiries.csv",
    "public_statements.csv",
}  # fmt: skip


def test_every_row_of_raw_data_names_a_registered_source():
    publications = load_sources(PROJECT)["publications"]
    for name in load_sources(PROJECT)["files"]:
        header, *rows = (PROJECT.raw / name).read_text(encoding="utf-8").splitlines()
        if name in OURS:
            continue  # their own loaders check these
        assert header.endswith(",source")
        assert {key for row in rows for key in row.rsplit(",", 1)[1].split(";")} <= publications.keys()


def test_every_figure_has_a_registered_source_and_every_headline_a_tier_above_d():
    figures, publications = load_figures(ROOT), load_sources(PROJECT)["publications"]
    headline = {name for estimate in load_results(ROOT).values() for name in estimate.basis if name in figures}
    copies = {name for name in headline if publications[figures[name].source]["tier"] == "D"}
    # Ethnicity of suspects, group-based counts of 2024 and children's delays are known from copies only; the chapters
    # say so. Others are copies of the official text itself, and sources.toml says where that stands.
    sources = {name: publications[figures[name].source] for name in copies}
    mirrors = {name for name, one in sources.items() if one.get("primary") and one["licence"].startswith("Open ")}
    assert copies - mirrors <= {"F027", "F028", "F099", "F100", "F101", "F102", "F341", "F569", "F570", "F747"}


def test_every_label_of_the_raw_data_is_mapped():
    recorded = read_table("recorded_offences", ROOT)
    assert not recorded[["force", "force_type", "offence_category", "offence_scope"]].isna().any().any()
    assert set(recorded["offence_scope"]) == {"child_only", "familial", "image"}
    assert recorded.loc[recorded["force_type"] == "territorial", "force"].nunique() == 43


def test_the_checks_printed_beside_the_source_hold():
    recorded = read_table("recorded_offences", ROOT)
    own = recorded[(recorded["force_type"] == "territorial") & (recorded["offence_scope"] == "child_only")]
    sums = own.groupby("financial_year")["offences"].sum()
    assert sums[["2012/13", "2016/17", "2021/22", "2022/23"]].tolist() == [19_122, 48_370, 67_581, 64_751]
    assert int((recorded["offences"] < 0).sum()) == 67


def test_every_assumption_is_used_and_every_basis_exists():
    known = (
        set(load_assumptions(ROOT))
        | set(load_figures(ROOT))
        | {"figures", "recorded_offences", "forces", "outcomes", "revision_2017_18"}
    )
    used = {name for estimate in load_results(ROOT).values() for name in estimate.basis}
    assert used <= known
    assert set(load_assumptions(ROOT)) <= used


def test_every_assumption_points_to_a_registered_source_or_says_that_there_is_none():
    publications = load_sources(PROJECT)["publications"]
    figures = load_figures(ROOT)
    for assumption in load_assumptions(ROOT).values():
        sources = assumption.source.split(" and ")
        free = {"none found", "none published", "Home Office Counting Rules for recorded crime"}
        assert all(source in publications or source in free for source in sources), assumption.id
        assert set(re.findall(r"\bF\d{3}\b", assumption.locator)) <= figures.keys()


@pytest.mark.usefixtures("built_before")
def test_committed_tables_and_results_are_current():
    verdict = verify(PROJECT)
    assert verdict.word in {"identical", "numbers equal"}, verdict.differences


def cells_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code_of(path):
    return "\n".join("".join(cell["source"]) for cell in cells_of(path) if cell["cell_type"] == "code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapter_is_stored_without_outputs_with_fixed_ids_and_opens_with_its_four_parts(path):
    cells = cells_of(path)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
    ids = [cell["id"] for cell in cells]
    assert ids == [f"{path.stem[:2]}-{number:03d}" for number in range(1, len(cells) + 1)]
    openings = re.findall(r"^opening\(", code_of(path), re.MULTILINE)
    assert len(openings) == 1
    assert "".join(cells[0]["source"]).startswith("# ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapter_only_calls_the_package_and_defines_nothing_but_the_methods_it_shows(path):
    for method, allowed in ((False, {"cseanalysis"}), (True, {"cseanalysis", "numpy", "pandas"})):
        chosen = [cell for cell in cells_of(path) if ("method" in cell["metadata"].get("tags", [])) == method]
        tree = ast.parse("\n".join("".join(cell["source"]) for cell in chosen if cell["cell_type"] == "code"))
        defined = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
        assert method or defined == []
        roots = {
            (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        assert roots <= allowed


# What a digit may be in prose: a placeholder, a citation or label, a year, an offence code, an age, mathematics.
ALLOWED = [
    r"17B, 19D, 19E, 19G, 19H, 20B, 21, 22B, 71, 73\s+and\s+88A",
    r"\{\{|\}\}",
    r"\{[^{}]*\}",
    r"\[@[^\]]*\]",
    r"@\w+:\w+",
    r"\$\$.*?\$\$|\$[^$]*\$",
    r"(?:19|20)\d\d(?:[/-]\d\d)?",
    r"[Cc]odes? \d+[A-K]?",
    r"\b\d\d[A-K]\b",
    r"\bages? \d\d(?: (?:to|and) \d\d)?\b",
    r"\b(?:rape|before|under) (?:at )?\d\d(?: and \d\d)?\b",
    r"per 100,000 residents",
]


def typed_numbers(text):
    for pattern in ALLOWED:
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    return re.findall(r"\S*\d\S*", text)


def prose_of(path):
    for cell in cells_of(path):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield source
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"prose", "opening", "chart", "table"}:
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value:
                        yield part.value


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_number_is_typed_in_prose(path):
    assert [number for text in prose_of(path) for number in typed_numbers(text)] == []


@pytest.mark.parametrize("typed", ["about 4,228 offences", "68% of them", "1 in 10", "261 days", "$x$ is 3 times"])
def test_a_planted_typed_number_is_seen(typed):
    assert typed_numbers(typed)


@pytest.mark.parametrize("fine", ["in 2022/23", "code 86", "{total} of 2023", "[@vkpp23]", "ages 13 to 17", "$T_1$"])
def test_years_codes_citations_and_ages_are_not_numbers_of_the_study(fine):
    assert typed_numbers(fine) == []


# Words that suggest consent or trade by a child, or that speak of people without respect.
HARMFUL = re.compile(
    r"child (?:prostitut|porn)|kiddie|underage (?:sex|girl|boy)|young prostitut|sex with (?:a )?(?:child|minor)"
    r"|paedophile ring|promiscu|sexually active child|grooming gang(?!'|\\?\"| in the speaker)",
    re.IGNORECASE,
)
OWN_WORDS = [
    *NOTEBOOKS,
    ROOT / "notebooks" / "front.md",
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *(ROOT / "docs").rglob("*.md"),
    ROOT / "assumptions.toml",
    *(ROOT / "scenarios").glob("*.toml"),
    *SOURCE.rglob("*.py"),
    *SOURCE.rglob("*.typ"),
]


@pytest.mark.parametrize("path", OWN_WORDS, ids=lambda path: path.name)
def test_our_own_words_respect_victims_and_survivors(path):
    assert HARMFUL.findall(path.read_text(encoding="utf-8")) == []


def test_a_planted_harmful_word_is_seen():
    assert HARMFUL.search("underage girls") is not None
    assert HARMFUL.search("the grooming gangs scandal") is not None


def test_no_module_outgrows_six_hundred_lines():
    long = {p.name: n for p in SOURCE.rglob("*.py") if (n := len(p.read_text(encoding="utf-8").splitlines())) > 600}
    assert long == {}


def test_no_room_holds_more_than_twelve_modules():
    rooms = Counter(path.parent for path in SOURCE.rglob("*.py") if path.name not in ("__init__.py", "__main__.py"))
    assert {str(room): number for room, number in rooms.items() if number > 12} == {}


def imported_modules(path, modules):
    """Return the modules of the package that a file imports anywhere, in functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & modules or {node.module} & modules
    return found


def circles(graph):
    """Return the modules that can be reached from themselves."""
    reached = {name: set(others) for name, others in graph.items()}
    for middle in graph:
        for others in reached.values():
            if middle in others:
                others.update(reached[middle])
    return {name for name, others in reached.items() if name in others}


def test_no_module_imports_itself_by_way_of_another():
    paths = {".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): path for path in SOURCE.rglob("*.py")}
    paths = {name.removesuffix(".__init__"): path for name, path in paths.items()}
    found = circles({name: imported_modules(path, paths.keys()) for name, path in paths.items()})
    assert found == set()


def test_a_planted_circle_is_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {"a", "b", "c"}
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == set()


def test_every_chapter_names_its_room_and_every_room_its_chapter():
    rooms = {path.parent.name: path.read_text(encoding="utf-8") for path in (SOURCE / "study").glob("*/__init__.py")}
    named = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        first = "".join(next(cell for cell in cells if cell["cell_type"] == "code")["source"]).splitlines()[0]
        if place := re.search(r"src/cseanalysis/study/(\w+);", first):
            named[place[1]] = f"Chapter {int(path.name[:2])}:"
    assert named.keys() == rooms.keys() - {"data", "evidence"}
    assert all(chapter in rooms[room] for room, chapter in named.items())


def named_in_page(name):
    """Return what a page names in code marks, without the worked examples, whose files are somebody's next ones."""
    text = re.sub(
        r"^## Worked examples\n.*?(?=^## )", "", (ROOT / name).read_text("utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return text, re.findall(r"`([^`\n]+)`", text)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_file_and_target_that_a_page_names_is_there(page):
    text, marked = named_in_page(page)
    bases = [ROOT, *(ROOT / place for place in ("data/raw", "data/judgement", "notebooks", "reports"))]
    bases += [SOURCE, SOURCE / "study", SOURCE / "register", SOURCE / "models", SOURCE / "study/missing"]
    made = {"reports/.kept/", "reports/vX.Y.Z/", "forces.xlsx"}  # what a run writes
    files = {
        name for name in marked if re.fullmatch(r"[\w./*-]+(?:/|\.(?:py|csv|toml|md|cff|ipynb|json|pyi))", name)
    } - made
    assert len(files) > 10
    assert [name for name in sorted(files) if not any(list(base.glob(name)) for base in bases)] == []
    targets = {word for line in re.findall(r"\bmake ((?:[a-z-]+ ?)+)", "\n".join(marked)) for word in line.split()}
    targets |= set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [name for name in sorted(targets) if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_who_contributes_is_told_of_every_room_and_every_table_of_judgements():
    _, marked = named_in_page("CONTRIBUTING.md")
    rooms = {f"{path.parent.name}/" for path in (SOURCE / "study").glob("*/__init__.py")}
    rows = {path.stem for path in (ROOT / "data" / "judgement").glob("*.csv")}
    assert rooms <= set(marked)
    assert rows <= {Path(name).stem for name in marked}


def test_version_is_the_same_everywhere():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    cited = re.search(r"\bVersion ([0-9.]+[0-9])\b", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert changelog is not None
    assert cited is not None
    assert {declared, changelog[1], cited[1]} == {cseanalysis.__version__}


def test_every_python_that_is_claimed_is_told_with_what_ran_and_is_run_by_the_workflow():
    # A version in the metadata is a promise; which part of the proof stands behind it is in docs/install.md.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = re.findall(r":: (3\.\d+)$", "\n".join(project["classifiers"]), re.MULTILINE)
    told = re.findall(r"^\| (3\.\d+) \|", (ROOT / "docs" / "install.md").read_text(encoding="utf-8"), re.MULTILINE)
    matrix = re.search(r"python: \[(.+)\]", (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert matrix is not None
    assert claimed == told == re.findall(r"[\d.]+", matrix[1])
    assert project["requires-python"] == f">={claimed[0]}"
    assert f"Python {claimed[0]} to {claimed[-1]} " in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_data_log_counts_the_rows_of_every_table():
    # `make data` writes the numbers, and `write_counts` is held by tests of its own.
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    log = dict(re.findall(r"^\| `(\w+/[\w-]+\.csv)` \| ([\d,]+) \|", text, re.MULTILINE))
    tables = [path for folder in ("raw", "judgement") for path in (ROOT / "data" / folder).glob("*.csv")]
    # Further releases that `add` keeps are described where the log says what it does.
    kept = re.compile(r"(recorded_offences|outcomes)_\d{4}-\d{2}-\d{2}.*")
    own = [path for path in tables if not kept.fullmatch(path.stem) or f"raw/{path.name}" in log]
    rows = {f"{path.parent.name}/{path.name}": f"{len(pd.read_csv(path, dtype=str)):,}" for path in own}
    assert log == rows, "run make data"


def test_lock_files_hold_hashes_and_no_address():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "index-url" not in text
        requirements = [line for line in text.splitlines() if re.match(r"\w", line)]
        assert all(" \\" in line for line in requirements)
        assert text.count("--hash=sha256:") >= len(requirements)


def test_the_ranges_in_the_readme_are_the_results():
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert not re.search(r"\b(FRESH|WARM|UNCHANGED|TEST|DISK)\b", readme)
    results, known = load_results(ROOT), conditions(ROOT)
    for name in (
        "contact_total",
        "children_total",
        "rape_victims_ever",
        "rape_victims_at_the_time",
        "months_to_half_of_charges",
        "charges_visible_newest",
        "charged_in_the_end_newest",
        "residual_group_based",
    ):
        # With what the range does not cover: no "at least and at most" without its condition.
        assert f"| {conditional(results[name], known)}" in readme, name


def test_the_counts_in_the_readme_are_the_figures():
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    readme = readme.partition("(docs/to_scale.svg)")[2]  # the words of the picture have a test of their own
    figures = load_figures(ROOT)
    newest, before, quoted = ("F018", "F027", "F028"), ("F008", "F022", "F024"), ("F552", "F551", "F550")
    first, second = readme.index(figures[newest[0]].published), readme.index(figures[before[0]].published)
    assert all(figures[name].published in readme[first:second] for name in newest)
    assert all(figures[name].published in readme[second : second + 200] for name in (*before, *quoted))
    assert f"{100 * load_results(ROOT)['charged_so_far_newest'].point:.1f}% had been" in readme


def test_the_wheel_carries_what_it_needs_and_works_from_elsewhere(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name.removeprefix("cseanalysis/") for name in archive.namelist()}
        archive.extractall(tmp_path / "site")
    assert {
        "py.typed",
        "clean/crosswalks/offences.csv",
        "clean/crosswalks/forces.csv",
        "report/pdf/filter.lua",
        "report/pdf/references.csl",
        "report/pdf/template.typ",
    } <= names
    assert not [name for name in names if name.startswith(("data/", "notebooks/", "tests/"))]
    assert {
        "package_data/assumptions.toml",
        "package_data/data/raw/figures.csv",
        "package_data/reports/results.json",
    } <= names
    assert wheel.stat().st_size < 3_000_000
    # Only what the base installation brings: the rest must not be needed for any of this.
    for name in ("scipy", "statsmodels", "matplotlib", "pyarrow", "fastexcel", "polars", "nbformat", "rich"):
        absent = f"raise ModuleNotFoundError(\"No module named '{name}'\", name='{name}')\n"
        (tmp_path / "site" / f"{name}.py").write_text(absent)
    code = (
        "import sys\n"
        "import pandas, cseanalysis\n"
        "from cseanalysis.clean import harmonise_forces\n"
        "assert cseanalysis.__file__.startswith(sys.argv[1]), cseanalysis.__file__\n"
        "print(harmonise_forces(pandas.DataFrame({'Force Name': ['Heddlu Gwent']}))['force_code'][0])\n"
        "loads = (cseanalysis.load_figures, cseanalysis.load_results, cseanalysis.load_assumptions)\n"
        "print(*(len(load()) for load in loads), len(cseanalysis.read_table('recorded_offences')))\n"
        "from cseanalysis.cli import main\n"
        "for words in (['compare', 'F031', 'F035'], ['claim', '--json', 'In 2023 police recorded 115,489 offences'],\n"
        "              ['trace', '115,489'], ['cite', 'F008'], ['figures', '--json', 'F031'],\n"
        "              ['tracker', 'statements'], ['data'], ['results'], ['verify'], ['report'],\n"
        "              ['release'], ['run', 'a.toml'], ['add', 'a.ods'], ['update']):\n"
        "    try:\n        main(words)\n    except SystemExit as ended:\n        print('ended with', ended.code)\n"
        "try:\n    from cseanalysis.models import interrupted_series\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
        "from cseanalysis.read import read_spreadsheet\n"
        "try:\n    read_spreadsheet(sys.argv[1] + '/a.csv')\nexcept ImportError as error:\n    print(error)\n"
    )
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    isolated = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=isolated,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "W15000002"
    assert lines[1] == (
        f"{len(load_figures(ROOT))} {len(load_results(ROOT))} {len(load_assumptions(ROOT))} "
        f"{len(read_table('recorded_offences', ROOT))}"
    )
    ended = [line for line in lines if line.startswith("ended with")]
    assert ended[:6] == ["ended with 0"] * 6
    assert len(ended) == 14
    assert all("no checkout of the study at or above" in line for line in ended[6:])
    assert all("this command writes into one" in line for line in ended[6:])
    assert "cseanalysis.models.interrupted_series needs scipy, which is not installed: run pip install" in lines[-2]
    assert "needs fastexcel and pyarrow: run pip install" in lines[-1]


def test_every_public_name_stays_what_it_is_when_its_module_is_loaded():
    # A module named like a function would take its place in the package once it is imported.
    for package in map(importlib.import_module, PACKAGES):
        folder = Path(package.__file__).parent
        assert not set(package.__all__) & {path.stem for path in folder.glob("*.py")}, package.__name__


def test_the_ids_in_the_readme_are_of_the_numbers_above_them():
    """Whoever traces one arrives at the number that the first screen prints."""
    above, _, below = (ROOT / "README.md").read_text(encoding="utf-8").partition("Ids of these numbers, ")
    named = re.findall(r"F\d{3}|(?<=`)\w+(?=`)", below.partition("above:")[2].partition(".\n")[0])
    figures, results = load_figures(ROOT), load_results(ROOT)
    assert len(named) == 17
    above = " ".join(above.split())
    for name in named:
        printed = figures[name].published if name in figures else say(results[name])
        assert re.sub(r"^at least 0 and ", "", printed) in above, f"{name} says {printed}"


def test_the_readme_quotes_the_gate_as_it_answers():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").replace("\n> ", " ").split())
    for first, second in (("F031", "F032"), ("F031", "F035")):
        comparison = compare_figures(ROOT, first, second)
        assert f"**{comparison.verdict}** · {' '.join(comparison.statement.split())}" in text
