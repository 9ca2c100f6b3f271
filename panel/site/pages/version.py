"""One version of a tool's verdicts: kept readable after another one replaced it, wordless once it was withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from panel.publish.render import format_day
from panel.records import Tally
from panel.site.model import Site, ToolPage, ToolVersion, tool_path, version_path
from panel.site.pages.chrome import Chrome, Link
from panel.site.pages.head import make_head
from panel.site.pages.tool import VerdictContext, origin_of, verdict_fields


@dataclass(frozen=True, slots=True)
class VersionContext(VerdictContext):
    """Every name that `version.html.j2` may use.

    Attributes:
        origin: the comparison it was published in; its address is "" where that is gone.
        tool_href: the tool's page, where the version that stands is.
        stands: whether this is the version that stands.
        replaced_at: when another one replaced it; None for one that stands or was withdrawn.
        withdrawn_at: when it was taken back; its words are not to be shown.
        withdrawn_because: why.
    """

    origin: Link
    tool_href: str
    stands: bool
    replaced_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_because: str


def version_html(site: Site, tool: ToolPage, version: ToolVersion, chrome: Chrome) -> str:
    """Render the page of one version of a tool's verdicts.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("version.html.j2", version_context(site, tool, version, chrome))


def version_context(site: Site, tool: ToolPage, version: ToolVersion, chrome: Chrome) -> VersionContext:
    """Compute what the template needs of a version. Of a withdrawn one it gets neither words nor calls nor facts."""
    withdrawn = version.withdrawn_at is not None
    if withdrawn:
        nothing = {"rows": (), "changes": (), "corrections": (), "dossier": tool.current.dossier}
        tally = Tally(tool=tool.slug, ships=0, skips=0, missing=0)
        version = version.model_copy(update={**nothing, "tally": tally})
    fields = verdict_fields(tool, version, chrome)
    stands = version is tool.current
    later = [one.published_at for one in tool.versions if one.n > version.n and one.withdrawn_at is None]
    place = version_path(tool.slug, version.n)
    mark = chrome.titles.get(tool_path(tool.slug), "")
    state = "withdrawn" if withdrawn else "stands today" if stands else "replaced since"
    rehearsal = " (scripted rehearsal)" if fields["scripted"] else ""
    name = f"{fields['name']}: verdict {version.n}, {format_day(version.published_at)}{mark}{rehearsal}"
    share = "" if withdrawn else f": {version.tally.label}"
    return VersionContext(
        **fields,
        head=make_head(
            chrome,
            place,
            name,
            f"Verdict {version.n} of the panel on {fields['name']}, published on {format_day(version.published_at)}, "
            f"{state}{share}.{' Scripted rehearsal, no model wrote this.' if rehearsal else ''}",
            kind="page-version of-1",
            here="categories/",
            type="article",
        ),
        origin=origin_of(site, version, chrome),
        tool_href=chrome.href(tool_path(tool.slug)),
        stands=stands,
        replaced_at=None if withdrawn or stands else min(later, default=None),
        withdrawn_at=version.withdrawn_at,
        withdrawn_because=version.withdrawn_because,
    )
