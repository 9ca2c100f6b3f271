from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from benchmarks import honesty
from panel.honesty.effective import CorpusCalls
from panel.records import Call

from .rooms import OTHER, add_run

SHIP, SKIP = Call.SHIP, Call.SKIP
CALLS = {
    f"tool-{number:02}": {"dx": SHIP if number % 2 else SKIP, "business": SHIP if number % 4 < 2 else SKIP}
    for number in range(honesty.LEAST_TOOLS)
}


def evaluate(root: Path, run_id: str, **changes: object) -> None:
    run = add_run(root, run_id, CALLS, **changes)  # type: ignore[arg-type]
    (run.inputs / "verdicts").mkdir()
    for tool in CALLS:
        verdicts = {"verdicts": {persona: {"call": "ship"} for persona in ("dx", "business")}}
        (run.inputs / "verdicts" / f"{tool}.yaml").write_text(yaml.safe_dump(verdicts))


def test_one_command_makes_the_bundle_from_the_newest_evaluation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(tmp_path, "test-1", days=1)
    evaluate(tmp_path, "test-2", days=2)
    evaluate(tmp_path, "test-3", days=3, engine=OTHER)
    add_run(tmp_path, "test-4", {"larkspur": {"dx": SHIP}}, days=4)
    out, report = tmp_path / "effective.json", tmp_path / "report.json"
    given = ["--evaluations", str(tmp_path / "runs"), "--effective", "--out", str(out), "--json", str(report)]
    assert honesty.main(given) == 0
    assert "is of test-2" in capsys.readouterr().out
    kept = CorpusCalls.model_validate_json(out.read_bytes())
    assert (kept.split, kept.tools["tool-01"], kept.tools["tool-02"]) == ("test", "++", "--")
    figures = json.loads(report.read_text())
    assert set(figures) == {"test-1", "test-2", "test-3"}
    assert figures["test-1"]["effective_votes"][0] == 2.0 and figures["test-1"]["variance_with_the_reviewer"] == 0.0


def test_without_an_evaluation_of_the_house_model_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "effective.json"
    assert honesty.main(["--evaluations", str(tmp_path / "none"), "--effective", "--out", str(out)]) == 1
    assert not out.exists() and "panel eval" in capsys.readouterr().err


def test_a_pair_s_phi_is_told_as_a_share_of_what_its_ship_rates_allow() -> None:
    rows = [(SHIP, SHIP)] * 2 + [(SKIP, SHIP)] * 3 + [(SKIP, SKIP)] * 5
    assert honesty.relative_phi(rows) == pytest.approx(1.0)
    assert honesty.relative_phi([(SHIP, SHIP)] * 4) is None


def test_variance_goes_with_the_tool_or_with_the_reviewer() -> None:
    assert honesty.variance_shares([(SHIP, SHIP), (SKIP, SKIP)]) == (0.0, 1.0)
    assert honesty.variance_shares([(SHIP, SKIP), (SHIP, SKIP)]) == (1.0, 0.0)
    assert honesty.variance_shares([(SHIP, SHIP)]) == honesty.variance_shares([]) == (None, None)
