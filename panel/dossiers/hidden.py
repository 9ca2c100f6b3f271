"""Characters a reader cannot see, and the tokens models take for turns of a conversation.

A sentence an editor cannot see must not reach a reviewer: zero-width and bidirectional characters, tag characters
and variation selectors carry whole messages past the eye. Loading a dossier refuses them; starting one from an
outside page strips them.

White space (tab, line feed, carriage return, every space, the line and paragraph separators) is not hidden, and an
emoji's presentation selector (U+FE0E, U+FE0F) is allowed where it follows the symbol it belongs to. Zero-width
joiners are refused even where a script or a joined emoji has a use for them: a dossier is read by a model.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_HIDDEN = (
    "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f"  # C0 and C1 controls, but tab, line feed and carriage return
    "\\u00ad\\u034f\\u061c"  # soft hyphen, grapheme joiner, Arabic letter mark
    "\\u115f\\u1160\\u3164\\uffa0\\u17b4\\u17b5"  # letters that are drawn as nothing
    "\\u180b-\\u180f"  # Mongolian selectors and vowel separator
    "\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff"  # zero-width, bidirectional, invisible operators
    "\\ufe00-\\ufe0d\\ufff0-\\ufffb\\ufffe\\uffff"  # selectors, annotations, noncharacters
    "\\ud800-\\udfff"  # surrogates: YAML's escapes can make one alone, which no UTF-8 can hold
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a"  # shorthand and musical format controls
    "\\U000e0000-\\U000e0fff"  # tag characters and the variation selectors' supplement
)
_SYMBOL = "#*0-9©®\\u203c\\u2049\\u2100-\\u2bff\\u3030\\u303d\\u3297\\u3299\\U0001f000-\\U0001faff"
HIDDEN_CHARACTER = re.compile(f"[{_HIDDEN}]|(?<![{_SYMBOL}])[\\ufe0e\\ufe0f]")

CONTROL_TOKEN = re.compile(
    r"<[|｜][^\s<>|｜]{1,80}[|｜]>"  # <|im_start|>, <|endoftext|>, <｜User｜>
    r"|</?s>|<[bes]o[sp]>|<pad>|<unk>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|THINK|gMASK)\]"
    r"|<</?SYS>>"
    r"|</?(?:start|end)_of_turn>|<turn[|｜]>|<[|｜]turn>"
    r"|</?(?:think|tool_call|tool_response|function_call)>",
    re.IGNORECASE,
)
"""No alternative holds white space: a token is replaced by a space, so its neighbours cannot close up into another."""


class Hidden(NamedTuple):
    """One hidden character.

    Attributes:
        offset: 0-based, in characters.
        codepoint: its number and name: "U+200B ZERO WIDTH SPACE".
    """

    offset: int
    codepoint: str


def find_hidden(text: str) -> list[Hidden]:
    """List the characters a reader cannot see, in order; control tokens are visible and not among them."""
    return [Hidden(match.start(), codepoint_name(match.group())) for match in HIDDEN_CHARACTER.finditer(text)]


def strip_hidden(text: str) -> str:
    """Remove hidden characters, then put one space in the place of every chat control token.

    Stripping twice changes nothing more. Hidden characters go first, so that one cannot be hidden inside a token.
    """
    return CONTROL_TOKEN.sub(" ", HIDDEN_CHARACTER.sub("", text))


def codepoint_name(character: str) -> str:
    """Name a character: "U+200B ZERO WIDTH SPACE"."""
    fallback = "SURROGATE" if 0xD800 <= ord(character) <= 0xDFFF else "CONTROL CHARACTER"
    return f"U+{ord(character):04X} {unicodedata.name(character, fallback)}"
