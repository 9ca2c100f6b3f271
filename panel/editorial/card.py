"""The provenance card: everything that made one verdict what it is, on one card.

What wrote (model, weights, template), what it was given (prompt, persona and dossier by their hashes), how (seed,
sampling, libraries), what came of it (draft, attempts), and what people did to it. All of it is read from the run's
own folder; the card adds nothing but the shares that are computed from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from panel.editorial.fold import SeatState, Standing, fold_seat
from panel.editorial.words import changed_share
from panel.errors import NotFound
from panel.honesty.conflicts import conflicts
from panel.honesty.flips import SAMPLES, run_flips
from panel.materials import Materials, reopen_materials
from panel.records import (
    Call,
    Dossier,
    Draft,
    EngineIdentity,
    Flips,
    Manifest,
    Record,
    Sampling,
    Seat,
    Sha256,
    write_day,
)
from panel.store import Run


class ProvenanceCard(Record):
    """Where one verdict came from."""

    schema_version: Literal[1] = 1
    run_id: str
    seat: Seat
    call: Call
    """As it stands."""
    verdict_sha256: Sha256
    """Of the words as they stand: what an approval names."""
    standing: str
    made: str
    """In one sentence: who drafted it, how much of it was changed by whom, who approved it when."""

    engine: EngineIdentity
    """The model's file, quantization, base, adapter and chat template, each by its hash where there is one."""
    draft: int
    draft_sha256: Sha256
    """Of the draft's file."""
    drafted_at: datetime
    origin: Literal["run", "redraft"]
    note: str
    """The editor's note that a redraft answers."""
    attempts: int
    chosen: int
    """Which attempt became the draft, the first being 1."""
    rejected: int
    """How many further answers were no verdict at all."""
    draft_call: Call
    p_ship: float | None
    flips: Flips | None
    changed_share: float
    """How much of the argument people changed, 0 to 1, by words, against the draft under it."""
    editors: tuple[str, ...]
    """Whose edits and flips stand in it, in order."""
    approved_by: str | None
    approved_at: datetime | None
    conflicts: tuple[str, ...]

    seed: int
    """The run's."""
    attempt_seeds: tuple[int, ...]
    sampling: Sampling
    dossier_sha256: Sha256
    persona_sha256: Sha256
    prompts: dict[str, Sha256]
    """The templates' files by their hashes."""
    prompt_sha256: Sha256
    """Of the messages that led to the first attempt."""
    panel_version: str
    versions: dict[str, str]

    def render(self) -> str:
        """Write the card for people: a line a fact, hashes whole."""
        return "\n".join(f"{name:<16} {value}" for name, value in _lines(self) if value)


def make_card(
    run: Run, seat: Seat, *, materials: Materials | None = None, names: Sequence[str] = (), samples: int = SAMPLES
) -> ProvenanceCard:
    """Make a verdict's card.

    Args:
        run: the run.
        seat: whose verdict.
        materials: the run's, if they are at hand.
        names: further names of the model, as `header_names` finds them; asked only where the run wrote nothing down.
        samples: how often the call is drawn again.

    Raises:
        NotFound: the seat has no verdict: it is missing, or was not drafted yet.
        Corrupt: the run's inputs or journal are not as they were written.
    """
    manifest = run.manifest
    materials = materials or reopen_materials(run)
    entries = run.journal.read().entries
    state = fold_seat(run, materials, seat, entries)
    verdict, draft = state.verdict, state.draft
    if verdict is None or draft is None:
        raise NotFound(f"{seat} has no verdict: it is {state.standing}", hint="Draft it with `panel resume`.")
    approval = state.approval if state.standing is Standing.APPROVED else None
    changed = round(changed_share(" ".join(beat.text for beat in draft.beats), verdict.argument), 4)
    return ProvenanceCard(
        run_id=run.run_id,
        seat=seat,
        call=verdict.call,
        verdict_sha256=verdict.content_sha256(),
        standing=state.standing.value,
        made=say_made(manifest, state, draft, changed),
        engine=manifest.engine,
        draft=draft.n,
        draft_sha256=run.draft_sha256(seat, draft.n),
        drafted_at=draft.created_at,
        origin=draft.origin,
        note=draft.note,
        attempts=len(draft.attempts),
        chosen=draft.chosen + 1,
        rejected=len(draft.rejected),
        draft_call=draft.call,
        p_ship=draft.p_ship,
        flips=run_flips(manifest, draft, samples=samples),
        changed_share=changed,
        editors=state.editors,
        approved_by=approval.author if approval else None,
        approved_at=approval.at if approval else None,
        conflicts=_conflicts(manifest, materials.dossiers[seat.tool], names),
        seed=manifest.seed,
        attempt_seeds=tuple(attempt.seed for attempt in draft.attempts),
        sampling=manifest.sampling,
        dossier_sha256=verdict.dossier_sha256,
        persona_sha256=verdict.persona_sha256,
        prompts={name: sha256 for name, sha256 in manifest.inputs.items() if name.startswith("prompts/")},
        prompt_sha256=draft.prompt_sha256,
        panel_version=manifest.panel_version,
        versions=manifest.versions,
    )


