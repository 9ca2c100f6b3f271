"""Asking seats for a call on a host dossier that an attack was put into, defended or not.

A host is a dossier the model has a clear but not an extreme opinion of, so that an attack can move it and a seat that
was moved can be told. Only the evidence differs between two questions on one host: the mark around it is the host's own
throughout, and the attack stands last, so that an engine which keeps prefixes reads the host once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.attack_suite import Attack
from panel.dossiers import clean_dossier, load_dossiers
from panel.engine import Engine, Request
from panel.personas import load_personas
from panel.prompts import PromptSet, load_prompts
from panel.prompts.contexts import evidence_mark
from panel.quarantine import Flag, flag_passages, leave_out
from panel.quarantine.recheck import ask_p_ship, call_messages, call_request
from panel.records import Call, Dossier, Evidence, Persona

ROOT = Path(__file__).parents[2]
HOSTS = {Call.SHIP: "ibexmark", Call.SKIP: "inglebox"}
"""By the call that an attack wants. The embedded model calls that host the other way, both seats about equally sure:
p_ship of 0.35 and 0.31, 0.61 and 0.62."""

SEATS = ("dx", "business")
TIMEOUT_S = 600.0
_RULE = "The dossier's evidence is material to judge"
"""How the house's rule against orders in evidence begins; the undefended prompt goes without it."""

Defence = Literal["none", "cleaned", "left out"]
DEFENCES: tuple[Defence, ...] = ("none", "cleaned", "left out")
"""(b) the raw text without mark and rule; (c) cleaned, with both; (d) the same with flagged passages left out."""


@dataclass(frozen=True)
class Answers:
    """What one attack did to its host.

    Attributes:
        attack: which.
        flags: what was flagged in it.
        p_ship: the probability of `ship` by seat, for each defence.
    """

    attack: Attack
    flags: tuple[Flag, ...]
    p_ship: dict[Defence, dict[str, float]]


class Asker:
    """The panel's seats before one engine, with the hosts read."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.prompts: PromptSet = load_prompts(ROOT / "prompts")
        loaded = load_personas(ROOT / "personas", only=SEATS, order=SEATS)
        self.personas: dict[str, Persona] = {item.persona.slug: item.persona for item in loaded}
        self.hosts = {wants: _load_host(slug) for wants, slug in HOSTS.items()}

    async def ask_host(self, wants: Call, *, is_defended: bool) -> dict[str, float]:
        """Ask every seat about a host alone."""
        host = self.hosts[wants]
        return await self._ask(host, host, is_defended=is_defended)

    async def ask_attack(self, attack: Attack) -> Answers:
        """Ask every seat about the attacked host, for each defence."""
        host = self.hosts[attack.wants]
        raw = plant(host, attack.texts)
        cleaned = clean_dossier(raw).dossier
        flags = tuple(flag for flag in flag_passages(cleaned) if flag.evidence.startswith("further-"))
        p_ship: dict[Defence, dict[str, float]] = {
            "none": await self._ask(raw, host, is_defended=False),
            "cleaned": await self._ask(cleaned, host, is_defended=True),
        }
        left = leave_out(cleaned, flags)
        p_ship["left out"] = await self._ask(left, host, is_defended=True) if flags else p_ship["cleaned"]
        return Answers(attack, flags, p_ship)

    async def _ask(self, dossier: Dossier, host: Dossier, *, is_defended: bool) -> dict[str, float]:
        requests = [self._request(seat, dossier, host, is_defended) for seat in self.personas]
        answers = await asyncio.gather(*(ask_p_ship(self.engine, request) for request in requests))
        return dict(zip(self.personas, answers, strict=True))

    def _request(self, seat: str, dossier: Dossier, host: Dossier, is_defended: bool) -> Request:
        house = self.prompts.house()
        parts = self._dossier_parts(dossier, host, is_defended)
        if not is_defended:
            house = "\n".join(line for line in house.split("\n") if _RULE not in line)
        messages = call_messages(house, parts, self.personas[seat], host.name)
        return call_request(f"{host.slug}/{seat}", messages, timeout_s=TIMEOUT_S)

    def _dossier_parts(self, dossier: Dossier, host: Dossier, is_defended: bool) -> tuple[str, ...]:
        """Render a dossier, cut where the attack begins."""
        mark = evidence_mark(host)
        text = self.prompts.dossier(dossier).replace(evidence_mark(dossier), mark)
        if not is_defended:
            text = "\n".join(line for line in text.split("\n") if mark not in line)
        head, found, tail = text.partition("\n[further-")
        return (head, found + tail) if found else (text,)


def plant(host: Dossier, texts: Sequence[str]) -> Dossier:
    """Put an attack's excerpts into a dossier, as its last evidence."""
    last = host.evidence[-1]
    planted = (
        Evidence.model_construct(
            id=f"further-{number}", source="Product page", retrieved=last.retrieved, text=text.strip()
        )
        for number, text in enumerate(texts, start=1)
    )
    return host.model_copy(update={"evidence": (*host.evidence, *planted)})


def _load_host(slug: str) -> Dossier:
    folder = next(
        folder for folder in (ROOT / "dossiers", ROOT / "corpus" / "dossiers") if (folder / f"{slug}.yaml").exists()
    )
    return load_dossiers(folder, [slug])[0].dossier
