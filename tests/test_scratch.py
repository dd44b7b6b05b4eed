"""Temporary folders go with their process, and what a killed one left goes with the next."""

import errno
import subprocess
import sys
import tempfile

import pytest

from cseanalysis.scratch import naming, scratch_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="asking after a process there would end it")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def gone():
    """The number of a process that has ended."""
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    return int(done.stdout)


def test_a_killed_run_leaves_a_folder_that_the_next_run_sweeps(home):
    code = (
        "import os, signal\nfrom cseanalysis.scratch import scratch_folder\n"
        f"with scratch_folder(within={str(home)!r}) as folder:\n"
        "    (folder / 'large').touch()\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(list(home.iterdir())) == 1
    with scratch_folder() as own:
        assert list(home.iterdir()) == [own]
    assert list(home.iterdir()) == []


def test_what_another_may_use_or_what_is_not_ours_stays(home, gone):
    elsewhere = home / "elsewhere"
    for folder in (elsewhere, home / "cse-mine", home / f"other-{gone}-abc", home / f"cseanalysis-{gone}-a b"):
        folder.mkdir()
    (elsewhere / "thesis.txt").touch()
    (home / f"cse-{gone}-link").symlink_to(elsewhere)
    (home / f"cse-{gone}-file").touch()
    with scratch_folder("cse") as busy:  # of a process that lives
        before = sorted(home.iterdir())
        with scratch_folder():
            pass
        assert sorted(home.iterdir()) == before
        assert busy in before
    assert (elsewhere / "thesis.txt").exists()


def test_a_folder_that_is_locked_stays_though_its_process_has_no_number_here(home, gone):
    # In another container the process has another number.
    held = home / f"cseanalysis-{gone}-held"
    held.mkdir()
    code = (
        f"import fcntl, os, sys\nfcntl.flock(os.open({str(held)!r}, os.O_RDONLY), fcntl.LOCK_EX)\nprint(flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code + "sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        with scratch_folder():
            pass
        assert held.exists()
    with scratch_folder():
        pass
    assert not held.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_is_named_where_the_system_does_not(tmp_path, number):
    with pytest.raises(OSError, match="refuses") as caught, naming(tmp_path):
        raise OSError(number, "the disk refuses")
    assert (caught.value.errno, caught.value.filename) == (number, str(tmp_path))
    with pytest.raises(OSError, match="refuses") as caught, naming(tmp_path):
        raise OSError(number, "the disk refuses", "inner")
    assert caught.value.filename == "inner"
    with pytest.raises(FileNotFoundError) as caught, naming(tmp_path):
        (tmp_path / "none").read_bytes()
    assert caught.value.filename == str(tmp_path / "none")
