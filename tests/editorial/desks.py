"""A small run on the desk: two invented tools, two reviewers, drafts written straight into the store."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from panel.editorial import ApprovedRun, Desk, open_gate
from panel.materials import gather_materials, reopen_materials
from panel.prompts.contexts import CONTEXTS
from panel.records import (
    Attempt,
    Beat,
    BeatText,
    Call,
    Dossier,
    Draft,
    EngineIdentity,
    Evidence,
    Manifest,
    MissingSeat,
    Persona,
    Pricing,
    Record,
    Sampling,
    Seat,
    content_hashes,
)
from panel.store import Run, RunStore, open_folder

WHEN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
TOOLS, PERSONAS = ("larkspur", "tidewater"), ("dx", "business")
SEATS = tuple(Seat(tool=tool, persona=persona) for tool in TOOLS for persona in PERSONAS)
SEAT, OTHER = SEATS[0], SEATS[1]
BEATS = {"dx": ("primitive", "bet"), "business": ("buyer", "moat")}
CALLS = dict(zip(SEATS, (Call.SHIP, Call.SKIP, Call.SKIP, Call.SKIP), strict=True))


def dossier(slug: str) -> Dossier:
    return Dossier(
        slug=slug,
        name=slug.title(),
        maker="Fenwick Audio",
        category="Speech to text",
        tagline="Dictation that stays here",
        description="A small model that writes down what is said.",
        licence="Apache-2.0",
        pricing=Pricing(entry="Free", as_of=date(2026, 11, 2), source="Model card"),
        evidence=(Evidence(id="card", source="Model card", retrieved=date(2026, 11, 2), text="It knows 3 languages."),),
    )


def persona(slug: str) -> Persona:
    return Persona(
        slug=slug,
        name=slug.upper(),
        lens="What it is",
        voice="Blunt.",
        ships_when=("It works.",),
        skips_when=("It does not.",),
        beats=tuple(Beat(id=beat, question=f"What is its {beat}?", min_chars=1) for beat in BEATS[slug]),
    )


def _yaml(record: Record) -> str:
    return json.dumps(record.model_dump(mode="json", exclude_none=True))


def write_newsroom(root: Path) -> None:
    files = {f"dossiers/{slug}.yaml": _yaml(dossier(slug)) for slug in TOOLS}
    files |= {f"personas/{slug}.yaml": _yaml(persona(slug)) for slug in PERSONAS}
    files |= {f"prompts/{name}": "Review it." for name in CONTEXTS}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def make_run(root: Path, run_id: str = "first") -> Run:
    """Make a run without drafts in `root/runs`."""
    write_newsroom(root)
    files = gather_materials(root, TOOLS, personas=PERSONAS).files
    manifest = Manifest(
        run_id=run_id,
        created_at=WHEN,
        panel_version="0.1.0",
        tools=TOOLS,
        personas=PERSONAS,
        seed=7,
        engine=EngineIdentity(engine="scripted", engine_version="1", model_name="none", context_tokens=512),
        sampling=Sampling(),
        max_revisions=1,
        max_retries=1,
        seat_timeout_s=30.0,
        inputs=content_hashes(files),
        versions={},
    )
    return RunStore(root / "runs").create(manifest, files)


def beats(seat: Seat, words: str) -> tuple[BeatText, ...]:
    return tuple(BeatText(id=beat, text=f"{words} ({beat}).") for beat in BEATS[seat.persona])


def draft(seat: Seat, number: int = 1, words: str = "As drafted", **changes: Any) -> Draft:
    text, call = beats(seat, words), changes.get("call", CALLS[seat])
    raw = json.dumps({"argument": {beat.id: beat.text for beat in text}, "call": call})
    attempt = Attempt(seed=1, raw=raw, prompt_tokens=9, cached_tokens=3, completion_tokens=5, duration_s=0.5)
    fields: dict[str, Any] = {
        "seat": seat,
        "n": number,
        "beats": text,
        "call": call,
        "p_ship": 0.75,
        "findings": (),
        "attempts": (attempt,),
        "chosen": 0,
        "prompt_sha256": "a" * 64,
        "origin": "run",
        "created_at": WHEN,
    }
    return Draft(**{**fields, **changes})


def redraft(desk: Desk, seat: Seat, words: str, note: str = "shorter", **changes: Any) -> Draft:
    """Write a redraft of what stands there now; nobody adopts it yet."""
    number = desk.run.next_number(seat)
    base = desk.state(seat).sha256
    record = draft(seat, number, words, origin="redraft", note=note, base_sha256=base, **changes)
    desk.run.write_draft(record)
    return record


def missing(seat: Seat, number: int = 1) -> MissingSeat:
    return MissingSeat(seat=seat, n=number, error="EngineTimeout", message="ran out of time", created_at=WHEN)


def make_desk(root: Path, *, leave_out: tuple[Seat, ...] = ()) -> Desk:
    """Make a run, draft its seats but those left out, and put it on the desk."""
    run = make_run(root)
    for seat in SEATS:
        if seat not in leave_out:
            run.write_draft(draft(seat))
    return Desk(run, reopen_materials(run))


def open_desk(folder: Path) -> Desk:
    run = open_folder(folder)
    return Desk(run, reopen_materials(run))


def draft_path(desk: Desk, seat: Seat, number: int = 1) -> Path:
    return desk.run.folder / "drafts" / seat.tool / seat.persona / f"{number}.json"


def edit(desk: Desk, seat: Seat, words: str, author: str = "Ada", **changes: Any) -> None:
    state = desk.state(seat)
    call = changes.get("call") or (state.verdict.call if state.verdict else Call.SKIP)
    desk.edit(seat, beats(seat, words), call, author=author, reason="clearer", seen=state.sha256)


def approve_all(desk: Desk, author: str = "Eve") -> None:
    for seat in SEATS:
        desk.approve(seat, author=author)
    desk.approve_comparison(author=author)


def gate(desk: Desk) -> ApprovedRun:
    return open_gate(desk)
