"""Repetition: the same sentence twice, and words that go round in circles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from panel.checks.subject import CheckSubject
from panel.records import Finding
from panel.texts import Sentence, Word, clip_quote, find_sentences, find_words, shingles, word_keys

SAME_MIN_WORDS = 4
"""Shorter sentences ("It ships.") may come twice on purpose."""
NEAR_MIN_WORDS = 8
"""Below this, one changed word is a changed meaning."""
NEAR_WORD_SHARE = 0.8
NEAR_PAIR_SHARE = 0.6
"""Shared word pairs keep "A beats B" and "B beats A" apart, whose words are all the same."""
COMPARED_MAX = 200
"""Sentences compared with one another; a verdict has about ten, and comparing is quadratic."""

LOOP_MAX_WORDS = 12
LOOP_SCATTERED_WORDS = 3
LOOP_SCATTERED_TIMES = 4
_LETTER_LOOP = re.compile(r"([^\W\d_]{1,12}?)\1{7,}")


def check_repeated_sentence(subject: CheckSubject) -> Iterator[Finding]:
    """Find sentences that say again what an earlier one of the seat said, in nearly the same words."""
    earlier: list[Sentence] = []
    for beat in subject.beats:
        for sentence in find_sentences(beat.text):
            if len(sentence.keys) < SAME_MIN_WORDS or len(earlier) >= COMPARED_MAX:
                continue
            if any(_is_near_same(sentence.keys, other.keys) for other in earlier):
                yield Finding(
                    check="repeated-sentence",
                    beat=beat.id,
                    message="An earlier sentence already says this.",
                    instruction="Replace this sentence with a new point, or leave it out.",
                    quote=clip_quote(sentence.text),
                )
            earlier.append(sentence)


def check_loop(subject: CheckSubject) -> Iterator[Finding]:
    """Find words that repeat right after themselves, or that come back at least four times in a beat."""
    names = frozenset(word_keys(subject.dossier.name))
    for beat in subject.beats:
        words = find_words(beat.text)
        span = _find_adjacent(words) or _find_letters(beat.text) or _find_scattered(words, names)
        if span:
            yield Finding(
                check="loop",
                beat=beat.id,
                message="The beat repeats the same words over and over.",
                instruction="Say it once, in other words, and go on to a new point.",
                quote=clip_quote(beat.text[span[0] : span[1]]),
            )


def _is_near_same(first: Sequence[str], second: Sequence[str]) -> bool:
    if first == second:
        return True
    if min(len(first), len(second)) < NEAR_MIN_WORDS:
        return False
    one, two = Counter(first), Counter(second)
    if (one & two).total() < NEAR_WORD_SHARE * (one | two).total():
        return False
    pairs, other_pairs = shingles(first, 2), shingles(second, 2)
    return len(pairs & other_pairs) >= NEAR_PAIR_SHARE * len(pairs | other_pairs)


def _find_adjacent(words: Sequence[Word]) -> tuple[int, int] | None:
    """Find the first words that repeat right after themselves.

    One or two words must come three times ("had had" and "again and again and again" are English), three or
    more twice. Words `lag` apart are compared along the text, so the cost is its length times the longest lag.

    Returns:
        Where the repetition starts and has ended in the text; none when there is none.
    """
    for lag in range(1, LOOP_MAX_WORDS + 1):
        needed = lag if lag > 2 else 2 * lag
        run = 0
        for place in range(len(words) - lag):
            run = run + 1 if words[place].key == words[place + lag].key else 0
            if run == needed:
                return words[place - run + 1].start, words[place + lag].end
    return None


def _find_letters(text: str) -> tuple[int, int] | None:
    """Find up to twelve letters that repeat eight times inside one word; it sees scripts without spaces too."""
    match = _LETTER_LOOP.search(text)
    return match.span() if match else None


def _find_scattered(words: Sequence[Word], names: frozenset[str]) -> tuple[int, int] | None:
    """Find three words in a row that come back four times, unless all of them are the tool's name."""
    counts: Counter[tuple[str, ...]] = Counter()
    free_from: dict[tuple[str, ...], int] = {}
    for start in range(len(words) - LOOP_SCATTERED_WORDS + 1):
        part = words[start : start + LOOP_SCATTERED_WORDS]
        keys = tuple(word.key for word in part)
        if names.issuperset(keys) or start < free_from.get(keys, 0):
            continue
        counts[keys] += 1
        free_from[keys] = start + LOOP_SCATTERED_WORDS
        if counts[keys] == LOOP_SCATTERED_TIMES:
            return part[0].start, part[-1].end
    return None
