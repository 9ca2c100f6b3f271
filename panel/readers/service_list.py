"""The digest's list: signing up, confirming, leaving.

A link in a mail only shows a button, for mail scanners follow links; the button acts. Mail programs unsubscribe their
readers with one POST of their own, after RFC 8058: no cookie, no token of ours but the link's.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from panel.mail import normalise_address
from panel.readers.service_desk import FrontDesk, read_form
from panel.readers.service_pages import Button
from panel.readers.tokens import MAX_TOKEN_CHARS

HONEYPOT = "website"
"""A field that readers do not see; only programs fill it in."""


def list_routes(desk: FrontDesk) -> list[BaseRoute]:
    """Make the routes of the digest's list."""
    listing = _Listing(desk)
    return [
        Route("/subscribe", listing.sign_up, methods=["POST"]),
        Route("/confirm", listing.ask_confirm, methods=["GET"]),
        Route("/confirm", listing.confirm, methods=["POST"]),
        Route("/unsubscribe", listing.ask_unsubscribe, methods=["GET"]),
        Route("/unsubscribe", listing.unsubscribe, methods=["POST"]),
    ]


class _Listing:
    def __init__(self, desk: FrontDesk) -> None:
        self._desk = desk

    async def sign_up(self, request: Request) -> Response:
        """Note a sign-up; the answer is the same whether the address is known or not."""
        desk = self._desk
        if not desk.origins.trusts(request.headers):
            return desk.refuse_stranger(request)
        fields = await read_form(request)
        address = normalise_address(fields.get("email", ""))
        if address is None:
            return desk.pages.refuse(request, 400, "Not an address", "That is no mail address. Go back and try again.")
        if not fields.get(HONEYPOT):
            source = desk.source(request, desk.settings.readers.signups_per_hour)
            refusal = await asyncio.wrap_future(desk.store.submit_sign_up(address, source))
            if refusal is not None:
                return desk.refuse(request, refusal)
        if desk.mailer is None:
            return desk.pages.refuse(
                request,
                503,
                "Almost",
                "Your address is noted, but no mail can be sent from here yet. The confirmation comes when it can.",
            )
        desk.mailer.wake()
        return desk.pages.page(
            "Look into your mailbox",
            "If the address is right and not on the list yet, a mail with a link is on its way to it. "
            "Follow the link to confirm; until then nothing else is sent.",
        )

    async def ask_confirm(self, request: Request) -> Response:
        """Show the button that confirms."""
        token = request.query_params.get("token", "")
        return self._ask(
            request, "confirm", token, "Confirm your subscription", "One click, and you are on the list.", "Confirm"
        )

    async def confirm(self, request: Request) -> Response:
        """Confirm."""
        fields = await read_form(request)
        if await asyncio.to_thread(self._desk.store.confirm, fields.get("token", "")[:MAX_TOKEN_CHARS]):
            return self._desk.pages.page(
                "You are on the list", "Every digest carries a link that takes you off it again."
            )
        return self._desk.pages.refuse(
            request, 404, "That link does not work", "It is older than a week, or incomplete. Sign up once more."
        )

    async def ask_unsubscribe(self, request: Request) -> Response:
        """Show the button that unsubscribes."""
        token = request.query_params.get("token", "")
        return self._ask(
            request, "unsubscribe", token, "Leave the list", "One click, and no more mails are sent.", "Unsubscribe"
        )

    async def unsubscribe(self, request: Request) -> Response:
        """Unsubscribe: from the button, or from a mail program's one click."""
        fields = await read_form(request)
        token = fields.get("token") or request.query_params.get("token", "")
        if await asyncio.to_thread(self._desk.store.unsubscribe, token[:MAX_TOKEN_CHARS]):
            return self._desk.pages.page("You are off the list", "No more mails are sent to you.")
        return self._desk.pages.refuse(
            request,
            404,
            "That link does not work",
            "It is incomplete, or the address is not on the list any more; then no mails are sent to it.",
        )

    def _ask(self, request: Request, what: str, token: str, title: str, line: str, button: str) -> Response:
        if not token or len(token) > MAX_TOKEN_CHARS or not token.isascii():
            return self._desk.pages.refuse(request, 404, "That link does not work", "It is incomplete.")
        action = f"{self._desk.origins.prefix}/{what}"
        return self._desk.pages.page(
            title,
            line,
            button=Button(button, action, {"token": token}),
            # The address of this page is the reader's own key.
            headers={"Referrer-Policy": "no-referrer"},
        )
