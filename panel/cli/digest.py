"""`panel digest` and `panel digest send`."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from panel.cli.printing import make_console
from panel.cli.session import JsonOption, current_newsroom, new_command, print_json, say
from panel.digest import (
    NOBODY,
    STOPPED,
    Digest,
    Hooks,
    Rules,
    SendEvent,
    SendReport,
    Step,
    Week,
    last_week,
    make_digest,
    make_message,
    read_subscribers,
    rehearse_digest,
    render_letter,
    send_digest,
)
from panel.mail import WIRE, Outbox, Sends, open_outgoing
from panel.settings import MailSettings, Newsroom
from panel.site.model import Site
from panel.store.files import replace_file, translated

app = new_command(help="Make the weekly digest, and send it.", invoke_without_command=True)
PASSWORD_VARIABLE = "PANEL_SMTP_PASSWORD"
DRY_RUN = "dry-run"
TELL_EVERY = 100
"""So many mails make one line of progress where there is no terminal."""

WeekOption = Annotated[str, typer.Option("--week", metavar="WEEK", help="Like 2026-W47; else the last that is over.")]
ListOption = Annotated[
    Path,
    typer.Option(
        "--list", metavar="FILE", help="A CSV with the columns `address` and, if it has it, `unsubscribe_url`."
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Write the mails into `dry-run/` and send nothing.")]
EvenEmptyOption = Annotated[bool, typer.Option("--even-empty", help="Send a digest that tells nothing.")]
NewEditionOption = Annotated[
    bool, typer.Option("--new-edition", help="Send it as it is now, although others got another edition.")
]
ResendOption = Annotated[
    bool, typer.Option("--resend-unknown", help="Send again where nobody knows whether the mail arrived.")
]
RetryOption = Annotated[bool, typer.Option("--retry-refused", help="Try again whom the server refused for good.")]


@app.callback()
def digest(
    context: typer.Context,
    week: WeekOption = "",
    out: Annotated[Path | None, typer.Option("--out", help="A folder; else the week's in `digests/`.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the weekly digest: `digest.eml`, `digest.html` and `digest.txt`."""
    if context.invoked_subcommand is not None:
        if week or out or as_json:
            raise typer.BadParameter(f"options stand after `{context.invoked_subcommand}`, not before it")
        return
    newsroom = current_newsroom()
    made, site = _make(newsroom, week)
    folder = out.absolute() if out else newsroom.digests / made.week
    files = _write(folder, made, site, newsroom.settings.mail)
    _warn(made, newsroom.settings.mail)
    if as_json:
        print_json({"digest": made.model_dump(mode="json"), "files": [str(path) for path in files]})
        return
    typer.echo(f"The digest of {made.week}: {render_letter(made, site, newsroom.settings.mail).subject}")
    for path in files:
        typer.echo(f"  {path}")


@app.command()
def send(
    subscribers: ListOption,
    week: WeekOption = "",
    dry_run: DryRunOption = False,
    even_empty: EvenEmptyOption = False,
    new_edition: NewEditionOption = False,
    resend_unknown: ResendOption = False,
    retry_refused: RetryOption = False,
    as_json: JsonOption = False,
) -> None:
    """Send a week's digest to a list, to nobody twice.

    Run it again after a crash or a failure: whoever has the digest already is left out.
    """
    newsroom = current_newsroom()
    settings = newsroom.settings.mail
    made, site = _make(newsroom, week)
    readers = read_subscribers(subscribers, name=str(subscribers))
    for note in readers.notes:
        say(f"Note: {note}.")
    if without := sum(not reader.unsubscribe_url for reader in readers.subscribers):
        say(f"Note: {without} of {len(readers.subscribers)} have no unsubscribe_url; they are told to answer the mail.")
    if not settings.postal_address:
        say("Note: no postal_address is set under [mail]; many countries want one in a newsletter.")
    rules = Rules(even_empty, new_edition, resend_unknown, retry_refused)
    folder = newsroom.digests / made.week
    if dry_run:
        _warn(made, settings)
        outbox = _empty_outbox(folder / DRY_RUN)
        report = rehearse_digest(made, site, settings, readers.subscribers, folder=folder, outbox=outbox, rules=rules)
    else:
        with _stopping() as stop, _Progress() as progress:
            report = send_digest(
                made,
                site,
                settings,
                readers.subscribers,
                folder=folder,
                open_mail=lambda: _open_mail(settings, stop),
                rules=rules,
                hooks=Hooks(tell=progress.tell, wants_stop=stop.is_wanted, sleep=stop.sleep),
            )
    _tell_report(report, folder / DRY_RUN if dry_run else None, as_json=as_json)
    if report.stopped == STOPPED:
        raise typer.Exit(130)
    if not report.is_settled:
        raise typer.Exit(1)


