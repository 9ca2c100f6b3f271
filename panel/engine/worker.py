"""The thread that owns the model: takes requests as they come, writes them one at a time.

Which pending request is next: the one whose prompt shares the most whole segments with what the context already
holds, the oldest among equals. So a tool's seats follow each other, a revision follows its draft, and a
dossier is read once.

A segment is always decoded from its own start in pieces of the same size and reused only whole. Its numbers
therefore never depend on who computed it, and a seat's text never depends on the company it keeps.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import llguidance
import numpy as np

from panel.engine.chat import ChatTemplate, Segment
from panel.engine.constraint import Constraint
from panel.engine.protocol import Generation, OnProgress, Progress, Request
from panel.engine.sampling import Logits, pick_token, weigh_options
from panel.errors import ContextOverflow, EngineCrash, EngineTimeout, PanelError
from panel.records import EngineIdentity

BATCH_TOKENS = 512
"""Prefill goes through the model in pieces of this many tokens, counted from a segment's start."""

PROGRESS_EVERY = 8


class TokenModel(Protocol):
    """What the worker needs of a model; `panel.engine.llama.LlamaContext` is the real one."""

    identity: EngineIdentity
    context_tokens: int
    tokenizer: llguidance.LLTokenizer
    chat: ChatTemplate

    def tokenize(self, segment: Segment, *, first: bool) -> tuple[int, ...]: ...  # noqa: D102
    def truncate(self, length: int) -> bool: ...  # noqa: D102
    def decode(self, tokens: tuple[int, ...] | list[int], position: int) -> None: ...  # noqa: D102
    def logits(self) -> Logits: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Cancelled(Exception):
    """The caller no longer wants the text; never leaves this module."""


@dataclass(eq=False)
class _Job:
    request: Request
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Generation]
    on_progress: OnProgress
    segments: list[tuple[int, ...]] | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


class BatchOfOneEngine:
    """An `Engine` over a model of tokens, one sequence at a time."""

    def __init__(self, open_model: Callable[[], TokenModel]) -> None:
        """Open the model in the thread that will own it.

        Args:
            open_model: called once, in that thread.

        Raises:
            SetupError: the model cannot be opened.
        """
        self._wake = threading.Condition()
        self._pending: list[_Job] = []
        self._closing = False
        self._held: list[tuple[int, ...]] = []
        self._tokens_of: dict[tuple[bool, Segment], tuple[int, ...]] = {}
        self._opened: TokenModel | BaseException | None = None
        self._thread = threading.Thread(target=self._live, args=(open_model,), name="panel-engine", daemon=True)
        self._thread.start()
        with self._wake:
            while self._opened is None:
                self._wake.wait()
        if isinstance(self._opened, BaseException):
            self._thread.join()
            raise self._opened
        self._identity: EngineIdentity = self._opened.identity

    @property
    def identity(self) -> EngineIdentity:
        """Which model writes, down to its bytes."""
        return self._identity

    async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
        """Write one text; see `Engine`."""
        loop = asyncio.get_running_loop()
        job = _Job(request, loop, loop.create_future(), on_progress or _ignore)
        with self._wake:
            if self._closing:
                raise EngineCrash("the engine is closed")
            self._pending.append(job)
            self._wake.notify_all()
        try:
            return await job.future
        except asyncio.CancelledError:
            job.cancelled.set()
            raise

    async def aclose(self) -> None:
        """Stop what is pending and free the model; see `Engine`."""
        with self._wake:
            self._closing = True
            for job in self._pending:
                job.cancelled.set()
            self._wake.notify_all()
        await asyncio.to_thread(self._thread.join)

    def _live(self, open_model: Callable[[], TokenModel]) -> None:
        model: TokenModel | None = None
        try:
            model = open_model()
        except BaseException as error:
            self._announce(error)
            return
        try:
            self._announce(model)
            while (job := self._next_job(model)) is not None:
                self._work(model, job)
        finally:
            model.close()

    def _announce(self, opened: TokenModel | BaseException) -> None:
        with self._wake:
            self._opened = opened
            self._wake.notify_all()

    def _next_job(self, model: TokenModel) -> _Job | None:
        while True:
            with self._wake:
                while not self._pending and not self._closing:
                    self._wake.wait()
                if self._closing:
                    for job in self._pending:
                        _settle(job, EngineCrash("the engine was closed"))
                    self._pending.clear()
                    return None
                waiting = list(self._pending)
            best, best_shared = None, -1
            for job in waiting:
                if job.cancelled.is_set() or not self._prepare(model, job):
                    self._drop(job)
                    continue
                shared = sum(map(len, self._shared(job)))
                if shared > best_shared:
                    best, best_shared = job, shared
            if best is not None:
                self._drop(best)
                return best

    def _drop(self, job: _Job) -> None:
        with self._wake:
            if job in self._pending:
                self._pending.remove(job)

    def _prepare(self, model: TokenModel, job: _Job) -> bool:
        """Tokenize a job once, and refuse it here when it cannot fit."""
        if job.segments is not None:
            return True
        request = job.request
        try:
            cut = model.chat.segments(request.messages)
            tokens = [self._tokenize(model, segment, first=index == 0) for index, segment in enumerate(cut)]
            job.segments = [segment for segment in tokens if segment]
            _check_fit(request, sum(map(len, job.segments)), model.context_tokens)
        except PanelError as error:
            _settle(job, error)
            return False
        return True

    def _tokenize(self, model: TokenModel, segment: Segment, *, first: bool) -> tuple[int, ...]:
        key = (first, segment)
        if key not in self._tokens_of:
            if len(self._tokens_of) > 4096:
                self._tokens_of.clear()
            self._tokens_of[key] = model.tokenize(segment, first=first)
        return self._tokens_of[key]

    def _shared(self, job: _Job) -> list[tuple[int, ...]]:
        """Return the job's leading segments that the context holds; never its last, which yields the logits."""
        shared = []
        for wanted, held in zip((job.segments or [])[:-1], self._held, strict=False):
            if wanted != held:
                break
            shared.append(wanted)
        return shared

    def _work(self, model: TokenModel, job: _Job) -> None:
        try:
            generation = _Writing(model, job, self._held, self._shared(job)).write()
        except Cancelled:
            return
        except PanelError as error:
            if isinstance(error, EngineCrash):
                self._held.clear()
            _settle(job, error)
        except Exception as error:  # the thread must outlive any request; nothing of the graph runs here
            self._held.clear()
            _settle(job, EngineCrash(f"the engine failed: {type(error).__name__}: {error}"))
        else:
            _settle(job, generation)


