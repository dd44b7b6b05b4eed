"""Files that appear whole or not at all."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.export import write_csv
from cseanalysis.export.writing import check_targets, write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def fail_on(monkeypatch, call, number):
    """Let the call of a given number to ``os.<call>`` end as it does on a full disk."""
    calls = []
    real = getattr(os, call)

    def full(*arguments, **named):
        calls.append(arguments)
        if len(calls) == number:
            raise OSError(errno.ENOSPC, "No space left on device", "/temporary")
        return real(*arguments, **named)

    monkeypatch.setattr(os, call, full)


def test_a_disk_that_fills_up_at_the_second_file_leaves_both_as_they_were(tmp_path, monkeypatch):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"old")
    fail_on(monkeypatch, "fsync", 2)
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole({one: b"new", two: b"new"})
    assert caught.value.filename == str(two)
    assert (one.read_bytes(), names(tmp_path)) == (b"old", ["one"])


def test_the_public_writers_leave_the_old_file_when_the_disk_is_full(tmp_path, monkeypatch):
    target = tmp_path / "a.csv"
    target.write_bytes(b"old")
    fail_on(monkeypatch, "fsync", 1)
    with pytest.raises(OSError, match="No space left"):
        write_csv(pd.DataFrame({"A": ["x"]}), target)
    assert (target.read_bytes(), names(tmp_path)) == (b"old", ["a.csv"])


def test_a_folder_as_target_is_named_and_nothing_is_left_beside_it(tmp_path):
    (tmp_path / "folder").mkdir()
    for act in (lambda path: write_whole({tmp_path / "b": b"", path: b""}), lambda path: check_targets([path])):
        with pytest.raises(IsADirectoryError, match="is a folder") as caught:
            act(tmp_path / "folder")
        assert caught.value.filename == str(tmp_path / "folder")
    assert names(tmp_path) == ["folder"]


def test_a_device_or_pipe_is_not_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no ordinary file"):
        write_whole({tmp_path / "pipe": b""})
    assert (tmp_path / "pipe").is_fifo()


def test_a_long_name_leaves_room_for_the_temporary_one(tmp_path):
    write_whole({tmp_path / ("x" * 250): b"a"})
    assert names(tmp_path) == ["x" * 250]


def test_before_any_work_a_missing_or_locked_place_is_named(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="its folder does not exist"):
        check_targets([tmp_path / "none" / "a"])
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match="its folder"):
        check_targets([tmp_path / "file" / "a"])
    check_targets([tmp_path / "a", tmp_path / "file"])
    real_open = Path.open

    def locked(self, *arguments, **named):
        if self.name == "file":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return real_open(self, *arguments, **named)

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(PermissionError, match="file"):
        check_targets([tmp_path / "file"])
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError) as caught:
        check_targets([tmp_path / "a"])
    assert caught.value.filename == str(tmp_path / "a")


def test_what_a_killed_run_left_beside_a_file_goes_with_the_next_write_and_nothing_else(tmp_path):
    target = tmp_path / "out.csv"
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom cseanalysis.export.writing import write_whole\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"write_whole({{Path({str(target)!r}): b'new'}})\n"
    )
    target.write_bytes(b"old")
    subprocess.run([sys.executable, "-c", code], check=False)
    (left,) = (path for path in tmp_path.iterdir() if path != target)
    assert target.read_bytes() == b"old"
    others = [tmp_path / f".out.csv.{os.getpid()}-abcdefgh", tmp_path / ".out.csv.notes", tmp_path / f"x{left.name}"]
    for path in others:
        path.touch()
    write_whole({target: b"newer"})
    assert sorted(tmp_path.iterdir()) == sorted([target, *others])
    assert target.read_bytes() == b"newer"