def _make(newsroom: Newsroom, week: str) -> tuple[Digest, Site]:
    chosen = Week.parse(week) if week else last_week(datetime.now(UTC))
    # Imported by name: reading every run is heavier than all that --help needs.
    site: Site = importlib.import_module("panel.cli.sites").open_site(newsroom)
    return make_digest(site, chosen), site


def _write(folder: Path, made: Digest, site: Site, settings: MailSettings) -> list[Path]:
    letter = render_letter(made, site, settings)
    files = {
        "digest.eml": make_message(made, site, settings, to=NOBODY).as_bytes(policy=WIRE),
        "digest.html": letter.html.encode("utf-8"),
        "digest.txt": letter.text.encode("utf-8"),
    }
    for name, data in files.items():
        replace_file(folder / name, data)
    return [folder / name for name in files]


def _warn(made: Digest, settings: MailSettings) -> None:
    if datetime.now(UTC) < Week.parse(made.week).ends_at:
        say("Note: the week is not over; what is published until then will be part of it.")
    if made.is_empty:
        say("Note: it tells nothing: nothing was published, changed or taken back in that week.")
    if not settings.sender.strip():
        say("Note: no sender is set under [mail]; the mail is from a placeholder.")


def _empty_outbox(folder: Path) -> Outbox:
    outbox = Outbox(folder)
    with translated("emptying", folder):
        for path in outbox.paths():
            path.unlink()
    return outbox


def _open_mail(settings: MailSettings, stop: _Stop) -> AbstractContextManager[Sends]:
    return open_outgoing(settings, os.environ.get(PASSWORD_VARIABLE, ""), sleep=stop.sleep)


class _Stop:
    """Whether somebody pressed Ctrl-C; the second time means now."""

    def __init__(self) -> None:
        self.wanted = False

    def is_wanted(self) -> bool:
        return self.wanted

    def ask(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
        print("\nStopping after this mail. Once more stops at once.", file=sys.stderr, flush=True)

    def sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.wanted and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))


@contextmanager
def _stopping() -> Iterator[_Stop]:
    """Let Ctrl-C end the sending between two mails."""
    stop = _Stop()
    before = signal.signal(signal.SIGINT, stop.ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


class _Progress:
    """Shows how far a sending is: a bar on a terminal; elsewhere a line for what went wrong, and one every so many."""

    def __init__(self) -> None:
        self._console = make_console(stderr=True)
        columns = (TextColumn("Sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._bar.stop()

    def tell(self, event: SendEvent) -> None:
        """Take note of what happened to a mail."""
        tried_again = event.again_in_s is not None
        self._bar.update(self._task, total=event.total, completed=event.done - tried_again)
        if event.step is not Step.SENT:
            again = f"; again in {event.again_in_s:.0f} s" if tried_again else ""
            self._print(f"[{event.done}/{event.total}] {event.step} {event.address}: {event.detail}{again}")
        elif not self._console.is_terminal and (event.done % TELL_EVERY == 0 or event.done == event.total):
            self._print(f"[{event.done}/{event.total}] sent")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)


def _tell_report(report: SendReport, dry_run: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(report), "settled": report.is_settled, "dry_run": str(dry_run) if dry_run else None})
        return
    verb = f"written to {dry_run}" if dry_run else "sent"
    typer.echo(f"{report.week}: {report.sent} {verb}, {report.already} had it before, of {report.total} on the list.")
    for addresses, said in (
        (report.refused, "refused for good; take them off the list"),
        (report.failed, "not taken for now; run the same command again"),
        (report.unknown, "nobody knows whether they got it; `--resend-unknown` sends it again"),
    ):
        if addresses:
            typer.echo(f"{len(addresses)} {said}:")
        for address in addresses:
            typer.echo(f"  {address}")
    if report.left:
        typer.echo(f"{report.left} not reached: {report.stopped}. Run the same command to go on.")
