"""What both kinds of feeds share: the HTML in them, and the order of their entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from panel.site.checking.characters import controls
from panel.site.checking.links import Links
from panel.site.checking.markup import parse
from panel.site.checking.nesting import check_placement
from panel.site.checking.problems import Fault, Rule, shown
from panel.site.checking.references import Reference, references
from panel.site.checking.safety import check_safety


def check_html(html: str, line: int, path: str, links: Links) -> Iterator[Fault]:
    """Yield what is wrong with HTML that a feed carries into somebody else's page.

    Args:
        html: the content.
        line: where it stands in the feed.
        path: the feed's file.
        links: what addresses are held against; they must be whole, for a feed has no place of its own.
    """
    document = parse(html, fragment=True)
    for fault in (*document.faults, *check_placement(document), *check_safety(document)):
        rule: Rule = "controls" if fault.rule == "controls" else "feed-content"
        yield Fault(line, rule, fault.message)
    for element in document.named("script", "style", "form", "link", "meta", "title", "button", "input"):
        yield Fault(line, "feed-content", f"<{element.name}> has no place in a feed")
    for reference in references(document):
        if not reference.address.startswith(("https://", "http://", "mailto:")):
            yield Fault(line, "feed-content", f"{shown(reference.address)} is not a whole address")
        else:
            yield from links.check(path, [Reference(line, reference.use, reference.address)])


def check_words(text: str, line: int) -> Iterator[Fault]:
    """Yield the control characters of a text that readers of a feed see."""
    return (Fault(line, "controls", fault.message) for fault in controls(text))


def are_newest_first(*orders: Sequence[datetime | None]) -> bool:
    """Say whether entries come newest first by any of these dates of theirs; a date that is missing decides nothing."""
    for order in orders:
        dates = [date for date in order if date is not None]
        if len(dates) == len(order) and all(one >= after for one, after in pairwise(dates)):
            return True
    return False
