"""The report of an evaluation: a column a model, one for the majority call, one for the gold itself.

Everything in it follows from what lies in the runs' folders; nothing is drafted or asked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from panel.evaluation.answers import drafted_answers, majority_answers
from panel.evaluation.calls import Bin, reliability
from panel.evaluation.exam import Exam
from panel.evaluation.figures import Difference, Estimate, Figure, estimate, subtract
from panel.evaluation.gauges import Figures, Gauges
from panel.evaluation.rows import ROWS
from panel.evaluation.sitting import read_losses
from panel.records import Call, Seat
from panel.store import Run

MAJORITY = "majority call"
GOLD = "gold"


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of one model, of the majority call or of the gold.

    Attributes:
        name: its heading, unique in the report.
        run: the model's run; None for the other two.
        figures: by key; those that make no sense of it are left out.
        by_persona: the figures of calls, persona by persona.
        bins: how `p_ship` is calibrated; () where there is none.
        missing: the seats without a draft.
        unmeasured: how many seats' loss is not known.
    """

    name: str
    figures: Figures
    run: Run | None = None
    by_persona: Mapping[str, Figures] = field(default_factory=dict)
    bins: tuple[Bin, ...] = ()
    missing: tuple[Seat, ...] = ()
    unmeasured: int = 0

    def estimate(self, key: str) -> Estimate | None:
        """Return a figure between its bounds; None when it makes no sense of this column."""
        return estimate(self.figures[key]) if key in self.figures else None


@dataclass(frozen=True, slots=True)
class Report:
    """All columns, over the same tools.

    Attributes:
        exam: what was asked.
        models: a column each, as they were named.
        majority: the call that gold has most often, everywhere.
        majority_call: which one that is.
        gold: the editors' own verdicts, as far as they can be measured like a model's.
    """

    exam: Exam
    models: tuple[Column, ...]
    majority: Column
    majority_call: Call
    gold: Column

    def differences(self) -> list[tuple[Column, Column, dict[str, Difference]]]:
        """Compare the models with each other, then each with the majority call: every figure that both have."""
        pairs = [*combinations(self.models, 2), *((model, self.majority) for model in self.models)]
        return [(first, second, compare_columns(first, second)) for first, second in pairs]


def compare_columns(first: Column, second: Column) -> dict[str, Difference]:
    """Subtract the second column's figures from the first's, key by key."""
    return {
        row.key: subtract(first.figures[row.key], second.figures[row.key])
        for row in ROWS
        if row.key in first.figures and row.key in second.figures
    }


def write_report(exam: Exam, runs: Sequence[Run]) -> Report:
    """Read every figure of some runs of an exam.

    Raises:
        StoreError: a draft or a loss cannot be read.
    """
    gauges = Gauges(exam)
    majority = majority_answers(gauges.gold)
    names = _name_columns(runs)
    return Report(
        exam=exam,
        models=tuple(_read_run(gauges, run, name) for run, name in zip(runs, names, strict=True)),
        majority=Column(MAJORITY, gauges.read_calls(majority)),
        majority_call=next(iter(majority.values())).call,
        gold=Column(GOLD, gauges.read_texts(gauges.gold)),
    )


def _read_run(gauges: Gauges, run: Run, name: str) -> Column:
    answers, losses = drafted_answers(run), read_losses(run)
    seats = run.manifest.seats
    figures: dict[str, Figure] = {**gauges.read_losses(losses), **gauges.read_calls(answers)}
    return Column(
        name=name,
        run=run,
        figures=figures | gauges.read_texts(answers),
        by_persona={persona: gauges.read_calls(answers, persona) for persona in gauges.exam.personas},
        bins=reliability(gauges.gold, answers, gauges.seats),
        missing=tuple(seat for seat in seats if seat not in answers),
        unmeasured=sum(seat not in losses for seat in seats),
    )


def _name_columns(runs: Sequence[Run]) -> list[str]:
    """Name each run after its model; with the beginning of its hash where two have the same name."""
    names = [run.manifest.engine.model_name for run in runs]
    return [
        name if names.count(name) == 1 else f"{name} {run.run_id.split('-')[1]}"
        for run, name in zip(runs, names, strict=True)
    ]
