"""Balance: whether there is enough of everything, and whether a call could be guessed without reading.

A corpus in which a category, a seat or a split always gets the same call teaches that, and not how to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panel.corpus.faults import CORPUS, Fault, dossier_place
from panel.corpus.figures import Figures, ShipCount, count_ships
from panel.corpus.gold import GoldTool, Split
from panel.corpus.standards import Standards
from panel.texts import word_keys

HELD_OUT = (Split.DEV, Split.TEST)
"""The splits that judge a model."""


def check_size(figures: Figures, standards: Standards) -> Iterator[Fault]:
    """Find that there are too few tools, categories, verdicts, or tools to judge by."""
    for noun, count, least in (
        ("tools", figures.tools, standards.tools),
        ("categories", figures.categories, standards.categories),
        ("verdicts", figures.verdicts, standards.verdicts),
    ):
        if count < least:
            yield Fault("size", CORPUS, f"there are {count} {noun}; at least {least} are needed")
    for split in HELD_OUT:
        count = figures.splits[split]
        if count < standards.split_tools:
            least = standards.split_tools
            yield Fault("split-size", CORPUS, f"the {split} split has {count} tools; at least {least} are needed")


def check_ship_shares(figures: Figures, standards: Standards) -> Iterator[Fault]:
    """Find seats and splits whose calls lean too far; what has no calls has no share."""
    for count in figures.ship_counts:
        low, high = _share_bounds(count, standards)
        share = count.ship_share
        if share is not None and not low <= float(share) <= high:
            whose = f"the seat {count.seat}" if count.seat else "all seats"
            where = f"in the {count.split} split" if count.split else "in the whole corpus"
            said = f"{count.ships} of {count.calls} calls of {whose} {where} are ships ({float(share):.1%})"
            yield Fault("ship-share", CORPUS, f"{said}; {low:.0%} to {high:.0%} are wanted")


def check_panels(figures: Figures) -> Iterator[Fault]:
    """Find outcomes, from no ship to all, that no tool has."""
    seats = len(figures.panels) - 1
    for ships, tools in enumerate(figures.panels):
        if not tools:
            yield Fault("panels", CORPUS, f"no tool has a panel of {ships}/{seats}")


def check_categories(tools: Sequence[GoldTool]) -> Iterator[Fault]:
    """Find categories in which every call is the same."""
    for category in sorted({tool.dossier.category for tool in tools}):
        mine = [tool for tool in tools if tool.dossier.category == category]
        count = count_ships(mine)
        if count.ships in (0, count.calls):
            only, slugs = "ship" if count.ships else "skip", ", ".join(tool.dossier.slug for tool in mine)
            said = f"all {count.calls} calls in this category are {only} ({slugs}); it needs both"
            yield Fault("category", CORPUS, said, category)


def check_evidence(tool: GoldTool, standards: Standards) -> Iterator[Fault]:
    """Find a dossier with too few or too many excerpts, and excerpts that are too short or too long."""
    evidence = tool.dossier.evidence
    low, high = standards.excerpts
    if not low <= len(evidence) <= high:
        said = f"there are {len(evidence)} excerpts; {low} to {high} are wanted"
        yield Fault("excerpts", dossier_place(tool), said)
    low, high = standards.excerpt_words
    for item in evidence:
        count = len(word_keys(item.text))
        if not low <= count <= high:
            said = f"the excerpt has {count} words; {low} to {high} are wanted"
            yield Fault("excerpt-words", dossier_place(tool, item.id), said, item.text)


def _share_bounds(count: ShipCount, standards: Standards) -> tuple[float, float]:
    if count.split in HELD_OUT:
        return standards.held_out_seat_ship_share if count.seat else standards.held_out_ship_share
    return standards.seat_ship_share if count.seat else standards.ship_share
