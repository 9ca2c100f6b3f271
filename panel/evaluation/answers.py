"""Answers: what stands at the seats of an exam, whoever wrote it. A missing seat has none; it is never a skip."""

from __future__ import annotations

from dataclasses import dataclass

from panel.evaluation.exam import Exam
from panel.records import BeatText, Call, Seat
from panel.store import Run


@dataclass(frozen=True, slots=True)
class Answer:
    """One seat's verdict.

    Attributes:
        beats: the argument, in the persona's order; () where only the call is known.
        call: how it ends.
        p_ship: how probable its author held `ship`, 0 to 1; None when nobody knows.
    """

    beats: tuple[BeatText, ...]
    call: Call
    p_ship: float | None = None

    @property
    def argument(self) -> str:
        """The beats joined."""
        return " ".join(beat.text for beat in self.beats if beat.text)


Answers = dict[Seat, Answer]
"""By seat; missing seats are not in it."""


def gold_answers(exam: Exam) -> Answers:
    """Return the editors' own verdicts."""
    return {
        Seat(tool=slug, persona=persona): Answer(verdict.beats, verdict.call)
        for slug, tool in exam.tools.items()
        for persona, verdict in tool.verdicts.items()
    }


def drafted_answers(run: Run) -> Answers:
    """Read what a run has drafted so far; {} when nothing yet.

    Raises:
        StoreError: a draft cannot be read.
    """
    drafts = {seat: run.last_draft(seat) for seat in run.manifest.seats}
    return {seat: Answer(draft.beats, draft.call, draft.p_ship) for seat, draft in drafts.items() if draft is not None}


def majority_answers(gold: Answers) -> Answers:
    """Answer every seat with the call that gold has most often, as probable as it is there.

    This is the best that can be done without reading anything: what a model has to beat. Equal halves make `ship`.

    Returns:
        A call for each seat of the gold, without words; {} for no gold.
    """
    if not gold:
        return {}
    ship_share = sum(answer.call is Call.SHIP for answer in gold.values()) / len(gold)
    call = Call.SHIP if ship_share >= 0.5 else Call.SKIP
    return {seat: Answer((), call, ship_share) for seat in gold}
