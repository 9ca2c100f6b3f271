"""Which of several quantizations of one model to use: pure rules over measured figures.

Worse is never chosen, however fast; and the file as it came stays in use unless another is faster by a margin that is
no measuring noise. What counts as speed is one tool's time with four seats: its prompts read, its answers written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from panel.models.prepared import Figures, Outcome

QUANTIZATIONS = ("BF16", "Q8_0", "Q4_K_M", "Q4_0", "IQ4_NL")
"""What is tried, in this order: `why_not_try` looks at what became of those before."""
BITS_PER_WEIGHT: Mapping[str, float] = {"BF16": 16.1, "Q8_0": 8.5, "Q4_K_M": 4.9, "Q4_0": 4.6, "IQ4_NL": 4.6}
"""Of the file as a whole, about."""
MOST_BF16_BYTES = 1_500_000_000
"""A processor that multiplies in bfloat16 runs small models fastest so; large ones take too long to read."""
LOSS_TOLERANCE = 0.01
"""How far the loss may be above the source's, as a share of it."""
SPEED_MARGIN = 0.05
"""How much of the source's time must be saved."""
PROMPT_TOKENS = 2340
"""Of one tool with four seats, what they share counted once."""
ANSWER_TOKENS = 4 * 200
ROOM_FACTOR = 1.3
"""How much more room on the disk than the estimate there has to be."""


def estimate_bytes(quantization: str, parameters: int) -> int:
    """Estimate a converted file's size."""
    return int(parameters * BITS_PER_WEIGHT[quantization] / 8)


def tool_seconds(prefill_tokens_per_s: float, decode_tokens_per_s: float) -> float:
    """Predict the seconds that one tool with four seats takes."""
    return PROMPT_TOKENS / prefill_tokens_per_s + ANSWER_TOKENS / decode_tokens_per_s


def loss_excess(loss_nats: float, source_loss_nats: float) -> float:
    """Return how far a loss is above the source's, as a share of it; below it, negative."""
    if loss_nats == source_loss_nats:
        return 0.0
    return loss_nats / source_loss_nats - 1 if source_loss_nats else math.inf


def is_as_good(excess: float) -> bool:
    """Tell whether a `loss_excess` is no more than what is allowed."""
    return excess <= LOSS_TOLERANCE


def why_not_try(quantization: str, source_quantization: str, excesses: Mapping[str, float], parameters: int = 0) -> str:
    """Tell why a candidate cannot help; "" when it may.

    Args:
        quantization: the candidate.
        source_quantization: what the source has.
        excesses: the `loss_excess` of each candidate measured so far.
        parameters: the model's.
    """
    if quantization == source_quantization:
        return "the source has it already"
    if quantization == "BF16" and estimate_bytes(quantization, parameters) > MOST_BF16_BYTES:
        return "it would take more memory than a model of this size is worth"
    if quantization == "IQ4_NL":
        # Converting to it takes ten times as long as to any other, and two cheaper ones tell how it will end: it loses
        # less than Q4_0, and at least twice what Q4_K_M does.
        if is_as_good(excesses.get("Q4_0", math.inf)):
            return "Q4_0 is as small, as fast, and good enough"
        if excesses.get("Q4_K_M", 0.0) > LOSS_TOLERANCE / 2:
            return "Q4_K_M, which keeps more, loses too much already"
    return ""


def choose(source: Figures, candidates: Sequence[Figures]) -> tuple[tuple[Figures, ...], str]:
    """Choose what to use.

    Args:
        source: the model as it is; without rates, it stays in use.
        candidates: only those with a loss that is allowed and with rates can be chosen.

    Returns:
        All figures, the source's first, each with its outcome, exactly one of them chosen; and the reason.
    """
    good = [one for one in candidates if one.tool_s is not None and _holds(one, source)]
    best = min(good, key=lambda one: (one.tool_s or math.inf, one.size_bytes or 0), default=None)
    if best is None or not _is_faster(best, source):
        best = None
    judged = [_judge(source, source, chosen=best is None)]
    judged += [_judge(one, source, chosen=one is best) for one in candidates]
    return tuple(judged), _reason(source, best)


def _judge(one: Figures, source: Figures, *, chosen: bool) -> Figures:
    if chosen:
        outcome = Outcome.CHOSEN
    elif one.loss_nats is None:
        outcome = Outcome.LEFT_OUT
    elif not _holds(one, source):
        outcome = Outcome.WORSE
    else:
        outcome = Outcome.LEFT_OUT if one.tool_s is None else Outcome.SLOWER
    return one.model_copy(update={"outcome": outcome})


def _holds(one: Figures, source: Figures) -> bool:
    if one.loss_nats is None or source.loss_nats is None:
        return False
    return is_as_good(loss_excess(one.loss_nats, source.loss_nats))


def _is_faster(one: Figures, source: Figures) -> bool:
    return one.tool_s is not None and source.tool_s is not None and one.tool_s <= source.tool_s * (1 - SPEED_MARGIN)


def _reason(source: Figures, best: Figures | None) -> str:
    if best is None or best.tool_s is None or source.tool_s is None:
        return f"as it is, for nothing else was as good and took at least {SPEED_MARGIN:.0%} less time"
    excess = loss_excess(best.loss_nats or 0.0, source.loss_nats or 0.0)
    return (
        f"{best.quantization}, with which a tool of four seats takes {best.tool_s:.1f} s, and {source.tool_s:.1f} s as "
        f"it is; the loss changes by {excess:+.1%}, and {LOSS_TOLERANCE:+.0%} is allowed"
    )
