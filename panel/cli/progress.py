"""Live progress of a run: a table on a terminal, a line an event elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from panel.cli.printing import MARKS, STYLES, make_console
from panel.graph import SeatEvent
from panel.records import Seat

_LATELY_S = 5.0
_ENDINGS = {"drafted", "missing", "kept"}


class RunProgress:
    """Shows what every seat is doing; `tell` may be called from any thread."""

    def __init__(self, seats: Sequence[Seat], console: Console | None = None) -> None:
        self._console = console or make_console(stderr=True)
        self._is_live = self._console.is_terminal and len(seats) <= 40
        self._last = {seat: SeatEvent(seat, "waiting") for seat in seats}
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._written: deque[tuple[float, int]] = deque(maxlen=256)
        self._live = Live(console=self._console, refresh_per_second=8, get_renderable=self._table)

    def __enter__(self) -> RunProgress:
        if self._is_live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_live:
            self._live.stop()

    def tell(self, event: SeatEvent) -> None:
        """Take note of what happened to a seat."""
        with self._lock:
            before = self._last[event.seat]
            self._last[event.seat] = event
            if event.kind == "writing":
                tokens = event.tokens - (before.tokens if before.kind == "writing" else 0)
                self._written.append((time.monotonic(), max(tokens, 0)))
        if not self._is_live and (event.kind in _ENDINGS or event.kind in {"rechecking", "revising", "retrying"}):
            print(self._line(event), file=sys.stderr, flush=True)

    def _done(self) -> int:
        return sum(event.kind in _ENDINGS for event in self._last.values())

    def _rate(self, now: float) -> float:
        """Return how many tokens a second were written lately, by all seats together."""
        lately = [(moment, tokens) for moment, tokens in self._written if now - moment <= _LATELY_S]
        if len(lately) < 2:
            return 0.0
        # What the first event brought was written before it.
        return sum(tokens for _, tokens in lately[1:]) / max(now - lately[0][0], 0.1)

    def _line(self, event: SeatEvent) -> str:
        with self._lock:
            done, total = self._done(), len(self._last)
        spent = time.monotonic() - self._began
        return f"[{done}/{total}] {spent:6.1f}s {event.seat}: {_describe(event).plain}"

    def _table(self) -> Table:
        with self._lock:
            events = list(self._last.values())
            done = self._done()
            rate = self._rate(time.monotonic())
        table = Table(box=None, show_header=False, pad_edge=False)
        for event in events:
            table.add_row(Text(str(event.seat)), _describe(event))
        spent = time.monotonic() - self._began
        pace = f", {rate:.0f} tokens/s" if rate else ""
        table.add_row(Text(f"{done} of {len(events)} seats", style="bold"), Text(f"{spent:.0f} s{pace}"))
        return table


def _describe(event: SeatEvent) -> Text:
    noted = f", {event.findings} finding{'s' if event.findings != 1 else ''}" if event.findings else ""
    if event.kind in {"drafted", "kept"} and event.call:
        ending = "  (already drafted)" if event.kind == "kept" else ""
        return Text(MARKS[event.call], style=STYLES[event.call]) + Text(f"{noted}{ending}", style="dim")
    if event.kind == "missing":
        return Text(f"missing: {event.detail}", style="bold yellow")
    if event.kind in {"reading", "writing"}:
        if event.kind == "reading":
            return Text(f"reading, {100 * event.tokens // max(event.total, 1)} % of {event.total} tokens")
        return Text(f"writing, {event.tokens} tokens")
    if event.kind == "revising":
        return Text(f"writing anew{noted}", style="yellow")
    if event.kind == "rechecking":
        return Text("asking for the call with and without a passage that speaks to reviewers", style="yellow")
    return Text(f"{event.kind}{': ' + event.detail if event.detail else ''}", style="dim")
