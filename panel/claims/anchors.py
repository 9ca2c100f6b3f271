"""Anchors: which name and which date each figure of a sentence is said of.

Read from the order in which they stand: "A had 97% and B 79%" pairs each figure with the name before it, "57% of A and
38% of B" with the name after it, "A and B gave 203 and 188" in turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from panel.claims.claim import Claim, Day, Kind
from panel.claims.stems import Word, words_of
from panel.texts import sentence_spans

TOOL = "@tool"
"""What stands for the tool's own name, and for the words that stand for it."""
HERE = frozenset({"here", "it", "its", "itself", "this", "ours"})
_FOR = re.compile(r"(?:\s+[a-z]+)?\s+(?:for|with|by|from|after|under)\s+(?:the\s+)?")
_HAS = re.compile(
    r"(?:['’]s)?(?:\s+(?:had|has|at|found|reported|gave|got|made|missed|reached|scored|raised|kept|left|took|named|in))?\s+"
)
_AGAINST = re.compile(r"(?:\s+[\w-]+){0,3}\s+(?:against|versus|compared with|compared to)\s+")
_CUT = re.compile(
    r"[:;](?=\s)|,(?=\s(?:and|but|while|where|whereas|so)\s"
    r"(?!(?:took|had|has|made|found|got|gave|was|is|ran|kept|left|\w+ed)\b))"
)
_OPENING = re.compile(r"(?:^|[.,;:]\s+)Of\s+(?:(?:the|its|their|our)\s+)?(?:[\w-]+['’]s\s+)?$")
_FROM = re.compile(r"\bfrom\s+$")
_LEAD = 40
_PART = re.compile(r",\s|\sagainst\s")
_JOINED = re.compile(r"^(?:['’]s)?\s*(?:,|,?\s*and|,?\s*or)\s+(?:the\s+)?$")


NOW = "@now"
"""What stands for the day of writing, in place of a date."""
_NOW = re.compile(r"\b(?:now|today|currently)\b", re.IGNORECASE)


class Anchor(NamedTuple):
    """A name or a date and where it stands."""

    start: int
    end: int
    keys: frozenset[str]


def pair(figures: Sequence[Claim], anchors: Sequence[Anchor], text: str) -> dict[Claim, frozenset[str]]:
    """Pair the figures of one clause with its anchors where their order leaves no doubt.

    Args:
        figures: of one unit, in order.
        anchors: names or dates, in order.
        text: what both stand in.

    Returns:
        Nothing unless there are as many of the one as of the other, and they stand in turns or in two rows.
    """
    counted: list[Claim] = []
    whole: dict[Claim, Claim] = {}
    for place, figure in enumerate(figures):
        gap = text[figures[place - 1].end : figure.start].strip() if place else ""
        if _OPENING.search(text, max(0, figure.start - _LEAD), figure.start):
            continue
        is_span = gap == "to" and _FROM.search(text, max(0, figures[place - 1].start - _LEAD), figures[place - 1].start)
        if (gap == "of" or is_span) and counted:
            # "281 of 300", "88 to 17"
            whole[figure] = counted[-1]
        else:
            counted.append(figure)
    chosen = list(anchors)
    if 1 < len(counted) < len(chosen):
        chosen = chosen[len(chosen) - len(counted) :]
    if len(counted) != len(chosen):
        return {}
    order = sorted([(figure.start, 0) for figure in counted] + [(anchor.start, 1) for anchor in chosen])
    in_turns = all(one[1] != two[1] for one, two in pairwise(order))
    if not in_turns and not _are_listed(counted, chosen, text):
        return {}
    found = {figure: anchor.keys for figure, anchor in zip(counted, chosen, strict=True)}
    if len(counted) == 1:
        return found
    found |= {part: found[first] for part, first in whole.items() if text[first.end : part.start].strip() == "to"}
    return found


def _find_beside(figures: Sequence[Claim], anchors: Sequence[Anchor], text: str) -> dict[Claim, frozenset[str]]:
    """Give figures the name right beside them ("58% for NLLB"), and the tool's to what is set against such a one."""
    found: dict[Claim, frozenset[str]] = {}
    for figure in figures:
        after = [anchor for anchor in anchors if _FOR.fullmatch(text[figure.end : anchor.start])]
        before = [anchor for anchor in anchors if _HAS.fullmatch(text[anchor.end : figure.start])]
        if len({anchor.keys for anchor in (*after, *before)}) == 1:
            found[figure] = (after or before)[0].keys
    for one, other in pairwise(figures):
        if _AGAINST.fullmatch(text[one.end : other.start]):
            own = frozenset({TOOL})
            if one in found and other not in found and found[one] != own:
                found[other] = own
            elif other in found and one not in found and found[other] != own:
                found[one] = own
    return found


