r"""The grammar of a locked answer: as its schema says, and digits only where the dossier has that number.

Written in the Lark dialect of llguidance. A beat is one or two sentences; a sentence is words, facts and what stands
between them; a fact is one of the dossier's, whole. So a number cannot be begun that the dossier does not finish, a
currency sign needs its price, and a stop inside a sentence can only be a fact's own ("4.8", "rulings.toml"). Lengths
are exact. Nothing may be joined before a fact, or "2.0" would make a "GPL-2.0"; behind it a word may, as in "600-line".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from panel.facts import NUMBER_WORDS, fact_forms
from panel.records import Call, Dossier, Persona

_CAPITAL = r"A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a9\u0400-\u042f"
_CASELESS = r"\u0590-\u05ff\u0620-\u065f\u0900-\u0965\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3"
_LETTER = rf"A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f{_CASELESS}"
_CLOSING = r"'\u2019\u201d)"
_OPENING = r"'(\u2018\u201c"

_TEXT = rf"""
TEXT: SENTENCE (" " SENTENCE)?
SENTENCE: /[{_OPENING}]/? BEGINNING (GAP UNIT)* /[{_CLOSING}]/? /[{_CLOSING}]/? /[.!?]/
BEGINNING: (WORD & /[{_CAPITAL}{_CASELESS}][^\x00]*/) (MARK WORD)* | FACTS
UNIT: WORDS ("()" | "+" | "++" | "#")? | FACTS
WORDS: WORD (MARK WORD)*
FACTS: FACT (/[-\u2013\/]/ (FACT | WORDS))*
WORD: LETTERS & ~NUMBER
LETTERS: /[{_LETTER}]+/
MARK: /['\u2019\/&+_@#*=-]/ | "::"
GAP: SPACED | DASH | FLAG
SPACED: /[{_CLOSING}]?[{_CLOSING}]?[,;:]? [{_OPENING}]?/
DASH: /\u2014/ | / [-\u2013\u2014&+\/] /
FLAG: " /" | " -" | " --"
"""
_NAMES = re.compile(
    r"\b(?:TEXT|SENTENCE|BEGINNING|UNIT|WORDS|FACTS|WORD|LETTERS|MARK|GAP|SPACED|DASH|FLAG|FACT|NUMBER)\b"
)

MOST_FACTS = 4000
"""How many of a dossier's facts the grammar holds, the longest: many times what a dossier of three pages has."""

FACT_CHARS = 60
_UNSAFE = re.compile(r'["\\{}\[\]<>|]')


def answer_grammar(persona: Persona, dossier: Dossier) -> str:
    """Return the grammar of a persona's answer about a dossier; "" for a persona whose facts are free."""
    if persona.facts == "free":
        return ""
    rules, start = [], []
    forms = {years: fact_forms(dossier, years=years) for years in {beat.forecast_years for beat in persona.beats}}
    names = {years: f"F{number}" for number, years in enumerate(forms)}
    for number, beat in enumerate(persona.beats):
        opening = '{"argument":{' if number == 0 else '",'
        start += [json.dumps(f'{opening}"{beat.id}":"'), f"B{number}"]
        rules.append(f"B{number}: TEXT{names[beat.forecast_years]} & /[^\\x00]{{{beat.min_chars},{beat.max_chars}}}/")
    calls = " | ".join(json.dumps(call.value) for call in Call)
    start += [json.dumps('"},"call":"'), f"({calls})", json.dumps('"}')]
    for years, name in names.items():
        facts = [fact for fact in forms[years].tokens if _is_safe(fact)][:MOST_FACTS]
        words = [word for word in NUMBER_WORDS if word not in forms[years].words]
        rules.append(_text(name, facts, words))
    return "%llguidance {}\nstart: " + " ".join(start) + "\n" + "\n".join(rules) + "\n"


def _text(name: str, facts: Sequence[str], words: Sequence[str]) -> str:
    rules = _NAMES.sub(lambda found: found[0] + name, _TEXT)
    if facts:
        rules += f"FACT{name}: /{'|'.join(_escape(fact) for fact in facts)}/\n"
    else:
        rules = re.sub(rf" \| FACTS{name}|^FACTS.*\n", "", rules, flags=re.MULTILINE)
    # A dossier that holds every number word forbids none; a word of no letters stands for none.
    return rules + f"NUMBER{name}: /(?i:{'|'.join(words) or '_'})/\n"


def _is_safe(fact: str) -> bool:
    """Tell whether a dossier's words may stand in the answer's JSON: they are outside text, and must not close it."""
    return len(fact) <= FACT_CHARS and fact.isprintable() and not _UNSAFE.search(fact)


def _escape(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " ,:;%_'" else _spell(letter) for letter in text)


def _spell(letter: str) -> str:
    return f"\\{letter}" if letter in r".*+?()^$/-&~#" else f"\\u{{{ord(letter):x}}}"
