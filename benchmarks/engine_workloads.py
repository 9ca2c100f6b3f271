"""What the sides are asked: T tools x 4 personas, from the newsroom's own dossiers, personas and prompts.

Every request is built as a run builds it, and a second time with the persona before the dossier. From the third tool
on the dossiers are variants of the two bundled ones: other names, other numbers, shuffled sentences, so that two tools
share the house rules and nothing else. The same workload is built from the same name every time. Loads no model.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from benchmarks.engine_turns import ROOT
from panel.engine import Choice, Message, Request
from panel.materials import gather_materials
from panel.personas import CALL_MARKER, answer_limit_tokens, answer_schema
from panel.records import Call, Dossier, Persona, Sampling

BUNDLED = ("smolvlm2-turbo", "mistral-3b-edge")
PERSONAS = ("dx", "competition", "futurist", "business")
SAMPLED = Sampling()
GREEDY = Sampling(temperature=0, repetition_penalty=1)
"""For comparing texts. Without penalties: engines differ in which of an answer's own marks they count as repeated."""

_NAMES = ("Quillmark", "Vantor", "Ashgrove", "Pebblecast", "Zephyrline", "Ibexa", "Dunlin", "Korrin")
_FEWEST_CHARS = 20
_NO_TIMEOUT_S = 1e6


@dataclass(frozen=True, slots=True)
class Workload:
    """How much is asked: `tools` x 4 personas x `samples` answers."""

    tools: int
    samples: int = 1

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read `8x4` or `8x4x3`.

        Raises:
            ValueError: it is something else.
        """
        numbers = [int(number) for number in name.split("x")]
        if len(numbers) not in (2, 3) or numbers[1] != len(PERSONAS) or min(numbers) < 1:
            raise ValueError(f"{name}: a workload is TOOLSx{len(PERSONAS)} or TOOLSx{len(PERSONAS)}xSAMPLES")
        return cls(numbers[0], *numbers[2:])

    def __str__(self) -> str:
        return f"{self.tools}x{len(PERSONAS)}" + (f"x{self.samples}" if self.samples > 1 else "")


@dataclass(frozen=True, slots=True)
class Ask:
    """One answer that is wanted.

    Attributes:
        tool: whose answer it is, for knowing when a tool is finished.
        persona: who writes it.
        request: as Panel asks for it, the dossier before the persona.
        persona_first: the same words in the other usual order: the persona in the system turn, the dossier and the
            questions in the user's.
    """

    tool: str
    persona: Persona
    request: Request
    persona_first: tuple[Message, ...]


def build_asks(workload: Workload, *, is_greedy: bool, most_tokens: int) -> list[Ask]:
    """Build a workload's requests, tool by tool, the samples of a seat side by side.

    Args:
        workload: how many.
        is_greedy: whether the likeliest token is always taken.
        most_tokens: shorten the personas' beats so far that no answer can be longer; 0 leaves them as they are.
    """
    materials = gather_materials(ROOT, BUNDLED, persona_order=PERSONAS, personas=PERSONAS)
    bundled, house = list(materials.dossiers.values()), materials.prompts.house()
    asks = []
    for number in range(workload.tools):
        source = bundled[number % len(bundled)]
        dossier = source if number < len(bundled) else vary(source, number)
        told = materials.prompts.dossier(dossier)
        for whole in materials.personas.values():
            persona = shorten(whole, most_tokens) if most_tokens else whole
            task = materials.prompts.persona(persona, dossier)
            seat, asked = task.split(question := f"Review {dossier.name}.", 1)
            request = Request(
                id=f"{dossier.slug}/{persona.slug}",
                messages=(Message("system", (house,)), Message("user", (told, task))),
                schema=answer_schema(persona),
                choice=Choice(CALL_MARKER, tuple(call.value for call in Call)),
                sampling=GREEDY if is_greedy else SAMPLED,
                seed=0,
                max_tokens=answer_limit_tokens(persona),
                timeout_s=_NO_TIMEOUT_S,
                sample_choice=workload.samples > 1,
            )
            persona_first = (Message("system", (house, seat)), Message("user", (told, question + asked)))
            asks += [
                Ask(dossier.slug, persona, _numbered(request, sample, len(asks) + sample), persona_first)
                for sample in range(workload.samples)
            ]
    return asks


def _numbered(request: Request, sample: int, seed: int) -> Request:
    return replace(request, id=f"{request.id}#{sample}" if request.sample_choice else request.id, seed=7 + seed)


def shorten(persona: Persona, most_tokens: int) -> Persona:
    """Scale a persona's beats so that `answer_limit_tokens` is at most `most_tokens`, where that can be.

    A beat is never left less than 20 characters.
    """
    chars = sum(beat.max_chars for beat in persona.beats)
    scale = min(1.0, max(0, most_tokens - answer_limit_tokens(persona) + chars) / chars)
    beats = []
    for beat in persona.beats:
        longest = max(_FEWEST_CHARS, int(beat.max_chars * scale))
        shortest = max(1, min(int(beat.min_chars * scale), longest // 2))
        beats.append(beat.model_copy(update={"min_chars": shortest, "max_chars": longest}))
    return persona.model_copy(update={"beats": tuple(beats)})


def vary(dossier: Dossier, number: int) -> Dossier:
    """Make another tool's dossier of one: other names, other digits, each text's sentences in another order."""
    chance = random.Random(number)
    name = f"{_NAMES[number % len(_NAMES)]} {number}"
    # Each old name, the mark that stands for it while digits are changed, and what takes its place.
    names = [(dossier.name, "\ue000", name), (dossier.maker, "\ue001", f"{name} Labs")]
    if dossier.model_family:
        names.append((dossier.model_family, "\ue002", name))
    digits = str.maketrans("0123456789", "".join(chance.sample("0123456789", 10)))

    def reword(text: str) -> str:
        for old, mark, _ in names:
            text = text.replace(old, mark)
        text = text.translate(digits)
        for _, mark, new in names:
            text = text.replace(mark, new)
        sentences = re.split(r"(?<=[.!?])\s+", text)
        return " ".join(chance.sample(sentences, len(sentences)))

    evidence = [item.model_copy(update={"text": reword(item.text)}) for item in dossier.evidence]
    changes: dict[str, Any] = {
        "slug": f"variant-{number}",
        "name": name,
        "maker": f"{name} Labs",
        "tagline": reword(dossier.tagline),
        "description": reword(dossier.description),
        "rivals": tuple(f"{rival} {number}" for rival in dossier.rivals),
        "evidence": tuple(chance.sample(evidence, len(evidence))),
    }
    return dossier.model_copy(update=changes)


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Put a persona's schema so that llama.cpp's converters from JSON Schema to GBNF can take it, and take it rightly.

    They know no groups without a capture, and copy a pattern between quotation marks without escaping what it matches:
    a quotation mark inside a beat would end it. So the groups become plain ones, and beats get no quotation marks.
    """
    plain: dict[str, Any] = json.loads(json.dumps(schema))
    for beat in plain["properties"]["argument"]["properties"].values():
        pattern = beat["pattern"].replace("(?:", "(").replace('\\"', "")
        beat["pattern"] = pattern.replace("[^", '[^"')
    return plain


