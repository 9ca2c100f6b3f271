"""Guesses the next token from what was said before: reviewers quote their dossier, and one is like another.

A guess costs almost nothing to check, because a step that computes two tokens of each text takes hardly longer than
one that computes one. A wrong guess is dropped; it never changes a text.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST_HABITS = 200_000

Habits = dict[tuple[int, ...], int]
"""What followed the last one or two tokens in any answer of this engine, when they were last written."""


class Lookup:
    """What followed the last one, two and three tokens, in this prompt and answer or in any other answer.

    Args:
        prompt: its tokens.
        habits: shared by all answers of an engine; added to.
    """

    def __init__(self, prompt: Iterable[int], habits: Habits) -> None:
        self._own: Habits = {}
        self._habits = habits
        self._last = (0, 0, 0)
        for token in prompt:
            self._learn(token)

    def extend(self, token: int) -> None:
        """Go on by one token of the answer."""
        if len(self._habits) > MOST_HABITS:
            self._habits.clear()
        self._habits[self._last[1:]] = self._habits[self._last[2:]] = token
        self._learn(token)

    def guess(self) -> int:
        """Return what most probably follows; any token when nothing is known."""
        three, two, one = self._last, self._last[1:], self._last[2:]
        for known, place in (
            (self._own, three),
            (self._own, two),
            (self._habits, two),
            (self._own, one),
            (self._habits, one),
        ):
            token = known.get(place)
            if token is not None:
                return token
        return one[0]

    def _learn(self, token: int) -> None:
        last, own = self._last, self._own
        own[last] = own[last[1:]] = own[last[2:]] = token
        self._last = (last[1], last[2], token)
