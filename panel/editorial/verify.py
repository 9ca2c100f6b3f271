"""Verifying a run: everything that can be recomputed is recomputed and held against what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from panel.editorial.desk import Desk
from panel.errors import PanelError
from panel.materials import Materials
from panel.records import BeatText, Call, Draft, Seat, sha256_of
from panel.store import Run
from panel.tally import tally_run

JOURNAL_CHECK = "journal chain unbroken, every entry's hashes recomputed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified: what, how much of it, and what is wrong (nothing when it holds)."""

    name: str
    counted: int
    problems: tuple[str, ...]


def verify_run(
    run: Run,
    reopen: Callable[[], Materials],
    draft_sha256s: Mapping[Seat, tuple[int, str]],
    tally_sha256: str | None,
) -> tuple[Check, ...]:
    """Verify a run from its files up.

    Args:
        run: the run.
        reopen: reads its materials; its error becomes a problem.
        draft_sha256s: the number and file hash of each seat's draft, as the graph recorded them.
        tally_sha256: the hash of the drafts' tallies as the graph recorded it; None when it did not get there.

    Returns:
        One `Check` a promise; the run is sound when none has a problem.
    """
    changed = tuple(f"inputs/{name} is not what the manifest says" for name in run.changed_inputs())
    checks = [Check("inputs match the manifest's hashes", len(run.manifest.inputs), changed)]
    checks.append(_verify_drafts(run))
    checks.append(_verify_recorded(run, draft_sha256s))
    checks.append(_verify_tally(run, tally_sha256))
    checks.append(_verify_journal(run, reopen))
    return tuple(checks)


def _verify_drafts(run: Run) -> Check:
    problems: list[str] = []
    count = 0
    for seat in run.manifest.seats:
        try:
            records = run.drafts(seat)
        except PanelError as error:
            problems.append(error.message)
            continue
        for record in records:
            count += 1
            if isinstance(record, Draft) and not _says_what_the_model_said(record):
                problems.append(f"{seat}: draft {record.n} does not say what its raw text says")
    return Check("drafts say what the model wrote", count, tuple(problems))


def _says_what_the_model_said(draft: Draft) -> bool:
    try:
        data = json.loads(draft.raw)
        beats = tuple(BeatText(id=beat.id, text=data["argument"][beat.id]) for beat in draft.beats)
        return beats == draft.beats and Call(data["call"]) is draft.call
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _verify_recorded(run: Run, recorded: Mapping[Seat, tuple[int, str]]) -> Check:
    problems = []
    for seat, (number, sha256) in recorded.items():
        try:
            if run.draft_sha256(seat, number) != sha256:
                problems.append(f"{seat}: draft {number} was changed after it was written")
        except PanelError as error:
            problems.append(error.message)
    return Check("drafts match the graph's hashes", len(recorded), tuple(problems))


def _verify_tally(run: Run, tally_sha256: str | None) -> Check:
    name = "tallies recomputed from the drafts"
    if tally_sha256 is None:
        return Check(name, 0, ())
    try:
        drafts = {seat: run.last_draft(seat) for seat in run.manifest.seats}
    except PanelError as error:
        return Check(name, 0, (error.message,))
    calls = {seat: draft.call if draft else None for seat, draft in drafts.items()}
    tallies = tally_run(calls, run.manifest.tools)
    same = sha256_of([tally.model_dump(mode="json") for tally in tallies]) == tally_sha256
    return Check(name, len(tallies), () if same else ("the tallies are not those the graph counted",))


def _verify_journal(run: Run, reopen: Callable[[], Materials]) -> Check:
    name = JOURNAL_CHECK
    try:
        view = run.journal.read()
        states = Desk(run, reopen()).states()
    except PanelError as error:
        return Check(name, 0, (error.message,))
    problems = [f"{state.seat}: {mismatch}" for state in states.values() for mismatch in state.mismatches]
    if view.torn:
        problems.append(f"the last line was cut short ({len(view.torn)} bytes); the next entry sets it aside")
    return Check(name, len(view.entries), tuple(problems))
