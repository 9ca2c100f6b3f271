"""What every request passes first: its host, its size, its patience; what every answer gets: its safety headers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from panel.readers.service_origins import Origins
from panel.readers.service_pages import Pages

MAX_BODY_BYTES = 16 * 1024
BODY_TIMEOUT_S = 10.0
"""How long a request may take to send its body."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # The site's pages post to the service, which wants to know from where; nobody else is told more than the host.
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "frame-ancestors 'none'",
}


class _TooLarge(Exception):
    """The body is larger than any form of ours."""


class Guard:
    """An ASGI application around the service's own."""

    def __init__(self, app: ASGIApp, origins: Origins, pages: Pages) -> None:
        self._app = app
        self._origins = origins
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request, refuse it or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        send = self._with_headers(send, headers)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._origins.answers_to(hosts[0]):
            answer = Response("This is not a name of this service.\n", 421, media_type="text/plain")
            await answer(scope, receive, send)
            return
        scope = self._placed(scope, hosts[0])
        request = Request(scope, receive)
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await _read_body(headers, receive)
        except _TooLarge:
            refusal = self._refuse(request, 413, "Too large", "No form of ours is that large.")
            await refusal(scope, receive, send)
        except TimeoutError:
            refusal = self._refuse(request, 408, "Too slow", "The request took too long to arrive.")
            await refusal(scope, receive, send)
        else:
            if body is not None:
                await self._app(scope, _replay(body, receive), send)

    def _refuse(self, request: Request, status: int, title: str, line: str) -> Response:
        # The rest of the body is not read: the connection is of no more use.
        return self._pages.refuse(request, status, title, line, headers={"Connection": "close"})

    def _placed(self, scope: Scope, host: str) -> Scope:
        """Tell the application under which address readers see it."""
        prefix, path = self._origins.prefix, scope["path"]
        placed = {**scope, "root_path": prefix} if prefix and path.startswith(f"{prefix}/") else dict(scope)
        if self._origins.is_secure and self._origins.own == f"https://{host.lower()}":
            placed["scheme"] = "https"
        return placed

    def _with_headers(self, send: Send, asked: Headers) -> Send:
        shared = self._origins.shares_with(asked)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if self._origins.is_secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
                headers.add_vary_header("Origin")
                if shared:
                    headers["Access-Control-Allow-Origin"] = shared
                    headers["Access-Control-Allow-Credentials"] = "true"
            await send(message)

        return send_with_headers


async def _read_body(headers: Headers, receive: Receive) -> bytes | None:
    """Read a request's body; None when the client went away meanwhile."""
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or len(length) > 9 or int(length) > MAX_BODY_BYTES:
        raise _TooLarge
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise _TooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    left = [body]

    async def replay() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return replay
