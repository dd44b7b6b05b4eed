"""Build wheel and source distribution into dist/, with a bill of materials and the licences of others beside them.

    python publishing/bill.py [FOLDER]

Run from the environment of `make report`: the packages of requirements/report.txt that are installed are listed, in
CycloneDX's form, with the hashes of the lock; the notices hold the licence that each package brings. The time
in all of them is SOURCE_DATE_EPOCH, or that of the last commit.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "report.txt"
_LOCKED = re.compile(
    r"^([\w.-]+)==(\S+)(?: ;[^\n\\]*)? *\\\n((?:\s+--hash=sha256:[0-9a-f]{64} ?\\?\n?)+)", re.MULTILINE
)
_TEXT = re.compile(r"(?:licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)


def installed(lock: str) -> Iterator[tuple[Distribution, list[str]]]:
    """Yield the locked packages that are here in their locked version, with the hashes of their files."""
    for name, version, hashes in _LOCKED.findall(lock):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another system or another Python
        if found.version == version:
            yield found, re.findall(r"[0-9a-f]{64}", hashes)


def bill(version: str, when: datetime) -> dict[str, object]:
    """Return the bill of materials; the same inputs give the same number."""
    lock = LOCK.read_text(encoding="utf-8")
    parts = [_component(found, hashes) for found, hashes in installed(lock)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([version, parts]))}",
        "version": 1,
        "metadata": {
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "library", "name": "cseanalysis", "version": version, "licenses": _licence("MIT")},
        },
        "components": parts,
    }


def notices() -> str:
    """Return name, version and licence of each package, with the texts that it brings."""
    parts = ["What an installation of the report brings besides cseanalysis, and under which licences.\n"]
    for found, _ in installed(LOCK.read_text(encoding="utf-8")):
        name = found.metadata["Name"]
        parts.append(f"\n{'=' * 80}\n{name} {found.version}: {_said(found) or 'see its text'}\n")
        own = sorted(path for path in found.files or () if ".dist-info" in str(path) and _TEXT.search(str(path)))
        parts += [f"\n--- {path.name}\n\n{path.read_text(encoding='utf-8').strip()}\n" for path in own]
    return "".join(parts)


def _component(found: Distribution, hashes: list[str]) -> dict[str, object]:
    name, said = found.metadata["Name"].lower(), _said(found)
    return {
        "type": "library",
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{name}@{found.version}",
        **({"licenses": _licence(said)} if said else {}),
        # The lock names every file that may stand for the package, of which a system takes one.
        "properties": [{"name": "cseanalysis:locked-sha256", "value": one} for one in hashes],
    }


def _said(found: Distribution) -> str:
    """Return a package's licence in a line: its expression, or what its classifiers or its field say."""
    data = found.metadata
    classes = [one.rpartition(" :: ")[2] for one in data.get_all("Classifier", []) if one.startswith("License")]
    field = data.get("License", "") or ""
    return data.get("License-Expression") or "; ".join(classes) or (field if "\n" not in field else "")


def _licence(words: str) -> list[dict[str, object]]:
    return [{"license": {"name": words}}]


def main(folder: Path) -> None:
    """Write the files of a release."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        command = ["git", "log", "-1", "--format=%ct"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        epoch = done.stdout.strip() or "315532800"
    settings = os.environ | {"SOURCE_DATE_EPOCH": epoch}
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, env=settings)
    content = json.dumps(bill(version, datetime.fromtimestamp(int(epoch), UTC)), indent=1) + "\n"
    (folder / f"cseanalysis-{version}.cdx.json").write_text(content, encoding="utf-8")
    (folder / "THIRD_PARTY_NOTICES.txt").write_text(notices(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist").resolve())
