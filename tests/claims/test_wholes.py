from __future__ import annotations

import pytest

from .dossiers import dossier_of, flags

TRIAL = dossier_of(
    "Hedge found 66 of 80 faults in the port's code. Of 44 installations 37 stopped on import.",
    "Of the 31 member cities 24 have signed. Three of the four clinics stayed.",
)


@pytest.mark.parametrize(
    "text",
    [
        "It found 66 of 80 faults.",
        "Of the 80 faults 66 were found.",
        "It left 14 of 80 faults.",
        "Of 44 installations 37 stopped, and 24 of the 31 cities have signed.",
        "Three of the four clinics stayed.",
        "A print of 80 pages, then a warning on 37 of 44 installations.",
    ],
)
def test_parts_of_their_wholes_stand(text: str) -> None:
    assert not set(flags(text, TRIAL)) & {"66", "80", "37", "44", "24", "31", "Three"}


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("It found 80 of 66 faults.", {"80", "66"}),
        ("Some 44 of 37 installations stopped.", {"44", "37"}),
        ("It found 24 of 80 faults.", {"24"}),
        ("Of 44 installations 31 stopped on import.", {"31"}),
        ("Of the 31 member cities 37 have signed.", {"37"}),
    ],
)
def test_a_part_of_another_whole_is_flagged(text: str, flagged: set[str]) -> None:
    assert set(flags(text, TRIAL)) & flagged


def test_a_whole_and_its_part_that_have_changed_places_are_flagged() -> None:
    letters = dossier_of("Of 80 template letters, 52 came back with a damaged field.")
    assert flags("Of 80 template letters 52 came back.", letters) == []
    assert "80" in flags("Of 52 template letters 80 came back.", letters)
