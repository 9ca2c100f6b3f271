"""Replaying a run: its seats are drafted again from the manifest, and held against what was drafted.

The run's own copies of dossiers, personas and prompts are used, its seed, its sampling and the very same model file; so
what the newsroom's files say today does not matter. What Panel's own code and its libraries do today does: a check that
is new asks for a revision that nobody asked for then. Every ingredient is compared, and a difference is put beside
those that changed.

Redrafts are replayed as what they were, each with its note. A seat that was missing then cannot be compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from panel import __version__
from panel.editorial import mark_changes
from panel.engine import Engine
from panel.graph import Brief, OnSeat, draft_seat
from panel.materials import reopen_materials
from panel.models.cpu import describe_cpu
from panel.records import Draft, EngineIdentity, Manifest, MissingSeat, Record, Seat
from panel.store import Run, RunStore
from panel.store.files import translated

Outcome = Literal["identical", "differs", "missing", "failed"]
P_SHIP_TOLERANCE = 1e-9
"""How far `p_ship` may be off: only the last digits that JSON may lose."""


class Ingredient(Record):
    """One thing that shapes a draft: what it was in the run, and what it is now."""

    name: str
    then: str
    now: str
    same: bool | None
    """None when nobody can tell."""
    matters: bool = True
    """Whether a change of it can change a text; what only matters to an unsteady engine does not to a steady one."""


class Replayed(Record):
    """One draft, drafted again."""

    seat: Seat
    draft: int
    """Its number in the run."""
    origin: Literal["run", "redraft"]
    outcome: Outcome
    call: str | None
    call_now: str | None = None
    p_ship: float | None = None
    p_ship_now: float | None = None
    diff: dict[str, str] | None = None
    """Of each beat that differs its words: [-then-] and {+now+}; None where nothing was drafted again."""
    reason: str = ""
    """Why it is missing or failed; of a difference, where it began."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A run, drafted again."""

    ingredients: tuple[Ingredient, ...]
    seats: tuple[Replayed, ...]

    @property
    def outcome(self) -> Literal["identical", "drift", "cannot"]:
        """Drift when any draft differs; identical when all that were drafted are; else it cannot be told."""
        outcomes = {seat.outcome for seat in self.seats}
        if "differs" in outcomes:
            return "drift"
        return "identical" if "identical" in outcomes and "failed" not in outcomes else "cannot"

    @property
    def changed(self) -> tuple[Ingredient, ...]:
        """The ingredients that are no longer the same and can change a text."""
        return tuple(one for one in self.ingredients if one.same is False and one.matters)


async def replay(run: Run, seats: Sequence[Seat], engine: Engine, folder: Path, on_seat: OnSeat) -> Replay:
    """Draft seats of a run again; the engine is closed.

    Args:
        run: it is only read.
        seats: which.
        engine: the run's own, opened again.
        folder: an empty one, where the new drafts are written as a run of the same name.
        on_seat: is told what happens to each seat.

    Returns:
        The comparison: every draft of the seats, those of the run itself first, then redrafts.

    Raises:
        SetupError: a prompt of the run cannot be rendered any more.
        StoreError: the run's inputs are not what its manifest says, or the disk said no.
    """
    try:
        again = _copy(run, folder)
        materials = reopen_materials(again)
        records = [record for seat in seats for record in run.drafts(seat)]
        held = [record for record in records if isinstance(record, Draft)]
        # All at once, as the run did: a seat's company is part of what an unsteady engine writes from.
        drafted = await asyncio.gather(
            *(draft_seat(_brief(draft), engine, materials, run.manifest, on_seat) for draft in held)
        )
        for record in drafted:
            again.write_draft(record)
        compared = [_compare(draft, record) for draft, record in zip(held, drafted, strict=True)]
        lost = [_tell_missing(run, seat, records) for seat in seats if not any(one.seat == seat for one in held)]
        order = {seat: place for place, seat in enumerate(seats)}
        found = sorted([*compared, *lost], key=lambda one: (order[one.seat], one.draft))
        return Replay(list_ingredients(run.manifest, engine.identity), tuple(found))
    finally:
        await engine.aclose()


