"""The graph: one task a seat, then the tally, the comparison and the editorial gate.

`panel.graph.build` is not imported here: it loads LangGraph.
"""

from panel.graph.drafting import Brief, OnSeat, SeatEvent, draft_seat

__all__ = ["Brief", "OnSeat", "SeatEvent", "draft_seat"]
