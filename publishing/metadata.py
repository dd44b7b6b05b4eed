"""What others read about the package in their own formats: CITATION.cff, codemeta.json, .zenodo.json, codecheck.yml."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from cseanalysis.citation import Work, this_work

_ORCID = "https://orcid.org/"  # codemeta and CITATION.cff want an address, the two others the bare number
ROOT = Path(__file__).resolve().parent.parent
MADE = (
    "# Written by `make metadata` from src/cseanalysis/citation.toml, pyproject.toml and CHANGELOG.md: change those.\n"
)
# What an independent rerun (CODECHECK) should give again; the PDFs carry the hash of their inputs.
MANIFEST = {
    "reports/results.json": "every reported number, written by `make results`; `make verify` compares",
    "reports/build/brief.pdf": "two pages",
    "reports/build/report.pdf": "the report",
    "reports/build/annexes.pdf": "assumptions, figures, full tables, refusals, sensitivity",
}


def metadata_files() -> dict[str, str]:
    """Return each file's text by its name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[[^]]+\] - (\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)
    if newest is None:
        raise ValueError("CHANGELOG.md has no entry with a date: give the newest one '## [1.2.3] - 2026-01-31'")
    work, version, day = this_work(), project["version"], newest[1]
    return {
        "CITATION.cff": MADE + "".join(_yaml(_cff(work, version, day))),
        "codemeta.json": _json(_codemeta(work, project, day)),
        ".zenodo.json": _json(_zenodo(work, version, project["description"])),
        "codecheck.yml": MADE + "".join(_yaml(_codecheck(work))),
    }


def _cff(work: Work, version: str, day: str) -> dict[str, object]:
    keys = {"given": "given-names", "family": "family-names", "orcid": "orcid", "affiliation": "affiliation"}
    named = [
        {word: (_ORCID if key == "orcid" else "") + said for key, word in keys.items() if (said := getattr(one, key))}
        for one in work.authors
    ]
    return {
        "cff-version": "1.2.0",
        "message": "Please cite the edition whose numbers you use, with the input hash printed on its title page.",
        "title": f"cseanalysis: {work.title[0].lower()}{work.title[1:]}",
        "type": "software",
        "version": version,
        "date-released": day,
        "license": work.licence,
        **({"repository-code": work.address} if work.address else {}),
        "authors": [
            one if "family-names" in one else {"name": them.name} for one, them in zip(named, work.authors, strict=True)
        ],
        "keywords": list(work.keywords),
    }


def _codemeta(work: Work, project: Mapping[str, object], day: str) -> dict[str, object]:
    people = [
        {"@type": "Person", "givenName": one.given, "familyName": one.family}
        | ({"@id": f"{_ORCID}{one.orcid}"} if one.orcid else {})
        | ({"affiliation": {"@type": "Organization", "name": one.affiliation}} if one.affiliation else {})
        if one.family
        else {"@type": "Organization", "name": one.name}
        for one in work.authors
    ]
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": "cseanalysis",
        "description": project["description"],
        "version": project["version"],
        "dateModified": day,
        "license": f"https://spdx.org/licenses/{work.licence}",
        **({"codeRepository": work.address} if work.address else {}),
        "programmingLanguage": "Python",
        "runtimePlatform": f"Python {project['requires-python']}",
        "softwareRequirements": project["dependencies"],
        "author": people,
        "keywords": list(work.keywords),
    }


def _zenodo(work: Work, version: str, description: str) -> dict[str, object]:
    creators = [
        {"name": f"{one.family}, {one.given}" if one.family else one.name}
        | {key: value for key, value in (("orcid", one.orcid), ("affiliation", one.affiliation)) if value}
        for one in work.authors
    ]
    return {
        "title": f"cseanalysis: {work.title}",
        "description": escape(description),  # which is read as HTML there
        "upload_type": "software",
        "version": version,
        "license": work.licence,
        "access_right": "open",
        "creators": creators,
        "keywords": list(work.keywords),
    }


def _codecheck(work: Work) -> dict[str, object]:
    authors = [{"name": one.name} | ({"ORCID": one.orcid} if one.orcid else {}) for one in work.authors]
    return {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {"title": work.title, "authors": authors},
        "manifest": [{"file": name, "comment": comment} for name, comment in MANIFEST.items()],
        **({"repository": work.address} if work.address else {}),
        "summary": "Not checked yet. To check: clone, run `make report` and `make verify`, compare results.json.",
    }


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _yaml(node: object, indent: str = "") -> Iterator[str]:
    """Write mappings, lists of them and texts; a text in JSON's quotes is a text in YAML."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            nested = isinstance(value, Mapping | list)
            yield f"{indent}{key}:" + ("\n" if nested else f" {json.dumps(value, ensure_ascii=False)}\n")
            if nested:
                yield from _yaml(value, indent + "  ")
    elif isinstance(node, list):
        for entry in node:
            text = "".join(_yaml(entry, indent + "  "))
            yield f"{indent}- {text[len(indent) + 2 :]}" if isinstance(entry, Mapping) else f"{indent}- {text}"
    else:
        yield json.dumps(node, ensure_ascii=False) + "\n"
