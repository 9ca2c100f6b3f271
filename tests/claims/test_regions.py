from __future__ import annotations

import pytest

from .dossiers import dossier_of, flags

TEXT = "The agency gave the right code for 87%, no code for 9% and a wrong one for 4%."
CODES = dossier_of(TEXT, licence="GPL-3.0 for the app; weights under Apache 2.0")
TIMED = dossier_of(
    "On a phone search over notes took 38 ms in flight mode. Queried with sqlite-vec the same took 41 ms."
)


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("It shows 87% right, 9% without a code and 4% wrong.", []),
        ("It shows 87% right, 4% without a code and 9% wrong.", ["4%", "9%"]),
        ("A code is missing for 9%, a wrong code stands at 4%.", []),
        ("The app is under GPL-3.0 and the weights under Apache 2.0.", []),
        ("The app stands under Apache 2.0 and the weights under GPL-3.0.", ["Apache 2.0", "GPL-3.0"]),
        ("The weights are GPL-3.0.", ["GPL-3.0"]),
    ],
)
def test_values_that_have_changed_places_inside_a_sentence(text: str, flagged: list[str]) -> None:
    assert flags(text, CODES) == flagged


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("sqlite-vec took 41 ms where Hedge took 38.", []),
        ("sqlite-vec took 38 ms where Hedge took 41.", ["38 ms", "41"]),
        ("sqlite-vec was tried in a bare app, and took 38 ms where Hedge took 41.", ["38 ms", "41"]),
    ],
)
def test_a_bare_number_takes_the_unit_before_it_and_small_names_are_names(text: str, flagged: list[str]) -> None:
    assert flags(text, TIMED) == flagged


def test_a_bare_number_may_be_in_another_size_of_unit_than_the_dossier_s() -> None:
    embedding = dossier_of("Search took 38 ms and embedding a photo took 0.4 seconds.")
    assert flags("A search took 38 milliseconds and embedding a photo took 400.", embedding) == []
    assert flags("A search took 38 milliseconds and embedding a photo took 40.", embedding) == ["40"]


def test_a_number_with_a_label_before_it_is_no_sum_and_counts_are_no_lengths_of_time() -> None:
    story = dossier_of("From about chapter 9 on the file no longer fits; ten readers saw it within 90 days.")
    assert flags("From chapter 9 on the file no longer fits.", story) == []
    assert flags("From chapter 19 on the file no longer fits.", story) == ["19"]
    assert flags("It keeps 90 interrupts.", story) == ["90"]


RULES = dossier_of("The 340 protected terms and all 52 rules are YAML files. Clerks discarded one rewrite in five.")


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("All 52 rules and 340 protected terms may be edited.", []),
        ("All 340 rules and 52 protected terms may be edited.", ["340", "52"]),
        ("Clerks discarded a fifth of the rewrites, 20%.", []),
        ("Clerks discarded a third of the rewrites.", ["a third"]),
    ],
)
def test_counts_have_their_own_nouns_and_shares_in_words_are_compared(text: str, flagged: list[str]) -> None:
    assert flags(text, RULES) == flagged
