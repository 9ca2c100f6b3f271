from __future__ import annotations

import pytest

from panel.checks.length import check_empty_beat, check_too_long, check_too_short, check_word_count

from .verdicts import subject_of


@pytest.mark.parametrize("text", ["", "   ", "...", "—", "?!", "“”", "\n\t"])
def test_a_beat_without_words_is_empty(text: str) -> None:
    (found,) = check_empty_beat(subject_of("quillbox", "business", text))
    assert found.beat == "buyer"
    assert found.instruction == "Answer this question: Who pays for this tool, and from which budget?"


def test_an_empty_beat_is_not_also_too_short() -> None:
    assert not list(check_too_short(subject_of("quillbox", "business", "...")))


@pytest.mark.parametrize(("chars", "found"), [(59, True), (60, False), (260, False)])
def test_too_short_starts_below_the_beats_minimum(chars: int, found: bool) -> None:
    subject = subject_of("quillbox", "business", "a" * (chars - 1) + ".")
    assert bool(list(check_too_short(subject))) is found
    assert not list(check_too_long(subject))


def test_too_long_starts_above_the_beats_maximum_and_quotes_the_rest() -> None:
    text = "a" * 259 + "." + " Too much."
    (found,) = check_too_long(subject_of("quillbox", "business", text))
    assert found.beat == "buyer"
    assert found.quote == "Too much."
    assert found.message == "The beat has 270 characters; at most 260 are asked for."


@pytest.mark.parametrize(
    ("words", "instruction"),
    [
        (69, "Write 70 to 130 words in all: add about 1 words of substance."),
        (70, None),
        (130, None),
        (131, "Write 70 to 130 words in all: leave out about 1 words."),
    ],
)
def test_the_argument_has_70_to_130_words(words: int, instruction: str | None) -> None:
    texts = ["word " * (words - 3), "one", "two", "three"]
    found = list(check_word_count(subject_of("quillbox", "business", *texts)))
    assert [finding.instruction for finding in found] == ([instruction] if instruction else [])
    assert all(finding.beat is None for finding in found)


def test_stray_punctuation_is_no_word_and_a_dash_parts_two() -> None:
    (found,) = check_word_count(subject_of("quillbox", "business", "one — two & three", "four–five", "* six", "…"))
    assert found.message == "The argument has 6 words; 70 to 130 are asked for."
