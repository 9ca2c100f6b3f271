from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.honesty import adjust_share
from panel.honesty.severity import LEAST_OF_EACH, Severity, measure_severity
from panel.records import Call

SHIP, SKIP = Call.SHIP, Call.SKIP


def severity(ships_kept: int, ships: int, skips_kept: int, skips: int) -> Severity:
    return measure_severity(
        [(SHIP, SHIP)] * ships_kept
        + [(SKIP, SHIP)] * (ships - ships_kept)
        + [(SKIP, SKIP)] * skips_kept
        + [(SHIP, SKIP)] * (skips - skips_kept)
    )


def test_a_persona_is_held_against_what_editors_decided() -> None:
    found = severity(9, 10, 5, 20)
    assert (found.true_positive.value, found.true_negative.value) == (0.9, 0.25)
    assert found.edge == pytest.approx(0.15)
    assert found.true_positive.low and found.true_positive.low < 0.9 < (found.true_positive.high or 0)


def test_nothing_is_known_of_no_verdicts() -> None:
    found = measure_severity([])
    assert (found.true_positive.value, found.true_negative.low, found.edge) == (None, None, None)
    assert "are 0, and 10 are needed" in found.refusal


def test_nothing_is_adjusted_by_few_verdicts_or_by_chance() -> None:
    few, chance, good = severity(9, 9, 50, 50), severity(10, 20, 12, 20), severity(18, 20, 16, 20)
    assert few.refusal == f"editors' ships behind it are 9, and {LEAST_OF_EACH} are needed"
    assert "too near to chance (+0.10" in chance.refusal and not good.refusal
    for bad in (few, chance):
        found = adjust_share({"dx": SHIP, "business": SHIP}, {"dx": good, "business": bad})
        assert (found.value, found.raw) == (None, None) and found.refusal.startswith("business: ")
    assert "no editor has approved" in adjust_share({"poet": SHIP}, {"dx": good}).refusal
    assert adjust_share({}, {"dx": good}).refusal == "no seat has a call"


def test_a_kind_panel_s_share_is_taken_down_as_rogan_and_gladen_do() -> None:
    kind = severity(20, 20, 10, 20)  # ships all it should, and half of what it should not
    panel = dict.fromkeys(("a", "b", "c", "d"), kind)
    calls = {"a": SHIP, "b": SHIP, "c": SHIP, "d": SKIP}
    found = adjust_share(calls, panel)
    # (observed + true negative rate - 1) / (true positive + true negative rate - 1)
    assert found.value == found.raw == pytest.approx((0.75 + 0.5 - 1) / 0.5)
    assert (found.of, found.refusal) == (4, "")


def test_an_estimate_outside_the_scale_is_cut_and_kept_beside_it() -> None:
    kind = severity(20, 20, 10, 20)
    found = adjust_share({"a": SKIP, "b": SKIP}, {"a": kind, "b": kind})
    assert found.value == 0.0 and found.raw == -1.0


@given(st.lists(st.sampled_from([SHIP, SKIP]), min_size=1, max_size=9))
def test_a_perfect_panel_is_left_as_it_is(calls: list[Call]) -> None:
    perfect = severity(10, 10, 10, 10)
    seats = {f"p{number}": call for number, call in enumerate(calls)}
    found = adjust_share(seats, dict.fromkeys(seats, perfect))
    assert found.value == pytest.approx(calls.count(SHIP) / len(calls))
