from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.claims import Status, find_claims, resolve
from panel.claims.resolving import resolve_beats
from panel.records import BeatText

from .dossiers import DOSSIER, PERSONA, flags


@pytest.mark.parametrize(
    "text",
    [
        "It costs $95 a seat a month, $1,140 a year.",
        "It reads 1940 lines on a 24 GB card, or 24,000 MB of it.",
        "Version or not, the manual 2.4 asks for 16 GB.",
        "It found 66 of 80 faults, which is 82.5%, and Oakstamp 41.",
        "Both together found 107.",
        "Over 56% came back.",
        "As of 4 November 2026 it was so, and in November 2026 too.",
        "Apache-2.0 and CC BY 4.0 both apply.",
        'It “reads like a patient colleague”, and "It reads … colleague".',
        "Send it to `POST /diff`, or run `hedge check diff.patch`.",
        "https://hedge.example/manual says so, and hedge.example too.",
        "Oakstamp’s users and Llama's weights are in Bergen.",
        "A lookup takes 1,500 ms at best.",
        "The team has two good reasons for it.",
        "In September 71 engineers used it and in June 38.",
        "Anything below 8,000 nodes passes.",
    ],
)
def test_what_the_dossier_says_in_other_words_is_supported(text: str) -> None:
    assert flags(text) == []


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("It costs $85 a month.", ["$85"]),
        ("It costs $95 a year.", ["$95"]),
        ("It costs €95 a month.", ["€95"]),
        ("The Site tier for 150 repositories is $95 a month.", ["$95"]),
        ("Setup is $180 a month.", ["$180"]),
        ("It keeps at most 90 days of logs.", ["90 days"]),
        ("Pages below 8,000 nodes are refused.", ["8,000"]),
        ("It found 67 of 80 faults.", ["67"]),
        ("Hedge found 41 and Oakstamp 66.", ["41", "66"]),
        ("It found 12 and raised 66 false alarms.", ["12", "66"]),
        ("Reviewers sent back 38% of the drafted diffs and 57% of those written by hand.", ["38%", "57%"]),
        ("In June 71 engineers used it and in September 38.", ["71", "38"]),
        ("It needs 16 TB of memory.", ["16 TB"]),
        ("It was read on 14 August 2026.", ["14 August 2026"]),
        ("The manual 2.5 says so.", ["2.5"]),
        ("The library is MIT.", ["MIT"]),
        ("The rule set is Apache 2.0 and the library under CC BY 4.0.", ["Apache 2.0", "CC BY 4.0"]),
        ("It “reads like an impatient colleague”.", ["reads like an impatient colleague"]),
        ("Run `hedge verify diff.patch`.", ["hedge verify diff.patch"]),
        ("See https://hedge.example/docs.", ["https://hedge.example/docs"]),
        ("Data goes to a server in Salesforce.", ["Salesforce"]),
    ],
)
def test_what_the_dossier_contradicts_or_lacks_is_flagged(text: str, flagged: list[str]) -> None:
    assert flags(text) == flagged


def test_a_flag_gives_the_place_and_what_stands_there() -> None:
    (one,) = resolve(find_claims("It needs at least 16 GB and reads 1,950 changed lines.")[1:], DOSSIER)
    assert one.status is Status.DIFFERS and one.instead == "1,940"
    assert one.place is not None and one.place.field == "description" and "1,940 changed lines" in one.place.text


def test_arithmetic_is_exact_and_marked_as_such() -> None:
    found = {one.claim.text: one for one in resolve(find_claims("$95 a month is $1,140 a year."), DOSSIER)}
    assert found["$1,140"].is_derived and not found["$95"].is_derived
    assert flags("$95 a month is $1,139 a year.") == ["$1,139"]


def test_forecasts_and_known_products_beside_the_tool_are_an_editor_s_to_verify() -> None:
    def status(text: str, beat: str) -> list[Status]:
        return [one.status for one in resolve(find_claims(text, beat), DOSSIER, PERSONA)]

    assert status("By 2030 it is over.", "thesis") == [Status.OUTSIDE]
    assert status("By 2030 it is over.", "primitive") == [Status.ABSENT]
    assert status("GitHub Copilot reads both sides.", "alternative") == [Status.OUTSIDE]
    assert status("It writes into GitHub Copilot.", "alternative") == [Status.ABSENT]
    assert status("An engineer needs two days.", "alternative") == [Status.OUTSIDE]


def test_every_claim_is_resolved_in_its_order() -> None:
    beats = (BeatText(id="primitive", text="It costs $95."), BeatText(id="thesis", text="Oakstamp found 41 of 80."))
    resolved = resolve_beats(beats, DOSSIER, PERSONA)
    assert [one.claim.text for one in resolved] == ["$95", "41", "80"]
    assert all(one.status is Status.SUPPORTED and one.place is not None for one in resolved)
    assert resolve((), DOSSIER) == ()


@given(
    text=st.text(max_size=120)
    | st.lists(
        st.sampled_from(["Hedge", "found", "66", "41", "%", "$95", "a", "month", "in", "June", ",", "."]), max_size=20
    ).map(" ".join)
)
def test_any_text_is_resolved(text: str) -> None:
    claims = find_claims(text, "thesis")
    assert [one.claim for one in resolve(claims, DOSSIER, PERSONA)] == list(claims)


@pytest.mark.parametrize(
    "text",
    [
        "Hedge found 66 of 80 and Oakstamp 41. " * 15,
        "from 1 to 2 " * 60,
        "Of 80 faults 66 in 2026, " * 30,
        "does not never read Llama " * 200,
        "with without 66 " * 60,
    ],
)
def test_long_texts_are_resolved(text: str) -> None:
    # No clock here: a rule that backtracks would hang the suite.
    claims = find_claims(text, "bet")
    assert len(resolve(claims, DOSSIER, PERSONA)) == len(claims)
