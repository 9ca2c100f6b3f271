from __future__ import annotations

from dataclasses import replace

import pytest

from panel.checks.repetition import check_loop, check_repeated_sentence

from .verdicts import subject_of

SAID = "The boxes on the page are what sets the library apart from a parser."


@pytest.mark.parametrize(
    "again",
    [
        SAID,
        SAID.upper(),
        SAID.replace(" ", "  ").replace(".", " !"),
        "“" + SAID + "”",
        "The boxes on the page are what sets this library apart from a parser.",
        "Again, the boxes on the page are what sets the library apart from a parser.",
    ],
)
def test_a_sentence_said_again_is_found(again: str) -> None:
    (found,) = check_repeated_sentence(subject_of("quillbox", "business", SAID, again))
    assert found.beat == "moat"
    assert found.quote == again


def test_a_sentence_said_twice_in_one_beat_is_found_and_quoted_alone() -> None:
    (found,) = check_repeated_sentence(subject_of("quillbox", "business", f"{SAID} It works. {SAID} It works."))
    assert (found.beat, found.quote) == ("buyer", SAID)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It ships today.", "It ships today."),
        ("It wins when the tables are small.", "It loses when the tables are large."),
        (
            "Ask Basin beats Plainquery on price for a small team.",
            "Plainquery beats Ask Basin on price for a small team.",
        ),
        ("The boxes are easy to check by hand.", "The rows are hard to check by hand."),
    ],
)
def test_parallel_sentences_are_not_the_same(first: str, second: str) -> None:
    assert not list(check_repeated_sentence(subject_of("quillbox", "business", first, second)))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It reads the the the page.", "the the the"),
        ("It is good. it is good", "It is good. it is good"),
        ("It is good, it is good, it is good.", "It is good, it is good,"),
        ("It is, it is, it is a library.", "It is, it is, it is"),
        ("Free, free and free. FREE! Free? free.", "free. FREE! Free?"),
        ("Hahahahahahahahahahaha, said the buyer.", "ah" * 10),
        ("很好很好很好很好很好很好很好很好", "很好" * 8),
        (
            "A small team pays. A small team waits. A small team asks, and a small team leaves.",
            "a small team",
        ),
    ],
)
def test_loops_are_found(text: str, quote: str) -> None:
    (found,) = check_loop(subject_of("quillbox", "business", text))
    assert found.beat == "buyer"
    assert found.quote == quote


@pytest.mark.parametrize(
    "text",
    [
        "The buyer had had enough of it.",
        "It fails again and again and again.",
        "It is very, very good.",
        "Rows are easy, boxes are hard, forms are harder.",
        "A small team pays. A small team waits. A small team asks.",
        "It costs 1,000,000,000 tokens.",
        "Hmmmm.",
        "-------------------- nothing",
    ],
)
def test_what_people_write_is_no_loop(text: str) -> None:
    assert not list(check_loop(subject_of("quillbox", "business", text)))


def test_the_tools_own_name_may_come_often() -> None:
    name = "Mistral 3B Edge"
    text = f"{name} asks. {name} waits, and whoever pays for {name} gets {name}, as a rule."
    subject = subject_of("quillbox", "business", text)
    own = subject.dossier.model_copy(update={"name": name})
    assert not list(check_loop(replace(subject, dossier=own)))
    assert [finding.quote for finding in check_loop(subject)] == [name + ","]
