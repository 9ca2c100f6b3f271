"""Runs and seats as text on a terminal or in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from panel.claims import Status
from panel.cli.app import printable
from panel.cli.provenance import interest_lines
from panel.editorial import BLOCKING, Desk, SeatState, Standing, is_acknowledged, read_beside, read_claims
from panel.honesty import NOTE
from panel.records import Call, Finding, Passage, Seat, Tally

MARKS = {Call.SHIP: "▲ ship", Call.SKIP: "▽ skip"}
STYLES = {Call.SHIP: "bold green", Call.SKIP: "bold red"}
STANDING_MARKS = {
    Standing.UNDRAFTED: "…",
    Standing.MISSING: "!",
    Standing.OPEN: "○",
    Standing.CHANGED: "◐",
    Standing.APPROVED: "●",
}


class _Console(Console):
    """A console that no text can steer: what would is shown as `�`. Texts come from models and strangers' pages."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


def make_console(*, stderr: bool = False) -> Console:
    """Make a console: as wide as the terminal, 100 columns elsewhere, no markup in what comes from outside."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 100
    return _Console(file=stream, width=width, highlight=False, soft_wrap=False, emoji=False)


def print_scorecard(console: Console, desk: Desk, states: Mapping[Seat, SeatState]) -> None:
    """Print a run: ship percentages, seats tool by tool, the comparison."""
    comparison = desk.comparison(states)
    names = {slug: dossier.name for slug, dossier in desk.materials.dossiers.items()}
    table = Table(title=f"{' vs '.join(map(escape, names.values()))}", title_justify="left", expand=False)
    table.add_column("reviewer", style="bold")
    for name in names.values():
        table.add_column(escape(name))
    for slug, persona in desk.materials.personas.items():
        seats = [states[Seat(tool=tool, persona=slug)] for tool in names]
        table.add_row(escape(persona.name), *(seat_cell(desk, state) for state in seats))
    table.add_section()
    table.add_row("panel", *(Text(tally.label, style="bold") for tally in comparison.tallies))
    table.add_row("", *(Text(describe_split(tally), style="dim") for tally in comparison.tallies))
    console.print(table)
    for label, text in (
        ("Panel verdict", comparison.verdict),
        ("Price read", comparison.price_read),
        ("Reviewer split", comparison.split_read),
        ("Community", comparison.community_read),
    ):
        console.print(Text(f"{label}: ", style="bold") + Text(text))
    print_disclosure(console, desk)


def describe_split(tally: Tally) -> str:
    """Say how far a tool's reviewers agree: "unanimous", "split 3 to 1"; "" for fewer than two calls."""
    if tally.voted < 2:
        return ""
    most, least = max(tally.ships, tally.skips), min(tally.ships, tally.skips)
    return f"split {most} to {least}" if least else "unanimous"


def print_disclosure(console: Console, desk: Desk) -> None:
    """Print what speaks against taking the shares at their word: shared opinions, interests, old prices."""
    disclosure = desk.run.manifest.disclosure
    if disclosure:
        console.print(Text("Independence: ", style="bold") + Text(f"{disclosure.independence.text}."))
        if disclosure.independence.votes is not None:
            console.print(Text(NOTE, style="dim"))
    for line in interest_lines(desk.run.manifest):
        console.print(Text(f"{line[:1].upper()}{line[1:]}.", style="yellow"))
    for stale in desk.stale_prices().values():
        console.print(Text("Price: ", style="bold") + Text(f"{stale.text}.", style="yellow"))


def seat_cell(desk: Desk, state: SeatState) -> Text:
    """Render a seat in a few words: its call, how sure the model was, how often it would flip, findings, standing."""
    if state.verdict is None:
        return Text(f"{STANDING_MARKS[state.standing]} {state.standing}", style="yellow")
    cell = Text(MARKS[state.verdict.call], style=STYLES[state.verdict.call])
    if state.draft and state.draft.call is not state.verdict.call:
        cell.append(f"  flipped by an editor; drafted {state.draft.call}", style="yellow")
    if state.draft and state.draft.p_ship is not None:
        cell.append(f"  p_ship {state.draft.p_ship:.2f}", style="dim")
    flips = desk.flips(state)
    if flips:
        cell.append(f"  flips {flips.flipped} of {flips.of}", style="yellow" if flips.flipped else "dim")
    count = len(desk.findings(state))
    if count:
        cell.append(f"  {count} finding{'s' if count > 1 else ''}", style="yellow")
    cell.append(f"  {STANDING_MARKS[state.standing]} {state.standing}", style="dim")
    return cell


