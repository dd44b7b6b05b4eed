"""The command line: what ``make`` calls. Wrong input ends in one message and exit code 1."""

from __future__ import annotations

import errno
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

from cseanalysis.lazy import install_advice

try:
    import typer
except ModuleNotFoundError:
    sys.exit(f"the command line needs more than the library: {install_advice('report')}")

BUILD = Path("reports/build")
_INTERRUPTED = 128 + signal.SIGINT  # as the shell counts
# What else helps where a folder cannot be written, for the commands that take another.
_ELSEWHERE = {
    "report": ", or name another with --out",
    "run": ", or name another with --out",
    "forces": ", or name another",
}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Police-recorded child sexual exploitation and abuse: from raw figures to a versioned report.",
)


@app.command()
def data() -> None:
    """Build the tidy tables in data/processed."""
    from cseanalysis.study.data.files import staged_folder
    from cseanalysis.study.data.project import find_project
    from cseanalysis.study.tidy import build_tables

    project = find_project()
    with _steps() as say, _timed(say, "tidy tables"), staged_folder(project.processed) as folder:
        build_tables(project, folder)


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="The published file, or its https address.")],
    *,
    layout: Annotated[str, typer.Option("--as", help="How it is laid out.")] = "home-office-recorded-crime",
    published: Annotated[str | None, typer.Option(help="Day of publication, as 2026-07-23.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who published it; the Home Office by default.")] = None,
    licence: Annotated[str | None, typer.Option(help="Under which licence; OGL v3.0 by default.")] = None,
    title: Annotated[str | None, typer.Option(help="Title as it shall stand among the sources.")] = None,
    address: Annotated[str | None, typer.Option(help="Where a file on this computer came from.")] = None,
    sha256: Annotated[str | None, typer.Option(help="The hash that the file must have.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; --published must be given.")] = False,
) -> None:
    """Add a new release of a published table: check it, show what it changes, keep it beside the older ones."""
    from cseanalysis.study.data.project import find_project
    from cseanalysis.study.data.releases import check_day, check_release, register_release
    from cseanalysis.study.data.revisions import ReleaseChanges, describe_changes

    def ask(given: str | None, question: str, usual: str | None = None) -> str | None:
        return given if given is not None or yes else typer.prompt(question, default=usual)

    def confirm(changes: ReleaseChanges) -> bool:
        print(describe_changes(changes), flush=True)
        return yes or typer.confirm("Add it to data/raw?")

    project, today = find_project(), datetime.now(tz=UTC).date().isoformat()
    if yes and published is None:
        raise ValueError("with --yes nothing is asked: add --published and the day of publication, e.g. 2026-07-23")
    if published is not None:
        check_day(project, published, today)
    checked = check_release(project, source, layout=layout, expected_sha256=sha256)
    if not yes:
        print(f"{checked.original} was read and is in order; its sha256 is {checked.sha256}", flush=True)
    kept = register_release(
        project,
        checked,
        published=ask(published, "Published on (e.g. 2026-07-23)") or "",
        accessed=today,
        publisher=ask(publisher, "Publisher", "Home Office"),
        licence=ask(licence, "Licence", "Open Government Licence v3.0"),
        title=title,
        address=address,
        confirm=confirm,
    )
    print(f"added as data/raw/{kept.name}; now run make data results" if kept.added else "nothing was added")


@app.command()
def results() -> None:
    """Compute every reported number into reports/results.json."""
    from cseanalysis.study.data.files import check_writable
    from cseanalysis.study.data.project import find_project
    from cseanalysis.study.kept import FOLDER
    from cseanalysis.study.results import build_results, write_results

    project = find_project()
    check_writable(project.results)
    with _steps() as say, _timed(say, "results"):
        write_results(project.results, build_results(project, kept=project.root / FOLDER, beside=True))


@app.command()
def report(
    assumptions: Annotated[Path | None, typer.Option(help="Use these assumptions instead of the study's.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the build.")] = None,
) -> None:
    """Build the report: PDF, executed chapters, results, manifest."""
    from cseanalysis.report.build import build_report
    from cseanalysis.study.data.project import find_project

    project = find_project()
    if assumptions is not None and out is None:
        raise ValueError("other assumptions need a folder of their own: add --out (or OUT=), e.g. OUT=build/mine")
    folder = project.root / BUILD if out is None else out.resolve()
    with _steps() as say:
        outcome = build_report(project, assumptions=assumptions, out=folder, log=say, beside=True)
        say(f"{outcome.status}: {folder / 'report.pdf'}")


@app.command()
def verify() -> None:
    """Rebuild tables and results elsewhere and compare them with the committed ones."""
    from cseanalysis.report.editions import verify as compare
    from cseanalysis.study.data.project import find_project

    with _steps() as say:
        verdict = compare(find_project())
        for line in verdict.differences:
            say(line)
        say(f"verdict: {verdict.word}")
    if verdict.word == "differs":
        raise typer.Exit(1)


@app.command()
def release() -> None:
    """Freeze the built report as an edition under reports/vX.Y.Z."""
    from cseanalysis.report.build import build_report
    from cseanalysis.report.editions import release as freeze
    from cseanalysis.study.data.project import find_project

    project = find_project()
    with _steps() as say:
        build_report(project, assumptions=None, out=project.root / BUILD, freezing=True, log=say, beside=True)
        say(f"frozen: {freeze(project, project.root / BUILD)}")


