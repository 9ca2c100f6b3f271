"""Wholes: "44 of 90" holds only where the dossier has both numbers in one place, and the part is no larger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panel.claims.claim import Claim, Quantity
from panel.claims.figure import Figure
from panel.claims.ground import Ground, Mention
from panel.claims.matching import is_same

TOO_LARGE = "a part is larger than its whole"
APART = "the dossier has the two numbers in different places"
_OF = re.compile(
    r"(?:\s+(?!the\s)[a-z][\w'’-]*){0,2}?\s+(?:of|out\s+of)"
    r"(?:\s+(?:the|these|those|all|its|our|his|her|their|some|one\s+\w+['’]s|an?\s+[\w-]+['’]s))?(?:\s+[a-z]+)?\s+",
)
_OPENING = re.compile(
    r"(?:^|[.,;:!?]\s+|\band\s+)of\s+(?:(?:the|its|their|our|all|these|some|about)\s+)?$", re.IGNORECASE
)
_WITHIN = re.compile(r"\b(?:in|among|on|from|over|across)\s+(?:the\s+)?$")
_STOP = re.compile(r"[.;:!?]\s|\b(?:and|but|while)\b")
_LABEL = re.compile(r"(?<![.!?:]\s)\b[A-Z]\w*\s+$")
"""What makes a number a name: "Valve 12 of two hulls"."""
_LEAST, _LEAD = 2, 40


def find_wholes(figures: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Yield each part and its whole among the bare counts of a text: "N of M", "of M things, N"."""
    for place, first in enumerate(figures[:-1]):
        second = figures[place + 1]
        if not (_is_count(first.quantity) and _is_count(second.quantity)):
            continue
        text = first.claim.within
        gap = text[first.claim.end : second.claim.start]
        if _LABEL.search(text, max(1, first.claim.start - _LEAD), first.claim.start):
            continue
        if _OF.fullmatch(gap):
            yield first, second
        elif (
            _OPENING.search(text, max(0, first.claim.start - _LEAD), first.claim.start)
            and not (_STOP.search(gap) or _WITHIN.search(gap))
            and (second.quantity.number < first.quantity.number or _is_reversed(second, first))
        ):
            yield second, first


def _is_reversed(part: Figure, whole: Figure) -> bool:
    """Tell whether the dossier counts a whole's things by the part's number, and has both in one sentence."""
    noun = whole.quantity.noun
    return bool(noun) and any(
        mention.claim.quantity is not None
        and mention.claim.quantity.noun == noun
        and any(other.passage is mention.passage for other, _ in whole.same)
        for mention, _ in part.same
    )


def judge_whole(part: Figure, whole: Figure, ground: Ground) -> dict[Claim, tuple[Mention, str]]:
    """Tell what speaks against a part and its whole, both of which the dossier has, and where it has them."""
    if not part.same or not whole.same:
        return {}
    if part.quantity.number > whole.quantity.number:
        return {part.claim: (whole.same[0][0], TOO_LARGE), whole.claim: (part.same[0][0], TOO_LARGE)}
    for group in ground.groups:
        if _holds(group, part.quantity) and _holds(group, whole.quantity):
            return {}
    if not _goes_further(whole, ground):
        return {}
    wrong = max((part, whole), key=lambda figure: (figure.others[0][1] if figure.others else 0) - figure.best)
    return {wrong.claim: (wrong.same[0][0], APART)}


def _goes_further(whole: Figure, ground: Ground) -> bool:
    """Tell whether the dossier has parts of the whole: other counts where it has it."""
    for group in ground.groups:
        if _holds(group, whole.quantity):
            counts = {quantity.number for quantity in group if _is_count(quantity)}
            if any(_LEAST <= count < whole.quantity.number for count in counts):
                return True
    return False


def _holds(group: Sequence[Quantity], quantity: Quantity) -> bool:
    """Tell whether a group has a number, or two that add up to it or differ by it."""
    numbers = {known.number for known in group if _is_count(known) or is_same(quantity, known)}
    wanted = quantity.number
    return wanted in numbers or any(wanted - one in numbers or wanted + one in numbers for one in numbers)


def _is_count(quantity: Quantity) -> bool:
    return quantity.unit == "" and not quantity.is_fraction
