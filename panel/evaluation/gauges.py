"""The gauges: everything that figures are read with, made once for an exam and held against any answers to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from panel.evaluation.answers import Answers, gold_answers
from panel.evaluation.calls import (
    agreement,
    base_rate_brier,
    brier,
    kappa,
    true_negative_rate,
    true_positive_rate,
)
from panel.evaluation.degeneration import DEGENERATE, degenerate_share, find_degenerate, unanswered_share
from panel.evaluation.distinctness import distinctness
from panel.evaluation.exam import Exam
from panel.evaluation.figures import Figure, make_ratio
from panel.evaluation.grounding import KINDS, Ground, Support, add_support
from panel.evaluation.lengths import within_bounds, words_per_verdict
from panel.evaluation.losses import SeatLoss, answer_loss, text_loss
from panel.evaluation.nearness import Library, matched_share
from panel.evaluation.specificity import Marks, specific_share
from panel.records import Seat

Figures = dict[str, Figure]
"""By the keys of `panel.evaluation.rows`."""

_CALLS = {
    "agreement": agreement,
    "kappa": kappa,
    "true_positive_rate": true_positive_rate,
    "true_negative_rate": true_negative_rate,
    "brier": brier,
    "base_rate_brier": base_rate_brier,
}


class Gauges:
    """Reads every figure of an exam.

    Attributes:
        exam: the exam.
        gold: its own answers.
        seats: tool by tool.
    """

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.gold = gold_answers(exam)
        self.seats = tuple(exam.seats(tool) for tool in exam.tools)
        self._grounds = {slug: Ground(tool.dossier) for slug, tool in exam.tools.items()}
        self._marks = Marks(exam.neighbours)
        self._library = Library(exam.neighbours)

    def read_calls(self, answers: Answers, persona: str = "") -> Figures:
        """Read the figures of calls, over all seats or one persona's."""
        seats = [[seat for seat in tool if persona in ("", seat.persona)] for tool in self.seats]
        return {key: read(self.gold, answers, seats) for key, read in _CALLS.items()}

    def read_texts(self, answers: Answers) -> Figures:
        """Read the figures of what is written: grounding, degeneration, specificity, distinctness, length."""
        materials, seats = self.exam.materials, self.seats
        findings = find_degenerate(answers, materials)
        each = {check.replace("-", "_"): degenerate_share(findings, seats, (check,)) for check in DEGENERATE}
        return {
            **self._read_grounding(answers),
            "degenerate_drafts": degenerate_share(findings, seats),
            **each,
            "unanswered_beats": unanswered_share(answers, materials, seats),
            "specific_beats": specific_share(answers, self._marks, seats),
            "matched_drafts": matched_share(answers, self._library, seats, names=True),
            "matched_without_names": matched_share(answers, self._library, seats, names=False),
            "distinctness": distinctness(answers, seats),
            "words_per_verdict": words_per_verdict(answers, seats),
            "verdicts_within_bounds": within_bounds(answers, seats),
        }

    def read_losses(self, losses: Mapping[Seat, SeatLoss]) -> Figures:
        """Read what a model makes of the gold."""
        return {"text_loss": text_loss(losses, self.seats), "answer_loss": answer_loss(losses, self.seats)}

    def _read_grounding(self, answers: Answers) -> Figures:
        tools = [add_support(self._weigh(answers, tool)) for tool in self.seats]
        return {f"{kind}_supported": make_ratio(tool[kind] for tool in tools) for kind in KINDS}

    def _weigh(self, answers: Answers, tool: Sequence[Seat]) -> list[dict[str, Support]]:
        personas = self.exam.personas
        return [
            self._grounds[seat.tool].weigh(answers[seat], personas[seat.persona]) for seat in tool if seat in answers
        ]
