"""Grounding: how much of what a verdict takes from somewhere it takes from its dossier.

Four kinds of things are counted, each found without a model: facts with digits, names of licences, quotations, names. A
thing is supported when the dossier holds it; whether it is used rightly there, nobody asks here. What is no such thing
("slow", "early") is counted nowhere. Gold is measured the same way: its shares say how much the counting itself misses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from panel.claims.licences import find_licences, is_stated
from panel.claims.names import find_names
from panel.claims.quotations import find_quotations
from panel.evaluation.answers import Answer
from panel.facts import FactForms, fact_forms, has_digit, unsupported_numbers
from panel.facts.forms import dossier_texts
from panel.records import Dossier, Persona
from panel.texts import word_keys

_NOTHING = FactForms((), frozenset())
_POSSESSIVE = re.compile(r"['’]s\b")
_JOINT = re.compile(r"[-_/]")


class Support(NamedTuple):
    """How many things of a kind a text has, and how many of them its dossier holds."""

    supported: int
    total: int

    def __add__(self, other: object) -> Support:
        """Add up two texts' counts."""
        if not isinstance(other, Support):
            return NotImplemented
        return Support(self.supported + other.supported, self.total + other.total)


class Ground:
    """One dossier, made ready to be looked into."""

    def __init__(self, dossier: Dossier) -> None:
        self._dossier = dossier
        texts = tuple(dossier_texts(dossier))
        # One text after the other with a mark between them, so that no phrase is found across two.
        self._words = " | ".join(("", *(" ".join(fold_words(text)) for text in texts), ""))
        self._licences = [licence for text in texts for licence in find_licences(text)]

    def holds(self, phrase: str) -> bool:
        """Tell whether the dossier has these words in a row, whatever their case, punctuation and plural."""
        words = " ".join(fold_words(phrase))
        forms = (words, f"{words}s", words.removesuffix("s")) if words else ()
        return any(f" {form} " in self._words for form in forms)

    def weigh(self, answer: Answer, persona: Persona) -> dict[str, Support]:
        """Count the things of each kind in a verdict."""
        found = dict.fromkeys(KINDS, Support(0, 0))
        years = {beat.id: beat.forecast_years for beat in persona.beats}
        for beat in answer.beats:
            quotations = find_quotations(beat.text)
            licences = find_licences(beat.text)
            names = find_names(beat.text)
            found["numbers"] += self._weigh_numbers(beat.text, years.get(beat.id, ()))
            found["licences"] += Support(sum(is_stated(one, self._licences) for one in licences), len(licences))
            found["quotations"] += Support(sum(map(self.holds, quotations)), len(quotations))
            found["names"] += Support(sum(map(self.holds, names)), len(names))
        return found

    def _weigh_numbers(self, text: str, years: tuple[int, ...]) -> Support:
        unsupported = filter(has_digit, unsupported_numbers(text, fact_forms(self._dossier, years=years)))
        total = len(find_digits(text))
        return Support(total - len(tuple(unsupported)), total)


KINDS = ("numbers", "licences", "quotations", "names")


def find_digits(text: str) -> tuple[str, ...]:
    """List the numbers, prices, versions and names with digits in a text; numbers in words are left out."""
    # What a dossier without any fact would not support.
    return tuple(filter(has_digit, unsupported_numbers(text, _NOTHING)))


def fold_words(text: str) -> tuple[str, ...]:
    """Return a text's words without case and punctuation; what a dash or a slash joins are words of their own."""
    return word_keys(_JOINT.sub(" ", _POSSESSIVE.sub("", text)))


def add_support(counts: Iterable[Mapping[str, Support]]) -> dict[str, Support]:
    """Add up several verdicts' counts; nothing of each kind for no verdict."""
    total = dict.fromkeys(KINDS, Support(0, 0))
    for count in counts:
        total = {kind: total[kind] + count[kind] for kind in KINDS}
    return total
