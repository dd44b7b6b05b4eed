import errno
import subprocess
import sys
from types import SimpleNamespace

import pytest

from cseanalysis.study.data import files
from cseanalysis.study.data.files import ROOM, check_writable, staged_folder, write_atomic


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a" / "b.txt"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]


@pytest.mark.parametrize("exchange", [True, False], ids=["one system call", "two renames"])
def test_a_folder_takes_the_place_of_the_old_one_and_leaves_no_debris(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(files, "_exchange", lambda new, target: False)
    target = tmp_path / "out"
    for content in ("one", "two"):
        with staged_folder(target) as staging:
            (staging / f"{content}.txt").write_text(content)
    assert [p.name for p in target.iterdir()] == ["two.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failure_half_way_leaves_the_old_folder(tmp_path):
    target = tmp_path / "out"
    with staged_folder(target) as staging:
        (staging / "one.txt").write_text("one")
    with pytest.raises(FileNotFoundError), staged_folder(target) as staging:
        (staging / "missing" / "two.txt").write_text("two")
    assert [p.name for p in target.iterdir()] == ["one.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    code = (
        "import os, signal, pathlib\n"
        "from cseanalysis.study.data.files import staged_folder\n"
        "with staged_folder(pathlib.Path('out')) as staging:\n"
        "    (staging / 'half.txt').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert [p.name.startswith(".out.staging-") for p in tmp_path.iterdir()] == [True]
    with staged_folder(tmp_path / "out") as staging:
        (staging / "whole.txt").write_text("whole")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_target_is_tried_before_any_work_and_nothing_stays_of_the_try(tmp_path, monkeypatch):
    check_writable(tmp_path / "not" / "there" / "build")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(files.shutil, "disk_usage", lambda place: SimpleNamespace(free=ROOM - 1))
    with pytest.raises(OSError, match="less than 30 MB are free") as caught:
        check_writable(tmp_path / "build")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_is_named_by_the_folder_that_was_being_written(tmp_path):
    with pytest.raises(OSError, match="No space") as caught, staged_folder(tmp_path / "build"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.filename == str(tmp_path / "build")
    assert list(tmp_path.iterdir()) == []
