"""A sitting: one model drafts every seat of an exam, then is asked what it makes of the gold.

An evaluation is an ordinary run in a folder of its own, and beside its drafts lies `losses.json`. What is there already
is not asked for again, so a sitting that was stopped is gone on with by sitting again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter

from panel.engine import Engine, Generation, Request
from panel.errors import RunError, SetupError
from panel.evaluation.exam import Exam
from panel.evaluation.losses import Losses, SeatLoss, weigh_answer
from panel.graph.build import drive
from panel.graph.drafting import OnSeat
from panel.graph.nodes import Nodes
from panel.personas import answer_limit_tokens, exact_schema
from panel.records import Sampling, Seat
from panel.store import Run
from panel.store.files import replace_file
from panel.store.reading import read_stored

_LOSSES = TypeAdapter(Losses)
_PLAIN = Sampling(temperature=0.0, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.0, penalty_window=0)
"""There is nothing to choose; but an engine over a server spells the text by choosing tokens."""

OnLoss = Callable[[int, int], None]
"""Told how many seats' losses are known, and of how many."""


async def sit(run: Run, exam: Exam, engine: Engine, on_seat: OnSeat, on_loss: OnLoss) -> None:
    """Draft what is not drafted yet and measure what is not measured yet, then close the engine.

    Raises:
        SetupError: a prompt cannot be rendered.
        StoreError: the disk said no.
    """
    try:
        await drive(Nodes(run, exam.materials, engine, on_seat))
        await measure_losses(run, exam, engine, on_loss)
    finally:
        await engine.aclose()


def is_over(run: Run) -> bool:
    """Tell whether there is nothing left to ask: every seat has its draft, and its gold verdict's loss is known."""
    losses = read_losses(run)
    return all(seat in losses and run.last_draft(seat) is not None for seat in run.manifest.seats)


def read_losses(run: Run) -> dict[Seat, SeatLoss]:
    """Read the losses known so far; {} when there are none.

    Raises:
        StoreError: they cannot be read.
    """
    path = _losses_path(run)
    return {Seat.parse(name): loss for name, loss in read_stored(path, _LOSSES).seats.items()} if path.exists() else {}


async def measure_losses(run: Run, exam: Exam, engine: Engine, on_loss: OnLoss) -> None:
    """Ask for the losses that are not known yet, a few tools at a time, and keep them after each few.

    An engine that does not tell log-probabilities is asked once; a seat that fails stays unknown and is asked again
    next time.
    """
    known = read_losses(run)
    at_once = max(engine.identity.seats_at_once // len(exam.personas), 1)
    tools = [tool for tool in exam.tools if any(seat not in known for seat in exam.seats(tool))]
    for start in range(0, len(tools), at_once):
        seats = [seat for tool in tools[start : start + at_once] for seat in exam.seats(tool) if seat not in known]
        told = await asyncio.gather(*(_ask(seat, run, exam, engine) for seat in seats))
        for seat, generation in zip(seats, told, strict=True):
            verdict = exam.tools[seat.tool].verdicts[seat.persona]
            if generation and (loss := weigh_answer(generation, verdict)):
                known[seat] = loss
        if all(generation is not None and generation.logprobs is None for generation in told):
            return
        _keep(run, known)
        on_loss(len(known), len(run.manifest.seats))


async def _ask(seat: Seat, run: Run, exam: Exam, engine: Engine) -> Generation | None:
    """Let an engine spell a gold verdict; None when it failed."""
    verdict = exam.tools[seat.tool].verdicts[seat.persona]
    request = Request(
        id=str(seat),
        messages=exam.materials.messages(seat),
        schema=exact_schema(verdict.beats, verdict.call),
        choice=None,
        sampling=_PLAIN,
        seed=run.manifest.seed,
        # The room that a draft has: what can be drafted can be measured.
        max_tokens=answer_limit_tokens(exam.personas[seat.persona]),
        timeout_s=run.manifest.seat_timeout_s,
        logprobs=True,
    )
    try:
        return await engine.generate(request)
    except (RunError, SetupError):
        return None


def _keep(run: Run, known: dict[Seat, SeatLoss]) -> None:
    losses = Losses(seats={str(seat): loss for seat, loss in known.items()})
    replace_file(_losses_path(run), (losses.model_dump_json(indent=1) + "\n").encode())


def _losses_path(run: Run) -> Path:
    return run.folder / "losses.json"
