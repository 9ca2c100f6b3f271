"""From a run to its page: everything gathered into one record, nothing rendered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from panel.editorial.card import say_made
from panel.editorial.desk import Desk
from panel.editorial.findings import STATEMENTS, SWAYED, is_acknowledged
from panel.editorial.fold import SeatState, Standing
from panel.editorial.words import changed_share
from panel.honesty import run_flips
from panel.records import (
    Comparison,
    Draft,
    HowMade,
    Manifest,
    Page,
    Persona,
    RunProvenance,
    Seat,
    SeatCell,
    SeatProvenance,
    SeatRow,
    ToolCard,
    Verdict,
    sha256_of,
)


def build_page(
    desk: Desk,
    states: Mapping[Seat, SeatState],
    *,
    status: Literal["draft", "approved"],
    site_name: str,
    newsletter_action: str,
    published_at: datetime | None = None,
) -> Page:
    """Gather a run's page from its seats as they stand.

    A page of status `approved` is made by the editorial gate and nowhere else.
    """
    comparison = desk.comparison(states)
    dossiers = desk.materials.dossiers
    return Page(
        status=status,
        title=" vs ".join(dossier.name for dossier in dossiers.values()),
        slug=page_slug(tuple(dossiers)),
        site_name=site_name,
        newsletter_action=newsletter_action,
        tools=_cards(desk, comparison),
        rows=tuple(_row(desk, states, persona) for persona in desk.materials.personas.values()),
        comparison=comparison,
        how_made=_how_made(desk, states, approved=status == "approved"),
        published_at=published_at,
    )


def page_slug(tools: tuple[str, ...]) -> str:
    """Name a page's place: the tools' slugs joined by `-vs-`.

    When that is too long, or can be read as other tools too (`a-vs-b` is a fine slug for one tool), it is cut and told
    apart by a hash: no run's page takes another's place.
    """
    slug = "-vs-".join(tools)
    if len(slug) <= 80 and tuple(slug.split("-vs-")) == tools:
        return slug
    return f"{slug[:63].rstrip('-')}-{sha256_of(list(tools))[:16]}"


def page_content_sha256(page: Page) -> str:
    """Hash a page without its date of publication: what an editor approved, whenever it is published."""
    return page.model_copy(update={"published_at": None}).content_sha256()


def _cards(desk: Desk, comparison: Comparison) -> tuple[ToolCard, ...]:
    rows = zip(desk.materials.dossiers.values(), comparison.tallies, comparison.community, strict=True)
    return tuple(ToolCard(dossier=dossier, tally=tally, community=community) for dossier, tally, community in rows)


def _row(desk: Desk, states: Mapping[Seat, SeatState], persona: Persona) -> SeatRow:
    seats = [Seat(tool=tool, persona=persona.slug) for tool in desk.run.manifest.tools]
    cells = tuple(_cell(desk, states[seat]) for seat in seats)
    return SeatRow(persona=persona.slug, name=persona.name, lens=persona.lens, cells=cells)


def _cell(desk: Desk, state: SeatState) -> SeatCell:
    verdict, draft, approval = state.verdict, state.draft, state.approval
    if verdict is None or draft is None:
        return SeatCell(
            seat=state.seat,
            call=None,
            beats=(),
            p_ship=None,
            call_changed=False,
            changed_share=0.0,
            draft=None,
            redrafts=0,
            first_call=None,
            approved_by=None,
            approved_at=None,
            findings=(),
        )
    valid = approval if state.standing is Standing.APPROVED else None
    drafted = " ".join(beat.text for beat in draft.beats)
    first = desk.run.last_draft(state.seat)
    share = round(changed_share(drafted, verdict.argument), 4)
    findings = desk.findings(state)
    kept = [one.check for one in findings if is_acknowledged(state, one)]
    return SeatCell(
        seat=state.seat,
        call=verdict.call,
        beats=verdict.beats,
        p_ship=draft.p_ship,
        call_changed=verdict.call is not draft.call,
        changed_share=share,
        draft=draft.n,
        redrafts=state.redrafts,
        first_call=first.call if first else None,
        approved_by=valid.author if valid else None,
        approved_at=valid.at if valid else None,
        findings=tuple(one for one in findings if not is_acknowledged(state, one)),
        flips=run_flips(desk.run.manifest, draft),
        acknowledged=sum(check in STATEMENTS for check in kept),
        swayed=any(check in SWAYED for check in kept),
        provenance=_provenance(desk, state, verdict, draft, share),
    )


def _provenance(desk: Desk, state: SeatState, verdict: Verdict, draft: Draft, share: float) -> SeatProvenance:
    return SeatProvenance(
        made=say_made(desk.run.manifest, state, draft, share),
        draft_sha256=desk.run.draft_sha256(state.seat, draft.n),
        seeds=tuple(attempt.seed for attempt in draft.attempts),
        chosen=draft.chosen + 1,
        dossier_sha256=verdict.dossier_sha256,
        persona_sha256=verdict.persona_sha256,
        prompt_sha256=draft.prompt_sha256,
    )


def _run_provenance(manifest: Manifest) -> RunProvenance:
    engine = manifest.engine
    return RunProvenance(
        chat_template_sha256=engine.chat_template_sha256,
        base_sha256=engine.base_sha256,
        adapter_sha256=engine.adapter_sha256,
        seed=manifest.seed,
        sampling=manifest.sampling,
        prompts={name: sha256 for name, sha256 in manifest.inputs.items() if name.startswith("prompts/")},
        panel_version=manifest.panel_version,
        versions=manifest.versions,
    )


def _how_made(desk: Desk, states: Mapping[Seat, SeatState], *, approved: bool) -> HowMade:
    manifest = desk.run.manifest
    engine = manifest.engine
    comparison = desk.comparison_approval()
    approvals = [state.approval for state in states.values() if state.approval]
    dates = [approval.at for approval in approvals]
    drafted = [state.draft.created_at for state in states.values() if state.draft]
    approvers = dict.fromkeys(approval.author for approval in approvals)
    editors = dict.fromkeys(author for state in states.values() for author in state.authors)
    if comparison:
        dates.append(comparison.at)
        approvers[comparison.author] = editors[comparison.author] = None
    return HowMade(
        model_name=engine.model_name,
        model_sha256=engine.model_sha256,
        quantization=engine.quantization,
        engine=f"{engine.engine} ({engine.engine_version})",
        personas=len(manifest.personas),
        drafted_at=max(drafted, default=manifest.created_at),
        editors=tuple(editors),
        approvers=tuple(approvers) if approved else (),
        approved_at=max(dates, default=None) if approved else None,
        run_id=manifest.run_id,
        disclosure=manifest.disclosure.for_page() if manifest.disclosure else None,
        provenance=_run_provenance(manifest),
    )
