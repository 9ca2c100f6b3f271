from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from panel.dossiers.fetch import DEFAULT_LIMITS, FetchedPage, FetchLimits, fetch_page
from panel.dossiers.targets import AddressPolicy
from panel.errors import SetupError

HTML = {"Content-Type": "text/html; charset=utf-8"}
Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A web server on loopback, and the means to reach it without weakening what production allows."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {"/": (200, HTML, b"<p>hello</p>")}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.looked_up: list[str] = []
        self.sni: list[str | None] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers.items())))
                status, headers, body = site.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for key, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                pass  # a client that refuses a certificate, or hangs up, is what some tests are about

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls:
            tls.sni_callback = lambda _sock, name, _context: self.sni.append(name)
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        return ["127.0.0.1"]

    def fetch(
        self, path: str = "/", *, host: str = "site.example", scheme: str = "http", **options: object
    ) -> FetchedPage:
        policy = AddressPolicy(frozenset({self.port}), frozenset({"127.0.0.1"}))
        options = {"resolve": self.resolve, "policy": policy, **options}
        return fetch_page(f"{scheme}://{host}:{self.port}{path}", **options)  # type: ignore[arg-type]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def test_a_page_comes_back_whole(site: Site) -> None:
    site.answers["/?a=b"] = (200, HTML, b"<p>x</p>")
    page = site.fetch("/?a=b#part")
    assert page == FetchedPage(f"http://site.example:{site.port}/?a=b", "text/html", "utf-8", b"<p>x</p>", date.today())


def test_the_host_is_kept_while_the_address_is_pinned(site: Site) -> None:
    site.fetch()
    ((path, headers),) = site.asked
    assert path == "/"
    assert headers["Host"] == f"site.example:{site.port}"
    assert site.looked_up == ["site.example"]
    assert "Cookie" not in headers and "Authorization" not in headers and "Referer" not in headers


def test_no_proxy_and_no_netrc_is_taken_from_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert site.fetch().body == b"<p>hello</p>"


def test_loopback_is_refused_by_default_and_never_connected_to(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    for url in ("http://127.0.0.1/", "http://2130706433/", "http://[::1]/", "http://0x7f.1/", "http://localhost/"):
        with pytest.raises(SetupError, match=r"not on the public web|cannot be looked up"):
            fetch_page(url)
    with pytest.raises(SetupError, match="port"):
        fetch_page(f"http://127.0.0.1:{site.port}/")


def test_one_bad_address_among_good_ones_refuses_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(SetupError, match=r"10\.0\.0\.1, which is not on the public web"):
        fetch_page("http://site.example/", resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])


def test_a_host_without_an_address(site: Site) -> None:
    def fail(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(SetupError, match=r"site\.example cannot be looked up: .*not known"):
        site.fetch(resolve=fail)
    with pytest.raises(SetupError, match="has no address"):
        site.fetch(resolve=lambda *_: [])


def test_the_next_address_is_tried_where_one_does_not_answer(site: Site) -> None:
    policy = AddressPolicy(frozenset({site.port}), frozenset({"127.0.0.1", "127.0.0.2"}))
    page = site.fetch(policy=policy, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
    assert page.body == b"<p>hello</p>"


def test_redirects_are_followed_and_each_is_looked_up(site: Site) -> None:
    site.answers["/old"] = (302, {"Location": f"http://other.example:{site.port}/new page"}, b"")
    site.answers["/new%20page"] = (301, {"Location": "/"}, b"")
    page = site.fetch("/old")
    assert page.url == f"http://other.example:{site.port}/"
    assert site.looked_up == ["site.example", "other.example", "other.example"]
    assert [headers["Host"].split(":")[0] for _, headers in site.asked] == ["site.example"] + ["other.example"] * 2


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://10.0.0.1:{port}/", "not on the public web"),
        ("http://other.example:22/", "port 22"),
        ("http://user@other.example:{port}/", "user name"),
        ("file:///etc/passwd", "no host"),
        ("ftp://other.example/", "only http and https"),
        ("//[::1", "not a URL"),
        ("", "nowhere"),
    ],
)
def test_each_redirect_is_checked_anew(site: Site, location: str, said: str) -> None:
    site.answers["/old"] = (302, {"Location": location.format(port=site.port)}, b"")

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "site.example" else [host]

    with pytest.raises(SetupError, match=said):
        site.fetch("/old", resolve=resolve)
    assert len(site.asked) == 1


