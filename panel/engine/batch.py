"""Requests written together: who is next, what is read once for all of them, and a step for everybody.

Driven by one thread: `add` requests, then `step` for as long as there is `work`. Knows nothing of threads or futures;
each request's end is told to whoever added it.

The pending request that shares the most with what is held goes first, the oldest among equals; so a tool's seats
follow each other, a revision follows its draft, and tools are finished one after another. Prompts are read before
anything is written, one piece a step: the fuller the batch, the cheaper a token.

When a step fails, nobody can say for whom it did: its requests begin again, one at a time, until each of them has
either failed by itself or got through.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, Protocol

import llguidance

from panel.engine.chat import ChatTemplate, Segment
from panel.engine.constraint import Grammars
from panel.engine.figures import Figures
from panel.engine.lookup import Habits, Lookup
from panel.engine.protocol import Generation, OnProgress, Progress, Request
from panel.engine.sampling import Logits
from panel.engine.streams import KEPT_NODES, Node, PrefixTree, Streams, Tokens
from panel.engine.writing import Writing
from panel.errors import ContextOverflow, EngineCrash, EngineTimeout, PanelError, SetupError
from panel.records import EngineIdentity

BATCH_TOKENS = 512
"""Prompts go through the model in pieces of this many tokens, counted from a segment's start."""

PROGRESS_EVERY = 8

KEPT_SEGMENTS = 1024
"""How many segments' tokens are remembered: enough for every seat of a large run and its revisions."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens to compute in one stream, the first at `position`; `scored` of them, counted from the end, give scores."""

    stream: int
    position: int
    tokens: Sequence[int]
    scored: int


class TokenModel(Protocol):
    """What is needed of a model; `panel.engine.llama.LlamaContext` is the real one.

    Attributes:
        streams: how many sequences it holds, each of `context_tokens` tokens.
        seats: how many of them are written at once, at most; the others keep prefixes.
        shares: whether a stream can be copied and cut back.
    """

    identity: EngineIdentity
    context_tokens: int
    streams: int
    seats: int
    shares: bool
    tokenizer: llguidance.LLTokenizer
    chat: ChatTemplate

    def tokenize(self, segment: Segment, *, first: bool) -> Tokens: ...  # noqa: D102
    def copy(self, source: int, target: int) -> None: ...  # noqa: D102
    def truncate(self, stream: int, length: int) -> None: ...  # noqa: D102
    def decode(self, pieces: Sequence[Piece], *, is_step: bool) -> list[Logits]: ...  # noqa: D102
    def clear(self) -> None: ...  # noqa: D102
    def interrupt(self) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


@dataclass(eq=False)
class Job:
    """A request and whoever waits for it.

    Attributes:
        request: what to write.
        settle: told its end, once.
        on_progress: told how far it is.
        is_wanted: asked before every step.
    """

    request: Request
    settle: Callable[[Generation | PanelError], None]
    on_progress: OnProgress
    is_wanted: Callable[[], bool]
    path: list[Node] = field(default_factory=list)
    is_suspect: bool = False

    @property
    def prompt_tokens(self) -> int:
        """The prompt's length."""
        return self.path[-1].end if self.path else 0


@dataclass(eq=False)
class _Seat:
    """A job in its stream."""

    job: Job
    stream: int
    writing: Writing
    unread: list[Node]
    position: int
    cached_tokens: int
    offset: int = 0
    spent_s: float = 0.0
    told: int = 0


