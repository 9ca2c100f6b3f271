"""One page from the public web, fetched so that it can reach nothing else.

A URL is outside text: an editor pastes it, a page redirects it. So each hop's host is resolved once, every address
it has must be global, and the connection goes to that address while Host, SNI and the certificate's name stay the
host's. No proxy, no `.netrc`, no cookies. Bytes are counted after decompression, and the time is counted over the
whole fetch, so that neither a small bomb nor a slow drip gets further.

The one seam where urllib3's, http.client's and the socket's errors become `SetupError`.
"""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from email.message import Message
from urllib.parse import quote, urljoin

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse

from panel.dossiers.targets import PUBLIC_WEB, SAVE_IT, AddressPolicy, Target, parse_target
from panel.dossiers.texts import escape_unprintable
from panel.errors import SetupError

CONTENT_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown")
_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
_REDIRECTS = {301, 302, 303, 307, 308}
_ADDRESSES_MAX = 4
_HEADERS = {
    "Accept": ", ".join(CONTENT_TYPES),
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
    "User-Agent": "Panel review desk (one page, asked for by an editor)",
}

Resolve = Callable[[str, int], Sequence[str]]
"""From a host and a port to its addresses as text; raises OSError when there is none."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much one fetch may cost.

    Attributes:
        max_bytes: of the body, after decompression.
        total_s: from the first look-up to the last byte, redirects included.
        max_redirects: how many are followed.
    """

    max_bytes: int = 3 * 1024 * 1024
    total_s: float = 20.0
    max_redirects: int = 5


DEFAULT_LIMITS = FetchLimits()


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What came back.

    Attributes:
        url: the last hop's, without a fragment.
        content_type: one of `CONTENT_TYPES`.
        charset: as the server declared it; "" when it did not.
        body: the decompressed bytes.
        retrieved: the day.
    """

    url: str
    content_type: str
    charset: str
    body: bytes
    retrieved: date


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Ask the system for a host's addresses."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def fetch_page(
    url: str,
    *,
    limits: FetchLimits = DEFAULT_LIMITS,
    resolve: Resolve = resolve_host,
    policy: AddressPolicy = PUBLIC_WEB,
    tls: ssl.SSLContext | None = None,
) -> FetchedPage:
    """Fetch one page of text.

    Args:
        url: http or https, on port 80 or 443.
        limits: bytes, seconds and redirects.
        resolve: looks a host up; called once a hop.
        policy: which ports and addresses may be connected to.
        tls: whom to trust; the system's authorities when None.

    Raises:
        SetupError: the URL may not be fetched, the page could not be, or it is not a page of text.
    """
    deadline = _Deadline(limits.total_s)
    target = parse_target(url, policy)
    for _ in range(limits.max_redirects + 1):
        addresses = _resolve(target, resolve, policy, deadline)
        answer = _get(target, addresses, tls, limits, deadline)
        if isinstance(answer, FetchedPage):
            return answer
        target = _follow(target, answer, policy)
    raise SetupError(f"{url} redirects more than {limits.max_redirects} times", hint=SAVE_IT)


class _Deadline:
    def __init__(self, total_s: float) -> None:
        self._total_s = total_s
        self._end_s = time.monotonic() + total_s

    def left_s(self, target: Target) -> float:
        left_s = self._end_s - time.monotonic()
        if left_s <= 0:
            raise self.passed(target)
        return left_s

    def passed(self, target: Target) -> SetupError:
        return SetupError(f"{target.host} took longer than {self._total_s:g} seconds", hint=f"Try again, or: {SAVE_IT}")


def _resolve(target: Target, resolve: Resolve, policy: AddressPolicy, deadline: _Deadline) -> Sequence[str]:
    """Look a host up within the time left: the system's own look-up has no time limit, so it has a thread."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(target.host, target.port))
        except Exception as error:  # whatever it is, it is raised again below, in the caller's thread
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="panel-resolve").start()
    try:
        answer = answers.get(timeout=deadline.left_s(target))
    except queue.Empty:
        raise deadline.passed(target) from None
    if isinstance(answer, (OSError, UnicodeError)):
        raise SetupError(f"{target.host} cannot be looked up: {answer}", hint="Check the URL's spelling.") from answer
    if isinstance(answer, Exception):
        raise answer
    if not answer:
        raise SetupError(f"{target.host} has no address", hint="Check the URL's spelling.")
    refused = [address for address in answer if not policy.allows_address(address)]
    if refused:
        raise SetupError(f"{target.host} is at {refused[0]}, which is not on the public web", hint=SAVE_IT)
    return answer[:_ADDRESSES_MAX]


