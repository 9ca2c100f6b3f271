"""Wording: whether a gold verdict could be written, and would be let pass, by the desk itself.

Gold is held to what holds for a draft: its persona's answer, the desk's checks, its dossier's numbers; and to the
house's rules, which no check finds in a draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panel.checks import CheckSubject, run_checks
from panel.corpus.faults import Fault, verdict_place
from panel.corpus.figures import count_words
from panel.corpus.gold import GoldTool, GoldVerdict
from panel.corpus.standards import Standards
from panel.facts import FactForms, fact_forms
from panel.personas.answer import beat_pattern
from panel.records import Beat, Persona

_LENGTH = "word-count"
"""The finding that the standards have a rule of their own for."""
_ALSO_SHAPE = {"too-short", "too-long", "empty-beat", "cut-off"}
"""Findings that are faults of the shape too, told better."""

_SHAPE = (
    "the beat is not one or two sentences of the answer's shape: a capital, a digit or an opening mark first, a stop "
    "last, no stop inside a name that the dossier lacks, and none of {}[]<>|\\"
)

_CALL = re.compile(
    r"""
    \b(?:SHIP|SKIP)\b
    | ["'“‘](?i:ship|skip)[.,]?["'”’]
    | \b(?i:ship|skip)\ (?:it|this\ one|this\ tool)\b
    | (?:^|[.!?]\ )(?i:ship|skip)(?:[.,:;!]|\ (?:it|this|unless|if|until|for\ now)\b)
    | [,;:—–]\ (?i:ship|skip)[.!?]
    | \b(?:is|be|earns|gets|deserves|stays|remains|means)\ an?\ (?:\w+\ )?(?i:ship|skip)\b
    | \b(?:clear|easy|firm|narrow|reluctant|cautious|confident|plain|obvious)\ (?i:ship|skip)\b
    | \b(?i:call|verdict|so|therefore|hence|should|better)(?:\ is|:)?\ (?i:ship|skip)(?:[.,;!]|$)
    """,
    re.VERBOSE,
)
"""A call, and not the verb or the vessel: "browsers will ship transcription", "from ship to port"."""

_HOUSE_RULES = (
    (_CALL, "the argument makes the call; that stands in `call` alone"),
    (re.compile(r"(?<![\w/])I(?:['’]\w+)?(?=\s)"), "a seat is a lens, not a person"),
    (
        re.compile(r"\b(?i:we)(?:['’]ve| have)? (?:tried|tested|used|ran|run|measured|installed|found)\b"),
        "a seat has tried nothing",
    ),
    (re.compile(r"\brecommend(?:s|ed|ing)?\b", re.IGNORECASE), "a seat argues and calls; it does not recommend"),
)


def check_wording(tool: GoldTool, personas: Sequence[Persona], standards: Standards) -> Iterator[Fault]:
    """Find what is wrong with a tool's verdicts, each by itself."""
    forms = fact_forms(tool.dossier)
    for persona in personas:
        verdict = tool.verdicts[persona.slug]
        yield from _check_length(tool, persona, verdict, standards)
        unshaped = set()
        for finding in run_checks(CheckSubject(verdict.beats, persona, tool.dossier)):
            if finding.check == _LENGTH:
                continue
            place = verdict_place(tool, persona.slug, finding.beat)
            yield Fault(finding.check, place, finding.message.rstrip("."), finding.quote)
            if finding.check in _ALSO_SHAPE:
                unshaped.add(finding.beat)
        for beat in persona.beats:
            text, place = verdict.argument[beat.id], verdict_place(tool, persona.slug, beat.id)
            if beat.id not in unshaped and not _is_shaped(text, beat, forms):
                yield Fault("shape", place, _SHAPE, text)
            for pattern, reason in _HOUSE_RULES:
                for found in pattern.finditer(text):
                    yield Fault("house-rule", place, reason, found[0].strip())


def _check_length(tool: GoldTool, persona: Persona, verdict: GoldVerdict, standards: Standards) -> Iterator[Fault]:
    low, high = standards.verdict_words
    count = count_words(verdict)
    if not low <= count <= high:
        said = f"the argument has {count} words; {low} to {high} are wanted"
        yield Fault("verdict-words", verdict_place(tool, persona.slug), said, next(iter(verdict.argument.values())))


def _is_shaped(text: str, beat: Beat, forms: FactForms) -> bool:
    """Hold a beat against the answer's pattern, but for what the locked grammar sees better.

    The pattern bounds each of two sentences and knows few names with a stop inside; the grammar bounds the beat (as the
    desk's own checks do here) and knows the dossier's.
    """
    for fact in forms.tokens:
        if "." in fact:
            text = text.replace(fact, fact.replace(".", "_"))
    loose = beat.model_copy(update={"min_chars": 2, "max_chars": 2 * beat.max_chars})
    return re.fullmatch(beat_pattern(loose), text) is not None