def find_names(text: str, own: frozenset[str], entities: frozenset[str]) -> tuple[Anchor, ...]:
    """Find the names of a text that its dossier knows, words in a row as one; the tool's own and "here" as one key."""
    found: list[Anchor] = []
    last: Word | None = None
    small = [match for name in entities if name[0] == "~" and "-" in name for match in _find_small(name[1:], text)]
    for word in words_of(text):
        whole = next((match for match in small if match.start() <= word.start < match.end()), None)
        if whole is not None:
            if word.start == whole.start():
                found.append(Anchor(whole.start(), whole.end(), frozenset({whole[0]})))
            last = None
            continue
        is_own = (word.stem in own and word.text[0].isupper()) or word.text.lower() == "here"
        if not is_own and not (word.stem in entities and (word.text[0].isupper() or f"~{word.text}" in entities)):
            last = None
            continue
        key = TOOL if is_own else word.stem
        if last is not None and text[last.end : word.start].strip() in ("", "'s", "’s", "-"):
            found[-1] = Anchor(found[-1].start, word.end, found[-1].keys | {key})
        else:
            found.append(Anchor(word.start, word.end, frozenset({key})))
        last = word
    return tuple(found)


def _find_small(name: str, text: str) -> Iterator[re.Match[str]]:
    """Find a name that is written small and in parts: "sqlite-vec"."""
    return re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)


def find_days(claims: Sequence[Claim], text: str) -> tuple[Anchor, ...]:
    """Return the dates among claims, keyed by their year and month, and "now" as a day of its own."""
    found = [Anchor(*match.span(), frozenset({NOW})) for match in _NOW.finditer(text)]
    for claim in claims:
        if claim.kind is Kind.DATE and isinstance(claim.value, Day):
            day = claim.value
            keys = {f"y{day.year}"} if day.month is None else {f"m{day.month}"}
            found.append(Anchor(claim.start, claim.end, frozenset(keys)))
    return tuple(sorted(found))


def read_anchors(
    text: str, claims: Sequence[Claim], own: frozenset[str], entities: frozenset[str]
) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return the keys of the names and of the dates that each claim of a text is said of; empty for none."""
    names, days = find_names(text, own, entities), find_days(claims, text)
    said: dict[Claim, frozenset[str]] = {}
    dated: dict[Claim, frozenset[str]] = {}
    for start, end in _clauses(text):
        inside = [claim for claim in claims if start <= claim.start < end and _is_figure(claim)]
        sorts = _sorts(inside)
        for unit in dict.fromkeys(sorts):
            figures = [claim for claim, sort in zip(inside, sorts, strict=True) if sort == unit]
            near = [name for name in names if start <= name.start < end]
            said |= _find_beside(figures, near, text) | pair(figures, near, text)
            dated |= _pair_parts(figures, days, text, start, end)
            dated |= pair(figures, [day for day in days if start <= day.start < end], text)
    nothing: frozenset[str] = frozenset()
    return tuple((said.get(claim, nothing), dated.get(claim, nothing)) for claim in claims)


def _pair_parts(
    figures: Sequence[Claim], days: Sequence[Anchor], text: str, start: int, end: int
) -> dict[Claim, frozenset[str]]:
    """Pair a figure and a date that stand alone between two commas, where a clause has more figures than dates."""
    found: dict[Claim, frozenset[str]] = {}
    if len(figures) <= sum(start <= day.start < end for day in days):
        return found
    cuts = [start, *(start + cut.end() for cut in _PART.finditer(text[start:end])), end]
    for left, right in pairwise(cuts):
        inside = [figure for figure in figures if left <= figure.start < right]
        beside = [day for day in days if left <= day.start < right]
        if len(inside) == len(beside) == 1:
            found[inside[0]] = beside[0].keys
    return found


def _is_figure(claim: Claim) -> bool:
    """Tell a figure from a count in words up to ten, which is seldom what a name is told by."""
    quantity = claim.quantity
    return quantity is not None and not (quantity.unit == "" and quantity.number <= 10 and claim.text.isalpha())


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence, or part of one up to a colon or a semicolon, begins and has ended."""
    for start, end in sentence_spans(text):
        cuts = [start, *(start + cut.end() for cut in _CUT.finditer(text[start:end])), end]
        yield from pairwise(cuts)


def _sorts(claims: Sequence[Claim]) -> list[str]:
    """Return the unit of each figure; a bare number takes that of the one before it ("took 38 ms, and Y 41")."""
    found: list[str] = []
    for claim in claims:
        quantity = claim.quantity
        unit = quantity.unit if quantity else ""
        is_bare = quantity is not None and not unit and not quantity.noun
        found.append(found[-1] if is_bare and found and found[-1] in ("second", "byte") else unit)
    return found


def _are_listed(figures: Sequence[Claim], anchors: Sequence[Anchor], text: str) -> bool:
    """Tell whether names stand in a row, and then as many figures in a row, or the other way round."""
    if len(figures) != len(anchors):
        return False
    rows = (
        [text[one.end : two.start] for one, two in pairwise(anchors)],
        [text[one.end : two.start] for one, two in pairwise(figures)],
    )
    return all(_JOINED.match(gap) for row in rows for gap in row) and (
        anchors[-1].end <= figures[0].start or figures[-1].end <= anchors[0].start
    )
