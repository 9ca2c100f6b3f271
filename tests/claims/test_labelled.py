"""The fact desk on the labelled sentences: the figures that `benchmarks.fact_desk` prints, held from below."""

from __future__ import annotations

import json

import pytest

from benchmarks.fact_desk import (
    DEVELOPMENT,
    STRANGERS,
    Item,
    interval,
    main,
    measure_gold,
    read_items,
    score,
    score_kinds,
)
from panel.corpus.gold import Split


@pytest.fixture(scope="module")
def development() -> list[Item]:
    return read_items(DEVELOPMENT)


def test_planted_faults_are_found_and_little_else_is_flagged(development: list[Item]) -> None:
    found = score(development)
    assert found.faults == 230
    assert found.recall is not None and found.recall >= 0.97
    assert found.precision is not None and found.precision >= 0.97


def test_sentences_by_a_stranger_to_the_rules() -> None:
    found = score(read_items(STRANGERS))
    assert found.faults == 67
    assert found.recall is not None and found.recall >= 0.77
    assert found.precision is not None and found.precision >= 0.85


def test_what_is_copied_letter_by_letter_is_found_whole(development: list[Item]) -> None:
    kinds = score_kinds(development)
    for kind in ("quotation", "code", "url", "licence", "name", "date", "version"):
        assert kinds[kind].found == kinds[kind].faults, kind
    assert kinds["swap"].faults == 74 and kinds["swap"].found >= 70
    assert kinds["hard"].faults == 16 and kinds["hard"].found >= 15


def test_gold_verdicts_are_hardly_flagged() -> None:
    figures = measure_gold((Split.DEV, Split.TEST))
    assert figures["claims"] > 1500
    assert figures["flagged_share"] < 0.015


def test_the_table_and_its_intervals_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--part", "1"])
    printed = capsys.readouterr().out
    assert "development" in printed and "part 1" in printed and "stranger" not in printed
    main(["--part", "1", "--json"])
    row = json.loads(capsys.readouterr().out)["development"]
    low, high = row["recall_interval"]
    assert low <= row["recall"] <= high


def test_an_interval_of_nothing_is_none() -> None:
    assert interval([], "recall") is None
