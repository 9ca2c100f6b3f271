"""The fold against a simple model, over any moves of any editors."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from panel.editorial import Desk, Standing
from panel.errors import Corrupt, IllegalMove, NothingChanged
from panel.records import GENESIS, Action, BeatText, Call
from panel.records import Seat as SeatRecord

from . import desks
from .desks import OTHER, SEAT

WORDS = st.sampled_from(["one", "two", "three"])
AUTHORS = st.sampled_from(["Ada", "Bob", "Cid"])
SEATS = st.sampled_from([SEAT, OTHER])


@dataclass(frozen=True)
class Model:
    """What should stand: the words, the call, who approved them if nothing came after, and who had a hand in it."""

    beats: tuple[BeatText, ...]
    call: Call
    approved_by: str | None = None


class Editors(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.desk = desks.make_desk(self.root)
        self.stacks = {seat: [Model(desks.beats(seat, "As drafted"), desks.CALLS[seat])] for seat in (SEAT, OTHER)}
        self.authors: dict[SeatRecord, dict[str, None]] = {SEAT: {}, OTHER: {}}
        self.drafts = self.files()

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    def files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in (self.desk.run.folder / "drafts").rglob("*.json")}

    def push(self, seat: SeatRecord, author: str, **changes: Any) -> None:
        self.stacks[seat].append(replace(self.stacks[seat][-1], approved_by=None, **changes))
        self.authors[seat][author] = None

    @rule(seat=SEATS, author=AUTHORS, words=WORDS, call=st.sampled_from(Call))
    def edit(self, seat: SeatRecord, author: str, words: str, call: Call) -> None:
        text, now = desks.beats(seat, words), self.stacks[seat][-1]
        move = {"author": author, "reason": "why", "seen": self.desk.state(seat).sha256}
        if (text, call) == (now.beats, now.call):
            before = self.desk.run.journal.read()
            with pytest.raises(NothingChanged):
                self.desk.edit(seat, text, call, **move)
            assert self.desk.run.journal.read() == before
        else:
            self.desk.edit(seat, text, call, **move)
            self.push(seat, author, beats=text, call=call)

    @rule(seat=SEATS, author=AUTHORS)
    def flip(self, seat: SeatRecord, author: str) -> None:
        self.desk.flip(seat, author=author, reason="why")
        self.push(seat, author, call=self.stacks[seat][-1].call.opposite)

    @rule(seat=SEATS, author=AUTHORS, words=WORDS, call=st.sampled_from(Call))
    def adopt(self, seat: SeatRecord, author: str, words: str, call: Call) -> None:
        record = desks.redraft(self.desk, seat, words, call=call)
        self.drafts |= {
            desks.draft_path(self.desk, seat, record.n): self.files()[desks.draft_path(self.desk, seat, record.n)]
        }
        self.desk.adopt_redraft(record, author=author)
        self.push(seat, author, beats=record.beats, call=call)

    @rule(seat=SEATS, author=AUTHORS)
    def approve(self, seat: SeatRecord, author: str) -> None:
        entry = self.desk.approve(seat, author=author)
        if self.stacks[seat][-1].approved_by:
            assert entry is None
        else:
            self.push(seat, author)
            self.stacks[seat][-1] = replace(self.stacks[seat][-1], approved_by=author)

    @rule(seat=SEATS, author=AUTHORS)
    def undo(self, seat: SeatRecord, author: str) -> None:
        if len(self.stacks[seat]) == 1:
            with pytest.raises(IllegalMove, match="nothing to undo"):
                self.desk.undo(seat, author=author)
        else:
            self.desk.undo(seat, author=author)
            self.stacks[seat].pop()
            self.authors[seat][author] = None

    @rule(seat=SEATS)
    def undo_everything(self, seat: SeatRecord) -> None:
        while self.desk.state(seat).last_seq:
            self.desk.undo(seat, author="Ada")
            self.authors[seat]["Ada"] = None
        del self.stacks[seat][1:]
        state = self.desk.state(seat)
        assert state.verdict is not None and state.draft == self.desk.run.last_draft(seat)
        assert (state.verdict.beats, state.verdict.call) == (state.draft.beats, state.draft.call)
        assert state.standing is Standing.OPEN

    @invariant()
    def the_fold_is_the_model(self) -> None:
        for seat, stack in self.stacks.items():
            state = self.desk.state(seat)
            assert state.verdict is not None
            assert (state.verdict.beats, state.verdict.call) == (stack[-1].beats, stack[-1].call)
            assert state.mismatches == ()
            assert state.authors == tuple(self.authors[seat])
            approved = state.standing is Standing.APPROVED
            assert approved is (stack[-1].approved_by is not None)
            if approved and state.approval:
                assert (state.approval.author, state.approval.sha256) == (stack[-1].approved_by, state.sha256)
            assert (state.standing is Standing.OPEN) is not any(model.approved_by for model in stack)
        entries = self.desk.run.journal.read().entries
        assert self.desk.states() == desks.open_desk(self.desk.run.folder).states()
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))

    @invariant()
    def drafts_on_disk_never_change(self) -> None:
        files = self.files()
        assert {path: files[path] for path in self.drafts} == self.drafts


TestEditors = Editors.TestCase
TestEditors.settings = settings(
    max_examples=20, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)


class TestApprovals:
    def test_a_change_back_to_the_approved_words_wants_approval_again(self, approved: Desk) -> None:
        words = approved.state(SEAT).sha256
        for _ in range(2):
            approved.flip(SEAT, author="Bob", reason="why")
            assert approved.state(SEAT).standing is Standing.CHANGED
        assert approved.state(SEAT).sha256 == words
        for _ in range(2):
            approved.undo(SEAT, author="Bob")
        assert approved.state(SEAT).standing is Standing.APPROVED

    def test_an_undone_approval_is_none(self, approved: Desk) -> None:
        approved.undo(SEAT, author="Bob")
        assert approved.state(SEAT).standing is Standing.OPEN
        desks.edit(approved, OTHER, "New")
        approved.approve(OTHER, author="Bob")
        approved.undo(OTHER, author="Ada")
        assert approved.state(OTHER).standing is Standing.CHANGED


class TestMissingSeats:
    def test_a_seat_without_a_draft_is_undrafted_then_missing_then_drafted(self, tmp_path: Path) -> None:
        desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
        assert desk.state(SEAT).standing is Standing.UNDRAFTED
        desk.run.write_draft(desks.missing(SEAT))
        state = desk.state(SEAT)
        assert (state.standing, state.sha256, state.verdict) == (Standing.MISSING, None, None)
        desk.run.write_draft(desks.draft(SEAT, 2))
        assert desk.state(SEAT).standing is Standing.OPEN
        assert desk.state(SEAT).missing is None

    def test_a_missing_seat_s_redraft_stays_when_the_run_drafts_the_seat_after_all(self, tmp_path: Path) -> None:
        desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
        desk.run.write_draft(desks.missing(SEAT))
        record = desks.redraft(desk, SEAT, "Redrafted")
        desk.adopt_redraft(record, author="Ada")
        assert desk.state(SEAT).draft == record
        desk.approve(SEAT, author="Eve")
        desk.run.write_draft(desks.draft(SEAT, 3, "Drafted late"))
        state = desk.state(SEAT)
        assert (state.draft, state.standing, state.mismatches) == (record, Standing.APPROVED, ())
        for _ in range(2):
            desk.undo(SEAT, author="Ada")
        state = desk.state(SEAT)
        assert state.draft is not None and state.draft.n == 3
        assert (state.standing, state.mismatches) == (Standing.OPEN, ())
        desks.edit(desk, SEAT, "Edited late")
        assert desk.state(SEAT).mismatches == ()

    def test_a_redraft_undone_before_the_late_draft_is_no_mismatch(self, tmp_path: Path) -> None:
        desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
        desk.run.write_draft(desks.missing(SEAT))
        desk.adopt_redraft(desks.redraft(desk, SEAT, "Redrafted"), author="Ada")
        desk.undo(SEAT, author="Ada")
        assert desk.state(SEAT).standing is Standing.MISSING
        desk.run.write_draft(desks.draft(SEAT, 3))
        assert (desk.state(SEAT).standing, desk.state(SEAT).mismatches) == (Standing.OPEN, ())


class TestForgedEntries:
    """Whole lines with a right chain that no desk would write."""

    @pytest.mark.parametrize(
        "fields",
        [
            {"action": Action.UNDO, "undoes": 99},
            {"action": Action.UNDO},
            {"action": Action.REDRAFT, "draft": 9},
            {"action": Action.EDIT},
            {"action": Action.EDIT, "call": Call.SHIP},
            {"action": Action.FLIP},
            {"action": Action.APPROVE},
            {"action": Action.REDRAFT},
        ],
    )
    def test_an_entry_that_cannot_be_is_corrupt(self, desk: Desk, fields: dict[str, Any]) -> None:
        desk.run.journal.append(GENESIS, {"author": "Mal", "seat": SEAT, **fields})
        with pytest.raises(Corrupt, match="journal entry 1") as refused:
            desk.states()
        assert refused.value.hint

    def test_a_redraft_that_names_a_missing_seat_s_record_is_corrupt(self, desk: Desk) -> None:
        desk.run.write_draft(desks.missing(SEAT, 2))
        fields = {"author": "Mal", "seat": SEAT, "action": Action.REDRAFT, "draft": 2}
        desk.run.journal.append(GENESIS, fields)
        with pytest.raises(Corrupt, match="which is none"):
            desk.state(SEAT)

    def test_wrong_hashes_are_reported(self, desk: Desk) -> None:
        fields = {"author": "Mal", "seat": SEAT, "action": Action.FLIP, "call": Call.SKIP}
        desk.run.journal.append(GENESIS, {**fields, "before": "b" * 64, "after": "a" * 64})
        state = desk.state(SEAT)
        assert len(state.mismatches) == 2 and all("entry 1" in text for text in state.mismatches)
        assert desk.state(OTHER).mismatches == ()

    def test_the_last_line_s_words_cannot_be_changed_unseen(self, approved: Desk) -> None:
        desks.edit(approved, SEAT, "Honest")
        path = approved.run.journal.path
        lines = path.read_bytes().splitlines()
        forged = lines[-1].replace(b"Honest (bet)", b"Bought (bet)")
        assert forged != lines[-1]
        path.write_bytes(b"\n".join([*lines[:-1], forged]) + b"\n")
        with pytest.raises(Corrupt, match="another one"):
            approved.state(SEAT)
        path.with_name(".journal.head").unlink()
        assert approved.state(SEAT).mismatches
