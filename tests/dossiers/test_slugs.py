from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.dossiers.slugs import slugify
from panel.errors import SetupError
from panel.records import is_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Vite", "vite"),
        ("  Le Chat (Élite)  ", "le-chat-elite"),
        ("Straße & Søn", "strasse-and-son"),
        ("Łódź Œuvre", "lodz-oeuvre"),
        ("GPT‑4.1 mini", "gpt-4-1-mini"),
        ("Let's Go", "lets-go"),
        ("../../etc/passwd", "etc-passwd"),
        ("ﬁne ２", "fine-2"),
        ("İstanbul", "istanbul"),
        ("a" * 200, "a" * 80),
        ("a" * 79 + " b", "a" * 79),
    ],
)
def test_a_name_has_a_slug(name: str, slug: str) -> None:
    assert slugify(name) == slug


@pytest.mark.parametrize("name", ["", "  ", "---", "日本", "🛠️", "\u0301"])
def test_a_name_of_which_nothing_is_left_is_a_setup_error(name: str) -> None:
    with pytest.raises(SetupError) as caught:
        slugify(name)
    assert caught.value.hint


@given(st.text())
def test_any_name_has_a_valid_slug_or_none(name: str) -> None:
    try:
        slug = slugify(name)
    except SetupError:
        return
    assert is_slug(slug)
    assert slugify(slug) == slug
