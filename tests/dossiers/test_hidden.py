from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.dossiers.hidden import find_hidden, strip_hidden

HIDDEN = [
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff",  # zero-width
    "\u202a", "\u202e", "\u2066", "\u2069", "\u061c",  # bidirectional
    "\u00ad", "\u034f", "\u180e", "\u3164",
    "\U000e0001", "\U000e0041", "\U000e007f",  # tags
    "\ufe00", "\U000e0100", "\U000e01ef",  # variation selectors
    "\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b",  # controls
    "\ud800", "\uffff",
]  # fmt: skip

TOKENS = [
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|start_header_id|>", "<|eot_id|>", "<｜User｜>",
    "[INST]", "[/INST]", "<s>", "</s>", "<<SYS>>", "<</SYS>>", "<start_of_turn>", "<end_of_turn>", "<bos>", "<think>",
]  # fmt: skip


@pytest.mark.parametrize("character", HIDDEN, ids=lambda c: f"U+{ord(c):04X}")
def test_hidden_characters_are_found_and_stripped(character: str) -> None:
    (found,) = find_hidden(f"ab{character}c")
    assert found.offset == 2
    assert found.codepoint.startswith(f"U+{ord(character):04X} ")
    assert strip_hidden(f"ab{character}c") == "abc"


def test_names_say_what_it_is() -> None:
    assert [found.codepoint for found in find_hidden("\u200b\x07\ud800")] == [
        "U+200B ZERO WIDTH SPACE",
        "U+0007 CONTROL CHARACTER",
        "U+D800 SURROGATE",
    ]


@pytest.mark.parametrize(
    "text", ["", "plain\ttext\r\nover lines", "naïve – “quoted” 日本語 \u00a0", "⚠️ 1️⃣ ©️ ❤️ 🛠️", "a < b | c > d"]
)
def test_visible_text_is_left_alone(text: str) -> None:
    assert find_hidden(text) == []
    assert strip_hidden(text) == text


def test_a_presentation_selector_hides_where_no_symbol_carries_it() -> None:
    assert [found.offset for found in find_hidden("a\ufe0fb ⚠\ufe0f\ufe0f")] == [1, 6]


@pytest.mark.parametrize("token", TOKENS)
def test_control_tokens_are_stripped_but_not_called_hidden(token: str) -> None:
    assert find_hidden(token) == []
    assert strip_hidden(f"a{token}b") == "a b"
    assert strip_hidden(f"a{token.upper()}b") == "a b"


def test_a_token_cannot_be_hidden_or_nested_to_survive() -> None:
    assert strip_hidden("<|im_\u200bstart|>") == " "
    assert strip_hidden("[IN\u200bST]") == " "
    assert "<|im_start|>" not in strip_hidden("<|im_<|x|>start|>").replace(" ", "_")
    assert strip_hidden("[IN[INST]ST]") == "[IN ST]"


PIECES = [*"<|>[]/ab INST_s\n", "\u200b", "\ufe0f", "⚠", "\U000e0041", *TOKENS]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_stripping_twice_changes_nothing_more(text: str) -> None:
    once = strip_hidden(text)
    assert strip_hidden(once) == once
    assert find_hidden(once) == []


@given(st.text())
def test_any_text_can_be_stripped(text: str) -> None:
    once = strip_hidden(text)
    assert strip_hidden(once) == once
    assert find_hidden(once) == []
