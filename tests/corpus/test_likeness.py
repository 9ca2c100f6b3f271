"""Likeness: what comes again, found as surely as by comparing everything with everything."""

from __future__ import annotations

import random
import sys
from dataclasses import replace

import pytest

from panel.corpus import STANDARDS, Place, Split
from panel.corpus.faults import Passage
from panel.corpus.likeness import find_duplicates
from panel.errors import SetupError
from panel.texts import find_sentences, shingles

from .conftest import Corpus
from .writing import SMALL, WORDS, make_sentence, slug_of

EIGHT = "pavora memuti lobine sarupe dofila genuto rapebi vusema"


def vary(sentence: str, word: str = "novelu") -> str:
    """Change one word near a sentence's end."""
    words = sentence.split()
    words[-2] = word
    return " ".join(words)


def beat(number: int, seat: str, ident: str) -> str:
    return f"verdicts/{slug_of(number)}.yaml: {seat}.{ident}"


def excerpt(number: int, ident: str) -> str:
    return f"dossiers/{slug_of(number)}.yaml: evidence.{ident}"


@pytest.mark.parametrize(
    ("number", "seat", "across"),
    [
        (2, "business", ""),
        (7, "business", ""),
        (7, "competition", ""),
        (6, "business", ", across splits (train and dev)"),
        (9, "competition", ", across splits (train and test)"),
    ],
)
def test_a_sentence_that_comes_again_is_told_where_it_does(corpus: Corpus, number: int, seat: str, across: str) -> None:
    first = corpus.argument(2, "competition")["killer"] if seat != "competition" else corpus.argument(2, "dx")["bet"]
    source = ("competition", "killer") if seat != "competition" else ("dx", "bet")
    ident = "moat" if seat == "business" else "killer"
    again = vary(first)
    corpus.argument(number, seat)[ident] = again
    (fault,) = corpus.check().faults
    assert (fault.rule, str(fault.place), fault.quote) == ("near-duplicate", beat(number, seat, ident), again)
    assert fault.message == f'nearly the sentence "{first}" of {beat(2, *source)}{across}'


def test_an_earlier_one_of_another_split_is_named_before_one_of_the_same(corpus: Corpus) -> None:
    for number in (6, 9):
        corpus.argument(number, "competition")["killer"] = corpus.argument(5, "competition")["killer"]
    first, second = corpus.check().faults
    assert str(first.place) == beat(6, "competition", "killer")
    assert first.message.endswith(f"{beat(5, 'competition', 'killer')}, across splits (test and dev)")
    assert str(second.place) == beat(9, "competition", "killer")
    assert second.message.endswith(f"{beat(6, 'competition', 'killer')}, across splits (dev and test)")


def test_a_sentence_twice_in_one_argument_is_told_once(corpus: Corpus) -> None:
    argument = corpus.argument(2, "competition")
    argument["killer"] = argument["breaks_when"]
    assert [(rule, place) for rule, place, _ in corpus.faults()] == [
        ("repeated-sentence", beat(2, "competition", "killer"))
    ]


@pytest.mark.parametrize(("number", "across"), [(2, ""), (7, ""), (6, ", across splits (train and dev)")])
def test_evidence_that_comes_again_is_told(corpus: Corpus, number: int, across: str) -> None:
    first, *_ = (sentence.text for sentence in find_sentences(corpus.dossier(2)["evidence"][0]["text"]))
    item = corpus.dossier(number)["evidence"][2]
    item["text"] += f" {vary(first)}"
    (fault,) = corpus.check().faults
    assert (fault.rule, str(fault.place), fault.quote) == ("near-duplicate", excerpt(number, "e2"), vary(first))
    assert fault.message == f'nearly the sentence "{first}" of {excerpt(2, "e0")}{across}'


def test_a_verdict_that_copies_its_evidence_is_told(corpus: Corpus) -> None:
    item = corpus.dossier(2)["evidence"][1]
    item["text"] += f" {make_sentence('copied', chars=140)}"
    corpus.argument(2, "competition")["killer"] = make_sentence("copied", chars=140)
    (fault,) = corpus.check().faults
    assert (fault.rule, str(fault.place)) == ("near-duplicate", beat(2, "competition", "killer"))
    assert excerpt(2, "e1") in fault.message


