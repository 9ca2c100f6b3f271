"""What the readers' service bears: many readers voting at once, killed half-way, and what the store holds afterwards.

Starts the real service in a process of its own on a temporary store. Each client votes without pause over one
connection, as several readers, on tools and with calls drawn at random, so that most votes change an earlier one.
Half-way the service is killed with SIGKILL and started again on the same port. Afterwards every vote that was answered
with 200 is looked up in the store. Every reader has an address of their own, so that no limit is met.

    python -m benchmarks.votes [--clients 200] [--seconds 30] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

READERS_PER_CLIENT = 5
TOOLS = tuple(f"tool-{number:02d}" for number in range(20))
SERVE = [sys.executable, "-c", "from panel.cli.serve import app; app()", "--no-site", "--json", "--port"]
SETTINGS = "[readers]\nbehind_proxy = true\nvotes_per_hour = 100000\n"
Pair = tuple[bytes, str]


@dataclass
class Ledger:
    """What clients saw.

    Attributes:
        accepted: the last call that was answered with 200, by reader and tool.
        unknown: calls since then that were sent and not answered.
        latencies_s: of accepted votes.
        refused: answers other than 200, by status.
        errors: connections that failed or broke.
    """

    accepted: dict[Pair, str] = field(default_factory=dict)
    unknown: dict[Pair, set[str]] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    errors: int = 0


@dataclass(frozen=True)
class Reader:
    """A reader with a cookie."""

    id: bytes
    cookie: str
    csrf: str
    address: str


class Connection:
    """One kept-alive HTTP/1.1 connection, opened when it is needed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, head: str, body: str = "") -> tuple[int, dict[str, str], bytes]:
        """Send a request; return the answer's status, headers and body."""
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        try:
            host = f"Host: localhost:{self.port}\r\nOrigin: http://localhost:{self.port}\r\n"
            writer.write(f"{head}\r\n{host}Content-Length: {len(body)}\r\n\r\n{body}".encode("ascii"))
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) if ": " in line else (line, "") for line in lines[1:])
            # Cookies alone keep their capitals.
            headers["set-cookie"] = next((line[12:] for line in lines if line.lower().startswith("set-cookie: ")), "")
            return int(lines[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Close it."""
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


async def meet(connection: Connection, number: int) -> Reader:
    """Get a new reader's cookie and token."""
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    status, headers, body = await connection.ask("GET /vote/session HTTP/1.1")
    assert status == 200, body
    cookie = headers["set-cookie"].split(";")[0]
    text = cookie.partition("=")[2].partition(".")[0]
    reader = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return Reader(reader, cookie, json.loads(body)["csrf"], address)


async def vote_on(
    connection: Connection, readers: list[Reader], until: float, dice: random.Random, ledger: Ledger
) -> None:
    """Vote until the time is up."""
    while time.perf_counter() < until:
        reader, tool, call = dice.choice(readers), dice.choice(TOOLS), dice.choice(("ship", "skip"))
        head = (
            "POST /vote HTTP/1.1\r\nAccept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Cookie: {reader.cookie}\r\nX-Forwarded-For: {reader.address}"
        )
        pair, began = (reader.id, tool), time.perf_counter()
        try:
            status, _, _ = await connection.ask(head, f"tool={tool}&call={call}&csrf={reader.csrf}")
        except (OSError, EOFError):
            ledger.errors += 1
            ledger.unknown.setdefault(pair, set()).add(call)
            await asyncio.sleep(0.05)
            continue
        if status == 200:
            ledger.latencies_s.append(time.perf_counter() - began)
            ledger.accepted[pair] = call
            ledger.unknown.pop(pair, None)
        else:
            ledger.refused[status] = ledger.refused.get(status, 0) + 1


def start(room: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the service; it takes connections when this returns."""
    service = subprocess.Popen([*SERVE, str(port)], cwd=room, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert service.stdout is not None
    with service.stdout as said:
        if not said.readline():
            sys.exit("the service did not start")
    return service


async def measure(room: Path, clients: int, seconds: float) -> tuple[Ledger, float, float]:
    """Let the clients vote; return what they saw, how long it took, and how long the service was away."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = start(room, port)
    ledger, connections = Ledger(), [Connection(port) for _ in range(clients)]
    try:
        groups = []
        for number, connection in enumerate(connections):
            first = number * READERS_PER_CLIENT
            groups.append([await meet(connection, first + nth) for nth in range(READERS_PER_CLIENT)])
        began = time.perf_counter()
        tasks = [
            asyncio.create_task(vote_on(connection, readers, began + seconds, random.Random(number), ledger))
            for number, (connection, readers) in enumerate(zip(connections, groups, strict=True))
        ]
        await asyncio.sleep(seconds / 2)
        service.kill()
        away = time.perf_counter()
        service.wait()
        service = await asyncio.to_thread(start, room, port)
        away_s = time.perf_counter() - away
        await asyncio.gather(*tasks)
        took_s = time.perf_counter() - began
    finally:
        for connection in connections:
            connection.drop()
        service.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            service.wait(30)
        service.kill()
        service.wait()
    return ledger, took_s, away_s


def compare(path: Path, ledger: Ledger) -> dict[str, int]:
    """Hold what clients saw against what the store has."""
    with closing(sqlite3.connect(path)) as db:
        rows = {(reader, tool): ship for tool, reader, ship in db.execute("SELECT tool, reader, ship FROM votes")}
        counted = {tool: (ships, votes) for tool, ships, votes in db.execute("SELECT tool, ships, votes FROM counts")}
    lost = 0
    for pair, call in ledger.accepted.items():
        allowed = {call} | ledger.unknown.get(pair, set())
        stands = {1: "ship", 0: "skip", None: ""}[rows.get(pair)]
        lost += stands not in allowed
    tried = ledger.accepted.keys() | ledger.unknown.keys()
    duplicates = 0
    for tool, (ships, votes) in counted.items():
        standing = [ship for (_, of), ship in rows.items() if of == tool]
        duplicates += max(0, votes - sum(of == tool for _, of in tried))
        duplicates += abs(votes - len(standing)) + abs(ships - sum(standing))
    return {"rows": len(rows), "lost": lost, "duplicates": duplicates, "invented": len(rows.keys() - tried)}


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write JSON; return 1 when a vote was lost or counted twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        (room / "panel.toml").write_text(SETTINGS, encoding="utf-8")
        ledger, took_s, away_s = asyncio.run(measure(room, options.clients, options.seconds))
        held = compare(room / "readers" / "readers.sqlite", ledger)
    cuts = statistics.quantiles(ledger.latencies_s, n=100)
    figures: dict[str, Any] = {
        "clients": options.clients,
        "seconds": round(took_s, 1),
        "accepted_votes": len(ledger.latencies_s),
        "lost_accepted_votes": held["lost"],
        "duplicates_counted": held["duplicates"],
        "invented_votes": held["invented"],
        "readers_and_tools": held["rows"],
        "requests_per_s": round(len(ledger.latencies_s) / (took_s - away_s), 1),
        "median_ms": round(1000 * cuts[49], 1),
        "p99_ms": round(1000 * cuts[98], 1),
        "away_s": round(away_s, 2),
        "errors_while_away": ledger.errors,
        "other_answers": ledger.refused,
    }
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):<22} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return int(bool(held["lost"] or held["duplicates"] or held["invented"]))


if __name__ == "__main__":
    sys.exit(main())
