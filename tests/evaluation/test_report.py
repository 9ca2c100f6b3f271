"""The report: a column a model under a name of its own, and nothing in it that makes no sense there."""

from __future__ import annotations

from pathlib import Path

from panel.cli.run import make_manifest
from panel.engine import ScriptedEngine
from panel.evaluation import ROWS, Estimate, Exam, write_report
from panel.evaluation.report import GOLD, MAJORITY
from panel.evaluation.rows import CALL_KEYS
from panel.settings import find_newsroom
from panel.store import Run, RunStore


def make_run(room: Path, exam: Exam, run_id: str) -> Run:
    manifest = make_manifest(find_newsroom(room), exam.materials, ScriptedEngine(), run_id=run_id, seed=1)
    return RunStore(room / "evaluations").create(manifest, exam.materials.files)


def test_models_of_one_name_are_told_by_their_hash(room: Path, exam: Exam) -> None:
    runs = [make_run(room, exam, run_id) for run_id in ("test-aaa-x-y", "test-bbb-x-y")]
    report = write_report(exam, runs)
    assert [column.name for column in report.models] == ["scripted aaa", "scripted bbb"]
    assert [column.run for column in report.models] == runs
    assert [column.name for column in write_report(exam, runs[:1]).models] == ["scripted"]


def test_a_run_without_drafts_has_no_figure_but_all_its_seats_missing(room: Path, exam: Exam) -> None:
    (column,) = write_report(exam, [make_run(room, exam, "test-a-b-c")]).models
    assert len(column.missing) == column.unmeasured == 12
    assert {column.estimate(row.key) for row in ROWS} == {Estimate(None, None, None, 0)}
    assert sum(one.count for one in column.bins) == 0


def test_gold_is_measured_where_it_makes_sense(room: Path, exam: Exam) -> None:
    report = write_report(exam, [make_run(room, exam, "test-a-b-c")])
    assert (report.gold.name, report.majority.name) == (GOLD, MAJORITY)
    assert set(report.gold.figures) == {row.key for row in ROWS if row.group not in ("calls", "loss")}
    assert set(report.majority.figures) == set(CALL_KEYS)
    assert report.gold.estimate("agreement") is None and report.majority.estimate("words_per_verdict") is None
    assert {report.gold.estimate(key) for key in ("names_supported", "verdicts_within_bounds")} <= {
        Estimate(1.0, 1.0, 1.0, 51),
        Estimate(1.0, 1.0, 1.0, 12),
    }


def test_keys_and_labels_are_told_once() -> None:
    assert len({row.key for row in ROWS}) == len({row.label for row in ROWS}) == len(ROWS)
    groups = [row.group for row in ROWS]
    assert [group for place, group in enumerate(groups) if place == 0 or groups[place - 1] != group] == list(
        dict.fromkeys(groups)
    )
