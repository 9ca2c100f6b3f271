"""Moves at the desk: two editors never overwrite each other, and no words are lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from panel.editorial import Desk, Standing, parse_sheet
from panel.errors import IllegalMove, NothingChanged, StaleEdit
from panel.records import Action, BeatText, Call, Seat

from . import desks
from .desks import OTHER, SEAT


def words(desk: Desk, seat: Seat) -> str:
    verdict = desk.state(seat).verdict
    assert verdict is not None
    return verdict.argument


class TestEditing:
    def test_an_edit_is_one_entry_with_who_why_and_what(self, desk: Desk) -> None:
        before = desk.state(SEAT)
        text = desks.beats(SEAT, "New")
        entry = desk.edit(SEAT, text, Call.SKIP, author="Ada", reason=" clearer ", seen=before.sha256)
        assert (entry.author, entry.action, entry.reason) == ("Ada", Action.EDIT, "clearer")
        assert (entry.before, entry.after) == (before.sha256, desk.state(SEAT).sha256)
        assert (entry.beats, entry.call) == (text, Call.SKIP)
        assert desk.run.journal.read().entries == (entry,)

    @pytest.mark.parametrize("reason", ["", " ", "\n\t"])
    def test_a_change_needs_a_reason(self, desk: Desk, reason: str) -> None:
        seen = desk.state(SEAT).sha256
        with pytest.raises(IllegalMove, match="reason"):
            desk.edit(SEAT, desks.beats(SEAT, "New"), Call.SHIP, author="Ada", reason=reason, seen=seen)
        with pytest.raises(IllegalMove, match="reason"):
            desk.flip(SEAT, author="Ada", reason=reason)
        assert desk.run.journal.read().entries == ()

    def test_a_change_needs_an_author(self, desk: Desk) -> None:
        for move in (desk.approve, desk.undo):
            desks.edit(desk, SEAT, "New") if desk.state(SEAT).last_seq == 0 else None
            with pytest.raises(IllegalMove, match="author"):
                move(SEAT, author=" ")

    @pytest.mark.parametrize(
        "beats",
        [
            (),
            desks.beats(SEAT, "x")[:1],
            desks.beats(SEAT, "x")[::-1],
            desks.beats(SEAT, "x") + desks.beats(SEAT, "x")[:1],
            desks.beats(OTHER, "x"),
        ],
    )
    def test_an_edit_holds_every_beat_once_in_its_order(self, desk: Desk, beats: tuple[BeatText, ...]) -> None:
        with pytest.raises(IllegalMove, match="primitive, bet"):
            desk.edit(SEAT, beats, Call.SHIP, author="Ada", reason="why", seen=desk.state(SEAT).sha256)

    def test_the_same_words_change_nothing_and_keep_nothing(self, approved: Desk) -> None:
        state = approved.state(SEAT)
        assert state.verdict is not None
        before = approved.run.journal.read()
        with pytest.raises(NothingChanged) as refused:
            approved.edit(SEAT, state.verdict.beats, Call.SHIP, author="Ada", reason="why", seen=state.sha256)
        assert isinstance(refused.value, IllegalMove)
        assert approved.run.journal.read() == before
        assert not (approved.run.folder / "kept").exists()
        assert approved.state(SEAT).standing is Standing.APPROVED

    def test_a_seat_of_another_run_is_refused(self, desk: Desk) -> None:
        strange = Seat(tool="larkspur", persona="nobody")
        moves: list[Callable[[], Any]] = [
            lambda: desk.edit(strange, (), Call.SHIP, author="Ada", reason="why", seen=None),
            lambda: desk.flip(strange, author="Ada", reason="why"),
            lambda: desk.approve(strange, author="Ada"),
            lambda: desk.undo(strange, author="Ada"),
        ]
        for move in moves:
            with pytest.raises(IllegalMove, match="has no seat larkspur/nobody"):
                move()

    def test_a_missing_seat_has_nothing_to_change(self, tmp_path: Path) -> None:
        desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
        desk.run.write_draft(desks.missing(SEAT))
        moves: list[Callable[[], Any]] = [
            lambda: desk.edit(SEAT, desks.beats(SEAT, "x"), Call.SHIP, author="Ada", reason="why", seen=None),
            lambda: desk.flip(SEAT, author="Ada", reason="why"),
            lambda: desk.approve(SEAT, author="Ada"),
        ]
        for move in moves:
            with pytest.raises(IllegalMove, match="missing") as refused:
                move()
            assert "panel resume" in refused.value.hint
        assert desk.findings(desk.state(SEAT)) == ()


class TestStaleMoves:
    def test_an_edit_of_a_text_that_changed_is_kept_and_shown(self, desk: Desk) -> None:
        seen = desk.state(SEAT).sha256
        desks.edit(desk, SEAT, "Theirs", author="Ada")
        late = (BeatText(id="primitive", text="# Mine first."), BeatText(id="bet", text="[bet] \\# Mine."))
        before = desk.run.journal.read()
        with pytest.raises(StaleEdit) as refused:
            desk.edit(SEAT, late, Call.SKIP, author="Bob", reason="mine", seen=seen)
        kept = Path(refused.value.kept_at)
        assert parse_sheet(kept.read_text(), desks.persona("dx")) == (late, Call.SKIP)
        assert "Theirs" in refused.value.diff and "Mine" in refused.value.diff
        assert "call: [-ship-]{+skip+}" in refused.value.diff
        assert str(kept) in refused.value.hint
        assert desk.run.journal.read() == before
        assert words(desk, SEAT).startswith("Theirs")

    def test_seen_nothing_fits_no_text(self, desk: Desk) -> None:
        with pytest.raises(StaleEdit) as refused:
            desk.edit(SEAT, desks.beats(SEAT, "Mine"), Call.SHIP, author="Bob", reason="mine", seen=None)
        assert Path(refused.value.kept_at).is_file()

    @pytest.mark.parametrize("move", ["flip", "approve", "undo"])
    def test_a_move_on_a_text_that_changed_is_refused(self, desk: Desk, move: str) -> None:
        desks.edit(desk, SEAT, "First")
        seen = desk.state(SEAT)
        desks.edit(desk, SEAT, "Second", author="Bob")
        with pytest.raises(StaleEdit) as refused:
            if move == "flip":
                desk.flip(SEAT, author="Ada", reason="why", seen=seen.sha256)
            elif move == "approve":
                desk.approve(SEAT, author="Ada", seen=seen.sha256)
            else:
                desk.undo(SEAT, author="Ada", undoes=seen.last_seq)
        assert refused.value.hint
        assert words(desk, SEAT).startswith("Second")
        assert len(desk.run.journal.read().entries) == 2

    def test_the_comparison_is_approved_as_it_was_read(self, desk: Desk) -> None:
        seen = desk.comparison_sha256(desk.comparison(desk.states()))
        desk.flip(SEAT, author="Bob", reason="why")
        with pytest.raises(StaleEdit):
            desk.approve_comparison(author="Ada", seen=seen)
        assert desk.comparison_approval() is None
        entry = desk.approve_comparison(author="Ada")
        assert desk.comparison_approval() == entry
        assert desk.approve_comparison(author="Bob") is None

    def test_approving_twice_is_one_approval(self, desk: Desk) -> None:
        seen = desk.state(SEAT).sha256
        assert desk.approve(SEAT, author="Ada", seen=seen) is not None
        assert desk.approve(SEAT, author="Bob", seen=seen) is None
        assert desk.approve(SEAT, author="Bob") is None
        with pytest.raises(StaleEdit):
            desk.approve(SEAT, author="Bob", seen="0" * 64)


class TestTwoProcesses:
    def test_of_two_editors_of_one_seat_one_wins_and_the_other_s_words_are_kept(
        self, desk: Desk, editors: Callable[..., list[str]]
    ) -> None:
        answers = editors("edit", desk.run.folder, SEAT, SEAT)
        (winner,) = [number for number, answer in enumerate(answers) if answer == "done"]
        told = json.loads(answers[1 - winner])
        assert told["error"] == "StaleEdit"
        assert parse_sheet(Path(told["kept_at"]).read_text(), desks.persona("dx"))[0] == desks.beats(
            SEAT, f"Editor {1 - winner}"
        )
        assert words(desk, SEAT).startswith(f"Editor {winner}")
        assert len(desk.run.journal.read().entries) == 1

    def test_editors_of_different_seats_all_win(self, desk: Desk, editors: Callable[..., list[str]]) -> None:
        assert editors("edit", desk.run.folder, *desks.SEATS) == ["done"] * 4
        for number, seat in enumerate(desks.SEATS):
            assert words(desk, seat).startswith(f"Editor {number}")
            assert desk.state(seat).mismatches == ()


class TestDying:
    def test_an_edit_killed_at_any_moment_stands_whole_or_not_at_all(
        self, tmp_path: Path, editors: Callable[..., list[str]]
    ) -> None:
        answers = editors("killed", "edit", tmp_path)
        assert sum(answer.endswith("killed") for answer in answers) >= 4
        seen = set()
        for answer in answers:
            desk = desks.open_desk(Path(answer.split()[0]))
            seen.add(words(desk, SEAT))
            desks.edit(desk, SEAT, "Afterwards")
            assert desk.state(SEAT).mismatches == ()
        assert seen == {"As drafted (primitive). As drafted (bet).", "Edited (primitive). Edited (bet)."}

    def test_a_redraft_killed_at_any_moment_is_adopted_once_when_asked_again(
        self, tmp_path: Path, editors: Callable[..., list[str]]
    ) -> None:
        found = set()
        for answer in editors("killed", "redraft", tmp_path):
            desk = desks.open_desk(Path(answer.split()[0]))
            waiting = desk.waiting_redraft(SEAT, " shorter\n")
            adopted = words(desk, SEAT).startswith("Redrafted")
            found.add((waiting is not None, adopted))
            if waiting:
                desk.adopt_redraft(waiting, author="Ada")
                assert words(desk, SEAT).startswith("Redrafted")
            assert desk.waiting_redraft(SEAT, "shorter") is None
            assert len(desk.run.drafts(SEAT)) <= 2
        assert found == {(False, False), (True, False), (False, True)}

    def test_a_late_text_is_kept_before_the_editor_hears_of_it(
        self, tmp_path: Path, editors: Callable[..., list[str]]
    ) -> None:
        *deaths, last = editors("killed", "stale", tmp_path)
        assert len(deaths) >= 4
        kept = json.loads(last.split(" ", 1)[1])["kept_at"]
        assert parse_sheet(Path(kept).read_text(), desks.persona("dx"))[0] == desks.beats(SEAT, "Late")
        for death in deaths:
            for path in (Path(death.split()[0]) / "kept").glob("*.txt"):
                assert path.read_text() == Path(kept).read_text()


class TestRedrafts:
    def test_a_redraft_waits_for_its_own_note_and_text_only(self, desk: Desk) -> None:
        record = desks.redraft(desk, SEAT, "Redrafted")
        assert desk.waiting_redraft(SEAT, "shorter") == record
        assert desk.waiting_redraft(SEAT, "longer") is None
        assert desk.waiting_redraft(OTHER, "shorter") is None
        desks.edit(desk, SEAT, "Meanwhile")
        assert desk.waiting_redraft(SEAT, "shorter") is None
        desk.undo(SEAT, author="Ada")
        assert desk.waiting_redraft(SEAT, "shorter") == record

    def test_a_redraft_is_adopted_once(self, desk: Desk) -> None:
        record = desks.redraft(desk, SEAT, "As drafted")  # the very words that stand there
        entry = desk.adopt_redraft(record, author="Ada")
        assert (entry.draft, entry.reason) == (record.n, "shorter")
        for undone in (False, True):
            if undone:
                desk.undo(SEAT, author="Ada")
            with pytest.raises(IllegalMove, match="adopted before"):
                desk.adopt_redraft(record, author="Bob")
            assert desk.waiting_redraft(SEAT, "shorter") is None

    def test_a_redraft_of_a_text_that_changed_meanwhile_stays_a_draft(self, desk: Desk) -> None:
        record = desks.redraft(desk, SEAT, "Redrafted")
        desks.edit(desk, SEAT, "Meanwhile")
        with pytest.raises(StaleEdit) as refused:
            desk.adopt_redraft(record, author="Ada")
        assert f"draft {record.n}" in refused.value.hint
        assert desk.run.draft(SEAT, record.n) == record
        assert words(desk, SEAT).startswith("Meanwhile")

    def test_a_missing_seat_s_redraft_becomes_its_verdict(self, tmp_path: Path) -> None:
        desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
        desk.run.write_draft(desks.missing(SEAT))
        record = desks.redraft(desk, SEAT, "Redrafted")
        assert desk.waiting_redraft(SEAT, "shorter") == record
        desk.adopt_redraft(record, author="Ada")
        assert desk.state(SEAT).standing is Standing.OPEN and desk.state(SEAT).missing is None
        assert words(desk, SEAT).startswith("Redrafted")

    def test_a_missing_seat_s_redraft_does_not_overwrite_a_draft_that_came_meanwhile(self, tmp_path: Path) -> None:
        desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
        desk.run.write_draft(desks.missing(SEAT))
        record = desks.redraft(desk, SEAT, "Redrafted")
        desk.run.write_draft(desks.draft(SEAT, 3))
        desk.approve(SEAT, author="Eve")
        with pytest.raises(StaleEdit):
            desk.adopt_redraft(record, author="Ada")
        assert desk.state(SEAT).standing is Standing.APPROVED
