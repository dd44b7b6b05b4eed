"""Every file from elsewhere is read from a private copy, in a process that its reader cannot outgrow."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hostile
import pandas as pd
import pytest

from cseanalysis.read import UnreadableFileError, read_recorded_crime, read_spreadsheet
from cseanalysis.read.safety import DEFAULT_LIMITS, Limits, UnsafeFileError, private, run_capped
from cseanalysis.read.safety.private import private_copy

POSIX = pytest.mark.skipif(os.name != "posix", reason="these files exist on Unix only")
TABLE = b"force,offences\nKent,12\nSurrey,7\n"


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """A temporary folder of each test's own, to see what stays in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def saved(folder, name, contents):
    path = folder / name
    path.write_bytes(contents)
    return path


def run(script, **options):
    """Start a Python process that uses this package."""
    folder = Path(__file__).parent
    lines = f"import sys; sys.path.insert(0, {str(folder)!r})\n{script}"
    return subprocess.Popen([sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True, **options)


def test_a_copy_holds_the_bytes_that_were_hashed(tmp_path, temporary):
    path = saved(tmp_path, "a.csv", TABLE)
    with private_copy(path) as copy:
        path.write_bytes(b"other")
        assert copy.path.name == "a.csv"
        assert copy.path.read_bytes() == TABLE
        assert (copy.size, copy.sha256) == (len(TABLE), hashlib.sha256(TABLE).hexdigest())
        assert copy.path.parent.stat().st_mode & 0o077 == 0
    assert list(temporary.iterdir()) == []


def test_what_a_link_leads_to_is_read_once(tmp_path):
    one, two = saved(tmp_path, "one.csv", b"a,b\n1,1\n"), saved(tmp_path, "two.csv", b"a,b\n2,2\n")
    link = tmp_path / "link.csv"
    link.symlink_to(one)
    with private_copy(link) as copy:
        link.unlink()
        link.symlink_to(two)
        assert copy.sha256 == hashlib.sha256(one.read_bytes()).hexdigest()
        assert read_spreadsheet(copy.path)["link.csv"].frame["a"].tolist() == ["1"]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch, temporary):
    path = saved(tmp_path, "a.csv", TABLE)
    read = os.read

    def read_late(number, size):
        with path.open("ab") as stream:
            stream.write(b"Essex,1\n")
        monkeypatch.setattr(private.os, "read", read)
        return read(number, size)

    monkeypatch.setattr(private.os, "read", read_late)
    with pytest.raises(UnsafeFileError, match=r"^a.csv: the file changed while it was read; wait"):
        read_spreadsheet(path)
    assert list(temporary.iterdir()) == []


@POSIX
def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path):
    pipe = tmp_path / "a.csv"
    os.mkfifo(pipe)
    device = "a pipe or a device; name one ordinary file"
    folder = "a folder, where one file is needed; name a file in it"
    for path, reason in [(pipe, device), ("/dev/zero", device), (tmp_path, folder)]:
        with pytest.raises(UnsafeFileError, match=f"this is {reason}$"):
            read_spreadsheet(path)


