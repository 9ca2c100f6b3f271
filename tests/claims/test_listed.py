from __future__ import annotations

import pytest

from .dossiers import dossier_of, flags

LISTED = dossier_of("Two card schemes and a Nordic bank group have published formats, and all three read them.")


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("It sells two plans.", []),
        ("It sells three plans.", ["three"]),
        ("Four tiers are on the page.", ["Four"]),
        ("Two rivals are listed.", []),
        ("Three named rivals do the same.", ["Three"]),
        ("Two card schemes have published formats.", []),
        ("Three card schemes have published formats.", ["Three"]),
        ("All three read them.", []),
    ],
)
def test_counts_of_what_is_listed_or_counted(text: str, flagged: list[str]) -> None:
    assert flags(text, LISTED) == flagged
