"""Getting one published file from its address: whole, of a bounded size, from the host named, or not at all."""

from __future__ import annotations

import logging
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from cseanalysis.lazy import install_advice
from cseanalysis.study.project import ChecksumError

MAX_BYTES = 100_000_000
_PIECE = 1 << 16
# Only for a server on this very machine, where there is nobody between.
_LOCAL = "127.0.0.1"


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
    """Download one file into ``folder``.

    Parameters
    ----------
    address
        An ``https`` address without name or password in it.
    folder
        Where the file goes, under the last part of its address.
    sha256
        The hash that the file must have; without it any file is accepted, and the caller pins what came.
    max_bytes
        Largest size.
    timeout, deadline
        Seconds without an answer, and seconds for the whole.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        When the address, the size, the redirection or the kind of answer is refused.
    ChecksumError
        When the file has another hash.
    OSError
        When the server cannot be reached, answers with an error, or the connection is cut.
    """
    _check_address(address)
    try:
        import pooch
    except ModuleNotFoundError as error:
        raise ValueError(f"downloading needs pooch: {install_advice('read')}, or download the file first") from error

    name = re.sub(r"[^A-Za-z0-9._-]", "_", urlsplit(address).path.rsplit("/", 1)[-1]).lstrip(".")
    if not name:
        raise ValueError(f"{address} ends in no file name; give the address of the file itself, not of its page")
    download = partial(_download, max_bytes=max_bytes, timeout=timeout, deadline=deadline)
    known = None if sha256 is None else f"sha256:{sha256}"
    with _quiet():
        try:
            return Path(pooch.retrieve(address, known_hash=known, fname=name, path=folder, downloader=download))
        except ValueError as error:
            if "hash" not in str(error):
                raise
            raise ChecksumError(
                f"the file at {address} is not the one with sha256 {sha256}: it was changed or damaged on the way; "
                "check the address, and register a corrected file under its own date of publication"
            ) from error


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address holds a name or password, and addresses are published; leave it out")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == _LOCAL)):
        raise ValueError(f"{address} is no https address; give one that begins with https://")


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follow a redirection within the host that was named, and no other."""

    max_redirections = 3

    def redirect_request(  # noqa: PLR0917 (the standard library's signature)
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            fp.close()
            raise ValueError(
                f"{req.full_url} redirects to {new.scheme}://{new.hostname}; another host is not followed: "
                "check that address, and give it directly if it is the publisher's"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(address: str, output: str | Path, _: Any, *, max_bytes: int, timeout: float, deadline: float) -> None:
    end = time.monotonic() + deadline
    # identity: a packed answer could grow past the limit after it was counted
    headers = {"Accept-Encoding": "identity", "User-Agent": "cseanalysis"}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 (the scheme was checked)
    try:
        with urllib.request.build_opener(_SameHost).open(request, timeout=timeout) as answer:
            length = _length(address, answer, max_bytes)
            received = 0
            with Path(output).open("wb") as stream:
                while piece := answer.read1(_PIECE):
                    received += len(piece)
                    if received > max_bytes:
                        raise ValueError(f"{address} sends more than {max_bytes:,} bytes, the limit; nothing was kept")
                    if time.monotonic() > end:
                        raise TimeoutError(
                            f"{address} took more than {deadline:g} seconds; nothing was kept, try again"
                        )
                    stream.write(piece)
    except HTTPError as error:
        error.close()
        raise ConnectionError(f"{address} answers {error.code} {error.reason}; check the address") from error
    except (URLError, HTTPException) as error:
        raise ConnectionError(f"{address} could not be read whole ({error}); nothing was kept, try again") from error
    if length is not None and received != length:
        raise ConnectionError(
            f"{address} broke off after {received:,} of {length:,} bytes; nothing was kept, try again"
        )


def _length(address: str, answer: HTTPResponse, max_bytes: int) -> int | None:
    """Give the announced length; None where the end is marked in another way."""
    if answer.headers.get_content_type() == "text/html":
        raise ValueError(f"{address} is a web page; give the address of the file that it links to")
    if (packed := answer.headers.get("Content-Encoding", "identity")) != "identity":
        raise ValueError(f"{address} answers in {packed} though asked not to; download the file by hand")
    announced = answer.headers.get("Content-Length")
    if announced is None:
        if not answer.chunked:
            raise ValueError(f"{address} announces no length, so a cut could not be seen; download the file by hand")
        return None
    if int(announced) > max_bytes:
        raise ValueError(
            f"{address} is {int(announced):,} bytes; the limit is {max_bytes:,}: raise it if that is right"
        )
    return int(announced)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pooch from advising on hashes, which are pinned elsewhere."""
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
