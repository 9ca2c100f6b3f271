from __future__ import annotations

import pytest

from .dossiers import dossier_of, flags

TRIAL = dossier_of(
    "Hedge found 66 faults and passed 240 builds. Usage rose from 38 to 71 sites. Of its 38 errors 35 were dashed. "
    "Edges are drawn solid or dashed. Requests above 8,000 nodes are refused.",
    "With Hedge 78 of 90 final clicks were held. Without help the agents bought something unwanted in 19.",
    "The vendor names 97%. The students note that 97% was reached on none of the folders; the best was 81%.",
    "Some 70 sellers refuse agents without a mandate.",
)


@pytest.mark.parametrize(
    "text",
    [
        "It found 66 faults.",
        "It caught 66 faults.",
        "Usage rose from 38 to 71 sites.",
        "Usage grew from 38 to 71 sites.",
        "It fell from 71 to 38 again.",
        "Of its errors 35 were dashed.",
        "Requests above 8,000 nodes are refused.",
        "Requests below 8,000 nodes are accepted.",
        "It held 78 clicks.",
        "The best was 81%.",
        "On none of the folders 97% was reached.",
        "Some 70 sellers refuse agents.",
        "If fewer than 70 sellers refuse agents the case is gone.",
        "At least 70 sellers refuse agents.",
    ],
)
def test_the_same_in_other_words_stands(text: str) -> None:
    assert flags(text, TRIAL) == []


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("It missed 66 faults.", "66"),
        ("It overlooked 66 faults.", "66"),
        ("It failed 240 builds.", "240"),
        ("Usage fell from 38 to 71 sites.", "38"),
        ("Usage shrank from 38 to 71 sites.", "71"),
        ("Usage rose from 71 to 38 sites.", "71"),
        ("Of its 38 errors 35 were solid.", "35"),
        ("Requests above 8,000 nodes are accepted.", "8,000"),
        ("The agents bought something unwanted in 78 without help.", "78"),
        ("The best score of the students was 97%.", "97%"),
        ("Fewer than 70 sellers refuse agents without a mandate.", "70"),
        ("More than 70 sellers refuse agents without a mandate.", "70"),
    ],
)
def test_the_opposite_is_flagged(text: str, flagged: str) -> None:
    assert flagged in flags(text, TRIAL)
