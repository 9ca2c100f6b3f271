"""The way to a server, over HTTP; the one seam where httpx2's errors become Panel's."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx2

from panel.engine.served_words import EventReader, error_words, quote_words, read_json
from panel.errors import EngineCrash, SetupError

CONNECT_S = 10.0
KEY_HINT = "Put the server's key into the variable PANEL_API_KEY."
BODY_BYTES = 1 << 20
NAME_CHARS = 300
_FULL = re.compile(r"context[ _](?:size|length|window)|maximum context|exceed_context", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not 200.

    Attributes:
        url: what was asked.
        status: of HTTP.
        words: what the server says, safe to print.
        full: whether it says that the prompt is too long.
        retry_after_s: how long it wants to be left alone.
    """

    url: str
    status: int
    words: str
    full: bool
    retry_after_s: float

    def __str__(self) -> str:
        return f"{self.url} answered {self.status}" + (f": {self.words}" if self.words else "")


class Wire:
    """The way to a server: each request has a client of its own, so that no event loop's sockets outlive it.

    Args:
        base_url: with `/v1` or whatever its paths begin with, without a slash at its end.
        api_key: a bearer token; stands in no message.
        transport: in place of the network.
    """

    def __init__(self, base_url: str, api_key: str, transport: httpx2.AsyncBaseTransport | None) -> None:
        self.base_url, self.api_key, self._transport = base_url, api_key.strip(), transport
        if not self.api_key.isascii() or not self.api_key.isprintable():
            raise SetupError("the server's key has characters that no key has", hint=KEY_HINT)
        # Authorities take long to load; plain HTTP needs none.
        secure = base_url.startswith("https:")
        self._tls = ssl.create_default_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def url(self, path: str) -> str:
        """Return the address of one of the API's paths."""
        return self.base_url + path

    def root_url(self, path: str) -> str:
        """Return the address of a path of the server's own, beside the API."""
        return self.base_url.removesuffix("/v1") + path

    def connect(self) -> httpx2.AsyncClient:
        """Make a client, to be entered."""
        # A connection is used once: llama-server hangs up after a stream, now and then under the next request.
        headers = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "Panel review desk"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        return httpx2.AsyncClient(
            headers=headers,
            timeout=httpx2.Timeout(None, connect=CONNECT_S),  # the rest is the request's own clock
            limits=httpx2.Limits(max_keepalive_connections=0),
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            transport=self._transport,
        )

    @asynccontextmanager
    async def send(self, client: httpx2.AsyncClient, url: str, body: object = None) -> AsyncIterator[httpx2.Response]:
        """Post a body, or get when there is none; the connection is closed unless the answer is read to its end.

        Raises:
            EngineCrash: the server cannot be reached, or breaks off.
        """
        with self._translated(url):
            async with client.stream("GET" if body is None else "POST", url, json=body) as response:
                if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
                    raise EngineCrash(f"{url} answered in an encoding that was not asked for")
                yield response

    async def read(self, response: httpx2.Response, max_bytes: int) -> bytes:
        """Read a body, as far as `max_bytes`."""
        body = bytearray()
        async with aclosing(response.aiter_bytes()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) >= max_bytes:
                    break
        return bytes(body[:max_bytes])

    async def read_object(self, response: httpx2.Response, max_bytes: int = BODY_BYTES) -> dict[str, Any]:
        """Read a body that is one JSON object.

        Raises:
            EngineCrash: it is not, or is longer than `max_bytes`.
        """
        body = await self.read(response, max_bytes + 1)
        try:
            value = read_json(body)
        except ValueError:
            value = None
        if len(body) > max_bytes or not isinstance(value, dict):
            said = quote_words(body, secret=self.api_key)
            raise EngineCrash(f"{response.url} answered what it was not asked for: {said}")
        return value

    async def events(self, response: httpx2.Response, max_bytes: int) -> AsyncGenerator[Any, None]:
        """Read a stream of events, or a whole answer as the only event."""
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "text/event-stream":
            yield await self.read_object(response, max_bytes)
            return
        reader = EventReader(str(response.url), max_bytes, secret=self.api_key)
        async with aclosing(response.aiter_bytes()) as pieces:
            async for piece in pieces:
                for event in reader.feed(piece):
                    yield event
        for event in reader.close():
            yield event

    async def refusal(self, response: httpx2.Response) -> Refusal:
        """Read what a server says when it does not do what it was asked."""
        body = await self.read(response, BODY_BYTES >> 4)
        said: Any = body
        with suppress(ValueError):
            said = read_json(body)
        if response.is_redirect:
            said = f"it leads to {response.headers.get('Location', '')}"
        words = quote_words(error_words(said), secret=self.api_key)
        error = said.get("error") if isinstance(said, dict) else None
        kinds = [str(error.get(name)) for name in ("type", "code")] if isinstance(error, dict) else []
        full = 400 <= response.status_code < 600 and any(_FULL.search(text) for text in (words, *kinds))
        return Refusal(str(response.url), response.status_code, words, full, _retry_after_s(response))

    @contextmanager
    def _translated(self, url: str) -> Iterator[None]:
        try:
            yield
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.CookieConflict, httpx2.StreamError, OSError) as error:
            said = quote_words(str(error), secret=self.api_key) or type(error).__name__
            raise EngineCrash(f"{url}: {said}") from error


def _retry_after_s(response: httpx2.Response) -> float:
    """Read how many seconds to stay away (RFC 9110, 10.2.3); 0 when it gives a date, or nothing."""
    given = response.headers.get("Retry-After", "").strip()
    return float(given) if re.fullmatch("[0-9]{1,9}", given) else 0.0
