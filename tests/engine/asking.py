"""Short requests that every engine can answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from panel.engine import Choice, Engine, Generation, Message, Progress, Request
from panel.records import Sampling

CALL = Choice('","call":"', ("ship", "skip"))
LIVELY = Sampling(temperature=1.0)
DEADLINE_S = 120
"""Within which work that was stopped must be over; what is stopped would take longer."""


def line_schema(low: int = 20, high: int = 100) -> dict[str, Any]:
    line = {"type": "string", "pattern": f"^[A-Z][A-Za-z ,.-]{{{low},{high}}}[.]$"}
    return closed_object({"line": line, "call": {"enum": ["ship", "skip"]}})


def closed_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def ask(*parts: str, house: str = "You judge tools in one line.", **changes: Any) -> Request:
    request = Request(
        id="tool/dx",
        messages=(Message("system", (house,)), Message("user", parts or ("The tool sorts mail.", "Judge it."))),
        schema=line_schema(),
        choice=CALL,
        sampling=LIVELY,
        seed=7,
        max_tokens=200,
        timeout_s=120,
    )
    return replace(request, **changes)


def endless(**changes: Any) -> Request:
    schema = closed_object({"line": {"type": "string", "pattern": "^[a-z]{90000,100000}$"}})
    return ask(schema=schema, choice=None, **changes)


def run(engine: Engine, *requests: Request) -> list[Generation]:
    """Ask for all of them at once."""

    async def all_of_them() -> list[Generation]:
        return await asyncio.gather(*(engine.generate(request) for request in requests))

    return asyncio.run(all_of_them())


def run_one(engine: Engine, request: Request) -> Generation:
    return run(engine, request)[0]


def texts(generations: Sequence[Generation]) -> list[str]:
    return [generation.text for generation in generations]


class Started:
    """Progress that can be awaited: set by the first event."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self.seen: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.seen.append(progress)
        self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        await self._event.wait()
