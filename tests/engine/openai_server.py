"""An OpenAI-compatible server on loopback that answers from a script, as llama-server or vLLM would, or goes wrong.

Its answers follow from the seed, the prompt and the schema alone. Nothing here waits for time to pass: an answer that
never ends waits for its reader to leave.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from panel.engine import Message, Request, ScriptedEngine
from panel.records import Sampling, sha256_of

from .asking import DEADLINE_S

CHAT = "/v1/chat/completions"


@dataclass(frozen=True)
class Reply:
    """Bytes to put on the wire; then the connection is closed, once the reader has left if the reply `hangs`."""

    raw: bytes
    hangs: bool = False
    resets: bool = False
    flood: bytes = b""


def reply(status: int, body: object = "", **headers: str) -> Reply:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {
        "Content-Type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
        "Content-Length": str(len(payload)),
        "Connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return Reply(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + payload)


def stream(*events: object, **kinds: Any) -> Reply:
    """A stream of events: plain data, or bytes as they stand."""
    lines = [event if isinstance(event, bytes) else b"data: %s\n\n" % json.dumps(event).encode() for event in events]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    return Reply(head + b"".join(lines), **kinds)


def piece(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish, **more}]}


DONE = b"data: [DONE]\n\n"
BUSY = reply(503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}, Retry_After="0")


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Manner:
    """How the server does what it does.

    Attributes:
        llama: it tells its facts, counts a text's tokens, reports how the prompt is read and goes on from a beginning.
        spaced: its JSON has white space.
        cut: how many characters a token has.
        logprobs: with every token, all at the end, or not at all.
        top: how many alternatives it lists.
        usage: whether it counts tokens with every event.
    """

    llama: bool = True
    spaced: bool = False
    cut: int = 4
    logprobs: str = "each"
    top: int = 20
    usage: bool = True


@dataclass
class ScriptedServer:
    """Entered, it listens; left, it is gone with all its threads.

    Attributes:
        replies: to chat completions, before the usual answers; those of `others` by path.
        asked: what came in.
        left: set when a reader leaves before the end.
        arrived: released once for every chat completion that came in.
        answers: what it waits for before it answers a chat completion.
    """

    manner: Manner = Manner()
    context_tokens: int = 2048
    replies: deque[Reply] = field(default_factory=deque)
    others: dict[str, Reply] = field(default_factory=dict)
    models: Sequence[str] = ("toy-1b", "toy-7b")
    refuse: Callable[[Mapping[str, Any]], Reply | None] = lambda body: None
    asked: list[Asked] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    answers: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    most_at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> ScriptedServer:
        self.answers.set()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.scripted = self
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def chats(self) -> list[Any]:
        """The bodies of the chat completions that came in."""
        return [asked.body for asked in self.asked if asked.path == CHAT]

    def enter(self, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)
            self.at_once += asked.path == CHAT
            self.most_at_once = max(self.most_at_once, self.at_once)

    def leave(self, asked: Asked) -> None:
        with self._lock:
            self.at_once -= asked.path == CHAT


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    scripted: ScriptedServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that leaves is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    timeout = DEADLINE_S

    def log_message(self, format: str, *args: Any) -> None:
        return

    def version_string(self) -> str:
        return "llama.cpp" if self.server.scripted.manner.llama else "uvicorn"

    def do_GET(self) -> None:
        self._handle(None)

    def do_POST(self) -> None:
        self._handle(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _handle(self, body: Any) -> None:
        scripted, asked = self.server.scripted, Asked(self.path, dict(self.headers), body)
        scripted.enter(asked)
        try:
            if canned := self._canned(body):
                self._put(canned)
            elif self.path == CHAT:
                self._chat(body)
            elif self.path in (facts := self._facts(body)):
                self._send(facts[self.path])
            else:
                self._put(reply(404, {"detail": "Not Found"}))
        finally:
            scripted.leave(asked)

    def _canned(self, body: Any) -> Reply | None:
        scripted = self.server.scripted
        if self.path != CHAT:
            return scripted.others.get(self.path)
        scripted.arrived.release()
        assert scripted.answers.wait(DEADLINE_S)
        return scripted.replies.popleft() if scripted.replies else scripted.refuse(body)

    def _put(self, canned: Reply) -> None:
        self.close_connection = True
        try:
            self.wfile.write(canned.raw)
            while canned.flood:
                self.wfile.write(canned.flood)
            if canned.hangs:
                self._wait_for_leaving()
        except OSError:
            self.server.scripted.left.set()
        if canned.resets:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _wait_for_leaving(self) -> None:
        with suppress(ConnectionError):
            assert self.connection.recv(1) == b""
        self.server.scripted.left.set()

    def _facts(self, body: Any) -> dict[str, Any]:
        scripted = self.server.scripted
        served = [
            {"id": name, "object": "model", "meta": {"n_ctx": scripted.context_tokens}} for name in scripted.models
        ]
        facts: dict[str, Any] = {"/v1/models": {"object": "list", "data": served}}
        if scripted.manner.llama:
            facts["/props"] = {
                "build_info": "b1-0c1e570",
                "model_ftype": "Q4_1",
                "chat_template": "{{ messages }}",
                "default_generation_settings": {"n_ctx": scripted.context_tokens},
            }
            facts["/tokenize"] = {"tokens": list(range(count_tokens(body["content"])))} if body else {}
        return facts

    def _send(self, value: Any) -> None:
        payload = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def _chat(self, body: Any) -> None:
        scripted = self.server.scripted
        answer = Answer(body, scripted.manner)
        if answer.prompt_tokens > scripted.context_tokens:
            words = f"request ({answer.prompt_tokens} tokens) exceeds the available context size"
            return self._put(reply(400, {"error": {"message": words, "type": "exceed_context_size_error"}}))
        if not body.get("stream"):
            return self._send(answer.whole())
        if answer.endless:
            return self._put(stream(*answer.events()[:3], hangs=True))
        return self._put(stream(*answer.events(), DONE))


def count_tokens(text: str) -> int:
    return -(-len(text) // 4)


class Answer:
    """The usual answer to one request."""

    def __init__(self, body: Mapping[str, Any], manner: Manner) -> None:
        self._body, self._manner = body, manner
        *turns, last = body["messages"]
        self._goes_on = last["role"] == "assistant"
        turns = turns if self._goes_on else [*turns, last]
        prompt = "".join(turn["content"] for turn in turns)
        self.prompt_tokens = max(count_tokens(prompt), 1)
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
        self.endless = "90000" in json.dumps(schema)
        rng = random.Random(sha256_of(prompt))
        share = rng.uniform(0.02, 0.98)
        self.shares = {"ship": share, "skip": 1 - share}
        if self._goes_on or self.endless:
            self._text = '{"line":"' + "x" * 40 if self.endless else "s"
        else:
            self._text = _write(turns, schema, int(body["seed"]))
        if manner.spaced and not self._goes_on and not self.endless:
            self._text = json.dumps(json.loads(self._text), indent=2, ensure_ascii=False)
        self._tokens = [self._text[at : at + manner.cut] for at in range(0, len(self._text), manner.cut)]
        self._finish = "length" if len(self._tokens) > body["max_tokens"] else "stop"
        self._tokens = self._tokens[: body["max_tokens"]]

    def events(self) -> list[dict[str, Any]]:
        entries = self._entries()
        counted = {"usage": self._usage(0)} if self._manner.usage else {}
        events: list[dict[str, Any]] = [piece(None)]
        if self._body.get("return_progress") and self._manner.llama:
            total = self.prompt_tokens
            events += [{**piece(None), "prompt_progress": {"total": total, "cache": 0, "processed": total}}]
        for token, entry in zip(self._tokens, entries, strict=True):
            each = {"logprobs": {"content": [entry]}} if entry and self._manner.logprobs == "each" else {}
            events.append({**piece(token, **each), **counted})
        at_end = {"logprobs": {"content": entries}} if self._manner.logprobs == "end" and any(entries) else {}
        events.append(piece(None, self._finish, **at_end))
        if self._body.get("stream_options"):
            events.append({"choices": [], "usage": self._usage(len(self._tokens))})
        return events

    def whole(self) -> dict[str, Any]:
        choice: dict[str, Any] = {
            "index": 0,
            "message": {"role": "assistant", "content": "".join(self._tokens)},
            "finish_reason": self._finish,
        }
        if any(entries := self._entries()):
            choice["logprobs"] = {"content": entries}
        return {"choices": [choice], "usage": self._usage(len(self._tokens))}

    def _usage(self, written: int) -> dict[str, Any]:
        details = {"cached_tokens": self.prompt_tokens // 2}
        return {"prompt_tokens": self.prompt_tokens, "completion_tokens": written, "prompt_tokens_details": details}

    def _entries(self) -> list[dict[str, Any] | None]:
        if not self._body.get("logprobs") or self._manner.logprobs == "none":
            return [None] * len(self._tokens)
        if self._goes_on:
            return [
                self._entry("s", {"s": 0.2, "ship": 0.01 * self.shares["ship"], "skip": 0.01 * self.shares["skip"]})
            ]
        found = list(re.finditer(r'"call": *"(ship|skip)"', self._text))
        span = found[-1].span(1) if found else (-1, -1)
        entries, at = [], 0
        for token in self._tokens:
            likely: dict[str, float] = {}
            if at < span[1] and at + len(token) > span[0]:
                for option, share in self.shares.items():
                    text = self._text[: span[0]] + option + self._text[span[1] :]
                    spelled = text[at : at + len(token)]
                    likely[spelled] = likely.get(spelled, 0.0) + 0.9 * share
            entries.append(self._entry(token, likely or {token: 0.5}))
            at += len(token)
        return entries

    def _entry(self, token: str, likely: Mapping[str, float]) -> dict[str, Any]:
        weights = {**likely, "The": 0.03, " ": 0.02}
        top = sorted(weights, key=lambda text: -weights[text])[: self._body["top_logprobs"]][: self._manner.top]
        if self._goes_on:
            top = list(weights)
        spelled = [
            {"token": text, "bytes": list(text.encode()), "logprob": math.log(weights[text] or 1e-9)} for text in top
        ]
        taken = {"token": token, "bytes": list(token.encode()), "logprob": math.log(weights.get(token) or 1e-9)}
        return {**taken, "top_logprobs": spelled}


def _write(turns: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int) -> str:
    request = Request(
        id="scripted",
        messages=tuple(Message("user", (turn["content"],)) for turn in turns),
        schema=schema,
        choice=None,
        sampling=Sampling(),
        seed=seed,
        max_tokens=1 << 20,
        timeout_s=DEADLINE_S,
    )
    return asyncio.run(ScriptedEngine(context_tokens=1 << 30).generate(request)).text
