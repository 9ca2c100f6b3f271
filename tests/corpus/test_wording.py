"""Wording: a gold verdict is held to what a draft is held to, and to the house's rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .conftest import Corpus
from .writing import SMALL, make_sentence, slug_of

PLACE = f"verdicts/{slug_of(8)}.yaml: {{}}.{{}}"


def say(corpus: Corpus, words: str, *, seat: str = "competition", beat: str = "killer") -> None:
    """Put words in the middle of a beat of two sentences; the beat's length hardly changes."""
    filling = make_sentence(f"{beat} before", chars=75)[:-1].rsplit(" ", len(words) // 7)[0]
    corpus.argument(8, seat)[beat] = f"{filling} {words} fumo. {make_sentence(f'{beat} after', chars=70)}"


@pytest.mark.parametrize(
    "text",
    [
        make_sentence("small", chars=160).lower(),
        make_sentence("braces", chars=160).replace(" ", " {", 1),
        make_sentence("bars", chars=160).replace(" ", " | ", 1),
        " ".join(make_sentence(f"three {number}", chars=50) for number in range(3)),
    ],
    ids=["small letter", "brace", "bar", "three sentences"],
)
def test_what_the_answer_s_shape_forbids_is_told(corpus: Corpus, text: str) -> None:
    corpus.argument(8, "competition")["killer"] = text
    assert corpus.faults() == [("shape", PLACE.format("competition", "killer"), text)]


def test_what_the_locked_grammar_would_write_is_fine(corpus: Corpus) -> None:
    text = f"{make_sentence('uneven', chars=130)} {make_sentence('halves', chars=25)}"
    corpus.argument(8, "competition")["killer"] = text
    assert corpus.faults() == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("too-short", "Too short a beat."),
        ("too-long", make_sentence("long", chars=230)),
        ("cut-off", make_sentence("cut", chars=160)[:-1]),
        ("empty-beat", ""),
    ],
)
def test_the_desk_s_findings_are_faults_and_told_once(corpus: Corpus, rule: str, text: str) -> None:
    corpus.argument(8, "competition")["killer"] = text
    faults = corpus.faults(replace(SMALL, verdict_words=(40, 130)))
    assert [fault[:2] for fault in faults] == [(rule, PLACE.format("competition", "killer"))]


def test_a_pasted_dossier_is_told(corpus: Corpus) -> None:
    corpus.dossier(8)["description"] = make_sentence("pasted", chars=190)
    corpus.argument(8, "competition")["killer"] = corpus.dossier(8)["description"]
    ((rule, place, _),) = corpus.faults()
    assert (rule, place) == ("echo-prompt", PLACE.format("competition", "killer"))


@pytest.mark.parametrize("number", ["17", "$30", "forty", "2.1"])
def test_a_number_that_the_dossier_lacks_is_told(corpus: Corpus, number: str) -> None:
    say(corpus, f"or {number}")
    assert corpus.faults() == [("unsupported-number", PLACE.format("competition", "killer"), number)]


def test_a_dossier_s_number_may_stand(corpus: Corpus) -> None:
    corpus.dossier(8)["pricing"]["entry"] = "$30 a month"
    say(corpus, "or $30")
    assert corpus.faults() == []


def test_a_forecast_s_year_may_stand_where_it_is_asked_for_alone(corpus: Corpus) -> None:
    say(corpus, "or 2033", seat="futurist", beat="thesis")
    say(corpus, "or 2034", seat="futurist", beat="trend")
    assert corpus.faults() == [("unsupported-number", PLACE.format("futurist", "trend"), "2034")]


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("so SHIP is", "SHIP"),
        ("which earns a clear skip for", "earns a clear skip"),
        ("and so they ship it", "ship it"),
        ("is called “skip” by", "“skip”"),
        ("and I doubt", "I"),
        ("though I’d rather", "I’d"),
        ("as we tried it", "we tried"),
        ("that we have tested", "we have tested"),
        ("nobody can recommend", "recommend"),
    ],
)
def test_the_house_s_rules_are_kept(corpus: Corpus, words: str, quote: str) -> None:
    say(corpus, words)
    assert corpus.faults() == [("house-rule", PLACE.format("competition", "killer"), quote)]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("{}. {} skip.", ""),
        ("{}. Skip unless {}.", ". Skip unless"),
        ("{}. {}, skip.", ", skip."),
        ("{}. {}: the call is ship.", "call is ship."),
        ("Ship if {}. {}.", "Ship if"),
    ],
)
def test_a_call_is_known_by_its_place(corpus: Corpus, text: str, quote: str) -> None:
    parts = (make_sentence(part, chars=70)[:-1] for part in ("one", "other"))
    corpus.argument(8, "competition")["killer"] = text.format(*parts)
    wanted = [("house-rule", PLACE.format("competition", "killer"), quote)]
    assert corpus.faults() == (wanted if quote else [])


@pytest.mark.parametrize(
    "words",
    [
        "as browsers will ship transcription",
        "while archives skip a step",
        "since rows were skipped and",
        "as data goes from ship to port",
        "for the other ship of",
        "as sudo I/O logging",
        "by a shop's recommender that",
        "while we never",
    ],
)
def test_verbs_vessels_and_the_rest_are_no_calls(corpus: Corpus, words: str) -> None:
    say(corpus, words)
    assert corpus.faults() == []
