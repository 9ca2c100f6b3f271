"""The ground: one dossier cut into sentences, with every claim that those make themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import log

from panel.claims.anchors import find_names
from panel.claims.claim import Claim, Day, Kind, Place, Quantity
from panel.claims.context import COUNTED, Context, read_contexts
from panel.claims.finding import find_claims
from panel.claims.known import FORMATS, GENERIC
from panel.claims.matching import equals
from panel.claims.names import locate_names
from panel.claims.quantities import find_quantities
from panel.claims.stems import stem, words_of
from panel.records import Dossier
from panel.texts import sentence_spans, word_keys

_POSSESSIVE = re.compile(r"['’]s\b")
_FIRST, _SECOND = (
    re.compile(r"\bthe (?:first|former)\b(?!\s+\w+s?\b\s*(?:,|and))"),
    re.compile(r"\bthe (?:second|latter)\b"),
)
_COUNTED_END = re.compile(r",|;|\bbetween\b|\bin\b|\bfrom\b")
_JOINT = re.compile(r"[-_/.]")


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence of a dossier.

    Attributes:
        place: where it stands.
        text: the sentence.
        before: what it leans on: the title of its source, the sentence before.
        read_as: the sentence with "the first" and "the second" put in words; "" where it has none.
    """

    place: Place
    text: str
    before: str = ""
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A claim that the dossier itself makes.

    Attributes:
        claim: with its place in the passage's text.
        passage: where.
        context: the words around it.
        names_something: whether its sentence has any name.
    """

    claim: Claim
    passage: Passage
    context: Context = field(repr=False)
    names_something: bool = False


class Ground:
    """One dossier, made ready to be looked into."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.passages = tuple(_passages(dossier))
        self.own = frozenset(word.stem for word in words_of(f"{dossier.name} {dossier.slug.replace('-', ' ')}"))
        self.read_on = frozenset(Day.of(day) for day in _readings(dossier))
        self.entities = frozenset(_entities(dossier, self.passages)) - self.own
        counts = Counter(one for passage in self.passages for one in {word.stem for word in words_of(passage.text)})
        self._rarity = {one: log(1 + len(self.passages) / count) for one, count in counts.items()}
        self._most = log(1 + len(self.passages))
        self.mentions = tuple(self._find_mentions())
        # One text after the other with a mark between them, so that no phrase is found across two.
        self._words = " | ".join(("", *(" ".join(fold_words(passage.text)) for passage in self.passages), ""))
        self._plain = "\n".join(squeeze(passage.text) for passage in self.passages)
        self.groups = tuple(self._group())
        self._values: dict[int, list[object]] = {}
        for mention in self.of(*COUNTED, Kind.DATE):
            self._values.setdefault(id(mention.passage), []).append(mention.claim.value)
        self._likes: dict[tuple[int, object], int] = {}

    def rarity(self, word: str) -> float:
        """Return how much a word says: the fewer sentences of the dossier have it, the more."""
        return self._rarity.get(word, self._most)

    def knows(self, word: str) -> bool:
        """Tell whether any sentence of the dossier has a word, by its stem."""
        return word in self._rarity

    def of(self, *kinds: Kind) -> tuple[Mention, ...]:
        """Return the mentions of some kinds."""
        return tuple(mention for mention in self.mentions if mention.claim.kind in kinds)

    def _group(self) -> Iterator[tuple[Quantity, ...]]:
        """Gather the quantities that may be reckoned with together: those of one source, and all that is paid."""
        fields: dict[str, list[Quantity]] = {}
        for mention in self.mentions:
            quantity, where = mention.claim.quantity, mention.passage.place.field
            if quantity is not None and quantity.unit != "version":
                fields.setdefault(where, []).append(quantity)
        yield from map(tuple, fields.values())

    def count_like(self, value: object, passage: Passage) -> int:
        """Count the figures and dates of a passage that have a value; remembered, since every mention there asks."""
        key = (id(passage), value)
        if key not in self._likes:
            self._likes[key] = sum(equals(value, known) for known in self._values.get(id(passage), ()))
        return self._likes[key]

    def holds_words(self, phrase: str) -> bool:
        """Tell whether the dossier has these words in a row, whatever their case, punctuation and plural."""
        words = " ".join(fold_words(phrase))
        forms = (words, f"{words}s", words.removesuffix("s"), words.removesuffix("es")) if words else ()
        return any(f" {form} " in self._words for form in forms)

    def find_words(self, phrase: str) -> Passage | None:
        """Return the first passage with these words in a row; none without one."""
        for form in (phrase, f"{phrase}s", phrase.removesuffix("s"), phrase.removesuffix("es")):
            words = f" {' '.join(fold_words(form))} "
            for passage in self.passages:
                if words.strip() and words in f" {' '.join(fold_words(passage.text))} ":
                    return passage
        return None

    def find_text(self, written: str) -> Passage | None:
        """Return the first passage with these very letters as whole words; none without one."""
        wanted = squeeze(written)
        pattern = re.compile(
            rf"(?<!\w){re.escape(wanted)}(?![\w/])" if wanted[:1].isalnum() else re.escape(wanted), re.I
        )
        return next((passage for passage in self.passages if pattern.search(squeeze(passage.text))), None)

    def _find_mentions(self) -> Iterator[Mention]:
        for passage in self.passages:
            claims = find_claims(passage.read_as or passage.text)
            contexts = read_contexts(passage.read_as or passage.text, claims, self.own, self.entities, passage.before)
            names = bool(find_names(passage.text, self.own, self.entities))
            for claim, context in zip(claims, contexts, strict=True):
                yield Mention(claim, passage, context, names)


