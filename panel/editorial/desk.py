"""What an editor can do to a run: edit, flip, adopt a redraft, approve, undo. Each is one journal entry.

Every move names the text its author saw. The journal refuses a writer whose head is old; the desk then looks again,
and only if that very text changed is the move stale. Two editors on two seats never disturb each other, and two on
one seat never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from panel.checks import run_checks
from panel.compare import compare
from panel.editorial.fold import SeatState, Standing, fold_seat
from panel.editorial.words import mark_changes
from panel.errors import Conflict, IllegalMove, StaleEdit
from panel.materials import Materials
from panel.records import (
    Action,
    BeatText,
    Call,
    Comparison,
    Draft,
    Entry,
    Finding,
    MissingSeat,
    Seat,
    Verdict,
    sha256_of,
)
from panel.store import Run

PATIENCE = 100
"""How often a move is tried again while others write to the same journal."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One run on the editors' desk."""

    run: Run
    materials: Materials

    def state(self, seat: Seat) -> SeatState:
        """Return a seat as it stands now."""
        return fold_seat(self.run, self.materials, seat, self.run.journal.read().entries)

    def states(self) -> dict[Seat, SeatState]:
        """Return every seat as it stands now, tool by tool."""
        entries = self.run.journal.read().entries
        seats = self.run.manifest.seats
        return {seat: fold_seat(self.run, self.materials, seat, entries) for seat in seats}

    def findings(self, state: SeatState) -> tuple[Finding, ...]:
        """Check a seat's current text; () without one."""
        if state.verdict is None:
            return ()
        return run_checks(self.materials.subject(state.seat, state.verdict.beats))

    def comparison(self, states: Mapping[Seat, SeatState]) -> Comparison:
        """Compare the tools by the calls as they stand."""
        calls = {seat: state.verdict.call if state.verdict else None for seat, state in states.items()}
        dossiers, personas = self.materials.dossiers, self.materials.personas
        return compare(tuple(dossiers.values()), tuple(personas.values()), calls)

    def comparison_sha256(self, comparison: Comparison) -> str:
        """Hash what an approval of the comparison covers: the comparison and the facts that stand above it."""
        dossiers = [dossier.content_sha256() for dossier in self.materials.dossiers.values()]
        return sha256_of([dossiers, comparison.model_dump(mode="json")])

    def comparison_approval(self) -> Entry | None:
        """Return the last approval of the comparison that was not undone; None when there is none."""
        approvals: list[Entry] = []
        for entry in self.run.journal.read().entries:
            if entry.seat is None and entry.action is Action.APPROVE:
                approvals.append(entry)
        return approvals[-1] if approvals else None

    def edit(
        self, seat: Seat, beats: tuple[BeatText, ...], call: Call, *, author: str, reason: str, seen: str | None
    ) -> Entry:
        """Put an editor's words in the place of what stands there.

        Args:
            seat: whose verdict.
            beats: the whole new text.
            call: the call that goes with it.
            author: who writes.
            reason: why; journaled.
            seen: the content hash of the text the editor started from.

        Raises:
            StaleEdit: the text changed since; the editor's words are kept in a file and shown against it.
            IllegalMove: there is no verdict to edit, or the words are the same.
        """
        _need_reason(reason, "an edit")

        def fields(state: SeatState, verdict: Verdict) -> dict[str, Any]:
            edited = verdict.model_copy(update={"beats": beats, "call": call})
            if edited == verdict:
                raise IllegalMove(f"{seat}: nothing was changed")
            return _change(Action.EDIT, state, edited, reason, beats=beats, call=call)

        try:
            return self._move(seat, author, seen, fields)
        except StaleEdit as stale:
            raise self._keep(seat, beats, call, stale) from None

    def flip(self, seat: Seat, *, author: str, reason: str, seen: str | None = None) -> Entry:
        """Turn a call around and leave the argument as it is; errors as `edit`."""
        _need_reason(reason, "a flip")

        def fields(state: SeatState, verdict: Verdict) -> dict[str, Any]:
            flipped = verdict.model_copy(update={"call": verdict.call.opposite})
            return _change(Action.FLIP, state, flipped, reason, call=flipped.call)

        return self._move(seat, author, seen, fields)

    def approve(self, seat: Seat, *, author: str, seen: str | None = None) -> Entry | None:
        """Approve a seat's words as they stand; None when they already are.

        Raises:
            IllegalMove: there is no verdict to approve.
            StaleEdit: the words are not those the editor saw.
        """
        if self.state(seat).standing is Standing.APPROVED and seen is None:
            return None

        def fields(state: SeatState, verdict: Verdict) -> dict[str, Any]:
            return _change(Action.APPROVE, state, verdict, "")

        return self._move(seat, author, seen, fields)

    def approve_comparison(self, *, author: str, seen: str | None = None) -> Entry | None:
        """Approve the comparison and the facts above it as they stand; None when they already are."""
        for _ in range(PATIENCE):
            view = self.run.journal.read()
            sha256 = self.comparison_sha256(self.comparison(self.states()))
            if seen is not None and seen != sha256:
                raise StaleEdit("the comparison changed since you read it", hint="Read it again, then approve it.")
            approval = self.comparison_approval()
            if approval and approval.after == sha256:
                return None
            try:
                fields = {"author": author, "action": Action.APPROVE, "before": sha256, "after": sha256}
                return self.run.journal.append(view.head, fields)
            except Conflict:
                continue
        raise Conflict("the journal is too busy", hint="Try again.")

    def adopt_redraft(self, draft: Draft, *, author: str) -> Entry:
        """Let a redraft stand where its base stood.

        Raises:
            StaleEdit: the verdict changed while the redraft was written; the draft stays in the store.
        """

        def fields(state: SeatState) -> dict[str, Any]:
            verdict = Verdict(
                seat=draft.seat,
                dossier_sha256=self.materials.dossiers[draft.seat.tool].content_sha256(),
                persona_sha256=self.materials.personas[draft.seat.persona].content_sha256(),
                beats=draft.beats,
                call=draft.call,
            )
            return _change(Action.REDRAFT, state, verdict, draft.note, draft=draft.n)

        return self._append(draft.seat, author, draft.base_sha256, fields)

    def waiting_redraft(self, seat: Seat, note: str) -> Draft | None:
        """Find a redraft of this very text with this very note that was written but never adopted.

        A process that died between writing a redraft and adopting it leaves one; asking again finds it.
        """
        base = self.state(seat).sha256
        adopted = {entry.draft for entry in self.run.journal.read().entries if entry.seat == seat}
        for record in self.run.drafts(seat):
            if isinstance(record, MissingSeat) or record.origin == "run" or record.n in adopted:
                continue
            if record.note == note and record.base_sha256 == base:
                return record
        return None

    def undo(self, seat: Seat, *, author: str, reason: str = "") -> Entry:
        """Take back the last change or approval of a seat.

        Raises:
            IllegalMove: nothing was done to this seat.
        """

        def fields(state: SeatState) -> dict[str, Any]:
            if state.last_seq == 0:
                raise IllegalMove(f"{seat}: there is nothing to undo")
            entries = self.run.journal.read().entries
            earlier = fold_seat(self.run, self.materials, seat, [e for e in entries if e.seq < state.last_seq])
            return {
                "action": Action.UNDO,
                "seat": seat,
                "reason": reason,
                "before": state.sha256,
                "after": earlier.sha256,
                "undoes": state.last_seq,
            }

        return self._append(seat, author, None, fields)

    def _move(
        self, seat: Seat, author: str, seen: str | None, fields: Callable[[SeatState, Verdict], dict[str, Any]]
    ) -> Entry:
        def with_verdict(state: SeatState) -> dict[str, Any]:
            if state.verdict is None:
                raise IllegalMove(f"{seat}: there is no verdict: the seat is {state.standing}", hint=_draft_hint(state))
            return fields(state, state.verdict)

        return self._append(seat, author, seen, with_verdict)

    def _append(
        self, seat: Seat, author: str, seen: str | None, fields: Callable[[SeatState], dict[str, Any]]
    ) -> Entry:
        if seat not in self.run.manifest.seats:
            raise IllegalMove(f"the run {self.run.run_id} has no seat {seat}")
        for _ in range(PATIENCE):
            view = self.run.journal.read()
            state = fold_seat(self.run, self.materials, seat, view.entries)
            if seen is not None and state.sha256 != seen:
                raise StaleEdit(f"{seat}: the verdict changed since you read it", hint="Read it again, then decide.")
            try:
                return self.run.journal.append(view.head, {"author": author, **fields(state)})
            except Conflict:
                continue
        raise Conflict("the journal is too busy", hint="Try again.")

    def _keep(self, seat: Seat, beats: tuple[BeatText, ...], call: Call, stale: StaleEdit) -> StaleEdit:
        lines = [f"call: {call}", *(f"\n[{beat.id}]\n{beat.text}" for beat in beats)]
        path = self.run.keep_text(seat, "\n".join(lines) + "\n")
        now = self.state(seat).verdict
        theirs = {beat.id: beat.text for beat in now.beats} if now else {}
        diff = "\n".join(f"[{beat.id}] {mark_changes(theirs.get(beat.id, ''), beat.text)}" for beat in beats)
        if now and now.call is not call:
            diff = f"call: [-{now.call}-]{{+{call}+}}\n{diff}"
        return StaleEdit(
            stale.message,
            hint=f"Your text is kept in {path}. To put it over what stands now: "
            f"panel edit {self.run.run_id} {seat.tool} {seat.persona} --text-file {path}",
            kept_at=str(path),
            diff=diff,
        )


def _change(action: Action, state: SeatState, after: Verdict, reason: str, **more: Any) -> dict[str, Any]:
    return {
        "action": action,
        "seat": state.seat,
        "reason": reason,
        "before": state.sha256,
        "after": after.content_sha256(),
        **more,
    }


def _need_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise IllegalMove(f"{what} needs a reason", hint="Say why with --reason.")


def _draft_hint(state: SeatState) -> str:
    if state.standing is Standing.MISSING:
        return "Ask its engine again with `panel resume`, or with `panel redraft` and a note."
    return "Finish drafting with `panel resume`."
