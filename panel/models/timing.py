"""Timing several files in turns, so that a busy moment of the machine falls on all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from panel.errors import EngineCrash
from panel.models.bench import Bench
from panel.models.candidates import Candidate, Effort, Tell
from panel.models.comparison import refused
from panel.models.memory import available_memory
from panel.models.policy import tool_seconds

_STREAMS, _STEP_TOKENS, _STEPS = 8, 2, 4
_PIECE_TOKENS = 256
_MEMORY_FACTOR, _MEMORY_BASE_BYTES = 2.5, 300_000_000
"""What a model takes when it is open, its context included: so many times its file, and its process."""


@dataclass(slots=True)
class _Runner:
    candidate: Candidate
    bench: Bench | None = None
    piece_s: list[float] = field(default_factory=list)
    step_s: list[float] = field(default_factory=list)


class Race:
    """The source and those as good as it; a candidate over which llama.cpp dies falls out.

    Attributes:
        prefix_tokens: how much lies before what is timed.
        rounds: how often each was timed; 0 when there is nobody but the source.
    """

    def __init__(
        self, source: Candidate, others: Sequence[Candidate], *, prefix_tokens: int, threads: int, effort: Effort
    ) -> None:
        self._source = source
        self._runners = [_Runner(one) for one in (source, *others)]
        self.prefix_tokens = prefix_tokens
        self._piece_tokens = min(_PIECE_TOKENS, prefix_tokens // 2)
        self._threads = threads
        self._effort = effort
        self.rounds = 0

    def run(self, tell: Tell) -> None:
        """Time everybody, and note their rates: medians over all rounds.

        Raises:
            SetupError: llama.cpp died over the source.
        """
        if len(self._runners) == 1:
            return
        together = self._all_fit()
        began = time.monotonic()
        with ExitStack() as stack:
            while self.rounds < self._effort.rounds and not self._is_enough(time.monotonic() - began):
                tell(f"timing, round {self.rounds + 1} of {self._effort.rounds}")
                for runner in tuple(self._runners):
                    with self._falling_out(runner):
                        if together:
                            runner.bench = runner.bench or stack.enter_context(self._open(runner))
                            _time(runner, runner.bench)
                        else:
                            with self._open(runner) as bench:
                                _time(runner, bench)
                self.rounds += 1
        for runner in self._runners:
            self._note_rates(runner)

    def _all_fit(self) -> bool:
        sizes = [runner.candidate.figures.size_bytes or 0 for runner in self._runners]
        return sum(size * _MEMORY_FACTOR + _MEMORY_BASE_BYTES for size in sizes) < available_memory()

    def _is_enough(self, spent_s: float) -> bool:
        return self.rounds >= self._effort.least_rounds and spent_s > self._effort.rounds_budget_s

    @contextmanager
    def _open(self, runner: _Runner) -> Iterator[Bench]:
        with Bench() as bench:
            bench.ask("open", path=str(runner.candidate.path), threads=self._threads)
            bench.ask(
                "set_up",
                prefix_tokens=self.prefix_tokens,
                piece_tokens=self._piece_tokens,
                streams=_STREAMS,
                step_tokens=_STEP_TOKENS,
                steps=_STEPS,
            )
            yield bench

    @contextmanager
    def _falling_out(self, runner: _Runner) -> Iterator[None]:
        try:
            yield
        except EngineCrash as error:
            if runner.candidate is self._source:
                raise refused(self._source.path, error) from error
            runner.candidate.drop(f"llama.cpp cannot run it: {error.message}")
            self._runners.remove(runner)

    def _note_rates(self, runner: _Runner) -> None:
        prefill = self._piece_tokens / statistics.median(runner.piece_s)
        decode = _STREAMS * _STEP_TOKENS / statistics.median(runner.step_s)
        runner.candidate.note(
            prefill_tokens_per_s=prefill, decode_tokens_per_s=decode, tool_s=tool_seconds(prefill, decode)
        )


def _time(runner: _Runner, bench: Bench) -> None:
    took = bench.ask("time")
    runner.piece_s += took["piece_s"]
    runner.step_s += took["step_s"]
