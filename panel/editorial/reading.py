"""A verdict beside its dossier: every claim with what the dossier says to it, every sentence with its nearest passage.

An editor judges by reading the source. So nothing here explains; it points.
"""

from __future__ import annotations

from dataclasses import dataclass

from panel.claims import Resolved, best_passage, resolve_beats
from panel.editorial.fold import SeatState
from panel.materials import Materials
from panel.records import Passage
from panel.texts import sentence_spans


@dataclass(frozen=True, slots=True)
class Beside:
    """A sentence of a verdict, and the passage of the dossier that is nearest to it.

    Attributes:
        beat: the beat it stands in.
        sentence: as written.
        passage: None when the dossier shares no word with it.
    """

    beat: str
    sentence: str
    passage: Passage | None


def read_claims(state: SeatState, materials: Materials) -> tuple[Resolved, ...]:
    """Hold every claim of a seat's current text against its dossier; () without a text."""
    if state.verdict is None:
        return ()
    tool, persona = state.seat.tool, state.seat.persona
    return resolve_beats(state.verdict.beats, materials.shown(tool), materials.personas[persona])


def read_beside(state: SeatState, materials: Materials) -> tuple[Beside, ...]:
    """Set the nearest passage of the dossier (BM25) beside every sentence of a seat's current text."""
    if state.verdict is None:
        return ()
    dossier = materials.shown(state.seat.tool)
    beside: list[Beside] = []
    for beat in state.verdict.beats:
        for start, end in sentence_spans(beat.text):
            if sentence := beat.text[start:end].strip():
                found = best_passage(sentence, dossier)
                passage = Passage(place=found.place.field, text=found.text) if found else None
                beside.append(Beside(beat.id, sentence, passage))
    return tuple(beside)
