"""The readers' service as one ASGI application: votes, the digest's list, and the static site beside them.

It keeps no state of its own: whatever it answered is in the store before it answers. Limits of time and number that
only a server can set are in `server_settings`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp

from panel.errors import PanelError
from panel.mail import Sends
from panel.readers.service_desk import FrontDesk
from panel.readers.service_guard import Guard
from panel.readers.service_list import list_routes
from panel.readers.service_mail import ConfirmationMailer
from panel.readers.service_origins import Origins
from panel.readers.service_pages import Pages
from panel.readers.service_protocol import ImpatientProtocol
from panel.readers.service_site import SiteFiles
from panel.readers.service_votes import vote_routes
from panel.readers.store import ReaderStore
from panel.settings import Settings

TIDY_S = 600.0
_log = logging.getLogger(__name__)
_SAID = {
    400: "The request makes no sense here.",
    404: "There is nothing at this address.",
    405: "That cannot be done here.",
    415: "Only forms are taken here.",
}


def make_app(
    store: ReaderStore,
    settings: Settings,
    *,
    site: Path | None,
    serve_site: bool = True,
    open_mail: Callable[[], AbstractContextManager[Sends]] | None = None,
) -> ASGIApp:
    """Make the service.

    Args:
        store: an open store, whose clock is the service's; it is closed by whoever opened it.
        settings: the newsroom's.
        site: the site's folder, which says which tools there are; None takes votes on any slug.
        serve_site: whether the site's files are served too.
        open_mail: connects to whatever takes mails; None where nothing can be sent: sign-ups are kept and wait.
    """
    origins = Origins.of(settings)
    pages = Pages(settings.site.name, settings.publication.base_url)
    mailer = ConfirmationMailer(store, settings, origins.base, open_mail) if open_mail else None
    desk = FrontDesk(store, settings, origins, pages, site, mailer)
    routes = [*vote_routes(desk), *list_routes(desk)]
    if site is not None and serve_site:
        routes.append(Mount("/", SiteFiles(directory=site, html=True, check_dir=False)))

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        title = {404: "Not found", 405: "Not possible"}.get(error.status_code, "Not understood")
        said = _SAID.get(error.status_code, "That did not work.")
        return pages.refuse(request, error.status_code, title, said, headers=error.headers)

    async def fail(request: Request, error: Exception) -> Response:
        told = error.message if isinstance(error, PanelError) else type(error).__name__
        _log.error("a request failed: %s", told)
        return pages.refuse(request, 503, "Not now", "Something is wrong on our side; nothing was noted. Try again.")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        tidying = asyncio.create_task(_tidy(store))
        if mailer:
            mailer.start()
        try:
            yield
        finally:
            tidying.cancel()
            with suppress(asyncio.CancelledError):
                await tidying
            if mailer:
                await asyncio.to_thread(mailer.stop)

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: refuse, PanelError: fail, Exception: fail},
    )
    return Guard(app, origins, pages)


def server_settings() -> dict[str, Any]:
    """Return what uvicorn is to be told: bounded in connections, memory and patience, silent about who asks."""
    return {
        "http": ImpatientProtocol,
        "ws": "none",
        "lifespan": "on",
        "limit_concurrency": 1_000,
        "backlog": 512,
        "timeout_keep_alive": 5,
        "timeout_graceful_shutdown": 10,
        "h11_max_incomplete_event_size": 16 * 1024,
        # The service reads the forwarded address itself, and only where the settings say so.
        "proxy_headers": False,
        "server_header": False,
        # Its lines hold addresses and tokens.
        "access_log": False,
        "log_level": "warning",
    }


async def _tidy(store: ReaderStore) -> None:
    while True:
        try:
            await asyncio.to_thread(store.tidy)
        except PanelError as error:
            _log.warning("tidying failed: %s", error.message)
        await asyncio.sleep(TIDY_S)
