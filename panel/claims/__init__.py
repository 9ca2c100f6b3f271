"""Claims: what a verdict says that can be looked up, and what its dossier says to it, told without a model.

text → claims (numbers, prices, dates, versions, licences, quotations, code, addresses, names) → resolved: supported
with the place, differing, absent, or outside what a dossier can say.
"""

from panel.claims.claim import Bound, Claim, Day, Kind, Licence, Place, Quantity, Resolved, Status
from panel.claims.finding import find_claims
from panel.claims.passages import best_passage
from panel.claims.resolving import resolve, resolve_beats

__all__ = [
    "Bound",
    "Claim",
    "Day",
    "Kind",
    "Licence",
    "Place",
    "Quantity",
    "Resolved",
    "Status",
    "best_passage",
    "find_claims",
    "resolve",
    "resolve_beats",
]
