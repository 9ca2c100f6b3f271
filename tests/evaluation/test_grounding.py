"""Grounding: what is counted, what a dossier supports, and what is no such thing."""

from __future__ import annotations

import pytest

from panel.claims.licences import Licence, find_licences, is_stated
from panel.claims.names import find_names
from panel.claims.quotations import find_quotations
from panel.evaluation.grounding import Ground, Support, add_support, find_digits
from panel.records import Beat, Persona

from .golds import make_answer, make_dossier

DOSSIER = make_dossier(
    "oakstamp",
    "On version 3.2 the import stops; 47 of our 61 prompts have a loop, and 4,986 calls of 5,000 matched. A Danish "
    "bank calls it “slow but honest”. Kafka-compatible logs cost $340 a month.",
    licence="Apache 2.0 library; hosted registry is proprietary",
    rivals=("Langfuse", "PromptLayer"),
)


def persona(*years: tuple[int, int] | None) -> Persona:
    beats = tuple(Beat(id=f"b{place}", question="What?", years=span) for place, span in enumerate(years))
    return Persona(slug="dx", name="DX", lens="It", voice="Dry", ships_when=("Yes",), skips_when=("No",), beats=beats)


def weigh(*texts: str, years: tuple[int, int] | None = None) -> dict[str, Support]:
    return Ground(DOSSIER).weigh(make_answer(*texts), persona(*(years for _ in texts)))


def test_numbers_prices_and_versions() -> None:
    found = weigh("Version 3.2 fails on 47 of 61, and $340 is 12% too much for 4,987 calls.", "It took 5000 calls.")
    # 3.2, 47, 61, $340 and 5000 are the dossier's; 12% and 4,987 are nobody's.
    assert found["numbers"] == Support(5, 7)


def test_a_rounded_number_and_a_longer_one_are_other_numbers() -> None:
    assert weigh("About 50 calls, or 470, or v3.21.")["numbers"] == Support(0, 3)


def test_numbers_in_words_are_not_counted_here() -> None:
    assert weigh("Forty-seven prompts and twenty more.")["numbers"] == Support(0, 0)


def test_years_that_the_persona_may_forecast_are_supported_in_their_beat_alone() -> None:
    assert weigh("By 2029 it is over.")["numbers"] == Support(0, 1)
    assert weigh("By 2029 it is over.", years=(2027, 2031))["numbers"] == Support(1, 1)
    answer = make_answer("By 2029 it is over.", "In 2029 it is.")
    assert Ground(DOSSIER).weigh(answer, persona((2027, 2031), None))["numbers"] == Support(1, 2)


def test_facts_are_listed_as_they_are_written() -> None:
    assert find_digits("It costs ($340), Q4_K_M is 2.5x at ten; half is ½.") == ("$340", "Q4_K_M", "2.5x", "½")
    assert find_digits("Nothing of the kind, not even twenty.") == ()


@pytest.mark.parametrize(
    ("text", "licences"),
    [
        ("Under the MIT licence it is free.", [("MIT", "")]),
        ("An Apache-2.0 library, and Apache License, Version 2.0.", [("Apache", "2"), ("Apache", "2")]),
        ("GPL-3.0, not AGPL v3 or the LGPL.", [("AGPL", "3"), ("LGPL", ""), ("GPL", "3")]),
        ("CC BY 4.0 text, CC-BY-NC-4.0 data, CC0 list.", [("CC0", ""), ("CC BY", "4"), ("CC BY-NC", "4")]),
        ("The GNU Affero General Public License version 3 applies.", [("AGPL", "3")]),
        ("MPL 2.0 since 2026; EUPL 1.2 before.", [("MPL", "2"), ("EUPL", "1.2")]),
        ("Apache Kafka and Apache Arrow, permitted and submitted, railway and trail.", []),
        ("Proprietary, open source, source-available.", []),
    ],
)
def test_licences_are_found_by_name(text: str, licences: list[tuple[str, str]]) -> None:
    assert list(find_licences(text)) == [Licence(*licence) for licence in licences]


def test_a_licence_without_a_version_is_any_of_its_family() -> None:
    known = find_licences("Apache 2.0 or MIT")
    assert is_stated(Licence("Apache", ""), known) and is_stated(Licence("Apache", "2"), known)
    assert not is_stated(Licence("Apache", "1.1"), known) and not is_stated(Licence("MIT", "2"), known)
    assert not is_stated(Licence("GPL", ""), known)


def test_licences_are_held_against_the_dossier_s() -> None:
    assert weigh("The Apache licence helps; Apache 2.0 is safe, MIT is safer.")["licences"] == Support(2, 3)


@pytest.mark.parametrize(
    ("text", "quotations"),
    [
        ('It is “slow but honest”, or "fast".', ["slow but honest", "fast"]),
        ("They say ‘it’s fine’ and 'we won't', too.", ["it’s fine", "we won't"]),
        ("The teams' budget and a user's notes aren't quoted.", []),
        ("Nothing “…” here.", []),
    ],
)
def test_quotations_are_found_by_their_marks(text: str, quotations: list[str]) -> None:
    assert list(find_quotations(text)) == quotations


def test_quotations_are_the_dossier_s_words_in_a_row() -> None:
    found = weigh("It is “Slow, but honest.” It is “honest but slow”. It is “slow”.")
    assert found["quotations"] == Support(2, 3)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Langfuse wins. Oakstamp loses to PromptLayer.", ["PromptLayer"]),
        ("It beats Langfuse, PromptLayer and Acme Cloud Suite.", ["Langfuse", "PromptLayer", "Acme Cloud Suite"]),
        ("The Oakstamp Registry’s price suits Kafka-compatible logs.", ["Oakstamp Registry", "Kafka"]),
        ("By May 2029 I think GPT-5 and Q4 are old, as I'd said on Monday.", []),
        ("It says “Never mind” to Danish banks: Everyone pays.", ["Danish"]),
        ("Teams (Acme) use an API.", ["Acme", "API"]),
        ("nothing at all", []),
    ],
)
def test_names_are_capitals_inside_a_sentence(text: str, names: list[str]) -> None:
    assert list(find_names(text)) == names


def test_names_are_the_dossier_s_whatever_their_case_and_plural() -> None:
    found = weigh("The Oakstamp Works of DANISH banks rivals Langfuse’s and Kafka, not Acme or Oakstamp Cloud.")
    # Oakstamp Works, DANISH, Langfuse, Kafka; not Acme, and not Oakstamp Cloud, of which it holds one half.
    assert found["names"] == Support(4, 6)


def test_phrases_are_not_found_across_two_texts() -> None:
    ground = Ground(DOSSIER)
    assert ground.holds("PromptLayer") and ground.holds("langfuse") and ground.holds("prompts")
    # Langfuse and PromptLayer stand beside each other in the list of rivals, which is no phrase.
    assert not ground.holds("Langfuse PromptLayer")
    assert not ground.holds("…") and not ground.holds("")


def test_counts_add_up() -> None:
    nothing = Support(0, 0)
    assert add_support([])["names"] == nothing
    one = {"numbers": Support(1, 2), "licences": nothing, "quotations": nothing, "names": Support(0, 1)}
    assert add_support([one, one]) == one | {"numbers": Support(2, 4), "names": Support(0, 2)}
