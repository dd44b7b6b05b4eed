"""A table with one thing broken is read right or refused with the place: never silently changed."""

import re
import time

import broken
import pandas as pd
import pytest

from cseanalysis.read import UnreadableFileError, UnsafeFileError, read_recorded_crime

CASES = [
    *(
        (f"{case}, {name}", name, data, expected)
        for case, (rows, expected) in broken.TABLES.items()
        for name, data in broken.formats(rows).items()
    ),
    *((case, *what) for case, what in broken.SPECIAL.items()),
]


def read(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    start = time.monotonic()
    try:
        frame = read_recorded_crime(path)
    except (UnreadableFileError, UnsafeFileError) as error:
        return str(error)
    finally:
        assert time.monotonic() - start < 20
    plain = frame[broken.COLUMNS].astype(object)
    found = [tuple(None if pd.isna(cell) else cell for cell in line) for line in plain.values.tolist()]
    return found, frame["flag"].astype(object).tolist()[0]


def test_the_corpus_has_at_least_120_broken_files():
    assert len(CASES) + 3 * len(broken.CODES) >= 120


@pytest.mark.parametrize(("name", "data", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_broken_file_is_read_right_or_refused_with_the_place(name, data, expected, tmp_path):
    result = read(tmp_path, name, data)
    if isinstance(expected, str):
        assert isinstance(result, str), f"read as {result}"
        assert re.search(expected, result, re.DOTALL), result
        assert result.startswith(name)
        return
    assert not isinstance(result, str), result
    found, flag = result
    first = broken.TRUTH[0]
    if isinstance(expected, int):
        first = (*first[:4], expected)
    elif isinstance(expected, tuple):
        assert flag == expected[0]
        first = (*first[:4], expected[1] if len(expected) > 1 else None)
    assert found == [first, *broken.TRUTH[1:]]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.ods"])
@pytest.mark.parametrize("code", broken.CODES)
def test_a_code_comes_out_letter_by_letter(code, name, tmp_path):
    found, _ = read(tmp_path, name, broken.formats(broken.changed(1, 6, code))[name])
    assert [line[3] for line in found] == [code, "4.10", "2"]
