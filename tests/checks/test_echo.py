from __future__ import annotations

import pytest

from panel.checks.echo import check_echo_prompt, check_echo_question

from .verdicts import LARKSPUR, PERSONAS, subject_of

MOAT = "What about this tool is hard for a rival to copy, and what is easy?"
EVIDENCE = LARKSPUR.evidence[0].text
HOUSE = "Use only what the dossier says. Never invent a number, a price, a date, a quote or a test."


@pytest.mark.parametrize(
    "text",
    [
        MOAT,
        f"{MOAT} The boxes.",
        MOAT.upper().replace(",", ""),
        "What about this tool is hard for a rival to copy is the boxes, and what is easy?",
        "This tool is hard for a rival to copy, and what about it is easy for a rival to copy is what is easy.",
        "A rival is easy to copy, and this is hard for the tool.",
    ],
)
def test_a_repeated_question_is_found(text: str) -> None:
    (found,) = check_echo_question(subject_of("quillbox", "business", "", text))
    assert (found.check, found.beat) == ("echo-question", "moat")
    assert found.quote == text


def test_one_of_two_sentences_of_the_question_is_enough() -> None:
    text = "Does it get through? It does, with boxes."
    (found,) = check_echo_question(subject_of("quillbox", "dx", "", "", text))
    assert found.beat == "moment_of_truth"


def test_a_question_asked_back_is_found_however_it_is_reworded() -> None:
    asked = PERSONAS["business"].beats[1].question
    text = f"Boxes are easy to draw. {asked.rstrip('.?').replace(',', ' or')}, would you say?"
    (found,) = check_echo_question(subject_of("quillbox", "business", "", text))
    assert found.beat == "moat"
    rhetorical = "Boxes are easy to draw. Who would pay for a second schema when the first one is free?"
    assert not list(check_echo_question(subject_of("quillbox", "business", "", rhetorical)))


@pytest.mark.parametrize(
    ("persona", "place", "text"),
    [
        ("business", 1, "The boxes are hard for a rival to copy; the schema is easy, and so is the call."),
        ("business", 0, "The platform team pays for this tool, and the money comes from its tooling budget."),
        (
            "competition",
            3,
            "For my doubts to be wrong, a thousand labelled invoices would have to come back with the right totals.",
        ),
        (
            "dx",
            2,
            "The first real task a developer would give it is a folder of printed invoices, and one documented call "
            "turns that folder into rows.",
        ),
        ("futurist", 1, "The trend is on time."),
    ],
)
def test_an_answer_may_borrow_the_questions_words(persona: str, place: int, text: str) -> None:
    texts = [""] * place + [text]
    assert not list(check_echo_question(subject_of("quillbox", persona, *texts)))


def test_twelve_words_of_the_persona_are_an_echo_and_eleven_are_not() -> None:
    voice = PERSONAS["dx"].voice.split()
    (found,) = check_echo_prompt(subject_of("quillbox", "dx", "So: " + " ".join(voice[:12]) + " it is."))
    assert found.quote == " ".join(voice[:12])
    assert found.message == "The beat copies 12 words in a row from the instructions."
    assert not list(check_echo_prompt(subject_of("quillbox", "dx", "So: " + " ".join(voice[:11]) + " it is.")))


def test_the_house_rules_in_the_prompt_are_instructions() -> None:
    (found,) = check_echo_prompt(subject_of("quillbox", "dx", f"Rules. {HOUSE}", prompt_text=HOUSE))
    assert found.quote == HOUSE
    assert not list(check_echo_prompt(subject_of("quillbox", "dx", f"Rules. {HOUSE}")))


def test_the_dossier_in_the_prompt_is_not_instructions() -> None:
    phrase = " ".join(EVIDENCE.split()[8:32])
    prompt = f"{HOUSE}\n[card] Model card, read 2026-11-02: {EVIDENCE}\n{HOUSE}"
    assert not list(check_echo_prompt(subject_of("larkspur-2b", "dx", f"Card: {phrase}.", prompt_text=prompt)))
    line = "Model card, read 2026-11-02: " + " ".join(EVIDENCE.split()[:10])
    assert not list(check_echo_prompt(subject_of("larkspur-2b", "dx", f"{line}.", prompt_text=prompt)))


def test_twenty_five_words_of_the_dossier_are_a_paste_and_twenty_four_are_a_quote() -> None:
    words = EVIDENCE.split()
    (found,) = check_echo_prompt(subject_of("larkspur-2b", "dx", f"Card: {' '.join(words[8:33])}"))
    assert found.message == "The beat copies 25 words in a row from the dossier."
    assert found.quote == " ".join(words[8:33])[:200].strip()
    assert not list(check_echo_prompt(subject_of("larkspur-2b", "dx", f"Card: {' '.join(words[8:32])}")))


def test_the_longest_run_is_counted() -> None:
    (found,) = check_echo_prompt(subject_of("larkspur-2b", "dx", f"It says this: {EVIDENCE} So be it."))
    assert found.message == f"The beat copies {len(EVIDENCE.split())} words in a row from the dossier."
