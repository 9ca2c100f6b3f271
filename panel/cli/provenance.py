"""Provenance as text and as data: what `panel show --provenance` adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from panel.audit import collect_record, severities
from panel.editorial import Desk, ProvenanceCard, make_card
from panel.errors import NotFound
from panel.honesty import NOTE, AdjustedShare, adjust_share, header_names, read_conflicts, read_votes, say_unknown_maker
from panel.records import Call, Manifest, Seat
from panel.settings import Newsroom
from panel.store import RunStore


def describe_provenance(desk: Desk, newsroom: Newsroom, seats: Sequence[Seat]) -> dict[str, Any]:
    """Describe where a run's numbers and verdicts come from, as plain data."""
    shares = _adjusted(desk, newsroom)
    return {
        "effective_votes": describe_votes(desk, newsroom),
        "conflicts": list(_conflicts(desk)),
        "adjusted_shares": {
            tool: {"value": share.value, "raw": share.raw, "of": share.of, "refusal": share.refusal}
            for tool, share in shares.items()
        },
        "cards": [card.model_dump(mode="json") for card in _cards(desk, seats)],
    }


def print_provenance(console: Console, desk: Desk, newsroom: Newsroom, seats: Sequence[Seat]) -> None:
    """Print where a run's numbers come from, then a card for each verdict."""
    votes = describe_votes(desk, newsroom)
    console.print(Text("Independence: ", style="bold") + Text(f"{votes['text']}."))
    if votes["note"]:
        console.print(Text(votes["note"], style="dim"))
    for line in _conflicts(desk):
        console.print(Text(f"{line[:1].upper()}{line[1:]}.", style="yellow"))
    for tool, share in _adjusted(desk, newsroom).items():
        told = f"not adjusted: {share.refusal}"
        if share.value is not None:
            told = f"{100 * share.value:.0f} %, from {share.of} seat{'s' if share.of != 1 else ''}"
        console.print(Text(f"Adjusted share of {tool}: ", style="bold") + Text(told))
    for card in _cards(desk, seats):
        console.print()
        for line in card.render().splitlines():
            console.print(Text(line), soft_wrap=True)


def describe_votes(desk: Desk, newsroom: Newsroom) -> dict[str, Any]:
    """Describe what the panel's votes are worth: as it was known when the run began, or as it is for older runs."""
    disclosure = desk.run.manifest.disclosure
    known = disclosure.independence if disclosure else None
    told = known.model_dump() if known else read_votes(desk.run.manifest, RunStore(newsroom.runs)).describe()
    return {**told, "note": NOTE if told["votes"] is not None else ""}


def _conflicts(desk: Desk) -> tuple[str, ...]:
    """Say what there is of conflicts, for runs that did not write it down too."""
    engine = desk.run.manifest.engine
    if desk.run.manifest.disclosure:
        return interest_lines(desk.run.manifest)
    return read_conflicts(engine, desk.materials.dossiers.values(), names=header_names(engine))


def interest_lines(manifest: Manifest) -> tuple[str, ...]:
    """Say what an editor should know of a run's conflicts of interest, a line each; () where there is nothing."""
    disclosure = manifest.disclosure
    if disclosure is None:
        return ()
    if not disclosure.knows_maker:
        return (say_unknown_maker(manifest.engine),)
    return tuple(one.for_run for one in disclosure.interests)


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
            cards.append(make_card(desk.run, seat, materials=desk.materials, names=names, samples=desk.samples))
        except NotFound:
            continue  # a seat without a verdict; the scorecard says so
    return cards