class _Writing:
    """One request being written: prefill, then token after token."""

    def __init__(
        self, model: TokenModel, job: _Job, held: list[tuple[int, ...]], shared: list[tuple[int, ...]]
    ) -> None:
        self.model, self.job, self.request, self.held = model, job, job.request, held
        self.shared = shared
        self.started = time.monotonic()
        self.sampled: list[int] = []
        self.count = 0
        self.probabilities: dict[str, float] | None = None
        self.rng = np.random.Generator(np.random.PCG64(job.request.seed))

    def write(self) -> Generation:
        """Prefill what is not shared, then decode until the grammar is satisfied."""
        segments = self.job.segments or []
        prompt_tokens = sum(map(len, segments))
        constraint = Constraint(self.model.tokenizer, self.request.schema, self.request.choice)
        position, cached = self._prefill(segments, prompt_tokens)
        queue: list[int] = []
        while True:
            forced = constraint.forced()
            queue += forced
            self.count += len(forced)
            if constraint.finished or self.count >= self.request.max_tokens:
                break
            position = self._decode(queue, position)
            queue = [self._choose(constraint)]
            self.count += 1
            if self.count % PROGRESS_EVERY == 0:
                self._tell("decode", self.count, self.request.max_tokens)
        return Generation(
            text=constraint.written.decode("utf-8", "replace"),
            finish="stop" if constraint.finished else "length",
            probabilities=self.probabilities,
            prompt_tokens=prompt_tokens,
            cached_tokens=cached,
            completion_tokens=self.count,
            duration_s=time.monotonic() - self.started,
        )

    def _prefill(self, segments: list[tuple[int, ...]], total: int) -> tuple[int, int]:
        cached = sum(map(len, self.shared))
        del self.held[len(self.shared) :]
        if not self.model.truncate(cached):
            cached = 0
            self.held.clear()
        position = cached
        for segment in segments[len(self.held) :]:
            self._tell("prefill", position, total)
            position = self._decode(list(segment), position)
            self.held.append(segment)
        self._tell("prefill", total, total)
        return position, cached

    def _decode(self, tokens: list[int], position: int) -> int:
        for start in range(0, len(tokens), BATCH_TOKENS):
            self._check_wanted()
            piece = tokens[start : start + BATCH_TOKENS]
            self.model.decode(piece, position)
            position += len(piece)
        return position

    def _choose(self, constraint: Constraint) -> int:
        allowed = constraint.allowed()
        logits = self.model.logits()
        decision = constraint.decision(allowed)
        if decision is None:
            token = pick_token(logits, allowed, self.sampled, self.request.sampling, self.rng)
            if allowed.size > 1:
                self.sampled.append(token)
        else:
            # The call is the likelier option, so that a printed probability never contradicts its call.
            self.probabilities, tokens = weigh_options(logits, decision)
            token = tokens[max(self.probabilities, key=lambda option: self.probabilities[option])]  # type: ignore[index]
        constraint.take(token)
        return token

    def _check_wanted(self) -> None:
        if self.job.cancelled.is_set():
            raise Cancelled
        spent_s = time.monotonic() - self.started
        if spent_s > self.request.timeout_s:
            raise EngineTimeout(
                f"{self.request.id}: no verdict after {spent_s:.0f} s ({self.count} tokens written)",
                hint="Raise seat_timeout_s in panel.toml, or choose a smaller model.",
            )

    def _tell(self, phase: str, tokens: int, total: int) -> None:
        self.job.on_progress(Progress(self.request.id, phase, tokens, total))  # type: ignore[arg-type]


def _check_fit(request: Request, prompt_tokens: int, context_tokens: int) -> None:
    if prompt_tokens + request.max_tokens > context_tokens:
        raise ContextOverflow(
            f"{request.id}: {prompt_tokens:,} prompt tokens and room for {request.max_tokens:,} of answer do not fit "
            f"the context of {context_tokens:,}",
            hint="Shorten the dossier's evidence, or raise context_tokens in panel.toml if the model allows it.",
        )


def _settle(job: _Job, outcome: Generation | PanelError) -> None:
    def settle() -> None:
        if job.future.done():
            return
        if isinstance(outcome, PanelError):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)

    try:
        job.loop.call_soon_threadsafe(settle)
    except RuntimeError:
        return  # the loop is gone, and with it whoever waited


def _ignore(progress: Progress) -> None:
    return None
