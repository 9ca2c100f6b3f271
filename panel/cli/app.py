"""The command table, loaded lazily, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

import typer
import typer.core

from panel.errors import InputProblems, NotApproved, PanelError, StaleEdit

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("panel.cli.newsroom", "Make a new newsroom from the packaged defaults."),
    "dossier": ("panel.cli.dossier", "Start and check dossiers."),
    "model": ("panel.cli.model", "Prepare a model for this machine, once."),
    "corpus": ("panel.cli.corpus", "Keep the gold verdicts fit to teach and to judge a model."),
    "run": ("panel.cli.run", "Let the panel review tools: one draft a seat."),
    "resume": ("panel.cli.resume", "Go on with a run: only seats without a draft are drafted."),
    "runs": ("panel.cli.runs", "List the runs, oldest first."),
    "show": ("panel.cli.show", "Show a run, a tool or one seat."),
    "preview": ("panel.cli.preview", "Write a run's page, marked DRAFT, to look at."),
    "review": ("panel.cli.review", "Walk through what is not approved yet."),
    "edit": ("panel.cli.edit", "Change a verdict's words."),
    "flip": ("panel.cli.flip", "Turn a call around, with a reason."),
    "redraft": ("panel.cli.redraft", "Ask for a new draft, with a note."),
    "acknowledge": ("panel.cli.acknowledge", "Let findings stand that block approval, with a reason."),
    "confirm": ("panel.cli.confirm", "Say that a tool's price was looked at today and still holds."),
    "approve": ("panel.cli.approve", "Approve words as they stand."),
    "undo": ("panel.cli.undo", "Take back the last change, acknowledgement or approval of a seat."),
    "diff": ("panel.cli.diff", "Show what editors changed, word by word."),
    "log": ("panel.cli.log", "Show a run's journal, oldest entry first."),
    "verify": ("panel.cli.verify", "Recompute everything that can be recomputed."),
    "replay": ("panel.cli.replay", "Draft a run again from its manifest, and compare."),
    "ablate": ("panel.cli.ablate", "Show which calls the personas cause, and which are the model's own."),
    "stats": ("panel.cli.stats", "Show what became of each persona's drafts, over all runs."),
    "publish": ("panel.cli.publish", "Publish an approved run's page."),
    "unpublish": ("panel.cli.unpublish", "Take a published page off the site, with a reason."),
    "release": ("panel.cli.release", "Publish approved runs as one step, and take them back as one."),
    "compare": ("panel.cli.compare", "Set published verdicts side by side, without a new panel."),
    "site": ("panel.cli.site", "Build, check and serve the whole site."),
    "digest": ("panel.cli.digest", "Make the weekly digest, and send it."),
    "serve": ("panel.cli.serve", "Take readers' votes and sign-ups, and serve the site."),
    "votes": ("panel.cli.votes", "Bring in, show and take out readers' votes."),
    "subscribers": ("panel.cli.subscribers", "Look after the digest's list."),
    "eval": ("panel.cli.eval", "Measure how good models are at the desk's work."),
    "graph": ("panel.cli.graph", "Print the graph as mermaid."),
    "schema": ("panel.cli.schema", "Write the JSON Schemas of what editors write and sites give."),
}
"""Every command: its module and its one line of help, in the order of a day's work."""


_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class _Commands(MutableMapping[str, Any]):
    """The table as typer wants it; a command's module is imported when the command is looked up."""

    def __getitem__(self, name: str) -> Any:
        module, _ = COMMANDS[name]
        commands = importlib.import_module(module).app
        return typer.main.get_command(commands)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __setitem__(self, name: str, command: Any) -> None:
        raise TypeError("commands stand in the table")

    def __delitem__(self, name: str) -> None:
        raise TypeError("commands stand in the table")


class LazyGroup(typer.core.TyperGroup):
    """A group that knows its commands' names and help without importing them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Commands()

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a command; None when there is none of that name."""
        return self.commands[cmd_name] if cmd_name in COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: Any) -> Any:
        """Run a command; turn what Panel raises on purpose into a message and an exit code."""
        wants_json = "--json" in ctx.args
        try:
            for arg in ctx.args:
                if not is_plain(arg):
                    raise typer.BadParameter(f"not UTF-8, or holds control characters: {arg!a}")
            return super().invoke(ctx)
        except PanelError as error:
            report_error(error, wants_json=wants_json)
            raise typer.Exit(error.exit_code) from error
        except typer.TyperException as error:
            if wants_json:
                described = {"kind": "UsageError", "message": error.format_message(), "hint": "", "retryable": False}
                typer.echo(json.dumps({"error": described}, indent=1))
            raise
        except KeyboardInterrupt:
            typer.echo("\nStopped. Everything that was finished is kept.", err=True)
            raise typer.Exit(130) from None


def is_plain(text: str) -> bool:
    """Tell whether a text can be journaled and printed as it is: UTF-8, without control or direction characters.

    Reasons, notes and names stand in the journal for ever, and are printed to terminals from there.
    """
    return _UNPRINTABLE.search(text) is None


def printable(text: str) -> str:
    """Return a text as a terminal may have it: what would steer the terminal shows as `�`."""
    return _UNPRINTABLE.sub("�", text)


def one_line(text: str) -> str:
    """Return a text as part of one line: nothing of it can pass for a line of its own."""
    return " ".join(printable(text).split())


def report_error(error: PanelError, *, wants_json: bool) -> None:
    """Tell a person, or a program, what went wrong and what to do."""
    if wants_json:
        typer.echo(json.dumps({"error": _describe(error)}, indent=1))
    typer.echo(f"Error: {printable(error.message)}", err=True)
    if isinstance(error, StaleEdit) and error.diff:
        typer.echo(f"What stands now against your text:\n{printable(error.diff)}", err=True)
    if error.hint:
        typer.echo(f"What to do: {error.hint}", err=True)


def _describe(error: PanelError) -> dict[str, Any]:
    described: dict[str, Any] = {
        "kind": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "retryable": error.retryable,
    }
    if isinstance(error, InputProblems):
        described["problems"] = [
            {"file": p.file, "line": p.line, "field": p.field, "message": p.message} for p in error.problems
        ]
    if isinstance(error, NotApproved):
        described["reasons"] = list(error.reasons)
    if isinstance(error, StaleEdit):
        described |= {"kept_at": error.kept_at, "diff": error.diff}
    return described


app = typer.Typer(
    name="panel",
    cls=LazyGroup,
    help="A review desk in a box: four local reviewers draft, editors decide, the site publishes.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    return None


def main() -> None:
    """Run the command line."""
    app()
