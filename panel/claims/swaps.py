"""Swaps: a value that the dossier has, but of another thing, told from the words and names around both."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from panel.claims.anchors import TOOL
from panel.claims.claim import Claim, Kind, Quantity
from panel.claims.context import Context
from panel.claims.figure import Figure, is_small, is_small_text
from panel.claims.ground import Mention
from panel.claims.matching import is_same
from panel.claims.regions import have_crossed

OTHER_NAME = "it is said of another name or date"
SWAPPED = "it has changed places with another figure"
FITS_BETTER = "another figure fits the words around it better"
SINGLE_MARGIN = 2.5
"""How much better another figure of the dossier has to fit than the one with the claim's value."""
PRICE_MARGIN = 1.3
"""The same for prices, of which a dossier has few, each with its tier's name beside it."""
PAIR_MARGIN = 0.5
"""How much better two figures of a text have to fit when they change places."""
_CERTAIN = 2.5
"""The same where one of the two fits worse."""
_LOSS = 1.0
"""How much worse one of the two may fit in the other's place without that."""
_PART_OF = re.compile(
    r"(?:\s+[\w'’-]+){0,2}\s+(?:of|in|out of|on|among)"
    r"(?:\s+(?:the|these|those|all|its|our|some|false|known))?(?:\s+[a-z]+)?\s+"
)
_BARE = frozenset({"", "times", "version"})
"""Units that a bare number may have."""


def find_swaps(figures: Sequence[Figure]) -> dict[Claim, tuple[Mention, str]]:
    """Find the claims whose value the dossier gives to something else, with the figure that it has instead, and why."""
    found: dict[Claim, tuple[Mention, str]] = {}
    for figure in figures:
        if not figure.same:
            continue
        if (owner := _owner_of_anchor(figure, figures)) is not None:
            found[figure.claim] = (owner, OTHER_NAME)
            continue
        for other in figures:
            if other is figure or not other.same or _belong_together(figure, other):
                continue
            here = _best(figure, other.quantity)
            there = _best(other, figure.quantity)
            if not here or not there:
                continue
            gains = (here[1] - figure.best, there[1] - other.best)
            if have_crossed(figure, other, here[0], there[0]) or _have_each_other_s_nouns(figure, other):
                found.setdefault(figure.claim, (here[0], SWAPPED))
            if sum(gains) > (PAIR_MARGIN if min(gains) > -_LOSS else _CERTAIN):
                found.setdefault(figure.claim, (here[0], SWAPPED))
        single = _best_free(figure, figures)
        if (
            single
            and not is_small(figure)
            and not _is_whole(figure, figures)
            and single[1] > figure.best + _margin(figure)
        ):
            found.setdefault(figure.claim, (single[0], FITS_BETTER))
    return found


def _is_anchored(figure: Figure) -> bool:
    """Tell whether the dossier says the value of the very name or date that the text says it of."""
    names, days = figure.context.names, figure.context.days
    return any(
        names & (mention.context.names or _usual(_names_of, mention)) or days & mention.context.days
        for mention, _ in figure.same
    )


def _belong_together(one: Figure, other: Figure) -> bool:
    """Tell whether two figures cannot have changed places: a part and its whole, a list, counts in words."""
    first, second = sorted((one, other), key=lambda figure: figure.claim.start)
    gap = first.claim.within[first.claim.end : second.claim.start]
    return (
        is_small(one)
        or is_small(other)
        or _PART_OF.fullmatch(gap) is not None
        or gap.strip() in ("or", "and", "to", "against")
        or _are_told_apart(one, other)
    )


def _is_whole(figure: Figure, figures: Sequence[Figure]) -> bool:
    """Tell whether a figure is the whole that another one is a part of: 300 in "281 of 300"."""
    text = figure.claim.within
    return any(
        _PART_OF.fullmatch(text[other.claim.end : figure.claim.start]) is not None
        for other in figures
        if other.claim.end <= figure.claim.start
    )


def _have_each_other_s_nouns(one: Figure, other: Figure) -> bool:
    """Tell whether two figures count what the dossier counts by each other's number."""
    first, second = one.quantity.noun, other.quantity.noun
    if not first or not second or first == second:
        return False
    known, further = one.same[0][0], other.same[0][0]
    nouns = [mention.claim.quantity.noun for mention in (known, further) if mention.claim.quantity]
    return known.passage is further.passage and nouns == [second, first]


def _are_told_apart(one: Figure, other: Figure) -> bool:
    """Tell whether two figures are said of different names or dates, each of its own."""
    apart = not one.context.names & other.context.names or not one.context.days & other.context.days
    return apart and (_is_anchored(one) or _is_anchored(other))


def _owner_of_anchor(figure: Figure, figures: Sequence[Figure]) -> Mention | None:
    """Return the figure that the dossier gives for the name or the date of a claim, and not the claim's value.

    Both have to stand in one source of the dossier: only there are they likely figures of the same sort.
    """
    if _is_anchored(figure):
        return None
    for read in (_names_of, _days_of):
        mine = read(figure.context)
        for mention, _ in figure.same:
            its = read(mention.context) or (_usual(read, mention) if figure.has_company else frozenset())
            if not mine or not its:
                continue
            for other, _ in figure.others:
                if (
                    other.passage.place.field == mention.passage.place.field
                    and (read(other.context) or (_usual(read, other) if figure.has_company else frozenset())) & mine
                    and _are_alike(mention, other)
                ):
                    return other
    return None


def _usual(read: Callable[[Context], frozenset[str]], mention: Mention) -> frozenset[str]:
    """Return what a sentence of a source without any name is about: the tool."""
    if read is _names_of and mention.passage.place.field.startswith("evidence:") and not mention.names_something:
        return frozenset({TOOL})
    return frozenset()


def _names_of(context: Context) -> frozenset[str]:
    return context.names


def _days_of(context: Context) -> frozenset[str]:
    return context.days


def _are_alike(one: Mention, other: Mention) -> bool:
    mine, its = one.claim.quantity, other.claim.quantity
    return (
        mine is not None
        and its is not None
        and mine.unit == its.unit
        and (mine.noun == its.noun or not (mine.noun and its.noun))
    )


def _margin(figure: Figure) -> float:
    return PRICE_MARGIN if figure.claim.kind is Kind.PRICE else SINGLE_MARGIN


def _best(figure: Figure, quantity: Quantity) -> tuple[Mention, float] | None:
    """Return the best fit with the value of another figure of the text."""
    return next(
        (pair for pair in figure.others if pair[0].claim.quantity and is_same(quantity, pair[0].claim.quantity)), None
    )


def _best_free(figure: Figure, figures: Sequence[Figure]) -> tuple[Mention, float] | None:
    """Return the best fit of another value that the text does not give anywhere, of the same value's kind."""
    units = {pair[0].claim.quantity.unit for pair in figure.same if pair[0].claim.quantity}
    if units & _BARE:
        units |= _BARE
    for pair in figure.others:
        known = pair[0].claim.quantity
        if is_small_text(pair[0].claim.text) and known and not known.unit:
            continue
        if known and known.unit in units and not any(is_same(other.quantity, known) for other in figures):
            return pair
    return None