def test_short_sentences_may_come_again(corpus: Corpus) -> None:
    for number in (2, 6):
        item = corpus.dossier(number)["evidence"][0]
        item["text"] += " Pavora memuti lobine sarupe dofila genuto rapebi."
    assert corpus.faults() == []


def test_candidates_miss_nothing_that_comparing_all_would_find() -> None:
    rng = random.Random(5)
    sentences = [make_sentence(str(number), chars=rng.randint(60, 200)).split() for number in range(300)]
    for words in sentences[100:]:
        source = rng.choice(sentences[:100])
        words[:] = [rng.choice(WORDS) if rng.random() < 0.1 else word for word in source]
    passages = [
        Passage(
            Place(f"verdicts/{number}.yaml", str(number), "dx", "bet"), Split.TRAIN, " ".join(words).rstrip(".") + "."
        )
        for number, words in enumerate(sentences)
    ]
    grams = [shingles(find_sentences(passage.text)[0].keys, 3) for passage in passages]
    alike = {
        number: [
            other
            for other in range(number)
            if len(grams[number] & grams[other]) >= 0.6 * len(grams[number] | grams[other])
        ]
        for number in range(300)
        if len(find_sentences(passages[number].text)[0].keys) >= STANDARDS.near_words
    }
    found = {
        int(item.passage.place.tool): int(item.earlier.place.tool) for item in find_duplicates(passages, STANDARDS)
    }
    assert found == {number: others[0] for number, others in alike.items() if others}
    assert 50 < len(found) < 190


def test_without_the_library_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(SetupError) as raised:
        list(find_duplicates((), STANDARDS))
    assert "panel[corpus]" in raised.value.hint


def test_no_passages_have_no_duplicates() -> None:
    assert list(find_duplicates((), STANDARDS)) == []


@pytest.mark.parametrize(("number", "across"), [(7, ""), (9, ", across splits (train and test)")])
def test_eight_words_in_a_row_of_another_tool_are_told(corpus: Corpus, number: int, across: str) -> None:
    for place, (where, seat, ident) in enumerate(((2, "business", "moat"), (number, "competition", "killer"))):
        filling = make_sentence(f"filling {place}", chars=100)[:-1]
        corpus.argument(where, seat)[ident] = f"{filling} {EIGHT} {WORDS[place]}."
    (fault,) = corpus.check().faults
    assert (fault.rule, str(fault.place), fault.quote) == ("shared-words", beat(number, "competition", "killer"), EIGHT)
    assert fault.message == f"the same 8 words in a row as in {beat(2, 'business', 'moat')}{across}"


@pytest.mark.parametrize(("number", "words"), [(7, EIGHT.rsplit(" ", 1)[0]), (2, EIGHT)])
def test_seven_words_and_eight_of_the_same_tool_are_fine(corpus: Corpus, number: int, words: str) -> None:
    for place, (where, seat, ident) in enumerate(((2, "business", "moat"), (number, "competition", "killer"))):
        filling = make_sentence(f"filling {place}", chars=100)[:-1]
        corpus.argument(where, seat)[ident] = f"{filling} {words} {WORDS[place]}."
    assert corpus.faults() == []


@pytest.mark.parametrize(("beats", "told"), [(4, False), (5, True)])
def test_an_opening_may_come_four_times(corpus: Corpus, beats: int, told: bool) -> None:
    for number in range(beats):
        argument = corpus.argument(number, "competition")
        argument["killer"] = f"Pavora, memuti lobine {argument['killer'].lower()}"
    places = "; ".join(beat(number, "competition", "killer") for number in range(5))
    faults = [(fault.rule, str(fault.place), fault.quote, fault.message) for fault in corpus.check().faults]
    said = f"5 of 170 beats begin so, at most 4 may ({places})"
    assert faults == ([("opening", "corpus", "pavora memuti lobine", said)] if told else [])


def test_in_a_larger_corpus_an_opening_may_come_as_often_as_its_share(corpus: Corpus) -> None:
    for number in range(7):
        argument = corpus.argument(number, "competition")
        argument["killer"] = f"Pavora memuti lobine {argument['killer'].lower()}"
    assert corpus.faults(replace(SMALL, opening_share=7 / 170)) == []
    ((rule, _, _),) = corpus.faults(replace(SMALL, opening_share=6.9 / 170))
    assert rule == "opening"
