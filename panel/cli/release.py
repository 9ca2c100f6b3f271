"""`panel release`: several approved runs published as one step, and taken back as one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from panel.cli.publish import refuse_unsound
from panel.cli.session import (
    AuthorOption,
    JsonOption,
    ReasonOption,
    current_newsroom,
    know_author,
    new_command,
    open_desk,
    print_json,
)
from panel.cli.site import build_newsroom, describe_build
from panel.editorial import (
    ApprovedRun,
    Desk,
    last_publication,
    open_gate,
    record_publication,
    record_restoration,
    record_unpublication,
)
from panel.editorial.published import read_published
from panel.editorial.releases import Release, Releases, Stage
from panel.errors import Conflict, IllegalMove, NotApproved
from panel.publish import plan_files, remove_page, write_site
from panel.records import ReleasedPage
from panel.settings import Newsroom
from panel.site.gathering import standing_publications
from panel.site.model import Publication
from panel.site.reading import read_all_publications
from panel.store import RunStore

OUT = "site"
app = new_command(help="Publish approved runs as one step, and take them back as one.", no_args_is_help=True)
NameArg = Annotated[str, typer.Argument(metavar="RELEASE", help="A release's name, or `latest`.")]
NoBuildOption = Annotated[bool, typer.Option("--no-build", help="Leave the site as it is; `panel site build` follows.")]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A run that is about to be released."""

    desk: Desk
    approved: ApprovedRun
    files: Mapping[str, bytes]
    before: Publication | None


