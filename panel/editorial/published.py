"""Pages that were published, kept beside the run: what readers saw stays readable, byte for byte."""

from __future__ import annotations

from panel.editorial.pages import page_content_sha256
from panel.errors import Corrupt
from panel.records import Entry, Page
from panel.store import Run


def keep_published(run: Run, page: Page) -> None:
    """Keep a page, without its date, under the hash of its content; once, however often it is published."""
    undated = page.model_copy(update={"published_at": None})
    run.keep_page(undated.content_sha256(), undated)


def read_published(run: Run, entry: Entry) -> Page:
    """Read the page that a journal entry published, with the date it carried.

    Raises:
        NotFound: it was not kept; publishing the run again keeps it.
        Corrupt: the entry publishes nothing, or the kept page is not the one that the journal names.
    """
    if entry.after is None or entry.published_at is None:
        raise Corrupt(f"journal entry {entry.seq} of the run {run.run_id} publishes nothing")
    page = run.page(entry.after)
    if page.status != "approved" or page_content_sha256(page) != entry.after:
        raise Corrupt(
            f"the page that the run {run.run_id} published is not the one that was approved",
            hint=f"Restore runs/{run.run_id}/published/{entry.after}.json from a backup.",
        )
    return page.model_copy(update={"published_at": entry.published_at})
