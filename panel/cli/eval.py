"""`panel eval`: how good models are at the desk's work, measured against gold verdicts."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from panel.cli.printing import make_console
from panel.cli.progress import RunProgress
from panel.cli.run import make_manifest
from panel.cli.session import JsonOption, current_newsroom, new_command, open_engine, print_json
from panel.errors import SetupError
from panel.models import EMBEDDED_BASE
from panel.settings import Newsroom
from panel.store import Run, RunStore

if TYPE_CHECKING:
    from panel.evaluation import Exam

app = new_command()
GOLD = "corpus"
EVALUATIONS = "evaluations"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model to be evaluated: its engine and name as `open_engine` takes them, and its run's name."""

    engine: str
    model: str
    run_id: str


@app.command()
def eval(
    model: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", metavar="M", help="As for `run`; may be given again. Else panel.toml's."),
    ] = None,
    baseline: Annotated[
        str, typer.Option("--baseline", metavar="M", help="What models are compared with; else `embedded-base`.")
    ] = "",
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help="Compare with no such model.")] = False,
    split: Annotated[
        Literal["dev", "test", "train"] | None,
        typer.Option("--split", help="Which part of the gold; else test, or that of a file."),
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option("--gold", metavar="PATH", help="A folder with verdicts/ and dossiers/, or one file of verdicts/."),
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="llama, server, or scripted (no model: for rehearsals).")
    ] = "",
    seed: Annotated[int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Else panel.toml's.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N tools.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how good models are at the desk's work.

    Each model drafts every seat of the gold's tools, as `run` would, in a run of its own under evaluations/; then it is
    asked how likely it holds the editors' own words. The same command goes on where it was stopped, and reads what is
    finished as it is.
    """
    if no_baseline and baseline:
        raise SetupError("--baseline and --no-baseline contradict each other", hint="Give one of them.")
    newsroom = current_newsroom()
    exam: Exam = _evaluation().gather_exam(newsroom, gold or newsroom.root / GOLD, split=split, limit=limit)
    seed = newsroom.settings.run.seed if seed is None else seed
    try:
        models = [_enrol(newsroom, exam, engine, name, seed) for name in model or [""]]
        reference = None
        if not no_baseline:
            # A baseline is a file, whoever serves the other models; a rehearsal loads none.
            kind = engine if engine == "scripted" else "llama"
            reference = _enrol(newsroom, exam, kind, baseline or EMBEDDED_BASE, seed)
        candidates = list({one.run_id: one for one in (*models, *filter(None, [reference]))}.values())
        runs = [_sit(newsroom, exam, candidate, seed) for candidate in candidates]
    except KeyboardInterrupt:
        typer.echo("\nStopped. Everything finished is kept. Go on with the same command.", err=True)
        raise typer.Exit(130) from None
    _show(exam, runs, reference or candidates[0], as_json=as_json)


def _enrol(newsroom: Newsroom, exam: Exam, engine: str, model: str, seed: int) -> Candidate:
    """Open a model once to learn which it is, so that a wrong name ends the command before hours of drafting."""
    opened = open_engine(newsroom, name=engine, model=model, seats=1)
    asyncio.run(opened.aclose())
    run_id = _evaluation().name_run(exam, opened.identity, newsroom.settings, seed)
    return Candidate(engine, model, run_id)


def _sit(newsroom: Newsroom, exam: Exam, candidate: Candidate, seed: int) -> Run:
    store = RunStore(newsroom.root / EVALUATIONS)
    is_begun = candidate.run_id in store.names()
    if is_begun and _evaluation().is_over(run := store.open(candidate.run_id)):
        return run
    seats = len(exam.tools) * len(exam.personas)
    engine = open_engine(newsroom, name=candidate.engine, model=candidate.model, seats=seats)
    if is_begun:
        run = store.open(candidate.run_id)
    else:
        manifest = make_manifest(newsroom, exam.materials, engine, run_id=candidate.run_id, seed=seed)
        run = store.create(manifest, exam.materials.files)
    name = engine.identity.model_name
    print(f"{name}: {seats} seats, in {run.folder}", file=sys.stderr, flush=True)
    with run.drafting(), RunProgress(run.manifest.seats) as progress:
        sitting = _evaluation().sit(
            run, exam, engine, progress.tell, lambda known, total: _tell_loss(name, known, total)
        )
        asyncio.run(sitting)
    return run


def _tell_loss(name: str, known: int, total: int) -> None:
    print(f"{name}: loss of {known} of {total} gold verdicts measured", file=sys.stderr, flush=True)


def _show(exam: Exam, runs: Sequence[Run], reference: Candidate, *, as_json: bool) -> None:
    marksheet = importlib.import_module("panel.cli.marksheet")
    report = _evaluation().write_report(exam, runs)
    if as_json:
        print_json(marksheet.describe_report(report, reference.run_id))
    else:
        marksheet.print_report(make_console(), report, reference.run_id)


def _evaluation() -> Any:
    # Imported by name: it computes with numpy, whose threads no other command needs.
    return importlib.import_module("panel.evaluation")
