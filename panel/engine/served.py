"""Any OpenAI-compatible server as an engine: llama-server, vLLM, Ollama.

The model, its memory and its batches are the server's; here is one request over HTTP, its answer streamed, and the
order in which requests leave. What the answer means is read in `panel.engine.served_answer`.

What a server cannot promise, as the engine in this process does:
- the same text whatever else is written beside it: the identity's `steady` is None;
- every sampling setting: a server ignores what it does not know, and is asked again without what it refuses;
- a decided call: the server draws it, so `served_answer` sets it to the likelier option once the answer is there;
- that outside text cannot become a control token: what looks like a mark of a turn is broken up before it is sent.

Not here: retries. A failure is raised at once, for the one owner of retries; only a busy server is waited for.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx2

from panel.engine.protocol import Generation, OnProgress, Progress, Request
from panel.engine.served_answer import Transcript
from panel.engine.served_schema import check_schema, quotable
from panel.engine.served_wire import BODY_BYTES, KEY_HINT, NAME_CHARS, Refusal, Wire
from panel.engine.served_words import as_mapping, quote_words
from panel.errors import ContextOverflow, EngineCrash, EngineTimeout, PanelError, SetupError
from panel.records import EngineIdentity

OPEN_S = 30.0
"""How long a server may take to say what it serves; it may be loading its model."""
PROGRESS_EVERY = 8
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 8.0
"""Before a busy server is asked again; doubled each time, and never less than it asks for."""
wait = asyncio.sleep
"""How a busy server is waited for; tests set it to nothing."""

TOP_LOGPROBS = 20
"""The most that OpenAI's API and vLLM's defaults allow."""
SECOND_LOOK = 10_000
"""Alternatives at one token: llama-server lists them before its grammar, so that an option may be far down."""

_BYTES_PER_TOKEN, _BYTES_PER_WEIGHED_TOKEN = 1024, 8192
_CHARS_PER_TOKEN = 3
_BUSY = {429, 503}
_DROPPABLE = (400, 422)
_ROOM_HINT = "Shorten the dossier's evidence, or give the server a longer context, and panel.toml its context_tokens."
# <|im_end|>, </s>, <start_of_turn>, [INST]: every family of models has its own; all have this look.
_MARK = re.compile(r"(<)(?=[^\s<>]{1,40}>)|(\[)(?=/?g?[A-Z_]{3,30}\])")


def open_server(
    base_url: str,
    *,
    model: str = "",
    api_key: str = "",
    context_tokens: int,
    concurrency: int = 4,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> ServedEngine:
    """Ask a server what it serves and open the engine over it. Not to be called inside an event loop.

    Args:
        base_url: as `http://127.0.0.1:8080/v1`; without a path, `/v1` is meant.
        model: by the server's own name for it; "" takes the first.
        api_key: sent as a bearer token; "" sends none.
        context_tokens: what a request may take; less when the server says that it has less.
        concurrency: how many requests are sent at once.
        transport: in place of the network.

    Raises:
        SetupError: the address is none, nobody answers there, it wants another key, or the model is not served.
    """
    return asyncio.run(_open(Wire(_parse_base(base_url), api_key, transport), model, context_tokens, concurrency))


class ServedEngine:
    """An `Engine` over a server; made by `open_server`.

    Args:
        identity: which server and model, how long its context is and how many requests are sent at once.
        wire: the way to the server.
        counts_tokens: whether the server tells how many tokens a prompt has.
        is_llama: whether it is a llama-server, which can go on from the beginning of an answer.
    """

    def __init__(self, identity: EngineIdentity, wire: Wire, *, counts_tokens: bool, is_llama: bool) -> None:
        self._identity, self._wire = identity, wire
        self._counts_tokens, self._is_llama = counts_tokens, is_llama
        self._closed = False
        self._refused: frozenset[str] = frozenset()
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
        self._clocks: set[tuple[asyncio.AbstractEventLoop, asyncio.Timeout]] = set()

    @property
    def identity(self) -> EngineIdentity:
        """Which server writes with which model; its bytes are the server's own affair."""
        return self._identity

    async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
        """Write one text; see `Engine`."""
        if self._closed:
            raise _closed()
        check_schema(request.schema)
        loop = asyncio.get_running_loop()
        turn = self._turns.setdefault(loop, asyncio.Semaphore(self._identity.seats_at_once))
        clock = asyncio.timeout(None)
        asking = _Asking(request, on_progress)
        try:
            async with clock, self._stoppable(loop, clock), turn:
                if self._closed:
                    raise _closed()
                clock.reschedule(loop.time() + request.timeout_s)
                async with self._wire.connect() as client:
                    return await self._write(client, asking)
        except TimeoutError:
            raise (_closed() if self._closed else self._late(asking)) from None

    async def aclose(self) -> None:
        """Refuse further requests, and end those that wait or are being written; see `Engine`."""
        self._closed = True
        for loop, clock in tuple(self._clocks):
            with suppress(RuntimeError):  # that loop is gone, and with it whoever waited
                loop.call_soon_threadsafe(self._run_out, loop, clock)

    @asynccontextmanager
    async def _stoppable(self, loop: asyncio.AbstractEventLoop, clock: asyncio.Timeout) -> AsyncIterator[None]:
        self._clocks.add((loop, clock))
        try:
            yield
        finally:
            self._clocks.discard((loop, clock))

    def _run_out(self, loop: asyncio.AbstractEventLoop, clock: asyncio.Timeout) -> None:
        if (loop, clock) in self._clocks and not clock.expired():
            clock.reschedule(loop.time())

    async def _write(self, client: httpx2.AsyncClient, asking: _Asking) -> Generation:
        request, source = asking.request, self._wire.url("/chat/completions")
        messages = _messages(request)
        prompt_tokens = await self._count(client, request, messages)
        wait_s, refused = FIRST_WAIT_S, self._refused
        while True:
            body = _body(request, messages, self._identity.model_name, refused)
            async with self._wire.send(client, source, body) as response:
                if response.status_code == 200:
                    self._refused |= refused
                    transcript = Transcript(request, source, prompt_tokens, self._wire.api_key)
                    await self._read(response, transcript, asking)
                    break
                refusal = await self._wire.refusal(response)
            if refusal.status in _BUSY:
                asking.busy = refusal.words
                await wait(max(wait_s, refusal.retry_after_s))
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
                continue
            less = _leave_out(body, refused, refusal)
            if less is None:
                raise _translate(refusal, request, prompt_tokens)
            refused = less
        await self._look_again(client, body, transcript)
        generation = transcript.conclude(time.monotonic() - asking.started)
        asking.tell(transcript, last=True)
        return generation

    async def _read(self, response: httpx2.Response, transcript: Transcript, asking: _Asking) -> None:
        per_token = _BYTES_PER_WEIGHED_TOKEN if _wants_logprobs(asking.request) else _BYTES_PER_TOKEN
        max_bytes = BODY_BYTES + per_token * asking.request.max_tokens
        async with aclosing(self._wire.events(response, max_bytes)) as events:
            async for event in events:
                transcript.take(event)
                asking.tell(transcript)

    async def _look_again(self, client: httpx2.AsyncClient, body: Mapping[str, Any], transcript: Transcript) -> None:
        """Ask llama-server for the one token that decides the choice, when the alternatives it listed did not.

        The prompt and the answer up to there are in its cache. Without an answer the choice stays unweighed.
        """
        before = transcript.weigh()
        if before is None or not self._is_llama:
            return
        kept = ("model", "cache_prompt", "chat_template_kwargs")
        asked = {name: body[name] for name in kept if name in body} | {
            "messages": [*body["messages"], {"role": "assistant", "content": before}],
            "continue_final_message": True,
            "add_generation_prompt": False,
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": True,
            "top_logprobs": SECOND_LOOK,
        }
        with suppress(EngineCrash):
            async with self._wire.send(client, self._wire.url("/chat/completions"), asked) as response:
                if response.status_code == 200:
                    transcript.weigh_next(await self._wire.read_object(response, 4 * BODY_BYTES))

    async def _count(self, client: httpx2.AsyncClient, request: Request, messages: Sequence[Mapping[str, str]]) -> int:
        """Count the prompt's tokens, by a guess where the server does not tell, and refuse what cannot fit.

        llama-server counts the text without the chat template's own words; what those push over the limit it refuses
        itself, or cuts.
        """
        told = None
        if self._counts_tokens:
            told = await _count_tokens(self._wire, client, self._identity.model_name, messages)
        chars = sum(len(message["content"]) for message in messages)
        prompt_tokens, about = (-(-chars // _CHARS_PER_TOKEN), "about ") if told is None else (told, "")
        context_tokens = self._identity.context_tokens
        if prompt_tokens + request.max_tokens > context_tokens:
            raise ContextOverflow(
                f"{request.id}: {about}{prompt_tokens:,} prompt tokens and room for {request.max_tokens:,} of answer "
                f"do not fit the context of {context_tokens:,}",
                hint=_ROOM_HINT,
            )
        return prompt_tokens

    def _late(self, asking: _Asking) -> EngineTimeout:
        request = asking.request
        state = asking.busy if asking.busy and not asking.tokens else f"{asking.tokens} tokens written"
        return EngineTimeout(
            f"{request.id}: no verdict from {self._wire.base_url} after {request.timeout_s:g} s ({state})",
            hint="Raise seat_timeout_s in panel.toml, or give the server less to do at once.",
        )


def _closed() -> EngineCrash:
    return EngineCrash("the engine is closed")


class _Asking:
    """One request on its way: its progress, and what to say of it when its time is up."""

    def __init__(self, request: Request, on_progress: OnProgress | None) -> None:
        self.request, self._on_progress = request, on_progress
        self.started = time.monotonic()
        self.busy = ""
        self.tokens = 0
        self._prompt_read = -1

    def tell(self, transcript: Transcript, *, last: bool = False) -> None:
        """Report how far the prompt is read, where the server tells; then every few tokens of the answer."""
        read = transcript.prompt_read if not transcript.pieces else transcript.prompt_tokens
        if read > self._prompt_read and not self.tokens:
            self._prompt_read = read
            self._report(Progress(self.request.id, "prefill", read, transcript.prompt_tokens))
        tokens = transcript.completion_tokens
        if transcript.pieces and (last or not self.tokens or tokens >= self.tokens + PROGRESS_EVERY):
            self.tokens = max(tokens, self.tokens)
            self._report(Progress(self.request.id, "decode", self.tokens, self.request.max_tokens))

    def _report(self, progress: Progress) -> None:
        if self._on_progress:
            self._on_progress(progress)


def _wants_logprobs(request: Request) -> bool:
    return request.logprobs or request.choice is not None


def _messages(request: Request) -> list[dict[str, str]]:
    return [{"role": message.role, "content": _defuse("".join(message.parts))} for message in request.messages]


def _defuse(text: str) -> str:
    """Break up what looks like a mark of a turn: a server's chat template and its outside text share one string."""
    return _MARK.sub(lambda mark: f"{mark[0]} ", text.encode("utf-8", "replace").decode())


def _body(
    request: Request, messages: Sequence[Mapping[str, str]], model: str, refused: frozenset[str]
) -> dict[str, Any]:
    sampling = request.sampling
    answer = {"name": "answer", "strict": True, "schema": quotable(request.schema)}
    body: dict[str, Any] = {
        "model": model,
        "messages": messages,
        "response_format": {"type": "json_schema", "json_schema": answer},
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "presence_penalty": sampling.presence_penalty,
        # Some servers read 31 bits, and to llama-server 32 ones mean a seed of its own choice.
        "seed": request.seed % 0x7FFFFFFF,
        "max_tokens": request.max_tokens,
        # llama-server leaves tokens out of a stream, whose probabilities are then lost.
        "stream": not request.logprobs,
    }
    if "logprobs" not in refused and _wants_logprobs(request):
        body |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS}
    if "extras" not in refused:
        body |= {
            "top_k": sampling.top_k,
            "min_p": sampling.min_p,
            # The same thing, as llama-server and as vLLM call it.
            "repeat_penalty": sampling.repetition_penalty,
            "repetition_penalty": sampling.repetition_penalty,
            "repeat_last_n": sampling.penalty_window,
            "dry_multiplier": sampling.dry_multiplier,
            "dry_base": sampling.dry_base,
            "dry_allowed_length": sampling.dry_allowed_length,
            "dry_penalty_last_n": sampling.penalty_window,
            "cache_prompt": True,
            "chat_template_kwargs": {"enable_thinking": False},
        }
        if body["stream"]:
            body |= {
                "return_progress": True,
                "stream_options": {"include_usage": True, "continuous_usage_stats": True},
            }
    return body


def _leave_out(body: Mapping[str, Any], refused: frozenset[str], refusal: Refusal) -> frozenset[str] | None:
    """Say what to leave out when a server refuses a request; None when it is not for something that can be."""
    if refusal.status not in _DROPPABLE or refusal.full:
        return None
    if "logprobs" in body and ("logprob" in refusal.words.lower() or "extras" in refused):
        return refused | {"logprobs"}
    return None if "extras" in refused else refused | {"extras"}


def _translate(refusal: Refusal, request: Request, prompt_tokens: int) -> PanelError:
    if refusal.full:
        return ContextOverflow(
            f"{request.id}: about {prompt_tokens:,} prompt tokens and room for {request.max_tokens:,} of answer do not "
            f"fit: {refusal}",
            hint=_ROOM_HINT,
        )
    if refusal.status >= 500 or refusal.status == 408:
        return EngineCrash(f"{refusal}")
    return _setup_error(refusal)


def _setup_error(refusal: Refusal) -> SetupError:
    """Translate what the server would say again, however often it is asked."""
    if refusal.status in (401, 403):
        return SetupError(f"{refusal}", hint=KEY_HINT)
    if refusal.status < 400:
        return SetupError(f"{refusal}", hint="Give the address it leads to, if you trust it.")
    return SetupError(f"{refusal}", hint="See the server's own log, or choose another address or model.")


async def _open(wire: Wire, model: str, context_tokens: int, concurrency: int) -> ServedEngine:
    url = wire.url("/models")
    try:
        async with asyncio.timeout(OPEN_S), wire.connect() as client:
            served, server = await _list_models(wire, client, url)
            name = _pick(list(served), model, wire.base_url)
            facts = await _read_facts(wire, client)
            counted = await _count_tokens(wire, client, name, [{"role": "user", "content": "a"}])
    except TimeoutError:
        raise SetupError(
            f"{url} does not answer", hint=f"It has {OPEN_S:g} seconds; it may still be loading."
        ) from None
    except EngineCrash as error:
        raise SetupError(error.message, hint="Start the server, or mend its address; it often ends in /v1.") from error
    entry, settings = served[name], as_mapping(facts.get("default_generation_settings"))
    limits = (as_mapping(entry.get("meta")).get("n_ctx"), entry.get("max_model_len"), settings.get("n_ctx"))
    known = [limit for limit in limits if type(limit) is int and limit > 0]
    template = str(facts.get("chat_template") or "")
    template_sha256 = hashlib.sha256(template.encode("utf-8", "replace")).hexdigest() if template else None
    version = " ".join(filter(None, (server, _name(facts.get("build_info")))))
    identity = EngineIdentity(
        engine="server",
        engine_version=version or "unknown",
        model_name=name,
        quantization=_name(facts.get("model_ftype")) or None,
        chat_template_sha256=template_sha256,
        context_tokens=min([context_tokens, *known]),
        base_url=wire.base_url,
        seats_at_once=concurrency,
    )
    return ServedEngine(identity, wire, counts_tokens=counted is not None, is_llama="build_info" in facts)


async def _list_models(wire: Wire, client: httpx2.AsyncClient, url: str) -> tuple[dict[str, Mapping[str, Any]], str]:
    """Ask what is served, by its name, and what the server calls itself; wait for one that is loading its model."""
    while True:
        async with wire.send(client, url) as response:
            if response.status_code == 200:
                entries = (await wire.read_object(response)).get("data")
                server = _name(response.headers.get("Server"))
                break
            refusal = await wire.refusal(response)
        if refusal.status not in _BUSY:
            raise _setup_error(refusal)
        await wait(max(FIRST_WAIT_S, refusal.retry_after_s))
    if not isinstance(entries, list):
        raise EngineCrash(f"{url} is no OpenAI-compatible API: it lists no models")
    named = [(entry.get("id"), entry) for entry in entries if isinstance(entry, dict)]
    return {name: entry for name, entry in named if name and name == _name(name)}, server


def _pick(served: Sequence[str], model: str, base_url: str) -> str:
    if not served:
        raise SetupError(f"{base_url} serves no model", hint="Load one into the server.")
    if model and model not in served:
        more = f" and {len(served) - 5} more" if len(served) > 5 else ""
        raise SetupError(f"{base_url} does not serve {model!r}", hint=f"It serves {', '.join(served[:5])}{more}.")
    return model or served[0]


async def _read_facts(wire: Wire, client: httpx2.AsyncClient) -> Mapping[str, Any]:
    """Ask llama-server about itself; nothing from any other."""
    try:
        async with wire.send(client, wire.root_url("/props")) as response:
            return await wire.read_object(response) if response.status_code == 200 else {}
    except EngineCrash:
        return {}


async def _count_tokens(
    wire: Wire, client: httpx2.AsyncClient, model: str, messages: Sequence[Mapping[str, str]]
) -> int | None:
    """Ask how many tokens a prompt has: llama-server by its text, vLLM by its turns; None when it is not told."""
    content = "".join(message["content"] for message in messages)
    body = {"model": model, "messages": messages, "content": content}
    async with wire.send(client, wire.root_url("/tokenize"), body) as response:
        if response.status_code != 200:
            return None
        try:
            told = await wire.read_object(response, BODY_BYTES + 32 * len(content))
        except EngineCrash:
            return None
    tokens = told.get("tokens")
    count = told.get("count", len(tokens) if isinstance(tokens, list) else None)
    return count if type(count) is int and count >= 0 else None


def _name(value: Any) -> str:
    """Return a short name that can be printed, else nothing."""
    fine = isinstance(value, str) and value.isprintable() and len(value) <= NAME_CHARS
    return value.strip() if fine else ""


def _parse_base(url: str) -> str:
    """Check a server's address.

    Returns:
        It without a slash at its end; `/v1` is added to an address without a path.

    Raises:
        SetupError: it is none, or holds a name, a password or a query. It is not repeated then.
    """
    hint = "Give an address such as http://127.0.0.1:8080/v1."
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
        parsed = httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL):
        raise SetupError("the server's address is no URL", hint=hint) from None
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SetupError("the server's address holds more than an address", hint=f"{hint} {KEY_HINT}")
    if parts.scheme not in ("http", "https") or not parsed.host or not port_is_fine or not url.isprintable():
        raise SetupError(f"the server's address is no http or https URL: {quote_words(url)}", hint=hint)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1'}"
