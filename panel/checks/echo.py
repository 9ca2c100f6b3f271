"""Echoes: beats that hand back what the model was given, its question, its instructions or its dossier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from panel.checks.subject import CheckSubject
from panel.records import Finding
from panel.texts import CLOSERS, Word, clip_quote, find_sentences, find_words, shingles, word_keys

INSTRUCTION_RUN_WORDS = 12
DOSSIER_RUN_WORDS = 25
"""A phrase of the dossier is a good quote; a paragraph is a paste."""

QUESTION_SHINGLE = 3
QUESTION_MIN_WORDS = 6
"""Shorter questions share half their words with any answer; only their exact repetition counts."""
QUESTION_SHARE = 0.7
"""How much of the question the beat must hold. "For this reviewer to be wrong, …" holds half: a fair start."""
ECHOED_SHARE = 0.5
"""How much of the beat that must be: "The first real task is …" is no echo when an answer of its length follows."""
NOTHING_NEW_SHARE = 0.85
"""How many of a beat's different words the question must already have for the beat to say nothing."""
NOTHING_NEW_MIN_WORDS = 8
"""A short answer to "early, on time or late?" rightly has only the question's words."""

ASKED_BACK_SHARE = 0.6
"""How many of a question's different words the persona's question must have for it to be that question, asked back."""
ASKED_BACK_MIN_WORDS = 5
"""A shorter question ("Is it worth it?") is rhetoric, and shares its few words with anything."""

_FACT_WORDS = 4
"""Four words in a row that the dossier has mark that stretch of the prompt as the dossier's."""

_Grams = frozenset[tuple[str, ...]]


class _Run(NamedTuple):
    words: int
    start: int
    end: int


def check_echo_question(subject: CheckSubject) -> Iterator[Finding]:
    """Find beats that repeat their question instead of answering it."""
    for beat, text in subject.asked():
        if _repeats_question(text, beat.question):
            yield Finding(
                check="echo-question",
                beat=beat.id,
                message="The beat repeats its question.",
                instruction="Answer the question; do not repeat its words.",
                quote=clip_quote(text),
            )


def check_echo_prompt(subject: CheckSubject) -> Iterator[Finding]:
    """Find beats that copy 12 words in a row from the instructions, or 25 from the dossier."""
    dossier = tuple(word_keys(text) for text in subject.dossier_texts())
    pasted = _grams(dossier, DOSSIER_RUN_WORDS)
    instructions = _instruction_grams(subject, dossier)
    for beat in subject.beats:
        words = find_words(beat.text)
        if run := _longest_run(words, instructions, INSTRUCTION_RUN_WORDS):
            yield Finding(
                check="echo-prompt",
                beat=beat.id,
                message=f"The beat copies {run.words} words in a row from the instructions.",
                instruction="Do not repeat the instructions; write about the tool.",
                quote=clip_quote(beat.text[run.start : run.end]),
            )
        if run := _longest_run(words, pasted, DOSSIER_RUN_WORDS):
            yield Finding(
                check="echo-prompt",
                beat=beat.id,
                message=f"The beat copies {run.words} words in a row from the dossier.",
                instruction="Do not paste from the dossier; judge it in your own words.",
                quote=clip_quote(beat.text[run.start : run.end]),
            )


def _repeats_question(text: str, question: str) -> bool:
    keys = word_keys(text)
    if not keys:
        return False
    asked = tuple(sentence.keys for sentence in find_sentences(question))
    opening = find_sentences(text)[0].keys
    if len(opening) > 1 and opening in asked:
        return True
    if _asks_back(text, question):
        return True
    answered = shingles(keys, QUESTION_SHINGLE)
    for part in asked:
        wanted = shingles(part, QUESTION_SHINGLE)
        shared = wanted & answered
        if len(part) < QUESTION_MIN_WORDS or len(shared) < QUESTION_SHARE * len(wanted):
            continue
        if _count_covered(keys, shared) >= ECHOED_SHARE * len(keys):
            return True
    different = set(keys)
    known = different.intersection(word_keys(question))
    return len(different) >= NOTHING_NEW_MIN_WORDS and len(known) >= NOTHING_NEW_SHARE * len(different)


def _asks_back(text: str, question: str) -> bool:
    """Tell whether one of the text's own questions is the persona's, reworded: small models ask it back."""
    asked = set(word_keys(question))
    for sentence in find_sentences(text):
        words = set(sentence.keys)
        is_question = sentence.text.rstrip(CLOSERS).endswith(("?", "？"))
        if is_question and len(words) >= ASKED_BACK_MIN_WORDS and len(words & asked) >= ASKED_BACK_SHARE * len(words):
            return True
    return False


def _count_covered(keys: Sequence[str], shared: _Grams) -> int:
    """Count the words that stand in one of the shared shingles."""
    covered: set[int] = set()
    for start in range(len(keys) - QUESTION_SHINGLE + 1):
        if tuple(keys[start : start + QUESTION_SHINGLE]) in shared:
            covered.update(range(start, start + QUESTION_SHINGLE))
    return len(covered)


def _instruction_grams(subject: CheckSubject, dossier: Iterable[Sequence[str]]) -> _Grams:
    """Return what only the instructions say: the persona's texts, and the prompt without the dossier in it."""
    facts = _grams(dossier, _FACT_WORDS)
    prompt = word_keys(subject.prompt_text)
    is_fact = [False] * len(prompt)
    for start in range(len(prompt) - _FACT_WORDS + 1):
        if tuple(prompt[start : start + _FACT_WORDS]) in facts:
            is_fact[start : start + _FACT_WORDS] = [True] * _FACT_WORDS
    stretches: list[list[str]] = [[]]
    for key, fact in zip(prompt, is_fact, strict=True):
        if fact:
            stretches.append([])
        else:
            stretches[-1].append(key)
    own = _grams((word_keys(text) for text in subject.persona_texts()), INSTRUCTION_RUN_WORDS)
    return own | _grams(stretches, INSTRUCTION_RUN_WORDS)


def _grams(texts: Iterable[Sequence[str]], size: int) -> _Grams:
    return frozenset(gram for keys in texts for gram in shingles(keys, size))


def _longest_run(words: Sequence[Word], source: _Grams, size: int) -> _Run | None:
    """Find the longest stretch whose every `size` words in a row stand in the source; none without any."""
    best: _Run | None = None
    first: int | None = None
    for start in range(len(words) - size + 1):
        if tuple(word.key for word in words[start : start + size]) not in source:
            first = None
            continue
        first = start if first is None else first
        count = start + size - first
        if best is None or count > best.words:
            best = _Run(count, words[first].start, words[start + size - 1].end)
    return best
