from __future__ import annotations

import json
from pathlib import Path

import pytest

from panel.cli.newsroom import packaged_defaults
from panel.honesty import model_key, read_votes
from panel.honesty.effective import BUNDLE, LEAST_TOOLS, CorpusCalls, bundle_calls, own_rows
from panel.models.house import ADAPTER
from panel.records import Call, EngineIdentity, content_hashes
from panel.store import RunStore

from .rooms import HOUSE, OTHER, add_run

SHIP, SKIP = Call.SHIP, Call.SKIP
BOTH, NEITHER = {"dx": SHIP, "business": SHIP}, {"dx": SKIP, "business": SKIP}


def alike(tools: int) -> dict[str, dict[str, Call]]:
    return {f"tool-{number:02}": BOTH if number % 2 else NEITHER for number in range(tools)}


def test_the_newsroom_s_own_runs_come_first_once_they_are_enough(tmp_path: Path) -> None:
    run = add_run(tmp_path, "many", alike(LEAST_TOOLS))
    found = read_votes(run.manifest, RunStore(tmp_path / "runs"))
    assert (found.source, found.own_tools) == ("newsroom", LEAST_TOOLS)
    assert found.text == "2 reviewers, 1.0 effective votes (1.0 to 1.0; from 20 tools of this newsroom with this model)"
    assert json.loads(json.dumps(found.describe()))["votes"] == 1.0


def test_too_few_tools_are_said_and_no_figure_is_made_of_them(tmp_path: Path) -> None:
    run = add_run(tmp_path, "few", alike(LEAST_TOOLS - 1))
    found = read_votes(run.manifest, RunStore(tmp_path / "runs"))
    assert (found.source, found.figure) == ("none", None)
    assert "unknown for this model (the newsroom has 19 of the 20 tools it takes)" in found.text
    assert found.describe()["votes"] is None


def test_reviewers_who_never_change_their_calls_are_said_to_be_unknown(tmp_path: Path) -> None:
    run = add_run(tmp_path, "same", {f"tool-{number:02}": BOTH for number in range(LEAST_TOOLS)})
    found = read_votes(run.manifest, RunStore(tmp_path / "runs"))
    assert "one and the same call on all of 20 tools" in found.text and found.describe()["votes"] is None


def test_a_tool_counts_once_and_its_newest_run_does(tmp_path: Path) -> None:
    add_run(tmp_path, "new", {"tidewater": BOTH}, days=2)
    run = add_run(tmp_path, "old", {"tidewater": NEITHER, "larkspur": NEITHER}, days=1)
    rows = own_rows(run.manifest, RunStore(tmp_path / "runs"))
    assert rows == {"tidewater": (SHIP, SHIP), "larkspur": (SKIP, SKIP)}


def test_other_models_and_changed_reviewers_do_not_count(tmp_path: Path) -> None:
    run = add_run(tmp_path, "mine", {"larkspur": BOTH})
    add_run(tmp_path, "theirs", {"tidewater": BOTH}, engine=OTHER)
    store = RunStore(tmp_path / "runs")
    assert list(own_rows(run.manifest, store)) == ["larkspur"]
    changed = {**run.manifest.inputs, "personas/dx.yaml": "9" * 64}
    later = run.manifest.model_copy(update={"inputs": changed})
    assert own_rows(later, store) == {"larkspur": (None, SHIP)}


def test_a_damaged_run_does_not_hide_the_others(tmp_path: Path) -> None:
    run = add_run(tmp_path, "good", {"larkspur": BOTH})
    bad = add_run(tmp_path, "bad", {"tidewater": BOTH})
    (bad.folder / "run.json").write_text("{")
    torn = add_run(tmp_path, "torn", {"tidewater": BOTH, "hobday": NEITHER})
    (torn.folder / "drafts/tidewater/dx/1.json").write_text("{")
    assert set(own_rows(run.manifest, RunStore(tmp_path / "runs"))) == {"larkspur", "hobday"}


def test_missing_seats_are_no_calls(tmp_path: Path) -> None:
    run = add_run(tmp_path, "a", {"larkspur": {"dx": SHIP, "business": None}, "hobday": {"dx": None, "business": None}})
    assert own_rows(run.manifest, RunStore(tmp_path / "runs")) == {"larkspur": (SHIP, None)}


def test_a_model_is_the_same_in_another_form_and_a_script_is_none() -> None:
    prepared = HOUSE.model_copy(update={"model_sha256": "8" * 64, "source_sha256": "1" * 64})
    assert model_key(prepared) == model_key(HOUSE)
    file = OTHER.model_copy(update={"model_sha256": "8" * 64, "source_sha256": "4" * 64})
    assert model_key(file) == model_key(OTHER) == "4" * 64
    server = EngineIdentity(
        engine="server", engine_version="x", model_name="big", context_tokens=9, base_url="http://127.0.0.1:1/v1"
    )
    assert model_key(server) == "http://127.0.0.1:1/v1 big"
    assert model_key(server.model_copy(update={"engine": "scripted"})) is None


def test_the_bundle_serves_the_model_and_the_reviewers_it_is_of(tmp_path: Path) -> None:
    run = add_run(tmp_path, "test-1", alike(10))
    path = tmp_path / "effective.json"
    path.write_text(bundle_calls(run).model_dump_json())
    assert json.loads(path.read_text())["tools"]["tool-01"] == "++"
    found = read_votes(run.manifest, None, bundle=path)
    assert found.source == "corpus" and found.figure and found.figure.votes == 1.0
    assert found.text.endswith("from 10 tools of the corpus with this model)")
    for change in (
        {"engine": OTHER},
        {"engine": HOUSE.model_copy(update={"adapter_sha256": "7" * 64})},
        {"inputs": {**run.manifest.inputs, "personas/dx.yaml": "9" * 64}},
    ):
        assert read_votes(run.manifest.model_copy(update=change), None, bundle=path).source == "none"
    alone = run.manifest.model_copy(update={"personas": ("business",)})
    assert read_votes(alone, None, bundle=path).text == "1 reviewer"
    assert read_votes(run.manifest, None, bundle=tmp_path / "none.json").source == "none"


def test_only_the_house_model_can_be_bundled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not the house model"):
        bundle_calls(add_run(tmp_path, "test-1", alike(2), engine=OTHER))


def test_the_shipped_figures_are_the_shipped_model_s_and_personas() -> None:
    """After training, or after a persona was changed: `panel eval`, then `python -m benchmarks.honesty --effective`."""
    kept = CorpusCalls.model_validate_json(BUNDLE.read_bytes())
    assert kept.adapter_sha256 == content_hashes({"": ADAPTER.read_bytes()})[""]
    personas = packaged_defaults() / "personas"
    assert kept.personas == {
        slug: content_hashes({"": (personas / f"{slug}.yaml").read_bytes()})[""] for slug in kept.personas
    }
    assert len(kept.tools) >= LEAST_TOOLS and {len(calls) for calls in kept.tools.values()} == {len(kept.personas)}
