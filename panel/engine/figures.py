"""What an engine counts of its own work: for benchmarks, and for whoever wonders where the time went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Figures:
    """Counts and seconds since the engine was opened.

    Attributes:
        read_tokens: of prompts, computed.
        shared_tokens: of prompts, taken from what was computed before.
        steps: in which answers were written, each of several answers at once.
        written_tokens: of answers, those included that the grammar forces.
        guesses: tokens computed ahead of their turn, guessed or forced.
        hits: of them, those that came to be.
        masks: how often the grammar's mask over the whole vocabulary was needed.
        read_s: computing prompts.
        write_s: computing answers.
        choose_s: grammar and sampling.
    """

    read_tokens: int = 0
    shared_tokens: int = 0
    steps: int = 0
    written_tokens: int = 0
    guesses: int = 0
    hits: int = 0
    masks: int = 0
    read_s: float = 0.0
    write_s: float = 0.0
    choose_s: float = 0.0
