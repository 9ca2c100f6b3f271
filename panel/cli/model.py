"""`panel model prepare`, `panel model show` and `panel model forget`."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from panel.cli.printing import make_console
from panel.cli.session import JsonOption, current_newsroom, new_command, print_json, say
from panel.errors import NotFound
from panel.models import ModelFile, find_model, physical_cores
from panel.models.cache import model_folder, model_folders, models_folder
from panel.models.files import printable
from panel.models.prepared import Figures, Kept, Outcome, Preparation, look_up
from panel.settings import ModelSettings, Newsroom

app = new_command(help="Prepare a model for this machine, once.", no_args_is_help=True)
ModelArg = Annotated[
    str, typer.Argument(metavar="[MODEL]", help="`embedded`, `embedded-base` or a GGUF's path; else panel.toml's.")
]
OnlyArg = Annotated[
    str,
    typer.Argument(
        metavar="[MODEL]", help="Only this one: `embedded`, `embedded-base`, a GGUF's path, or the key printed here."
    ),
]
ForgottenArg = Annotated[
    str,
    typer.Argument(
        metavar="[MODEL]", help="`embedded`, `embedded-base`, a path, or the key that `show` prints; else panel.toml's."
    ),
]
STYLES = {Outcome.CHOSEN: "bold green", Outcome.WORSE: "red", Outcome.SLOWER: "", Outcome.LEFT_OUT: "dim"}


@app.command()
def prepare(
    model: ModelArg = "",
    again: Annotated[bool, typer.Option("--again", help="Measure again, although it is prepared.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find a model's fastest form here, once.

    It is converted to several quantizations; the one that is fastest on this machine's processor, without being worse,
    is kept in the cache and used from then on. This takes a minute for the embedded model, and many for a large one.
    The file that it came in is not touched.
    """
    source, settings = _find_source(model)
    # Imported by name: its own help needs none of it.
    preparing = importlib.import_module("panel.models.prepare")
    try:
        with _telling(make_console(stderr=True)) as tell:
            threads = settings.threads or physical_cores()
            kept: Kept = preparing.prepare_model(source, threads=threads, anew=again, tell=tell)
    except KeyboardInterrupt:
        typer.echo("\nStopped. Nothing half-made is left; what was prepared before still stands.", err=True)
        raise typer.Exit(130) from None
    if as_json:
        print_json(_describe(kept))
    else:
        _print_kept(make_console(), kept)


@app.command()
def show(model: OnlyArg = "", as_json: JsonOption = False) -> None:
    """Show what is prepared, with its figures."""
    folders = [_find_folder(model)] if model else model_folders()
    found = [kept for folder in folders if (kept := look_up(folder))]
    if as_json:
        print_json({"models": [_describe(kept) for kept in found]})
        return
    if not found:
        typer.echo(f"Nothing is prepared{' from it' if model else ''}. Do so with `panel model prepare`.")
    console = make_console()
    for number, kept in enumerate(found):
        if number:
            console.print()
        _print_kept(console, kept)


@app.command()
def forget(model: ForgottenArg = "", as_json: JsonOption = False) -> None:
    """Delete what was prepared from a model.

    The file that the model came in is not touched.
    """
    preparing = importlib.import_module("panel.models.prepare")
    kept: Kept = preparing.forget_prepared(_find_folder(model))
    freed = kept.preparation.prepared.size_bytes if kept.preparation and kept.preparation.prepared else 0
    if as_json:
        print_json({"forgotten": _describe(kept), "freed_bytes": freed})
    else:
        typer.echo(f"Forgot what was prepared from {_name(kept)}: {_megabytes(freed)} freed.")


def _find_source(model: str) -> tuple[ModelFile, ModelSettings]:
    newsroom = _newsroom_if_any()
    settings = newsroom.settings.model if newsroom else ModelSettings()
    base = newsroom.root if newsroom and not model else Path.cwd()
    return find_model(model or settings.path, base=base, tell=say), settings


def _newsroom_if_any() -> Newsroom | None:
    # Preparing is about the machine, not about a desk.
    try:
        return current_newsroom()
    except NotFound:
        return None


def _find_folder(model: str) -> Path:
    by_key = models_folder() / model
    return by_key if by_key in model_folders() else model_folder(_find_source(model)[0].sha256)


@contextmanager
def _telling(console: Console) -> Iterator[Callable[[str], None]]:
    """Say what is going on: one living line on a terminal, a line a stage elsewhere."""
    began = time.monotonic()
    if console.is_terminal:
        with console.status("") as status:
            yield lambda stage: status.update(Text(f"{stage}…"))
        return
    yield lambda stage: typer.echo(f"{time.monotonic() - began:6.1f}s {stage}", err=True)


def _describe(kept: Kept) -> dict[str, Any]:
    return {
        "key": kept.folder.name,
        "prepared": printable(kept.model.path) if kept.model else None,
        "stale": kept.stale,
        "preparation": kept.preparation.model_dump(mode="json") if kept.preparation else None,
    }


def _print_kept(console: Console, kept: Kept) -> None:
    console.print(Text(_name(kept), style="bold") + Text(f"  {kept.folder.name}", style="dim"))
    if kept.stale:
        console.print(Text(f"Not used: {kept.stale}. Prepare it again with `panel model prepare`.", style="yellow"))
    elif kept.model:
        console.print(Text(f"In its place: {printable(kept.model.path)} ({_megabytes(kept.model.size_bytes)})"))
    else:
        console.print(Text("Used as it is."))
    if kept.preparation:
        _print_figures(console, kept.preparation)


def _print_figures(console: Console, preparation: Preparation) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("quantization")
    for heading in ("size", "loss", "prefill", "decode", "a tool"):
        table.add_column(heading, justify="right")
    table.add_column("")
    source = preparation.figures[0]
    for figures in preparation.figures:
        table.add_row(*_cells(figures, source), style=STYLES[figures.outcome])
    console.print(table)
    console.print(Text(f"Chosen: {preparation.reason}."))
    timed = (
        f", timed {preparation.rounds} times behind {preparation.prefix_tokens:,} tokens" if preparation.rounds else ""
    )
    console.print(
        Text(
            f"Measured {preparation.created_at:%Y-%m-%d} with {preparation.threads} threads and llama-cpp-python "
            f"{preparation.llama_version}: loss in nats a token over {preparation.loss_tokens:,} tokens{timed}.",
            style="dim",
        )
    )


def _cells(figures: Figures, source: Figures) -> tuple[Text, ...]:
    loss, rates = figures.loss_nats, (figures.prefill_tokens_per_s, figures.decode_tokens_per_s)
    name = f"{figures.quantization}, as it is" if figures is source else figures.quantization
    return (
        Text(name),
        Text(_megabytes(figures.size_bytes) if figures.size_bytes else "—"),
        Text("—" if loss is None else f"{loss:.4f}"),
        *(Text("—" if rate is None else f"{rate:,.0f} t/s") for rate in rates),
        Text("—" if figures.tool_s is None else f"{figures.tool_s:.1f} s"),
        Text(f"{figures.outcome}{': ' + figures.note if figures.note else ''}"),
    )


def _name(kept: Kept) -> str:
    return kept.preparation.source.name if kept.preparation else kept.folder.name


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"
