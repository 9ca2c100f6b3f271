"""Runs and seats as plain data: the `--json` twin of everything the commands print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from panel.editorial import Desk, SeatState, refusals
from panel.records import Seat


def describe_seat(desk: Desk, state: SeatState) -> dict[str, Any]:
    """Describe one seat as it stands."""
    verdict, draft, approval = state.verdict, state.draft, state.approval
    return {
        "tool": state.seat.tool,
        "persona": state.seat.persona,
        "standing": state.standing.value,
        "call": verdict.call.value if verdict else None,
        "beats": {beat.id: beat.text for beat in verdict.beats} if verdict else {},
        "sha256": state.sha256,
        "findings": [finding.model_dump(mode="json") for finding in desk.findings(state)],
        "draft": draft.n if draft else None,
        "p_ship": draft.p_ship if draft else None,
        "attempts": len(draft.attempts) if draft else 0,
        "approved_by": approval.author if approval else None,
        "approved_at": approval.at.isoformat() if approval else None,
        "missing": state.missing.message if state.missing and not verdict else None,
    }


def describe_run(desk: Desk, states: Mapping[Seat, SeatState]) -> dict[str, Any]:
    """Describe a run: its seats, tallies, comparison, and what keeps it from publication."""
    comparison = desk.comparison(states)
    manifest = desk.run.manifest
    reasons = refusals(desk, states)
    return {
        "run_id": desk.run.run_id,
        "created_at": manifest.created_at.isoformat(),
        "engine": manifest.engine.model_dump(mode="json"),
        "seed": manifest.seed,
        "tallies": [
            {
                **tally.model_dump(mode="json"),
                "voted": tally.voted,
                "configured": tally.configured,
                "ship_share": tally.ship_share,
                "ship_pct": tally.ship_pct,
                "label": tally.label,
            }
            for tally in comparison.tallies
        ],
        "comparison": comparison.model_dump(mode="json", exclude={"tallies"}),
        "comparison_sha256": desk.comparison_sha256(comparison),
        "seats": [describe_seat(desk, state) for state in states.values()],
        "publishable": not reasons,
        "refusals": list(reasons),
    }
