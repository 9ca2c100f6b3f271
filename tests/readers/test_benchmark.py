"""The benchmark's judgement: it finds what it is there to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.votes import Ledger, compare, main
from panel.readers import ReaderStore
from panel.records import Call

ADA, BOB = b"a" * 16, b"b" * 16


def test_a_lost_a_doubled_and_an_invented_vote_are_found(store: ReaderStore, path: Path) -> None:
    store.vote("aider", ADA, Call.SHIP)
    right = Ledger(accepted={(ADA, "aider"): "ship"})
    assert compare(path, right) == {"rows": 1, "lost": 0, "duplicates": 0, "invented": 0}
    assert compare(path, Ledger(accepted={(ADA, "aider"): "skip"}))["lost"] == 1
    assert compare(path, Ledger(accepted={(ADA, "aider"): "skip"}, unknown={(ADA, "aider"): {"ship"}}))["lost"] == 0
    assert compare(path, Ledger(accepted={**right.accepted, (BOB, "zed"): "ship"}))["lost"] == 1
    assert compare(path, Ledger())["invented"] == 1
    store.submit(lambda db: db.execute("UPDATE counts SET votes = 2")).result()
    assert compare(path, right)["duplicates"] == 2


def test_a_short_measurement_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--clients", "4", "--seconds", "1"]) == 0
    said = capsys.readouterr().out
    assert "lost accepted votes    0" in said and "errors while away" in said
