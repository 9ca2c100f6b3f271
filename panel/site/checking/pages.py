"""One page after the other: every rule for each, and the few things that are known only of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from panel.site.checking.access import check_access
from panel.site.checking.addresses import Base
from panel.site.checking.links import Links
from panel.site.checking.markup import Document, parse
from panel.site.checking.meta import check_head, check_outline
from panel.site.checking.nesting import check_nesting
from panel.site.checking.policy import check_policy
from panel.site.checking.problems import Fault, SiteProblem, shown
from panel.site.checking.references import RESOURCES, Reference, references
from panel.site.checking.safety import check_approved, check_safety, is_indexable
from panel.site.checking.sitemap import check_canonical
from panel.site.checking.structured import check_structured, structured_references


@dataclass(slots=True)
class Pages:
    """What stays of the pages that were read.

    Attributes:
        base: the site's address.
        links: between all files.
        indexable: by file, whether search engines may list the page; of the site's own pages, 404.html left out.
        titles: the files that have each title.
    """

    base: Base
    links: Links
    indexable: dict[str, bool] = field(default_factory=dict)
    titles: dict[str, list[str]] = field(default_factory=dict)

    def check(self, path: str, source: str) -> Iterator[Fault]:
        """Yield what is wrong with one of the site's own pages."""
        document = parse(source)
        self._keep(path, document)
        indexable = path != "404.html" and is_indexable(document)
        if path != "404.html":
            self.indexable[path] = indexable
        for title in document.named("title"):
            self.titles.setdefault(title.text(), []).append(path)
        addresses = list(references(document))
        yield from document.faults
        yield from check_nesting(document)
        yield from check_head(document, source)
        yield from check_outline(document)
        yield from check_access(document)
        yield from check_safety(document)
        yield from check_approved(document)
        yield from check_policy(document, self.base, path, addresses)
        yield from check_canonical(document, self.base, path, indexable)
        yield from check_structured(document)
        yield from self.links.check(path, addresses)
        yield from self.links.check(path, structured_references(document, self.base.url))

    def check_foreign(self, path: str, source: str) -> Iterator[Fault]:
        """Yield what is wrong with the links of a page that Panel did not make, and whether it is a draft."""
        document = parse(source, fragment=True)
        self._keep(path, document)
        yield from check_approved(document)
        yield from self.links.check(path, (one for one in references(document) if one.use != "form"))

    def check_styles(self, path: str, addresses: Sequence[Reference]) -> Iterator[Fault]:
        """Yield what is wrong with what a style sheet loads."""
        for line, use, address in addresses:
            target = self.base.resolve(path, address)
            if use in RESOURCES and target.origin not in ("", self.base.origin):
                yield Fault(line, "third-party", f"{use} from {target.origin}")
        yield from self.links.check(path, addresses)

    def check_titles(self) -> Iterator[SiteProblem]:
        """Yield the titles that several pages have, on all but the first of them."""
        for title, paths in self.titles.items():
            first = paths[0]
            for path in dict.fromkeys(paths[1:]):
                if title and path != first:
                    yield SiteProblem(path, 0, "title-unique", f"{shown(title)} is the title of {first} too")

    def _keep(self, path: str, document: Document) -> None:
        self.links.places[path] = " ".join(document.ids)
