"""A server on this machine that behaves badly in every way that a download must survive."""

import hashlib
import io
import threading
import time
from contextlib import suppress
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request

import pytest

from cseanalysis.study.data import fetch as fetching
from cseanalysis.study.data.fetch import fetch, is_address
from cseanalysis.study.data.project import ChecksumError

BODY = b"Financial Year,Financial Quarter\n2023/24,1\n" * 100
DIGEST = hashlib.sha256(BODY).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.close_connection = True
        with suppress(ConnectionError):
            getattr(self, f"send_{self.path.strip('/').partition('.')[0]}", self.send_missing)()

    def head(self, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send_whole(self):
        self.head(Content_Length=str(len(BODY)), Content_Type="text/csv")
        self.wfile.write(BODY)

    def send_chunked(self):
        self.head(Transfer_Encoding="chunked")
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY))

    def send_cut(self):
        self.head(Content_Length=str(len(BODY) + 1))
        self.wfile.write(BODY)

    def send_chunkedcut(self):
        self.head(Transfer_Encoding="chunked")
        self.wfile.write(b"%x\r\n%s" % (len(BODY) + 1, BODY))

    def send_unmarked(self):
        self.head()
        self.wfile.write(BODY)

    def send_endless(self):
        self.head(Transfer_Encoding="chunked")
        while True:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(BODY), BODY))

    def send_huge(self):
        self.head(Content_Length=str(10**12))

    def send_drip(self):
        self.head(Content_Length=str(len(BODY)))
        for byte in BODY[:100]:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            self.server.over.wait(0.05)

    def send_silent(self):
        self.server.over.wait(5)

    def send_page(self):
        self.head(Content_Length="6", Content_Type="text/html; charset=utf-8")
        self.wfile.write(b"<html>")

    def send_packed(self):
        self.head(Content_Length="3", Content_Encoding="gzip")
        self.wfile.write(b"abc")

    def send_within(self):
        self.head(302, Location="/whole.csv", Content_Length="0")

    def send_round(self):
        self.head(302, Location="/round.csv", Content_Length="0")

    def send_elsewhere(self):
        self.head(302, Location=f"http://localhost:{self.server.server_port}/whole.csv", Content_Length="0")

    def send_local(self):
        self.head(302, Location="file:///etc/hostname", Content_Length="0")

    def send_downgrade(self):
        self.head(302, Location=f"https://127.0.0.1:{self.server.server_port}/whole.csv", Content_Length="0")

    def send_ring(self):
        self.server.over.wait(0.1)
        self.head(302, Location=f"/ring.{time.monotonic_ns()}.csv", Content_Length="0")

    def send_missing(self):
        self.head(404, Content_Length="0")

    def raw(self, answer):
        self.wfile.write(answer)

    def send_header(self, *given):
        if given:
            super().send_header(*given)
            return
        self.raw(b"HTTP/1.1 200 OK\r\nX-A: ")
        for _ in range(100):
            self.raw(b"a")
            self.server.over.wait(0.1)

    def send_part(self):
        self.raw(b"HTTP/1.1 206 P\r\nContent-Range: bytes 0-2/9\r\nContent-Length: 3\r\n\r\nabc")

    def send_letters(self):
        self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nabc")

    def send_below(self):
        self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc")

    def send_two(self):
        self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nabc")

    def send_both(self):
        self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")

    def send_steer(self):
        self.raw(b"HTTP/1.1 500 <script>\x1b[31m\r\nContent-Length: 0\r\n\r\n")

    def send_steering(self):
        self.raw(b"HTTP/1.1 302 F\r\nLocation: http://a\x1b[2Jb/c\r\nContent-Length: 0\r\n\r\n")

    def send_packing(self):
        self.raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: \x1b[31m\r\nContent-Length: 0\r\n\r\n")

    def send_nonsense(self):
        self.raw(b"\x1b[31m \x07\r\n\r\n")

    def send_empty(self):
        self.raw(b"HTTP/1.1 204 No\r\n\r\n")


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.over = threading.Event()
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.over.set()
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def nobody_between(monkeypatch):
    """A server on this machine has no certificate; what is asked of an address is tested with the real rule."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.setattr(fetching, "_SCHEMES", ("https", "http"))


@pytest.mark.parametrize("name", ["whole", "chunked", "within"])
def test_a_whole_file_arrives_as_it_was_sent(server, tmp_path, name):
    path = fetch(f"{server}/{name}.csv", tmp_path, sha256=DIGEST)
    assert path == tmp_path / f"{name}.csv"
    assert path.read_bytes() == BODY


def test_without_a_hash_the_first_file_is_accepted_without_a_word(server, tmp_path, capfd):
    assert fetch(f"{server}/whole.csv", tmp_path).read_bytes() == BODY
    assert capfd.readouterr() == ("", "")


def test_another_hash_is_refused_and_nothing_is_kept(server, tmp_path):
    with pytest.raises(ChecksumError, match="is not the one with sha256 0000"):
        fetch(f"{server}/whole.csv", tmp_path, sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("cut", ConnectionError, r"broke off after 4,300 of 4,301 bytes"),
        ("chunkedcut", ConnectionError, r"could not be read whole"),
        ("unmarked", ValueError, r"announces no length"),
        ("endless", ValueError, r"sends more than 1,000,000 bytes"),
        ("huge", ValueError, r"is 1,000,000,000,000 bytes; the limit is 1,000,000"),
        ("page", ValueError, r"is a web page"),
        ("packed", ValueError, r"answers in gzip"),
        ("part", ValueError, r"answers 206 P, not 200"),
        ("empty", ValueError, r"answers 204 No, not 200"),
        ("letters", ValueError, r"announces the length 'abc', where one whole number is the rule"),
        ("below", ValueError, r"announces the length '-3', where"),
        ("two", ValueError, r"announces the length '2 and 3', where"),
        ("both", ValueError, r"announces the length '3' and pieces, where"),
        (
            "downgrade",
            ValueError,
            r"redirects to 'https://127\.0\.0\.1:[0-9]+/whole\.csv'; another host is not followed",
        ),
        ("elsewhere", ValueError, r"redirects to 'http://localhost:[0-9]+/whole\.csv'; another host"),
        ("local", ValueError, r"redirects to 'file:///etc/hostname'; another host"),
        ("round", ConnectionError, r"answers 302"),
        ("absent", ConnectionError, r"answers 404"),
    ],
)
def test_a_bad_answer_is_refused_and_nothing_is_kept(server, tmp_path, name, kind, message):
    with pytest.raises(kind, match=message):
        fetch(f"{server}/{name}.csv", tmp_path, max_bytes=1_000_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["steer", "steering", "packing", "nonsense"])
def test_a_server_cannot_steer_the_terminal(server, tmp_path, name):
    with pytest.raises((ValueError, ConnectionError)) as raised:
        fetch(f"{server}/{name}.csv", tmp_path)
    assert str(raised.value).isprintable()
    assert r"\x1b" in str(raised.value)


@pytest.mark.parametrize("name", ["drip", "header", "ring", "silent"])
def test_one_deadline_holds_for_headers_redirections_and_contents(server, tmp_path, name):
    with pytest.raises((TimeoutError, ConnectionError), match=r"took more than 1\.5 seconds|answers 302"):
        fetch(f"{server}/{name}.csv", tmp_path, deadline=1.5)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_says_nothing_is_left(server, tmp_path):
    with pytest.raises(OSError, match="timed out"):
        fetch(f"{server}/silent.csv", tmp_path, timeout=0.2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://example.org/a.csv", "no https address"),
        ("http://127.0.0.1/a.csv", "no https address"),
        ("https://example.org/a\x1b[31m.csv", r"a\\x1b\[31m.csv holds a space or a control character"),
        ("https://example.org/a\r\nHost: b", "holds a space or a control character"),
        ("ftp://example.org/a.csv", "no https address"),
        ("file:///etc/hostname", "no https address"),
        ("https:///a.csv", "no https address"),
        ("https://[a/a.csv", "no https address"),
        ("https://example.org:port/a.csv", "no https address"),
        ("http://127.0.0.1.example.org/a.csv", "no https address"),
        ("https://name:word@example.org/a.csv", "holds a name or password"),
        ("https://example.org/", "ends in no file name"),
    ],
)
def test_an_address_that_is_not_safe_is_refused_before_anything_is_sent(tmp_path, monkeypatch, address, message):
    monkeypatch.undo()
    with pytest.raises(ValueError, match=message):
        fetch(address, tmp_path)


def test_a_file_name_from_an_address_stays_in_its_folder(server, tmp_path):
    with pytest.raises(ConnectionError):
        fetch(f"{server}/a/..%2F..%2Fb.csv", tmp_path)
    assert is_address("https://example.org/a.csv")
    assert not is_address("data/a.csv")
    assert not is_address(r"C:\a.csv")


@pytest.mark.parametrize("target", ["http://example.org/a.csv", "//example.org:80/a.csv", "ftp://example.org/a.csv"])
def test_a_redirection_off_https_is_not_followed(target):
    request = Request("https://example.org/a.csv")
    headers = HTTPMessage()
    headers["Location"] = target
    with pytest.raises(ValueError, match=r"redirects to .*; another host is not followed"):
        fetching._SameHost().http_error_302(request, io.BytesIO(), 302, "Found", headers)
