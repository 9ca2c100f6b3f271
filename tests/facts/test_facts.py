from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.facts import FactForms, fact_forms, unsupported_numbers
from panel.facts.words import NUMBER_WORDS, spell_number
from panel.records import Dossier, Evidence, Pricing, Tier

DOSSIER = Dossier(
    slug="hedge",
    name="Hedge 2B",
    maker="Hedge Works",
    category="Code Review",
    tagline="Reads a diff",
    description="Reads 1,940 changed lines, 600-line files and rulings.toml; 12 languages, 3000 users and 5-7 rules.",
    licence="GPL-3.0 or Apache 2.0",
    pricing=Pricing(
        entry="$0.03 a hunk",
        tiers=(Tier(name="Team", price="$29.00 a month", note="up to 40 seats"),),
        as_of=date(2026, 11, 4),
        source="Price page",
    ),
    rivals=("Llama.cpp", "K2"),
    evidence=(
        Evidence(
            id="issue-212",
            source="Issue 212",
            retrieved=date(2026, 4, 14),
            text="Finds 91% of faults (two of 9) in Q4_K_M. Nine million lines. Twenty-four people. 4.8 GB. "
            "v1.2-beta, C++17.",
        ),
    ),
)
FORMS = fact_forms(DOSSIER)


@pytest.mark.parametrize(
    "text",
    [
        "It reads 1,940 lines, or 1940, in 600-line files and 600 more.",
        "It costs $0.03 a hunk and $29.00 a month, so $29.",
        "It finds 91% of faults, 91 percent, 91 per cent; (91%) stands.",
        "Q4_K_M, GPL-3.0, Apache 2.0, C++17, v1.2-beta and 4.8 GB are told.",
        "Twelve languages, 12 of them, for 3,000 users, three thousand in words.",
        "It was 4 November 2026, November 2026, 2026-11-04, 14 April and all of 2026.",
        "Issue 212's thread (212) names 9 faults, 5-7 rules, 5 or 7.",
        "Nine million lines and twenty-four people; two, three, ten are free words.",
        "Hedge 2B, K2 and rulings.toml are names.",
    ],
)
def test_what_the_dossier_holds(text: str) -> None:
    assert unsupported_numbers(text, FORMS) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It reads 1,941 lines.", ("1,941",)),
        ("It costs 0.03 or $0.3 or €29 or $2900.", ("0.03", "$0.3", "€29", "$2900")),
        ("It finds 91 of them, 9% or 910%.", ("91", "9%", "910%")),
        ("Q4 alone, GPL-2.0, version 3.0 of it.", ("Q4", "GPL-2.0", "3.0")),
        ("In 2027, on 8 November 2026.", ("2027", "8")),
        ("It reads 12,600 or 1,940.5 lines.", ("12,600", "1,940.5")),
        ("Eleven, twelve, a dozen, Ninety-nine, thousands.", ("Eleven", "dozen", "Ninety", "thousands")),
        ("A billion of them.", ("billion",)),
        ("It takes ½ or ² or ٣ of it.", ("½", "²", "٣")),
        ("12x the 2.0x and 40th.", ("12x", "2.0x", "40th")),
        ("No. 3B, and 600GB.", ("3B", "600GB")),
    ],
)
def test_what_it_does_not(text: str, found: tuple[str, ...]) -> None:
    assert unsupported_numbers(text, FORMS) == found


def test_a_number_in_words_may_be_told_in_words_only_whole() -> None:
    assert unsupported_numbers("Nine million lines.", FORMS) == ()
    assert unsupported_numbers("Three million lines.", fact_forms(DOSSIER.model_copy(update={"evidence": ()}))) == (
        "million",
    )


def test_a_forecast_may_name_its_years() -> None:
    forms = fact_forms(DOSSIER, years=range(2026, 2037))
    assert unsupported_numbers("By 2029 it stands.", forms) == ()
    assert unsupported_numbers("By 2037 it falls.", forms) == ("2037",)


def test_nothing_known_and_nothing_said() -> None:
    assert unsupported_numbers("", FORMS) == ()
    assert unsupported_numbers("It has 3.", FactForms((), frozenset())) == ("3",)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "one"), (12, "twelve"), (20, "twenty"), (24, "twenty-four"), (99, "ninety-nine"), (100, "one hundred"),
        (1200, "twelve hundred"), (3000, "three thousand"), (9_000_000, "nine million"), (0, ""), (-3, ""), (101, ""),
        (1_234, ""), (10**15, ""),
    ],
)  # fmt: skip
def test_numbers_in_words(value: int, words: str) -> None:
    assert spell_number(value) == words


@given(
    st.integers(min_value=0, max_value=10**7), st.sampled_from(["{}", "${}", "{}%", "{} GB", "v{}", "{}-line", "{}.5"])
)
def test_no_number_is_overlooked(value: int, shape: str) -> None:
    told = shape.format(value)
    text = f"It says {told} of them."
    missing = unsupported_numbers(text, FORMS)
    parts = [token for token in FORMS.tokens if re.search(rf"(?<!\w){re.escape(token)}(?!\w)", text)]
    assert missing or parts


def test_the_words_are_lower_case_and_different() -> None:
    assert len(set(NUMBER_WORDS)) == len(NUMBER_WORDS) and all(word.islower() for word in NUMBER_WORDS)
