"""What most wants eyes comes first."""

from __future__ import annotations

from pathlib import Path

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
