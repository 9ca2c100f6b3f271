"""The building of a comparison out of dossiers, personas and calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from panel.compare.outcome import find_leaders, find_winner
from panel.compare.reads import write_community, write_prices
from panel.compare.split import write_split
from panel.compare.verdict import write_verdict
from panel.records import Call, Community, Comparison, Dossier, PriceLine, Seat, SplitLine, Tally


class Reviewer(Protocol):
    """What a comparison knows of a persona."""

    @property
    def slug(self) -> str:
        """Its slug."""

    @property
    def name(self) -> str:
        """Its name, as readers see it."""


def compare(
    dossiers: tuple[Dossier, ...],
    personas: Sequence[Reviewer],
    calls: Mapping[Seat, Call | None],
    community: Mapping[str, Community] | None = None,
) -> Comparison:
    """Put the panel's calls on several tools side by side.

    Args:
        dossiers: the tools, in the order they are shown.
        personas: the reviewers, in the order they are shown.
        calls: the call of each seat; a seat that is absent is missing like one with none, and seats of other
            tools or personas are left out.
        community: the readers' votes by the tool's slug; tools without votes are absent.

    Returns:
        The comparison. Without dossiers it has no tallies and says that there is nothing to compare.
    """
    split = tuple(
        SplitLine(
            persona=persona.slug,
            name=persona.name,
            calls=tuple(calls.get(Seat(tool=dossier.slug, persona=persona.slug)) for dossier in dossiers),
        )
        for persona in personas
    )
    tallies = tuple(
        _count_calls(dossier.slug, [line.calls[place] for line in split]) for place, dossier in enumerate(dossiers)
    )
    names = tuple(dossier.name for dossier in dossiers)
    leaders = find_leaders(tallies)
    winner = find_winner(tallies, leaders)
    votes = tuple((community or {}).get(dossier.slug) for dossier in dossiers)
    return Comparison(
        tallies=tallies,
        winner=None if winner is None else tallies[winner].tool,
        verdict=write_verdict(names, tallies, split, leaders),
        price_read=write_prices(dossiers),
        prices=tuple(_price_line(dossier) for dossier in dossiers),
        split=split,
        split_read=write_split(names, split),
        community=votes,
        community_read=write_community(names, votes),
    )


def _count_calls(tool: str, calls: Sequence[Call | None]) -> Tally:
    # Not `panel.tally`: the two are siblings, and siblings do not import one another.
    return Tally(tool=tool, ships=calls.count(Call.SHIP), skips=calls.count(Call.SKIP), missing=calls.count(None))


def _price_line(dossier: Dossier) -> PriceLine:
    pricing = dossier.pricing
    return PriceLine(
        tool=dossier.slug, name=dossier.name, entry=pricing.entry, as_of=pricing.as_of, source=pricing.source
    )
