"""Where a digest's links lead: whole addresses in a mail, paths on the site's own page, nothing to what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from panel.site.model import Site, comparison_path, tool_path

CORRECTIONS = "corrections/"


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one rendering.

    Attributes:
        site: what is on the site; a link is made to nothing else.
        base: what every link begins with, its last slash included.
    """

    site: Site
    base: str

    @classmethod
    def absolute(cls, site: Site) -> Links:
        """Make the links of a mail."""
        return cls(site, site.publication.base_url)

    @classmethod
    def rooted(cls, site: Site) -> Links:
        """Make the links of a page on the site, which begin at the root of its host."""
        return cls(site, urlsplit(site.publication.base_url).path)

    @property
    def home(self) -> str:
        """The home page."""
        return self.base

    @property
    def corrections(self) -> str:
        """The page of corrections."""
        return self.base + CORRECTIONS

    def page(self, slug: str) -> str | None:
        """Return where a comparison stands; None when it does not."""
        return self.base + comparison_path(slug) if slug in self.site.comparisons else None

    def tool(self, slug: str) -> str | None:
        """Return where a tool's page stands; None when it does not."""
        return self.base + tool_path(slug) if slug in self.site.tools else None
