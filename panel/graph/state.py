"""What the graph remembers: ids and hashes, never texts.

The checkpointer stores the whole state at every step, so the state must stay small however much is written.
"""

from __future__ import annotations

import operator
from typing import Annotated, TypedDict


class SeatRef(TypedDict):
    """Where a seat's draft is.

    `seat` is `tool/persona`, `draft` its number, `sha256` that of the draft's file; both are None for a missing seat.
    """

    seat: str
    draft: int | None
    sha256: str | None


class RunState(TypedDict, total=False):
    """The graph's state over a run."""

    run_id: str
    refs: Annotated[list[SeatRef], operator.add]
    tally_sha256: str
    comparison_sha256: str
    published_sha256: str


class SeatTask(TypedDict):
    """What one seat's task is given."""

    seat: str
