"""`panel stats`: what became of each persona's drafts, over all runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from panel.audit import Mean, PersonaRecord, TrackRecord, collect_record, render_html, render_svg, show_share
from panel.cli.printing import make_console
from panel.cli.session import JsonOption, current_newsroom, new_command, print_json
from panel.errors import SetupError
from panel.honesty import Rate
from panel.readers import count_votes
from panel.store import RunStore
from panel.store.files import replace_file

app = new_command()
RENDERERS = {".svg": render_svg, ".html": render_html}


@app.command()
def stats(
    chart: Annotated[
        Path | None,
        typer.Option("--chart", metavar="FILE", help="Draw it too, without any script: a .svg, or an .html page."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what became of each persona's drafts, over all runs.

    How many were approved untouched, how much editors changed, how often they flipped a call; each figure with what it
    is of.
    """
    if chart is not None and chart.suffix.lower() not in RENDERERS:
        raise SetupError(f"{chart} can be no chart", hint="Name a file that ends in .svg or .html.")
    newsroom = current_newsroom()
    votes_from = newsroom.settings.publication.votes_shown_from
    record = collect_record(RunStore(newsroom.runs), count_votes(newsroom.reader_store), votes_from=votes_from)
    if chart is not None:
        replace_file(chart.absolute(), RENDERERS[chart.suffix.lower()](record).encode("utf-8"))
    if as_json:
        print_json({**describe_record(record), "chart": str(chart) if chart else None})
        return
    print_record(record)
    if chart is not None:
        typer.echo(f"Drawn in {chart}.")


def describe_record(record: TrackRecord) -> dict[str, Any]:
    """Describe a record as plain data, each share with its value."""
    described = record.model_dump(mode="json")
    described["personas"] = [
        {**one.model_dump(mode="json"), **_values(one), "severity": _describe_severity(one)} for one in record.personas
    ]
    return described


def print_record(record: TrackRecord) -> None:
    """Print a record: a table for each model."""
    console = make_console()
    if not record.personas:
        typer.echo("No drafts yet. Start a run with `panel run TOOL TOOL`.")
    for key in dict.fromkeys(one.model_key for one in record.personas):
        rows = [one for one in record.personas if one.model_key == key]
        table = Table(
            title=escape(f"Drafted by {rows[0].model}"),
            title_justify="left",
            box=None,
            pad_edge=False,
            title_style="bold",
        )
        table.add_column("")
        for one in rows:
            table.add_column(Text(one.persona))
        for label, cells in zip(LABELS, zip(*map(_cells, rows), strict=True), strict=True):
            table.add_row(Text(label), *map(Text, cells))
        console.print(table)
        console.print()
    if record.personas:
        typer.echo(
            "Of approved verdicts, but for drafts, findings and ships. Kept: called so by the run's own draft already."
        )
    for name, why in record.left_out.items():
        typer.echo(f"Left out: {name}: {why}")


LABELS = (
    *("drafts (redrafts)", "ships", "findings a draft", "approved untouched", "words changed", "calls flipped"),
    *("hours to approval", "called as most readers", "editors' ships kept", "editors' skips kept"),
)


def _cells(one: PersonaRecord) -> tuple[str, ...]:
    severity = one.severity
    return (
        f"{one.drafts} ({one.redrafts})",
        _share(one.ships),
        _mean(one.findings, "{:.1f}"),
        _share(one.untouched),
        _mean(one.changed, "{:.0%}"),
        _share(one.flipped),
        _mean(one.hours_to_approval, "{:.1f}"),
        _share(one.community),
        _share(severity.true_positive),
        _share(severity.true_negative),
    )


def _share(rate: Rate) -> str:
    return show_share(rate.count, rate.of)


def _mean(mean: Mean, form: str) -> str:
    return "—" if mean.value is None else f"{form.format(mean.value)} (of {mean.of})"


def _values(one: PersonaRecord) -> dict[str, Any]:
    rates = {name: getattr(one, name) for name in ("untouched", "flipped", "community", "ships")}
    return {name: {**rate.model_dump(mode="json"), "value": rate.value} for name, rate in rates.items()}


def _describe_severity(one: PersonaRecord) -> dict[str, Any]:
    severity = one.severity
    rates = {"true_positive": severity.true_positive, "true_negative": severity.true_negative}
    told = {name: {**rate.model_dump(mode="json"), "value": rate.value} for name, rate in rates.items()}
    return {**told, "edge": severity.edge, "refusal": severity.refusal}
