"""Opposites: a figure that stands with a word in the dossier, and with that word's opposite in a text.

A short list of pairs and the prefixes that turn a word round. Words alone: what they mean together is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from panel.claims.claim import Bound, Claim
from panel.claims.context import Context
from panel.claims.figure import Figure, is_small_text
from panel.claims.ground import Ground, Mention
from panel.claims.matching import is_turned_round
from panel.claims.stems import stem, words_of

OPPOSITE = "the dossier says the opposite of it"
WRONG_WAY = "it goes the other way"
DENIED = "the dossier says that it is not so"
OTHER_STATE = "the dossier says something else of it"
_PAIRS_TEXT = """
    gain lose, win lose, rise fall, rise drop, grow shrink, grow fall, increase decrease, increase reduce, pass fail
    succeed fail, accept reject, accept refuse, accept decline, approve reject, approve refuse, allow forbid
    right wrong, correct wrong, find miss, catch miss, find overlook, detect miss, hit miss, fast slow, faster slower
    cheap expensive, cheaper dearer, good bad, include exclude, early late, earlier later, add remove, enable disable
    upload download, import export, encrypt decrypt, longer shorter, higher lower, largest smallest, larger smaller
    open close, opened closed, start stop, start end, begin end, begin stop, keep lose, buy sell, join leave
    true false, online offline, public private, manual automatic, manually automatically, first last, minimum maximum
    heaviest lightest, most fewest, strongest weakest, newest oldest, newer older, above below, allow block
    agree disagree
"""
_PAIRS = frozenset(
    frozenset(map(stem, pair.split())) for line in _PAIRS_TEXT.strip().splitlines() for pair in line.split(",")
)
_PREFIXES = ("un", "in", "dis", "im", "non")
_NEGATIONS = frozenset({"not", "no", "never", "without", "nobody", "none", "neither", "nor", "cannot", "nothing"})
_ENDINGS = frozenset(map(stem, ("stop", "cease", "end", "quit")))
"""Who stops accepting refuses: beside one of these the opposite word says the same."""
_UP_TEXT = """
    rise rose risen rising grow grew grown growing climb climbed climbing increase increased increasing gain gained up
    jump jumped
"""
_DOWN_TEXT = """
    fall fell fallen falling drop dropped dropping decline declined declining shrink shrank shrunk sink sank down cut
    decrease decreased decreasing reduce reduced reducing lower lowered
"""
_MOVES = dict.fromkeys(_UP_TEXT.split(), 1) | dict.fromkeys(_DOWN_TEXT.split(), -1)
_CLAUSE = re.compile(r"[,;:.!?](?:\s|$)|\s(?:and|but|while|where|whereas|against)\s")
_STATE = re.compile(r"\s+(?:(?:were|was|are|is|of\s+them\s+were|had\s+been|have\s+been)\s+)(?P<word>[a-z]{4,})\b")
_OUT_OF = re.compile(r"\b(?:of|in)\s+(?:the\s+)?$", re.IGNORECASE)
_WITH = re.compile(r"\b(with(?:out)?)\b")
_NOT = re.compile(
    r"\b(?:not|never|no|none|nobody|nowhere|neither|nor|without|hardly|cannot|\w+n['’]t)\b", re.IGNORECASE
)
_NOT_AFTER = re.compile(r"\s+(?:\w+\s+)?(?:was|were|is|are|has|have|had)\s+(?:not|never|(?:\w+\s+){1,2}none)\b")
_NOT_BEFORE = re.compile(r"\b(?:not|never)\s+$")
_REACH = 60
"""How many letters before a figure its verb is looked for."""


def find_opposite(figure: Figure, ground: Ground) -> tuple[Mention, str] | None:
    """Return the mention of a figure's value that says the opposite of it, where none says the same; and why."""
    found: tuple[Mention, str] | None = None
    if _OUT_OF.search(figure.claim.within, max(0, figure.claim.start - _REACH), figure.claim.start):
        return None
    mine = frozenset(_own_words(figure.claim))
    for mention, score in figure.same:
        if score < figure.best - 1:
            break
        known = mention.claim.quantity
        if known is None or is_turned_round(figure.quantity, known):
            # What is refused above a limit passes below it.
            return None
        its = frozenset(_own_words(mention.claim))
        if _are_opposed(mine, its, figure.context, mention.context):
            found = mention, OPPOSITE
        elif _states_otherwise(figure.claim, mention, ground):
            found = mention, OTHER_STATE
        elif _is_exact(mention.claim) and _is_denied(mention.claim) and not _NOT.search(figure.claim.within):
            found = mention, DENIED
        elif (condition := _condition_of(mention.claim)) and _lies_elsewhere(condition, figure, mention):
            found = mention, OPPOSITE
        else:
            return None
    return found


