"""Two texts compared word by word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.editorial import WordChange, changed_share, mark_changes, word_diff

TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(["a", "b", " ", "\n", "ab", "\u00a0"])).map("".join))


@settings(deadline=None)
@given(before=TEXTS, after=TEXTS)
def test_a_comparison_joins_back_to_both_texts(before: str, after: str) -> None:
    changes = word_diff(before, after)
    assert "".join(change.text for change in changes if change.kind != "added") == before
    assert "".join(change.text for change in changes if change.kind != "removed") == after
    assert all(change.text for change in changes)


@settings(deadline=None)
@given(text=TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert word_diff(text, text) == ((WordChange("same", text),) if text else ())
    assert mark_changes(text, text) == text
    assert changed_share(text, text) == 0


@settings(deadline=None)
@given(before=TEXTS, after=TEXTS)
def test_the_share_is_0_for_the_same_words_only(before: str, after: str) -> None:
    share = changed_share(before, after)
    assert 0 <= share <= 1
    assert (share == 0) is (before.split() == after.split())
    if set(before.split()).isdisjoint(after.split()) and (before.split() or after.split()):
        assert share == 1


@pytest.mark.parametrize(
    ("before", "after", "share", "marked"),
    [
        ("", "", 0, ""),
        ("", "new", 1, "{+new+}"),
        ("old", "", 1, "[-old-]"),
        ("it is slow", "it is fast", 1 / 3, "it is [-slow-]{+fast+}"),
        ("a b c d", "a b", 1 / 2, "a b[- c d-]"),
        ("a b", "a b c d", 1 / 2, "a b{+ c d+}"),
        ("a b c d", "x a b y", 1 / 2, "{+x +}a b [-c d-]{+y+}"),
        ("a  b", "a b", 0, "a[-  -]{+ +}b"),
    ],
)
def test_examples(before: str, after: str, share: float, marked: str) -> None:
    assert changed_share(before, after) == pytest.approx(share)
    assert mark_changes(before, after) == marked


def test_a_word_repeated_in_a_long_text_is_not_taken_for_noise() -> None:
    text = "the cat " * 300
    assert changed_share(text, text + "the") < 0.01


@settings(deadline=None)
@given(words=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=30))
def test_a_text_that_doubles_has_changed_by_half(words: list[str]) -> None:
    text = " ".join(words)
    assert changed_share(text, f"{text} {text}") == 0.5
    assert changed_share(f"{text} {text}", text) == 0.5
