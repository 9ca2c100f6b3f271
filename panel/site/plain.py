"""Plain values for machines: texts without tricks, moments, addresses, JSON that no markup can end.

What feeds, structured data, the search's index and the cards have in common. Not here: any markup.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from panel.publish.context import is_scripted, summary_of
from panel.publish.render import drop_controls
from panel.records import Page
from panel.site.model import Site

_UNFIT = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]")
_MARKUP = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
REHEARSAL = "scripted rehearsal"


def plain_text(text: str) -> str:
    """Return a text as one line of what shows: no controls, no direction overrides, nothing that XML forbids.

    The marks that Arabic and Hebrew text needs stay.
    """
    kept = drop_controls(" ".join(text.split()))
    assert isinstance(kept, str)
    return _UNFIT.sub("", kept).strip()


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""Write a value as JSON, in its own order, that stands safely in HTML too, whatever a text says.

    `<`, `>`, `&` and the two line separators are written as `\uXXXX`, which any JSON reader reads back.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)
    return text.translate(_MARKUP)


def stamp(moment: datetime) -> str:
    """Write a moment as RFC 3339 does, in UTC and to the second: "2026-03-03T16:45:00Z".

    A moment without a time zone is one of UTC.
    """
    zoned = moment.astimezone(UTC) if moment.tzinfo else moment
    return zoned.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def address(site: Site, path: str) -> str:
    """Return the absolute address of a place on the site; the home page's is that of ""."""
    return site.publication.base_url + path


def root_path(site: Site, path: str) -> str:
    """Return the address of a place on the site without its host: "/reviews/tools/aider/"."""
    return urlsplit(site.publication.base_url).path + path


def publication_name(site: Site) -> str:
    """Return the publication's name; its host, when nothing of the name can be shown."""
    return plain_text(site.site.name) or urlsplit(site.publication.base_url).hostname or "Panel"


def page_title(page: Page) -> str:
    """Return a comparison's title as one line; a scripted rehearsal says so, and one that shows nothing is its slug."""
    title = plain_text(page.title) or page.slug
    return f"{title} ({REHEARSAL})" if is_scripted(page) else title


def page_summary(page: Page) -> str:
    """Return the page in two sentences, shares with their denominators, as one line."""
    return plain_text(summary_of(page))
