"""`panel site build`, `panel site check` and `panel site serve`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from panel.cli.printing import make_console
from panel.cli.session import JsonOption, current_newsroom, new_command, print_json
from panel.cli.sites import open_site, plan_newsroom
from panel.errors import InputProblems, Problem
from panel.settings import Newsroom
from panel.site.building import MANIFEST, Built, build_site, find_differences
from panel.site.checking import check_site
from panel.site.planning import SERVICES
from panel.site.units import Unit

app = new_command(help="Build, check and serve the whole site.", no_args_is_help=True)
OutOption = Annotated[Path | None, typer.Option("--out", help="The site's folder; else the newsroom's `public/`.")]
SHOWN = 40


@app.command()
def build(
    out: OutOption = None,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Do not look for faults before it is swapped in.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Build the whole site from what is published.

    Everything is gathered and made before anything is changed; the finished site is checked, then swapped in as one
    step. Files that come out the same are not written again. A failed build leaves the site as it is.
    """
    newsroom = current_newsroom()
    place = out.absolute() if out else newsroom.public
    built = build_newsroom(newsroom, out=place, checked=not no_check, quiet=as_json)
    if as_json:
        print_json(describe_build(place, built))


@app.command()
def check(out: OutOption = None, as_json: JsonOption = False) -> None:
    """Find what is wrong with a built site.

    Broken links, invalid feeds and HTML, missing alternatives; and, by making every page again from what was approved,
    any file that is not what Panel makes of it.
    """
    newsroom = current_newsroom()
    place = out.absolute() if out else newsroom.public
    problems = _find_problems(newsroom, place, plan_newsroom(newsroom, open_site(newsroom)))
    if as_json:
        described = [{"file": p.file, "line": p.line, "rule": p.field, "message": p.message} for p in problems]
        print_json({"site": str(place), "sound": not problems, "problems": described})
    else:
        for problem in problems[:SHOWN]:
            typer.echo(str(problem))
        if len(problems) > SHOWN:
            typer.echo(f"... and {len(problems) - SHOWN} more; --json lists them all.")
        typer.echo("No fault." if not problems else f"{len(problems)} faults.")
    if problems:
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", help="Which of this machine's addresses to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes any that is free.")] = 8000,
    as_json: JsonOption = False,
) -> None:
    """Serve the built site as `panel serve` does, votes and sign-ups included."""
    importlib.import_module("panel.cli.serve").serve(host=host, port=port, as_json=as_json)


def build_newsroom(newsroom: Newsroom, *, out: Path | None = None, checked: bool = True, quiet: bool = False) -> Built:
    """Build a newsroom's site and say what was done.

    Raises:
        InputProblems: the finished site has faults; the old one stands.
    """
    place = out or newsroom.public
    site = open_site(newsroom)
    units = plan_newsroom(newsroom, site)

    def refuse(folder: Path) -> None:
        found = _look(folder, newsroom) if checked else []
        if found:
            raise InputProblems(found)

    if quiet:
        return build_site(place, units, check=refuse)
    with make_console(stderr=True).status("Building the site") as status:
        done = 0

        def tell(name: str) -> None:
            nonlocal done
            done += 1
            if done % 50 == 0:
                status.update(f"Building the site: {done} of {len(units)}")

        built = build_site(place, units, on_unit=tell, check=refuse)
    typer.echo(
        f"{place}: {len(site.comparisons)} comparisons of {len(site.tools)} tools, {built.files} files; "
        f"{len(built.written)} written, {len(built.removed)} removed."
    )
    if not site.publications:
        typer.echo("Nothing is published yet: `panel publish RUN`, then build again.")
    return built


def describe_build(out: Path, built: Built) -> dict[str, Any]:
    """Describe a build for `--json`."""
    return {
        "site": str(out),
        "files": built.files,
        "units": built.units,
        "made": built.made,
        "written": built.written,
        "removed": built.removed,
    }


def _find_problems(newsroom: Newsroom, place: Path, units: Mapping[str, Unit]) -> list[Problem]:
    if not (place / MANIFEST).is_file():
        return [Problem(str(place), 0, "", "no site was built here; `panel site build` builds one")]
    differences = [Problem(path, 0, "approved", message) for path, message in find_differences(place, units)]
    return differences + _look(place, newsroom)


def _look(folder: Path, newsroom: Newsroom) -> list[Problem]:
    """Look for faults in a built site's files."""
    found = check_site(folder, base_url=newsroom.settings.publication.base_url, services=SERVICES)
    return [Problem(one.path, one.line, one.rule, one.message) for one in found]
