"""Getting one published file from its address: whole, of a bounded size, from the host named, or not at all."""

from __future__ import annotations

import hashlib
import re
import time
import urllib.request
from dataclasses import replace
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit

from cseanalysis.read.safety import DEFAULT_LIMITS, UnsafeFileError, run_capped
from cseanalysis.read.safety.limits import printable
from cseanalysis.study.data.project import ChecksumError

MAX_BYTES = DEFAULT_LIMITS.file_bytes
_PIECE = 1 << 16
_SCHEMES = ("https",)
# So much of what a server says is repeated in a message.
_SAID = 100


class NotThereError(ConnectionError):
    """The server of an address answers, and not with the file."""


def is_address(source: str) -> bool:
    """Whether ``source`` names something on the web rather than a file here."""
    return re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE) is not None


def fetch(
    address: str,
    folder: Path,
    *,
    sha256: str | None = None,
    max_bytes: int = MAX_BYTES,
    timeout: float = 30.0,
    deadline: float = 600.0,
) -> Path:
    """Download one file into ``folder``, in a process of its own that ends at the deadline."""
    # Without ``sha256`` any file is accepted, and the caller pins what came. ``timeout`` is of seconds without a word,
    # ``deadline`` of seconds for everything.
    _check_address(address)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", urlsplit(address).path.rsplit("/", 1)[-1]).lstrip(".")
    if not name:
        raise ValueError(f"{address} ends in no file name; give the address of the file itself, not of its page")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.part"
    ends = time.monotonic() + deadline
    limits = replace(DEFAULT_LIMITS, seconds=deadline)
    try:
        try:
            run_capped(download, address, part, max_bytes, timeout, limits=limits, wall=deadline, fresh=True)
        except UnsafeFileError as error:
            if time.monotonic() < ends:
                raise ConnectionError(f"{address} could not be read ({error}); nothing was kept") from error
            raise TimeoutError(f"{address} took more than {deadline:g} seconds; nothing was kept, try again") from error
        if sha256 is not None and hashlib.sha256(part.read_bytes()).hexdigest() != sha256.lower():
            raise ChecksumError(
                f"the file at {address} is not the one with sha256 {sha256}: it was changed or damaged on the way; "
                "check the address, and register a corrected file under its own date of publication"
            )
        return part.replace(folder / name)
    finally:
        part.unlink(missing_ok=True)


def _check_address(address: str) -> None:
    if not address.isprintable() or " " in address:
        raise ValueError(f"{printable(address)} holds a space or a control character; an address has none")
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (read to have it checked)
    except ValueError as error:
        raise ValueError(f"{address} is no https address ({error}); give one that begins with https://") from error
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address holds a name or password, and addresses are published; leave it out")
    if not parts.hostname or parts.scheme not in _SCHEMES:
        raise ValueError(f"{address} is no https address; give one that begins with https://")


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follow a redirection within the host that was named, and no other."""

    max_redirections = 3

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> HTTPResponse | None:
        target = headers.get("Location", "")
        try:
            old, new = urlsplit(req.full_url), urlsplit(urljoin(req.full_url, target))
            same = (old.scheme, old.netloc) == (new.scheme, new.netloc)
        except ValueError:
            same = False
        if not same:
            fp.close()
            raise ValueError(
                f"{req.full_url} redirects to {_said(target)!r}; another host is not followed: "
                "check that address, and give it directly if it is the publisher's"
            )
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def download(address: str, output: Path, max_bytes: int, timeout: float) -> None:
    """Write what stands at an address into a file, in the process in which it is called."""
    # identity: a packed answer could grow past the limit after it was counted
    headers = {"Accept-Encoding": "identity", "User-Agent": "cseanalysis"}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 (the scheme was checked)
    try:
        with urllib.request.build_opener(_SameHost).open(request, timeout=timeout) as answer:
            length = _length(address, answer, max_bytes)
            received = 0
            with output.open("wb") as stream:
                while piece := answer.read1(_PIECE):
                    received += len(piece)
                    if received > max_bytes:
                        raise ValueError(f"{address} sends more than {max_bytes:,} bytes, the limit; nothing was kept")
                    stream.write(piece)
    except HTTPError as error:
        error.close()
        raise NotThereError(f"{address} answers {error.code} {_said(error.reason)}; check the address") from None
    except (URLError, HTTPException) as error:
        raise ConnectionError(
            f"{address} could not be read whole ({_said(error)}); nothing was kept, try again"
        ) from None
    if length is not None and received != length:
        raise ConnectionError(
            f"{address} broke off after {received:,} of {length:,} bytes; nothing was kept, try again"
        )


def _said(words: object) -> str:
    """Repeat what a server said, so that it cannot steer a terminal."""
    return printable(str(words)[:_SAID])


def _length(address: str, answer: HTTPResponse, max_bytes: int) -> int | None:
    """Give the announced length; None where the end is marked in another way."""
    if answer.status != 200:
        raise ValueError(
            f"{address} answers {answer.status} {_said(answer.reason)}, not 200: perhaps only a part of the file; "
            "try again, or download the file by hand"
        )
    if answer.headers.get_content_type() == "text/html":
        raise ValueError(f"{address} is a web page; give the address of the file that it links to")
    if (packed := answer.headers.get("Content-Encoding", "identity")) != "identity":
        raise ValueError(f"{address} answers in {_said(packed)} though asked not to; download the file by hand")
    announced = set(answer.headers.get_all("Content-Length", []))
    if answer.chunked and not announced:
        return None
    if not announced:
        raise ValueError(f"{address} announces no length, so a cut could not be seen; download the file by hand")
    length = next(iter(announced)).strip()
    if answer.chunked or len(announced) > 1 or not (length.isascii() and length.isdigit()):
        stated = _said(" and ".join(sorted(announced)))
        raise ValueError(
            f"{address} announces the length {stated!r}{' and pieces' * bool(answer.chunked)}, where one whole number "
            "is the rule, so a cut could not be seen; download the file by hand"
        )
    if int(length) > max_bytes:
        raise ValueError(f"{address} is {int(length):,} bytes; the limit is {max_bytes:,}: download the file by hand")
    return int(length)
