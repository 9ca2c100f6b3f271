"""What an editor can do to a run: edit, flip, adopt a redraft, acknowledge, approve, undo. Each is one journal entry.

Every move names the text its author saw. The journal refuses a writer whose head is old; the desk then looks again,
and only if that very text changed is the move stale. Two editors on two seats never disturb each other, and two on
one seat never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from panel.compare import compare
from panel.editorial.findings import BLOCKING, find_all, is_acknowledged, key_of, need_answers
from panel.editorial.fold import SeatState, Standing, fold_seat, make_verdict
from panel.editorial.moves import change, draft_hint, keep_text, need_reason
from panel.editorial.prices import StalePrice, stale_prices
from panel.errors import Conflict, IllegalMove, NothingChanged, StaleEdit
from panel.honesty import SAMPLES, run_flips
from panel.materials import Materials
from panel.records import (
    Action,
    BeatText,
    Call,
    Comparison,
    Draft,
    Entry,
    Finding,
    Flips,
    MissingSeat,
    Seat,
    Verdict,
    sha256_of,
)
from panel.settings import DeskSettings, SiteSettings
from panel.store import Run

PATIENCE = 100
"""How often a move is tried again while others write to the same journal."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One run on the editors' desk."""

    run: Run
    materials: Materials
    site: SiteSettings = field(default_factory=SiteSettings)
    rules: DeskSettings = field(default_factory=DeskSettings)
    samples: int = SAMPLES
    """How often calls are drawn again for what the desk shows; a page always has `SAMPLES`."""

    def state(self, seat: Seat) -> SeatState:
        """Return a seat as it stands now."""
        return fold_seat(self.run, self.materials, seat, self.run.journal.read().entries)

    def states(self) -> dict[Seat, SeatState]:
        """Return every seat as it stands now, tool by tool."""
        entries = self.run.journal.read().entries
        seats = self.run.manifest.seats
        return {seat: fold_seat(self.run, self.materials, seat, entries) for seat in seats}

    def findings(self, state: SeatState) -> tuple[Finding, ...]:
        """Check a seat's current text; () without one. Those that block approval come first."""
        return find_all(state, self.materials)

    def flips(self, state: SeatState) -> Flips | None:
        """Draw the call of a seat's draft again; None without one, and where nobody knows its probability."""
        return run_flips(self.run.manifest, state.draft, samples=self.samples) if state.draft else None

    def comparison(self, states: Mapping[Seat, SeatState]) -> Comparison:
        """Compare the tools by the calls as they stand."""
        calls = {seat: state.verdict.call if state.verdict else None for seat, state in states.items()}
        dossiers, personas = self.materials.dossiers, self.materials.personas
        return compare(tuple(dossiers.values()), tuple(personas.values()), calls)

    def comparison_sha256(self, comparison: Comparison) -> str:
        """Hash what an approval of the comparison covers.

        That is the comparison, the facts above it, how the page says it was made, and the publication's own name and
        newsletter address around it.
        """
        dossiers = [dossier.content_sha256() for dossier in self.materials.dossiers.values()]
        around = [self.run.manifest.content_sha256(), self.site.content_sha256()]
        return sha256_of([around, dossiers, comparison.model_dump(mode="json")])

    def comparison_approval(self) -> Entry | None:
        """Return the last approval of the comparison; None when there is none. Later ones replace it."""
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
            seen: the content hash of the text the editor started from; None fits no text.

        Raises:
            StaleEdit: the text changed since; the editor's words are kept in a file and shown against it.
            NothingChanged: the words and the call are those that stand there.
            IllegalMove: there is no verdict to edit, no reason, or the beats are not the persona's in their order.
        """
        need_reason(reason, "an edit")
        self._need_beats(seat, beats)

        def fields(state: SeatState, verdict: Verdict) -> dict[str, Any]:
            edited = verdict.model_copy(update={"beats": beats, "call": call})
            if edited == verdict:
                raise NothingChanged(f"{seat}: nothing was changed")
            return change(Action.EDIT, state, edited, reason, beats=beats, call=call)

        try:
            return self._move(seat, author, seen, fields, strict=True)
        except StaleEdit as stale:
            raise keep_text(self.run, seat, beats, call, stale, self.state(seat).verdict) from None

    def flip(self, seat: Seat, *, author: str, reason: str, seen: str | None = None) -> Entry:
        """Turn a call around and leave the argument as it is; errors as `edit`."""
        need_reason(reason, "a flip")

        def fields(state: SeatState, verdict: Verdict) -> dict[str, Any]:
            flipped = verdict.model_copy(update={"call": verdict.call.opposite})
            return change(Action.FLIP, state, flipped, reason, call=flipped.call)

        return self._move(seat, author, seen, fields)

    def approve(self, seat: Seat, *, author: str, seen: str | None = None) -> Entry | None:
        """Approve a seat's words as they stand; None when they already are.

        The entry names the draft's file too: what the page says of it is approved with the words.

        Raises:
            IllegalMove: there is no verdict to approve, or it has findings that nobody answered.
            StaleEdit: the words are not those the editor saw.
        """
        state = self._state_of(seat)
        if state.standing is Standing.APPROVED and seen in (None, state.sha256):
            need_answers(state, self.findings(state))
            return None

        def fields(state: SeatState, verdict: Verdict) -> dict[str, Any]:
            need_answers(state, self.findings(state))
            return change(Action.APPROVE, state, verdict, "", **self._name_draft(state.draft))

        return self._move(seat, author, seen, fields)

    def acknowledge(self, seat: Seat, finding: Finding, *, author: str, reason: str, seen: str | None = None) -> Entry:
        """Let a finding stand that would block approval; it holds for the text as it stands and for no other.

        Args:
            seat: whose verdict.
            finding: one of its findings.
            author: who answers for it.
            reason: why it may stand; journaled.
            seen: the content hash of the text the editor read; None takes whatever stands there.

        Raises:
            IllegalMove: there is no reason, the text has no such finding, or it blocks nothing.
            NothingChanged: it was acknowledged before; the reason is not journaled.
            StaleEdit: the words are not those the editor saw.
        """
        need_reason(reason, "an acknowledgement")
        if finding.check not in BLOCKING:
            raise IllegalMove(f"{seat}: {finding.check} blocks nothing", hint="Approve it as it stands, or edit it.")

        def fields(state: SeatState, verdict: Verdict) -> dict[str, Any]:
            key = key_of(finding, state)
            if key not in {key_of(one, state) for one in self.findings(state)}:
                raise IllegalMove(f"{seat}: the text as it stands has no such finding", hint="Read it again.")
            if is_acknowledged(state, finding):
                raise NothingChanged(f"{seat}: this finding was acknowledged before")
            return change(Action.ACKNOWLEDGE, state, verdict, reason, finding=key)

        return self._move(seat, author, seen, fields)

    def stale_prices(self, today: date | None = None) -> dict[str, StalePrice]:
        """Find the tools whose price was read too long ago, by slug; see `panel.editorial.prices`."""
        entries = self.run.journal.read().entries
        return stale_prices(self.materials.dossiers, entries, days=self.rules.price_days, today=today)

    def confirm_price(self, tool: str, *, author: str, reason: str) -> Entry:
        """Say that a tool's price was looked at today and still holds.

        Raises:
            IllegalMove: the run has no such tool, or there is no reason.
        """
        need_reason(reason, "a confirmation")
        if tool not in self.run.manifest.tools:
            raise IllegalMove(f"the run {self.run.run_id} has no tool {tool!r}")
        fields = {"author": author, "action": Action.CONFIRM, "reason": reason, "tools": (tool,)}
        return self._append_about_run(lambda: fields)

    def approve_comparison(self, *, author: str, seen: str | None = None) -> Entry | None:
        """Approve the comparison and the facts above it as they stand; None when they already are."""

        def fields() -> dict[str, Any]:
            sha256 = self.comparison_sha256(self.comparison(self.states()))
            if seen is not None and seen != sha256:
                raise StaleEdit("the comparison changed since you read it", hint="Read it again, then approve it.")
            approval = self.comparison_approval()
            if approval and approval.after == sha256:
                raise NothingChanged("the comparison is approved already")
            return {"author": author, "action": Action.APPROVE, "before": sha256, "after": sha256}

        try:
            return self._append_about_run(fields)
        except NothingChanged:
            return None

    def adopt_redraft(self, draft: Draft, *, author: str) -> Entry:
        """Let a redraft stand where its base stood.

        Raises:
            StaleEdit: the verdict changed while the redraft was written; the draft stays in the store.
            IllegalMove: it was adopted before.
        """

        def fields(state: SeatState) -> dict[str, Any]:
            if draft.n in self._adopted(draft.seat):
                raise IllegalMove(f"{draft.seat}: draft {draft.n} was adopted before")
            verdict = make_verdict(draft, self.materials)
            return change(Action.REDRAFT, state, verdict, draft.note, **self._name_draft(draft))

        try:
            return self._append(draft.seat, author, draft.base_sha256, fields, strict=True)
        except StaleEdit as stale:
            hint = f"The redraft is kept as draft {draft.n}. Read what stands there now, then ask again."
            raise StaleEdit(stale.message, hint=hint) from None

    def waiting_redraft(self, seat: Seat, note: str) -> Draft | None:
        """Find a redraft of this very text with this very note that was written but never adopted.

        A process that died between writing a redraft and adopting it leaves one; asking again finds it.
        """
        base = self.state(seat).sha256
        adopted = self._adopted(seat)
        for record in self.run.drafts(seat):
            if isinstance(record, MissingSeat) or record.origin == "run" or record.n in adopted:
                continue
            if record.note == note.strip() and record.base_sha256 == base:
                return record
        return None

    def undo(self, seat: Seat, *, author: str, reason: str = "", undoes: int | None = None) -> Entry:
        """Take back the last change, acknowledgement or approval of a seat.

        Args:
            seat: whose.
            author: who takes it back.
            reason: why; may be empty.
            undoes: the `last_seq` the editor saw; None takes back whatever was last.

        Raises:
            IllegalMove: nothing was done to this seat.
            StaleEdit: something was done to it since the editor looked.
        """

        def fields(state: SeatState) -> dict[str, Any]:
            if state.last_seq == 0:
                raise IllegalMove(f"{seat}: there is nothing to undo")
            if undoes is not None and undoes != state.last_seq:
                raise StaleEdit(
                    f"{seat}: entry {undoes} is no longer the last change", hint="Read it again, then decide."
                )
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
        self,
        seat: Seat,
        author: str,
        seen: str | None,
        fields: Callable[[SeatState, Verdict], dict[str, Any]],
        *,
        strict: bool = False,
    ) -> Entry:
        def with_verdict(state: SeatState) -> dict[str, Any]:
            if state.verdict is None:
                raise IllegalMove(f"{seat}: there is no verdict: the seat is {state.standing}", hint=draft_hint(state))
            return fields(state, state.verdict)

        return self._append(seat, author, seen, with_verdict, strict=strict)

    def _append(
        self,
        seat: Seat,
        author: str,
        seen: str | None,
        fields: Callable[[SeatState], dict[str, Any]],
        *,
        strict: bool = False,
    ) -> Entry:
        """Append what `fields` makes of the seat as it stands; `strict` takes a `seen` of None for "no verdict"."""
        self._need_seat(seat)
        for _ in range(PATIENCE):
            view = self.run.journal.read()
            state = fold_seat(self.run, self.materials, seat, view.entries)
            if (strict or seen is not None) and state.sha256 != seen:
                raise StaleEdit(f"{seat}: the verdict changed since you read it", hint="Read it again, then decide.")
            try:
                return self.run.journal.append(view.head, {"author": author, **fields(state)})
            except Conflict:
                continue
        raise Conflict("the journal is too busy", hint="Try again.")

    def _append_about_run(self, fields: Callable[[], dict[str, Any]]) -> Entry:
        """Append an entry about the run as a whole, made anew as often as somebody else was quicker."""
        for _ in range(PATIENCE):
            head = self.run.journal.read().head
            try:
                return self.run.journal.append(head, fields())
            except Conflict:
                continue
        raise Conflict("the journal is too busy", hint="Try again.")

    def _state_of(self, seat: Seat) -> SeatState:
        self._need_seat(seat)
        return self.state(seat)

    def _need_seat(self, seat: Seat) -> None:
        if seat not in self.run.manifest.seats:
            raise IllegalMove(f"the run {self.run.run_id} has no seat {seat}")

    def _need_beats(self, seat: Seat, beats: tuple[BeatText, ...]) -> None:
        self._need_seat(seat)
        wanted = [beat.id for beat in self.materials.personas[seat.persona].beats]
        if [beat.id for beat in beats] != wanted:
            raise IllegalMove(f"{seat}: an edit holds every beat once, in this order: {', '.join(wanted)}")

    def _adopted(self, seat: Seat) -> set[int | None]:
        entries = self.run.journal.read().entries
        return {entry.draft for entry in entries if entry.seat == seat and entry.action is Action.REDRAFT}

    def _name_draft(self, draft: Draft | None) -> dict[str, Any]:
        if draft is None:
            return {}
        return {"draft": draft.n, "draft_sha256": self.run.draft_sha256(draft.seat, draft.n)}
