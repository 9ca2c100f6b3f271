"""A sound corpus of any size, in words that no language has: nothing in it is alike by chance.

Tools come in blocks of five, of one category, with panels of no ship to all. Every second block is train whole; of the
others, the split of a tool is `TURNS`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from panel.corpus import Standards
from panel.records import Persona

BLOCK = 5
TURNS = ("test", "dev", "train", "dev", "test")
SMALL = Standards(
    tools=10, categories=2, verdicts=40, split_tools=2, seat_ship_share=(0, 1), held_out_seat_ship_share=(0, 1)
)
"""What `make_tools(10)` keeps."""

_SYLLABLES = [consonant + vowel for consonant in "bdfglmnprstv" for vowel in "aeiou"]


def make_words(seed: int, *, count: int = 600, syllables: int = 3) -> list[str]:
    """Make different words."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(rng.choices(_SYLLABLES, k=syllables))] = None
    return list(found)


WORDS = make_words(0)


def make_sentence(seed: str, *, chars: int, words: Sequence[str] = WORDS) -> str:
    """Make a sentence of about so many characters; the same one for the same seed."""
    rng = random.Random(seed)
    text = rng.choice(words).capitalize()
    while len(text) < chars:
        text += f" {rng.choice(words)}"
    return f"{text}."


def make_tools(count: int, personas: Sequence[Persona]) -> list[dict[str, Any]]:
    """Make tools as their files hold them: `{"dossier": …, "gold": …}`; a multiple of five keeps the balance."""
    return [_make_tool(number, personas) for number in range(count)]


def write_tools(folder: Path, tools: Sequence[dict[str, Any]]) -> Path:
    """Write a corpus's files into a folder, which is made if need be."""
    for part, key in (("dossiers", "dossier"), ("verdicts", "gold")):
        (folder / part).mkdir(parents=True, exist_ok=True)
        for tool in tools:
            text = yaml.safe_dump(tool[key], allow_unicode=True, sort_keys=False)
            (folder / part / f"{tool['dossier']['slug']}.yaml").write_text(text, encoding="utf-8")
    return folder


def slug_of(number: int) -> str:
    """Return the slug of a tool by its number; their order is that of the numbers."""
    letters = "".join(chr(ord("a") + number // power % 26) for power in (676, 26, 1))
    return f"zyx{letters}"


def _make_tool(number: int, personas: Sequence[Persona]) -> dict[str, Any]:
    block, ships, slug = number // BLOCK, number % BLOCK, slug_of(number)
    dossier = {
        "slug": slug,
        "name": slug.capitalize(),
        "maker": f"{WORDS[number].capitalize()} Works",
        "category": f"{WORDS[block].capitalize()} tools",
        "tagline": make_sentence(f"{slug} tagline", chars=60),
        "description": make_sentence(f"{slug} description", chars=120),
        "licence": "MIT",
        "pricing": {"entry": "Free", "as_of": "2026-11-01", "source": "Price page"},
        "evidence": [
            {
                "id": f"e{item}",
                "source": "Guide",
                "retrieved": "2026-11-02",
                "text": " ".join(make_sentence(f"{slug} e{item} {part}", chars=90) for part in range(4)),
            }
            for item in range(3)
        ],
    }
    verdicts = {
        persona.slug: {
            "argument": {
                beat.id: make_sentence(f"{slug} {persona.slug} {beat.id}", chars=(beat.min_chars + beat.max_chars) // 2)
                for beat in persona.beats
            },
            "call": "ship" if (seat + block) % len(personas) < ships else "skip",
        }
        for seat, persona in enumerate(personas)
    }
    return {
        "dossier": dossier,
        "gold": {"tool": slug, "split": TURNS[ships] if block % 2 else "train", "verdicts": verdicts},
    }
