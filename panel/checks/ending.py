"""Endings: beats that stop before their sentence does."""

from __future__ import annotations

from collections.abc import Iterator

from panel.checks.subject import CheckSubject
from panel.records import Finding
from panel.texts import CLOSERS, STOPS, clip_quote, find_sentences, find_words

_NEVER_LAST = frozenset({"a", "an", "and", "because", "but", "nor", "or", "than", "the", "their", "whose"})
"""English words that no sentence ends in. Prepositions are not here: "worth paying for." is whole."""


def check_cut_off(subject: CheckSubject) -> Iterator[Finding]:
    """Find beats that end without a stop, in an ellipsis, or in a word that cannot be the last."""
    for beat in subject.beats:
        sentences = find_sentences(beat.text)
        if sentences and (reason := _why_cut_off(beat.text)):
            yield Finding(
                check="cut-off",
                beat=beat.id,
                message=f"The beat's last sentence is cut off: {reason}.",
                instruction="Finish the last sentence, and end it with a full stop.",
                quote=clip_quote(sentences[-1].text[-80:]),
            )


def _why_cut_off(text: str) -> str:
    """Say why the last sentence of a text that has words is not whole; "" when it is."""
    closed = text.rstrip().rstrip(CLOSERS)
    if not closed.endswith(tuple(STOPS)):
        return "no stop ends it"
    if closed.endswith(".."):
        return "it trails off in an ellipsis"
    word = find_words(closed)[-1]
    # As written, not folded: "Series A." is whole, and so is: the word "and".
    last = closed[word.start : word.end].rstrip(STOPS)
    return f"it ends in “{last}”" if last in _NEVER_LAST else ""
