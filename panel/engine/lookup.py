"""Guesses the next token from what was said before: reviewers quote their dossier and repeat their phrases.

A guess costs almost nothing to check, because a step that computes two tokens of each text takes hardly longer than
one that computes one. A wrong guess is dropped; it never changes a text.
"""

from __future__ import annotations

from collections.abc import Iterable


class Lookup:
    """What followed each token, and each pair of tokens, when they were last seen.

    Args:
        tokens: the prompt.
    """

    def __init__(self, tokens: Iterable[int]) -> None:
        self._after: dict[int | tuple[int, int], int] = {}
        self._last = self._before = 0
        for token in tokens:
            self.extend(token)

    def extend(self, token: int) -> None:
        """Go on by one token."""
        self._after[self._before, self._last] = token
        self._after[self._last] = token
        self._before, self._last = self._last, token

    def guess(self) -> int:
        """Return what most probably follows; any token when nothing is known."""
        after = self._after
        found = after.get((self._before, self._last))
        return after.get(self._last, self._last) if found is None else found
