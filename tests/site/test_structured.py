"""Structured data: valid JSON-LD of schema.org's words, honest about who said what, inert in its element."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from panel.records import Community
from panel.settings import PublicationSettings
from panel.site.model import Site
from panel.site.structured import Price, breadcrumb_structured, comparison_structured, read_price, tool_structured
from tests.publish.pages import LARKSPUR, TIDEWATER, page
from tests.site.sites import BASE_URL, empty_site, hostile_site, publication, publications, sample_site

VOCABULARY = "https://schema.org/"
CREATIVE = set(
    [
        "name",
        "headline",
        "url",
        "description",
        "inLanguage",
        "datePublished",
        "dateModified",
        "author",
        "publisher",
        "editor",
        "digitalSourceType",
        "mainEntity",
        "isBasedOn",
        "image",
    ]
)
PROPERTIES = {
    "Article": CREATIVE,
    "WebPage": CREATIVE,
    "Review": CREATIVE | {"itemReviewed", "reviewBody"},
    "Organization": {"name", "url"},
    "Person": {"name"},
    "ItemList": {"name", "itemListOrder", "numberOfItems", "itemListElement"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "item", "name"},
    "SoftwareApplication": set(
        ["name", "url", "applicationCategory", "description", "creator", "sameAs", "offers", "aggregateRating"]
    ),
    "Offer": {"price", "priceCurrency", "priceSpecification", "url"},
    "UnitPriceSpecification": {"price", "priceCurrency", "referenceQuantity"},
    "QuantitativeValue": {"value", "unitCode"},
    "AggregateRating": {"ratingValue", "bestRating", "worstRating", "ratingCount", "ratingExplanation"},
}
"""What schema.org has for each type, as far as it is used."""


def documents(site: Site) -> Iterator[str]:
    yield from (comparison_structured(site, one) for one in site.comparisons.values())
    yield from (tool_structured(site, one) for one in site.tools.values())
    yield from (breadcrumb_structured(site, one) for one in [*site.tools.values(), *site.categories.values()])


def expand(text: str) -> list[Any]:
    """Expand as a JSON-LD processor does, with a context that makes every bare word one of schema.org."""

    def load(address: str, _: object) -> dict[str, Any]:
        assert address.rstrip("/") == VOCABULARY.rstrip("/")
        context = {"@context": {"@vocab": VOCABULARY}}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "document": context}

    return list(jsonld.expand(json.loads(text), {"documentLoader": load}))


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one
            for inner in one.values():
                yield from nodes(inner)


def graph(text: str) -> dict[str, Any]:
    return {one["@type"]: one for one in json.loads(text)["@graph"]}


@pytest.mark.parametrize("site", [sample_site(), hostile_site(), empty_site()], ids=["sample", "hostile", "empty"])
def test_it_is_json_ld_of_schema_org_s_words(site: Site) -> None:
    for text in documents(site):
        assert json.loads(text)["@context"] == "https://schema.org"
        types = 0
        for node in nodes(expand(text)):
            if "@type" not in node:
                continue
            (kind,) = node["@type"]
            allowed = PROPERTIES[kind.removeprefix(VOCABULARY)]
            used = {key.removeprefix(VOCABULARY) for key in node if not key.startswith("@")}
            assert used <= allowed, (kind, used - allowed)
            types += 1
        assert types >= 1
        assert [text.count(f'"{word}"') for word in ("positiveNotes", "negativeNotes", "reviewRating")] == [0, 0, 0]


def test_no_text_ends_the_element_that_it_stands_in() -> None:
    for text in documents(hostile_site()):
        assert not set(text) & set("<>&\u2028\u2029\u202e\x00")
        tree = html5lib.parse(f'<script type="application/ld+json">{text}</script><p>', namespaceHTMLElements=False)
        assert [one.text for one in tree.iter("script")] == [text] and len(list(tree.iter("img"))) == 0


def test_a_comparison_lists_its_tools_in_the_page_s_order() -> None:
    site = sample_site()
    data = graph(comparison_structured(site, site.comparisons["larkspur-vs-tidewater"]))
    listed = data["ItemList"]
    assert [one["position"] for one in listed["itemListElement"]] == [1, 2] and listed["numberOfItems"] == 2
    assert [one["item"]["name"] for one in listed["itemListElement"]] == ["Larkspur", "Tidewater"]
    assert listed["itemListElement"][0]["item"]["url"] == f"{BASE_URL}tools/larkspur/"
    article = data["Article"]
    assert (article["datePublished"], article["dateModified"]) == ("2026-03-03T16:45:00Z", "2026-03-10T16:45:00Z")
    assert article["author"]["@type"] == "Organization" and article["author"]["name"] == "The Shipping Desk"
    assert [one["name"] for one in article["editor"]] == ["Ada Example", "Ben Sample"]
    assert article["digitalSourceType"].endswith("TrainedAlgorithmicMediaDigitalSource")


def test_a_pair_names_the_comparisons_that_it_is_based_on() -> None:
    site = sample_site()
    article = graph(comparison_structured(site, site.comparisons["larkspur-vs-whin"]))["Article"]
    wanted = [f"{BASE_URL}compare/{slug}/" for slug in ("larkspur-vs-tidewater", "whin-vs-orrery")]
    assert article["isBasedOn"] == wanted


def test_a_tool_has_one_review_by_the_publication_and_no_persona_is_a_person() -> None:
    site = sample_site()
    text = tool_structured(site, site.tools["larkspur"])
    assert text.count('"@type":"Review"') == 1
    review = graph(text)["Review"]
    assert review["author"]["@type"] == "Organization"
    people = {one["name"] for one in nodes(json.loads(text)) if one.get("@type") == "Person"}
    assert people == {"Ada Example", "Ben Sample"}
    assert "75 % ship, 3 of 4" in review["reviewBody"] and "five coding assistants" in review["reviewBody"]


def test_ratings_are_of_readers_and_only_with_enough_votes() -> None:
    site = sample_site()
    rated = graph(tool_structured(site, site.tools["larkspur"]))["Review"]["itemReviewed"]["aggregateRating"]
    values = [rated[name] for name in ("ratingValue", "bestRating", "worstRating", "ratingCount")]
    assert values == [61, 100, 0, 218]
    few = sample_site(votes={"larkspur": Community(ships=1, votes=19)})
    assert "aggregateRating" not in "".join(documents(few)) and "aggregateRating" not in "".join(
        documents(sample_site(votes={}))
    )
    shown = PublicationSettings(base_url=BASE_URL, votes_shown_from=19)
    enough = sample_site(votes={"larkspur": Community(ships=1, votes=19)}, publication=shown)
    assert '"ratingCount":19' in tool_structured(enough, enough.tools["larkspur"])


def test_a_scripted_rehearsal_is_no_review() -> None:
    plain = page(LARKSPUR, TIDEWATER)
    made = plain.how_made.model_copy(update={"engine": "scripted"})
    site = sample_site((publication(plain.model_copy(update={"how_made": made}), "a"),), pairs=())
    texts = [*(tool_structured(site, one) for one in site.tools.values())]
    texts += [comparison_structured(site, one) for one in site.comparisons.values()]
    for text in texts:
        assert "scripted rehearsal" in text and "WebPage" in text
        assert not [
            word for word in ("Review", "Article", "Offer", "aggregateRating", "digitalSourceType") if word in text
        ]


def test_the_way_to_a_tool_leads_through_its_category() -> None:
    site = sample_site()
    steps = graph(breadcrumb_structured(site, site.tools["whin"]))["BreadcrumbList"]["itemListElement"]
    assert [(one["position"], one["name"], one["item"]) for one in steps] == [
        (1, "The Shipping Desk", BASE_URL),
        (2, "Coding assistant", f"{BASE_URL}categories/coding-assistant/"),
        (3, "Whin", f"{BASE_URL}tools/whin/"),
    ]
    category = graph(breadcrumb_structured(site, site.categories["coding-assistant"]))["BreadcrumbList"]
    assert [one["name"] for one in category["itemListElement"]] == ["The Shipping Desk", "Coding assistant"]
    assert graph(tool_structured(site, site.tools["whin"]))["BreadcrumbList"]["itemListElement"] == steps


@pytest.mark.parametrize(
    ("entry", "price"),
    [
        ("Free", Price("0", "USD")),
        ("free", Price("0", "USD")),
        ("$20 a month", Price("20", "USD", "MON")),
        ("$20/month", Price("20", "USD", "MON")),
        ("$20 / mo", Price("20", "USD", "MON")),
        ("$20 per month", Price("20", "USD", "MON")),
        ("US$20 monthly", Price("20", "USD", "MON")),
        ("$1,900 a month", Price("1900", "USD", "MON")),
        ("$1,234,567.89 a year", Price("1234567.89", "USD", "ANN")),
        ("£8 once", Price("8", "GBP")),
        ("€9,99", Price("9.99", "EUR")),
        ("9,99 €", Price("9.99", "EUR")),
        ("€9.99 per year", Price("9.99", "EUR", "ANN")),
        ("USD 12", Price("12", "USD")),
        ("12 CHF a year", Price("12", "CHF", "ANN")),
        ("CA$15", Price("15", "CAD")),
        ("$0", Price("0", "USD")),
    ],
)
def test_plain_prices_are_read(entry: str, price: Price) -> None:
    assert read_price(entry) == price


@pytest.mark.parametrize(
    "entry",
    [
        *("from $5", "$5+", "~$5", "$5-$10", "$5 to $10", "$5*", "up to $5", "contact sales", "On request", "Freemium"),
        *("Free trial", "Free, then $5", "Free for students", "$20 a seat a month", "$20 a seat", "$0.12 an invoice"),
        *("20", "20 a month", "¥500", "kr 20", "₹499", "€1.900", "€1,900", "$1,90", "$19.9", "$1.900", "$1,2345"),
        *(
            "$ -5",
            "-$5",
            "$",
            "$.50",
            "$5.",
            "$5,",
            "USD 5 USD",
            "$5 USD",
            "$٢٠ a month",
            "$1e3",
            "$1_000",
            "$5 a week",
        ),
        *(
            "$20 a month, billed yearly",
            "$20 a month $30",
            "BTC 1",
            "<script>$1",
            "",
            "$9999999",
            "$20\u202e a month x",
        ),
    ],
)
def test_prices_that_leave_any_doubt_are_not(entry: str) -> None:
    assert read_price(entry) is None


@given(st.text(alphabet="$€£0123456789., /amonthyersFrUSDCA-+", max_size=20))
def test_a_price_that_is_read_is_a_plain_decimal(entry: str) -> None:
    price = read_price(entry)
    if price is not None:
        assert float(price.amount) >= 0 and set(price.amount) <= set("0123456789.")
        assert price.currency in {"USD", "EUR", "GBP", "CAD", "AUD", "CHF"} and price.period in {None, "MON", "ANN"}
        # Nothing but separators was dropped from the digits.
        assert [char for char in entry if char.isdigit()] == [char for char in price.amount if char.isdigit()] or (
            price.amount == "0"
        )


def test_an_offer_has_the_price_its_currency_and_what_it_is_for() -> None:
    site = sample_site(publications()[:1], pairs=())
    free = graph(tool_structured(site, site.tools["larkspur"]))["Review"]["itemReviewed"]["offers"]
    assert free == {
        "@type": "Offer",
        "price": "0",
        "priceCurrency": "USD",
        "url": "https://larkspur.example/pricing",
    }
    paid = graph(tool_structured(site, site.tools["tidewater"]))["Review"]["itemReviewed"]["offers"]
    assert paid["price"] == "19" and paid["priceSpecification"]["referenceQuantity"]["unitCode"] == "MON"
    hostile = hostile_site()
    assert "offers" not in graph(tool_structured(hostile, hostile.tools["larkspur"]))["Review"]["itemReviewed"]


def test_the_same_site_gives_the_same_bytes() -> None:
    assert list(documents(sample_site())) == list(documents(sample_site()))
