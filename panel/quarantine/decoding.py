"""Stretches of a sentence that spell another text: base64, hexadecimal, percent signs, entities, escapes, Morse.

Only what comes out as plain text counts: a checksum, a key or a hash decodes to noise and is left alone.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w+/])")
_HEX = re.compile(r"(?<![0-9a-zA-Z])(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s,:]{0,2}){8,}(?![0-9a-zA-Z])")
_NUMBERS = re.compile(r"(?<![\w.])(?:\d{2,3}[\s,;]{1,2}){3,}\d{2,3}(?![\w.])")
_BITS = re.compile(r"(?<!\w)(?:[01]{8}\s?){4,}(?!\w)")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|U\+([0-9a-fA-F]{4})\s?")
_MORSE = re.compile(r"(?:[.\-·−]{1,6}(?:\s*[/|]\s*|\s+)){5,}[.\-·−]{1,6}")
_SIGNS = ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
_LETTERS = dict(zip(_SIGNS.split(), "abcdefghijklmnopqrstuvwxyz", strict=True))
_PLAIN_SHARE = 0.9


def decode_stretches(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield what a sentence's encoded stretches spell, each with the name of its code."""
    for match in _BASE64.finditer(sentence):
        yield from _plain("base64", _decode_base64(match.group()))
    for match in _HEX.finditer(sentence):
        yield from _plain("hexadecimal", bytes.fromhex(re.sub(r"0x|\\x|[^0-9a-fA-F]", "", match.group())))
    for match in _NUMBERS.finditer(sentence):
        codes = [int(number) for number in re.findall(r"\d+", match.group())]
        yield from _plain("character codes", bytes(code for code in codes if code < 256))
    for match in _BITS.finditer(sentence):
        yield from _plain("bits", bytes(int(bits, 2) for bits in re.findall(r"[01]{8}", match.group())))
    if "%" in sentence and (unquoted := unquote(sentence)) != sentence:
        yield "percent signs", unquoted
    if "&" in sentence and (unescaped := html.unescape(sentence)) != sentence:
        yield "entities", unescaped
    if _ESCAPE.search(sentence):
        yield "escapes", _ESCAPE.sub(lambda match: chr(int(match[1] or match[2] or match[3], 16)), sentence)
    for match in _MORSE.finditer(sentence):
        words = re.split(r"\s*[/|]\s*", match.group().replace("·", ".").replace("−", "-"))
        yield "Morse code", " ".join("".join(_LETTERS.get(sign, "") for sign in word.split()) for word in words)


def _decode_base64(word: str) -> bytes:
    whole = word.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _plain(name: str, raw: bytes) -> Iterator[tuple[str, str]]:
    text = raw.decode("utf-8", "replace")
    if len(text) >= 4 and sum(letter.isalpha() or letter in " .,:;!?'\"-\n" for letter in text) >= _PLAIN_SHARE * len(
        text
    ):
        yield name, text
