"""What a server says, in bytes and words: made safe to print, read as JSON, cut into events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from panel.errors import EngineCrash

EVENT_BYTES = 1 << 20
"""No event of an honest server comes near it: the largest hold one token and its twenty alternatives."""
QUOTED_CHARS = 300


def quote_words(said: object, *, secret: str = "") -> str:
    """Make a server's own words safe to print: on one line, without control characters, the key or a flood."""
    if isinstance(said, bytes):
        said = said.decode("utf-8", "replace")
    words = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
    if secret:
        # Before anything is cut: half a key is still too much of it.
        words = words.replace(secret, "[key]")
    plain = "".join(char if char.isprintable() else " " for char in words[: 4 * QUOTED_CHARS])
    line = " ".join(plain.split())
    return line if len(line) <= QUOTED_CHARS else f"{line[:QUOTED_CHARS]}…"


def read_json(data: bytes, *, twins: bool = True) -> Any:
    """Read JSON, and nothing that Python takes for it besides.

    Args:
        data: UTF-8.
        twins: whether an object may have the same key twice; the last one stands.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or has a number beyond any use.
    """
    try:
        return json.loads(
            data.decode(), parse_constant=_refuse_constant, object_pairs_hook=dict if twins else _refuse_twins
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has the same key twice")
    return found


class EventReader:
    """Cuts a body of server-sent events into their data (https://html.spec.whatwg.org/multipage/server-sent-events.html).

    Args:
        source: where it comes from, for messages.
        max_bytes: of the whole body.
        secret: what must not stand in any message.
    """

    def __init__(self, source: str, max_bytes: int, *, secret: str = "") -> None:
        self._source, self._max_bytes, self._secret = source, max_bytes, secret
        self._read = 0
        self._line = bytearray()
        self._data: list[bytes] = []
        self.done = False

    def feed(self, data: bytes) -> list[Any]:
        """Take more of the body; returns the events that it completes, as plain data.

        Raises:
            EngineCrash: too much, or no JSON.
        """
        self._read += len(data)
        self._line += data
        events = []
        if b"\n" in data:
            *lines, rest = bytes(self._line).split(b"\n")
            self._line = bytearray(rest)
            events = [event for line in lines for event in self._take(line.removesuffix(b"\r"))]
        if self._read > self._max_bytes or len(self._line) + sum(map(len, self._data)) > EVENT_BYTES:
            raise EngineCrash(f"{self._source} said more than an answer can need: {self._read:,} bytes so far")
        return events

    def close(self) -> list[Any]:
        """Take the body's end for the end of its last event."""
        return [*self._take(bytes(self._line).removesuffix(b"\r")), *self._take(b"")]

    def _take(self, line: bytes) -> list[Any]:
        name, _, value = line.partition(b":")
        if name in (b"data", b"error"):
            # Older llama-servers send what went wrong as a field of its own.
            self._data.append(value.strip() if name == b"data" else b'{"error":%s}' % (value.strip() or b'""'))
        if line or not self._data:
            return []
        whole = b"\n".join(self._data)
        self._data.clear()
        if whole == b"[DONE]":
            self.done = True
        if self.done:
            return []
        try:
            return [read_json(whole)]
        except ValueError as error:
            said = quote_words(whole, secret=self._secret)
            raise EngineCrash(f"{self._source} sent an event that is no JSON ({error}): {said}") from error


def error_words(body: Any) -> Any:
    """Find what went wrong in an error's body: the message of OpenAI's form, or of the other forms in use."""
    if isinstance(body, dict):
        for name in ("error", "message", "detail"):
            if body.get(name):
                return error_words(body[name])
    return body


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Return a value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}
