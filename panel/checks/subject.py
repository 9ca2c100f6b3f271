"""The subject: one seat's text, and everything a check may hold against it.

Not here: any check. A subject knows what the seat was asked and what it was given to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from panel.records import Beat, BeatText, Dossier, Persona


@dataclass(frozen=True, slots=True)
class CheckSubject:
    """One seat's text with what was asked of it.

    Attributes:
        beats: the text to check, in the persona's order.
        persona: who wrote it; its beats carry the questions and the lengths.
        dossier: the tool it is about.
        other_tools: the run's other dossiers; empty when a tool is reviewed alone.
        prompt_text: the messages as sent, without the model's own earlier answers (repeating those is no
            echo); "" when unknown.
    """

    beats: tuple[BeatText, ...]
    persona: Persona
    dossier: Dossier
    other_tools: tuple[Dossier, ...] = ()
    prompt_text: str = ""

    def asked(self) -> Iterator[tuple[Beat, str]]:
        """Pair every beat of the persona with its text; "" where the beat was left out."""
        texts = {beat.id: beat.text for beat in self.beats}
        for beat in self.persona.beats:
            yield beat, texts.get(beat.id, "")

    def dossier_texts(self) -> Iterator[str]:
        """Yield every text of the dossier that a seat may have read, one field at a time."""
        dossier, pricing = self.dossier, self.dossier.pricing
        yield from (dossier.name, dossier.maker, dossier.category, dossier.tagline, dossier.description)
        yield from (dossier.licence, dossier.model_family or "", pricing.entry, pricing.source, *dossier.rivals)
        for tier in pricing.tiers:
            yield f"{tier.name} {tier.price} {tier.note or ''}"
        for item in dossier.evidence:
            yield from (item.source, item.text)

    def persona_texts(self) -> Iterator[str]:
        """Yield every text of the persona that instructs the model, one field at a time."""
        persona = self.persona
        yield from (persona.lens, persona.voice, *persona.ships_when, *persona.skips_when)
        yield from (beat.question for beat in persona.beats)
