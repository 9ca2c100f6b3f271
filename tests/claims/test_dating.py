from __future__ import annotations

import pytest

from panel.claims import Day, Status, find_claims, resolve

from .dossiers import PERSONA, dossier_of, flags

DATED = dossier_of(
    "Maintenance is guaranteed until March 2029. The port signed the contract in June 2025.",
    "Both warehouses showed column tracing, due in the first half of 2027 at no charge. "
    "Robot makers convert programs, and Hedge is for those who do not wish to wait for 2028.",
    "Version 2 came in September 2025, version 3 in February 2026. Sales opened in the third quarter of 2026.",
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("in the first half of 2027", Day(2027, half=1)),
        ("the second half of 2027", Day(2027, half=2)),
        ("H1 2027", Day(2027, half=1)),
        ("the first six months of 2027", Day(2027, half=1)),
        ("the last quarter of 2027", Day(2027, quarter=4)),
        ("the first three months of 2027", Day(2027, quarter=1)),
        ("Q3 of 2027", Day(2027, quarter=3)),
    ],
)
def test_halves_and_quarters_are_dates(text: str, day: Day) -> None:
    assert [claim.value for claim in find_claims(text)] == [day]


@pytest.mark.parametrize(
    "text",
    [
        "Tracing is due in the first half of 2027.",
        "Tracing is due in H1 2027.",
        "Tracing comes between January and June 2027.",
        "Maintenance runs until March 2029, and the port signed in June 2025.",
        "The port signed in the second quarter of 2025.",
        "The port signed in the first half of 2025.",
        "Sales opened in Q3 2026, in the second half of 2026.",
        "The second version came in September 2025, the third five months later.",
        "Between the two lay five months; the third came five months after September 2025.",
    ],
)
def test_dates_as_coarse_as_the_dossier_s_stand(text: str) -> None:
    assert [one for one in flags(text, DATED) if not one.startswith("five months")] == []


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("Tracing is due in the second half of 2027.", "second half of 2027"),
        ("Tracing is due in H2 2027.", "H2 2027"),
        ("Tracing is due in March 2027.", "March 2027"),
        ("Maintenance is guaranteed until June 2025.", "June 2025"),
        ("The port signed the contract in March 2029.", "March 2029"),
        ("Sales opened in the second quarter of 2026.", "second quarter of 2026"),
        ("The third version came seven months later than the one of September 2025.", "seven months"),
    ],
)
def test_another_date_and_another_event_s_date_are_flagged(text: str, flagged: str) -> None:
    assert flagged in flags(text, DATED)


def test_a_later_year_is_no_forecast_where_the_dossier_has_another_for_the_same() -> None:
    def status(text: str) -> list[Status]:
        return [one.status for one in resolve(find_claims(text, "thesis"), DATED, PERSONA)]

    assert status("By 2030 nobody will wait.") == [Status.OUTSIDE]
    assert flags("It is for those who do not wish to wait for 2031.", DATED) == ["2031"]


def test_a_date_keeps_its_verb_and_a_month_is_no_day_before_a_figure() -> None:
    cards = dossier_of(
        "Two insurers end plastic cards in July 2027. "
        "Of the firm's 310 tenants, 22 sent spans in January 2026 and 127 did so in September."
    )
    assert flags("The insurers stop issuing plastic cards in July 2027.", cards) == []
    assert "July 2027" in flags("The insurers begin plastic cards in July 2027.", cards)
    assert flags("In January 2026 22 of 310 tenants sent spans, in September 127.", cards) == []
    assert set(flags("In January 2026 127 of 310 tenants sent spans, in September 22.", cards)) == {"127", "22"}
