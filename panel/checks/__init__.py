"""Checks: what is wrong with a verdict's text, found without a model.

subject → length, ending, repetition, echo, names, numbers → one ordered tuple of findings.
"""

from panel.checks.registry import CHECKS, Check, run_checks
from panel.checks.subject import CheckSubject

__all__ = ["CHECKS", "Check", "CheckSubject", "run_checks"]
