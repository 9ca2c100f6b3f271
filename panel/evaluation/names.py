"""Names in a text: words with a capital inside a sentence, where English has none without a reason.

Found by form alone, so that an invented name is found like any other. A sentence's first word, and a quotation's, has
a capital anyway and is left out: some names are missed, none is taken wrongly. Acronyms ("API") are names here.
"""

from __future__ import annotations

import re

from panel.checks.words import find_sentences, find_words
from panel.facts import has_digit

_NO_NAMES = {
    "i",
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
_OPENERS = "\"“‘'"
_AROUND = "\"“”‘’'()[]*_`.,;:!?"
_POSSESSIVE = re.compile(r"['’]s$")


def find_names(text: str) -> tuple[str, ...]:
    """List the names in a text, each as long as its capitals go on ("Oakstamp Registry"), in order; () of none.

    Words with digits are facts, not names; so are days and months.
    """
    return tuple(name for sentence in find_sentences(text) for name in _names_of(sentence.text))


def _names_of(sentence: str) -> list[str]:
    found: list[str] = []
    end, goes_on, is_first = 0, False, True
    for word in find_words(sentence):
        written = sentence[word.start : word.end]
        name = "" if is_first or written[0] in _OPENERS else _name_in(written)
        if name and goes_on and sentence[end : word.start].isspace():
            found[-1] = f"{found[-1]} {name}"
        elif name:
            found.append(name)
        # A comma ends a name, and so does what a capital is joined to: "Kafka-compatible".
        goes_on = bool(name) and written.endswith(name)
        is_first = written.endswith(":")
        end = word.end
    return found


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
