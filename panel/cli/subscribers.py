"""`panel subscribers`: who wants the digest."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from panel.cli.printing import make_console
from panel.cli.session import JsonOption, current_newsroom, new_command, print_json
from panel.errors import NotFound
from panel.mail import normalise_address
from panel.readers import ReaderStore
from panel.readers.private import replace_private
from panel.settings import Newsroom

app = new_command(help="Look after the digest's list.", no_args_is_help=True)


@app.command("list")
def list_subscribers(as_json: JsonOption = False) -> None:
    """List everybody who signed up, with how far they are."""
    found = _everybody(current_newsroom())
    if as_json:
        print_json({"subscribers": found})
        return
    if not found:
        typer.echo("Nobody has signed up yet.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("address", "state", "signed up"):
        table.add_column(column)
    for item in found:
        table.add_row(item["address"], item["state"], item["asked_at"][:10])
    make_console().print(table)
    confirmed = sum(item["state"] == "confirmed" for item in found)
    typer.echo(f"{confirmed:,} of {len(found):,} get the digest.")


@app.command()
def export(
    out: Annotated[Path | None, typer.Option("--out", help="A file, for your eyes only; else it is printed.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the confirmed addresses as CSV, each with its own link to unsubscribe: `panel digest send` takes it."""
    newsroom = current_newsroom()
    rows: list[dict[str, str]] = []
    if newsroom.reader_store.exists():
        settings = newsroom.settings
        base = settings.readers.url or settings.publication.base_url
        with ReaderStore.open(newsroom.reader_store) as store:
            for person in store.confirmed():
                confirmed_at = person.confirmed_at.isoformat() if person.confirmed_at else ""
                link = store.unsubscribe_url(base, person.address)
                rows.append({"address": person.address, "confirmed_at": confirmed_at, "unsubscribe_url": link})
    if out is not None:
        replace_private(out, _as_csv(rows).encode("utf-8"))
    if as_json:
        print_json({"subscribers": rows} if out is None else {"file": str(out), "subscribers": len(rows)})
    elif out is None:
        typer.echo(_as_csv(rows), nl=False)
    else:
        typer.echo(f"Wrote {len(rows):,} {'address' if len(rows) == 1 else 'addresses'} to {out}.")


@app.command()
def remove(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="A mail address.")], as_json: JsonOption = False
) -> None:
    """Delete an address and all that is known of it."""
    path = current_newsroom().reader_store
    known = normalise_address(address)
    was_there = False
    if known is not None and path.exists():
        with ReaderStore.open(path) as store:
            was_there = store.remove(known)
    if not was_there:
        raise NotFound(f"{address} is not on the list", hint="`panel subscribers list` shows who is.")
    if as_json:
        print_json({"removed": known})
        return
    typer.echo(f"Removed {known}.")


def _everybody(newsroom: Newsroom) -> list[dict[str, Any]]:
    if not newsroom.reader_store.exists():
        return []
    with ReaderStore.open(newsroom.reader_store) as store:
        return [person.model_dump(mode="json") for person in store.subscribers()]


def _as_csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, ("address", "unsubscribe_url"), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
