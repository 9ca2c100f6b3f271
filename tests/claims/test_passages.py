from __future__ import annotations

from panel.claims import best_passage

from .dossiers import DOSSIER


def test_the_nearest_sentence_of_the_dossier_is_found() -> None:
    passage = best_passage("A railway planted eighty faults to see what it finds.", DOSSIER)
    assert passage is not None and passage.place.field == "evidence:trial" and passage.text == "We planted 80 faults."


def test_prices_are_passages_too() -> None:
    passage = best_passage("Site costs $640 for 150 repositories.", DOSSIER)
    assert passage is not None and passage.place.field == "pricing.tiers[1]"


def test_a_sentence_without_a_shared_word_has_none() -> None:
    assert best_passage("Zebras yawn.", DOSSIER) is None
    assert best_passage("…", DOSSIER) is None
