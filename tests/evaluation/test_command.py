"""The whole command on the scripted engine: the table, its JSON twin, stops, and what is wrong."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from panel.evaluation import ROWS
from panel.evaluation.rows import CALL_KEYS
from panel.store import RunStore
from tests.cli.calls import call, do, spawn

from .golds import Dead, Teller

SCRIPTED = ("eval", "--engine", "scripted")
WAIT_S = 120
LABELS = 2 + max(len(row.label) for row in ROWS if row.is_shown)
"""Columns of the table that its rows' labels take."""


def runs_of(room: Path) -> list[str]:
    return RunStore(room / "evaluations").names()


def drafts_of(room: Path) -> dict[str, bytes]:
    folder = room / "evaluations"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("*/drafts/*/*/*.json")}


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Teller]]:
    """Let `--model` open engines that tell log-probabilities; those opened to write are listed."""

    def use(**settings: Any) -> list[Teller]:
        opened: list[Teller] = []

        def open_engine(newsroom: object, *, name: str, model: str, seats: int) -> Teller:
            engine = Teller(name=model, **settings)
            if seats > 1:
                opened.append(engine)
            return engine

        monkeypatch.setattr("panel.cli.eval.open_engine", open_engine)
        return opened

    return use


def test_the_table_says_what_is_known_and_what_is_not(room: Path, gold: Path) -> None:
    said = do(room, *SCRIPTED)
    assert "Gold: split test, 3 tools, 12 seats." in said.out
    lines = {line[:LABELS].strip(): line[LABELS:] for line in said.out.splitlines()}
    assert lines["seats drafted"].split() == ["12", "of", "12"]
    for row in ROWS:
        assert (row.label in lines) is row.is_shown, row
    assert lines["the gold's words, nats a byte"].split() == ["not", "known"]
    assert " of 12 (" in lines["calls like the gold's"] and "~" in lines["calls like the gold's"]
    assert "scripted" in said.out and "majority call" in said.out
    assert "ship everywhere" in said.out and "narrower than they should be" in said.out
    # The script is its own baseline: one column, and no mark for a second model.
    (name,) = runs_of(room)
    assert name.startswith("test-") and "≈" not in said.out
    assert len([line for line in said.err.splitlines() if line.startswith("[")]) >= 12


def test_the_json_twin_has_every_figure_and_never_a_zero_for_what_is_not_known(room: Path, gold: Path) -> None:
    data = do(room, *SCRIPTED, "--json").data
    (model,) = data["models"]
    (run_id,) = runs_of(room)
    assert (model["name"], model["run_id"], model["seats"], model["missing"]) == ("scripted", run_id, 12, [])
    assert model["folder"] == str(room / "evaluations" / run_id)
    assert set(model["figures"]) == {row.key for row in ROWS}
    for key in ("text_loss", "answer_loss"):
        assert model["figures"][key] == {"value": None, "low": None, "high": None, "count": 0}
    assert model["loss_not_known"] == 12
    agreement = model["figures"]["agreement"]
    assert 0 <= agreement["low"] <= agreement["value"] <= agreement["high"] <= 1 and agreement["count"] == 12
    assert set(model["calls_by_persona"]) == {"dx", "competition", "futurist", "business"}
    assert model["calls_by_persona"]["dx"]["agreement"]["count"] == 3
    assert sum(one["count"] for one in model["reliability"]) == 12 and len(model["reliability"]) == 5
    assert (data["gold"]["split"], data["gold"]["seats"]) == ("test", 12)
    assert data["gold"]["tools"] == ["hushcap", "ledgerlark", "marrowdesk"]
    assert data["gold"]["figures"]["quotations_supported"]["count"] == 3 * (5 + 3 * 4)
    assert not set(CALL_KEYS) & set(data["gold"]["figures"])
    majority = data["majority_call"]
    assert majority["call"] == "ship" and set(majority["figures"]) == set(CALL_KEYS)
    assert majority["figures"]["kappa"]["value"] == 0
    (difference,) = data["differences"]
    assert (difference["first"], difference["second"]) == ("scripted", "majority call")
    assert set(difference["figures"]) == set(CALL_KEYS)
    assert data["intervals"]["draws"] == 1000 and data["intervals"]["level"] == 0.95


