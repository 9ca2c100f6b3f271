"""The icons: the desk's two marks, a full square for ship and an empty one for skip, drawn and not stored."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw

INK, PAPER = "#16181d", "#fcfcfa"
SIZES = (16, 32, 48)
UNITS = 16
SVG = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {UNITS} {UNITS}">
<rect width="16" height="16" fill="{INK}"/>
<rect x="2" y="5" width="5" height="6" fill="{PAPER}"/>
<path d="M9 5h5v6H9zM10 6v4h3V6z" fill="{PAPER}" fill-rule="evenodd"/>
</svg>
"""


@cache
def draw_icons() -> dict[str, bytes]:
    """Return the icons' bytes by their places under the site: SVG, ICO of three sizes, PNG for home screens."""
    ico = io.BytesIO()
    large, *rest = [_draw(size) for size in reversed(SIZES)]
    large.save(ico, format="ICO", sizes=[(size, size) for size in SIZES], append_images=rest)
    png = io.BytesIO()
    _draw(180).save(png, format="PNG", optimize=True)
    return {
        "favicon.svg": SVG.encode("ascii"),
        "favicon.ico": ico.getvalue(),
        "apple-touch-icon.png": png.getvalue(),
    }


def _draw(size: int) -> Image.Image:
    image = Image.new("RGB", (size, size), INK)
    draw = ImageDraw.Draw(image)

    def box(left: int, top: int, right: int, bottom: int, colour: str) -> None:
        edges = [round(edge * size / UNITS) for edge in (left, top, right, bottom)]
        draw.rectangle((edges[0], edges[1], edges[2] - 1, edges[3] - 1), fill=colour)

    box(2, 5, 7, 11, PAPER)
    box(9, 5, 14, 11, PAPER)
    box(10, 6, 13, 10, INK)
    return image