def find_wrong_way(figures: Sequence[Figure]) -> Iterator[Figure]:
    """Yield the figures of a span that goes up in its words and down in its numbers, or the other way round."""
    for one, other in pairwise(figures):
        text = one.claim.within
        between = text[one.claim.end : other.claim.start]
        before = text[max(0, one.claim.start - _REACH) : one.claim.start].lower()
        if not (re.search(r"\bfrom\s+(?:about\s+|some\s+)?$", before) and re.search(r"\bto\s+(?:about\s+)?$", between)):
            continue
        if len(between) > _REACH or one.quantity.unit not in (other.quantity.unit, ""):
            continue
        first, second = one.quantity.amount, other.quantity.amount
        if one.quantity.unit != other.quantity.unit:
            first, second = one.quantity.number, other.quantity.number
        words = re.findall(r"[a-z]+", _CLAUSE.split(before)[-1])
        moves = [_MOVES[word] for word in words if word in _MOVES]
        if moves and first != second and (moves[-1] > 0) != (second > first):
            yield one
            yield other


def _is_exact(claim: Claim) -> bool:
    return claim.quantity is not None and claim.quantity.bound is Bound.NONE


def _is_denied(claim: Claim) -> bool:
    """Tell whether the words right beside a claim say that it is not so: "97% was reached on none of them"."""
    after = _CLAUSE.split(claim.within[claim.end :])[0]
    before = _CLAUSE.split(claim.within[: claim.start])[-1]
    return bool(_NOT_AFTER.match(after) or _NOT_BEFORE.search(before))


def _condition_of(claim: Claim) -> str:
    """Return "with" or "without" where a figure's clause has one of both; "" where it has none, or both."""
    before = _CLAUSE.split(claim.within[: claim.start])[-1]
    after = _CLAUSE.split(claim.within[claim.end :])[0]
    found = set(_WITH.findall(f"{before} | {after}".lower()))
    return found.pop() if len(found) == 1 else ""


def _lies_elsewhere(condition: str, figure: Figure, mention: Mention) -> bool:
    """Tell whether a claim's condition is another figure's in the same source: "without it 19, with it 78"."""
    mine = _condition_of(figure.claim)
    if not mine or mine == condition:
        return False
    return any(
        other.passage.place.field == mention.passage.place.field
        and other.claim.kind is mention.claim.kind
        and not is_small_text(other.claim.text)
        and _condition_of(other.claim) == mine
        and score > figure.best
        for other, score in figure.others
    )


def _own_words(claim: Claim) -> Iterator[str]:
    """Yield the stems of a claim's clause, which ends at commas, conjunctions and semicolons."""
    text = claim.within
    before = _CLAUSE.split(text[: claim.start])[-1]
    after = _CLAUSE.split(text[claim.end :])[0]
    for word in words_of(f"{before} {after}"):
        yield word.stem


def contradicts(claim: Claim, context: Context, mention: Mention) -> bool:
    """Tell whether a claim's clause has the opposite of a word that the mention's clause has."""
    return _are_opposed(frozenset(_own_words(claim)), frozenset(_own_words(mention.claim)), context, mention.context)


def _are_opposed(mine: frozenset[str], its: frozenset[str], context: Context, known: Context) -> bool:
    if (mine | its) & _NEGATIONS:
        return False
    ends = bool((mine ^ its) & _ENDINGS)
    for word in mine - its:
        for other in its - mine:
            if ends and not {word, other} & _ENDINGS:
                continue
            if _is_opposite(word, other) and word not in known.sentence:
                return other not in context.sentence
    return False


def _is_opposite(one: str, other: str) -> bool:
    if frozenset({one, other}) in _PAIRS:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 3 and any(long == f"{prefix}{short}" for prefix in _PREFIXES)


def _states_otherwise(claim: Claim, mention: Mention, ground: Ground) -> bool:
    """Tell whether "35 were solid" of a dossier's "35 were dashed", where the dossier knows both words."""
    mine = _STATE.match(claim.within, claim.end)
    text = mention.claim.within
    its = _STATE.match(text, mention.claim.end)
    if mine is None or its is None:
        return False
    one, other = stem(mine["word"]), stem(its["word"])
    return one != other and ground.knows(one) and one not in mention.context.sentence
