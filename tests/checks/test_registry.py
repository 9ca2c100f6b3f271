"""The checks together: good verdicts pass, and no text whatever breaks them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import panel.checks
from panel.checks import CHECKS, run_checks
from panel.records import BeatText, Finding

from .verdicts import DOSSIERS, LARKSPUR, PERSONAS, VERDICTS, subject_of

PROMPT = "\n".join(
    (
        "You review tools for people who build software. You are one of several reviewers; each argues one view.",
        "Use only what the dossier says. Never invent a number, a price, a date, a quote or a test.",
        *(f"{dossier.name}\nEvidence: {dossier.evidence[0].text}" for dossier in DOSSIERS),
    )
)


def names_of(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.check for finding in findings]


@pytest.mark.parametrize(("tool", "persona"), VERDICTS)
def test_good_verdicts_have_no_findings(tool: str, persona: str) -> None:
    assert run_checks(subject_of(tool, persona, prompt_text=PROMPT)) == ()


def test_the_public_names_are_sorted() -> None:
    assert panel.checks.__all__ == sorted(panel.checks.__all__)


def test_findings_come_in_the_order_of_the_checks() -> None:
    subject = subject_of("quillbox", "dx", "Larkspur 2B is", "")
    assert names_of(run_checks(subject)) == ["wrong-tool", "empty-beat", "too-short", "word-count", "cut-off"]


def test_every_check_is_registered_once() -> None:
    assert len(CHECKS) == len(set(CHECKS)) == 11


def test_a_subject_without_beats_is_told_of_every_question() -> None:
    subject = replace(subject_of("quillbox", "business"), beats=())
    assert names_of(run_checks(subject)) == ["empty-beat"] * 4 + ["word-count"]


def test_a_beat_the_persona_does_not_know_is_still_read() -> None:
    subject = subject_of("quillbox", "business")
    extra = BeatText(id="extra", text="It loops it loops it loops it loops and")
    found = run_checks(replace(subject, beats=(*subject.beats, extra)))
    assert [(finding.check, finding.beat) for finding in found] == [("cut-off", "extra"), ("loop", "extra")]


# Pieces that steer a random text towards the checks' corners.
PIECES = st.sampled_from(
    [
        "the ",
        "Larkspur-2B ",
        "tidewater_query",
        "…",
        "... ",
        "。",
        "”",
        "\n",
        " ",
        "—",
        "a" * 40,
        "ha" * 30,
        "é́",
        "´",
        "½ ",
        "😀",
        "Who pays for this tool, and from which budget?",
        "It is good. It is good. ",
        LARKSPUR.evidence[0].text,
    ]
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
TEXTS = st.lists(PIECES | ANY_TEXT, max_size=12).map("".join)


@given(texts=st.lists(TEXTS, min_size=4, max_size=4), prompt_text=TEXTS)
def test_any_text_is_checked_and_quotes_are_its_own_words(texts: list[str], prompt_text: str) -> None:
    subject = subject_of("quillbox", "business", *texts, prompt_text=prompt_text)
    written = {beat.id: beat.text for beat in subject.beats}
    findings = run_checks(subject)
    assert findings == run_checks(subject)
    for finding in findings:
        assert finding.quote in written.get(finding.beat or "", "")
        assert finding.message and finding.instruction
        assert len(finding.instruction) <= 260


def is_empty(text: str) -> bool:
    return any(finding.check == "empty-beat" for finding in run_checks(subject_of("quillbox", "business", text)))


@given(text=TEXTS.filter(lambda text: any(char.isalnum() for char in text)))
def test_a_text_with_a_letter_or_digit_is_not_empty(text: str) -> None:
    assert not is_empty(text)


@given(text=st.text(st.characters(categories=["P", "Zs", "Zl", "Zp"], include_characters="\t\n"), max_size=40))
def test_a_text_of_punctuation_and_space_is_empty(text: str) -> None:
    assert is_empty(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "ab" * 5_000,
        "aaaaaaab" * 1_000,
        "." * 10_000 + "x",
        ". " * 5_000,
        "''" * 5_000,
        "-" * 10_000 + "a",
        "$" * 9_999 + "é",
        "x\n" * 1_000,
        "no " * 600 + "end.",
        "larkspur " * 1_000,
        "larkspur-" * 1_000,
        "one two three four. " * 500,
        " ".join(f"w{n} and one more word of nine, all told." for n in range(500)),
    ],
)
def test_long_texts_end(text: str) -> None:
    # No clock here: a check that backtracks or squares would hang the suite.
    subject = subject_of("tidewater-query", "competition", text, text, text, text, prompt_text=text)
    assert run_checks(subject)


def test_personas_of_the_samples_are_the_four_of_the_design() -> None:
    assert list(PERSONAS) == ["dx", "competition", "futurist", "business"]