def list_ingredients(manifest: Manifest, now: EngineIdentity) -> tuple[Ingredient, ...]:
    """Compare what shaped a run's drafts with what shapes them now; hashes of its inputs were checked before."""
    then = manifest.engine
    named = [("panel", manifest.panel_version, __version__)]
    # A file is known by its bytes, whatever it is called; a served model by nothing else than its name.
    shaping = _SHAPING if then.engine == "llama" else (*_SHAPING, "model_name")
    named += [(f"engine.{name}", getattr(then, name), getattr(now, name)) for name in shaping]
    named += [(name, known, _installed(name)) for name, known in sorted(manifest.versions.items())]
    found = [
        Ingredient(name=name, then=_write(first), now=_write(second), same=first == second)
        for name, first, second in named
    ]
    unsteady = then.steady is not True or now.steady is not True
    found += [
        Ingredient(
            name=f"engine.{name}",
            then=_write(getattr(then, name)),
            now=_write(getattr(now, name)),
            same=getattr(then, name) == getattr(now, name),
            matters=unsteady,
        )
        for name in ("threads", "seats_at_once", "steady")
    ]
    if then.engine == "llama":
        # Another processor computes with other instructions, and the last bits may differ.
        found.append(Ingredient(name="processor", then="not recorded", now=describe_cpu(), same=None))
    return tuple(found)


_SHAPING = (
    *("engine", "engine_version", "model_sha256", "quantization", "chat_template_sha256"),
    *("context_tokens", "source_sha256", "base_sha256", "adapter_sha256", "base_url"),
)


def _copy(run: Run, folder: Path) -> Run:
    files = {}
    for name in run.manifest.inputs:
        with translated("reading", run.inputs / name):
            files[name] = (run.inputs / name).read_bytes()
    return RunStore(folder).create(run.manifest, files)


def _brief(draft: Draft) -> Brief:
    return Brief(draft.seat, draft.n, draft.origin, draft.note, draft.base_sha256)


def _compare(then: Draft, now: Draft | MissingSeat) -> Replayed:
    told = {"seat": then.seat, "draft": then.n, "origin": then.origin, "call": then.call.value, "p_ship": then.p_ship}
    if isinstance(now, MissingSeat):
        return Replayed(**told, outcome="failed", reason=f"{now.error}: {now.message}")
    told |= {"call_now": now.call.value, "p_ship_now": now.p_ship}
    words = {beat.id: beat.text for beat in now.beats}
    diff = {
        beat.id: mark_changes(beat.text, words.get(beat.id, ""))
        for beat in then.beats
        if beat.text != words.get(beat.id, "")
    }
    same = not diff and then.call is now.call and then.raw == now.raw and _near(then.p_ship, now.p_ship)
    if same:
        return Replayed(**told, outcome="identical", diff={})
    return Replayed(**told, outcome="differs", diff=diff, reason=_say_where(then, now))


def _say_where(then: Draft, now: Draft) -> str:
    """Say where two drafts part: in the first answer, in what was made of it, or only in the call's probability."""
    pairs = list(zip(then.attempts, now.attempts, strict=False))
    for number, (first, second) in enumerate(pairs, start=1):
        if first.seed != second.seed:
            return f"attempt {number} has another seed: one of the two was asked again after its engine failed"
        if first.raw != second.raw:
            return f"attempt {number} of {len(then.attempts)} is another text"
        if not _near(first.p_ship, second.p_ship):
            return f"attempt {number} of {len(then.attempts)} is the same text, its p_ship is not"
    then_many, now_many = len(then.attempts), len(now.attempts)
    if then_many != now_many or then.chosen != now.chosen:
        return (
            f"the answers are the same, the checks judge them otherwise now: attempt {then.chosen + 1} of {then_many} "
            f"then, {now.chosen + 1} of {now_many} now"
        )
    return "the answers are the same, and are read otherwise now"


def _near(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= P_SHIP_TOLERANCE


def _tell_missing(run: Run, seat: Seat, records: Sequence[Draft | MissingSeat]) -> Replayed:
    lost = [record for record in records if record.seat == seat and isinstance(record, MissingSeat)]
    reason = f"{lost[-1].error}: {lost[-1].message}" if lost else "it was not drafted"
    return Replayed(
        seat=seat, draft=lost[-1].n if lost else 0, origin="run", outcome="missing", call=None, reason=reason
    )


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _write(value: object) -> str:
    return "none" if value is None else str(value)
