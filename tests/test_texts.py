from __future__ import annotations

import pytest

from panel.texts import QUOTE_MAX_CHARS, clip_quote, find_sentences, find_words, shingles, word_key, word_keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ()),
        ("… — !", ()),
        ("Don't DON’T", ("dont", "dont")),
        ("fast—and/or cheap", ("fast", "and", "or", "cheap")),
        ("naïve nai\u0308ve", ("naïve", "naïve")),
        ("Straße STRASSE", ("strasse", "strasse")),
        ("हिन्दी है", ("हिन्दी", "है")),
        ("$19.50 (81 %)", ("1950", "81")),
    ],
)
def test_words_compare_by_their_letters_and_digits(text: str, keys: tuple[str, ...]) -> None:
    assert word_keys(text) == keys


def test_a_word_knows_its_place() -> None:
    text = "(a) b"
    assert [text[word.start : word.end] for word in find_words(text)] == ["(a)", "b"]


def test_a_mark_without_a_letter_is_no_word() -> None:
    assert word_key("´") == ""


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("...", []),
        ("One. Two! Three", ["One.", "Two!", "Three"]),
        ("It costs 3.5 a day. “Really?” Yes.", ["It costs 3.5 a day.", "“Really?”", "Yes."]),
        ("One\nTwo", ["One", "Two"]),
        ("很好。不错！", ["很好。", "不错！"]),
        ("Wait... what?!", ["Wait...", "what?!"]),
    ],
)
def test_sentences_end_at_stops_and_line_breaks(text: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in find_sentences(text)] == sentences


def test_shingles_of_too_few_words_are_none() -> None:
    assert shingles(("a", "b"), 3) == frozenset()
    assert shingles(("a", "b", "c"), 2) == {("a", "b"), ("b", "c")}


def test_a_quote_is_cut_without_a_mark() -> None:
    text = " " + "ab " * 200
    assert clip_quote(text) in text
    assert len(clip_quote(text)) <= QUOTE_MAX_CHARS
