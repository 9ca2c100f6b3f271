"""Degeneration: drafts that go round in circles or hand back what they were given, and beats that answer nothing.

The desk's own checks say what counts, over the text as it stands after its revisions: what an editor would find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from panel.checks import run_checks
from panel.evaluation.answers import Answers
from panel.evaluation.distinctness import likeness
from panel.evaluation.figures import Figure, make_ratio
from panel.materials import Materials
from panel.records import Beat, Seat

DEGENERATE = ("loop", "repeated-sentence", "echo-question", "echo-prompt")
"""The checks whose findings no shortening mends."""

SAME_SHARE = 0.6
"""Of the three words in a row of two beats; above it one is the other, hardly changed."""

Findings = dict[Seat, frozenset[str]]
"""Of each seat that is not missing, the checks with a finding."""


def find_degenerate(answers: Answers, materials: Materials) -> Findings:
    """Run the desk's checks over every verdict; the seats without any finding of `DEGENERATE` have an empty set."""
    found = {}
    for seat, answer in answers.items():
        names = {finding.check for finding in run_checks(materials.subject(seat, answer.beats))}
        found[seat] = frozenset(names.intersection(DEGENERATE))
    return found


def degenerate_share(findings: Findings, seats: Sequence[Sequence[Seat]], checks: Iterable[str] = DEGENERATE) -> Figure:
    """Return the share of drafts in which any of some checks finds something; lower is better. None without a draft."""
    wanted = frozenset(checks)
    drafted = [[findings[seat] for seat in tool if seat in findings] for tool in seats]
    return make_ratio((sum(bool(one & wanted) for one in tool), len(tool)) for tool in drafted)


def unanswered_share(answers: Answers, materials: Materials, seats: Sequence[Sequence[Seat]]) -> Figure:
    """Return the share of beats that answer nothing; lower is better. None without any draft.

    Such a beat is left out or shorter than its `min_chars`, or it is nearly a beat of another seat of its tool: they
    share three in five of their three words in a row. Both of such a pair count.
    """
    return make_ratio(_count_unanswered(answers, materials, tool) for tool in seats)


def _count_unanswered(answers: Answers, materials: Materials, tool: Sequence[Seat]) -> tuple[int, int]:
    asked = [(seat, beat, text) for seat in tool if seat in answers for beat, text in _ask(answers, materials, seat)]
    empty = 0
    for seat, beat, text in asked:
        others = (other for owner, _, other in asked if owner != seat)
        empty += len(text) < beat.min_chars or any((likeness(text, other) or 0) >= SAME_SHARE for other in others)
    return empty, len(asked)


def _ask(answers: Answers, materials: Materials, seat: Seat) -> Iterator[tuple[Beat, str]]:
    return materials.subject(seat, answers[seat].beats).asked()
