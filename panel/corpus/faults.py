"""Faults: what is wrong with a corpus, and where. The places know files and beats, and nothing of any rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from panel.corpus.gold import GoldTool, Split
from panel.records import Persona
from panel.texts import clip_quote


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault is.

    Attributes:
        file: below the corpus's folder; "" when it is the corpus as a whole.
        tool: its slug; "" when it is the corpus as a whole.
        seat: the persona's slug; "" when it is no verdict.
        beat: the beat's id; "" when it is a whole verdict, or none.
        excerpt: the evidence's id; "" when it is none.
    """

    file: str = ""
    tool: str = ""
    seat: str = ""
    beat: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        """Render as `file: seat.beat`, leaving out what is unknown; the whole corpus is `corpus`."""
        if self.excerpt:
            return f"{self.file}: evidence.{self.excerpt}"
        where = f"{self.seat}.{self.beat}" if self.beat else self.seat
        return f"{self.file}: {where}" if where else self.file or "corpus"


CORPUS = Place()
"""The corpus as a whole."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of the corpus: a beat, or an excerpt of the evidence."""

    place: Place
    split: Split
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what a corpus holds.

    Attributes:
        rule: which rule is broken: "near-duplicate".
        place: where.
        message: what is wrong and what would be right.
        quote: the words it is about; "" when there are none.
    """

    rule: str
    place: Place
    message: str
    quote: str = ""

    def __str__(self) -> str:
        """Render as `file: seat.beat: rule: message: "quote"`, on one line."""
        quote = " ".join(clip_quote(self.quote).split())
        return f"{self.place}: {self.rule}: {self.message}" + (f': "{quote}"' if quote else "")


def dossier_place(tool: GoldTool, excerpt: str = "") -> Place:
    """Return the place of a tool's dossier, or of one of its excerpts."""
    return Place(f"dossiers/{tool.dossier.slug}.yaml", tool.dossier.slug, excerpt=excerpt)


def verdict_place(tool: GoldTool, seat: str = "", beat: str | None = None) -> Place:
    """Return the place of a tool's verdicts, of one verdict or of one beat."""
    return Place(f"verdicts/{tool.dossier.slug}.yaml", tool.dossier.slug, seat, beat or "")


def verdict_passages(tools: Iterable[GoldTool]) -> Iterator[Passage]:
    """Yield every beat, tool by tool in the order of its seats."""
    for tool in tools:
        for seat, verdict in tool.verdicts.items():
            for beat, text in verdict.argument.items():
                yield Passage(verdict_place(tool, seat, beat), tool.split, text)


def evidence_passages(tools: Iterable[GoldTool]) -> Iterator[Passage]:
    """Yield every excerpt, tool by tool."""
    for tool in tools:
        for item in tool.dossier.evidence:
            yield Passage(dossier_place(tool, item.id), tool.split, item.text)


def sort_faults(faults: Iterable[Fault], personas: Sequence[Persona]) -> tuple[Fault, ...]:
    """Sort faults by file, and within a file as it is read; those of the whole corpus come first."""
    beats = [(persona.slug, beat) for persona in personas for beat in ("", *(beat.id for beat in persona.beats))]
    ranks = {place: rank for rank, place in enumerate(beats)}
    return tuple(
        sorted(faults, key=lambda fault: (fault.place.file, ranks.get((fault.place.seat, fault.place.beat), -1)))
    )
