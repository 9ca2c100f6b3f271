"""Panel's engine against the others on the same machine, the same model file and the same requests.

Five sides take turns, round after round, each turn in a process of its own:

    a  Panel's engine, all requests at once
    b  llama-cpp-python's create_completion, one by one, the persona before the dossier
    c  the same, the dossier before the persona: what a prompt shares with the one before is reused
    d  llama-server, all requests at once (with --server); the best of four settings counts
    e  two limits: Panel's own decodes without anything between them, and llama.cpp's rates (with --batched-bench its
       own benchmark's, else measured in the process)

A turn's clock starts when the model is loaded and tried out, with nothing of a prompt read. Models are quantized and
written once, into --cache.

    python -m benchmarks.engine [--model embedded-prepared] [--shapes llama-1b] [--workloads 2x4 8x4x3] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.engine_report import NOTES, compare_texts, print_measured, summarise
from benchmarks.engine_turns import Job, Result, TurnFailed, take_turn
from benchmarks.engine_workloads import Workload, build_asks
from benchmarks.random_weights import CACHE, SHAPES, write_model
from panel.errors import SetupError
from panel.models import EMBEDDED, ModelFile, find_model, find_prepared, physical_cores

PREPARED = "embedded-prepared"
_MODULES = {"a": "engine_panel", "b": "engine_peers", "c": "engine_peers", "d": "engine_peers"}
_ALL_WORKLOADS = ("1x4", "2x4", "8x4", "8x4x3")
_SHAPE_WORKLOADS = ("1x4", "2x4")
_SHAPE_MOST_TOKENS = 400


@dataclass(frozen=True, slots=True)
class Subject:
    """A model to measure with, and how much is asked of it.

    Attributes:
        file: the model.
        workloads: by name.
        most_tokens: no answer is longer; 0 leaves the personas as they are.
        is_random: whether its weights are.
    """

    file: ModelFile
    workloads: Sequence[str]
    most_tokens: int
    is_random: bool


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table for each model and workload, write JSON."""
    options = read_options(arguments)
    machine = describe_machine(options)
    print(f"{machine['cpu']}, {machine['processors']} processors, {options.threads} threads, load {machine['load']}")
    print(f"{machine['llama_cpp_python']}, Python {machine['python']}, {options.rounds} rounds")
    for binary, words in machine["binaries"].items():
        print(f"{Path(binary).name}: {words}")
    measured = []
    try:
        for subject in find_subjects(options):
            for name in subject.workloads:
                measured.append(measure(subject, name, options))
                print_measured(measured[-1])
                if options.json:
                    report = {"machine": machine, "notes": NOTES, "measured": measured}
                    options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    except SetupError as error:
        sys.exit(f"{error.message}\n{error.hint}")
    except TurnFailed as error:
        sys.exit(str(error))
    print("\n" + "\n".join(f"- {note}" for note in NOTES))


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    models = f"{PREPARED} (default), {EMBEDDED}, {EMBEDDED}-QUANTIZATION such as embedded-q4_0, or a GGUF's path"
    parser.add_argument("--model", nargs="+", default=[], help=models)
    parser.add_argument("--shapes", nargs="+", default=[], choices=SHAPES, help="models with random weights")
    parser.add_argument(
        "--workloads", nargs="+", help="TOOLSx4, or TOOLSx4xSAMPLES (shapes: 1x4 2x4; else 8x4 8x4x3 too)"
    )
    parser.add_argument("--sides", nargs="+", choices="abcde", help="a always takes part; d needs --server")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--max-new", type=int, metavar="N", help="answers of at most N tokens; 0: as they are (shapes: 400)"
    )
    parser.add_argument(
        "--greedy", action="store_true", help="likeliest tokens, no penalties; compare a's texts with c's"
    )
    parser.add_argument("--server", type=_absolute, help="llama.cpp's llama-server")
    parser.add_argument("--batched-bench", type=_absolute, help="llama.cpp's llama-batched-bench")
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"for models that are written ({CACHE})")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.threads < 1:
        parser.error("--rounds and --threads are at least 1")
    for binary in (options.server, options.batched_bench):
        if binary and not os.access(binary, os.X_OK):
            parser.error(f"{binary} is no program")
    if "d" in (options.sides or []) and not options.server:
        parser.error("side d needs --server")
    try:
        for name in options.workloads or []:
            Workload.parse(name)
    except ValueError as error:
        parser.error(str(error))
    wanted = options.sides or [side for side in "abcde" if side != "d" or options.server]
    turns = {"e": ("e1", "e2")}
    options.sides = [turn for side in "abcde" if side in {"a", *wanted} for turn in turns.get(side, (side,))]
    return options


def _absolute(path: str) -> Path:
    # The sides' processes work in another folder.
    return Path(path).expanduser().absolute()


def find_subjects(options: argparse.Namespace) -> Iterator[Subject]:
    """Find or write the models, one after another."""
    specs = options.model or ([] if options.shapes else [PREPARED])
    for spec in specs:
        yield Subject(find_quantized(spec, options), options.workloads or _ALL_WORKLOADS, options.max_new or 0, False)
    most_tokens = _SHAPE_MOST_TOKENS if options.max_new is None else options.max_new
    for name in options.shapes:
        tell(f"{name}: writing it, if it is not there yet")
        path = write_model(SHAPES[name], options.cache.expanduser())
        yield Subject(find_model(str(path), base=Path()), options.workloads or _SHAPE_WORKLOADS, most_tokens, True)


