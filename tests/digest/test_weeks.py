from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.digest import Week, last_week
from panel.errors import SetupError


@pytest.mark.parametrize(
    "text", ["2026-W1", "2026-47", "2026-w47", "26-W47", "2026-W47 ", "2026-W４７", "W47", "", "2026-W47\n", "1999-W01"]
)
def test_what_is_not_written_as_a_week_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(SetupError, match="is not a week") as refused:
        Week.parse(text)
    assert "2026-W47" in refused.value.hint


def test_a_week_that_a_year_does_not_have_is_refused_with_the_last_one() -> None:
    assert Week.parse("2026-W53").sunday == date(2027, 1, 3)
    for text, hint in (("2025-W53", "01 to 52"), ("2026-W54", "01 to 53"), ("2026-W00", "01 to 53")):
        with pytest.raises(SetupError, match="there is no week") as refused:
            Week.parse(text)
        assert hint in refused.value.hint


@given(st.datetimes(datetime(2000, 1, 10), datetime(2990, 1, 1), timezones=st.just(UTC)))
def test_every_moment_lies_in_its_week_and_in_no_other(moment: datetime) -> None:
    week = Week.of(moment)
    assert Week.parse(str(week)) == week and week.holds(moment)
    assert week.begins_at.weekday() == 0 and week.ends_at == Week.of(week.ends_at).begins_at
    assert not week.before.holds(moment) and week.before < week
    assert last_week(moment) == week.before and last_week(moment).ends_at <= moment


def test_the_turn_of_the_week_is_monday_at_midnight_in_utc() -> None:
    week = Week.parse("2026-W53")
    assert week.begins_at == datetime(2026, 12, 28, tzinfo=UTC) and week.due_at == datetime(2027, 1, 4, 8, tzinfo=UTC)
    late = datetime(2027, 1, 4, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert week.holds(late) and not week.holds(week.ends_at)
    assert Week.of(week.ends_at) == Week(2027, 1)


@pytest.mark.parametrize(
    ("week", "days"),
    [
        ("2026-W10", "2–8 March 2026"),
        ("2026-W14", "30 March – 5 April 2026"),
        ("2026-W53", "28 December 2026 – 3 January 2027"),
    ],
)
def test_days_are_written_as_readers_do(week: str, days: str) -> None:
    assert Week.parse(week).days == days
