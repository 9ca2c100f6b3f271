"""The service's own small pages: a question with one button, or a few sentences."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Button:
    """A page's one button.

    Attributes:
        text: what it says.
        action: where it posts to.
        hidden: what it posts.
    """

    text: str
    action: str
    hidden: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pages:
    """Makes pages of one publication.

    Attributes:
        site_name: the publication's name.
        home: where its readers find it.
    """

    site_name: str
    home: str

    def page(
        self,
        title: str,
        *lines: str,
        button: Button | None = None,
        link: tuple[str, str] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Make a page.

        Args:
            title: its heading.
            lines: its paragraphs.
            button: its one button; none when None.
            link: an address and its words; the publication's home when None.
            status: the answer's.
            headers: more of them.
        """
        address, words = link or (self.home, f"Go to {self.site_name}")
        style = _style()
        shown = {"site_name": self.site_name, "home": self.home, "style": Markup(style)}
        text = {"title": title, "lines": lines, "link": address, "link_text": words}
        name = "form.html.j2" if button else "message.html.j2"
        action = {"action": button.action, "hidden": button.hidden, "button": button.text} if button else {}
        html = _environment().get_template(name).render(**shown, **text, **action)
        policy = {"Content-Security-Policy": _policy(style)}
        return HTMLResponse(html, status, {**NO_STORE, **policy, **(headers or {})})

    def refuse(
        self, request: Request, status: int, title: str, *lines: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Say no: as a page, or as JSON to whoever asked for that."""
        if wants_json(request):
            said = {"error": title, "message": " ".join(lines)}
            return JSONResponse(said, status, {**NO_STORE, **(headers or {})})
        return self.page(title, *lines, status=status, headers=headers)


def wants_json(request: Request) -> bool:
    """Tell whether a script asks, and not a reader."""
    return "application/json" in request.headers.get("accept", "")


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    return _read("style.css")


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _read(name: str) -> str:
    return (resources.files("panel.readers") / "templates" / name).read_text(encoding="utf-8")
