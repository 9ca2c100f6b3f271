"""Runs and seats as plain data: the `--json` twin of everything the commands print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from panel.cli.printing import describe_split
from panel.cli.provenance import interest_lines
from panel.editorial import BLOCKING, Desk, SeatState, is_acknowledged, read_beside, read_claims, refusals
from panel.honesty import NOTE
from panel.records import Finding, Seat


def describe_seat(desk: Desk, state: SeatState) -> dict[str, Any]:
    """Describe one seat as it stands."""
    verdict, draft, approval = state.verdict, state.draft, state.approval
    flips = desk.flips(state)
    return {
        "tool": state.seat.tool,
        "persona": state.seat.persona,
        "standing": state.standing.value,
        "call": verdict.call.value if verdict else None,
        "beats": {beat.id: beat.text for beat in verdict.beats} if verdict else {},
        "sha256": state.sha256,
        "findings": [_describe_finding(state, finding) for finding in desk.findings(state)],
        "claims": [
            {
                "beat": one.claim.beat,
                "start": one.claim.start,
                "end": one.claim.end,
                "kind": one.claim.kind.value,
                "text": one.claim.text,
                "status": one.status.value,
                "place": one.place.field if one.place else None,
                "passage": one.place.text if one.place else None,
                "instead": one.instead,
            }
            for one in read_claims(state, desk.materials)
        ],
        "passages": [
            {
                "beat": one.beat,
                "sentence": one.sentence,
                "place": one.passage.place if one.passage else None,
                "passage": one.passage.text if one.passage else None,
            }
            for one in read_beside(state, desk.materials)
        ],
        "draft": draft.n if draft else None,
        "p_ship": draft.p_ship if draft else None,
        "flips": flips.model_dump(mode="json") if flips else None,
        "attempts": len(draft.attempts) if draft else 0,
        "approved_by": approval.author if approval else None,
        "approved_at": approval.at.isoformat() if approval else None,
        "missing": state.missing.message if state.missing and not verdict else None,
    }


def _describe_finding(state: SeatState, finding: Finding) -> dict[str, Any]:
    blocks = finding.check in BLOCKING
    return {
        **finding.model_dump(mode="json"),
        "blocks": blocks,
        "acknowledged": blocks and is_acknowledged(state, finding),
    }


def describe_run(desk: Desk, states: Mapping[Seat, SeatState]) -> dict[str, Any]:
    """Describe a run: its seats, tallies, comparison, and what keeps it from publication."""
    comparison = desk.comparison(states)
    manifest = desk.run.manifest
    reasons = refusals(desk, states)
    disclosure = manifest.disclosure
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
                "split": describe_split(tally),
            }
            for tally in comparison.tallies
        ],
        "independence": {**disclosure.independence.model_dump(mode="json"), "note": NOTE} if disclosure else None,
        "interests": list(interest_lines(manifest)),
        "stale_prices": {tool: stale.text for tool, stale in desk.stale_prices().items()},
        "comparison": comparison.model_dump(mode="json", exclude={"tallies"}),
        "comparison_sha256": desk.comparison_sha256(comparison),
        "seats": [describe_seat(desk, state) for state in states.values()],
        "publishable": not reasons,
        "refusals": list(reasons),
    }