class Batch:
    """The requests pending and being written.

    Args:
        model: the model; the batch is used by the thread that owns it.
    """

    def __init__(self, model: TokenModel) -> None:
        self._model = model
        self._streams = Streams(model)
        self._prompts = PrefixTree()
        self._grammars = Grammars(model.tokenizer)
        self._tokens_of: dict[tuple[bool, Segment], Tokens] = {}
        self._habits: Habits = {}
        self._pending: list[Job] = []
        self._seats: list[_Seat] = []
        self.figures = Figures()

    @property
    def work(self) -> bool:
        """Whether there is anything left to do."""
        return bool(self._pending or self._seats)

    def add(self, job: Job) -> None:
        """Take in a request; one that cannot fit or cannot be understood ends here."""
        if len(self._prompts) > KEPT_NODES and not self.work:
            self._prompts, self._streams = PrefixTree(), Streams(self._model)
        try:
            cut = self._model.chat.segments(job.request.messages)
            tokens = [self._tokenize(segment, first=index == 0) for index, segment in enumerate(cut)]
            job.path = self._prompts.path([segment for segment in tokens if segment])
            _check_fit(job.request, job.prompt_tokens, self._model.context_tokens)
        except Exception as error:  # the thread must outlive any request; nothing of the graph runs here
            job.settle(_translated(error))
        else:
            self._pending.append(job)

    def end(self, error: PanelError) -> None:
        """End everything with an error."""
        for job in [*(seat.job for seat in self._seats), *self._pending]:
            job.settle(error)
        self._seats.clear()
        self._pending.clear()

    def step(self) -> None:
        """Do one thing: read a piece of a prompt, or write a step of every answer."""
        try:
            self._step()
        except Exception as error:  # as in `add`
            if self._seats:
                self._start_again(list(self._seats), _translated(error))
            else:
                self.end(_translated(error))

    def _step(self) -> None:
        self._pending = [job for job in self._pending if job.is_wanted()]
        for seat in [seat for seat in self._seats if not seat.job.is_wanted()]:
            self._leave(seat)
        self._admit()
        reading = [seat for seat in self._seats if seat.unread]
        if reading:
            self._read(reading[0])
        elif self._seats:
            self._write()

    def _tokenize(self, segment: Segment, *, first: bool) -> Tokens:
        key = (first, segment)
        if key not in self._tokens_of:
            if len(self._tokens_of) >= KEPT_SEGMENTS:
                self._tokens_of.clear()
            self._tokens_of[key] = self._model.tokenize(segment, first=first)
        return self._tokens_of[key]

    def _admit(self) -> None:
        """Seat the next request, unless one is still being read: it may hold what the next one shares."""
        seats = self._seats
        if not self._pending or len(seats) >= self._model.seats or any(seat.unread for seat in seats):
            return
        if any(job.is_suspect for job in self._pending) or any(seat.job.is_suspect for seat in seats):
            if seats:
                return
            job = next((job for job in self._pending if job.is_suspect), self._pending[0])
        else:
            job = max(self._pending, key=lambda job: self._streams.shared(job.path))
        self._pending.remove(job)
        try:
            constraint = self._grammars.constrain(job.request.schema, job.request.choice, job.request.grammar)
            prompt = (token for node in job.path for token in node.tokens)
            lookup = Lookup(prompt, self._habits) if self._model.shares else None
            writing = Writing(job.request, constraint, lookup)
            stream, count = self._streams.open(job.path)
        except Exception as error:  # as in `add`
            job.settle(_translated(error))
            return
        cached = job.path[count - 1].end if count else 0
        self.figures.shared_tokens += cached
        seat = _Seat(job, stream, writing, job.path[count:], cached, cached)
        seats.append(seat)
        self._advance(seat, partial(self._tell, seat, "prefill", cached, job.prompt_tokens))

    def _leave(self, seat: _Seat) -> None:
        """Free a seat's stream; the last seat moves up."""
        self._seats.remove(seat)
        moved = self._streams.close(seat.stream)
        for other in self._seats:
            if other.stream == moved:
                other.stream = seat.stream

    def _read(self, seat: _Seat) -> None:
        began = time.monotonic()
        segment = seat.unread[0].tokens
        tokens = segment[seat.offset : seat.offset + BATCH_TOKENS]
        is_last = len(seat.unread) == 1 and seat.offset + len(tokens) == len(segment)
        rows = self._decode([seat], [Piece(seat.stream, seat.position, tokens, int(is_last))], is_step=False)
        if rows is None:
            return
        seat.position += len(tokens)
        seat.offset += len(tokens)
        if seat.offset == len(segment):
            seat.offset = 0
            self._streams.append(seat.stream, seat.unread.pop(0))

        def go_on() -> None:
            self._tell(seat, "prefill", seat.position, seat.job.prompt_tokens)
            if is_last:
                seat.writing.begin(rows[0])

        self._advance(seat, go_on)
        self.figures.read_s += time.monotonic() - began
        self.figures.read_tokens += len(tokens)

    def _write(self) -> None:
        """Compute what is due of every answer, and let each make of it what it can."""
        began = time.monotonic()
        # Neighbours in the context are computed together.
        seats = sorted(self._seats, key=lambda seat: seat.stream)
        pieces = []
        for seat in seats:
            due = seat.writing.due()
            pieces.append(Piece(seat.stream, seat.position, due, len(due)))
        rows = self._decode(seats, pieces, is_step=True)
        if rows is None:
            return
        decoded = time.monotonic()
        unread = iter(rows)
        for seat, piece in zip(seats, pieces, strict=True):
            scores = [next(unread) for _ in piece.tokens]
            self._advance(seat, partial(self._take, seat, piece, scores))
        ended = time.monotonic()
        self.figures.steps += 1
        self.figures.write_s += decoded - began
        self.figures.choose_s += ended - decoded

    def _take(self, seat: _Seat, piece: Piece, scores: list[Logits]) -> None:
        kept = seat.writing.read(piece.tokens, scores)
        seat.position += kept
        self.figures.guesses += len(piece.tokens) - 1
        self.figures.hits += kept - 1
        if kept < len(piece.tokens):
            self._model.truncate(seat.stream, seat.position)
        if seat.writing.count - seat.told >= PROGRESS_EVERY:
            seat.told = seat.writing.count
            self._tell(seat, "decode", seat.told, seat.job.request.max_tokens)

    def _decode(self, seats: list[_Seat], pieces: list[Piece], *, is_step: bool) -> list[Logits] | None:
        """Run the model for some seats, and share the time between them; none when it failed."""
        began = time.monotonic()
        try:
            return self._model.decode(pieces, is_step=is_step)
        except Exception as error:  # as in `add`
            self._start_again(seats, _translated(error))
            return None
        finally:
            for seat in seats:
                seat.spent_s += (time.monotonic() - began) / len(seats)

    def _start_again(self, failed: list[_Seat], error: PanelError) -> None:
        """Begin everything anew after a step that failed; who failed alone ends here."""
        again = [seat.job for seat in self._seats]
        if len(failed) == 1:
            again.remove(failed[0].job)
            failed[0].job.settle(error)
        for job in again:
            job.is_suspect |= len(failed) > 1
        self._seats.clear()
        self._pending[:0] = again
        # What the context holds now is anybody's guess.
        self._model.clear()
        self._streams = Streams(self._model)

    def _advance(self, seat: _Seat, act: Callable[[], None]) -> None:
        """Let a seat go on by itself; whatever goes wrong is its own."""
        began = time.monotonic()
        outcome: Generation | PanelError | None = None
        try:
            act()
            seat.spent_s += time.monotonic() - began
            if not seat.unread and seat.writing.done:
                outcome = _generation(seat)
            elif seat.spent_s > seat.job.request.timeout_s:
                outcome = _timeout(seat)
        except Exception as error:  # as in `add`
            outcome = _translated(error)
            self._streams.forget(seat.stream)
        if outcome is not None:
            self.figures.written_tokens += seat.writing.count
            self.figures.masks += seat.writing.masks
            self._leave(seat)
            seat.job.settle(outcome)

    def _tell(self, seat: _Seat, phase: Literal["prefill", "decode"], tokens: int, total: int) -> None:
        seat.job.on_progress(Progress(seat.job.request.id, phase, tokens, total))