def test_the_same_command_reads_what_is_there(room: Path, gold: Path) -> None:
    first = do(room, *SCRIPTED, "--json")
    before = drafts_of(room)
    again = do(room, *SCRIPTED, "--json")
    assert again.data == first.data
    assert drafts_of(room) == before and len(before) == 12 and len(runs_of(room)) == 1
    other = do(room, *SCRIPTED, "--seed", "2", "--json")
    assert len(runs_of(room)) == 2
    assert other.data["models"][0]["figures"]["agreement"] != first.data["models"][0]["figures"]["agreement"]


def test_models_stand_beside_each_other_and_their_baseline(
    room: Path, gold: Path, engines: Callable[..., list[Teller]]
) -> None:
    engines()
    argv = ("eval", "--model", "one", "--model", "two", "--baseline", "base")
    data = do(room, *argv, "--json").data
    assert [model["name"] for model in data["models"]] == ["one", "two", "base"]
    assert data["reference"] == data["models"][2]["run_id"]
    assert len(runs_of(room)) == 3
    pairs = [(found["first"], found["second"]) for found in data["differences"]]
    assert pairs[:3] == [("one", "two"), ("one", "base"), ("two", "base")]
    assert pairs[3:] == [(name, "majority call") for name in ("one", "two", "base")]
    assert data["models"][0]["figures"]["text_loss"]["value"] == pytest.approx(0.01)
    # Scripts draw by the prompt and the seed: three models that are one.
    for found in data["differences"][:3]:
        assert {one["told_apart"] for one in found["figures"].values()} <= {False, None}
        assert found["figures"]["text_loss"] == {"value": 0.0, "low": 0.0, "high": 0.0, "told_apart": False}
    said = do(room, *argv)
    assert "≈ not told apart from base" in said.out
    (loss,) = (line for line in said.out.splitlines() if "nats a byte" in line)
    assert loss.count("0.010 (0.010, 0.010)") == 3 and loss.count("(0.010, 0.010) ≈") == 2
    alone = do(room, "eval", "--model", "one", "--no-baseline", "--json").data
    assert [model["name"] for model in alone["models"]] == ["one"]
    twice = do(room, "eval", "--model", "one", "--baseline", "one", "--json").data
    assert twice["models"] == alone["models"] and len(runs_of(room)) == 3


def test_a_missing_seat_is_counted_apart(room: Path, gold: Path, engines: Callable[..., list[Teller]]) -> None:
    engines(script=lambda request, asked: "{}" if request.id == "hushcap/dx" and not request.logprobs else None)
    argv = ("eval", "--model", "m", "--no-baseline")
    (model,) = do(room, *argv, "--json").data["models"]
    assert model["missing"] == ["hushcap/dx"] and model["figures"]["agreement"]["count"] == 11
    assert model["figures"]["distinctness"]["count"] == 3
    said = do(room, *argv)
    assert "11 of 12, 1 missing" in said.out
    engines()
    assert do(room, *argv, "--json").data["models"][0]["missing"] == []


