from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.engine.lookup import Habits, Lookup


def guesses(prompt: list[int], answer: list[int], habits: Habits | None = None) -> list[int]:
    lookup = Lookup(prompt, {} if habits is None else habits)
    found = []
    for token in answer:
        found.append(lookup.guess())
        lookup.extend(token)
    return found


def test_a_phrase_that_was_seen_is_guessed_on() -> None:
    assert guesses([1, 2, 3, 4, 5], [9, 2, 3, 4])[2:] == [3, 4]


def test_more_of_what_went_before_knows_better() -> None:
    assert guesses([1, 2, 3, 7, 2, 4], [1, 2, 3])[2] == 3
    assert guesses([9, 1, 2, 3, 8, 1, 2, 4], [9, 1, 2, 3])[3] == 3


def test_the_latest_follower_counts_and_answers_teach() -> None:
    assert guesses([1, 2, 1, 3, 1], [0])[0] == 3
    assert guesses([], [4, 5, 4, 5])[3] == 5


def test_other_answers_teach_habits_but_a_prompt_does_not() -> None:
    habits: Habits = {}
    guesses([7, 8, 9], [1, 2, 3], habits)
    assert guesses([], [1, 2, 3], habits)[1:] == [2, 3]
    assert guesses([], [8, 9], habits)[1] == 8  # nothing is known of it, so any token will do
    # What the own dossier says of two tokens goes before anybody's habit.
    assert guesses([5, 1, 2, 4], [0, 1, 2, 4], habits)[3] == 4


def test_habits_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.engine.lookup.MOST_HABITS", 10)
    habits: Habits = {}
    guesses([], list(range(100)), habits)
    assert 0 < len(habits) <= 12


@given(st.lists(st.integers(0, 4)), st.lists(st.integers(0, 4)))
def test_any_history_gives_a_guess(prompt: list[int], answer: list[int]) -> None:
    for guess in guesses(prompt, answer):
        assert guess in [0, *prompt, *answer]
