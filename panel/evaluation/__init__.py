"""Evaluation: how good a model is at the desk's work, against gold verdicts.

exam (the gold, and what reviewers are given) → sitting (an ordinary run, and the loss of the gold) → answers → figures,
each in the module of its noun → report. `rows` says which figures there are.
"""

from panel.evaluation.exam import Exam, gather_exam, name_run
from panel.evaluation.figures import Difference, Estimate, Figure
from panel.evaluation.report import Column, Report, write_report
from panel.evaluation.rows import ROWS, Row
from panel.evaluation.sitting import is_over, sit

__all__ = [
    "ROWS",
    "Column",
    "Difference",
    "Estimate",
    "Exam",
    "Figure",
    "Report",
    "Row",
    "gather_exam",
    "is_over",
    "name_run",
    "sit",
    "write_report",
]
