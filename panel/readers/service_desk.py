"""What the service's endpoints share: the store, the settings, and how a request is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from panel.readers.limits import HOUR_S, Source
from panel.readers.records import Refusal
from panel.readers.service_guard import MAX_BODY_BYTES
from panel.readers.service_mail import ConfirmationMailer
from panel.readers.service_origins import Origins
from panel.readers.service_pages import Pages
from panel.readers.store import ReaderStore
from panel.records import is_slug
from panel.settings import Settings

_MAX_FIELDS = 20
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_REFUSALS = {
    Refusal.TOO_MANY: (429, "Too many at once", "Too many came from your network within an hour. Try again later."),
    Refusal.CROWDED: (
        429,
        "Many votes from here",
        "Several readers on your network voted on this tool within the hour. Try again later.",
    ),
    Refusal.FULL: (503, "No room", "No more can be taken just now. Try again another day."),
}


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """What every endpoint needs.

    Attributes:
        store: votes and subscribers.
        settings: the newsroom's.
        origins: the service's and the site's addresses.
        pages: makes its small pages.
        site: the site's folder, which says which tools there are; None takes any slug.
        mailer: sends confirmations; None where nothing can be sent.
    """

    store: ReaderStore
    settings: Settings
    origins: Origins
    pages: Pages
    site: Path | None
    mailer: ConfirmationMailer | None

    def knows_tool(self, slug: str) -> bool:
        """Tell whether a tool is on the site; any slug is where the site is elsewhere."""
        if not is_slug(slug):
            return False
        return self.site is None or (self.site / "tools" / slug / "index.html").is_file()

    def source(self, request: Request, per_hour: int) -> Source:
        """Tell where a request comes from."""
        address = request.client.host if request.client else ""
        if self.settings.readers.behind_proxy:
            forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
            address = forwarded.rpartition(",")[2].strip()
        return Source(address, per_hour)

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """Say why something was not taken."""
        status, title, line = _REFUSALS[refusal]
        wait_s = HOUR_S - self.store.now() % HOUR_S
        headers = {"Retry-After": str(wait_s)} if status == 429 else None
        return self.pages.refuse(request, status, title, line, headers=headers)

    def refuse_stranger(self, request: Request) -> Response:
        """Refuse a form that does not come from the site."""
        return self.pages.refuse(
            request, 403, "Not from here", "This form did not come from the site, or your browser hides where from."
        )


async def read_form(request: Request) -> dict[str, str]:
    """Read a small form of plain fields, each given once.

    Raises:
        HTTPException: it is something else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS:
        raise HTTPException(415, "Send a form.")
    async with request.form(max_files=0, max_fields=_MAX_FIELDS, max_part_size=MAX_BODY_BYTES) as form:
        fields: dict[str, str] = {}
        for name, value in form.multi_items():
            if name in fields or not isinstance(value, str):
                raise HTTPException(400, "A field came twice, or is not plain text.")
            fields[name] = value
    return fields
