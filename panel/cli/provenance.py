"""Provenance as text and as data: what `panel show --provenance` adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from panel.audit import collect_record, severities
from panel.editorial import Desk, ProvenanceCard, make_card
from panel.errors import NotFound
from panel.honesty import NOTE, AdjustedShare, VotesRead, adjust_share, header_names, read_conflicts, read_votes
from panel.records import Call, Seat
from panel.settings import Newsroom
from panel.store import RunStore


def describe_provenance(desk: Desk, newsroom: Newsroom, seats: Sequence[Seat]) -> dict[str, Any]:
    """Describe where a run's numbers and verdicts come from, as plain data."""
    shares = _adjusted(desk, newsroom)
    return {
        "effective_votes": _votes(desk, newsroom).describe(),
        "conflicts": list(_conflicts(desk)),
        "adjusted_shares": {
            tool: {"value": share.value, "raw": share.raw, "of": share.of, "refusal": share.refusal}
            for tool, share in shares.items()
        },
        "cards": [card.model_dump(mode="json") for card in _cards(desk, seats)],
    }


def print_provenance(console: Console, desk: Desk, newsroom: Newsroom, seats: Sequence[Seat]) -> None:
    """Print where a run's numbers come from, then a card for each verdict."""
    votes = _votes(desk, newsroom)
    console.print(Text("Independence: ", style="bold") + Text(votes.text))
    if votes.figure is not None:
        console.print(Text(NOTE, style="dim"))
    for line in _conflicts(desk):
        console.print(Text("Interest: ", style="bold") + Text(line))
    for tool, share in _adjusted(desk, newsroom).items():
        told = f"not adjusted: {share.refusal}"
        if share.value is not None:
            told = f"{100 * share.value:.0f} %, from {share.of} seat{'s' if share.of != 1 else ''}"
        console.print(Text(f"Adjusted share of {tool}: ", style="bold") + Text(told))
    for card in _cards(desk, seats):
        console.print()
        for line in card.render().splitlines():
            console.print(Text(line), soft_wrap=True)


def _votes(desk: Desk, newsroom: Newsroom) -> VotesRead:
    return read_votes(desk.run.manifest, RunStore(newsroom.runs))


def _conflicts(desk: Desk) -> tuple[str, ...]:
    engine = desk.run.manifest.engine
    return read_conflicts(engine, desk.materials.dossiers.values(), names=header_names(engine))


def _adjusted(desk: Desk, newsroom: Newsroom) -> Mapping[str, AdjustedShare]:
    """Adjust each tool's share by the run's own drafts: the rates are of those, not of editors' calls."""
    record = collect_record(RunStore(newsroom.runs), {}, votes_from=1)
    known = severities(record, desk.run.manifest.engine)
    shares: dict[str, AdjustedShare] = {}
    for tool in desk.run.manifest.tools:
        calls: dict[str, Call] = {}
        for persona in desk.run.manifest.personas:
            draft = desk.run.last_draft(Seat(tool=tool, persona=persona))
            if draft is not None:
                calls[persona] = draft.call
        shares[tool] = adjust_share(calls, known)
    return shares


def _cards(desk: Desk, seats: Sequence[Seat]) -> list[ProvenanceCard]:
    names = header_names(desk.run.manifest.engine)
    cards = []
    for seat in seats:
        try:
            cards.append(make_card(desk.run, seat, materials=desk.materials, names=names))
        except NotFound:
            continue  # a seat without a verdict; the scorecard says so
    return cards
