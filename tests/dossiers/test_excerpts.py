from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panel.dossiers.excerpts import CHARS_MAX, EXCERPTS_MAX, WORDS_MAX, cut_excerpts, prose_of, split_sentences


def words(count: int, start: str = "Word") -> str:
    return " ".join([start, *["word"] * (count - 1)]) + "."


def test_no_paragraphs_give_none() -> None:
    assert cut_excerpts([]) == ()


def test_a_short_page_is_one_excerpt_that_keeps_its_breaks() -> None:
    assert cut_excerpts(["Vite is fast.", "It needs Node 20."]) == ("Vite is fast.\nIt needs Node 20.",)


def test_a_full_paragraph_ends_an_excerpt() -> None:
    one, two = words(50, "One"), words(45, "Two")
    assert cut_excerpts([one, two]) == (one, two)


def test_an_excerpt_is_cut_between_sentences_before_it_is_too_long() -> None:
    sentences = [words(30, start) for start in ("A", "B", "C", "D")]
    assert cut_excerpts([" ".join(sentences)]) == (" ".join(sentences[:3]), sentences[3])


def test_a_sentence_too_long_is_cut_between_words_and_says_so() -> None:
    first, second = cut_excerpts([words(100)])
    assert first.endswith(" […]")
    assert len(first.split()) == WORDS_MAX
    assert (first.removesuffix("[…]") + second).split() == words(100).split()


def test_headings_are_left_out_unless_there_is_nothing_else() -> None:
    assert prose_of(["Guide", "Why Vite", "It is fast.", "one two three four five six"]) == [
        "It is fast.",
        "one two three four five six",
    ]
    assert cut_excerpts(["Guide", "Why Vite"]) == ("Guide\nWhy Vite",)


def test_the_first_two_and_then_the_richest_in_facts_in_the_pages_order() -> None:
    dull = [f"{name} {words(50)}" for name in ("Ant", "Bee", "Cat", "Dog", "Eel", "Fox", "Gnu")]
    rich = f"It is free up to 100 users and costs $20 after. {words(40)}"
    chosen = cut_excerpts([*dull, rich])
    assert chosen == (*dull[:5], rich)


def test_the_same_text_twice_is_one_excerpt() -> None:
    assert cut_excerpts([words(50)] * 3) == (words(50),)


def test_sentences() -> None:
    text = 'He said "Stop." Then J. Doe left, e.g. Tools cost $3.50 vs. Others. Is it? 3 are.'
    assert split_sentences(text) == [
        'He said "Stop."',
        "Then J. Doe left, e.g. Tools cost $3.50 vs. Others.",
        "Is it?",
        "3 are.",
    ]


PROSE = st.lists(st.text(alphabet="aB1. !?'\"", max_size=400).map(lambda text: " ".join(text.split())).filter(bool))


@given(PROSE)
def test_excerpts_are_few_short_and_the_pages_own_words(paragraphs: list[str]) -> None:
    excerpts = cut_excerpts(paragraphs)
    assert len(excerpts) <= EXCERPTS_MAX
    assert bool(excerpts) == bool(paragraphs)
    source = " ".join(paragraphs).replace(" ", "")
    for excerpt in excerpts:
        assert 0 < len(excerpt) <= CHARS_MAX + 10
        assert len(excerpt.split()) <= WORDS_MAX + 1
        for line in excerpt.split("\n"):
            assert line.removesuffix(" […]").replace(" ", "") in source


@given(st.text().map(lambda text: " ".join(text.split())))
def test_sentences_joined_are_the_paragraph(paragraph: str) -> None:
    assert " ".join(split_sentences(paragraph)) == paragraph
