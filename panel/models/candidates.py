"""A file on trial, and how thoroughly it is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panel.models.prepared import Figures

Tell = Callable[[str], None]
"""Is called with each stage that begins, in a few words."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How thoroughly to measure; a slow model is given less, the same for every candidate.

    Attributes:
        loss_tokens: how much of the fixed text is read at most.
        loss_budget_s: the source begins no further piece of it after so many seconds.
        prefix_tokens: how much lies before what is timed, at most.
        prefix_budget_s: a prefix that takes the source longer than this is made shorter.
        rounds: how often each candidate is timed, at most.
        rounds_budget_s: after so many seconds `least_rounds` are enough.
        least_rounds: fewer make no median.
    """

    loss_tokens: int = 1024
    loss_budget_s: float = 30.0
    prefix_tokens: int = 1024
    prefix_budget_s: float = 20.0
    rounds: int = 5
    rounds_budget_s: float = 60.0
    least_rounds: int = 3


THOROUGH = Effort()


@dataclass(slots=True)
class Candidate:
    """One file on trial.

    Attributes:
        path: where it is.
        figures: what is known of it so far.
        as_good: whether it is still in question: there, and as good as the source.
    """

    path: Path
    figures: Figures
    as_good: bool = False

    def note(self, **known: Any) -> None:
        """Write down what became known."""
        self.figures = Figures.model_validate({**self.figures.model_dump(), **known})

    def drop(self, why: str) -> None:
        """Take it out of question."""
        self.as_good = False
        self.note(note=why)
