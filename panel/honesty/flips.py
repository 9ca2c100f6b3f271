"""Flips: how often a seat's call would come out the other way if only the call were drawn again.

At the token that decides, the engine reads the model's probability of ship over ship and skip: `p_ship`. A call drawn
again from it, at the run's own temperature, costs nothing: the distribution is known, no model is asked. The draws are
seeded by the run, the seat and the draft, so that the same draft has the same figure for ever; the exact rate that they
scatter around stands beside them.

It is the stability of the call given its argument, not of the argument: another argument could have led elsewhere, and
only a redraft shows that. Only the temperature is applied; at the decision an engine knows no penalty and no cut.
"""

from __future__ import annotations

import math
import random

from panel.records import Call, Draft, Flips, Manifest, Seat, sha256_of

SAMPLES = 8


def flips(draft: Draft, *, samples: int = SAMPLES, seed: int, temperature: float) -> Flips | None:
    """Draw a draft's call again.

    Args:
        draft: whose.
        samples: how often.
        seed: the run's; the seat's own draws follow from it.
        temperature: the run's; 0 always takes the likelier call, and so never flips what the engine decided.

    Returns:
        None when nobody knows the probability of the call: a script wrote it, or a server that tells none.

    Raises:
        ValueError: no draw is asked for.
    """
    if samples < 1:
        raise ValueError("at least one draw")
    if draft.p_ship is None:
        return None
    p_ship = tempered(draft.p_ship, temperature)
    drawn = [
        Call.SHIP if random.Random(flip_seed(seed, draft.seat, draft.n, number)).random() < p_ship else Call.SKIP
        for number in range(samples)
    ]
    return Flips(
        call=draft.call,
        flipped=sum(call is not draft.call for call in drawn),
        of=samples,
        rate=1 - p_ship if draft.call is Call.SHIP else p_ship,
        temperature=temperature,
    )


def tempered(p_ship: float, temperature: float) -> float:
    """Return the probability of ship when the choice is drawn at a temperature.

    The scores' difference is divided by the temperature: the logit of `p_ship` is. At 0 the likelier call is certain,
    and ship between equals, as engines decide it.
    """
    if p_ship in (0.0, 1.0):
        return p_ship
    if temperature == 0:
        return float(p_ship >= 0.5)
    logit = (math.log(p_ship) - math.log1p(-p_ship)) / temperature
    # Written for either sign, so that nothing overflows.
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))


def flip_seed(seed: int, seat: Seat, draft: int, number: int) -> int:
    """Derive the seed of one draw, 32 bits, from the run's seed, the seat, its draft and the draw's number."""
    return int(sha256_of(["flip", seed, seat.tool, seat.persona, draft, number])[:8], 16)


def run_flips(manifest: Manifest, draft: Draft, *, samples: int = SAMPLES) -> Flips | None:
    """Draw a run's draft again with the run's own seed and temperature; None as `flips`, and for a script's drafts."""
    if manifest.engine.engine == "scripted":
        return None
    return flips(draft, samples=samples, seed=manifest.seed, temperature=manifest.sampling.temperature)
