"""Severity: how often each persona is too kind or too hard, by what editors made of its calls.

An editor's final call is taken for the truth, and each persona's draft calls are held against it: of what editors
ship, how much did it ship (the true positive rate); of what they skip, how much did it skip (the true negative rate).
The intervals are Wilson's.

Editors read the draft before they decide, and leave most of what they read alone; so both rates are rather too high.

From the rates follows an adjusted share: what the share of ships would be if every seat erred as it is known to, seat
by seat (W. J. Rogan and B. Gladen, Estimating prevalence from the results of a screening test, American Journal of
Epidemiology 107, 1978). It divides by how much better than chance a persona is, and so is refused for personas that are
hardly better, and for those that are known from too few verdicts. It stands beside the share that was counted, never in
its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from panel.honesty.chance import wilson
from panel.records import Call, Record

LEAST_OF_EACH = 10
"""How many ships and how many skips of editors a persona's rates need before anything is adjusted by them."""

LEAST_EDGE = 0.2
"""How far a persona must be from chance, true positive plus true negative rate less 1: below, errors grow fivefold."""


class Rate(Record):
    """A share with its denominator and its 95 % interval."""

    count: int
    of: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of nothing."""
        return self.count / self.of if self.of else None


class Severity(Record):
    """How kind or hard one persona is, on one model."""

    true_positive: Rate
    """Of what editors ship: how much it ships."""
    true_negative: Rate
    """Of what editors skip: how much it skips."""

    @property
    def edge(self) -> float | None:
        """How far it is from chance, -1 to 1 (Youden's J); None when either rate is of nothing."""
        first, second = self.true_positive.value, self.true_negative.value
        return None if first is None or second is None else first + second - 1

    @property
    def refusal(self) -> str:
        """Why nothing is adjusted by it; "" when it is good enough."""
        for name, rate in (("ships", self.true_positive), ("skips", self.true_negative)):
            if rate.of < LEAST_OF_EACH:
                return f"editors' {name} behind it are {rate.of}, and {LEAST_OF_EACH} are needed"
        if self.edge is None or self.edge < LEAST_EDGE:
            return f"its calls are too near to chance ({self.edge:+.2f}, and {LEAST_EDGE:+.2f} is needed)"
        return ""


@dataclass(frozen=True, slots=True)
class AdjustedShare:
    """A tool's share of ships with each seat's known errors taken out.

    Attributes:
        value: 0 to 1; None when it is refused.
        raw: before it was cut to 0 to 1; None when it is refused.
        of: how many seats.
        refusal: why there is none; "" when there is one.
    """

    value: float | None
    raw: float | None
    of: int
    refusal: str


def make_rate(count: int, of: int) -> Rate:
    """Make a share with its interval."""
    bounds = wilson(count, of)
    return Rate(count=count, of=of, low=bounds[0] if bounds else None, high=bounds[1] if bounds else None)


def measure_severity(pairs: Iterable[tuple[Call, Call]]) -> Severity:
    """Measure one persona.

    Args:
        pairs: of each approved verdict the draft's call, then the editor's.
    """
    told = list(pairs)
    ships = [drafted for drafted, final in told if final is Call.SHIP]
    skips = [drafted for drafted, final in told if final is Call.SKIP]
    return Severity(
        true_positive=make_rate(ships.count(Call.SHIP), len(ships)),
        true_negative=make_rate(skips.count(Call.SKIP), len(skips)),
    )


def adjust_share(calls: Mapping[str, Call], known: Mapping[str, Severity]) -> AdjustedShare:
    """Take each seat's known errors out of one tool's share of ships.

    Rogan and Gladen's estimator for one seat is (call + true negative rate - 1) / (true positive + true negative rate -
    1), with 1 for ship and 0 for skip; the share is their mean, cut to 0 to 1.

    Args:
        calls: the drafts' calls by persona; missing seats have none.
        known: how severe each persona is.

    Returns:
        A refusal when there is no call, or when the severity of any of the seats is not known well enough.
    """
    if not calls:
        return AdjustedShare(None, None, 0, "no seat has a call")
    for persona in calls:
        refusal = known[persona].refusal if persona in known else "no editor has approved a verdict of it"
        if refusal:
            return AdjustedShare(None, None, len(calls), f"{persona}: {refusal}")
    parts = [_adjust(call, known[persona]) for persona, call in calls.items()]
    raw = sum(parts) / len(parts)
    return AdjustedShare(min(max(raw, 0.0), 1.0), raw, len(calls), "")


def _adjust(call: Call, severity: Severity) -> float:
    negative, edge = severity.true_negative.value, severity.edge
    assert negative is not None and edge is not None  # or it was refused
    return (float(call is Call.SHIP) + negative - 1) / edge
