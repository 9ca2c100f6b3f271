"""Quantities: a text's numbers with what they measure, what they are paid for and which way they are meant."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from panel.claims.bounds import STOP, read_bound
from panel.claims.claim import Quantity
from panel.claims.numerals import Numeral, find_numerals, find_shares
from panel.claims.paid import read_per
from panel.claims.stems import STOP_WORDS, stem
from panel.claims.units import ABBREVIATED, CURRENCIES, HUNDREDTHS, MONEY, UNITS

_BEFORE = re.compile(r"(US\$|[$€£¥]|\b(?:EUR|USD|GBP|JPY|CHF)\s?[\"“]?)$", re.IGNORECASE)
_PERCENT = re.compile(r"\s?%|\s?-?per[\s-]?cent\b", re.IGNORECASE)
_NEXT = re.compile(r"([\s-]?)([^\W\d_][\w’']*)")
_HUNDREDTH = re.compile(r"\s+cents?\b", re.IGNORECASE)
_MULTIPLE = {"times": "times", "fold": "times", "points": "point"}
_COMPOUND = re.compile(r"^\s+and\s+$")
_RANGE = re.compile(r"^\s*(?:to|–|-|and|or)\s*$")
_A_UNIT = re.compile(r"\b(?:an?)\s+(?P<unit>day|week|month|year|hour|minute)(?=\s+and\s)", re.IGNORECASE)
_QUARTER = re.compile(
    r"(?<=\bfor )a quarter(?!\s+of)|\bhalf an?\s+(?P<unit>year|hour|day|minute|month)\b", re.IGNORECASE
)
_TWICE = re.compile(r"\b(?:twice|thrice)\b", re.IGNORECASE)
_IRREGULAR_PLURALS = frozenset({"people", "children", "men", "women", "criteria", "staff", "data"})
_NO_NOUN = frozenset(
    {"less", "times", "plus", "minus", "does", "was", "is", "its", "as", "this", "us", "costs", "others"}
)


_LABEL = re.compile(
    r"\b(chapter|step|issue|port|row|page|clause|section|level|room|article|phase|thread|line|column|rule|ticket|paragraph)"
    r"\s+$",
    re.IGNORECASE,
)


class Span(NamedTuple):
    """A quantity and where it stands."""

    start: int
    end: int
    quantity: Quantity
    in_words: bool


def find_quantities(text: str, taken: bytearray | None = None) -> tuple[Span, ...]:
    """Find the quantities of a text, in order.

    Args:
        text: a beat, or a sentence of a dossier.
        taken: which characters are something else already (dates, versions, code); none where left out.
    """
    taken = bytearray(len(text)) if taken is None else taken
    shares = [numeral for numeral in find_shares(text) if not any(taken[numeral.start : numeral.end])]
    found = [_read_share(text, share) for share in shares]
    busy = bytearray(taken)
    for match in _QUARTER.finditer(text):
        if not any(busy[match.start() : match.end()]):
            unit = UNITS[(match["unit"] or "quarter").lower()]
            size = unit.size / 2 if match["unit"] else unit.size
            found.append(Span(*match.span(), Quantity(Fraction(1), unit.family, size, size), True))
    for match in _TWICE.finditer(text):
        if not any(busy[match.start() : match.end()]):
            times = Fraction(2 if match[0].lower() == "twice" else 3)
            found.append(Span(*match.span(), Quantity(times, "times", times, times), True))
    for match in _A_UNIT.finditer(text):
        unit = UNITS[match["unit"].lower()]
        found.append(Span(*match.span(), Quantity(Fraction(1), unit.family, unit.size, unit.size), True))
    for span in found:
        busy[span.start : span.end] = b"\1" * (span.end - span.start)
    for numeral in find_numerals(text):
        if not any(busy[numeral.start : numeral.end]):
            found.append(_read(text, numeral))
    spans = _join(text, sorted(found))
    # "a day" alone is a period, not a claim; joined to hours it is one.
    return tuple(
        span
        for span in spans
        if not _A_UNIT.fullmatch(f"{text[span.start : span.end]} and ", 0, 0) and not _is_lone(text, span)
    )


def _is_lone(text: str, span: Span) -> bool:
    return re.fullmatch(r"an?\s+\w+", text[span.start : span.end], re.I) is not None and not re.search(
        r"quarter|dozen|hundred|thousand|million|billion|third|fifth|sixth|eighth|tenth|half",
        text[span.start : span.end],
        re.I,
    )


def _read_share(text: str, share: Numeral) -> Span:
    after = re.match(r"\s+of\s+an?\s+(hour|day|week|month|year|minute)\b", text[share.end :])
    if after:
        unit = UNITS[after[1]]
        size = share.value * unit.size
        return Span(share.start, share.end + after.end(), Quantity(share.value, unit.family, size, size), True)
    amount = share.value * 100
    return Span(share.start, share.end, Quantity(amount, "%", amount, amount, is_fraction=True), True)


def _read(text: str, numeral: Numeral) -> Span:
    start, end, value = numeral.start, numeral.end, numeral.value
    before = _BEFORE.search(text, max(0, start - 6), start)
    bound = read_bound(text, before.start() if before else start, end)
    if before:
        currency = CURRENCIES[before[1].strip(' "“').lower()]
        scaled = re.match(r"(m|bn|k)\b", text[end:])
        if scaled:
            end += scaled.end()
            value *= {"m": 10**6, "bn": 10**9, "k": 1000}[scaled[1]]
        per = read_per(text, end)
        return Span(before.start(), end, Quantity(value, currency, value, value, "", per, bound), numeral.in_words)
    if percent := _PERCENT.match(text, end):
        return Span(start, percent.end(), Quantity(value, "%", value, value, "", (), bound), numeral.in_words)
    quantity = Quantity(value, "", value, value, "", (), bound)
    word = _NEXT.match(text, end)
    if word is None:
        noun = _read_noun(text, end, value) or read_label(text, start)
        return Span(start, end, replace(quantity, noun=noun), numeral.in_words)
    low = word[2].lower().removesuffix("'s").removesuffix("’s").rstrip("'’")
    if (low in CURRENCIES and low not in ("usd", "$")) or low in ("usd", "eur", "gbp"):
        hundredth = _HUNDREDTH.match(text, word.end())  # "thirty euro cents"
        ended = hundredth.end() if hundredth else word.end()
        amount = value / 100 if low in HUNDREDTHS or hundredth else value
        per = read_per(text, ended)
        return Span(start, ended, Quantity(value, CURRENCIES[low], amount, amount, "", per, bound), numeral.in_words)
    if low in _MULTIPLE:
        return Span(start, word.end(), replace(quantity, unit=_MULTIPLE[low]), numeral.in_words)
    measured = _read_unit(text, numeral, word, low)
    if measured:
        name, unit_end = measured
        unit = UNITS[name]
        noun = ""
        if unit.family == "byte":
            of = re.match(r"\s+of\s+(?:the\s+)?([\w]+)", text[unit_end:])
            noun = stem(of[1]) if of else ""
        return Span(
            start,
            unit_end,
            Quantity(value, unit.family, value * unit.size, value * unit.binary, noun, (), bound),
            numeral.in_words,
        )
    noun = _read_noun(text, end, value) or read_label(text, start)
    return Span(start, end, replace(quantity, noun=noun, per=_read_rate(text, end)), numeral.in_words)


def _read_unit(text: str, numeral: Numeral, word: re.Match[str], low: str) -> tuple[str, int] | None:
    if low in UNITS and (low not in ABBREVIATED or not (numeral.in_words or word[1] == "-")):
        return (low, word.end()) if low != "s" or word[1] == "" else None
    if low in STOP_WORDS or low.endswith("s") or word[1] == "-":
        return None
    # "nine working days"
    later = re.compile(r"\s([a-z]+)\b").match(text, word.end())
    if later and later[1] in UNITS and later[1].endswith("s") and later[1] not in ABBREVIATED and numeral.value != 1:
        return later[1], later.end()
    return None


def _read_noun(text: str, end: int, value: Fraction) -> str:
    rest = text[end : end + 80]
    stop = STOP.search(rest)
    rest = rest[: stop.start()] if stop else rest
    hyphen = re.match(r"-([a-z]+)", rest)
    if hyphen:
        return stem(hyphen[1])
    rest = re.sub(
        r"^\s+of\s+(?:(?:the|our|its|his|her|their|these|those|all|one\s+\w+[’']s)\s+)?(?:other\s+)?", " ", rest
    )
    words = re.findall(r"[^\W_][\w’'-]*", rest)
    for place, word in enumerate(words):
        low = word.lower()
        if place > 3 or low in STOP_WORDS - {"other", "more", "own"} or low in _NO_NOUN or re.search("[’']s?$", low):
            return ""
        if word.isupper():
            continue
        if _is_plural(low):
            # "300 physics solutions": the last of them is what is counted.
            after = words[place + 1].lower() if len(words) > place + 1 else ""
            return stem(after if _is_plural(after) and after not in STOP_WORDS | _NO_NOUN else low)
    return ""


def _is_plural(word: str) -> bool:
    return word in _IRREGULAR_PLURALS or (word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 2)


def read_label(text: str, start: int) -> str:
    """Return the stem of what a number is the name of ("chapter 9", "port 7007"); "" where it counts."""
    found = _LABEL.search(text, max(0, start - 14), start)
    return stem(found[1]) if found else ""


def _read_rate(text: str, end: int) -> tuple[str, ...]:
    found = re.match(r"\s+[a-z-]+s?\s+(?:a|an|per)\s+(second|minute|hour|day|week|month|year)\b", text[end:])
    return (found[1],) if found else ()


def _join(text: str, spans: list[Span]) -> list[Span]:
    """Join what is one duration ("a day and seven hours"), and give a range's first number its unit."""
    found: list[Span] = []
    for span in spans:
        if found:
            last, here = found[-1].quantity, span.quantity
            between = text[found[-1].end : span.start]
            is_one = (
                _COMPOUND.match(between) and last.unit == here.unit in ("second", "month") and last.amount > here.amount
            )
            if is_one and last.amount / last.number > here.amount / here.number:
                total = last.amount + here.amount
                joined = replace(last, amount=total, binary=total)
                found[-1] = Span(found[-1].start, span.end, joined, found[-1].in_words)
                continue
            is_range = _RANGE.match(between) and not last.unit and not last.noun
            is_range = is_range and not (last.number == 1 and found[-1].in_words)
            if is_range and here.unit in {*MONEY, "%", "second", "month", "byte"}:
                factor = here.amount / here.number if here.number else Fraction(1)
                binary = here.binary / here.number if here.number else Fraction(1)
                found[-1] = found[-1]._replace(
                    quantity=replace(
                        last, unit=here.unit, amount=last.number * factor, binary=last.number * binary, per=here.per
                    )
                )
            elif is_range and here.noun:
                found[-1] = found[-1]._replace(quantity=replace(last, noun=here.noun))
        found.append(span)
    return found
