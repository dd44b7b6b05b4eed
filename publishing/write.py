"""Write what others read about the package, and which cell every number, table and chart comes from: `make metadata`.

    python publishing/write.py [--check]

With --check nothing is written; the exit code is 1 when a file is not as it would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from checklists import checklist_files
from exhibits import exhibit_files
from metadata import ROOT, metadata_files


def generated() -> dict[str, str]:
    """Return the text of every generated file by its name."""
    return metadata_files() | exhibit_files() | checklist_files()


def main() -> int:
    """Write the files that differ, or only name them."""
    paths = {ROOT / name: text for name, text in generated().items()}
    stale = [path for path, text in paths.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'out of date, run `make metadata`' if '--check' in sys.argv else 'written'}")
        if "--check" not in sys.argv:
            path.write_text(paths[path], encoding="utf-8")
    return int("--check" in sys.argv and bool(stale))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ValueError as error:
        sys.exit(str(error))
