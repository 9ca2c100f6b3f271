from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import panel.claims
from panel.claims import Bound, Day, Kind, Quantity, find_claims


def told(text: str) -> list[tuple[str, str]]:
    return [(claim.kind.value, claim.text) for claim in find_claims(text)]


def quantity_of(text: str) -> Quantity:
    (claim,) = (claim for claim in find_claims(text) if claim.quantity is not None)
    assert claim.quantity is not None
    return claim.quantity


def test_the_public_names_are_sorted() -> None:
    assert panel.claims.__all__ == sorted(panel.claims.__all__)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("It costs $95 a month.", [("price", "$95")]),
        ("It finds 91% of 300 faults.", [("percentage", "91%"), ("number", "300")]),
        ("Forty-six fields, half a million cells.", [("number", "Forty-six"), ("number", "half a million")]),
        ("On 4 September 2026 and in May 2027.", [("date", "4 September 2026"), ("date", "May 2027")]),
        ("They may march in 1,900 MB of it.", [("number", "1,900 MB")]),
        ("See https://hedge.example/docs, or not.", [("url", "https://hedge.example/docs")]),
        ("Run `hedge check` on diff.patch.", [("code", "hedge check"), ("code", "diff.patch")]),
        ("It “reads a diff”, under Apache 2.0.", [("quotation", "reads a diff"), ("licence", "Apache 2.0")]),
        ("Manual 2.4 of Oakstamp.", [("version", "2.4"), ("name", "Oakstamp")]),
        ("Nothing fell for a day and seven hours.", [("number", "a day and seven hours")]),
        ("One of the two, and the fourth.", [("number", "two")]),
        ("An API for the CTO of it.", []),
        ("nothing at all", []),
    ],
)
def test_claims_are_found_by_kind(text: str, claims: list[tuple[str, str]]) -> None:
    assert told(text) == claims


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("2 GB", "byte", 2 * 1000**3),
        ("two gigabytes", "byte", 2 * 1000**3),
        ("a day and seven hours", "second", 31 * 3600),
        ("a year and two months", "month", 14),
        ("twenty-four months", "month", 24),
        ("1.9 per cent", "%", Fraction(19, 10)),
        ("nine in ten", "%", 90),
        ("15 cents", "USD", Fraction(15, 100)),
        ('EUR "0,06"', "EUR", Fraction(6, 100)),
        ("£1.90", "GBP", Fraction(19, 10)),
        ("half a million", "", 500_000),
        ("a dozen", "", 12),
        ("1 200", "", 1200),
        ("0.45 billion", "", 450_000_000),
        ("three quarters of an hour", "second", 45 * 60),
    ],
)
def test_quantities_have_one_value_in_every_spelling(text: str, unit: str, amount: int | Fraction) -> None:
    found = quantity_of(text)
    assert (found.unit, found.amount) == (unit, amount)


def test_a_thousand_bytes_may_be_1024_unless_the_unit_says_which() -> None:
    assert quantity_of("2 KB").binary == 2048 and quantity_of("2 KB").amount == 2000
    assert quantity_of("2 KiB").binary == quantity_of("2 KiB").amount == 2048


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("at least 200 letters", Bound.LEAST),
        ("six months at most", Bound.MOST),
        ("over 7% of it", Bound.OVER),
        ("fewer than three people", Bound.UNDER),
        ("120 nodes as the ceiling", Bound.MOST),
        ("any card from 6 GB up", Bound.LEAST),
        ("over twelve months", Bound.NONE),
        ("200 letters", Bound.NONE),
    ],
)
def test_bounds_are_read_on_either_side(text: str, bound: Bound) -> None:
    assert quantity_of(text).bound is bound


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("$95 a reviewer a month", ("reviewer", "month")),
        ("$0.80 for 1,000 queries", ("1000 query",)),
        ("$340 once, for all", ("once",)),
        ("$24 for everybody", ()),
        ("$400 a month for 12 months", ("month",)),
    ],
)
def test_prices_say_what_they_are_paid_for(text: str, per: tuple[str, ...]) -> None:
    price = next(claim for claim in find_claims(text) if claim.kind is Kind.PRICE)
    assert price.quantity is not None and price.quantity.per == per


def test_a_range_shares_its_unit() -> None:
    first, second = (claim.quantity for claim in find_claims("from 21,000 to 8,400 euros"))
    assert first is not None and second is not None and first.unit == second.unit == "EUR"


def test_a_month_alone_takes_the_year_it_is_joined_to() -> None:
    assert [claim.value for claim in find_claims("between July and September 2026")] == [Day(2026, 7), Day(2026, 9)]


@given(
    text=st.text(max_size=200) | st.lists(st.sampled_from(list("aZ 0129.,%$“”\"'`-/\n()")), max_size=80).map("".join)
)
def test_claims_of_any_text_are_its_own_words_and_do_not_overlap(text: str) -> None:
    claims = find_claims(text, "bet")
    for claim in claims:
        assert text[claim.start : claim.end] == claim.text and claim.beat == "bet" and claim.within == text
    assert all(one.end <= other.start for one, other in itertools.pairwise(claims))


@pytest.mark.parametrize("text", ["1 " * 3000, "$" * 5000, "1,000," * 1500, "May " * 2000, "a of " * 2000, "“" * 5000])
def test_long_texts_end(text: str) -> None:
    # No clock here: a rule that backtracks would hang the suite.
    assert isinstance(find_claims(text), tuple)