def test_a_name_that_turns_inward_between_hops_is_caught(site: Site) -> None:
    site.answers["/old"] = (302, {"Location": "/"}, b"")
    answers = iter([["127.0.0.1"], ["192.168.0.1"]])
    with pytest.raises(SetupError, match=r"192\.168\.0\.1"):
        site.fetch("/old", resolve=lambda *_: next(answers))


def test_five_redirects_are_followed_and_no_sixth(site: Site) -> None:
    for number in range(6):
        site.answers[f"/{number}"] = (302, {"Location": f"/{number + 1}"}, b"")
    site.answers["/6"] = (200, HTML, b"there")
    assert site.fetch("/1").body == b"there"
    with pytest.raises(SetupError, match="more than 5 times"):
        site.fetch("/0")


@pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 500])
def test_any_other_answer_is_an_error(site: Site, status: int) -> None:
    site.answers["/"] = (status, HTML, b"")
    with pytest.raises(SetupError, match=f"answered {status}") as caught:
        site.fetch()
    assert caught.value.exit_code == 2
    assert caught.value.hint


@pytest.mark.parametrize(
    "kind", ["text/html", "TEXT/HTML;charset=x", "text/plain", "text/markdown", "application/xhtml+xml"]
)
def test_pages_of_text_are_taken(site: Site, kind: str) -> None:
    site.answers["/"] = (200, {"Content-Type": kind}, b"x")
    assert site.fetch().content_type == kind.split(";")[0].lower()


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/json", "text/css", "", "nonsense"])
def test_nothing_else_is_taken(site: Site, kind: str) -> None:
    site.answers["/"] = (200, {"Content-Type": kind}, b"x")
    if kind in {"", "nonsense"}:
        # RFC 2045 reads what is malformed as text/plain.
        assert site.fetch().content_type == "text/plain"
        return
    with pytest.raises(SetupError, match="not a page of text"):
        site.fetch()


def test_a_page_without_a_type_is_not_taken(site: Site) -> None:
    site.answers["/"] = (200, {}, b"x")
    with pytest.raises(SetupError, match="octet-stream"):
        site.fetch()


def test_bytes_are_counted_after_decompression(site: Site) -> None:
    limits = FetchLimits(max_bytes=1000)
    fits, over = b"a" * 1000, b"a" * 1001
    site.answers["/fits"] = (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(fits))
    site.answers["/over"] = (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(over))
    site.answers["/plain"] = (200, HTML, over)
    site.answers["/deflate"] = (200, {**HTML, "Content-Encoding": "deflate"}, zlib.compress(fits))
    assert site.fetch("/fits", limits=limits).body == fits
    assert site.fetch("/deflate", limits=limits).body == fits
    for path in ("/over", "/plain"):
        with pytest.raises(SetupError, match="larger than 1,000 bytes"):
            site.fetch(path, limits=limits)


def test_a_decompression_bomb_stops_at_the_cap(site: Site) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=1)
    site.answers["/"] = (200, {**HTML, "Content-Encoding": "gzip"}, bomb)
    tracemalloc.start()
    try:
        with pytest.raises(SetupError, match="larger than"):
            site.fetch()
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert DEFAULT_LIMITS.max_bytes == 3 * 1024 * 1024
    assert peak_bytes < 20_000_000


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip, gzip"])
def test_an_encoding_not_asked_for_is_refused(site: Site, encoding: str) -> None:
    site.answers["/"] = (200, {**HTML, "Content-Encoding": encoding}, b"x")
    with pytest.raises(SetupError, match="not asked for"):
        site.fetch()


@pytest.mark.parametrize("body", [b"not gzip", gzip.compress(b"a" * 500)[:20]])
def test_broken_compression_is_told_or_cut(site: Site, body: bytes) -> None:
    site.answers["/"] = (200, {**HTML, "Content-Encoding": "gzip"}, body)
    if body == b"not gzip":
        with pytest.raises(SetupError, match="could not be fetched"):
            site.fetch()
    else:
        assert len(site.fetch().body) <= 500


