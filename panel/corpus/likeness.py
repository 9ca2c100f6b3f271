"""Likeness: sentences, stretches and openings that come again, within a tool and from tool to tool.

What comes again is learnt by heart; and what stands in two splits is no test. Candidates come from MinHash with
locality-sensitive hashing, each is verified on the very words. All of it is deterministic, and near linear in the
number of sentences.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from panel.corpus.faults import CORPUS, Fault, Passage
from panel.corpus.standards import Standards
from panel.errors import SetupError
from panel.texts import Word, find_sentences, find_words, jaccard, shingles, word_keys

_PERMUTATIONS, _BANDS, _SEED = 96, 32, 1
"""Three rows a band: of pairs at 0.6, one in 2,400 is missed; of pairs at 0.1, three in a hundred are looked at."""

_NAMED_PLACES = 5


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A sentence that is nearly an earlier one.

    Attributes:
        passage: where it stands.
        sentence: its text.
        earlier: where the earlier one stands.
        earlier_sentence: the earlier one's text.
        jaccard: the share of shingles they have in common, of all that either has, 0 to 1.
    """

    passage: Passage
    sentence: str
    earlier: Passage
    earlier_sentence: str
    jaccard: float

    @property
    def within_argument(self) -> bool:
        """Whether both stand in one seat's argument about one tool."""
        mine, earlier = self.passage.place, self.earlier.place
        return bool(mine.seat) and (mine.tool, mine.seat) == (earlier.tool, earlier.seat)

    @property
    def fault(self) -> Fault:
        """The fault it is."""
        said = f'nearly the sentence "{self.earlier_sentence}" of {_tell(self.earlier, self.passage)}'
        return Fault("near-duplicate", self.passage.place, said, self.sentence)


def find_duplicates(passages: Iterable[Passage], standards: Standards) -> Iterator[Duplicate]:
    """Find sentences that are nearly the same as an earlier one, each once.

    Of several earlier ones, one of another split is named, else the first.

    Raises:
        SetupError: the library that finds candidates is not installed.
    """
    rensa = _load_rensa()
    sentences = [
        (passage, sentence.text, shingles(sentence.keys, standards.near_shingle_words))
        for passage in passages
        for sentence in find_sentences(passage.text)
        if len(sentence.keys) >= standards.near_words
    ]
    tokens = [sorted(" ".join(gram) for gram in grams) for _, _, grams in sentences]
    sketches = rensa.RMinHash.from_token_sets(tokens, _PERMUTATIONS, _SEED)
    index = rensa.RMinHashLSH(threshold=standards.near_jaccard, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    for number, ((passage, text, grams), sketch) in enumerate(zip(sentences, sketches, strict=True)):
        alike = [
            Duplicate(passage, text, sentences[other][0], sentences[other][1], share)
            for other in sorted(index.query(sketch))
            if (share := jaccard(grams, sentences[other][2]) or 0.0) >= standards.near_jaccard
        ]
        index.insert(number, sketch)
        if alike:
            yield next((found for found in alike if found.earlier.split is not passage.split), alike[0])


def check_runs(passages: Iterable[Passage], duplicates: Sequence[Duplicate], standards: Standards) -> Iterator[Fault]:
    """Find words in a row that the verdicts of an earlier tool have.

    Those inside a sentence that is told as a near-duplicate of another tool's verdict are not told again.
    """
    told = defaultdict(list)
    for duplicate in duplicates:
        if duplicate.earlier.place.seat and duplicate.earlier.place.tool != duplicate.passage.place.tool:
            told[duplicate.passage.place].append(duplicate.sentence)
    first: dict[tuple[str, ...], Passage] = {}
    for passage in passages:
        words = find_words(passage.text)
        for start, end, earlier in _shared(words, first, passage, standards.run_words):
            quote = passage.text[words[start].start : words[end - 1].end]
            if not any(quote in sentence for sentence in told[passage.place]):
                said = f"the same {end - start} words in a row as in {_tell(earlier, passage)}"
                yield Fault("shared-words", passage.place, said, quote)
        for gram in shingles([word.key for word in words], standards.run_words):
            first.setdefault(gram, passage)


def check_openings(passages: Sequence[Passage], standards: Standards) -> Iterator[Fault]:
    """Find first words with which too many beats begin."""
    beats = defaultdict(list)
    for passage in passages:
        keys = word_keys(passage.text)
        if len(keys) >= standards.opening_words:
            beats[keys[: standards.opening_words]].append(passage.place)
    most = max(standards.opening_beats, standards.opening_share * len(passages))
    for keys, places in beats.items():
        if len(places) > most:
            named = "; ".join(str(place) for place in places[:_NAMED_PLACES])
            more = f" and {len(places) - _NAMED_PLACES} more" if len(places) > _NAMED_PLACES else ""
            said = f"{len(places)} of {len(passages)} beats begin so, at most {int(most)} may ({named}{more})"
            yield Fault("opening", CORPUS, said, " ".join(keys))


def _load_rensa() -> Any:
    # Imported by name: gold is read without it too.
    try:
        return importlib.import_module("rensa")
    except ImportError as error:
        raise SetupError(
            "the library rensa, which finds sentences that come again, is not installed",
            hint="Install it with `pip install 'panel[corpus]'`.",
        ) from error


def _shared(
    words: Sequence[Word], first: dict[tuple[str, ...], Passage], passage: Passage, size: int
) -> Iterator[tuple[int, int, Passage]]:
    """Yield the longest stretches that stand in other tools' earlier passages: first word, last word and one, where."""
    begun: tuple[int, Passage] | None = None
    for start in range(len(words) - size + 2):
        gram = tuple(word.key for word in words[start : start + size])
        earlier = first.get(gram)
        if earlier is not None and earlier.place.tool != passage.place.tool:
            begun = begun or (start, earlier)
        elif begun:
            yield begun[0], start + size - 1, begun[1]
            begun = None


def _tell(earlier: Passage, passage: Passage) -> str:
    if earlier.split is passage.split:
        return str(earlier.place)
    return f"{earlier.place}, across splits ({earlier.split} and {passage.split})"
