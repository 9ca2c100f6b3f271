"""Cards: pictures that any machine draws the same, whatever the names are."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time

import pytest
from PIL import Image, ImageFont

from panel.records import Page, Tally
from panel.site.cards import _DRAWN, _fit, _font, draw_card, drawable
from tests.publish.pages import LARKSPUR, ORRERY, QUARRY, TIDEWATER, dossier, hostile, page
from tests.site.sites import WHIN

SITE = "The Shipping Desk"
SAMPLES = {
    "one tool": page(LARKSPUR),
    "two tools": page(LARKSPUR, TIDEWATER),
    "three tools": page(LARKSPUR, TIDEWATER, QUARRY),
    "four tools": page(LARKSPUR, TIDEWATER, QUARRY, ORRERY),
    "five tools": page(LARKSPUR, TIDEWATER, QUARRY, ORRERY, WHIN),
    "hostile": hostile(),
    "long names": page(
        dossier("a", "The Extraordinarily Long Name of Coding Assistant for Teams"), dossier("b", "x" * 60)
    ),
    "other scripts": page(dossier("qalam", "قلم المراجعة"), dossier("zhinao", "智脑")),
}


def open_card(data: bytes) -> Image.Image:
    card = Image.open(io.BytesIO(data))
    card.load()
    return card


def scripted(plain: Page) -> Page:
    return plain.model_copy(update={"how_made": plain.how_made.model_copy(update={"engine": "scripted"})})


@pytest.mark.parametrize("name", SAMPLES)
def test_a_card_is_a_small_png_of_the_size_that_previews_ask_for(name: str) -> None:
    data = draw_card(SAMPLES[name], SITE)
    card = open_card(data)
    assert (card.format, card.mode, card.size) == ("PNG", "P", (1200, 630)) and len(data) < 30_000
    assert not card.info
    # Ink on paper, in the page's own colours, with the edges left free.
    rgb = card.convert("RGB")
    assert rgb.getpixel((0, 0)) == (0xFC, 0xFC, 0xFA) and rgb.getpixel((600, 97)) == (0x16, 0x18, 0x1D)
    paper = card.getpixel((0, 0))
    for box in ((0, 0, 60, 630), (1140, 0, 1200, 630), (0, 0, 1200, 40), (0, 615, 1200, 630)):
        assert card.crop(box).getextrema() == (paper, paper), box


def test_the_font_has_what_is_drawn() -> None:
    font = _font(40)
    absent = bytes(font.getmask("\uffff"))
    assert all(bytes(font.getmask(char)) != absent for char in _DRAWN - {" "})
    assert font.layout_engine == ImageFont.Layout.BASIC


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Über Café Łódź", "Uber Cafe Lodz"),
        ("Straße №5 ½", "Strasse No5 1⁄2"),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "Full width"),
        ("Rocket 🚀 Review", "Rocket Review"),
        ("Mostly Latin 智脑", "Mostly Latin ·"),
        ("قلم", ""),
        ("智脑 Go", ""),
        ("🚀🚀", ""),
        ("\u202e\u2066\x00", ""),
        ("…!", ""),
        ("a\u0301\u200f", "a"),
    ],
)
def test_names_are_written_in_what_the_font_has(text: str, shown: str) -> None:
    assert drawable(text) == shown


def test_a_name_that_cannot_be_written_gives_way_to_its_slug() -> None:
    foreign = page(dossier("qalam", "قلم"), TIDEWATER)
    latin = page(dossier("qalam", "qalam"), TIDEWATER)
    assert draw_card(foreign, SITE) == draw_card(latin, SITE)


def test_names_are_wrapped_and_cut_but_never_wider_than_their_column() -> None:
    for names in (["M" * 60, "Short"], ["One two three four five six seven eight nine ten eleven", "-" * 60 + "a"]):
        size, lines = _fit(names, 300, (60, 40))
        assert all(_font(size).getlength(line) <= 300 for of_name in lines for line in of_name)
        assert all(len(of_name) * size * 1.12 <= 190 for of_name in lines)
    assert _fit(["M" * 60], 300, (60, 40))[1][0][-1].endswith("M…") and not lines[0][-1].endswith("…")


def test_a_scripted_card_says_so() -> None:
    plain = SAMPLES["two tools"]
    one, other = (open_card(draw_card(which, SITE)).convert("L") for which in (plain, scripted(plain)))
    assert one.crop((0, 0, 1200, 560)).tobytes() == other.crop((0, 0, 1200, 560)).tobytes()
    foot = (0, 562, 1200, 630)
    assert one.crop(foot).tobytes() != other.crop(foot).tobytes() and min(other.crop(foot).tobytes()) < 40


def test_the_split_is_drawn_in_marks_that_differ_by_shape() -> None:
    card = open_card(draw_card(page(QUARRY), SITE)).convert("L")
    ship = open_card(draw_card(page(LARKSPUR), SITE)).convert("L")
    # The middles of the first and the third mark: open for a skip and a missing seat, filled for a ship.
    middles = [(76, 490), (76 + 68, 490)]
    assert [card.getpixel(at) > 240 for at in middles] == [True, True]
    assert [ship.getpixel(at) < 40 for at in middles] == [True, True]


def test_a_tool_on_which_nobody_voted_and_a_panel_of_sixty_have_cards_too() -> None:
    plain = SAMPLES["two tools"]
    tallies = (Tally(tool="a", ships=0, skips=0, missing=4), Tally(tool="b", ships=400, skips=190, missing=40))
    cards = tuple(card.model_copy(update={"tally": one}) for card, one in zip(plain.tools, tallies, strict=True))
    assert len(draw_card(plain.model_copy(update={"tools": cards}), "")) < 30_000


def test_a_card_is_drawn_in_a_moment() -> None:
    taken = []
    for sample in [*SAMPLES.values()] * 2:
        start = time.process_time()
        draw_card(sample, SITE)
        taken.append(time.process_time() - start)
    # 25 ms is the aim, and the middle one's limit; a single one may meet a busy machine.
    assert sorted(taken)[len(taken) // 2] < 0.025


def test_a_fresh_process_with_another_hash_seed_draws_the_same_bytes() -> None:
    code = (
        "import hashlib; from tests.publish.pages import hostile; from panel.site.cards import draw_card\n"
        "print(hashlib.sha256(draw_card(hostile(), 'Desk')).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        for seed in ("1", "77")
    ]
    assert runs[0].stdout == runs[1].stdout and len(runs[0].stdout) == 65, runs[0].stderr.decode()
