"""A figure: one quantity of a text beside the dossier's, each weighed by how well the words around it fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from panel.claims.claim import Claim, Kind, Quantity
from panel.claims.context import COUNTED, Context, read_contexts
from panel.claims.ground import Ground, Mention
from panel.claims.linking import link
from panel.claims.matching import is_comparable, is_same

SMALL = 10


@dataclass(slots=True)
class Figure:
    """A claim that is a quantity, and the dossier's quantities that it may speak of."""

    claim: Claim
    quantity: Quantity
    context: Context
    has_company: bool = False
    """Whether the text tells another figure of another name."""
    same: list[tuple[Mention, float]] = field(default_factory=list)
    """Mentions of the same value, the best fit first."""
    others: list[tuple[Mention, float]] = field(default_factory=list)

    @property
    def known(self) -> Quantity:
        """The quantity with the unit that the dossier gives it, where the text leaves it out."""
        mention = self.same[0][0].claim.quantity if self.same else None
        return self.quantity if mention is None or self.quantity.unit or self.quantity.noun else mention

    @property
    def best(self) -> float:
        """How well the best mention of the same value fits; nought without one."""
        return self.same[0][1] if self.same else 0.0


def read_figures(claims: Sequence[Claim], ground: Ground) -> Iterator[Figure]:
    """Weigh every quantity among the claims of one text against every comparable one of its dossier."""
    if not claims:
        return
    contexts = read_contexts(claims[0].within, claims, ground.own, ground.entities)
    dated = [claim for claim in claims if claim.kind in (*COUNTED, Kind.DATE)]
    mentions = ground.of(*COUNTED)
    for claim, context in zip(claims, contexts, strict=True):
        quantity = claim.quantity
        if quantity is None:
            continue
        has_company = any(other.names and not other.names & context.names for other in contexts)
        figure = Figure(claim, quantity, context, has_company)
        company = [other for other in dated if other is not claim]
        for mention in mentions:
            known = mention.claim.quantity
            if known is None:
                continue
            same = is_same(quantity, known)
            if same or is_comparable(quantity, known):
                score = link(claim, context, company, mention, ground)
                (figure.same if same else figure.others).append((mention, score))
        if not figure.same and (longer := _lean(claim, claims)) is not None:
            figure = _reread(figure, longer, company, mentions, ground)
        figure.same.sort(key=lambda pair: -pair[1])
        figure.others.sort(key=lambda pair: -pair[1])
        yield figure


def _lean(claim: Claim, claims: Sequence[Claim]) -> Quantity | None:
    """Return a bare number in the unit of the figure before it: "took 38 ms and embedding 400"; none without one."""
    quantity = claim.quantity
    if quantity is None or quantity.unit or quantity.noun or claim.text.isalpha():
        return None
    before = [other.quantity for other in claims if other.end <= claim.start and other.quantity is not None]
    last = before[-1] if before else None
    if last is None or last.unit not in ("second", "month", "byte") or not last.number:
        return None
    amount, binary = last.amount / last.number * quantity.number, last.binary / last.number * quantity.number
    return replace(quantity, unit=last.unit, amount=amount, binary=binary)


def _reread(
    figure: Figure, quantity: Quantity, company: Sequence[Claim], mentions: Sequence[Mention], ground: Ground
) -> Figure:
    """Weigh a figure in another reading of its number; unchanged where the dossier does not have that either."""
    claim = replace(figure.claim, value=quantity)
    read = Figure(figure.claim, quantity, figure.context, figure.has_company)
    for mention in mentions:
        known = mention.claim.quantity
        if known is not None and (is_same(quantity, known) or is_comparable(quantity, known)):
            score = link(claim, figure.context, company, mention, ground)
            (read.same if is_same(quantity, known) else read.others).append((mention, score))
    return read if read.same else figure


def is_small(figure: Figure) -> bool:
    """Tell whether a claim is a count in words up to ten."""
    quantity = figure.quantity
    return quantity.unit == "" and quantity.number <= SMALL and is_small_text(figure.claim.text)


def is_small_text(written: str) -> bool:
    """Tell whether a number is written in one word."""
    return written.isalpha()
