"""The thread that owns the model: takes requests as they come, writes them one at a time.

Which pending request is next: the one whose prompt shares the most whole segments with what the context already
holds, the oldest among equals. So a tool's seats follow each other, a revision follows its draft, and a
dossier is read once.

A segment is always decoded from its own start in pieces of the same size and reused only whole. Its numbers
therefore never depend on who computed it, and a seat's text never depends on the company it keeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Event, Thread

from panel.engine.chat import Segment
from panel.engine.protocol import Generation, OnProgress, Progress, Request
from panel.engine.writing import TokenModel, Tokens, Writing
from panel.errors import ContextOverflow, EngineCrash, PanelError
from panel.records import EngineIdentity

KEPT_SEGMENTS = 1024
"""How many segments' tokens are remembered: enough for every seat of a large run and its revisions."""


class Cancelled(Exception):
    """The caller no longer wants the text; never leaves this module."""


@dataclass(eq=False)
class _Job:
    request: Request
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Generation]
    on_progress: OnProgress
    segments: list[Tokens] | None = None
    cancelled: Event = field(default_factory=Event)


class BatchOfOneEngine:
    """An `Engine` over a model of tokens, one sequence at a time."""

    def __init__(self, open_model: Callable[[], TokenModel]) -> None:
        """Open the model in the thread that will own it.

        Args:
            open_model: called once, in that thread.

        Raises:
            SetupError: the model cannot be opened.
        """
        self._wake = Condition()
        self._pending: list[_Job] = []
        self._closing = Event()
        self._held: list[Tokens] = []
        self._tokens_of: dict[tuple[bool, Segment], Tokens] = {}
        self._opened: EngineIdentity | BaseException | None = None
        self._thread = Thread(target=self._live, args=(open_model,), name="panel-engine", daemon=True)
        self._thread.start()
        try:
            with self._wake:
                while self._opened is None:
                    self._wake.wait()
        except BaseException:  # Ctrl-C while the model loads: the thread must not outlive it
            self._closing.set()
            raise
        if isinstance(self._opened, BaseException):
            self._thread.join()
            raise self._opened
        self._identity: EngineIdentity = self._opened

    @property
    def identity(self) -> EngineIdentity:
        """Which model writes, down to its bytes."""
        return self._identity

    async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
        """Write one text; see `Engine`."""
        loop = asyncio.get_running_loop()
        job = _Job(request, loop, loop.create_future(), on_progress or _ignore)
        with self._wake:
            if self._closing.is_set():
                raise _closed()
            self._pending.append(job)
            self._wake.notify_all()
        try:
            return await job.future
        except asyncio.CancelledError:
            job.cancelled.set()
            raise

    async def aclose(self) -> None:
        """Stop what is pending or being written and free the model; see `Engine`."""
        self._stop()
        await asyncio.to_thread(self._thread.join)

    def _stop(self) -> None:
        with self._wake:
            self._closing.set()
            self._wake.notify_all()

    def _live(self, open_model: Callable[[], TokenModel]) -> None:
        try:
            model = open_model()
        except BaseException as error:
            self._announce(error)
            return
        try:
            self._announce(model.identity)
            while (job := self._next_job(model)) is not None:
                self._work(model, job)
        finally:
            # Whatever ended the thread, nobody may wait for it any longer.
            self._stop()
            for job in self._pending:
                _settle(job, _closed())
            model.close()

    def _announce(self, opened: EngineIdentity | BaseException) -> None:
        with self._wake:
            self._opened = opened
            self._wake.notify_all()

    def _next_job(self, model: TokenModel) -> _Job | None:
        """Wait for requests and take the best one out; none when the engine is closing."""
        while True:
            with self._wake:
                while not self._pending and not self._closing.is_set():
                    self._wake.wait()
                if self._closing.is_set():
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
            self._pending.remove(job)

    def _prepare(self, model: TokenModel, job: _Job) -> bool:
        """Tokenize a job once, and refuse it here when it cannot fit."""
        if job.segments is not None:
            return True
        try:
            cut = model.chat.segments(job.request.messages)
            tokens = [self._tokenize(model, segment, first=index == 0) for index, segment in enumerate(cut)]
            segments = [segment for segment in tokens if segment]
            _check_fit(job.request, sum(map(len, segments)), model.context_tokens)
        except Exception as error:  # as in `_work`: the thread must outlive any request
            _settle(job, _translated(error))
            return False
        job.segments = segments
        return True

    def _tokenize(self, model: TokenModel, segment: Segment, *, first: bool) -> Tokens:
        key = (first, segment)
        if key not in self._tokens_of:
            if len(self._tokens_of) >= KEPT_SEGMENTS:
                self._tokens_of.clear()
            self._tokens_of[key] = model.tokenize(segment, first=first)
        return self._tokens_of[key]

    def _shared(self, job: _Job) -> list[Tokens]:
        """Return the job's leading segments that the context holds; never its last, which yields the logits."""
        shared = []
        for wanted, held in zip((job.segments or [])[:-1], self._held, strict=False):
            if wanted != held:
                break
            shared.append(wanted)
        return shared

    def _work(self, model: TokenModel, job: _Job) -> None:
        def check_wanted() -> None:
            if job.cancelled.is_set():
                raise Cancelled
            if self._closing.is_set():
                raise _closed()

        writing = Writing(
            model,
            job.request,
            job.segments or [],
            self._held,
            shared=len(self._shared(job)),
            check_wanted=check_wanted,
            on_progress=job.on_progress,
        )
        try:
            generation = writing.write()
        except Cancelled:
            return
        except Exception as error:  # the thread must outlive any request; nothing of the graph runs here
            translated = _translated(error)
            if isinstance(translated, EngineCrash):
                # What the context holds now is anybody's guess.
                self._held.clear()
            _settle(job, translated)
        except BaseException:
            _settle(job, _closed())
            raise
        else:
            _settle(job, generation)


def _closed() -> EngineCrash:
    return EngineCrash("the engine is closed")


def _translated(error: Exception) -> PanelError:
    if isinstance(error, PanelError):
        return error
    crash = EngineCrash(f"the engine failed: {type(error).__name__}: {error}")
    crash.__cause__ = error
    return crash


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