def test_a_file_of_ten_gigabytes_is_refused_by_its_size(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        stream.truncate(10 << 30)
    with pytest.raises(UnsafeFileError, match=r"found 10,737,418,240 bytes, more than 200,000,000; limit `file_bytes`"):
        read_spreadsheet(path)


def test_a_missing_file_is_missing_and_a_number_is_no_path(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv"):
        read_spreadsheet(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="not by a int; give a str or a Path"):
        read_spreadsheet(3)


def test_a_name_cannot_steer_a_terminal(tmp_path):
    path = saved(tmp_path, "a\x1b[31m.csv", b"a,b\n1,\x00\n")
    with pytest.raises(UnsafeFileError) as raised:
        read_spreadsheet(path)
    assert str(raised.value).isprintable()
    assert r"a\x1b[31m.csv, line 2: found a NUL byte" in str(raised.value)


def test_an_error_names_the_file_and_not_its_copy(tmp_path, temporary):
    path = saved(tmp_path, "a.csv", TABLE)
    with pytest.raises(UnreadableFileError) as raised:
        read_recorded_crime(path)
    assert raised.value.path == path
    assert raised.value.args[0] == path
    assert str(temporary) not in str(raised.value)
    assert list(temporary.iterdir()) == []


def test_limits_are_given_to_a_reader_as_its_refusal_says(tmp_path):
    from cseanalysis.read import Limits as Public

    path = saved(tmp_path, "a.csv", b"a,b\n1," + b"x" * 40_000 + b"\n")
    with pytest.raises(UnsafeFileError, match=r"limits=cseanalysis\.read\.Limits\(cell_text=\.\.\.\)"):
        read_spreadsheet(path)
    assert len(read_spreadsheet(path, limits=Public(cell_text=50_000))["a.csv"].frame["b"][0]) == 40_000


def test_one_process_serves_many_files_until_one_goes_wrong():
    first = run_capped(os.getpid)
    assert first != os.getpid()
    assert run_capped(os.getpid) == first
    with pytest.raises(ValueError, match="A1"):
        run_capped(hostile.work, "value")
    assert run_capped(os.getpid) == first
    assert run_capped(os.getpid, fresh=True) != first
    with pytest.raises(UnsafeFileError):
        run_capped(hostile.work, "crash")
    second = run_capped(os.getpid)
    assert second != first
    run_capped(hostile.work, "fill")
    assert run_capped(os.getpid) != second


def test_many_threads_read_at_once(tmp_path):
    paths = [saved(tmp_path, f"{n}.csv", b"force,n\nKent,%d\n" % n) for n in range(6)]
    with ThreadPoolExecutor(3) as pool:
        tables = list(pool.map(read_spreadsheet, paths))
    assert [table[f"{n}.csv"].frame["n"].tolist() for n, table in enumerate(tables)] == [[str(n)] for n in range(6)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_leaves_its_parents_process_alone():
    script = (
        "import os, time; from cseanalysis.read.safety import run_capped\n"
        "first = run_capped(os.getpid)\n"
        "if os.fork() == 0:\n print(run_capped(os.getpid) != first, flush=True); os._exit(0)\n"
        "os.wait(); print(run_capped(os.getpid) == first)"
    )
    assert run(script).communicate()[0].split() == ["True", "True"]


@pytest.mark.skipif(sys.platform != "linux", reason="where to look for a process is known on Linux only")
def test_a_child_ends_with_its_parent():
    parent = run(
        "import hostile, os; from cseanalysis.read.safety import run_capped\n"
        "print(run_capped(os.getpid), flush=True); run_capped(hostile.work, 'sleep')"
    )
    child = Path("/proc", parent.stdout.readline().strip())
    assert child.exists()
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    ends = time.monotonic() + 20
    while child.exists() and time.monotonic() < ends:
        time.sleep(0.02)
    assert not child.exists()


def test_a_warning_of_the_child_is_given_here():
    with pytest.warns(UserWarning, match=r"^doubtful: A1$"):
        assert run_capped(hostile.work, "warn") == "read"


def test_every_reader_fails_with_an_explanation(tmp_path):
    with pytest.raises(UnsafeFileError, match=r"^a.csv: its reader failed \(KeyError: 'no'\); open the file"):
        private_reader(saved(tmp_path, "a.csv", TABLE))


def private_reader(path):
    from cseanalysis.read.safety import parse_in_child

    return parse_in_child(hostile.fail, path)


def test_a_child_returns_tables_and_plain_values():
    pd.testing.assert_frame_equal(run_capped(hostile.work, "frame"), hostile.work("frame"))
    first, second, third = run_capped(hostile.work, "tables")
    assert first["a"].to_pylist() == ["a", "b"]
    assert first.schema.metadata == {b"grid": b"x"}
    assert (second, third) == (("b", {"c": 1}), None)


@pytest.mark.parametrize(
    ("kind", "limits", "reason"),
    [
        ("hog", DEFAULT_LIMITS, "limit `memory_bytes`"),
        ("sleep", Limits(seconds=0.2), r"took more than 1\.2 seconds by the clock.*; limit `seconds`"),
        ("crash", DEFAULT_LIMITS, "SIGABRT"),
    ],
)
def test_a_child_that_exceeds_its_limits_is_an_unsafe_file(kind, limits, reason):
    with pytest.raises(UnsafeFileError, match=f"work.*{reason}"):
        run_capped(hostile.work, kind, limits=limits)


@POSIX
def test_a_child_has_so_much_processor_time_however_busy_the_machine_is():
    with pytest.raises(UnsafeFileError, match=r"took more than 0\.5 seconds of processor time; limit `seconds`"):
        run_capped(hostile.work, "spin", limits=Limits(seconds=0.5), wall=60)


def test_a_childs_own_errors_come_back_as_they_were():
    with pytest.raises(ValueError, match=r"^cell A1 is wrong$"):
        run_capped(hostile.work, "value")
    with pytest.raises(UnreadableFileError, match="sheet 's', A1: wrong") as raised:
        run_capped(hostile.work, "unreadable")
    assert raised.value.problems[0].cell == "A1"
    with pytest.raises(TypeError, match="object cannot travel"):
        run_capped(hostile.work, "object")


def test_a_function_that_no_other_process_finds_is_refused():
    with pytest.raises(ValueError, match="cannot be found by another process"):
        run_capped(lambda: 1)
