"""The state of the package's own code, on which every number rests as much as on the data."""

from __future__ import annotations

from pathlib import Path

from cseanalysis.study.project import sha256

_PACKAGE = Path(__file__).resolve().parent.parent
_NO_NUMBERS = ("report", "cli.py", "__main__.py")  # code that words and typesets, and computes nothing


def code_hashes() -> dict[str, str]:
    """Return the hash of each file of the package that numbers rest on, by its path in the package.

    Examples
    --------
    >>> "study/package_code.py" in code_hashes()
    True
    """
    return {
        name.as_posix(): sha256(path.read_bytes())
        for path in sorted([*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.csv")])
        if (name := path.relative_to(_PACKAGE)).parts[0] not in _NO_NUMBERS
    }
