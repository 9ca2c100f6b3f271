from __future__ import annotations

from dataclasses import replace

import pytest

from panel.checks import CheckSubject
from panel.checks.names import check_wrong_tool
from panel.records import Dossier

from .verdicts import LARKSPUR, QUILLBOX, subject_of


def named(name: str, slug: str, **changes: object) -> Dossier:
    return LARKSPUR.model_copy(update={"name": name, "slug": slug, **changes})


def against(text: str, *others: Dossier, own: Dossier = QUILLBOX) -> CheckSubject:
    return replace(subject_of("quillbox", "business", text), other_tools=others, dossier=own)


@pytest.mark.parametrize(
    "written",
    ["Larkspur 2B", "larkspur 2b", "LARKSPUR-2B", "larkspur_2b", "Larkspur2B", "larkspur-2b", "Larkspur\n2B"],
)
def test_another_tools_name_is_found_however_it_is_written(written: str) -> None:
    (found,) = check_wrong_tool(against(f"Ship ({written}), then.", LARKSPUR))
    assert (found.check, found.beat, found.quote) == ("wrong-tool", "buyer", written)
    assert found.instruction == "Write about Quillbox only; do not name Larkspur 2B."


@pytest.mark.parametrize("written", ["Larkspur 2Bs", "Alarkspur 2B", "Larkspur", "a larkspur. 2b or not 2b"])
def test_only_whole_names_count(written: str) -> None:
    assert not list(check_wrong_tool(against(f"Ship {written}, then.", LARKSPUR)))


def test_a_rival_of_the_dossier_may_be_named() -> None:
    own = QUILLBOX.model_copy(update={"description": "Reads what larkspur-2b cannot."})
    assert not list(check_wrong_tool(against("Larkspur 2B is behind.", LARKSPUR, own=own)))


def test_a_name_inside_the_own_name_is_not_another_tool() -> None:
    short, own = named("Mistral 3B", "mistral-3b"), named("Mistral 3B Edge", "mistral-3b-edge")
    assert not list(check_wrong_tool(against("Mistral 3B Edge and Mistral 3B ship.", short, own=own)))


def test_the_longer_name_is_found_from_the_shorter_tools_seat() -> None:
    short, long = named("Mistral 3B", "mistral-3b"), named("Mistral 3B Edge", "mistral-3b-edge")
    (found,) = check_wrong_tool(against("Mistral 3B Edge ships.", long, own=short))
    assert found.quote == "Mistral 3B Edge"


def test_the_longest_name_takes_the_words() -> None:
    short, long = named("Mistral 3B", "mistral-3b"), named("Mistral 3B Edge", "mistral-3b-edge")
    (found,) = check_wrong_tool(against("Mistral 3B Edge ships.", short, long))
    assert "names Mistral 3B Edge" in found.message
    both = list(check_wrong_tool(against("Mistral 3B Edge ships, Mistral 3B does not.", short, long)))
    assert [finding.quote for finding in both] == ["Mistral 3B Edge", "Mistral 3B"]


def test_a_word_of_the_language_is_a_name_only_with_its_capital() -> None:
    tool = named("Continue", "continue")
    assert not list(check_wrong_tool(against("They continue to pay.", tool)))
    assert [finding.quote for finding in check_wrong_tool(against("They pay for Continue.", tool))] == ["Continue"]
    small = named("aider", "aider")
    assert [finding.quote for finding in check_wrong_tool(against("They pay for Aider.", small))] == ["Aider"]


def test_a_verb_in_the_dossier_does_not_make_the_name_known() -> None:
    own = QUILLBOX.model_copy(update={"description": "Jobs continue after a crash."})
    assert list(check_wrong_tool(against("They pay for Continue.", named("Continue", "continue"), own=own)))


def test_a_slug_of_one_word_is_no_name() -> None:
    assert not list(check_wrong_tool(against("It runs at the edge.", named("Fenwick Edge AI", "edge"))))


def test_symbols_belong_to_the_name() -> None:
    tool = named("C++", "cpp-tool")
    assert not list(check_wrong_tool(against("Plan C ships.", tool)))
    assert [finding.quote for finding in check_wrong_tool(against("Use C++, then.", tool))] == ["C++"]


def test_a_name_of_dashes_matches_nothing() -> None:
    assert not list(check_wrong_tool(against("It ships - now.", named("-", "x"))))


def test_the_own_name_need_not_be_written() -> None:
    assert not list(check_wrong_tool(against("It ships.", LARKSPUR)))
