"""Assets: the style sheet, two scripts and the icons. Their names hold a hash of what is in them, the icons' do not.

No font, no library and nothing from anywhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from panel.site.pages.icons import draw_icons

HASH_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Assets:
    """The files that pages ask for besides themselves.

    Attributes:
        stylesheet: the style sheet's place under the site.
        search: the search script's.
        vote: the script's that sends a vote without leaving the page.
        texts: the bytes of these three by place.
        digest: of the templates, the style sheet and the scripts. Of the code nothing is in it.
    """

    stylesheet: str
    search: str
    vote: str
    texts: Mapping[str, bytes] = field(repr=False)
    digest: str


def make_assets(style: str, templates: Mapping[str, str]) -> Assets:
    """Name the assets.

    Args:
        style: the style sheet.
        templates: all templates' sources, for the digest.
    """
    folder = resources.files("panel.site.pages") / "assets"
    texts: dict[str, bytes] = {}

    def name(stem: str, suffix: str, content: bytes) -> str:
        place = f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:HASH_DIGITS]}.{suffix}"
        texts[place] = content
        return place

    stylesheet = name("style", "css", style.encode("utf-8"))
    search = name("search", "js", (folder / "search.js").read_bytes())
    vote = name("vote", "js", (folder / "vote.js").read_bytes())
    parts = [*texts, *(f"{key}\0{source}" for key, source in sorted(templates.items()))]
    digest = hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()
    return Assets(stylesheet, search, vote, texts, digest)


def asset_files(assets: Assets) -> dict[str, bytes]:
    """Return the bytes of every asset by its place under the site."""
    return {**assets.texts, **draw_icons()}
