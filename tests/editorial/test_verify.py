"""Verifying: every planted damage is found, and a sound run has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from panel.editorial import Check, Desk, verify_run
from panel.errors import PanelError
from panel.materials import reopen_materials
from panel.records import Call, Seat, sha256_of
from panel.store import open_folder
from panel.tally import tally_run

from . import desks
from .desks import SEAT

INPUTS, DRAFTS, RECORDED, TALLY, JOURNAL = range(5)


class Verified:
    """A run with what the graph recorded of it before anything was damaged."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        run = desk.run
        self.recorded = {seat: (1, run.draft_sha256(seat, 1)) for seat in desks.SEATS}
        tallies = tally_run(desks.CALLS, desks.TOOLS)
        self.tally: str | None = sha256_of([tally.model_dump(mode="json") for tally in tallies])

    def checks(self) -> tuple[Check, ...]:
        run = open_folder(self.desk.run.folder)
        return verify_run(run, lambda: reopen_materials(run), self.recorded, self.tally)

    def bad(self) -> set[int]:
        return {number for number, check in enumerate(self.checks()) if check.problems}


@pytest.fixture
def verified(approved: Desk) -> Verified:
    desks.edit(approved, SEAT, "Edited")
    record = desks.redraft(approved, desks.OTHER, "Redrafted")
    approved.adopt_redraft(record, author="Ada")
    approved.undo(desks.OTHER, author="Ada")
    return Verified(approved)


def flip_byte(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))


def test_a_sound_run_has_no_problem(verified: Verified) -> None:
    checks = verified.checks()
    assert [check.problems for check in checks] == [()] * 5
    assert [check.counted for check in checks] == [len(verified.desk.run.manifest.inputs), 5, 4, 2, 8]
    verified.tally = None
    assert verified.bad() == set()


def test_every_flipped_byte_of_a_draft_is_found(verified: Verified) -> None:
    path = desks.draft_path(verified.desk, SEAT)
    whole = path.read_bytes()
    for place in range(0, len(whole), 41):
        flip_byte(path, place)
        assert RECORDED in verified.bad(), place
        path.write_bytes(whole)
    assert verified.bad() == set()


@pytest.mark.parametrize("number", [1, 2])
def test_raw_text_that_no_longer_says_what_the_beats_say_is_found(verified: Verified, number: int) -> None:
    path = desks.draft_path(verified.desk, desks.OTHER, number)
    data = path.read_bytes()
    place = data.index(b'"raw"')
    path.write_bytes(data[:place] + data[place:].replace(b"drafted", b"dreamt!", 1))
    if number == 2:
        path.write_bytes(data[:place] + data[place:].replace(b"Redrafted", b"Redreamed", 1))
    assert DRAFTS in verified.bad()
    assert any(f"draft {number} does not say" in text for text in verified.checks()[DRAFTS].problems)


@pytest.mark.parametrize("raw", ["", "no JSON", "[]", "[" * 100_000, '{"argument": {}}', '{"argument": {}, "call": 1}'])
def test_raw_text_that_is_no_verdict_is_found(verified: Verified, raw: str) -> None:
    good = desks.draft(SEAT, 2)
    attempt = good.attempts[0].model_copy(update={"raw": raw})
    verified.desk.run.write_draft(good.model_copy(update={"attempts": (attempt,)}))
    assert DRAFTS in verified.bad()


def test_white_space_around_the_model_s_words_is_no_damage(verified: Verified) -> None:
    good = desks.draft(SEAT, 2)
    raw = good.raw.replace("As drafted (bet).", " As drafted (bet). ")
    assert raw != good.raw
    attempt = good.attempts[0].model_copy(update={"raw": f"\n{raw} "})
    verified.desk.run.write_draft(good.model_copy(update={"attempts": (attempt,)}))
    assert DRAFTS not in verified.bad()


def test_a_changed_call_is_found_in_the_raw_text_and_the_tally(verified: Verified) -> None:
    path = desks.draft_path(verified.desk, SEAT)
    path.write_bytes(path.read_bytes().replace(b'"call": "ship"', b'"call": "skip"'))
    assert {DRAFTS, RECORDED, TALLY, JOURNAL} <= verified.bad()


def test_a_changed_redraft_that_the_graph_does_not_know_is_found(verified: Verified) -> None:
    path = desks.draft_path(verified.desk, desks.OTHER, 2)
    path.write_bytes(path.read_bytes().replace(b'"p_ship": 0.75', b'"p_ship": 0.99'))
    assert verified.bad() == {JOURNAL}


def delete_draft(desk: Desk) -> None:
    desks.draft_path(desk, SEAT).unlink()


def empty_draft(desk: Desk) -> None:
    desks.draft_path(desk, SEAT).write_bytes(b"")


def change_input(desk: Desk) -> None:
    flip_byte(desk.run.inputs / "dossiers" / "larkspur.yaml", -3)


def delete_input(desk: Desk) -> None:
    (desk.run.inputs / "personas" / "dx.yaml").unlink()


def change_journal(desk: Desk) -> None:
    flip_byte(desk.run.journal.path, 200)


def tear_journal(desk: Desk) -> None:
    desk.run.journal.path.write_bytes(desk.run.journal.path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (delete_draft, {RECORDED, TALLY, JOURNAL}),
        (empty_draft, {DRAFTS, RECORDED, TALLY, JOURNAL}),
        (change_input, {INPUTS, JOURNAL}),
        (delete_input, {INPUTS, JOURNAL}),
        (change_journal, {JOURNAL}),
        (tear_journal, {JOURNAL}),
    ],
)
def test_damage_is_found_where_it_is(verified: Verified, damage: Callable[[Desk], None], found: set[int]) -> None:
    damage(verified.desk)
    assert verified.bad() == found


def test_hashes_the_graph_recorded_are_held_against_the_disk(verified: Verified) -> None:
    verified.recorded[SEAT] = (1, "0" * 64)
    verified.tally = "0" * 64
    assert verified.bad() == {RECORDED, TALLY}
    verified.recorded = {Seat(tool="larkspur", persona="dx"): (7, "0" * 64)}
    assert "7.json" in verified.checks()[RECORDED].problems[0]


def test_materials_that_cannot_be_read_are_a_problem_and_no_crash(verified: Verified) -> None:
    def fail() -> None:
        raise PanelError("the disk is upside down")

    checks = verify_run(verified.desk.run, fail, verified.recorded, verified.tally)  # type: ignore[arg-type]
    assert checks[JOURNAL].problems == ("the disk is upside down",)


def test_a_missing_seat_is_no_damage(tmp_path: Path) -> None:
    desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
    desk.run.write_draft(desks.missing(SEAT))
    calls: dict[Seat, Call | None] = {**desks.CALLS, SEAT: None}
    tally = sha256_of([item.model_dump(mode="json") for item in tally_run(calls, desks.TOOLS)])
    checks = verify_run(desk.run, lambda: desk.materials, {}, tally)
    assert not any(check.problems for check in checks)
