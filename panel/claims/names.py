"""Names in a text: words with a capital inside a sentence, where English has none without a reason.

Found by form alone, so that an invented name is found like any other. A sentence's first word, and a quotation's, has
a capital anyway and is left out: some names are missed, none is taken wrongly. Acronyms ("API") are names here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from panel.facts import has_digit
from panel.texts import find_words, sentence_spans

_NO_NAMES = {
    "i",
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
_OPENERS = "\"“‘'"
_AROUND = "\"“”‘’'()[]*_`.,;:!?"
_POSSESSIVE = re.compile(r"['’]s$")


class NameSpan(NamedTuple):
    """A name and where it stands."""

    start: int
    end: int
    name: str
    opens: bool
    """Whether it is the first word of its sentence."""


def find_names(text: str) -> tuple[str, ...]:
    """List the names in a text, each as long as its capitals go on ("Oakstamp Registry"), in order; () of none.

    Words with digits are facts, not names; so are days and months.
    """
    return tuple(span.name for span in locate_names(text) if not span.opens)


def locate_names(text: str) -> tuple[NameSpan, ...]:
    """Find the names in a text, and the first words of its sentences, which may be names."""
    return tuple(
        span for start, end in sentence_spans(text) if text[start:end].strip() for span in _names_of(text, start, end)
    )


def _names_of(text: str, start: int, stop: int) -> Iterator[NameSpan]:
    found: list[NameSpan] = []
    end, goes_on, is_first = start, False, True
    for word in find_words(text[start:stop]):
        begin = start + word.start
        written = text[begin : start + word.end]
        name = "" if written[0] in _OPENERS else _name_in(written)
        at = begin + written.find(name) if name else begin
        if is_first:
            if name:
                yield NameSpan(at, at + len(name), name, True)
            name = ""
        if name and goes_on and text[end:begin].isspace():
            found[-1] = NameSpan(found[-1].start, at + len(name), f"{found[-1].name} {name}", False)
        elif name:
            found.append(NameSpan(at, at + len(name), name, False))
        # A comma ends a name, and so does what a capital is joined to: "Kafka-compatible".
        goes_on = bool(name) and written.endswith(name)
        is_first = written.endswith(":")
        end = start + word.end
    yield from found


def _name_in(written: str) -> str:
    """Return the capitalised beginning of a word, without marks around it; "" when it has none."""
    bare = _POSSESSIVE.sub("", written.strip(_AROUND))
    if has_digit(bare):
        return ""
    parts = bare.split("-")
    count = next((place for place, part in enumerate(parts) if not part[:1].isupper()), len(parts))
    name = "-".join(parts[:count])
    # "I'd" is no name either.
    return "" if re.split("['’]", name.lower())[0] in _NO_NAMES else name