class Raw:
    """A server that writes what it likes, byte for byte, until told to stop."""

    def __init__(self, speak: Callable[[socket.socket, threading.Event], None]) -> None:
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

        def serve() -> None:
            peer, _ = self.listener.accept()
            with peer:
                try:
                    peer.recv(65536)
                    speak(peer, self.stop)
                except OSError:
                    pass

        self.thread = threading.Thread(target=serve)
        self.thread.start()

    def fetch(self, **options: object) -> FetchedPage:
        policy = AddressPolicy(frozenset({self.port}), frozenset({"127.0.0.1"}))
        options = {"resolve": lambda *_: ["127.0.0.1"], "policy": policy, **options}
        try:
            return fetch_page(f"http://site.example:{self.port}/", **options)  # type: ignore[arg-type]
        finally:
            self.stop.set()
            self.thread.join()
            self.listener.close()


def drip_headers(peer: socket.socket, stop: threading.Event) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not stop.wait(0.01):
        peer.sendall(b"a")


def drip_body(peer: socket.socket, stop: threading.Event) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while not stop.wait(0.01):
        peer.sendall(b"a")


def say_nothing(peer: socket.socket, stop: threading.Event) -> None:
    stop.wait()


def continue_for_ever(peer: socket.socket, stop: threading.Event) -> None:
    while not stop.wait(0.01):
        peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("speak", [drip_headers, drip_body, say_nothing, continue_for_ever])
def test_the_time_is_counted_over_the_whole_fetch(speak: Callable[[socket.socket, threading.Event], None]) -> None:
    started_s = time.monotonic()
    with pytest.raises(SetupError, match=r"site\.example took longer than 0\.3 seconds"):
        Raw(speak).fetch(limits=FetchLimits(total_s=0.3))
    assert time.monotonic() - started_s < 3


def test_what_a_server_says_cannot_write_to_the_terminal() -> None:
    answer = b"HTTP/1.1 404 \x1b[31mred\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(SetupError, match="answered 404") as caught:
        Raw(lambda peer, _: peer.sendall(answer)).fetch()
    assert str(caught.value).isprintable()


def test_a_look_up_that_hangs_is_given_up(site: Site) -> None:
    stop = threading.Event()
    started_s = time.monotonic()
    with pytest.raises(SetupError, match="took longer"):
        site.fetch(resolve=lambda *_: ["127.0.0.1"] * stop.wait(), limits=FetchLimits(total_s=0.1))
    stop.set()
    assert time.monotonic() - started_s < 3
    assert site.asked == []


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00\xff garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70000,
        b"HTTP/1.1 99999 OK\r\n\r\n",
    ],
    ids=["nothing", "garbage", "short", "chunks", "headers", "header", "status"],
)
def test_a_broken_answer_is_a_setup_error(said: bytes) -> None:
    with pytest.raises(SetupError) as caught:
        Raw(lambda peer, _: peer.sendall(said)).fetch(limits=FetchLimits(total_s=5))
    assert caught.value.hint
    assert "could not be fetched" in str(caught.value)


def test_nobody_there_is_a_setup_error(site: Site) -> None:
    site.close()
    with pytest.raises(SetupError, match="could not be fetched"):
        site.fetch()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def secure_site(authority: trustme.CA, *names: str) -> Site:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return Site(context)


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_tls_keeps_host_sni_and_the_certificates_name(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    site = secure_site(authority, "site.example")
    try:
        page = site.fetch(scheme="https", tls=trusting)
        assert page.url == f"https://site.example:{site.port}/"
        assert site.sni == ["site.example"]
        assert site.asked[0][1]["Host"] == f"site.example:{site.port}"
    finally:
        site.close()


@pytest.mark.parametrize("name", ["other.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, trusting: ssl.SSLContext, name: str) -> None:
    site = secure_site(authority, name)
    try:
        with pytest.raises(SetupError, match="certificate"):
            site.fetch(scheme="https", tls=trusting)
        assert site.asked == []
    finally:
        site.close()


def test_an_authority_nobody_trusts_is_refused(authority: trustme.CA) -> None:
    site = secure_site(authority, "site.example")
    try:
        with pytest.raises(SetupError, match="certificate"):
            site.fetch(scheme="https")
        assert site.asked == []
    finally:
        site.close()


def test_a_redirect_from_https_to_http_is_refused(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    site = secure_site(authority, "site.example")
    try:
        site.answers["/"] = (302, {"Location": f"http://site.example:{site.port}/x"}, b"")
        with pytest.raises(SetupError, match="plain http"):
            site.fetch(scheme="https", tls=trusting)
    finally:
        site.close()
