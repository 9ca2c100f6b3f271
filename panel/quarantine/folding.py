"""A sentence as plain letters: every disguise that leaves it readable to a model taken off.

For detection only; no reviewer is ever shown a folded text. A disguise that cannot be told from another reading gives
several readings, and all of them are looked at.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from itertools import product

from panel.dossiers.hidden import strip_hidden
from panel.quarantine.decoding import decode_stretches

_CYRILLIC = dict(zip("абвгеёзікмнорстухѕјԁԛԝһьѵӏɡ", "abbreezikmhopctyxsjdqwhbvlg", strict=True))
_CYRILLIC |= dict(zip("АВЕЅІЈКМНОРСТУХЬҺ", "abesijkmhopctyxbh", strict=True)) | {"г": "r", "п": "n", "у": "y", "ԍ": "g"}
_GREEK = dict(zip("αβγδεζηικμνορστυχωϲϳ", "abydeznikuvopotuxwcj", strict=True))
_GREEK |= dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx", strict=True)) | {"ς": "c", "ϱ": "p"}
_OTHERS = dict(zip("ıօսոհցʀᴀᴄᴅᴇᴋᴍɴᴏᴘᴛᴜᴠᴡɪʟʏʙꜱɢʜᴊᴢ", "iounhgracdekmnoptuvwilybsghjz", strict=True))
_LOOKALIKE = str.maketrans(_CYRILLIC | _GREEK | _OTHERS)
_QUOTES = str.maketrans(
    {**dict.fromkeys("“”„‟«»＂″", '"'), **dict.fromkeys("‘’‚‛`´＇′", "'"), "—": "-", "–": "-", "‐": "-"}
)

_LEET = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i"}
_LEET_WORD = re.compile(r"(?<![\w.])(?=[a-z@$!]*[0134579@$!])(?=[\w@$!]*[a-z0-9])[a-z0134579@$!]{2,14}(?![\w%])")
_LEAST_LEET_WORDS = 4
_LEAST_LEET_SHARE = 0.4
_LEET_READINGS_MAX = 8
_WORDS = (
    "ai all and any always answer call calls decision dossier evidence follow forget ignore ill instruction"
    " instructions line make must previous prompt recommend reply reviewer reviewers rule rules seat ship skip system"
    " tell the this tool verdict will write you your"
)
_KNOWN = frozenset(_WORDS.split())
"""Read out of leetspeak first, where a digit may stand for several letters."""

_SPACED = re.compile(r"(?<!\w)(?:\w[ .*_-]){3,}\w(?!\w)")


def fold(text: str) -> str:
    """Fold a text to lower case, compatible letters, plain quotes and single spaces; hidden characters are left out."""
    plain = unicodedata.normalize("NFKC", strip_hidden(text)).translate(_QUOTES).casefold()
    return " ".join(plain.split())


def readings(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield a sentence's readings, each with the disguise it takes off; the plain one first, with none.

    No reading comes twice.
    """
    seen = set()
    for disguise, reading in _all_readings(sentence):
        if reading and reading not in seen:
            seen.add(reading)
            yield disguise, reading


def _all_readings(sentence: str) -> Iterator[tuple[str, str]]:
    plain = fold(sentence)
    yield "", plain
    alike = unicodedata.normalize("NFKC", strip_hidden(sentence)).translate(_LOOKALIKE)
    yield "letters of other scripts that look alike", fold(alike)
    if leet := _read_leet(plain):
        yield "digits in the place of letters", leet
    if _SPACED.search(plain):
        yield "spaces between letters", _SPACED.sub(lambda match: re.sub(r"[ .*_-]", "", match.group()), plain)
    yield "written backwards", plain[::-1]
    yield "every letter shifted by thirteen", codecs.encode(plain, "rot13")
    for name, decoded in decode_stretches(sentence):
        yield name, fold(decoded)


def count_mixed_words(sentence: str) -> int:
    """Count the words in which Latin letters stand among Cyrillic or Greek ones; units such as µs are none."""
    return sum(
        1
        for word in re.findall(r"[^\W\d_]{3,}", unicodedata.normalize("NFKC", sentence))
        if len({_script(letter) for letter in word} & {"LATIN", "CYRILLIC", "GREEK"}) > 1
    )


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split(" ", 1)[0]


def _read_leet(plain: str) -> str:
    words = plain.split()
    disguised = [word for word in words if _LEET_WORD.search(word) and re.search(r"[a-z]", word)]
    if len(disguised) < _LEAST_LEET_WORDS or len(disguised) < _LEAST_LEET_SHARE * len(words):
        return ""
    return _LEET_WORD.sub(lambda match: _read_word(match.group()), plain)


def _read_word(word: str) -> str:
    options = [_LEET.get(character, character) for character in word]
    tries = ["".join(choice) for choice in product(*options)] if _count(options) <= _LEET_READINGS_MAX else []
    known = [reading for reading in tries if reading in _KNOWN]
    return known[0] if known else "".join(option[0] for option in options)


def _count(options: list[str]) -> int:
    count = 1
    for option in options:
        count *= len(option)
    return count
