from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from panel.errors import EngineCrash, RunError
from panel.models import ModelFile
from panel.models.bench import Bench


def test_a_process_answers_and_keeps_what_is_open(small: ModelFile) -> None:
    with Bench() as bench:
        facts = bench.ask("open", path=str(small.path), threads=1)
        assert facts["quantization"] == "Q4_1" and facts["trained_tokens"] == 8192 and facts["parameters"] > 10**7
        read = bench.ask("loss", tokens=16)
        assert read["tokens"] == 16 and read["loss_nats"] > 0 and read["read_s"] > 0
        process = bench._process
    assert process.poll() is not None


def test_what_llama_cpp_refuses_is_told_in_its_words_and_the_process_lives(small: ModelFile, tmp_path: Path) -> None:
    with Bench() as bench:
        with pytest.raises(EngineCrash, match=r"failed to open|No such file"):
            bench.ask("open", path=str(tmp_path / "none.gguf"), threads=1)
        with pytest.raises(EngineCrash):
            bench.ask("convert", source=str(small.path), target=str(tmp_path), quantization="Q8_0", threads=1)
        assert bench.ask("open", path=str(small.path), threads=1)


@pytest.mark.parametrize(
    ("stroke", "words"), [(signal.SIGKILL, "too little memory"), (signal.SIGABRT, r"said nothing \(status -6\)")]
)
def test_a_process_that_died_is_told(stroke: int, words: str) -> None:
    with Bench() as bench:
        os.kill(bench._process.pid, stroke)
        bench._process.wait()
        for _ in range(2):
            with pytest.raises(EngineCrash, match=words):
                bench.ask("loss", tokens=1)


def test_a_process_that_somebody_ended_says_nothing_about_the_model() -> None:
    with Bench() as bench:
        bench._process.terminate()
        bench._process.wait()
        with pytest.raises(RunError, match="ended from outside") as caught:
            bench.ask("loss", tokens=1)
    assert not isinstance(caught.value, EngineCrash) and caught.value.hint


def test_an_accident_in_the_process_is_told_by_its_last_line() -> None:
    with Bench() as bench, pytest.raises(EngineCrash, match=r"died: .*Error: .* \(status 1\)"):
        bench.ask("open", path=7, threads=1)


def test_leaving_ends_it_in_the_middle_of_a_question(embedded: ModelFile, tmp_path: Path) -> None:
    with Bench() as bench:
        assert bench._process.stdin
        arguments = {
            "source": str(embedded.path),
            "target": str(tmp_path / "x"),
            "quantization": "IQ4_NL",
            "threads": 1,
        }
        bench._process.stdin.write(json.dumps({"what": "convert", **arguments}).encode() + b"\n")
        bench._process.stdin.flush()
        process = bench._process
    assert process.returncode == -signal.SIGKILL


def test_its_imports_are_those_of_whoever_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What happens to lie in the folder one stands in does not get run.
    for name in ("panel", "json"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('hijacked')")
    monkeypatch.chdir(tmp_path)
    with Bench() as bench, pytest.raises(EngineCrash) as caught:
        bench.ask("open", path=str(tmp_path / "none.gguf"), threads=1)
    assert "hijacked" not in str(caught.value)
