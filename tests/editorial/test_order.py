"""What most wants eyes comes first."""

from __future__ import annotations

from pathlib import Path

import pytest
from honesty.rooms import add_run

from panel.editorial import Desk, Need, review_order
from panel.materials import reopen_materials
from panel.records import BeatText, Call, Seat

from . import desks
from .desks import SEAT, SEATS


def seat(tool: str, persona: str) -> Seat:
    return Seat(tool=tool, persona=persona)


def test_findings_then_little_margin_then_disagreement_then_the_calm(tmp_path: Path) -> None:
    calls = {
        "larkspur": {"dx": Call.SHIP, "business": Call.SKIP},
        "tidewater": {"dx": Call.SHIP, "business": Call.SHIP},
        "quartz": {"dx": Call.SHIP, "business": Call.SHIP},
    }
    odds = {seat("tidewater", "dx"): 0.55, seat("quartz", "business"): 0.52, seat("larkspur", "business"): 0.01}
    run = add_run(tmp_path, "a", calls, odds=odds)
    desk = Desk(run, reopen_materials(run))
    target = seat("quartz", "dx")
    state = desk.state(target)
    assert state.verdict is not None
    text = tuple(BeatText(id=beat.id, text="It has 77 plugins.") for beat in state.verdict.beats)
    desk.edit(target, text, Call.SHIP, author="Ada", reason="so", seen=state.sha256)
    turns = review_order(desk, desk.states())
    assert [(str(turn.seat), turn.need) for turn in turns][:5] == [
        ("quartz/dx", Need.BLOCKED),
        ("quartz/business", Need.DOUBTFUL),
        ("tidewater/dx", Need.DOUBTFUL),
        ("larkspur/dx", Need.DISPUTED),
        ("larkspur/business", Need.DISPUTED),
    ]
    assert "to answer" in turns[0].why and "flips" in turns[1].why and "1 of 2" in turns[3].why


def test_what_is_approved_wants_no_eyes(desk: Desk) -> None:
    desk.approve(SEAT, author="Eve")
    assert [turn.seat for turn in review_order(desk, desk.states())].count(SEAT) == 0


def test_seats_without_a_verdict_come_first(tmp_path: Path) -> None:
    desk = desks.make_desk(tmp_path, leave_out=(SEATS[3],))
    turn = review_order(desk, desk.states())[0]
    assert (turn.seat, turn.need, turn.why) == (SEATS[3], Need.BLOCKED, "no verdict: not drafted yet")


@pytest.fixture
def no_remarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drafts here are a few words long; nothing is said of that."""
    monkeypatch.setattr("panel.editorial.findings.run_checks", lambda subject: ())


@pytest.mark.usefixtures("no_remarks")
def test_nothing_is_called_calm_of_which_too_little_is_known(tmp_path: Path) -> None:
    def turns(name: str, calls: dict[str, Call | None], **changes: object) -> list[tuple[Need, str]]:
        run = add_run(tmp_path / name, "a", {"larkspur": calls}, **changes)
        desk = Desk(run, reopen_materials(run))
        return [(turn.need, turn.why) for turn in review_order(desk, desk.states())]

    both: dict[str, Call | None] = {"dx": Call.SHIP, "business": Call.SHIP}
    sure = {"p_ship": 0.99}
    assert turns("calm", both, **sure) == [(Need.CALM, "unanimous and grounded")] * 2
    assert turns("alone", {"dx": Call.SHIP}, **sure) == [(Need.REMARKED, "the only reviewer")]
    missing = turns("missing", {"dx": Call.SHIP, "business": None}, **sure)
    assert missing[-1] == (Need.REMARKED, "1 of 2 reviewers are missing")
    unknown = turns("unknown", both, p_ship=None)
    assert unknown == [(Need.REMARKED, "how firm the call is, is not known")] * 2


@pytest.mark.usefixtures("no_remarks")
def test_an_editor_s_own_call_hangs_by_nothing(tmp_path: Path) -> None:
    run = add_run(tmp_path, "a", {"larkspur": {"dx": Call.SHIP, "business": Call.SKIP}}, p_ship=0.5)
    desk = Desk(run, reopen_materials(run))
    assert {turn.need for turn in review_order(desk, desk.states())} == {Need.DOUBTFUL}
    desk.flip(seat("larkspur", "dx"), author="Ada", reason="so")
    turns = {turn.seat.persona: turn.need for turn in review_order(desk, desk.states())}
    assert turns == {"dx": Need.CALM, "business": Need.DOUBTFUL}
