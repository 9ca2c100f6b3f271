"""What a check of a site can find: the rules by their ids, and one record for each thing found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

Rule = Literal[
    "file",
    "missing",
    "base-url",
    "markup",
    "nesting",
    "element",
    "dangerous",
    "inline-code",
    "opener",
    "controls",
    "unapproved",
    "charset",
    "language",
    "title",
    "title-unique",
    "description",
    "viewport",
    "main",
    "heading-one",
    "heading-levels",
    "id-unique",
    "id-target",
    "image-alternative",
    "control-label",
    "control-name",
    "table-headers",
    "policy",
    "policy-weak",
    "policy-refuses",
    "third-party",
    "link-address",
    "link-scheme",
    "link-outside",
    "link-broken",
    "link-fragment",
    "canonical",
    "sitemap",
    "robots",
    "atom",
    "json-feed",
    "feed-content",
    "json-ld",
    "json",
]

RULES: Final[Mapping[Rule, str]] = {
    "file": "a file is a regular, readable UTF-8 file of a sane size inside the folder",
    "missing": "the files that every site has are there",
    "base-url": "the site's address is https, or http on this machine",
    "markup": "the page is HTML whose tags, attributes and references are written out and correct",
    "nesting": "every element is closed, in order, and stands where HTML lets it stand",
    "element": "every element is one that HTML knows",
    "dangerous": "no element or attribute that loads, frames, redirects or rebases",
    "inline-code": "no event handlers, no style attributes, no scripts in the page but JSON-LD",
    "opener": "a link that opens a new window gives it no hold of this one",
    "controls": "no control characters and no direction overrides in what readers see",
    "unapproved": "nothing that is marked as a draft",
    "charset": "the page says that it is UTF-8, within its first 1,024 bytes",
    "language": "the page says its language",
    "title": "the page has one title",
    "title-unique": "no two pages have the same title",
    "description": "the page has one description",
    "viewport": "the page fits small screens and lets readers zoom",
    "main": "the page has one main element",
    "heading-one": "the page has one h1",
    "heading-levels": "headings start at h1 and skip no level",
    "id-unique": "ids are given once, and hold no blanks",
    "id-target": "what an attribute names by id is there",
    "image-alternative": "images have a text or are hidden",
    "control-label": "form controls and groups have labels",
    "control-name": "buttons and links have names",
    "table-headers": "tables have headers",
    "policy": "one content security policy, in the head before anything it should govern",
    "policy-weak": "the policy starts from nothing and opens nothing wide",
    "policy-refuses": "the policy allows what the page needs",
    "third-party": "nothing is loaded from another site",
    "link-address": "addresses are well-formed",
    "link-scheme": "links lead to web pages, mail addresses or telephones",
    "link-outside": "no link leads past the site's own path",
    "link-broken": "internal links lead to files that are there",
    "link-fragment": "internal links lead to places that are there",
    "canonical": "canonical, og:url and the page's own address are the same",
    "sitemap": "the sitemap lists the pages that may be indexed, each once, and nothing else",
    "robots": "robots.txt names the sitemap and shuts nobody out",
    "atom": "Atom feeds are what RFC 4287 asks for, newest entry first",
    "json-feed": "JSON feeds are what JSON Feed 1.1 asks for, newest item first",
    "feed-content": "HTML in feeds is clean, inert and complete without its page",
    "json-ld": "structured data is valid and claims no more than it may",
    "json": "JSON files parse, and data files name their schema's version",
}
"""Every rule, and what holds when nothing is found."""

PROBLEMS_OF_ONE_FILE: Final = 100
"""How many are told; a page that is broken everywhere is told as broken."""

assert set(get_args(Rule)) == set(RULES)


class Fault(NamedTuple):
    """One thing wrong in a file whose path the caller knows."""

    line: int
    rule: Rule
    message: str


@dataclass(frozen=True, slots=True, order=True)
class SiteProblem:
    """One thing wrong with a built site.

    Attributes:
        path: the file, relative to the site's folder, with "/"; "" for the site as a whole.
        line: 1-based; 0 when it is the whole file or the line is unknown.
        rule: a key of `RULES`.
        message: what is wrong and, where it is not plain, what would be right.
    """

    path: str
    line: int
    rule: Rule
    message: str

    def __str__(self) -> str:
        """Render as `path:line: rule: message`."""
        place = f"{self.path}:{self.line}" if self.line else self.path or "site"
        return f"{place}: {self.rule}: {self.message}"


def placed(path: str, faults: Iterable[Fault]) -> Iterator[SiteProblem]:
    """Yield a file's faults as problems, each once; of very many, the first `PROBLEMS_OF_ONE_FILE`."""
    told: set[Fault] = set()
    more = 0
    for fault in faults:
        if fault in told:
            continue
        if len(told) < PROBLEMS_OF_ONE_FILE:
            told.add(fault)
            yield SiteProblem(path, fault.line, fault.rule, fault.message)
        else:
            more += 1
    if more:
        yield SiteProblem(path, 0, "file", f"{more} more problems in this file are not listed")


def shown(text: str, length: int = 80) -> str:
    """Quote a text of the site for a message: one line, no controls, at most `length` characters of it."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return repr(cut)
