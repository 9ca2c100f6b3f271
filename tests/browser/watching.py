"""How a page is looked at, and everything it complains about while it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, Route

_LISTEN = """
document.addEventListener('securitypolicyviolation', event => console.error(
  'policy: ' + event.effectiveDirective + ' refuses ' + (event.blockedURI || 'inline') + ' at line ' + event.lineNumber
));
"""


@dataclass(frozen=True, slots=True)
class Look:
    """How a reader sees the page."""

    color_scheme: Literal["light", "dark"] = "light"
    width: int = 1280
    height: int = 900
    touch: bool = False
    javascript: bool = True
    reduced_motion: bool = False

    def __str__(self) -> str:
        parts = ["phone" if self.touch else "desktop", self.color_scheme]
        parts += ["" if self.javascript else "without-javascript", "reduced-motion" if self.reduced_motion else ""]
        return "-".join(part for part in parts if part)


LOOK = Look()
PHONE = Look(width=390, height=844, touch=True)
LOOKS = (
    LOOK,
    Look(color_scheme="dark"),
    PHONE,
    Look(width=390, height=844, touch=True, color_scheme="dark"),
    Look(javascript=False),
    Look(reduced_motion=True),
)
"""For `pytest.mark.parametrize("look", LOOKS, ids=str)`."""


@dataclass
class Watched:
    """What pages complained about: `complaints`, as they came. Has no slots: Playwright marks whose methods listen."""

    complaints: list[str] = field(default_factory=list)
    answered: set[tuple[str, int]] = field(default_factory=set)
    """Addresses and answers of 400 and above that are meant: add them before the page is opened."""

    def watch(self, context: BrowserContext, url: str) -> None:
        """Listen to every page that the context will open; stop what leaves the origin of `url`."""
        origin = _origin(url)

        def route(route: Route) -> None:
            if _origin(route.request.url) == origin:
                route.continue_()
            else:
                self.complaints.append(f"a request to another origin: {route.request.url}")
                route.abort()

        context.route("**/*", route)
        context.on("page", self._watch_page)
        context.on("request", lambda request: self._on_request(request, origin))
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"an error in a script: {error.error}"))
        context.add_init_script(_LISTEN)

    def take(self) -> list[str]:
        """Return the complaints so far and forget them: for tests that expect some."""
        taken = list(self.complaints)
        self.complaints.clear()
        return taken

    def must_be_quiet(self) -> None:
        """Fail when there was any complaint."""
        assert not self.complaints, "the page complained:\n  " + "\n  ".join(dict.fromkeys(self.complaints))

    def _watch_page(self, page: Page) -> None:
        page.on("crash", lambda crashed: self.complaints.append(f"the page crashed: {crashed.url}"))

    def _on_request(self, request: Request, origin: str) -> None:
        scheme = urlsplit(request.url).scheme
        if scheme in ("http", "https", "ws", "wss") and _origin(request.url) != origin:
            self.complaints.append(f"a request to another origin: {request.url}")

    def _on_failure(self, request: Request) -> None:
        if request.failure == "net::ERR_ABORTED":
            # The reader went on before it came: nobody's fault, and on a busy machine common.
            return
        self.complaints.append(f"a request failed: {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and (response.url, response.status) not in self.answered:
            self.complaints.append(f"an answer of {response.status}: {response.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        meant = any(
            f"status of {status}" in message.text for url, status in self.answered if message.location["url"] == url
        )
        if not meant:
            self.complaints.append(f"{message.type} in the console: {message.text}")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