@lru_cache(maxsize=64)
def ground_of(dossier: Dossier) -> Ground:
    """Make a dossier ready, once: every seat of a tool is held against the same."""
    return Ground(dossier)


@lru_cache(maxsize=8192)
def fold_words(text: str) -> tuple[str, ...]:
    """Return a text's words without case and punctuation; what a dash, dot or slash joins are words of their own."""
    return word_keys(_JOINT.sub(" ", _POSSESSIVE.sub("", text)))


def squeeze(text: str) -> str:
    """Return a text with plain quotation marks and single spaces."""
    plain = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').replace("…", "...")
    return " ".join(plain.split())


def _passages(dossier: Dossier) -> Iterator[Passage]:
    named = {
        "name": dossier.name, "maker": dossier.maker, "category": dossier.category, "tagline": dossier.tagline,
        "licence": dossier.licence, "model_family": dossier.model_family or "", "url": str(dossier.url or ""),
    }  # fmt: skip
    for where, text in named.items():
        if text:
            yield Passage(Place(where, text), text)
    yield from _sentences("description", dossier.description, "")
    pricing = dossier.pricing
    yield Passage(Place("pricing.entry", pricing.entry), pricing.entry)
    dated = f"{pricing.source}, {pricing.as_of.isoformat()} {pricing.url or ''}".strip()
    yield Passage(Place("pricing.as_of", dated), dated)
    for place, tier in enumerate(pricing.tiers):
        text = f"{tier.name}: {tier.price}" + (f"; {tier.note}" if tier.note else "")
        yield Passage(Place(f"pricing.tiers[{place}]", text), text)
    for rival in dossier.rivals:
        yield Passage(Place("rivals", rival), rival)
    for item in dossier.evidence:
        source = f"{item.source}, {item.retrieved.isoformat()} {item.url or ''}".strip()
        yield Passage(Place(f"evidence:{item.id}", source), source)
        yield from _sentences(f"evidence:{item.id}", item.text, item.source)


def _sentences(where: str, text: str, source: str) -> Iterator[Passage]:
    last = ""
    for start, end in sentence_spans(text):
        sentence = text[start:end].strip()
        if sentence:
            yield Passage(Place(where, sentence), sentence, f"{source}. {last}".strip(". "), _spell_out(sentence, last))
            last = sentence


def _spell_out(sentence: str, last: str) -> str:
    """Put what "the first" and "the second" stand for in their place: what the sentence before counts, in its order."""
    if not (_FIRST.search(sentence) and _SECOND.search(sentence)):
        return ""
    counted = [span for span in find_quantities(last) if not span.quantity.unit and last[span.start].isdigit()]
    if len(counted) < 2:
        return ""
    first = last[counted[0].end : counted[1].start].strip(" ,;").removesuffix(" and")
    second = _COUNTED_END.split(last[counted[1].end :].strip(" ."))[0]
    return _SECOND.sub(second.strip(), _FIRST.sub(first.strip(), sentence, 1), 1)


def _readings(dossier: Dossier) -> Iterator[date]:
    """Yield the days on which the prices and the sources were read: those say nothing about the tool."""
    yield dossier.pricing.as_of
    yield from (item.retrieved for item in dossier.evidence)


def _entities(dossier: Dossier, passages: Sequence[Passage]) -> Iterator[str]:
    """Yield the stems of the names in a dossier."""
    for name in (dossier.maker, *dossier.rivals, dossier.model_family or ""):
        yield from (word.stem for word in words_of(name) if word.text[0].isupper())
    # A rival that is written small is known by its very letters: "promptfoo".
    for name in dossier.rivals:
        if name.islower() and " " not in name:
            yield from (f"~{name}", stem(name))
    for passage in passages:
        for span in locate_names(passage.text):
            if not span.opens:
                yield from (
                    word.stem
                    for word in words_of(span.name)
                    if len(word.text) > 1 and word.is_content and word.text not in FORMATS | GENERIC
                )


def days_of(ground: Ground) -> tuple[Day, ...]:
    """Return every date of a dossier."""
    return tuple(mention.claim.value for mention in ground.of(Kind.DATE) if isinstance(mention.claim.value, Day))
