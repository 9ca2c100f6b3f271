"""Small things to store: a manifest with its inputs, drafts, journal fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from panel.records import (
    Action,
    Attempt,
    BeatText,
    Call,
    Draft,
    EngineIdentity,
    Manifest,
    MissingSeat,
    Sampling,
    Seat,
    content_hashes,
)

WHEN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SEAT = Seat(tool="larkspur", persona="dx")
INPUTS = {"dossiers/larkspur.yaml": b"slug: larkspur\r\n", "dossiers/larkspur/card.txt": b"\xff\x00 as found\n"}
RAW = ' {"argument": {"bet": "It holds."}, "call": "ship"}\n'


def manifest(run_id: str = "first", **changes: Any) -> Manifest:
    fields: dict[str, Any] = {
        "run_id": run_id,
        "created_at": WHEN,
        "panel_version": "0.1.0",
        "tools": ("larkspur",),
        "personas": ("dx",),
        "seed": 7,
        "engine": EngineIdentity(engine="scripted", engine_version="1", model_name="none", context_tokens=512),
        "sampling": Sampling(),
        "max_revisions": 1,
        "max_retries": 1,
        "seat_timeout_s": 30.0,
        "inputs": content_hashes(INPUTS),
        "versions": {"pydantic": "2"},
    }
    return Manifest(**{**fields, **changes})


def draft(number: int = 1, **changes: Any) -> Draft:
    attempt = Attempt(seed=1, raw=RAW, prompt_tokens=9, cached_tokens=3, completion_tokens=5, duration_s=0.25)
    fields: dict[str, Any] = {
        "seat": SEAT,
        "n": number,
        "beats": (BeatText(id="bet", text="It holds."),),
        "call": Call.SHIP,
        "p_ship": 0.75,
        "findings": (),
        "attempts": (attempt,),
        "chosen": 0,
        "prompt_sha256": "a" * 64,
        "origin": "run",
        "created_at": WHEN,
    }
    return Draft(**{**fields, **changes})


def missing(number: int = 1) -> MissingSeat:
    return MissingSeat(
        seat=SEAT, n=number, error="EngineTimeout", message="ran out of time", raw=(" half",), created_at=WHEN
    )


def fields(author: str = "Ada", reason: str = "because") -> dict[str, Any]:
    return {"author": author, "action": Action.FLIP, "seat": SEAT, "reason": reason, "call": Call.SKIP}