def _conflicts(manifest: Manifest, dossier: Dossier, names: Sequence[str]) -> tuple[str, ...]:
    if manifest.disclosure:
        return tuple(one.for_run for one in manifest.disclosure.interests if one.tool == dossier.slug)
    return tuple(one.for_run for one in conflicts(manifest.engine, dossier, names=names))


def say_made(manifest: Manifest, state: SeatState, draft: Draft, changed: float) -> str:
    """Say in one sentence who drafted a verdict, how much of it was changed by whom, and who approved it when."""
    engine, editors = manifest.engine, state.editors
    parts = ["drafted by a script" if engine.engine == "scripted" else f"drafted by the model {engine.model_name}"]
    who = " and ".join(filter(None, [", ".join(editors[:-1]), *editors[-1:]]))
    if changed and who:
        parts.append(f"{_percent(changed)} changed by {who}")
    flipped = state.verdict is not None and state.verdict.call is not draft.call
    if flipped and who:
        parts.append("its call flipped by " + ("them" if changed and len(editors) > 1 else who))
    if not changed and not flipped:
        parts.append("not a word changed")
    if state.standing is Standing.APPROVED and state.approval:
        parts.append(f"approved by {state.approval.author} on {write_day(state.approval.at.date())}")
    else:
        parts.append(state.standing.value)
    return ", ".join(parts)


def _percent(share: float) -> str:
    return f"{min(max(round(100 * share), 1), 100)} %"


def _lines(card: ProvenanceCard) -> list[tuple[str, str]]:
    engine, sampling = card.engine, card.sampling
    drawn = ", ".join(f"{name} {value:g}" for name, value in sampling.model_dump().items())
    size = f", {engine.model_bytes:,} bytes" if engine.model_bytes else ""
    steady = {True: "does not depend on its company", False: "may depend on its company", None: "unknown"}
    return [
        ("verdict", f"{card.run_id} {card.seat}: {card.call}"),
        ("made", card.made),
        ("verdict sha256", card.verdict_sha256),
        ("model", f"{engine.model_name}, {engine.quantization or 'quantization unknown'}{size}"),
        ("model sha256", engine.model_sha256 or "unknown"),
        ("source sha256", engine.source_sha256 or ""),
        ("base sha256", engine.base_sha256 or ""),
        ("adapter sha256", engine.adapter_sha256 or ""),
        ("chat template", engine.chat_template_sha256 or "unknown"),
        ("server", engine.base_url or ""),
        (
            "engine",
            f"{engine.engine}, {engine.engine_version}, context {engine.context_tokens}, {engine.threads} threads",
        ),
        ("a seat's text", steady[engine.steady]),
        (
            "draft",
            f"{card.draft} ({card.origin}), attempt {card.chosen} of {card.attempts}, "
            f"written {card.drafted_at:%Y-%m-%d %H:%M} UTC",
        ),
        ("no verdicts", f"{card.rejected} further answers were none" if card.rejected else ""),
        ("note", card.note),
        ("draft sha256", card.draft_sha256),
        (
            "call drafted",
            f"{card.draft_call}, p_ship {'unknown' if card.p_ship is None else format(card.p_ship, '.3f')}",
        ),
        ("stability", f"{card.flips.text} ({card.flips.rate:.1%} expected)" if card.flips else "unknown"),
        ("interest", "; ".join(card.conflicts)),
        ("seed", f"{card.seed}; attempts {', '.join(map(str, card.attempt_seeds))}"),
        ("sampling", drawn),
        ("dossier sha256", card.dossier_sha256),
        ("persona sha256", card.persona_sha256),
        ("prompt sha256", card.prompt_sha256),
        *((name, sha256) for name, sha256 in sorted(card.prompts.items())),
        (
            "libraries",
            ", ".join(f"{name} {version}" for name, version in {"panel": card.panel_version, **card.versions}.items()),
        ),
    ]