def test_what_was_drafted_before_a_kill_is_not_drafted_again(
    room: Path, gold: Path, engines: Callable[..., list[Teller]]
) -> None:
    argv = ("eval", "--model", "m", "--no-baseline", "--json")
    engines(dies_once=lambda: len(drafts_of(room)) == 8)
    with pytest.raises(Dead):
        call(room, *argv)
    before = drafts_of(room)
    assert len(before) == 8
    opened = engines()
    data = do(room, *argv).data
    after = drafts_of(room)
    assert len(after) == 12 and before.items() <= after.items() and len(runs_of(room)) == 1
    (engine,) = opened
    done = {"/".join(path.split("/")[2:4]) for path in before}
    assert done.isdisjoint(engine.seats(logprobs=False))
    assert data["models"][0]["loss_not_known"] == 0
    # All is known now: the model is opened to see which it is, and no more.
    opened = engines()
    assert do(room, *argv).data == data and opened == []


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(room: Path, gold: Path) -> None:
    running = spawn(room, *SCRIPTED, PANEL_SCRIPTED_DELAY_S="600")
    until = time.monotonic() + WAIT_S
    while running.poll() is None and not list((room / "evaluations").glob("*/graph.sqlite")):
        assert time.monotonic() < until, f"no graph after {WAIT_S} s"
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=WAIT_S)
    assert running.returncode == 130 and not out
    assert b"Go on with the same command" in err and b"Traceback" not in err
    assert do(room, *SCRIPTED, "--json").data["models"][0]["missing"] == []
    assert len(runs_of(room)) == 1


def test_a_limit_and_a_single_file_are_evaluations_of_their_own(room: Path, gold: Path) -> None:
    few = do(room, *SCRIPTED, "--limit", "2", "--json").data
    assert few["gold"]["tools"] == ["hushcap", "ledgerlark"]
    one = do(room, *SCRIPTED, "--gold", "corpus/verdicts/foreglint.yaml", "--json").data
    assert (one["gold"]["split"], one["gold"]["tools"]) == ("train", ["foreglint"])
    # One tool says nothing of chance: there is a value, and no interval, and nothing is told apart.
    assert one["models"][0]["figures"]["agreement"]["low"] is None
    assert {found["told_apart"] for found in one["differences"][0]["figures"].values()} <= {False, None}
    said = do(room, *SCRIPTED, "--gold", "corpus/verdicts/foreglint.yaml")
    assert "1 tool, 4 seats" in said.out and "None" not in said.out
    train = do(room, *SCRIPTED, "--split", "train", "--json").data
    assert train["models"][0]["run_id"] == one["models"][0]["run_id"]


@pytest.mark.parametrize(
    ("argv", "kind", "words"),
    [
        (("--gold", "nowhere"), "InputProblems", "no gold verdicts here"),
        (("--gold", "panel.toml"), "InputProblems", "panel.toml"),
        (("--split", "dev"), "SetupError", "no gold of the split dev"),
        (("--split", "all"), "UsageError", "--split"),
        (("--limit", "0"), "UsageError", "--limit"),
        (("--engine", "abacus"), "SetupError", "no engine 'abacus'"),
        (("--engine", "server"), "SetupError", "no server is named"),
        (("--engine", "llama", "--model", "no.gguf"), "SetupError", "no.gguf"),
        (("--baseline", "x", "--no-baseline"), "SetupError", "contradict"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_begun(
    room: Path, gold: Path, argv: tuple[str, ...], kind: str, words: str
) -> None:
    people = call(room, *SCRIPTED, *argv)
    assert people.rc == 2 and words in people.err and "Traceback" not in people.err and not people.out
    error = call(room, *SCRIPTED, *argv, "--json").data["error"]
    assert error["kind"] == kind and words in error["message"]
    assert not (room / "evaluations").exists()


def test_a_newsroom_without_gold_or_personas_says_so(room: Path) -> None:
    said = call(room, *SCRIPTED)
    assert said.rc == 2 and "corpus/verdicts" in said.err


def test_personas_that_the_gold_does_not_know_are_told(room: Path, gold: Path) -> None:
    (room / "personas" / "dx.yaml").unlink()
    said = call(room, *SCRIPTED)
    assert said.rc == 2 and "verdicts.dx: there is no such persona" in said.err
    for path in (room / "personas").glob("*.yaml"):
        path.unlink()
    assert "there is no persona here" in call(room, *SCRIPTED).err