@app.command()
def make(
    run_ids: Annotated[list[str], typer.Argument(metavar="RUN...", help="Approved runs.")],
    reason: Annotated[str, typer.Option("--reason", "-r", help="What this release is; it is journaled.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would publish.")] = False,
    no_build: NoBuildOption = False,
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Publish approved runs as one step, and build the site.

    Refused, with every reason of every run, while anything in any of them is not approved. Cut short, the same command
    goes on; no site is built from half a release.
    """
    newsroom = current_newsroom()
    releases = Releases(newsroom.releases)
    candidates = _pass_gates(newsroom, run_ids)
    begun = releases.refuse_unfinished(but=[one.desk.run.run_id for one in candidates])
    pages = {one.approved.page.slug: _released_page(one) for one in candidates}
    if dry_run:
        _tell_plan(candidates, as_json=as_json)
        return
    who = know_author(author)
    release = begun or releases.begin(pages, author=who, reason=reason)
    for one in candidates:
        _publish(newsroom, one, author=who, release=release.name)
    release = releases.end(release, author=who)
    _tell(newsroom, release, build=not no_build, as_json=as_json)


@app.command()
def revert(
    name: NameArg,
    reason: ReasonOption,
    no_build: NoBuildOption = False,
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take a release back as one step: what stood before stands again.

    Refused when one of its pages was published anew since. Readers find the reason among the corrections.
    """
    who = know_author(author)
    newsroom = current_newsroom()
    releases = Releases(newsroom.releases)
    release = releases.find(name)
    if release.stage is not Stage.REVERTING:
        releases.refuse_unfinished()
        _refuse_replaced(newsroom, release)
        release = releases.begin_revert(release, author=who, reason=reason)
    for slug, page in release.pages.items():
        _take_back(newsroom, slug, page, author=who, reason=release.because, release=release.name)
    release = releases.end(release, author=who)
    _tell(newsroom, release, build=not no_build, as_json=as_json)


@app.command(name="list")
def list_releases(as_json: JsonOption = False) -> None:
    """List the releases, oldest first."""
    found = Releases(current_newsroom().releases).all()
    if as_json:
        print_json({"releases": [_describe(release) for release in found]})
        return
    for release in found:
        runs = ", ".join(page.run_id for page in release.pages.values())
        because = f": {release.begun.reason}" if release.begun.reason else ""
        typer.echo(f"{release.name}  {release.begun.at:%Y-%m-%d %H:%M}  {release.stage}  {runs}{because}")
    if not found:
        typer.echo("No release yet.")


def _pass_gates(newsroom: Newsroom, run_ids: list[str]) -> list[_Candidate]:
    """Let every run through the gate.

    Raises:
        NotApproved: with the reasons of all.
        IllegalMove: two runs are of the same page.
    """
    reasons: list[str] = []
    passed: dict[str, _Candidate] = {}
    standing = _standing(newsroom)
    for run_id in dict.fromkeys(run_ids):
        desk = open_desk(run_id, newsroom)
        try:
            refuse_unsound(desk.run)
            approved = open_gate(desk)
            files = plan_files(approved.page)
        except NotApproved as refused:
            reasons += [f"{desk.run.run_id}: {reason}" for reason in refused.reasons]
            continue
        slug = approved.page.slug
        if slug in passed and passed[slug].desk.run.run_id != desk.run.run_id:
            raise IllegalMove(f"two of these runs are of the page {slug}", hint="Release one of them.")
        passed[slug] = _Candidate(desk, approved, files, standing.get(slug))
    if reasons:
        raise NotApproved(
            "this release cannot be made:", reasons, hint="`panel review RUN` walks through what is open."
        )
    return list(passed.values())


def _standing(newsroom: Newsroom) -> dict[str, Publication]:
    """Return the publication that stands at each address."""
    return {one.page.slug: one for one in standing_publications(read_all_publications(RunStore(newsroom.runs), OUT))}


def _released_page(one: _Candidate) -> ReleasedPage:
    before = one.before
    return ReleasedPage(
        run_id=one.desk.run.run_id,
        sha256=one.approved.content_sha256,
        before_run=before.run_id if before else None,
        before_seq=before.seq if before else None,
    )


def _publish(newsroom: Newsroom, one: _Candidate, *, author: str, release: str) -> None:
    run = one.desk.run
    entry = record_publication(one.desk, one.approved, one.files, out=OUT, author=author, release=release)
    write_site(newsroom.site, one.files, still_wanted=lambda: last_publication(run) == entry)


def _refuse_replaced(newsroom: Newsroom, release: Release) -> None:
    standing = _standing(newsroom)
    moved = [
        slug
        for slug, page in release.pages.items()
        if slug not in standing or (standing[slug].run_id, standing[slug].sha256) != (page.run_id, page.sha256)
    ]
    if moved:
        raise IllegalMove(
            f"published anew or taken off since {release.name}: {', '.join(moved)}",
            hint="Revert the newer release first, or publish what should stand there.",
        )


def _take_back(newsroom: Newsroom, slug: str, page: ReleasedPage, *, author: str, reason: str, release: str) -> None:
    """Put back what stood at an address before a release; does nothing where that is done already."""
    if page.before_run == page.run_id:
        _restore(newsroom, page, author=author, reason=reason, release=release)
        return
    desk = open_desk(page.run_id, newsroom)
    standing = last_publication(desk.run)
    if standing and standing.after == page.sha256:
        if (newsroom.site / "compare" / slug).is_dir():
            remove_page(newsroom.site, slug)
        record_unpublication(desk, standing, author=author, reason=reason, release=release)
    if page.before_run:
        _restore(newsroom, page, author=author, reason=reason, release=release)


def _restore(newsroom: Newsroom, page: ReleasedPage, *, author: str, reason: str, release: str) -> None:
    run = RunStore(newsroom.runs).open(page.before_run or "")
    first = next((entry for entry in run.journal.read().entries if entry.seq == page.before_seq), None)
    if first is None:
        raise Conflict(f"the run {run.run_id} has no journal entry {page.before_seq}")
    files = plan_files(read_published(run, first))
    entry = record_restoration(run, first, files, author=author, reason=reason, release=release)
    write_site(newsroom.site, files, still_wanted=lambda: last_publication(run) == entry)


def _tell_plan(candidates: list[_Candidate], *, as_json: bool) -> None:
    planned = [
        {
            "page": one.approved.page.slug,
            "title": one.approved.page.title,
            "run": one.desk.run.run_id,
            "shares": [card.tally.label for card in one.approved.page.tools],
            "replaces": {"run": one.before.run_id, "sha256": one.before.sha256} if one.before else None,
            "new": one.approved.already is None,
        }
        for one in candidates
    ]
    if as_json:
        print_json({"would_release": planned})
        return
    for item, one in zip(planned, candidates, strict=True):
        replaced = f", in the place of the run {one.before.run_id}'s" if one.before else ", a new page"
        same = "" if item["new"] else " (published already, the same)"
        typer.echo(f"{item['title']} (run {item['run']}){replaced}{same}")
        for card in one.approved.page.tools:
            typer.echo(f"  {card.dossier.name}: {card.tally.label}")


def _tell(newsroom: Newsroom, release: Release, *, build: bool, as_json: bool) -> None:
    built = build_newsroom(newsroom, quiet=as_json) if build else None
    if as_json:
        print_json(_describe(release) | ({"site": describe_build(newsroom.public, built)} if built else {}))
        return
    typer.echo(f"Release {release.name} is {release.stage}: {', '.join(release.pages)}")


def _describe(release: Release) -> dict[str, Any]:
    return {
        "release": release.name,
        "stage": str(release.stage),
        "author": release.begun.author,
        "at": release.begun.at.isoformat(),
        "reason": release.begun.reason,
        "pages": {slug: page.model_dump(mode="json") for slug, page in release.pages.items()},
        "reverted_because": release.because,
    }
