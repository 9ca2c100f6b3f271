"""Digests of the sample sites."""

from __future__ import annotations

from datetime import UTC, datetime

from panel.digest import Digest, Week, make_digest
from panel.settings import MailSettings
from panel.site.model import Site
from tests.site.sites import sample_site

FIRST, SECOND, QUIET = Week.parse("2026-W10"), Week.parse("2026-W11"), Week.parse("2026-W12")
SETTINGS = MailSettings(sender="The Desk <weekly@desk.example>", postal_address="1 Quay Street, Port Example")
LATER = datetime(2026, 4, 1, 9, tzinfo=UTC)
"""When every week of the samples is over."""


def digest_of(week: Week, site: Site | None = None) -> Digest:
    return make_digest(site or sample_site(), week)
