"""The graph's nodes. Each asks the store first, so running one again does nothing twice.

No node catches `Exception`: LangGraph's interrupts are exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from langgraph.types import Send, interrupt

from panel.compare import compare
from panel.engine import Engine
from panel.graph.drafting import Brief, OnSeat, SeatEvent, draft_seat
from panel.graph.state import RunState, SeatRef, SeatTask
from panel.materials import Materials
from panel.records import Call, Draft, Seat, sha256_of
from panel.store import Run
from panel.tally import tally_run


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of one run, with what they work on."""

    run: Run
    materials: Materials
    engine: Engine
    on_seat: OnSeat

    def fan_out(self, state: RunState) -> list[Send]:
        """Send one task to each seat of the manifest."""
        return [Send("seat", SeatTask(seat=str(seat))) for seat in self.run.manifest.seats]

    async def seat(self, state: SeatTask) -> dict[str, Any]:
        """Draft one seat, unless the store has its draft already."""
        seat = Seat.parse(state["seat"])
        held = self.run.last_draft(seat)
        if held is not None:
            self.on_seat(SeatEvent(seat, "kept", call=held.call, findings=len(held.findings)))
            return {"refs": [self._ref(held)]}
        brief = Brief(seat, self.run.next_number(seat))
        record = await draft_seat(brief, self.engine, self.materials, self.run.manifest, self.on_seat)
        self.run.write_draft(record)
        if not isinstance(record, Draft):
            self.on_seat(SeatEvent(seat, "missing", detail=record.message))
            return {"refs": [SeatRef(seat=str(seat), draft=None, sha256=None)]}
        self.on_seat(SeatEvent(seat, "drafted", call=record.call, findings=len(record.findings)))
        return {"refs": [self._ref(record)]}

    def tally(self, state: RunState) -> dict[str, Any]:
        """Hash the tallies of the drafts as they stand."""
        tallies = tally_run(self._calls(), self.run.manifest.tools)
        return {"tally_sha256": sha256_of([tally.model_dump(mode="json") for tally in tallies])}

    def comparison(self, state: RunState) -> dict[str, Any]:
        """Hash the comparison of the drafts as they stand."""
        dossiers, personas = self.materials.dossiers, self.materials.personas
        comparison = compare(tuple(dossiers.values()), tuple(personas.values()), self._calls())
        return {"comparison_sha256": comparison.content_sha256()}

    def editorial_gate(self, state: RunState) -> dict[str, Any]:
        """Stop until the editors publish; what passes the gate is the hash of what they approved."""
        published: str = interrupt({"run_id": state["run_id"], "waiting_for": "approval"})
        return {"published_sha256": published}

    def _ref(self, draft: Draft) -> SeatRef:
        return SeatRef(seat=str(draft.seat), draft=draft.n, sha256=self.run.draft_sha256(draft.seat, draft.n))

    def _calls(self) -> dict[Seat, Call | None]:
        calls: dict[Seat, Call | None] = {}
        for seat in self.run.manifest.seats:
            draft = self.run.last_draft(seat)
            calls[seat] = draft.call if draft else None
        return calls
