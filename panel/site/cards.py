"""The card: a comparison as a picture of 1200 by 630, for link previews.

Drawn by Pillow with the one font it brings along, so that every machine draws the same. The font has ASCII and little
more: accents are dropped, other scripts give way to the tool's slug. A call differs by its shape and its word (a filled
square ships, an open one skips, a dotted one is missing), as on the page; there is no colour.

Bytes depend on the page, the publication's name and the installed Pillow alone.
"""

from __future__ import annotations

import io
import unicodedata
from bisect import bisect_right
from functools import cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from panel.publish.context import is_scripted
from panel.publish.render import format_day
from panel.records import Page, Tally, ToolCard
from panel.site.plain import plain_text

WIDTH, HEIGHT = 1200, 630
MOST_TOOLS = 4
_EDGE, _GAP = 64, 56
_NAMES_HEIGHT, _LEADING = 190, 1.12
_PAPER, _HAIR, _SOFT, _INK = 15, 12, 4, 0
"""Steps of the one ramp from the page's ink (#16181d) to its paper (#fcfcfa)."""
_RAMP: Final = [
    round(ink + (paper - ink) * step / 15)
    for step in range(16)
    for ink, paper in zip((0x16, 0x18, 0x1D), (0xFC, 0xFC, 0xFA), strict=True)
]
_DRAWN: Final = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("©«°±´·»‘’“”…‹›⁄™")
"""What the font has."""
_SPELT: Final = {
    **{"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d"},
    **{"Đ": "D", "ð": "d", "þ": "th", "Þ": "Th", "ı": "i", "€": "EUR ", "£": "GBP ", "×": "x", "→": "->", "•": "·"},
    **{"‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "‚": "'", "„": '"', "®": "(R)"},
}
_LOST = "·"
_MOST_CHARS = 120
_SIZES: Final = {1: (96, 76, 60, 48), 2: (72, 60, 48, 40), 3: (52, 44, 36, 32), 4: (42, 36, 32, 28)}
"""The sizes that names are tried in, by the number of tools."""
_FIGURES: Final = {1: 128, 2: 120, 3: 100, 4: 84}


def draw_card(page: Page, site_name: str) -> bytes:
    """Draw the card of a comparison.

    Args:
        page: the comparison. Of more than four tools the first four are drawn, and how many there are besides.
        site_name: the publication's name.

    Returns:
        A PNG of 1200 by 630 in 16 shades, under 30 KB.
    """
    canvas = Image.new("L", (WIDTH, HEIGHT), _PAPER * 17)
    draw = ImageDraw.Draw(canvas)
    _draw_masthead(draw, page, drawable(site_name) or "Ship or skip")
    cards = page.tools[:MOST_TOOLS]
    names = [drawable(card.dossier.name) or card.dossier.slug for card in cards]
    width = (WIDTH - 2 * _EDGE - _GAP * (len(cards) - 1)) // max(len(cards), 1)
    size, lines = _fit(names, width, _SIZES.get(len(cards), _SIZES[MOST_TOOLS]))
    for place, card in enumerate(cards):
        left = _EDGE + place * (width + _GAP)
        if place:
            draw.line([(left - _GAP // 2, 132), (left - _GAP // 2, 528)], fill=_HAIR * 17, width=2)
        for number, line in enumerate(lines[place]):
            _write(draw, (left, 128 + round(number * size * _LEADING)), line, size, bold=True)
        _draw_tally(draw, left, width, card, _FIGURES[len(cards)])
    _draw_foot(draw, page)
    return _encode(canvas)


def drawable(text: str) -> str:
    """Return a text in the characters that the font has.

    Accents are dropped and some letters spelt out. A run of letters that cannot be written is one "·"; signs that
    cannot, such as emoji, are left out.

    Returns:
        "" when more than a third of its letters cannot be written, or nothing is left: then something else has to
        stand there.
    """
    written: list[str] = []
    letters = lost = 0
    for char in unicodedata.normalize("NFKC", plain_text(text))[:_MOST_CHARS]:
        is_letter = unicodedata.category(char)[0] in "LN"
        letters += is_letter
        shown = "".join(part for part in _SPELT.get(char, unicodedata.normalize("NFKD", char)) if part in _DRAWN)
        if is_letter and not shown:
            lost += 1
            shown = "" if written and written[-1] == _LOST else _LOST
        if shown:
            written.append(shown)
    whole = " ".join("".join(written).split())
    if lost * 3 > letters or not any(char.isalnum() for char in whole):
        return ""
    return whole


def _draw_masthead(draw: ImageDraw.ImageDraw, page: Page, site_name: str) -> None:
    right = format_day(page.published_at) if page.published_at else ""
    taken = _font(26).getlength(right)
    _write(draw, (WIDTH - _EDGE - taken, 48), right, 26, fill=_SOFT)
    _write(draw, (_EDGE, 46), _shorten(site_name, 28, WIDTH - 2 * _EDGE - taken - _GAP), 28, bold=True)
    draw.rectangle([_EDGE, 96, WIDTH - _EDGE, 99], fill=_INK)


def _draw_tally(draw: ImageDraw.ImageDraw, left: int, width: int, card: ToolCard, size: int) -> None:
    """Draw one tool's share with its denominator, then its calls as marks and in words."""
    tally = card.tally
    if tally.ship_pct is None:
        _write(draw, (left, 376), "no verdict", 40, fill=_SOFT)
    else:
        below = width < 260
        foot = 400 if below else 430
        figure = str(tally.ship_pct)
        _write(draw, (left, foot - round(size * 0.96)), figure, size, bold=True)
        after = left + _font(size).getlength(figure) + size * 0.1
        _write(draw, (after, foot - round(size * 0.5)), "%", round(size * 0.42))
        beside = after + _font(round(size * 0.42)).getlength("%") + 20
        room = width if below else left + width - beside
        at, words = (left if below else beside, 414 if below else 386), f"ship, {tally.ships} of {tally.voted}"
        _write(draw, at, words, _size_for(words, (28, 24, 20, 16), room))
    _draw_marks(draw, left, 478, width, tally)
    words = _in_words(tally)
    size = _size_for(words, (22, 20, 18, 16), width)
    _write(draw, (left, 512), _shorten(words, size, width), size, fill=_SOFT)


def _in_words(tally: Tally) -> str:
    parts = [f"{tally.ships} ship", f"{tally.skips} skip"]
    return ", ".join([*parts, f"{tally.missing} missing"] if tally.missing else parts)


def _draw_marks(draw: ImageDraw.ImageDraw, left: int, top: int, width: int, tally: Tally) -> None:
    calls = ["ship"] * tally.ships + ["skip"] * tally.skips + ["missing"] * tally.missing
    step = min(34.0, width / max(len(calls), 1))
    side = max(2, int(step * 0.72))
    for place, call in enumerate(calls):
        x = round(left + place * step)
        box = [x, top, x + side, top + side]
        if call == "missing":
            _draw_dots(draw, x, top, side)
        else:
            draw.rectangle(box, fill=_INK if call == "ship" else None, outline=_INK, width=3 if side > 10 else 1)


def _draw_dots(draw: ImageDraw.ImageDraw, left: int, top: int, side: int) -> None:
    for at in range(0, side, 6):
        for x, y in ((at, 0), (at, side - 1), (0, at), (side - 1, at)):
            draw.rectangle([left + x, top + y, left + x + 1, top + y + 1], fill=_SOFT * 17)


def _draw_foot(draw: ImageDraw.ImageDraw, page: Page) -> None:
    draw.line([(_EDGE, 560), (WIDTH - _EDGE, 560)], fill=_INK, width=2)
    more = len(page.tools) - MOST_TOOLS
    right = f"+ {more} more" if more > 0 else ""
    taken = _font(26).getlength(right)
    _write(draw, (WIDTH - _EDGE - taken, 576), right, 26)
    if is_scripted(page):
        _write(draw, (_EDGE, 576), "Scripted rehearsal: no model wrote this", 26, bold=True)
    else:
        _write(draw, (_EDGE, 576), "Ship or skip? AI reviewers argue, editors approve", 26, fill=_SOFT)


def _fit(names: list[str], width: int, sizes: tuple[int, ...]) -> tuple[int, list[list[str]]]:
    """Return the largest size at which no name is cut and no word broken, and the names' lines.

    At the smallest size words are broken, and names cut.
    """
    words = [word for name in names for word in name.split()]
    for size in sizes[:-1]:
        if all(_font(size).getlength(word) <= width for word in words):
            lines = [_wrap(name, size, width) for name in names]
            if all(len(of_name) <= _most_lines(size) for of_name in lines):
                return size, lines
    size = sizes[-1]
    return size, [_cut(_wrap(name, size, width), size, width) for name in names]


def _size_for(text: str, sizes: tuple[int, ...], width: float) -> int:
    """Return the first size at which the text fits, or the last."""
    return next((size for size in sizes if _font(size).getlength(text) <= width), sizes[-1])


def _most_lines(size: int) -> int:
    return max(1, int(_NAMES_HEIGHT // (size * _LEADING)))


def _cut(lines: list[str], size: int, width: float) -> list[str]:
    most = _most_lines(size)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _shorten(" ".join(lines[most - 1 :]), size, width)]


def _wrap(text: str, size: int, width: float) -> list[str]:
    """Break a text into lines at its spaces, and a word that is wider than a line at a hyphen or anywhere."""
    lines: list[str] = []
    for word in text.split():
        together = f"{lines[-1]} {word}" if lines else word
        if lines and _font(size).getlength(together) <= width:
            lines[-1] = together
            continue
        while (fits := max(1, _fitting(word, size, width))) < len(word):
            fits = word.rfind("-", 1, fits) + 1 or fits
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return lines


def _fitting(text: str, size: int, width: float) -> int:
    """Count the characters that fit, by halves."""
    font = _font(size)
    return bisect_right(range(1, len(text) + 1), width, key=lambda n: font.getlength(text[:n]))


def _shorten(text: str, size: int, width: float) -> str:
    """Cut a text so that it is no wider, with an ellipsis."""
    if _font(size).getlength(text) <= width:
        return text
    room = width - _font(size).getlength("…")
    return text[: _fitting(text, size, room)].rstrip() + "…"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size; laid out by the basic engine, because not every machine has the other one."""
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)


def _write(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    *,
    fill: int = _INK,
    bold: bool = False,
) -> None:
    """Write one line; `at` is the left end and the top. The font has one weight: bold is a stroke around it."""
    x, y = at
    stroke = max(0.4, size / 60) if bold else 0
    draw.text((round(x), round(y)), text, fill=fill * 17, font=_font(size), stroke_width=stroke, stroke_fill=fill * 17)


def _encode(canvas: Image.Image) -> bytes:
    steps = canvas.point([(shade + 8) // 17 for shade in range(256)])
    steps.putpalette(_RAMP)
    buffer = io.BytesIO()
    steps.save(buffer, "PNG", compress_level=6, bits=4)
    return buffer.getvalue()
