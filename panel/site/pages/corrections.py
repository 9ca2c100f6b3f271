"""The page of corrections: every change after publication and every withdrawal."""

from __future__ import annotations

from dataclasses import dataclass

from panel.publish.context import CorrectionLine
from panel.site.model import Site
from panel.site.pages.chrome import Chrome, Frame
from panel.site.pages.head import Head, make_head
from panel.site.pages.listing import correction_line


@dataclass(frozen=True, slots=True)
class CorrectionsContext:
    """Every name that `corrections.html.j2` may use.

    Attributes:
        frame: the publication.
        head: the page's head.
        corrections: newest first.
        withdrawals: how many of them are withdrawals.
    """

    frame: Frame
    head: Head
    corrections: tuple[CorrectionLine, ...]
    withdrawals: int


def corrections_html(site: Site, chrome: Chrome) -> str:
    """Render the page of corrections.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("corrections.html.j2", corrections_context(site, chrome))


def corrections_context(site: Site, chrome: Chrome) -> CorrectionsContext:
    """Gather all corrections."""
    head = make_head(
        chrome,
        "corrections/",
        "Corrections and withdrawals",
        f"Everything that {chrome.frame.name} changed or took back after publication, with dates and reasons.",
        kind="page-corrections",
        here="corrections/",
    )
    return CorrectionsContext(
        frame=chrome.frame,
        head=head,
        corrections=tuple(correction_line(site, chrome, one) for one in site.corrections),
        withdrawals=sum(one.kind == "withdrawn" for one in site.corrections),
    )
