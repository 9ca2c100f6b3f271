"""`panel init`: a new newsroom from the packaged defaults."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

import panel
from panel.cli.session import JsonOption, new_command, print_json
from panel.errors import SetupError
from panel.settings import FILE_NAME
from panel.store.files import translated

PARTS = ("personas", "prompts", "dossiers", "schemas", FILE_NAME)
app = new_command()


def packaged_defaults() -> Path:
    """Return where the defaults lie: inside the installed package, or the checkout's own newsroom."""
    package = Path(panel.__file__).parent
    return package / "defaults" if (package / "defaults").is_dir() else package.parent


def make_newsroom(folder: Path) -> Path:
    """Make a newsroom; it counts as one once it is whole.

    Raises:
        SetupError: the folder is there and holds something.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SetupError(f"{folder} is not empty", hint="Name a folder that is empty or not there yet.")
    source = packaged_defaults()
    with translated("making the newsroom", folder):
        folder.mkdir(parents=True, exist_ok=True)
        # Built inside the folder, so that a folder somebody stands in stays the same folder.
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
        try:
            for part in PARTS:
                copy = shutil.copytree if (source / part).is_dir() else shutil.copyfile
                copy(source / part, fresh / part)
            for empty in ("runs", "site"):
                (fresh / empty).mkdir()
            # The settings come last: they are what makes a folder a newsroom.
            for part in sorted(os.listdir(fresh), key=lambda name: (name == FILE_NAME, name)):
                os.rename(fresh / part, folder / part)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return folder


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty or not there yet.")],
    as_json: JsonOption = False,
) -> None:
    """Make a new newsroom from the packaged defaults."""
    made = make_newsroom(folder)
    tools = sorted(path.stem for path in (made / "dossiers").glob("*.yaml"))
    if as_json:
        print_json({"newsroom": str(made), "dossiers": tools})
        return
    typer.echo(f"A newsroom is ready in {made}.")
    typer.echo(f"Its dossiers: {', '.join(tools)}.")
    typer.echo(f"Next: cd {shlex.quote(str(folder))} && panel run {' '.join(tools[:2])}")
