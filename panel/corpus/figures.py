"""The figures of a corpus: how much there is, and how its calls are spread. Counts, not judgements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from panel.corpus.gold import GoldTool, GoldVerdict, Split
from panel.records import Call
from panel.texts import word_keys


@dataclass(frozen=True, slots=True)
class ShipCount:
    """The calls of some verdicts.

    Attributes:
        seat: whose they are; None for all seats.
        split: of which tools; None for all.
        ships: how many of them are ships.
        calls: how many there are.
    """

    seat: str | None
    split: Split | None
    ships: int
    calls: int

    @property
    def ship_share(self) -> Fraction | None:
        """Ships among calls, 0 to 1; None without any call."""
        return Fraction(self.ships, self.calls) if self.calls else None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a corpus holds.

    Attributes:
        tools: how many.
        categories: how many different ones.
        verdicts: how many.
        splits: how many tools each split has.
        ship_counts: for all splits and for each, all seats first, then each.
        panels: how many tools have 0, 1, 2 … ships; as many entries as seats, and one.
        words_mean: words a verdict; None without verdicts, as the next two.
        words_min: those of the shortest verdict.
        words_max: those of the longest verdict.
    """

    tools: int
    categories: int
    verdicts: int
    splits: dict[Split, int]
    ship_counts: tuple[ShipCount, ...]
    panels: tuple[int, ...]
    words_mean: float | None
    words_min: int | None
    words_max: int | None


def count_figures(tools: Sequence[GoldTool], seats: Sequence[str]) -> Figures:
    """Count what a corpus holds.

    Args:
        tools: all of it.
        seats: the personas' slugs, in order.

    Returns:
        The figures; zeros, and None for shares and words, when there are no tools.
    """
    panels = Counter(count_ships((tool,)).ships for tool in tools)
    words = [count_words(verdict) for tool in tools for verdict in tool.verdicts.values()]
    return Figures(
        tools=len(tools),
        categories=len({tool.dossier.category for tool in tools}),
        verdicts=len(words),
        splits={split: sum(tool.split is split for tool in tools) for split in Split},
        ship_counts=tuple(count_ships(tools, seat, split) for split in (None, *Split) for seat in (None, *seats)),
        panels=tuple(panels[ships] for ships in range(len(seats) + 1)),
        words_mean=sum(words) / len(words) if words else None,
        words_min=min(words, default=None),
        words_max=max(words, default=None),
    )


def count_ships(tools: Sequence[GoldTool], seat: str | None = None, split: Split | None = None) -> ShipCount:
    """Count the calls of a seat, or of all, on the tools of a split, or on all."""
    calls = [
        verdict.call
        for tool in tools
        for slug, verdict in tool.verdicts.items()
        if split in (None, tool.split) and seat in (None, slug)
    ]
    return ShipCount(seat, split, calls.count(Call.SHIP), len(calls))


def count_words(verdict: GoldVerdict) -> int:
    """Count the words of an argument, as the desk's own check does."""
    return sum(len(word_keys(text)) for text in verdict.argument.values())