def print_facts(console: Console, desk: Desk) -> None:
    """Print what stands on the page above the comparison: each tool's facts, from its dossier."""
    for dossier in desk.materials.dossiers.values():
        console.print(Text(dossier.name, style="bold") + Text(f"  {dossier.category}, by {dossier.maker}"))
        console.print(Padding(Text(dossier.tagline, style="italic"), (0, 0, 0, 2)))
        console.print(Padding(Text(dossier.description), (0, 0, 0, 2)))
        pricing = dossier.pricing
        console.print(Text(f"  Licence: {dossier.licence}. Address: {dossier.url or 'none'}."))
        console.print(Text(f"  Price: {pricing.entry}, as of {pricing.as_of} ({pricing.source})."))
        for tier in pricing.tiers:
            console.print(Text(f"    {tier.name}: {tier.price}{f' ({tier.note})' if tier.note else ''}"))


def print_masthead(console: Console, desk: Desk) -> None:
    """Print what else an approval of the comparison covers: the publication's own words and how the page was made."""
    engine, manifest = desk.run.manifest.engine, desk.run.manifest
    model = "no model (scripted)" if engine.engine == "scripted" else f"{engine.model_name}, {engine.quantization}"
    console.print(Text(f"Drafted with {model}, {engine.engine_version}, on {manifest.created_at:%Y-%m-%d}."))
    console.print(Text(f"Published by: {desk.site.name}. Newsletter: {desk.site.newsletter_action or 'none'}."))


def print_seat(console: Console, desk: Desk, state: SeatState, *, passages: bool = False) -> None:
    """Print one seat: findings first, numbered, then the text.

    Args:
        console: where to.
        desk: the run.
        state: the seat as it stands.
        passages: whether the dossier's passages nearest to its sentences stand under each beat.
    """
    dossier = desk.materials.dossiers[state.seat.tool]
    persona = desk.materials.personas[state.seat.persona]
    console.print(Text(f"{dossier.name} · {persona.name}", style="bold underline"))
    console.print(seat_cell(desk, state))
    if state.sha256:
        console.print(Text(f"  text {state.sha256[:16]}", style="dim"))
    if state.verdict is None:
        if state.missing:
            console.print(Text(f"{state.missing.error}: {state.missing.message}", style="yellow"))
        return
    for number, finding in enumerate(desk.findings(state), start=1):
        _print_finding(console, state, finding, number)
    _print_claims(console, desk, state)
    if state.approval and state.standing is Standing.APPROVED:
        console.print(Text(f"  approved by {state.approval.author} on {state.approval.at:%Y-%m-%d %H:%M} UTC"))
    questions = {beat.id: beat.question for beat in persona.beats}
    beside = read_beside(state, desk.materials) if passages else ()
    for beat in state.verdict.beats:
        console.print(Text(f"  {beat.id}", style="bold") + Text(f"  {questions.get(beat.id, '')}", style="dim"))
        console.print(Padding(Text(beat.text), (0, 0, 0, 4)))
        for passage in dict.fromkeys(one.passage for one in beside if one.beat == beat.id):
            console.print(Padding(_cite(passage), (0, 0, 0, 6)))
    console.print(Text("  call: ") + Text(MARKS[state.verdict.call], style=STYLES[state.verdict.call]))


def _print_finding(console: Console, state: SeatState, finding: Finding, number: int) -> None:
    blocks = finding.check in BLOCKING
    settled = blocks and is_acknowledged(state, finding)
    place = f"{finding.beat}: " if finding.beat else ""
    mark, style = ("✓", "dim") if settled else ("■", "bold yellow") if blocks else ("⚑", "yellow")
    word = "acknowledged  " if settled else "blocks  " if blocks else ""
    console.print(Text(f"  {number} {mark} {word}{finding.check}  {place}{finding.message}", style=style))
    if finding.passage:
        console.print(Padding(_cite(finding.passage), (0, 0, 0, 6)))


def _cite(passage: Passage | None) -> Text:
    if passage is None:
        return Text("↳ nothing in the dossier is near it", style="dim")
    return Text(f"↳ {passage.place}: “{passage.text}”", style="dim")


def _print_claims(console: Console, desk: Desk, state: SeatState) -> None:
    """Print how many claims the dossier bears out, and which are not the dossier's to say."""
    claims = read_claims(state, desk.materials)
    counts = {status: sum(claim.status is status for claim in claims) for status in Status}
    if not claims:
        return
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    outside = dict.fromkeys(one.claim.text for one in claims if one.status is Status.OUTSIDE)
    verify = f"; verify yourself: {', '.join(outside)}" if outside else ""
    console.print(Text(f"  claims: {told}{verify}", style="dim"))
