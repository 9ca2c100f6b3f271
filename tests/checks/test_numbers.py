from __future__ import annotations

from dataclasses import replace

from panel.checks import CheckSubject, run_checks
from panel.checks.numbers import check_unsupported_number
from panel.records import Beat

from .verdicts import subject_of


def locked(*texts: str, years: tuple[int, int] | None = None) -> CheckSubject:
    subject = subject_of("quillbox", "business", *texts, *("Nothing.",) * (4 - len(texts)))
    first, *others = subject.persona.beats
    beats = (Beat(**{**first.model_dump(), "years": years}), *others)
    return replace(subject, persona=subject.persona.model_copy(update={"facts": "locked", "beats": beats}))


def test_each_number_from_nowhere_is_told_where_it_stands() -> None:
    found = list(check_unsupported_number(locked("It has 7,777 users.", "It costs $99, or 99%.")))
    assert [(finding.beat, finding.quote) for finding in found] == [
        ("buyer", "7,777"), ("moat", "$99"), ("moat", "99%"),
    ]  # fmt: skip
    assert found[0].instruction == "Do not write 7,777; use only numbers that stand in the dossier."
    assert "unsupported-number" in [finding.check for finding in run_checks(locked("It has 7,777 users."))]


def test_a_persona_of_free_facts_is_not_asked() -> None:
    assert not list(check_unsupported_number(subject_of("quillbox", "business", "It has 7,777 users.")))


def test_a_forecast_s_years_are_no_numbers_from_nowhere() -> None:
    assert not list(check_unsupported_number(locked("By 2031 it is gone.", years=(2030, 2032))))
    assert list(check_unsupported_number(locked("By 2033 it is gone.", years=(2030, 2032))))
    assert list(check_unsupported_number(locked("One.", "By 2031 it is gone.", years=(2030, 2032))))
