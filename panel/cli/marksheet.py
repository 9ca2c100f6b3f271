"""An evaluation's report as a table for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from panel.evaluation import ROWS, Column, Difference, Estimate, Report, Row
from panel.evaluation.figures import DRAWS, LEVEL, SEED
from panel.evaluation.report import compare_columns

LIKE_REFERENCE, LIKE_MAJORITY = "≈", "~"
UNKNOWN = {"loss": "not known"}
FEW_TOOLS = 20
"""Below it a percentile interval covers clearly less than it says: there are too few ways to draw the tools."""
WIDEST = 1_000
NEVER_COMPARED = {"base_rate_brier"}


def print_report(console: Console, report: Report, reference: str) -> None:
    """Print a report.

    Args:
        console: where.
        report: what.
        reference: the name of the run that the other models are compared with.
    """
    exam = report.exam
    tools, seats = len(exam.tools), len(exam.tools) * len(exam.personas)
    tables = [_figures_table(report, reference), _personas_table(report), _bins_table(report)]
    if not console.is_terminal:
        # A file has no edge to wrap at.
        unbounded = console.options.update(max_width=WIDEST)
        console.width = max(console.width, *(console.measure(table, options=unbounded).maximum for table in tables))
    console.print(Text(f"Gold: split {exam.split}, {tools} tool{'s' * (tools != 1)}, {seats} seats.", style="bold"))
    for table in tables:
        console.print(table)
    for line in _legend(report, reference):
        console.print(Text(line, style="dim"))


def describe_report(report: Report, reference: str) -> dict[str, Any]:
    """Describe a report: every figure with its interval and how many it is of, None where it is not known.

    Args:
        report: what.
        reference: the name of the run that the other models are compared with in the table; here all are with all.
    """
    exam = report.exam
    return {
        "gold": {
            "split": exam.split.value,
            "tools": list(exam.tools),
            "personas": list(exam.personas),
            "seats": len(exam.tools) * len(exam.personas),
            "sha256": exam.gold_sha256(),
            "figures": _describe_figures(report.gold),
        },
        "intervals": {"level": LEVEL, "draws": DRAWS, "seed": SEED, "resampled": "tools", "method": "percentile"},
        "reference": reference,
        "models": [_describe_model(column) for column in report.models],
        "majority_call": {"call": report.majority_call.value, "figures": _describe_figures(report.majority)},
        "differences": [
            {
                "first": first.name,
                "second": second.name,
                "figures": {key: asdict(one) | {"told_apart": one.told_apart} for key, one in found.items()},
            }
            for first, second, found in report.differences()
        ],
    }


def _describe_model(column: Column) -> dict[str, Any]:
    assert column.run is not None
    manifest = column.run.manifest
    return {
        "name": column.name,
        "run_id": manifest.run_id,
        "folder": str(column.run.folder),
        "engine": manifest.engine.model_dump(mode="json"),
        "seed": manifest.seed,
        "seats": len(manifest.seats),
        "missing": [str(seat) for seat in column.missing],
        "loss_not_known": column.unmeasured,
        "figures": _describe_figures(column),
        "calls_by_persona": {
            persona: _describe_figures(Column(persona, figures)) for persona, figures in column.by_persona.items()
        },
        "reliability": [asdict(one) for one in column.bins],
    }


def _describe_figures(column: Column) -> dict[str, Any]:
    found = {row.key: column.estimate(row.key) for row in ROWS}
    return {key: asdict(one) for key, one in found.items() if one is not None}


def _figures_table(report: Report, reference: str) -> Table:
    columns = [*report.models, report.majority, report.gold]
    compared = next((model for model in report.models if model.run and model.run.run_id == reference), None)
    against_reference = {
        model.name: compare_columns(model, compared) for model in report.models if compared and model is not compared
    }
    against_majority = {model.name: compare_columns(model, report.majority) for model in report.models}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(Text(column.name), overflow="fold")
    table.add_row("seats drafted", *(_drafted_cell(column) for column in columns))
    group = ""
    for row in ROWS:
        if not row.is_shown:
            continue
        if row.group != group:
            group = row.group
            table.add_row(Text(group, style="bold"))
        cells = [
            _cell(row, column, against_reference.get(column.name, {}), against_majority.get(column.name, {}))
            for column in columns
        ]
        table.add_row(f"  {row.label}", *cells)
    return table


def _cell(row: Row, column: Column, reference: Mapping[str, Difference], majority: Mapping[str, Difference]) -> Text:
    told = column.estimate(row.key)
    if told is None:
        return Text("")
    if told.value is None:
        return Text(UNKNOWN.get(row.group, "—"), style="dim")
    cell = Text(write_estimate(row, told))
    if row.key not in NEVER_COMPARED:
        for mark, found in ((LIKE_REFERENCE, reference), (LIKE_MAJORITY, majority)):
            if row.key in found and found[row.key].told_apart is False:
                cell.append(f" {mark}", style="yellow")
    if row.group == "loss" and column.unmeasured:
        cell.append(f" {column.unmeasured} not known", style="yellow")
    return cell


def write_estimate(row: Row, told: Estimate) -> str:
    """Write a figure that is known: a share in percent with its denominator, then its interval in the same unit."""
    assert told.value is not None
    scale, digits = {"share": (100, 0), "words": (1, 0), "number": (1, 3)}[row.unit]
    value, *bounds = (
        None if number is None else f"{scale * number:.{digits}f}" for number in (told.value, told.low, told.high)
    )
    size = f" % of {told.count:,}" if row.unit == "share" else ""
    interval = f" ({', '.join(filter(None, bounds))})" if all(bounds) else ""
    return f"{value}{size}{interval}"


def _drafted_cell(column: Column) -> Text:
    if column.run is None:
        return Text("")
    seats, missing = len(column.run.manifest.seats), len(column.missing)
    cell = Text(f"{seats - missing} of {seats}")
    if missing:
        cell.append(f", {missing} missing", style="bold yellow")
    return cell


def _personas_table(report: Report) -> Table:
    table = _table("gold called so, by reviewer", report)
    for slug, persona in report.exam.personas.items():
        cells = []
        for model in report.models:
            shares = [model.by_persona[slug][key].value for key in ("true_positive_rate", "true_negative_rate")]
            ship, skip = ("—" if share is None else f"{100 * share:.0f} %" for share in shares)
            cells.append(f"ships {ship}, skips {skip}")
        table.add_row(f"  {persona.name}", *cells)
    return table


def _bins_table(report: Report) -> Table:
    table = _table("p_ship, and the gold's share of ships", report)
    for rank, one in enumerate(report.models[0].bins):
        cells = []
        for model in report.models:
            found = model.bins[rank]
            if found.mean_p_ship is None or found.ship_share is None:
                cells.append("—")
            else:
                cells.append(f"mean {found.mean_p_ship:.2f}, ship {100 * found.ship_share:.0f} % of {found.count}")
        table.add_row(f"  {one.low:.1f} to {one.high:.1f}", *cells)
    return table


def _table(heading: str, report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(Text(heading, style="bold"))
    for model in report.models:
        table.add_column(Text(model.name), overflow="fold")
    return table


def _legend(report: Report, reference: str) -> list[str]:
    is_few = len(report.exam.tools) < FEW_TOOLS
    lines = [
        f"In brackets the {100 * LEVEL:.0f} % bootstrap interval over {DRAWS:,} draws of the tools.",
        *([f"With fewer than {FEW_TOOLS} tools they are narrower than they should be."] if is_few else []),
        f"{LIKE_MAJORITY} not told apart from the majority call, {report.majority_call.value} everywhere.",
    ]
    others = [model for model in report.models if model.run and model.run.run_id != reference]
    named = [model.name for model in report.models if model not in others]
    if others and named:
        lines.append(f"{LIKE_REFERENCE} not told apart from {named[0]}: the interval of the difference holds 0.")
    return [*lines, *(f"Drafts of {model.name}: {model.run.folder}" for model in report.models if model.run)]