def is_verdict(text: str, schema: Mapping[str, Any]) -> bool:
    """Tell whether a text is JSON, with just the beats the schema wants, each matching its pattern, and a call."""
    try:
        data = json.loads(text)
        beats = data["argument"]
        patterns = {name: beat["pattern"] for name, beat in _beats(schema).items()}
        return (
            data.keys() == {"argument", "call"}
            and data["call"] in schema["properties"]["call"]["enum"]
            and list(beats) == list(patterns)
            and all(re.fullmatch(pattern, beats[name]) for name, pattern in patterns.items())
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _beats(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    beats: Mapping[str, Any] = schema["properties"]["argument"]["properties"]
    return beats


def count_unique(segmented: Sequence[Sequence[Sequence[int]]]) -> list[list[tuple[int, ...]]]:
    """Sort the different stretches of some prompts by their place: what has to be read even if nothing is read twice.

    Args:
        segmented: each prompt's segments, each of them tokens.

    Returns:
        For each place (house rules, dossier, persona with the opening of the answer) the different segments there,
        two of them different also when what stands before them is.
    """
    seen: list[dict[tuple[tuple[int, ...], ...], None]] = []
    for prompt in segmented:
        # The last segment opens the answer: a few tokens that are best read along with the persona.
        places = [tuple(segment) for segment in prompt[:-2]] + [(*prompt[-2], *prompt[-1])]
        for place in range(len(places)):
            if place == len(seen):
                seen.append({})
            seen[place].setdefault(tuple(places[: place + 1]))
    return [[path[-1] for path in paths] for paths in seen]