def _generation(seat: _Seat) -> Generation:
    writing = seat.writing
    return Generation(
        text=writing.text,
        finish=writing.finish or "length",
        probabilities=writing.probabilities,
        prompt_tokens=seat.job.prompt_tokens,
        cached_tokens=seat.cached_tokens,
        completion_tokens=writing.count,
        duration_s=seat.spent_s,
        logprobs=writing.logprobs,
        token_bytes=writing.token_bytes,
    )


def _timeout(seat: _Seat) -> EngineTimeout:
    return EngineTimeout(
        f"{seat.job.request.id}: no verdict after {seat.spent_s:.0f} s ({seat.writing.count} tokens written)",
        hint="Raise seat_timeout_s in panel.toml, or choose a smaller model.",
    )


def _translated(error: Exception) -> PanelError:
    if isinstance(error, PanelError):
        return error
    crash = EngineCrash(f"the engine failed: {type(error).__name__}: {error}")
    crash.__cause__ = error
    return crash


def _check_fit(request: Request, prompt_tokens: int, context_tokens: int) -> None:
    if not prompt_tokens:
        raise SetupError(f"{request.id}: the model's chat template makes nothing of the prompt")
    if prompt_tokens + request.max_tokens > context_tokens:
        raise ContextOverflow(
            f"{request.id}: {prompt_tokens:,} prompt tokens and room for {request.max_tokens:,} of answer do not fit "
            f"the context of {context_tokens:,}",
            hint="Shorten the dossier's evidence, or raise context_tokens in panel.toml if the model allows it.",
        )
