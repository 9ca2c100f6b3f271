"""Making a model's candidates one by one, and having each read the text that the source read.

What is worse than the source is deleted at once, so that the disk holds no more than is still in question.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from panel.errors import EngineCrash, SetupError, StoreError
from panel.models.bench import Bench
from panel.models.cache import CACHE_VARIABLE, complain_if_full, part_name, settle
from panel.models.candidates import Candidate, Effort, Tell
from panel.models.files import ModelFile, printable
from panel.models.policy import ROOM_FACTOR, estimate_bytes, is_as_good, loss_excess, why_not_try
from panel.models.prepared import Figures

_STEP_TOKENS = 256


class Comparison:
    """A source, and what was made of it.

    Attributes:
        source: the model as it came.
        candidates: in the order they were tried; those still in question lie in the folder.
        loss_tokens: how much of the fixed text each read.
        prefix_tokens: how long a prefix the source reads in the time there is.
    """

    def __init__(self, source: ModelFile, folder: Path, *, threads: int, effort: Effort, tell: Tell) -> None:
        """Have the source read.

        Raises:
            SetupError: llama.cpp refuses it.
        """
        self._folder = folder
        self._threads = threads
        self._tell = tell
        tell("reading the fixed text with the model as it is")
        try:
            with Bench() as bench:
                facts = bench.ask("open", path=str(source.path), threads=threads)
                read = bench.ask("loss", tokens=effort.loss_tokens, budget_s=effort.loss_budget_s)
            self._source_loss_nats = _number(read)
        except EngineCrash as error:
            raise refused(source.path, error) from error
        self._parameters: int = facts["parameters"]
        self.loss_tokens: int = read["tokens"]
        self.prefix_tokens = _prefix_tokens(effort, read["tokens"] / read["read_s"], facts["trained_tokens"])
        figures = Figures(
            quantization=facts["quantization"], size_bytes=source.size_bytes, loss_nats=self._source_loss_nats
        )
        self.source = Candidate(source.path, figures, as_good=True)
        self.candidates: list[Candidate] = []

    def try_all(self, quantizations: Sequence[str]) -> None:
        """Make every candidate that may help, and compare it.

        Raises:
            StoreError: the disk is full, or too small for any candidate.
        """
        excesses: dict[str, float] = {}
        cramped = ""
        for quantization in quantizations:
            candidate = Candidate(part_name(self._folder, quantization), Figures(quantization=quantization))
            self.candidates.append(candidate)
            if why := why_not_try(quantization, self.source.figures.quantization, excesses, self._parameters):
                candidate.drop(why)
            elif why := self._lacks_room(quantization):
                candidate.drop(why)
                cramped = why
            else:
                self._try(candidate, excesses)
            if not candidate.as_good:
                candidate.path.unlink(missing_ok=True)
        if cramped and not excesses:
            hint = f"Free some space there, or name another folder with {CACHE_VARIABLE}."
            raise StoreError(f"{printable(self._folder)}: {cramped}", hint=hint)

    def _try(self, candidate: Candidate, excesses: dict[str, float]) -> None:
        quantization = candidate.figures.quantization
        try:
            with Bench() as bench:
                self._convert(candidate, bench)
                self._tell(f"reading the fixed text with {quantization}")
                bench.ask("open", path=str(candidate.path), threads=self._threads)
                loss_nats = _number(bench.ask("loss", tokens=self.loss_tokens))
        except EngineCrash as error:
            candidate.drop(f"llama.cpp cannot use it: {error.message}")
            return
        candidate.note(loss_nats=loss_nats)
        excesses[quantization] = loss_excess(loss_nats, self._source_loss_nats)
        candidate.as_good = is_as_good(excesses[quantization])

    def _convert(self, candidate: Candidate, bench: Bench) -> None:
        quantization = candidate.figures.quantization
        self._tell(f"converting to {quantization}")
        source, target = str(self.source.path), str(candidate.path)
        try:
            bench.ask("convert", source=source, target=target, quantization=quantization, threads=self._threads)
        except EngineCrash:
            # llama.cpp does not say why it could not write; the system does.
            candidate.path.unlink(missing_ok=True)
            complain_if_full(self._folder, self._needed_bytes(quantization))
            raise
        settle(candidate.path)
        candidate.note(size_bytes=candidate.path.stat().st_size)

    def _needed_bytes(self, quantization: str) -> int:
        return int(estimate_bytes(quantization, self._parameters) * ROOM_FACTOR)

    def _lacks_room(self, quantization: str) -> str:
        needed, free = self._needed_bytes(quantization), shutil.disk_usage(self._folder).free
        if needed <= free:
            return ""
        return f"too little room on the disk: {needed / 1e6:,.0f} MB needed, {free / 1e6:,.0f} MB free"


def refused(path: Path, error: EngineCrash) -> SetupError:
    """Say that llama.cpp cannot use a source."""
    return SetupError(
        f"{printable(path)}: the model file cannot be used: {error.message}",
        hint="Check the file against its published sha256, or name another.",
    )


def _number(read: dict[str, Any]) -> float:
    """Take a loss that is one.

    Raises:
        EngineCrash: the model's scores are no numbers.
    """
    loss_nats = float(read["loss_nats"])
    if not math.isfinite(loss_nats):
        raise EngineCrash("its scores are no numbers")
    return loss_nats


def _prefix_tokens(effort: Effort, tokens_per_s: float, trained_tokens: int) -> int:
    room = min(effort.prefix_tokens, int(tokens_per_s * effort.prefix_budget_s), trained_tokens // 2)
    return max(room // _STEP_TOKENS, 1) * _STEP_TOKENS
