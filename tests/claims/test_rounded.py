"""Figures that follow from the others of their text once they are rounded, and what would be."""

from __future__ import annotations

import pytest

from .dossiers import dossier_of, flags

TRIAL = dossier_of(
    "Hedge found 66 of 80 faults. Parts cost about $210 a board, and nine builders bought one each.",
    "It raised 31 alarms on 5,000 harmless files. Uploads stop at 600 MB. The plan has 40 hours a month.",
    "Two boards stop accepting faxed letters in 2027.",
)


@pytest.mark.parametrize(
    "text",
    [
        "66 of 80 is about 82% of the faults.",
        "66 of 80 is a little over 82%.",
        "31 alarms on 5,000 files are about 0.6%.",
        "Nine builders paid about $210 each, roughly $1,900 in all.",
        "At $95 a month for 40 hours it is about $2.40 an hour.",
        "Two boards refuse faxed letters in 2027.",
        "$95 a month is not quite $1,150 a year.",
        "5,000 files against 80 faults is about sixty-two times as many.",
    ],
)
def test_what_follows_when_rounded_stands(text: str) -> None:
    assert flags(text, TRIAL) == []


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("66 of 80 is about 88% of the faults.", "88%"),
        ("31 alarms on 5,000 files are about 6%.", "6%"),
        ("Nine builders paid about $210 each, roughly $2,900 in all.", "$2,900"),
        ("Nine builders paid $210 each, $1,900 in all.", "$1,900"),
        ("At $95 a month for 40 hours it is about $3.40 an hour.", "$3.40"),
    ],
)
def test_what_does_not_is_flagged(text: str, flagged: str) -> None:
    assert flagged in flags(text, TRIAL)


def test_euro_cents_are_hundredths() -> None:
    school = dossier_of("A school pays EUR 180 a year for 600 pupils.")
    assert flags("At 600 pupils that year is thirty euro cents a head.", school) == []
    assert flags("At 600 pupils that year is ninety euro cents a head.", school) == ["ninety euro cents"]


def test_a_price_is_paid_for_a_number_of_things_however_that_is_written() -> None:
    metered = dossier_of("The meter takes $0.04 per 1,000 words.")
    assert flags("It takes four cents per thousand words.", metered) == []
    assert "four cents" in flags("It takes four cents per million words.", metered)


def test_what_would_be_is_not_the_dossier_s_to_say() -> None:
    wish = "Two hundred further faults would tell more."
    assert flags(wish, TRIAL, beat="reversal") == []
    assert flags("Two hundred further faults were found.", TRIAL, beat="reversal") == ["Two hundred"]


def test_a_known_product_of_strangers_is_no_claim_about_the_tool() -> None:
    assert flags("A plant that watches everything in Splunk sees nothing.", TRIAL, beat="breaks_when") == []
    assert flags("Docker and Ansible repeat a setup too.", TRIAL, beat="alternative") == []
    assert flags("Chat is never read, so what was settled in Slack stays there.", TRIAL, beat="breaks_when") == []
    assert flags("It sends everything to Splunk.", TRIAL, beat="breaks_when") == ["Splunk"]
    assert flags("Docker and Zorbland repeat a setup too.", TRIAL, beat="alternative") == ["Zorbland"]
