"""Balance: each fault planted alone is told alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from panel.corpus import Standards

from .conftest import Corpus
from .writing import SMALL, make_sentence, make_words, slug_of


def messages(corpus: Corpus, standards: Standards = SMALL) -> list[tuple[str, str, str]]:
    return [(fault.rule, str(fault.place), fault.message) for fault in corpus.check(standards).faults]


@pytest.mark.parametrize(
    ("bounds", "rule", "message"),
    [
        ({"tools": 11}, "size", "there are 10 tools; at least 11 are needed"),
        ({"categories": 3}, "size", "there are 2 categories; at least 3 are needed"),
        ({"verdicts": 41}, "size", "there are 40 verdicts; at least 41 are needed"),
    ],
)
def test_too_little_is_told(corpus: Corpus, bounds: dict[str, Any], rule: str, message: str) -> None:
    assert messages(corpus, replace(SMALL, **bounds)) == [(rule, "corpus", message)]


def test_a_split_too_small_to_judge_by_is_told(corpus: Corpus) -> None:
    corpus.gold(6)["split"] = "train"
    lenient = replace(SMALL, ship_share=(0, 1), held_out_ship_share=(0, 1))
    assert messages(corpus, lenient) == [("split-size", "corpus", "the dev split has 1 tools; at least 2 are needed")]


def test_a_leaning_corpus_is_told_for_it_and_for_the_split_that_leans(corpus: Corpus) -> None:
    for number in (1, 2, 3):
        for verdict in corpus.gold(number)["verdicts"].values():
            verdict["call"] = "ship"
    said = "{} of {} calls of all seats in the {} are ships ({}); 50% to 60% are wanted"
    assert messages(corpus) == [
        ("ship-share", "corpus", said.format(26, 40, "whole corpus", "65.0%")),
        ("ship-share", "corpus", said.format(18, 24, "train split", "75.0%")),
    ]


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        (
            {"seat_ship_share": (0.31, 1)},
            ["3 of 10 calls of the seat futurist in the whole corpus are ships (30.0%); 31% to 100% are wanted"],
        ),
        (
            {"held_out_seat_ship_share": (0.2, 0.75)},
            [
                "0 of 2 calls of the seat futurist in the dev split are ships (0.0%); 20% to 75% are wanted",
                "2 of 2 calls of the seat business in the dev split are ships (100.0%); 20% to 75% are wanted",
            ],
        ),
        (
            {"held_out_ship_share": (0.51, 0.65)},
            [
                f"4 of 8 calls of all seats in the {split} split are ships (50.0%); 51% to 65% are wanted"
                for split in ("dev", "test")
            ],
        ),
    ],
)
def test_a_leaning_seat_and_split_are_told_by_name(corpus: Corpus, bounds: dict[str, Any], told: list[str]) -> None:
    assert messages(corpus, replace(SMALL, **bounds)) == [("ship-share", "corpus", message) for message in told]


def test_bounds_are_allowed_themselves(corpus: Corpus) -> None:
    half = (0.5, 0.5)
    assert corpus.faults(replace(SMALL, ship_share=half, held_out_ship_share=half)) == []


def test_an_outcome_that_no_tool_has_is_told(corpus: Corpus) -> None:
    for number in (0, 5):
        corpus.gold(number)["verdicts"]["competition"]["call"] = "ship"
    assert messages(corpus) == [("panels", "corpus", "no tool has a panel of 0/4")]


@pytest.mark.parametrize(("number", "call"), [(4, "ship"), (5, "skip")])
def test_a_category_of_one_call_is_told(corpus: Corpus, number: int, call: str) -> None:
    corpus.dossier(number)["category"] = "Lonely tools"
    (fault,) = corpus.check().faults
    assert (fault.rule, str(fault.place), fault.quote) == ("category", "corpus", "Lonely tools")
    assert fault.message == f"all 4 calls in this category are {call} ({slug_of(number)}); it needs both"


@pytest.mark.parametrize("count", [1, 5])
def test_too_few_and_too_many_excerpts_are_told(corpus: Corpus, count: int) -> None:
    dossier = corpus.dossier(6)
    first = dossier["evidence"][0]
    dossier["evidence"] = [
        first | {"id": f"e{item}", "text": " ".join(make_sentence(f"{item} {part}", chars=90) for part in range(4))}
        for item in range(count)
    ]
    said = f"there are {count} excerpts; 2 to 4 are wanted"
    assert messages(corpus) == [("excerpts", f"dossiers/{slug_of(6)}.yaml", said)]


@pytest.mark.parametrize(("sentences", "words"), [(2, 39), (7, 91)])
def test_excerpts_too_short_and_too_long_are_told(corpus: Corpus, sentences: int, words: int) -> None:
    evidence = corpus.dossier(6)["evidence"][1]
    text = " ".join(make_sentence(f"{sentences} {part}", chars=260) for part in range(sentences)).split()[:words]
    evidence["text"] = " ".join(text)
    said = f"the excerpt has {words} words; 40 to 90 are wanted"
    assert messages(corpus) == [("excerpt-words", f"dossiers/{slug_of(6)}.yaml: evidence.e1", said)]


@pytest.mark.parametrize("syllables", [1, 8])
def test_verdicts_too_long_and_too_short_are_told(corpus: Corpus, syllables: int) -> None:
    argument, words = corpus.argument(6, "competition"), make_words(9, count=60, syllables=syllables)
    for beat, text in argument.items():
        argument[beat] = make_sentence(beat, chars=len(text) - 1, words=words)
    count = sum(len(text.split()) for text in argument.values())
    said = f"the argument has {count} words; 70 to 130 are wanted"
    assert messages(corpus) == [("verdict-words", f"verdicts/{slug_of(6)}.yaml: competition", said)]
