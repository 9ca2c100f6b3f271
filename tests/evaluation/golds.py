"""Gold of a few tools of a fresh newsroom, short dossiers, and answers in few words."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from panel.engine import Generation, OnProgress, Request, ScriptedEngine
from panel.engine.scripted import Script
from panel.evaluation.answers import Answer, Answers
from panel.personas import load_personas
from panel.records import BeatText, Call, Dossier, EngineIdentity, Evidence, Pricing, Seat

SPLITS = {"hushcap": "test", "ledgerlark": "test", "marrowdesk": "test", "foreglint": "train"}
"""Tools of the packaged newsroom; ledgerlark keeps its evidence in a file beside its dossier."""
LAST = "marrowdesk"
ORDER = ("dx", "competition", "futurist", "business")
SHIP, SKIP = Call.SHIP, Call.SKIP


def write_gold(room: Path, splits: Mapping[str, str] = SPLITS) -> Path:
    """Write a newsroom's gold: the dossiers it has, and a verdict of each reviewer, ships and skips in turn."""
    folder = room / "corpus"
    shutil.copytree(room / "dossiers", folder / "dossiers", dirs_exist_ok=True)
    (folder / "verdicts").mkdir(exist_ok=True)
    personas = [item.persona for item in load_personas(room / "personas", order=ORDER)]
    for number, (slug, split) in enumerate(splits.items()):
        verdicts = {
            persona.slug: {
                "argument": {beat.id: _say(slug, persona.slug, beat.id) for beat in persona.beats},
                "call": ("ship", "skip")[(number + rank) % 2],
            }
            for rank, persona in enumerate(personas)
        }
        gold = {"tool": slug, "split": split, "verdicts": verdicts}
        write_yaml(folder / "verdicts" / f"{slug}.yaml", gold)
    return folder


def write_yaml(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _say(slug: str, persona: str, beat: str) -> str:
    what = f"What {slug.capitalize()} gives the {persona} reviewer for the {beat.replace('_', ' ')}"
    return f"{what} is told in “plain” words, and nobody’s café pays for it."


def make_dossier(slug: str, text: str, **changes: Any) -> Dossier:
    """Make a dossier whose one excerpt says something; nothing else in it has a digit but its dates."""
    given: dict[str, Any] = {
        "slug": slug,
        "name": slug.capitalize(),
        "maker": f"{slug.capitalize()} Works",
        "category": "Tools",
        "tagline": "Does one thing",
        "description": "A tool.",
        "licence": "Proprietary",
        "pricing": Pricing(entry="Free", as_of=date(2026, 11, 2), source="Price page"),
        "evidence": (Evidence(id="notes", source="Notes", retrieved=date(2026, 11, 2), text=text),),
    }
    return Dossier(**given | changes)


def make_answer(*texts: str, call: Call = SHIP, p_ship: float | None = None) -> Answer:
    return Answer(tuple(BeatText(id=f"b{place}", text=text) for place, text in enumerate(texts)), call, p_ship)


def make_calls(*tools: str) -> Answers:
    """Make answers of calls alone: "+-." is a tool with a ship, a skip and a missing seat."""
    return {
        Seat(tool=f"t{number}", persona=f"p{rank}"): make_answer(call=SHIP if mark == "+" else SKIP)
        for number, marks in enumerate(tools)
        for rank, mark in enumerate(marks)
        if mark != "."
    }


def seats_of(*tools: str) -> list[list[Seat]]:
    return [
        [Seat(tool=f"t{number}", persona=f"p{rank}") for rank in range(len(marks))]
        for number, marks in enumerate(tools)
    ]


class Dead(BaseException):
    """What ends a process, as far as the code under test can see."""


class Teller(ScriptedEngine):
    """A scripted engine that remembers what it was asked and tells log-probabilities.

    Args:
        dies_at: the number of the request at which everything ends.
        dies_once: asked at every request for `LAST`; everything ends there as soon as it is true.
        name: of its model.
        script: as the scripted engine's.
    """

    def __init__(
        self,
        *,
        dies_at: int | None = None,
        dies_once: Callable[[], bool] | None = None,
        name: str = "teller",
        script: Script | None = None,
    ) -> None:
        super().__init__(script=script)
        self.asked: list[Request] = []
        self._dies_at, self._dies_once, self._name = dies_at, dies_once, name

    @property
    def identity(self) -> EngineIdentity:
        return super().identity.model_copy(update={"model_name": self._name})

    async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
        self.asked.append(request)
        if self._dies_at is not None and len(self.asked) >= self._dies_at:
            raise Dead
        if self._dies_once is not None and request.id.startswith(LAST):
            while not self._dies_once():
                await asyncio.sleep(0)
            raise Dead
        generation = await super().generate(request, on_progress)
        return tell(generation) if request.logprobs else generation

    def seats(self, *, logprobs: bool) -> list[str]:
        return [request.id for request in self.asked if request.logprobs == logprobs]


def tell(generation: Generation) -> Generation:
    """Add log-probabilities to an answer: a token a byte, each of 1/100 nat."""
    size = len(generation.text.encode())
    return replace(generation, logprobs=(-0.01,) * size, token_bytes=(1,) * size)