def _get(
    target: Target, addresses: Sequence[str], tls: ssl.SSLContext | None, limits: FetchLimits, deadline: _Deadline
) -> FetchedPage | str:
    """Ask for one page; a redirect gives its `Location`, as it stands."""
    try:
        connection = _connect(target, addresses, tls, deadline)
        try:
            left_s = deadline.left_s(target)
            connection.timeout = left_s + 1  # the cut-off comes first, and says what happened
            with _cut_off(connection, left_s) as cut:
                try:
                    return _ask(connection, target, limits)
                finally:
                    if cut.is_set():
                        raise deadline.passed(target)
        finally:
            connection.close()
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        said = escape_unprintable(str(error)) or type(error).__name__
        raise SetupError(f"{target.url} could not be fetched: {said}", hint=f"Try again, or: {SAVE_IT}") from error


def _connect(
    target: Target, addresses: Sequence[str], tls: ssl.SSLContext | None, deadline: _Deadline
) -> HTTPConnection:
    """Connect to the first address that answers; each gets its share of the time left."""
    for position, address in enumerate(addresses):
        share_s = deadline.left_s(target) / (len(addresses) - position)
        connection = HTTPConnection(address, target.port, timeout=share_s)
        if target.scheme == "https":
            # Only `server_hostname` is set: OpenSSL itself then checks the certificate against the host's name.
            connection = HTTPSConnection(
                address,
                target.port,
                timeout=share_s,
                server_hostname=target.host,
                cert_reqs="CERT_REQUIRED",
                ssl_context=tls or ssl.create_default_context(),
            )
        try:
            connection.connect()
            return connection
        except (urllib3.exceptions.HTTPError, OSError):
            connection.close()
            if position == len(addresses) - 1:
                raise
    raise AssertionError("resolving gives at least one address")


@contextmanager
def _cut_off(connection: HTTPConnection, left_s: float) -> Iterator[threading.Event]:
    """Shut the socket down when the time is up: a socket's own timeout starts anew with every byte that drips in."""
    cut = threading.Event()
    sock: socket.socket = connection.sock  # kept: the connection forgets it once the headers are read

    def shut_down() -> None:
        cut.set()
        with suppress(OSError):
            # Not the TLS socket's own method, which takes the reader's state away from under it.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(left_s, shut_down)
    timer.daemon = True
    timer.start()
    try:
        yield cut
    finally:
        timer.cancel()


def _ask(connection: HTTPConnection, target: Target, limits: FetchLimits) -> FetchedPage | str:
    headers = {"Host": target.authority, **_HEADERS}
    connection.request("GET", target.path, headers=headers, preload_content=False, decode_content=True)
    response = connection.getresponse()
    try:
        if response.status in _REDIRECTS:
            return response.headers.get("Location", "")
        if response.status != 200:
            said = f"{response.status} {escape_unprintable(response.reason or '')}".rstrip()
            raise SetupError(f"{target.url} answered {said}", hint=SAVE_IT)
        content_type, charset = _content_type(response, target)
        body = _read(response, target, limits.max_bytes)
        return FetchedPage(target.url, content_type, charset, body, date.today())
    finally:
        response.close()


def _content_type(response: BaseHTTPResponse, target: Target) -> tuple[str, str]:
    header = Message()
    header["Content-Type"] = response.headers.get("Content-Type", "application/octet-stream")
    content_type = header.get_content_type()
    if content_type not in CONTENT_TYPES:
        raise SetupError(f"{target.url} is {content_type}, not a page of text", hint="Give a page, a README or a text.")
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise SetupError(f"{target.url} came in an encoding that was not asked for: {encoding!r}", hint=SAVE_IT)
    charset = header.get_content_charset("")
    return content_type, charset


def _read(response: BaseHTTPResponse, target: Target, max_bytes: int) -> bytes:
    body = bytearray()
    while piece := response.read(min(65536, max_bytes + 1 - len(body))):
        body += piece
        if len(body) > max_bytes:
            raise SetupError(f"{target.url} is larger than {max_bytes:,} bytes", hint=SAVE_IT)
    return bytes(body)


def _follow(target: Target, location: str, policy: AddressPolicy) -> Target:
    if not location:
        raise SetupError(f"{target.url} redirects to nowhere", hint=SAVE_IT)
    # A header arrives as Latin-1, whatever bytes were sent; what a URL cannot hold is encoded, as browsers do.
    encoded = quote(location.encode("latin-1", "replace"), safe="/%:@!$&'()*+,;=~-._?#[]")
    try:
        url = urljoin(target.url, encoded)
    except ValueError as error:
        raise SetupError(f"{target.url} redirects to what is not a URL ({error})", hint=SAVE_IT) from None
    following = parse_target(url, policy)
    if target.scheme == "https" and following.scheme == "http":
        hint = f"Give {following.url} itself if you trust it."
        raise SetupError(f"{target.url} redirects from https to plain http", hint=hint)
    return following
