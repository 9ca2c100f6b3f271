"""The order in which verdicts want eyes.

First what blocks approval, then calls that hang by little, then reviewers who disagree about a tool, then what the
checks remark on. The rest is calm: its tool's reviewers are unanimous, every statement is grounded, no call hangs by
little. Calm verdicts that an editor has opened can be approved together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from panel.editorial.desk import Desk
from panel.editorial.findings import BLOCKING, unanswered
from panel.editorial.fold import SeatState, Standing
from panel.records import Call, Seat

DOUBTFUL = 0.25
"""A call that would come out the other way at least once in four draws hangs by little."""


class Need(IntEnum):
    """Why a verdict wants eyes, the most urgent first."""

    BLOCKED = 0
    DOUBTFUL = 1
    DISPUTED = 2
    REMARKED = 3
    CALM = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One verdict that is not approved, with the reason for its place.

    Attributes:
        seat: whose.
        need: why it stands where it stands.
        why: the same in words.
    """

    seat: Seat
    need: Need
    why: str


def review_order(desk: Desk, states: Mapping[Seat, SeatState]) -> tuple[Turn, ...]:
    """Order what is not approved by how much it wants eyes; equals in the run's order."""
    turns = [
        _turn(desk, state, states) for state in states.values() if state.standing is not Standing.APPROVED
    ]  # fmt: skip
    return tuple(turn for _, turn in sorted(turns, key=lambda placed: placed[0]))


def _turn(desk: Desk, state: SeatState, states: Mapping[Seat, SeatState]) -> tuple[tuple[int, float], Turn]:
    """Return a turn with what it is ordered by: its need, then the most doubtful first."""

    def made(need: Need, why: str, weight: float = 0.0) -> tuple[tuple[int, float], Turn]:
        return (int(need), -weight), Turn(state.seat, need, why)

    if state.verdict is None or state.draft is None:
        return made(Need.BLOCKED, f"no verdict: {state.standing}")
    findings = desk.findings(state)
    flips = desk.flips(state)
    rate = flips.rate if flips else 0.0
    if left := unanswered(state, findings):
        return made(Need.BLOCKED, f"{len(left)} finding{'s' if len(left) > 1 else ''} to answer", rate)
    if flips and rate >= DOUBTFUL:
        return made(Need.DOUBTFUL, f"a call that hangs by little: {flips.text}", rate)
    calls = _calls(state.seat.tool, states)
    if len(set(calls)) > 1:
        return made(Need.DISPUTED, f"{calls.count(state.verdict.call)} of {len(calls)} reviewers call it so", rate)
    if remarks := [finding for finding in findings if finding.check not in BLOCKING]:
        return made(Need.REMARKED, f"{len(remarks)} remark{'s' if len(remarks) > 1 else ''} of the checks", rate)
    return made(Need.CALM, "unanimous and grounded", rate)


def _calls(tool: str, states: Mapping[Seat, SeatState]) -> list[Call]:
    return [state.verdict.call for seat, state in states.items() if seat.tool == tool and state.verdict]
