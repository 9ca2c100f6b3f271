from __future__ import annotations

import pytest

from .dossiers import dossier_of, flags

READERS = dossier_of("Hedge reads Kotlin and Java. It does not support Rust, and Scala files are not read.")


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("A tool that reads Kotlin.", []),
        ("It never reads Kotlin.", ["Kotlin"]),
        ("The tool does not support Rust.", []),
        ("The tool doesn't support Rust.", []),
        ("The tool supports Rust.", ["Rust"]),
        ("It reads Scala.", ["Scala"]),
        ("It cannot read Scala.", []),
        ("Anybody who writes Rust waits.", []),
    ],
)
def test_what_is_said_of_a_name_and_denied(text: str, flagged: list[str]) -> None:
    assert flags(text, READERS) == flagged


def test_a_verb_may_stand_far_from_its_name_in_the_dossier() -> None:
    spans = dossier_of(
        "The source reads spans with GenAI attributes from Tempo or from Jaeger and writes nothing back."
    )
    assert flags("It reads from Jaeger.", spans) == []
    assert flags("It does not read from Jaeger.", spans) == ["Jaeger"]
