"""`panel corpus check`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from panel.cli.printing import make_console
from panel.cli.session import JsonOption, current_newsroom, new_command, print_json
from panel.corpus import STANDARDS, CorpusReport, Figures, Split, check_corpus, load_gold
from panel.models.files import printable
from panel.personas import load_personas

app = new_command(help="Keep the gold verdicts fit to teach and to judge a model.", no_args_is_help=True)
FOLDER = "corpus"


@app.callback()
def _group() -> None:
    # Without a callback, a group of one command is that command.
    return None


@app.command()
def check(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PATH]",
            file_okay=False,
            help="A folder with `dossiers/` and `verdicts/`; else the newsroom's `corpus/`.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Report all that makes the corpus unfit, and its figures.

    First what is wrong with its files. Then what is wrong with what they say: lengths and shapes, numbers that the
    dossier lacks, sentences that come again, calls that lean, tools that leak from one split into another.
    """
    newsroom = current_newsroom()
    loaded = load_personas(newsroom.personas, order=newsroom.settings.run.personas)
    personas = [item.persona for item in loaded]
    report = check_corpus(load_gold(path or newsroom.root / FOLDER, personas), personas, STANDARDS)
    if as_json:
        print_json(_describe(report))
    else:
        _print(make_console(), report)
    if not report.sound:
        raise typer.Exit(2)


def _describe(report: CorpusReport) -> dict[str, Any]:
    counts = [
        {
            "seat": count.seat,
            "split": count.split,
            "ships": count.ships,
            "calls": count.calls,
            "ship_share": None if count.ship_share is None else float(count.ship_share),
        }
        for count in report.figures.ship_counts
    ]
    return {
        "sound": report.sound,
        "figures": {**asdict(report.figures), "ship_counts": counts},
        "faults": [{"rule": f.rule, **asdict(f.place), "message": f.message, "quote": f.quote} for f in report.faults],
    }


def _print(console: Console, report: CorpusReport) -> None:
    for fault in report.faults:
        typer.echo(printable(str(fault)))
    if report.faults:
        typer.echo("")
    _print_figures(console, report.figures)
    files = len({fault.place.file for fault in report.faults if fault.place.file})
    count = len(report.faults)
    said = (
        f"{count} fault{'s' if count > 1 else ''}, in {files} file{'s' if files != 1 else ''}."
        if count
        else "No fault."
    )
    console.print(Text(said, style="red" if count else "green"))


def _print_figures(console: Console, figures: Figures) -> None:
    words = ""
    if figures.words_mean is not None:
        words = f" of {figures.words_min} to {figures.words_max} words, {figures.words_mean:.1f} on average"
    console.print(
        Text(f"{figures.tools:,} tools in {figures.categories} categories, {figures.verdicts:,} verdicts{words}.")
    )
    seats = len(figures.panels) - 1
    panels = ", ".join(f"{ships}/{seats} {tools}" for ships, tools in enumerate(figures.panels))
    console.print(Text(f"Panels: {panels}."))
    table = Table(box=None, pad_edge=False)
    table.add_column("ship share")
    splits = (None, *Split)
    for split in splits:
        table.add_column(split or "all", justify="right")
    shares = {(count.seat, count.split): count.ship_share for count in figures.ship_counts}
    for seat in dict.fromkeys(seat for seat, _ in shares):
        cells = (shares[seat, split] for split in splits)
        table.add_row(Text(seat or "all seats"), *("—" if share is None else f"{float(share):.1%}" for share in cells))
    table.add_row("tools", *(str(figures.splits[split] if split else figures.tools) for split in splits))
    console.print(table)
