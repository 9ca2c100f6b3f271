"""Newsrooms of a few invented tools, drafts written straight into their stores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from editorial import desks

from panel.materials import gather_materials
from panel.records import Disclosure, EngineIdentity, Manifest, Sampling, Seat, content_hashes
from panel.store import Run, RunStore

HOUSE = EngineIdentity(
    engine="llama",
    engine_version="llama-cpp-python 1",
    model_name="SmolLM2-135M-Panel",
    model_sha256="1" * 64,
    base_sha256="2" * 64,
    adapter_sha256="3" * 64,
    context_tokens=512,
    steady=True,
)
OTHER = EngineIdentity(
    engine="llama", engine_version="1", model_name="Qwen3-4B-Instruct", model_sha256="4" * 64, context_tokens=512
)


def add_run(
    root: Path,
    run_id: str,
    calls: Mapping[str, Mapping[str, Any]],
    *,
    engine: EngineIdentity = HOUSE,
    days: int = 0,
    odds: Mapping[Seat, float] | None = None,
    disclosure: Disclosure | None = None,
    **changes: Any,
) -> Run:
    """Add a run to `root/runs`: of each tool the calls by persona; a persona of `None` is a missing seat."""
    desks.write_newsroom(root)
    personas = tuple(next(iter(calls.values())))
    for tool in calls:
        dossier = desks.dossier(tool)
        (root / "dossiers" / f"{tool}.yaml").write_text(desks._yaml(dossier))
    files = gather_materials(root, tuple(calls), personas=personas).files
    manifest = Manifest(
        run_id=run_id,
        created_at=desks.WHEN + timedelta(days=days),
        panel_version="0.1.0",
        tools=tuple(calls),
        personas=personas,
        seed=7,
        engine=engine,
        sampling=Sampling(),
        max_revisions=1,
        max_retries=1,
        seat_timeout_s=30.0,
        inputs=content_hashes(files),
        versions={"pydantic": "0"},
        disclosure=disclosure,
    )
    run = RunStore(root / "runs").create(manifest, files)
    for tool, by_persona in calls.items():
        for persona, call in by_persona.items():
            seat = Seat(tool=tool, persona=persona)
            # A seat that `desks` knows, moved to this tool.
            like = desks.draft(Seat(tool=desks.TOOLS[0], persona=persona), call=call, **changes) if call else None
            moved = {"seat": seat, **({"p_ship": odds[seat]} if odds and seat in odds else {})}
            run.write_draft(like.model_copy(update=moved) if like else desks.missing(seat))
    return run
