"""Flags: the passages of a dossier's evidence that give orders to a reviewer.

A flag is shown to an editor and decides nothing by itself. Pure: the same dossier, the same flags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from panel.quarantine.folding import count_mixed_words, readings
from panel.quarantine.languages import find_foreign
from panel.quarantine.rules import RULES
from panel.quarantine.sentences import Span, cut_sentences
from panel.records import Dossier

ENOUGH = 2
"""The weight that makes a flag."""

_MIXED_WORDS_MIN = 3


@dataclass(frozen=True, slots=True)
class Flag:
    """A passage that an editor has to look at.

    Attributes:
        evidence: the excerpt's id.
        start: where the passage begins in the excerpt's text, in characters.
        end: where it ends; not part of it.
        quote: the passage as it stands there.
        reasons: why, the gravest first.
    """

    evidence: str
    start: int
    end: int
    quote: str
    reasons: tuple[str, ...]


SHOWN_MAX_CHARS = 120


def describe_flag(flag: Flag, file: str) -> str:
    """Say what was flagged, on one line: file, excerpt, why, and the passage's first words."""
    words = " ".join(flag.quote.split())
    quote = words if len(words) <= SHOWN_MAX_CHARS else words[: SHOWN_MAX_CHARS - 1] + "…"
    return f'{file}: {flag.evidence}: {"; ".join(flag.reasons)}: "{quote}"'


@dataclass(frozen=True, slots=True)
class _Weighed:
    span: Span
    weight: int
    reasons: tuple[str, ...]


@lru_cache(maxsize=256)
def flag_passages(dossier: Dossier) -> tuple[Flag, ...]:
    """Flag the passages of a dossier's evidence that are aimed at a reviewer.

    Neighbouring sentences that were flagged, or that speak to the reviewer beside one that was, are one passage.

    Returns:
        The flags, excerpt by excerpt, in the order of the text; none where nothing was found.
    """
    return tuple(flag for item in dossier.evidence for flag in flag_text(item.text, evidence=item.id))


def flag_text(text: str, *, evidence: str = "") -> tuple[Flag, ...]:
    """Flag the passages of one text; see `flag_passages`."""
    weighed = [_weigh(text, span) for span in cut_sentences(text)]
    flagged = [_is_flagged(weighed, index) for index in range(len(weighed))]
    held = [
        is_flagged or (weighed[index].weight > 0 and any(flagged[max(index - 1, 0) : index + 2]))
        for index, is_flagged in enumerate(flagged)
    ]
    flags, index = [], 0
    while index < len(weighed):
        if not held[index]:
            index += 1
            continue
        last = index
        while last + 1 < len(weighed) and held[last + 1]:
            last += 1
        flags.append(_make_flag(text, evidence, weighed[index : last + 1]))
        index = last + 1
    return tuple(flags)


def _is_flagged(weighed: Sequence[_Weighed], index: int) -> bool:
    """A sentence is flagged for what it says, or for saying something beside one that says another such thing."""
    here = weighed[index]
    if here.weight >= ENOUGH or not here.weight:
        return here.weight >= ENOUGH
    beside = (weighed[other] for other in (index - 1, index + 1) if 0 <= other < len(weighed))
    return any(other.weight and set(other.reasons) - set(here.reasons) for other in beside)


def _make_flag(text: str, evidence: str, sentences: Sequence[_Weighed]) -> Flag:
    start, end = sentences[0].span.start, sentences[-1].span.end
    ordered = sorted(sentences, key=lambda sentence: -sentence.weight)
    reasons = dict.fromkeys(reason for sentence in ordered for reason in sentence.reasons)
    return Flag(evidence, start, end, text[start:end], tuple(reasons))


def _weigh(text: str, span: Span) -> _Weighed:
    sentence = text[span.start : span.end]
    weight, reasons = 0, []
    if count_mixed_words(sentence) >= _MIXED_WORDS_MIN:
        weight, reasons = ENOUGH, ["mixes letters of different scripts within words"]
    for disguise, reading in readings(sentence):
        found = [(rule.reason, rule.weight) for rule in RULES if rule.pattern.search(reading)]
        if not disguise and (foreign := find_foreign(reading)):
            found.append(foreign)
        total = sum(points for _, points in found)
        if disguise and total < ENOUGH:
            continue  # a disguise that says next to nothing is none
        weight = max(weight, min(total, ENOUGH))
        reasons += [
            f"{reason} ({disguise})" if disguise else reason for reason, _ in sorted(found, key=lambda f: -f[1])
        ]
    return _Weighed(span, weight, tuple(dict.fromkeys(reasons)))
