"""What a dossier lists without counting it: "three plans" of a price list with two, "four rivals" of three."""

from __future__ import annotations

from panel.claims.claim import Place, Quantity
from panel.claims.stems import stem
from panel.records import Dossier

_PLANS_TEXT = "plans tiers"
_RIVALS_TEXT = "rivals competitors"
_PLANS = frozenset(stem(word) for word in _PLANS_TEXT.split())
_RIVALS = frozenset(stem(word) for word in _RIVALS_TEXT.split())


def find_list(quantity: Quantity, dossier: Dossier) -> Place | None:
    """Return the list that is too short for a count of plans or of rivals; none where it is long enough, or empty.

    A smaller count may mean some of them, so that only a larger one contradicts the list.
    """
    if quantity.unit or not quantity.number:
        return None
    tiers = dossier.pricing.tiers
    if quantity.noun in _PLANS and 0 < len(tiers) < quantity.number:
        return Place("pricing.tiers", ", ".join(tier.name for tier in tiers))
    if quantity.noun in _RIVALS and 0 < len(dossier.rivals) < quantity.number:
        return Place("rivals", ", ".join(dossier.rivals))
    return None
