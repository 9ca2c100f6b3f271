"""Two texts compared word by word."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

_WORD = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class WordChange:
    """A run of words that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_diff(before: str, after: str) -> tuple[WordChange, ...]:
    """Compare two texts word by word, white space kept; () for two empty texts."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    changes: list[WordChange] = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if kind == "equal":
            changes.append(WordChange("same", "".join(old[a_from:a_to])))
            continue
        if a_to > a_from:
            changes.append(WordChange("removed", "".join(old[a_from:a_to])))
        if b_to > b_from:
            changes.append(WordChange("added", "".join(new[b_from:b_to])))
    return tuple(changes)


def mark_changes(before: str, after: str) -> str:
    """Render a comparison as plain text: `[-gone-]` and `{+come+}`, as `git diff --word-diff` does."""
    forms = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(forms[change.kind].format(change.text) for change in word_diff(before, after))


def changed_share(before: str, after: str) -> float:
    """Tell how much of a text was changed, by words.

    Returns:
        0 for the same words, 1 when no word in order is shared: what is not in common, over the words of the longer
        text. A text that doubles has changed by half, as has one that is halved. 0 for two empty texts.
    """
    old, new = before.split(), after.split()
    longer = max(len(old), len(new))
    if not longer:
        return 0.0
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks())
    return 1.0 - matched / longer
