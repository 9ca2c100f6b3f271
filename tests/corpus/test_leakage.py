"""Leakage: what is learnt from train must not be what is asked in dev and test."""

from __future__ import annotations

import pytest

from .conftest import Corpus
from .writing import make_sentence, slug_of


def name(corpus: Corpus, words: str) -> None:
    """Let a verdict of tool 8 say some words."""
    corpus.argument(8, "business")["buyer"] = f"{make_sentence('buyer', chars=110)[:-1]} {words}."


def test_a_name_in_two_splits_is_told(corpus: Corpus) -> None:
    corpus.dossier(8)["name"] = corpus.dossier(3)["name"].upper()
    (fault,) = corpus.check().faults
    assert (fault.rule, str(fault.place), fault.quote) == (
        "split-name",
        f"dossiers/{slug_of(8)}.yaml",
        corpus.dossier(8)["name"],
    )
    assert fault.message == f"a tool of the dev split has the name of {slug_of(3)} (train)"


def test_a_maker_and_category_in_two_splits_are_told(corpus: Corpus) -> None:
    corpus.dossier(9).update(maker=corpus.dossier(3)["maker"], category=corpus.dossier(3)["category"])
    (fault,) = corpus.check().faults
    assert (fault.rule, str(fault.place)) == ("split-maker", f"dossiers/{slug_of(9)}.yaml")
    assert fault.message == f"a tool of the test split has the maker and the category of {slug_of(3)} (train)"


def test_a_maker_of_several_kinds_and_names_within_a_split_are_fine(corpus: Corpus) -> None:
    corpus.dossier(9)["maker"] = corpus.dossier(3)["maker"]
    corpus.dossier(4)["name"] = corpus.dossier(3)["name"]
    corpus.dossier(4)["maker"] = corpus.dossier(3)["maker"]
    assert corpus.faults() == []


@pytest.mark.parametrize("listed", [False, True])
def test_a_verdict_that_names_another_tool_is_told_even_when_it_is_a_rival(corpus: Corpus, listed: bool) -> None:
    other = corpus.dossier(4)["name"]
    if listed:
        corpus.dossier(8)["rivals"] = [other, "Excel"]
    name(corpus, f"and {other} as Excel")
    (fault,) = corpus.check().faults
    assert (fault.rule, str(fault.place), fault.quote) == (
        "foreign-tool",
        f"verdicts/{slug_of(8)}.yaml: business.buyer",
        other,
    )
    assert fault.message == f"the verdict names {slug_of(4)} (train), another tool of the corpus"


def test_another_tool_is_known_by_every_spelling_of_its_name(corpus: Corpus) -> None:
    corpus.dossier(4)["name"] = "Zyx Benu Lite"
    name(corpus, "and zyx-benu lite")
    assert [(rule, quote) for rule, _, quote in corpus.faults()] == [("foreign-tool", "zyx-benu lite")]


def test_its_own_name_and_its_maker_s_may_stand(corpus: Corpus) -> None:
    corpus.dossier(8)["maker"] = f"{corpus.dossier(4)['name']} Works"
    name(corpus, f"and {corpus.dossier(8)['name']} by {corpus.dossier(4)['name']}")
    assert corpus.faults() == []
