"""A dossier without its flagged passages: what the call is asked on again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from panel.quarantine.flags import Flag
from panel.records import Dossier, Evidence


def leave_out(dossier: Dossier, flags: Iterable[Flag]) -> Dossier:
    """Leave flagged passages out of a dossier, with nothing in their place.

    Args:
        dossier: the very one that was flagged.
        flags: in any order; they may overlap.

    Returns:
        The dossier with the rest; an excerpt of which nothing is left is gone. The same object without flags.

    Raises:
        ValueError: a flag is not of this dossier.
    """
    by_evidence: dict[str, list[Flag]] = {}
    for flag in flags:
        by_evidence.setdefault(flag.evidence, []).append(flag)
    if not by_evidence:
        return dossier
    texts = {item.id: item.text for item in dossier.evidence}
    for flag in (flag for found in by_evidence.values() for flag in found):
        if texts.get(flag.evidence, "")[flag.start : flag.end] != flag.quote:
            raise ValueError(f"the flag on {flag.evidence} is not of this dossier")
    kept = (_without(item, by_evidence.get(item.id, ())) for item in dossier.evidence)
    return dossier.model_copy(update={"evidence": tuple(item for item in kept if item.text)})


def _without(item: Evidence, flags: Sequence[Flag]) -> Evidence:
    if not flags:
        return item
    pieces, position = [], 0
    for flag in sorted(flags, key=lambda flag: (flag.start, flag.end)):
        pieces.append(item.text[position : flag.start].strip())
        position = max(position, flag.end)
    pieces.append(item.text[position:].strip())
    return item.model_copy(update={"text": " ".join(piece for piece in pieces if piece)})
