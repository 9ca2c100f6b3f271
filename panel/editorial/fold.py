"""A seat's current verdict: its draft with the journal folded over it. Nothing else stores it.

Every entry that changes a seat puts a new state on a stack; an undo takes the top one off. So an undone edit brings
back the very state before it, its approval included, and the journal still holds both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from panel.errors import Corrupt
from panel.materials import Materials
from panel.records import Action, Draft, Entry, MissingSeat, Seat, Verdict
from panel.store import Run


class Standing(StrEnum):
    """How far a seat is on its way to the page."""

    UNDRAFTED = "not drafted yet"
    MISSING = "missing"
    OPEN = "not approved"
    CHANGED = "changed since approval"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which words, and when."""

    sha256: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SeatState:
    """A seat as it stands.

    Attributes:
        seat: which.
        draft: the draft under the current text; None when there is none.
        missing: why there is none, if its engine was asked.
        verdict: the current text and call; None without a draft.
        approval: the last approval, of these words or of earlier ones.
        last_seq: the journal entry that made this state; 0 for the draft itself.
        authors: everyone who changed or approved it, in order of first appearance.
        mismatches: entries whose before or after hash is not what the fold finds, in words.
    """

    seat: Seat
    draft: Draft | None = None
    missing: MissingSeat | None = None
    verdict: Verdict | None = None
    approval: Approval | None = None
    last_seq: int = 0
    authors: tuple[str, ...] = ()
    mismatches: tuple[str, ...] = ()

    @property
    def sha256(self) -> str | None:
        """The current verdict's content hash; None without one."""
        return self.verdict.content_sha256() if self.verdict else None

    @property
    def standing(self) -> Standing:
        """How far the seat is on its way to the page."""
        if self.verdict is None:
            return Standing.MISSING if self.missing else Standing.UNDRAFTED
        if self.approval is None:
            return Standing.OPEN
        return Standing.APPROVED if self.approval.sha256 == self.sha256 else Standing.CHANGED


def fold_seat(run: Run, materials: Materials, seat: Seat, entries: Iterable[Entry]) -> SeatState:
    """Fold the journal over a seat's draft.

    Raises:
        Corrupt: an entry takes back what was not the last change, or names a draft that is not there.
    """
    stack = [_drafted(run, materials, seat)]
    authors: dict[str, None] = {}
    mismatches: list[str] = []
    for entry in entries:
        if entry.seat != seat:
            continue
        before = stack[-1].sha256
        if entry.before != before:
            mismatches.append(f"journal entry {entry.seq} names another text before it than the one that stood")
        if entry.action is Action.UNDO:
            if len(stack) < 2 or stack[-1].last_seq != entry.undoes:
                raise Corrupt(
                    f"journal entry {entry.seq} takes back entry {entry.undoes}, which was not the last change"
                )
            stack.pop()
        else:
            stack.append(_apply(stack[-1], entry, run, materials))
        if entry.after != stack[-1].sha256:
            mismatches.append(f"journal entry {entry.seq} names another text after it than the one it makes")
        authors[entry.author] = None
    return replace(stack[-1], authors=tuple(authors), mismatches=tuple(mismatches))


def _drafted(run: Run, materials: Materials, seat: Seat) -> SeatState:
    draft = run.last_draft(seat)
    if draft:
        return SeatState(seat, draft=draft, verdict=_verdict(draft, materials))
    records = [record for record in run.drafts(seat) if isinstance(record, MissingSeat)]
    return SeatState(seat, missing=records[-1] if records else None)


def _verdict(draft: Draft, materials: Materials) -> Verdict:
    return Verdict(
        seat=draft.seat,
        dossier_sha256=materials.dossiers[draft.seat.tool].content_sha256(),
        persona_sha256=materials.personas[draft.seat.persona].content_sha256(),
        beats=draft.beats,
        call=draft.call,
    )


def _apply(state: SeatState, entry: Entry, run: Run, materials: Materials) -> SeatState:
    state = replace(state, last_seq=entry.seq)
    if entry.action is Action.REDRAFT and entry.draft is not None:
        draft = run.draft(state.seat, entry.draft)
        if not isinstance(draft, Draft):
            raise Corrupt(f"journal entry {entry.seq} names draft {entry.draft} of {state.seat}, which is none")
        return replace(state, draft=draft, missing=None, verdict=_verdict(draft, materials))
    if state.verdict is None:
        raise Corrupt(f"journal entry {entry.seq} changes {state.seat}, which has no draft")
    if entry.action is Action.APPROVE and entry.after is not None:
        return replace(state, approval=Approval(entry.after, entry.author, entry.at))
    changes = {"beats": entry.beats, "call": entry.call}
    given = {name: value for name, value in changes.items() if value is not None}
    return replace(state, verdict=state.verdict.model_copy(update=given))
