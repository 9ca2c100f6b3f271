"""A seat's current verdict: its draft with the journal folded over it. Nothing else stores it.

Every entry that changes a seat puts a new state on a stack; an undo takes the top one off. So an undone edit brings
back the very state before it, its approval included, and the journal still holds both. A change that happens to put
the approved words back is a change all the same: they want approval again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from panel.errors import Corrupt, NotFound
from panel.materials import Materials
from panel.records import Action, Draft, Entry, FindingKey, MissingSeat, Seat, Verdict
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
        changed: whether something was changed since that approval.
        redrafts: how many adopted redrafts stand behind the current text; undone ones are not counted.
        last_seq: the journal entry that made this state; 0 for the draft itself.
        authors: everyone who changed it, answered a finding in it or approved it, in order of first appearance.
        editors: whose edits and flips stand in the text, in order; none of what was undone or drafted over.
        acknowledged: the findings an editor chose to let stand; each holds for the text it was about.
        mismatches: entries whose before or after hash is not what the fold finds, in words.
    """

    seat: Seat
    draft: Draft | None = None
    missing: MissingSeat | None = None
    verdict: Verdict | None = None
    approval: Approval | None = None
    changed: bool = False
    redrafts: int = 0
    last_seq: int = 0
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    acknowledged: tuple[FindingKey, ...] = ()
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
        approved = not self.changed and self.approval.sha256 == self.sha256
        return Standing.APPROVED if approved else Standing.CHANGED


def fold_seat(run: Run, materials: Materials, seat: Seat, entries: Iterable[Entry]) -> SeatState:
    """Fold the journal over a seat's draft.

    Raises:
        Corrupt: an entry takes back what was not the last change, changes what is not there, or names a draft that
            is not there.
    """
    ground = _Ground(run, materials, seat)
    stack: list[SeatState] = []
    authors: dict[str, None] = {}
    mismatches: list[str] = []
    for entry in entries:
        if entry.seat != seat:
            continue
        before = stack[-1] if stack else ground.under(entry.before)
        if entry.before != before.sha256:
            mismatches.append(f"journal entry {entry.seq} names another text before it than the one that stood")
        if entry.action is Action.UNDO:
            if not stack or stack[-1].last_seq != entry.undoes:
                raise _damaged(entry, f"takes back entry {entry.undoes}, which was not the last change")
            stack.pop()
            after = stack[-1] if stack else ground.under(entry.after)
        else:
            after = _apply(before, entry, run, materials)
            stack.append(after)
            mismatches += _draft_mismatches(after, entry, run)
        if entry.after != after.sha256:
            mismatches.append(f"journal entry {entry.seq} names another text after it than the one it makes")
        authors[entry.author] = None
    now = stack[-1] if stack else ground.drafted
    return replace(now, authors=tuple(authors), mismatches=tuple(mismatches))


class _Ground:
    """What lies under a seat's journal: its draft, or nothing yet.

    A missing seat may get a redraft from an editor and later, from a resumed run, a draft of its own. What the editor
    did was done on nothing, and stays so.
    """

    def __init__(self, run: Run, materials: Materials, seat: Seat) -> None:
        records = [record for record in run.drafts(seat) if isinstance(record, MissingSeat)]
        self.empty = SeatState(seat, missing=records[-1] if records else None)
        draft = run.last_draft(seat)
        self.drafted = SeatState(seat, draft=draft, verdict=make_verdict(draft, materials)) if draft else self.empty

    def under(self, sha256: str | None) -> SeatState:
        """Return the ground as an entry saw it that names this hash."""
        return self.drafted if sha256 is not None else self.empty


def make_verdict(draft: Draft, materials: Materials) -> Verdict:
    """Return the verdict a draft is before anybody changed it."""
    return Verdict(
        seat=draft.seat,
        dossier_sha256=materials.dossiers[draft.seat.tool].content_sha256(),
        persona_sha256=materials.personas[draft.seat.persona].content_sha256(),
        beats=draft.beats,
        call=draft.call,
    )


def _apply(state: SeatState, entry: Entry, run: Run, materials: Materials) -> SeatState:
    changed = replace(state, last_seq=entry.seq, changed=state.approval is not None)
    if entry.action is Action.REDRAFT and entry.draft is not None:
        draft = _named_draft(state.seat, entry, entry.draft, run)
        verdict = make_verdict(draft, materials)
        return replace(changed, draft=draft, missing=None, verdict=verdict, redrafts=state.redrafts + 1, editors=())
    if state.verdict is None:
        raise _damaged(entry, f"changes {state.seat}, which has no draft")
    if entry.action is Action.APPROVE and entry.after is not None:
        return replace(changed, changed=False, approval=Approval(entry.after, entry.author, entry.at))
    if entry.action is Action.ACKNOWLEDGE and entry.finding is not None:
        # The page tells how much was acknowledged: that wants approval like any change.
        return replace(changed, acknowledged=(*state.acknowledged, entry.finding))
    edited = replace(changed, editors=tuple(dict.fromkeys((*state.editors, entry.author))))
    given = {"beats": entry.beats, "call": entry.call}
    if entry.action is Action.EDIT and None not in given.values():
        return replace(edited, verdict=state.verdict.model_copy(update=given))
    if entry.action is Action.FLIP and entry.call is not None:
        return replace(edited, verdict=state.verdict.model_copy(update={"call": entry.call}))
    raise _damaged(entry, f"says {entry.action} of {state.seat}, but not what of it")


def _named_draft(seat: Seat, entry: Entry, number: int, run: Run) -> Draft:
    try:
        draft = run.draft(seat, number)
    except NotFound as error:
        raise _damaged(entry, f"names draft {number} of {seat}, which is not there") from error
    if not isinstance(draft, Draft):
        raise _damaged(entry, f"names draft {number} of {seat}, which is none")
    return draft


def _draft_mismatches(state: SeatState, entry: Entry, run: Run) -> list[str]:
    """Hold the draft's file against the one that was adopted or approved: its `p_ship` is published too."""
    if entry.draft_sha256 is None or state.draft is None:
        return []
    number = state.draft.n
    if entry.draft == number and run.draft_sha256(state.seat, number) == entry.draft_sha256:
        return []
    return [f"the file of draft {number} was changed since journal entry {entry.seq} named it"]


def _damaged(entry: Entry, what: str) -> Corrupt:
    return Corrupt(f"journal entry {entry.seq} {what}", hint="Restore the run from a backup.")
