"""The price read and the community vote in words.

Prices are texts and stay texts: two are the same when they are written the same, and nothing is computed of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from panel.compare.wording import end_sentence, join_names
from panel.records import Community, Dossier, write_day

NO_VOTES = "—"
"""What stands where readers have not voted; never a number."""


def write_prices(dossiers: Sequence[Dossier]) -> str:
    """Write the tools' entry prices, each with the day it was true and who says so.

    Returns:
        "Both start at …" where all prices are written the same, else each in turn; "—" without tools.
    """
    if not dossiers:
        return NO_VOTES
    if len(dossiers) > 1 and len({dossier.pricing.entry for dossier in dossiers}) == 1:
        return _write_same_price(dossiers)
    parts = [
        f"{dossier.name} starts at {dossier.pricing.entry} "
        f"(as of {write_day(dossier.pricing.as_of)}, {dossier.pricing.source})"
        for dossier in dossiers
    ]
    return end_sentence("; ".join(parts))


def write_community(names: Sequence[str], votes: Sequence[Community | None]) -> str:
    """Write the readers' votes: "61 % of 218 readers ship A; — for B."; "—" when nobody voted on any tool."""
    if not any(votes):
        return NO_VOTES
    parts = []
    for name, vote in zip(names, votes, strict=True):
        if vote is None:
            parts.append(f"{NO_VOTES} for {name}")
        else:
            readers = "1 reader ships" if vote.votes == 1 else f"{vote.votes} readers ship"
            parts.append(f"{vote.ship_pct} % of {readers} {name}")
    return end_sentence("; ".join(parts))


def _write_same_price(dossiers: Sequence[Dossier]) -> str:
    days = {dossier.pricing.as_of for dossier in dossiers}
    if len(days) == 1:
        when = f"as of {write_day(dossiers[0].pricing.as_of)}"
    else:
        when = "; ".join(f"{dossier.name} as of {write_day(dossier.pricing.as_of)}" for dossier in dossiers)
    every = "Both" if len(dossiers) == 2 else f"All {len(dossiers)}"
    named: dict[str, list[str]] = {}
    for dossier in dossiers:
        named.setdefault(dossier.pricing.source, []).append(dossier.name)
    sources = "; ".join(f"{source} for {join_names(tools)}" for source, tools in named.items())
    price = f"{every} start at {dossiers[0].pricing.entry} ({when})."
    return end_sentence(f"{price} {'Source' if len(named) == 1 else 'Sources'}: {sources}")
