"""Dossiers with given excerpts."""

from __future__ import annotations

from datetime import date

from panel.records import Dossier, Evidence, Pricing

PLAIN = "Exports are complete and take a minute. The archive is kept for a year."


def dossier_of(*texts: str) -> Dossier:
    """Make a dossier whose evidence is e1, e2 and so on."""
    day = date(2026, 11, 2)
    return Dossier(
        slug="tool",
        name="Tool",
        maker="Maker",
        category="Tools",
        tagline="A tool.",
        description="A tool for trying.",
        licence="MIT",
        pricing=Pricing(entry="Free", as_of=day, source="Price page"),
        evidence=tuple(
            Evidence(id=f"e{number}", source="Product page", retrieved=day, text=text)
            for number, text in enumerate(texts, start=1)
        ),
    )
