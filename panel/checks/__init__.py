"""Checks: what is wrong with a verdict's text, found without a model.

subject → length, ending, repetition, echo, names, numbers → one ordered tuple of findings, which a revision
answers; and subject → claims → the findings of the fact desk, which editors answer.
"""

from panel.checks.registry import CHECKS, Check, fact_findings, run_checks
from panel.checks.subject import CheckSubject

__all__ = ["CHECKS", "Check", "CheckSubject", "fact_findings", "run_checks"]
