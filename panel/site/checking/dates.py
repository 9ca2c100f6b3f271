"""Dates as feeds and sitemaps write them."""

from __future__ import annotations

import re
from datetime import date, datetime

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)


def read_moment(text: str) -> datetime | None:
    """Return an RFC 3339 date with its time and offset; None for anything else."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_sitemap_date(text: str) -> bool:
    """Say whether a text is a W3C date: a day, or a moment with its offset."""
    if read_moment(text):
        return True
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False
