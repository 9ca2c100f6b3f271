"""Structured data in pages: schema.org as JSON-LD, and what a page may claim in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from panel.site.checking.data import read_json
from panel.site.checking.markup import Document
from panel.site.checking.problems import Fault
from panel.site.checking.references import Reference

CONTEXT: Final = "https://schema.org"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.*)?")
_ADDRESSES: Final = ("url", "@id", "image", "logo", "item", "mainEntityOfPage", "thumbnailUrl")


def check_structured(document: Document) -> Iterator[Fault]:
    """Yield what is wrong with the page's JSON-LD."""
    reviews = 0
    for line, value, problem in _blocks(document):
        if problem:
            yield Fault(line, "json-ld", problem)
            continue
        for top in value if isinstance(value, list) else [value]:
            if not isinstance(top, dict) or top.get("@context") != CONTEXT:
                yield Fault(line, "json-ld", f'"@context" must be "{CONTEXT}"')
        for node in _nodes(value):
            types = _types(node)
            reviews += "Review" in types
            for message in _check_node(node, types):
                yield Fault(line, "json-ld", message)
    if reviews > 1:
        yield Fault(0, "json-ld", f"one Review at most, not {reviews}")


def structured_references(document: Document, base_url: str) -> Iterator[Reference]:
    """Yield the addresses under the site's own that its JSON-LD names."""
    for line, value, _ in _blocks(document):
        for node in _nodes(value):
            for name in _ADDRESSES:
                address = node.get(name)
                if isinstance(address, str) and address.startswith(base_url) and not (name == "@id" and "#" in address):
                    yield Reference(line, "link", address)


def _blocks(document: Document) -> Iterator[tuple[int, object, str]]:
    for script in document.named("script"):
        if script.get("type").lower() == "application/ld+json":
            text = "".join(child for child in script.children if isinstance(child, str))
            value, problem = read_json(text)
            yield script.line, value, problem


def _nodes(value: object) -> Iterator[Mapping[str, object]]:
    """Yield every object in a JSON value, outer ones first."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _types(node: Mapping[str, object]) -> tuple[str, ...]:
    given = node.get("@type")
    return tuple(one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str))


def _check_node(node: Mapping[str, object], types: tuple[str, ...]) -> Iterator[str]:
    if "aggregateRating" in node:
        rating = node["aggregateRating"]
        counts = [rating.get(name) for name in ("ratingCount", "reviewCount")] if isinstance(rating, dict) else []
        if not any(isinstance(count, int) and not isinstance(count, bool) and count > 0 for count in counts):
            yield "aggregateRating without the number of people who rated"
    if "Review" in types:
        missing = [name for name in ("author", "itemReviewed", "datePublished") if not node.get(name)]
        if missing:
            yield f"a Review without {', '.join(missing)}"
    for name in ("datePublished", "dateModified"):
        day = node.get(name)
        if name in node and not (isinstance(day, str) and _DAY.fullmatch(day)):
            yield f"{name} is no date: {day!r:.40}"
    if "ItemList" in types:
        yield from _check_list(node)


def _check_list(node: Mapping[str, object]) -> Iterator[str]:
    items = node.get("itemListElement")
    if not isinstance(items, list):
        yield "an ItemList without itemListElement"
        return
    positions = [item.get("position") if isinstance(item, dict) else None for item in items]
    if positions != list(range(1, len(items) + 1)):
        yield f"an ItemList's positions must be 1 to {len(items)}, in order"
    if node.get("numberOfItems", len(items)) != len(items):
        yield f"an ItemList of {len(items)} says that it has {node['numberOfItems']!r:.20}"
