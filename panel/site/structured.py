"""Structured data: schema.org as JSON-LD, for search engines. It says what the page shows, and claims no more.

- The author is the publication, an Organization; the people who approved the words are its editors. No persona is a
  Person, and no reviewer of a panel is an author.
- A tool's page has one Review. It has no `reviewRating`: a search engine shows a bare number or stars without the
  denominator, and "75" of four personas on one model is not what readers take stars for. The share stands in the text.
- `aggregateRating` is readers' votes alone, when enough are shown: each vote is 100 (ship) or 0 (skip), so that the
  mean is the share of ships on the page, and `ratingCount` is the number of votes.
- No `positiveNotes` or `negativeNotes`: they would need statements that an editor approved as a pro or a con. A
  sentence of a seat that ships may praise a rival, and a rule cannot tell.
- A scripted rehearsal has no Review, no list and no offer, because nobody reviewed anything: only a WebPage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from panel.publish.context import SCRIPTED, is_scripted
from panel.records import Community, Dossier, HowMade
from panel.site.model import (
    CategoryPage,
    ComparisonPage,
    Site,
    ToolPage,
    ToolVersion,
    category_path,
    comparison_path,
    tool_path,
)
from panel.site.plain import (
    REHEARSAL,
    address,
    json_text,
    page_summary,
    page_title,
    plain_text,
    publication_name,
    stamp,
)

CONTEXT: Final = "https://schema.org"
_DRAFTED: Final = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
"""IPTC's word for what a trained model made; the editors who answer for it stand beside it."""

