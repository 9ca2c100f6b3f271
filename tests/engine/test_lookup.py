from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panel.engine.lookup import Lookup


def guesses(prompt: list[int], answer: list[int]) -> list[int]:
    lookup = Lookup(prompt)
    found = []
    for token in answer:
        found.append(lookup.guess())
        lookup.extend(token)
    return found


def test_a_phrase_that_was_seen_is_guessed_on() -> None:
    assert guesses([1, 2, 3, 4, 5], [9, 2, 3, 4])[2:] == [3, 4]


def test_a_pair_knows_better_than_a_single_token() -> None:
    assert guesses([1, 2, 3, 7, 2, 4], [1, 2, 3])[2] == 3


def test_the_latest_follower_counts_and_answers_teach() -> None:
    assert guesses([1, 2, 1, 3], [5, 1])[-1] != 3
    assert guesses([1, 2, 1, 3, 1], [0])[0] == 3
    assert guesses([], [4, 5, 4, 5])[3] == 5


@given(st.lists(st.integers(0, 4)), st.lists(st.integers(0, 4)))
def test_any_history_gives_a_guess(prompt: list[int], answer: list[int]) -> None:
    for guess in guesses(prompt, answer):
        assert guess in [0, *prompt, *answer]