def find_quantized(spec: str, options: argparse.Namespace) -> ModelFile:
    """Find a model; `embedded-...` is the embedded one converted, once, into the cache."""
    name, _, quantization = spec.partition("-")
    if name != EMBEDDED or not quantization:
        return find_model(spec, base=Path.cwd())
    source = find_model(EMBEDDED, base=Path.cwd())
    if spec == PREPARED:
        prepared = find_prepared(source)
        if prepared is None:
            tell("the embedded model is not prepared (`panel model prepare`): it is taken as it came")
        return prepared or source
    wanted = quantization.upper()
    target = options.cache.expanduser() / f"{source.name}-{source.sha256[:8]}-as-{wanted}.gguf"
    if not target.exists():
        tell(f"{target.name}: converting it")
        job = {"do": "convert", "source": str(source.path), "target": str(target), "quantization": wanted}
        take_turn("engine_panel", {**job, "threads": options.threads})
    return find_model(str(target), base=Path.cwd())


def measure(subject: Subject, workload: str, options: argparse.Namespace) -> dict[str, Any]:
    """Let every side do a workload in every round.

    Raises:
        TurnFailed: Panel's own side failed, or the requests could not be prepared. Another side that fails is left
            out from then on, and the notes say so.
    """
    asks = build_asks(Workload.parse(workload), is_greedy=options.greedy, most_tokens=subject.most_tokens)
    notes = describe_changes(subject, options)
    rounds: list[dict[str, Result]] = []
    with tempfile.TemporaryDirectory(prefix="panel-benchmark-") as folder:
        job = make_job(subject, workload, options, Path(folder))
        facts = take_turn("engine_panel", {**job, "do": "prepare"})
        job |= {"answers": facts["answers"], "pieces": facts["pieces"], "settings": []}
        job["mean_prompt_tokens"] = facts["mean_prompt_tokens"]
        sides = list(options.sides)
        for number in range(options.rounds):
            rounds.append({})
            for side in list(sides):
                tell(f"{subject.file.name} {workload}: round {number + 1} of {options.rounds}, {side}")
                try:
                    result = take_turn(_MODULES.get(side, "engine_limit"), {**job, "do": side})
                except TurnFailed as error:
                    if side == "a":
                        raise
                    sides.remove(side)
                    notes.append(f"a side failed and was left out: {error}")
                    continue
                rounds[-1][side] = result
                if side == "a":
                    job["written_tokens"] = sum(one["written_tokens"] for one in result["answers"])
                elif side == "d":
                    job["settings"] = [result["flags"]]  # the best of the first round
    return {
        "model": {"name": subject.file.name, "sha256": subject.file.sha256, "size_bytes": subject.file.size_bytes},
        "workload": workload,
        "greedy": options.greedy,
        "sampling": asks[0].request.sampling.model_dump(),
        "threads": options.threads,
        "facts": facts,
        "notes": notes,
        "sides": summarise(rounds, {ask.request.id: ask.request.schema for ask in asks}),
        "texts": compare_texts(rounds[-1]) if options.greedy else None,
    }


def make_job(subject: Subject, workload: str, options: argparse.Namespace, folder: Path) -> Job:
    """Put together what the sides' processes are told."""
    return {
        "model": {**asdict(subject.file), "path": str(subject.file.path)},
        "workload": workload,
        "threads": options.threads,
        "greedy": options.greedy,
        "most_tokens": subject.most_tokens,
        "requests": str(folder / "requests.json"),
        "recording": str(folder / "recording.json"),
        "server": str(options.server) if options.server else None,
        "batched_bench": str(options.batched_bench) if options.batched_bench else None,
    }


def describe_changes(subject: Subject, options: argparse.Namespace) -> list[str]:
    """Say in which ways this is not what the product does."""
    notes = []
    if subject.most_tokens:
        notes.append(f"beats are shortened, as far as 20 characters allow, to answers of {subject.most_tokens} tokens")
    if subject.is_random:
        notes.append("random weights: the texts are noise")
    if options.greedy:
        notes.append("greedy, without penalties")
    return notes


def describe_machine(options: argparse.Namespace) -> dict[str, Any]:
    """Say where this was measured, and how busy it was there."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.processor() or platform.machine()
    return {
        "cpu": cpu,
        "processors": os.cpu_count(),
        "cores": physical_cores(),
        "threads": options.threads,
        "load": f"{os.getloadavg()[0]:.2f}",
        "llama_cpp_python": f"llama-cpp-python {version('llama-cpp-python')}",
        "binaries": {str(binary): first_words(binary) for binary in (options.server, options.batched_bench) if binary},
        "python": platform.python_version(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def first_words(binary: Path) -> str:
    """Return what a program of llama.cpp's says it is."""
    done = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def tell(text: str) -> None:
    """Tell whoever waits what is being done."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