_SYMBOLS: Final = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "CA$": "CAD", "A$": "AUD"}
_CODES: Final = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF")
_CURRENCY = "|".join(map(re.escape, (*_SYMBOLS, *_CODES)))
_PERIODS: Final = {"month": "MON", "mo": "MON", "monthly": "MON", "year": "ANN", "yr": "ANN", "yearly": "ANN"}
_PRICE = re.compile(
    rf"(?:(?P<before>{_CURRENCY}) ?)?(?P<amount>[0-9][0-9.,]*)(?: ?(?P<after>{_CURRENCY}))?"
    r"(?:(?: a | per | ?/ ?)(?P<each>month|mo|year|yr)| (?P<every>monthly|yearly)| once)?"
)
_POINT = re.compile(r"(?:[0-9]{1,6}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{2})?")
_COMMA = re.compile(r"[0-9]{1,6},[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Price:
    """A price that can be read in one way only.

    Attributes:
        amount: in the currency's main unit, with a point: "1900", "9.99".
        currency: ISO 4217; a lone "$" is the United States', as on software's price lists.
        period: UN/CEFACT's code of what it is paid for: "MON", "ANN"; None when it is paid once.
    """

    amount: str
    currency: str
    period: str | None = None


def read_price(entry: str) -> Price | None:
    """Read an entry price as readers see it: "Free", "$20 a month", "€9,99", "$1,900 a year", "£8 once".

    Returns:
        None whenever there is any doubt: "from $5", "$20 a seat a month", "$5-$10", "€1.900", "¥500", "contact sales".
    """
    entry = plain_text(entry)
    if entry.casefold() == "free":
        return Price("0", "USD")
    found = _PRICE.fullmatch(entry)
    if found is None or bool(found["before"]) == bool(found["after"]):
        return None
    mark = found["before"] or found["after"]
    currency = _SYMBOLS.get(mark, mark)
    amount = found["amount"]
    if currency == "EUR" and _COMMA.fullmatch(amount):
        amount = amount.replace(",", ".")
    elif not _POINT.fullmatch(amount) or (currency in ("EUR", "CHF") and "," in amount):
        return None
    return Price(amount.replace(",", ""), currency, _PERIODS.get(found["each"] or found["every"] or ""))


def comparison_structured(site: Site, page: ComparisonPage) -> str:
    """Write a comparison's structured data: the article and the list of its tools, in the page's order."""
    place = address(site, comparison_path(page.slug))
    shown = page.page
    scripted = is_scripted(shown)
    changed = stamp(page.ref.published_at)
    first = min(
        (one.published_at for one in site.publications if one.page.slug == page.slug and page.kind == "panel"),
        default=page.ref.published_at,
    )
    article: dict[str, Any] = {
        "@type": "WebPage" if scripted else "Article",
        "@id": f"{place}#article",
        "url": place,
        "name" if scripted else "headline": page_title(shown),
        "description": page_summary(shown),
        "image": f"{place}card.png",
        "inLanguage": "en",
        "datePublished": stamp(first),
        "dateModified": changed,
        **_made_by(site, shown.how_made),
    }
    if scripted:
        return _graph(article)
    if page.sources:
        article["isBasedOn"] = [address(site, comparison_path(one.slug)) for one in page.sources]
    items = [_application(site, card.dossier) for card in shown.tools]
    tools: dict[str, Any] = {
        "@type": "ItemList",
        "@id": f"{place}#tools",
        "name": page_title(shown),
        "itemListOrder": "https://schema.org/ItemListUnordered",
        "numberOfItems": len(items),
        "itemListElement": [
            {"@type": "ListItem", "position": position, "item": item} for position, item in enumerate(items, start=1)
        ],
    }
    article["mainEntity"] = {"@id": tools["@id"]}
    return _graph(article, tools)


def tool_structured(site: Site, tool: ToolPage) -> str:
    """Write a tool's structured data: the one Review of it (of a scripted rehearsal, a WebPage), and the way to it."""
    version = tool.current
    place = address(site, tool_path(tool.slug))
    common: dict[str, Any] = {
        "url": place,
        "inLanguage": "en",
        "datePublished": stamp(min(one.published_at for one in tool.versions if one.withdrawn_at is None)),
        "dateModified": stamp(version.published_at),
        **_made_by(site, version.how_made),
    }
    name = plain_text(version.dossier.name) or tool.slug
    if version.how_made.engine.startswith(SCRIPTED):
        told = f"Scripted rehearsal, no model wrote this. {name}."
        page = {"@type": "WebPage", "name": f"{name} ({REHEARSAL})", "description": told, **common}
        return _graph(page, _breadcrumb(site, tool))
    reviewed = _application(site, version.dossier) | {"@id": f"{place}#tool"}
    if offer := _offer(version.dossier):
        reviewed["offers"] = offer
    if votes := site.shown_votes(tool.community):
        reviewed["aggregateRating"] = _rating(votes)
    review: dict[str, Any] = {
        "@type": "Review",
        "@id": f"{place}#review",
        "name": f"{name}: {version.tally.label}",
        **common,
        "itemReviewed": reviewed,
        "reviewBody": _review_body(version),
    }
    return _graph(review, _breadcrumb(site, tool))


def breadcrumb_structured(site: Site, page: ToolPage | CategoryPage) -> str:
    """Write the way from the home page: to a category, or through its category to a tool."""
    return _graph(_breadcrumb(site, page))


def _breadcrumb(site: Site, page: ToolPage | CategoryPage) -> dict[str, Any]:
    steps = [(publication_name(site), "")]
    if isinstance(page, ToolPage):
        category = plain_text(page.current.dossier.category) or page.category
        steps.append((category, category_path(page.category)))
        steps.append((plain_text(page.name) or page.slug, tool_path(page.slug)))
    else:
        steps.append((plain_text(page.name) or page.slug, category_path(page.slug)))
    items = [
        {"@type": "ListItem", "position": position, "name": name, "item": address(site, path)}
        for position, (name, path) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _graph(*nodes: dict[str, Any]) -> str:
    return json_text({"@context": CONTEXT, "@graph": nodes})


def _made_by(site: Site, how: HowMade) -> dict[str, Any]:
    publication = {"@type": "Organization", "@id": f"{address(site, '')}#publication", "name": publication_name(site)}
    publication["url"] = address(site, "")
    editors = [{"@type": "Person", "name": name} for name in _shown(how.approvers)]
    made: dict[str, Any] = {"author": publication, "publisher": {"@id": publication["@id"]}}
    if editors:
        made["editor"] = editors
    if not how.engine.startswith(SCRIPTED):
        made["digitalSourceType"] = _DRAFTED
    return made


def _application(site: Site, dossier: Dossier) -> dict[str, Any]:
    """Describe a tool; its address is its page here, and its own page is the same thing elsewhere."""
    about: dict[str, Any] = {
        "@type": "SoftwareApplication",
        "name": plain_text(dossier.name) or dossier.slug,
        "url": address(site, tool_path(dossier.slug)),
        "applicationCategory": plain_text(dossier.category),
        "description": plain_text(dossier.description),
        "creator": {"@type": "Organization", "name": plain_text(dossier.maker)},
    }
    if dossier.url:
        about["sameAs"] = str(dossier.url)
    return {key: value for key, value in about.items() if value and value != {"@type": "Organization", "name": ""}}


def _offer(dossier: Dossier) -> dict[str, Any] | None:
    price = read_price(dossier.pricing.entry)
    if price is None:
        return None
    offer: dict[str, Any] = {"@type": "Offer", "price": price.amount, "priceCurrency": price.currency}
    if price.period:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "price": price.amount,
            "priceCurrency": price.currency,
            "referenceQuantity": {"@type": "QuantitativeValue", "value": 1, "unitCode": price.period},
        }
    if dossier.pricing.url:
        offer["url"] = str(dossier.pricing.url)
    return offer


def _rating(votes: Community) -> dict[str, Any]:
    return {
        "@type": "AggregateRating",
        "ratingValue": votes.ship_pct,
        "bestRating": 100,
        "worstRating": 0,
        "ratingCount": votes.votes,
        "ratingExplanation": "Per cent of the readers who voted that would ship it rather than skip it.",
    }


def _review_body(version: ToolVersion) -> str:
    """Write the share, then each reviewer's call and approved argument, word for word."""
    parts = [f"AI-drafted panel review, approved by editors: {version.tally.label}."]
    for row in version.rows:
        cell = row.cells[0]
        argument = plain_text(" ".join(beat.text for beat in cell.beats if beat.text))
        told = f"{plain_text(row.name) or row.persona}: {cell.call or 'missing'}."
        parts.append(f"{told} {argument}".strip())
    return " ".join(parts)


def _shown(names: Iterable[str]) -> list[str]:
    return [shown for name in names if (shown := plain_text(name))]