@app.command()
def diff(
    first: Annotated[Path, typer.Argument(help="Folder of a build, edition or scenario, or . for the checkout.")],
    second: Annotated[Path, typer.Argument(help="Folder of another.")],
) -> None:
    """List the assumptions and numbers in which two builds differ, why, and which change moves each number most."""
    from cseanalysis.report.editions import diff as compare
    from cseanalysis.study.data.project import find_project

    try:
        project = find_project()
    except FileNotFoundError:  # two folders can be compared anywhere; causes are sought where the data are
        project = None
    lines = compare(first, second, project, beside=True)
    for line in lines or ["no assumption and no reported number differs"]:
        print(line)


@app.command()
def run(
    scenarios: Annotated[list[Path], typer.Argument(help="Files such as scenarios/long_delay.toml.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Folder for their results; reports/scenarios without it.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask cluster, as tcp://host:port.")] = None,
) -> None:
    """Compute every reported number under each scenario; finished ones are left as they are."""
    from cseanalysis.study.data.project import find_project
    from cseanalysis.study.scenarios import FOLDER, run_scenarios

    project = find_project()
    folder = project.root / FOLDER if out is None else out.resolve()
    with _steps() as say, _timed(say, "scenarios"):
        run_scenarios(project, scenarios, out=folder, beside=True, scheduler=scheduler, log=say)
        say(f"results: {folder}")


@app.command()
def figures(
    words: Annotated[list[str] | None, typer.Argument(help="Words to look for, or the id of one figure.")] = None,
) -> None:
    """Search the register of published figures, or show one with its lineage."""
    from cseanalysis.study.data.figures import load_figures
    from cseanalysis.study.data.project import check_raw, find_project, load_sources
    from cseanalysis.study.lookup import describe_figure, figure_line, find_figures

    project = find_project()
    check_raw(project)
    register = load_figures(project.root)
    words = words or []
    if len(words) == 1 and (name := words[0].strip().upper()) in register:
        print(describe_figure(register[name], register, load_sources(project)["publications"]))
        return
    found = find_figures(register, words)
    for figure in found:
        print(figure_line(figure))
    print(f"{len(found)} of {len(register)} figures")


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="Id of a figure, e.g. F031.")],
    second: Annotated[str, typer.Argument(help="Id of another, e.g. F035.")],
) -> None:
    """Say whether two published figures may be compared, why not, and what can be said."""
    from cseanalysis.study.data.project import check_raw, find_project
    from cseanalysis.study.lookup import compare_figures

    project = find_project()
    check_raw(project)
    comparison = compare_figures(project.root, first.strip().upper(), second.strip().upper())
    print(f"{comparison.verdict}\n\n{comparison.statement}\n")
    for reason in comparison.reasons:
        print(f"- {reason}")
    print(f"\nallowed: {', '.join(comparison.allowed) or 'no arithmetic'}")


@app.command()
def forces(
    *,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook for Excel.")] = None,
    ods: Annotated[Path | None, typer.Option(help="Write an OpenDocument workbook.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the tables as CSV into this folder.")] = None,
) -> None:
    """Write the force-by-force tables: all 44 forces, every year, every published figure, no ranking."""
    from cseanalysis.study.data.project import find_project
    from cseanalysis.study.recorded.force_book import write_force_tables

    with _steps() as say:
        for path in write_force_tables(find_project(), xlsx=xlsx, ods=ods, csv=csv):
            say(f"written: {path}")


def _interrupted(*_: object) -> NoReturn:
    print("\nstopped by Ctrl-C; what was not finished is as it was before", file=sys.stderr, flush=True)
    raise SystemExit(_INTERRUPTED)


def main() -> None:
    """Run the command line; errors a user can mend end in one message."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("error: ended from outside; nothing was changed, run it again"))
    signal.signal(signal.SIGINT, _interrupted)
    try:
        app()
    except shutil.Error as error:  # a copy into the temporary folder failed
        where = tempfile.gettempdir()
        sys.exit(f"error: {error.args[0][0][2]}; free some space in {where}, or set TMPDIR, and run again")
    except OSError as error:
        what = ": ".join(str(part) for part in (error.strerror, error.filename) if part) or str(error)
        there = "there, or set TMPDIR to another folder, " if _is_temporary(error.filename) else ""
        writable = "; make the folder writable" + _ELSEWHERE.get("".join(sys.argv[1:2]), "")
        cure = {
            errno.ENOSPC: f"; free some space {there}and run again",
            errno.EDQUOT: f"; free some space {there}and run again",
            errno.EROFS: writable,
            errno.EACCES: writable,
        }.get(error.errno or 0, "")
        sys.exit(f"error: {what}{cure}")
    except ModuleNotFoundError as error:
        cure = "" if "pip install" in str(error) else f"; {install_advice('report')}"
        sys.exit(f"error: {error}{cure}")
    except ValueError as error:
        sys.exit(f"error: {error}")


def _is_temporary(place: object) -> bool:
    return isinstance(place, str) and Path(place).is_relative_to(tempfile.gettempdir())


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """Yield what prints a line: under a spinner in a terminal, plainly elsewhere."""
    if not sys.stdout.isatty():
        yield lambda line: print(line, flush=True)
        return
    from rich.console import Console

    console = Console(highlight=False)
    with console.status("working"):
        # A path may hold [/b] or :x:, which are no markup.
        yield lambda line: console.print(line, markup=False, emoji=False)


@contextmanager
def _timed(say: Callable[[str], None], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    say(f"{name:<24}{time.perf_counter() - start:6.1f} s")


if __name__ == "__main__":
    main()
