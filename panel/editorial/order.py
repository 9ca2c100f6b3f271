"""The order in which verdicts want eyes.

First what blocks approval, then calls that hang by little, then reviewers who disagree about a tool, then what the
checks remark on. The rest is calm: its tool's reviewers are unanimous, every statement is grounded, no call hangs by
little. Calm verdicts that an editor has opened can be approved together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from panel.claims import Status
from panel.editorial.desk import Desk
from panel.editorial.findings import BLOCKING, unanswered
from panel.editorial.fold import SeatState, Standing
from panel.editorial.reading import read_claims
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
    """Order what is not approved, or has unanswered findings, by how much it wants eyes; equals in the run's order."""
    turns = [_turn(desk, state, states) for state in states.values() if _is_open(desk, state)]
    return tuple(turn for _, turn in sorted(turns, key=lambda placed: placed[0]))


def _is_open(desk: Desk, state: SeatState) -> bool:
    return state.standing is not Standing.APPROVED or bool(unanswered(state, desk.findings(state)))


def _turn(desk: Desk, state: SeatState, states: Mapping[Seat, SeatState]) -> tuple[tuple[int, float], Turn]:
    """Return a turn with what it is ordered by: its need, then the most doubtful first."""

    def made(need: Need, why: str, weight: float = 0.0) -> tuple[tuple[int, float], Turn]:
        return (int(need), -weight), Turn(state.seat, need, why)

    if state.verdict is None or state.draft is None:
        return made(Need.BLOCKED, f"no verdict: {state.standing}")
    findings = desk.findings(state)
    # An editor who turned the call has decided; how firm the draft's was says nothing of that.
    flips = desk.flips(state) if state.draft.call is state.verdict.call else None
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
    if doubt := _doubt(desk, state, calls):
        return made(Need.REMARKED, doubt, rate)
    return made(Need.CALM, "unanimous and grounded", rate)


def _doubt(desk: Desk, state: SeatState, calls: Sequence[Call]) -> str:
    """Say why nothing speaks against a verdict and yet too little is known to call it calm; "" when enough is."""
    reviewers = len(desk.run.manifest.personas)
    if reviewers < 2:
        return "the only reviewer"
    if len(calls) < reviewers:
        return f"{reviewers - len(calls)} of {reviewers} reviewers are missing"
    if state.draft and state.draft.p_ship is None:
        return "how firm the call is, is not known"
    loose = sum(one.status in (Status.ABSENT, Status.DIFFERS) for one in read_claims(state, desk.materials))
    return f"{loose} claim{'s' if loose > 1 else ''} not in the dossier" if loose else ""


def _calls(tool: str, states: Mapping[Seat, SeatState]) -> list[Call]:
    return [state.verdict.call for seat, state in states.items() if seat.tool == tool and state.verdict]
