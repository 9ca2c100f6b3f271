"""Copies of a tool under other facts: so that a model learns to copy from the dossier and not to remember.

Names and numbers are swapped in the dossier and its verdicts alike, and the evidence is put in another order. Years,
dates, licences, rivals and numbers of one digit stay: their meaning hangs on more than their digits.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from panel.corpus import GoldTool, GoldVerdict
from panel.records import Dossier

_NUMBER = re.compile(r"(?<![\w.,-])\$?(\d+(?:,\d{3})*(?:\.\d+)?)(?!\d|,\d|-\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")


def swap_facts(tool: GoldTool, names: Sequence[str], rng: random.Random) -> GoldTool:
    """Return the tool under another name and with other numbers.

    Args:
        tool: stays as it is.
        names: of other tools, to choose the new name from.
        rng: what chooses.
    """
    dossier = tool.dossier
    swaps = _swapped_numbers(dossier, rng)
    name = rng.choice(names)
    spellings = {dossier.name: name, dossier.name.lower(): name.lower(), dossier.slug: name.lower().replace(" ", "-")}
    pattern = re.compile("|".join(re.escape(old) for old in sorted(spellings, key=len, reverse=True)))

    def swap(text: str) -> str:
        text = pattern.sub(lambda found: spellings[found[0]], text)
        return _NUMBER.sub(lambda found: found[0].replace(found[1], swaps.get(found[1], found[1])), text)

    data = dossier.model_dump(mode="json")
    kept = {key: data.pop(key) for key in ("slug", "licence", "rivals", "url", "model_family")}
    poured = Dossier.model_validate({**_walk(data, swap), **kept})
    return GoldTool(
        poured,
        tool.split,
        {
            slug: GoldVerdict(
                argument={ident: swap(text) for ident, text in verdict.argument.items()}, call=verdict.call
            )
            for slug, verdict in tool.verdicts.items()
        },
    )


def shuffle_evidence(tool: GoldTool, rng: random.Random) -> GoldTool:
    """Return the tool with its evidence in another order."""
    evidence = list(tool.dossier.evidence)
    rng.shuffle(evidence)
    return GoldTool(tool.dossier.model_copy(update={"evidence": tuple(evidence)}), tool.split, tool.verdicts)


def _swapped_numbers(dossier: Dossier, rng: random.Random) -> dict[str, str]:
    text = " ".join(
        [dossier.description, dossier.tagline, *(item.text for item in dossier.evidence), *_prices(dossier)]
    )
    fixed = " ".join([dossier.licence, dossier.name, dossier.model_family or "", *dossier.rivals])
    found = dict.fromkeys(_NUMBER.findall(text))
    taken = set(found)
    swaps = {}
    for number in found:
        if sum(letter.isdigit() for letter in number) < 2 or _YEAR.fullmatch(number) or number in fixed:
            continue
        new = next((new for new in (_like(number, rng) for _ in range(20)) if new not in taken), number)
        taken.add(new)
        swaps[number] = new
    return swaps


def _like(number: str, rng: random.Random) -> str:
    """Make a number of the same shape: as many digits, the same points and the same zeros at its end."""
    core = number.rstrip("0") or number
    fresh = "".join(rng.choice("123456789") if letter.isdigit() and letter != "0" else letter for letter in core)
    return fresh + number[len(core) :]


def _prices(dossier: Dossier) -> list[str]:
    tiers = [f"{tier.price} {tier.note or ''}" for tier in dossier.pricing.tiers]
    return [dossier.pricing.entry, *tiers]


def _walk(value: Any, swap: Callable[[str], str]) -> Any:
    """Swap every text of plain data but for ids, addresses and dates."""
    if isinstance(value, dict):
        return {
            key: item if key in ("id", "url", "retrieved", "as_of") else _walk(item, swap)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_walk(item, swap) for item in value]
    return swap(value) if isinstance(value, str) else value
