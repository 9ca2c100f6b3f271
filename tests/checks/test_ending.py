from __future__ import annotations

import pytest

from panel.checks.ending import check_cut_off

from .verdicts import subject_of

WHOLE = [
    "It ships.",
    "Does it ship?",
    "Ship it!",
    "He calls it “done.”",
    "The card says “done”.",
    '(It says "done.")',
    "They raised a Series A.",
    "It is worth paying for.",
    "That is what it is made of.",
    "The whole query hangs on the word “and”.",
    "**It ships.**",
    "很好。",
    "यह अच्छा है।",
    "It costs $19 a month in the U.S.",
]
CUT = [
    ("It ships", "no stop ends it"),
    ("It ships. It also has a", "no stop ends it"),
    ("It ships,", "no stop ends it"),
    ("It ships (mostly", "no stop ends it"),
    ("It ships:", "no stop ends it"),
    ("It ships…", "no stop ends it"),
    ("It ships...", "it trails off in an ellipsis"),
    ("It ships with the.", "it ends in “the”"),
    ("It is cheap and.", "it ends in “and”"),
    ("It is cheap —and.", "it ends in “and”"),
    ("It is cheaper than!", "it ends in “than”"),
]


@pytest.mark.parametrize("text", WHOLE)
def test_whole_sentences_are_whole(text: str) -> None:
    assert not list(check_cut_off(subject_of("quillbox", "business", text)))


@pytest.mark.parametrize(("text", "reason"), CUT)
def test_cut_sentences_are_found(text: str, reason: str) -> None:
    (found,) = check_cut_off(subject_of("quillbox", "business", text))
    assert (found.check, found.beat) == ("cut-off", "buyer")
    assert found.message == f"The beat's last sentence is cut off: {reason}."


def test_the_quote_is_the_last_sentence() -> None:
    (found,) = check_cut_off(subject_of("quillbox", "business", "It ships. It also has a"))
    assert found.quote == "It also has a"


def test_an_empty_beat_is_left_to_its_own_check() -> None:
    assert not list(check_cut_off(subject_of("quillbox", "business", "—")))
