"""A page's place: short enough, and no other page's."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from panel.editorial.pages import page_slug
from panel.records import is_slug

PIECES = st.lists(
    st.sampled_from(["a", "b", "vs", "vs-a", "a-vs", "a-vs-b", "x" * 80, "x" * 79 + "y"]), min_size=1, max_size=4
)
ODD = st.lists(st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?", fullmatch=True), min_size=1, max_size=12)


def test_two_tools_are_named_plainly() -> None:
    assert page_slug(("a", "b")) == "a-vs-b"
    assert page_slug(("larkspur",)) == "larkspur"
    assert page_slug(("a", "b")) != page_slug(("b", "a"))


@settings(deadline=None)
@given(tools=st.one_of(PIECES, ODD).map(tuple))
@example(tools=("x" * 63 + "-y", "z" * 70))
def test_every_place_is_a_slug_of_at_most_eighty(tools: tuple[str, ...]) -> None:
    slug = page_slug(tools)
    assert is_slug(slug) and len(slug) <= 80
    assert slug == page_slug(tools)


@settings(deadline=None)
@given(one=PIECES.map(tuple), other=PIECES.map(tuple))
@example(one=("a-vs-b",), other=("a", "b"))
@example(one=("a-vs", "b"), other=("a", "vs-b"))
@example(one=("a", "b-vs-c"), other=("a-vs-b", "c"))
@example(one=("x" * 80, "a"), other=("x" * 80, "b"))
def test_different_tools_never_share_a_place(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (page_slug(one) == page_slug(other)) is (one == other)
