"""The command line: what ``make`` calls. Wrong input ends in one message and exit code 1."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from cseanalysis import __version__
from cseanalysis.lazy import install_advice

BUILD = Path("reports/build")
_FLAGS = ("--yes", "--all", "--help", "--json", "--bibtex")  # every other long option takes a value
_INTERRUPTED = 128 + signal.SIGINT  # as the shell counts
# What else helps where a folder cannot be written, for the commands that take another.
_ELSEWHERE = {
    "report": ", or name another with --out",
    "run": ", or name another with --out",
    "forces": ", or name another",
}


def data() -> None:
    """Build the tidy tables in data/processed, and count the rows of every table into data/README.md."""
    from cseanalysis.study.data.files import staged_folder
    from cseanalysis.study.data.project import find_checkout
    from cseanalysis.study.evidence.counted import write_counts
    from cseanalysis.study.tidy import build_tables

    project = find_checkout()
    with _steps() as say, _timed(say, "tidy tables"), staged_folder(project.processed) as folder:
        build_tables(project, folder)
    write_counts(project)


def add(
    source: str,
    *,
    layout: str,
    published: str | None,
    publisher: str | None,
    licence: str | None,
    title: str | None,
    address: str | None,
    tier: str,
    caveat: list[str],
    sha256: str | None,
    yes: bool,
) -> None:
    """Add a new release of a published table: check it, show what it changes, keep it beside the older ones."""
    from datetime import UTC, datetime

    from cseanalysis.study.data.project import find_checkout

    project, today = find_checkout(), datetime.now(tz=UTC).date().isoformat()
    from cseanalysis.study.data.releases import check_day, check_release, register_release
    from cseanalysis.study.data.revisions import ReleaseChanges, describe_changes

    def ask(given: str | None, question: str, usual: str | None = None) -> str | None:
        return given if given is not None or yes else _prompt(question, usual)

    def confirm(changes: ReleaseChanges) -> bool:
        print(describe_changes(changes), flush=True)
        return yes or _confirm("Add it to data/raw?")

    if yes and published is None:
        raise ValueError("with --yes nothing is asked: add --published and the day of publication, e.g. 2026-07-23")
    if published is not None:
        check_day(published, today)
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
        tier=tier,
        caveats=caveat,
        confirm=confirm,
    )
    print(f"added as data/raw/{kept.name}; now run make data results" if kept.added else "nothing was added")


def update(*, yes: bool) -> None:
    """Fetch the releases of data/releases.csv that are not there: show what each changes, ask, keep it."""
    from datetime import UTC, datetime

    from cseanalysis.study.data.project import find_checkout

    project, today = find_checkout(), datetime.now(tz=UTC).date().isoformat()
    from cseanalysis.study.data.releases import update_releases
    from cseanalysis.study.data.revisions import ReleaseChanges, describe_changes

    def confirm(changes: ReleaseChanges) -> bool:
        print(describe_changes(changes), flush=True)
        return yes or _confirm("Add it to data/raw?")

    update_releases(project, accessed=today, confirm=confirm, say=lambda line: print(line, flush=True))


def results() -> None:
    """Compute every reported number into reports/results.json."""
    from cseanalysis.study.data.files import check_writable
    from cseanalysis.study.data.project import find_checkout

    project = find_checkout()  # before what only a checkout needs is loaded
    from cseanalysis.study.kept import FOLDER
    from cseanalysis.study.results import build_results, write_results

    check_writable(project.results)
    with _steps() as say, _timed(say, "results"):
        write_results(project.results, build_results(project, kept=project.root / FOLDER, beside=True))


def report(*, assumptions: Path | None, out: Path | None) -> None:
    """Build the report: PDF, executed chapters, results, manifest."""
    from cseanalysis.study.data.project import find_checkout

    project = find_checkout()
    from cseanalysis.report.build import build_report

    if assumptions is not None and out is None:
        raise ValueError("other assumptions need a folder of their own: add --out (or OUT=), e.g. OUT=build/mine")
    folder = project.root / BUILD if out is None else out.resolve()
    with _steps() as say:
        outcome = build_report(project, assumptions=assumptions, out=folder, log=say, beside=True)
        say(f"{outcome.status}: {folder / 'report.pdf'}")


def verify() -> None:
    """Rebuild tables and results elsewhere and compare them with the committed ones."""
    from cseanalysis.study.data.project import find_checkout

    project = find_checkout()
    from cseanalysis.report.editions import verify as compare

    with _steps() as say:
        verdict = compare(project)
        for line in verdict.differences:
            say(line)
        say(f"verdict: {verdict.word}")
    if verdict.word == "differs":
        sys.exit(1)


def release() -> None:
    """Freeze the built report as an edition under reports/vX.Y.Z."""
    from cseanalysis.study.data.project import check_raw, find_checkout

    project = find_checkout()
    from cseanalysis.citation import FILE, this_work
    from cseanalysis.report.build import build_report
    from cseanalysis.report.editions import release as freeze

    check_raw(project)
    if unfilled := this_work().unfilled:
        raise ValueError(
            f"an edition is there to be cited, and {FILE} has no {' and no '.join(unfilled)} yet: "
            "fill them in, run `make metadata`, commit"
        )
    with _steps() as say:
        build_report(project, assumptions=None, out=project.root / BUILD, freezing=True, log=say, beside=True)
        say(f"frozen: {freeze(project, project.root / BUILD)}")


def diff(first: Path, second: Path) -> None:
    """List the assumptions and numbers in which two builds differ, why, and which change moves each number most."""
    from cseanalysis.report.editions import diff as compare
    from cseanalysis.study.data.project import find_checkout

    try:
        project = find_checkout()
    except FileNotFoundError:  # two folders can be compared anywhere; causes are sought where the data are
        project = None
    lines = compare(first, second, project, beside=True)
    for line in lines or ["no assumption and no reported number differs"]:
        print(line)


def run(scenarios: list[Path], *, out: Path | None, scheduler: str | None) -> None:
    """Compute every reported number under each scenario; finished ones are left as they are."""
    from cseanalysis.study.data.project import find_checkout

    project = find_checkout()
    from cseanalysis.study.scenarios import FOLDER, run_scenarios

    folder = project.root / FOLDER if out is None else out.resolve()
    with _steps() as say, _timed(say, "scenarios"):
        run_scenarios(project, scenarios, out=folder, beside=True, scheduler=scheduler, log=say)
        say(f"results: {folder}")


def figures(words: list[str], *, every: bool, as_json: bool) -> None:
    """Search the register of published figures by words and numbers, or show one with its lineage."""
    from cseanalysis.study.data.project import check_raw, find_project, load_sources
    from cseanalysis.study.lookup import FIRST, describe_figure, find

    project = find_project()
    check_raw(project)
    found = find(" ".join(words), project.root)
    register, first = found.figures, None if every else FIRST
    if as_json:
        print(found.as_json(first))
    elif len(words) == 1 and (name := words[0].strip().upper()) in register:
        print(describe_figure(register[name], register, load_sources(project)["publications"], found.hidden))
    else:
        print(*found.lines(first), sep="\n")


def compare(first: str, second: str) -> None:
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


def trace(text: str, *, as_json: bool) -> None:
    """Follow a number, or the id of one, to its formula, its raw row and its source."""
    from cseanalysis import tracing

    found = tracing.trace(text)
    print(tracing.as_json(found) if as_json else found)


def cite(text: str, *, bibtex: bool) -> None:
    """Say how a number is cited: edition, hash of its inputs, and of a figure its own source."""
    from cseanalysis import tracing

    citation = tracing.cite(text)
    print(citation.bibtex if bibtex else citation)


def tracker(name: str | None, words: list[str], *, as_json: bool) -> None:
    """Print recommendations, inquiries, statements or requested fields, each row with its source and date."""
    from cseanalysis.study.data.project import check_raw, find_project
    from cseanalysis.study.evidence.trackers import NAMES, load_trackers, overview

    if name not in (None, *NAMES):
        raise ValueError(f"no tracker is named {name[:40]!r}; there are {', '.join(NAMES)}")
    project = find_project()
    check_raw(project)
    tracked, query = load_trackers(project.root), " ".join(words)
    if name is None:
        print(*overview(tracked), sep="\n")
    elif as_json:
        print(tracked.as_json(name, query))
    else:
        print(*tracked.lines(name, query), sep="\n")


def claim(words: list[str], *, file: Path | None, as_json: bool) -> None:
    """Hold a sentence that quotes a number against the register: a verdict, its figures, and every reason."""
    from json import dumps

    from cseanalysis.register.claims import check_all
    from cseanalysis.study.data.project import check_raw, find_project, load_sources
    from cseanalysis.study.evidence.claim_tables import load_claim_tables
    from cseanalysis.study.evidence.claimed import describe_verdict, read_sentences, where_help_is

    if bool(words) == (file is not None):
        raise ValueError('give one sentence in quotes, as cseanalysis claim "...", or a file of them with --file')
    project = find_project()
    check_raw(project)
    tables = load_claim_tables(project.root)
    verdicts = check_all([" ".join(words)] if file is None else read_sentences(file), tables)
    if as_json:
        told = [verdict.as_dict() for verdict in verdicts]
        print(dumps(told[0] if file is None else told, indent=2, ensure_ascii=False))
        return
    publications, support = load_sources(project)["publications"], where_help_is(project.root)
    print("\n\n".join(describe_verdict(verdict, tables, publications, support) for verdict in verdicts))


def forces(*, xlsx: Path | None, ods: Path | None, csv: Path | None) -> None:
    """Write the force-by-force tables: all 44 forces, every year, every published figure, no ranking."""
    from cseanalysis.study.data.project import find_project
    from cseanalysis.study.recorded.force_book import write_force_tables

    with _steps() as say:
        for path in write_force_tables(find_project(), xlsx=xlsx, ods=ods, csv=csv):
            say(f"written: {path}")


def clean(
    source: Path,
    *,
    to: Path | None,
    report: Path | None,
    table: str | None,
    column: list[str],
    crosswalk: Path | None,
    convention: str | None,
    prefix: str,
) -> None:
    """Clean a published file: find its columns, map every label, and say what was read as what. Needs no checkout."""
    from cseanalysis.read.cleaned import clean_file

    told = clean_file(
        source,
        to=to,
        report=report,
        table=table,
        columns=column,
        crosswalk=crosswalk,
        convention=convention,
        prefix=prefix,
    )
    print(told)


def _interrupted(*_: object) -> NoReturn:
    print("\nstopped by Ctrl-C; what was not finished is as it was before", file=sys.stderr, flush=True)
    raise SystemExit(_INTERRUPTED)


def build_parser() -> tuple[ArgumentParser, dict[str, ArgumentParser]]:
    """Return the parser of the command line, and those of its commands by their names."""
    says = "Police-recorded child sexual exploitation and abuse: from raw figures to a versioned report."
    parser = ArgumentParser("cseanalysis", description=says, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="command")

    def command(carry_out: Callable[..., None]) -> Callable[..., object]:
        says = carry_out.__doc__
        made = commands.add_parser(carry_out.__name__, help=says, description=says, allow_abbrev=False)
        made.set_defaults(carry_out=carry_out)
        return made.add_argument

    command(data)
    takes = command(add)
    takes("source", help="The published file, or its https address.")
    takes(
        "--as",
        dest="layout",
        default="home-office-recorded-crime",
        help="How it is laid out: %(default)s, or home-office-outcomes.",
    )
    takes("--published", help="Day of publication, as 2026-07-23.")
    takes("--publisher", help="Who published it; the Home Office by default.")
    takes("--licence", help="Under which licence; OGL v3.0 by default.")
    takes("--title", help="Title as it shall stand among the sources.")
    takes("--address", help="Where a file on this computer came from.")
    takes("--tier", default="A", help="A for the publisher's own text, D for a copy.")
    takes("--caveat", action="append", default=[], help="What a reader must know of it; may be repeated.")
    takes("--sha256", help="The hash that the file must have.")
    takes("--yes", action="store_true", help="Ask nothing; --published must be given.")
    takes = command(update)
    takes("--yes", action="store_true", help="Ask nothing.")
    command(results)
    takes = command(report)
    takes("--assumptions", type=Path, help="Use these assumptions instead of the study's.")
    takes("--out", type=Path, help="Folder of the build.")
    command(verify)
    command(release)
    takes = command(diff)
    takes("first", type=Path, help="Folder of a build, edition or scenario, or . for the checkout.")
    takes("second", type=Path, help="Folder of another.")
    takes = command(run)
    takes("scenarios", type=Path, nargs="+", help="Files such as scenarios/long_delay.toml.")
    takes("--out", type=Path, help="Folder for their results; reports/scenarios without it.")
    takes("--scheduler", help="Address of a Dask cluster, as tcp://host:port.")
    _describe_numbers(command)
    _describe_tracker(command(tracker))
    takes = command(claim)
    takes("words", metavar="sentence", nargs="*", help="One sentence in quotes.")
    takes("--file", type=Path, help="Check every sentence of this file: a line each, or a CSV with a column sentence.")
    takes("--json", dest="as_json", action="store_true", help="Answer as JSON.")
    takes = command(forces)
    takes("--xlsx", type=Path, help="Write a workbook for Excel.")
    takes("--ods", type=Path, help="Write an OpenDocument workbook.")
    takes("--csv", type=Path, help="Write the tables as CSV into this folder.")
    _describe_clean(command(clean))
    return parser, commands.choices


def _describe_numbers(command: Callable[[Callable[..., None]], Callable[..., object]]) -> None:
    takes = command(figures)
    takes("words", nargs="*", help="Words and numbers to look for, or the id of one figure.")
    takes("--all", dest="every", action="store_true", help="Show all that were found, not the first ten.")
    takes("--json", dest="as_json", action="store_true", help="Print what was found as JSON.")
    takes = command(compare)
    takes("first", help="Id of a figure, e.g. F031.")
    takes("second", help="Id of another, e.g. F035.")
    takes = command(trace)
    takes("text", help="A number as it is written, e.g. 115,489, or the id of a result, figure or assumption.")
    takes("--json", dest="as_json", action="store_true", help="Print everything that is known of it as JSON.")
    takes = command(cite)
    takes("text", help="Id of a result, figure or assumption, e.g. contact_total, or a number as it is written.")
    takes("--bibtex", action="store_true", help="Print BibTeX alone.")


def _describe_tracker(takes: Callable[..., object]) -> None:
    takes("name", nargs="?", help="Which: recommendations, inquiries, statements or fields; all are counted without.")
    takes("words", nargs="*", help="Words that the rows must answer.")
    takes("--json", dest="as_json", action="store_true", help="Print the rows as JSON.")


def _describe_clean(takes: Callable[..., object]) -> None:
    takes("source", type=Path, help="A published workbook or CSV file.")
    takes("--to", type=Path, help="Write the cleaned table here: .parquet, .csv or .xlsx.")
    takes("--report", type=Path, help="Write what was read as what here, as JSON.")
    takes("--table", help="Which table of a workbook with several.")
    takes("--column", action="append", default=[], help="What a column is, as force='Name of area'; may be repeated.")
    takes("--crosswalk", type=Path, help="Rules of your own: a report whose to_fill_in was filled in.")
    takes("--convention", help="What a bare year or a date names: starts, ends, calendar, day_first, month_first.")
    takes("--prefix", default="", help="Put before the names of the new columns.")


def parse(words: list[str]) -> Namespace:
    """Return the command that the words name and what it is given; wrong use ends with exit code 2."""
    parser, commands = build_parser()
    if not words:
        parser.print_help()
        sys.exit(2)
    if words[0] in commands:
        chosen = commands[words[0]]
        known = re.findall(r"--[a-z\d-]+", chosen.format_usage())
        given, rest = chosen.parse_known_args(_options_first(words[1:], known))
        if rest:  # without the -- that was put before the names of files
            chosen.error(f"unrecognized arguments: {' '.join(word for word in rest if word != '--')}")
        return given
    return parser.parse_args(words)


def _options_first(words: list[str], known: list[str]) -> list[str]:
    """Options may stand among the names of files; the word after one is its value, if it is not the next option."""
    options: list[str] = []
    others: list[str] = []
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if word == "--":
            others += rest
            rest.clear()
        elif word in known and word not in _FLAGS and rest and rest[0].partition("=")[0] not in [*known, *_FLAGS]:
            options.append(f"{word}={rest.popleft()}")
        else:
            (options if word.startswith("-") and word != "-" else others).append(word)
    return [*options, *(["--", *others] if others else [])]


def main(words: list[str] | None = None) -> NoReturn:
    """Run the command line; errors a user can mend end in one message."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("error: ended from outside; nothing was changed, run it again"))
    signal.signal(signal.SIGINT, _interrupted)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a console that has no "£" shows a code for it and the rest
    words = sys.argv[1:] if words is None else words
    try:
        given = vars(parse(words))
        given.pop("carry_out")(**given)
        print(end="", flush=True)
    except BrokenPipeError:  # who reads has seen enough, as head has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except shutil.Error as error:  # a copy into the temporary folder failed
        where = tempfile.gettempdir()
        _refuse(f"{error.args[0][0][2]}; free some space in {where}, or set TMPDIR, and run again")
    except OSError as error:
        what = ": ".join(str(part) for part in (error.strerror, error.filename) if part) or str(error)
        there = "there, or set TMPDIR to another folder, " if _is_temporary(error.filename) else ""
        writable = "; make the folder writable" + _ELSEWHERE.get("".join(words[:1]), "")
        cure = {
            errno.ENOSPC: f"; free some space {there}and run again",
            errno.EDQUOT: f"; free some space {there}and run again",
            errno.EISDIR: "" if "name a file" in what else ", where one file is needed; name a file in it",
            errno.EROFS: writable,
            errno.EACCES: writable,
        }.get(error.errno or 0, "")
        _refuse(f"{what}{cure}")
    except ImportError as error:
        library = (error.name or "").partition(".")[0]
        told = not library or "; run" in str(error) or ": run" in str(error)
        _refuse(str(error) if told else f"{error}; {install_advice(library)}")
    except ValueError as error:
        _refuse(str(error))
    sys.exit(0)


def _refuse(message: str) -> NoReturn:
    """End with a message in which nothing, as the name of a file, can steer the terminal."""
    from cseanalysis.read.safety.limits import printable

    sys.exit("\n".join(map(printable, f"error: {message}".split("\n"))))


def _is_temporary(place: object) -> bool:
    return isinstance(place, str) and Path(place).is_relative_to(tempfile.gettempdir())


def _answer(question: str) -> str:
    try:
        return input(question)
    except EOFError:
        print()
        raise ValueError(
            "the input ended where an answer was asked for, so nothing was added; answer, or give --yes and --published"
        ) from None


def _prompt(question: str, usual: str | None) -> str:
    shown = question if usual is None else f"{question} [{usual}]"
    while not (answer := _answer(f"{shown}: ") or usual):
        pass
    return answer


def _confirm(question: str) -> bool:
    while (answer := _answer(f"{question} [y/N]: ").strip().lower()) not in {"", "n", "no", "y", "yes"}:
        print("answer y or n")
    return answer in {"y", "yes"}


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
