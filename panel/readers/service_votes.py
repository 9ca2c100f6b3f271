"""Voting: a question with a button for plain pages, JSON for scripts, one vote a reader and tool.

A static page cannot hold a token that only its reader knows. So a form from the site is answered with a question, which
carries one; only the answer to that counts. A script gets its token from `/vote/session` first.

The cookie is `SameSite=Lax`, not `Strict`: a reader who comes from a site on another host must be recognised when the
question is shown, or each of their votes would be a new reader's.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from panel.readers.records import Refusal
from panel.readers.service_desk import FrontDesk, read_form
from panel.readers.service_pages import NO_STORE, Button, wants_json
from panel.records import Call, Community

COOKIE_S = 400 * 24 * 3600
"""As long as browsers keep a cookie at most."""


def vote_routes(desk: FrontDesk) -> list[BaseRoute]:
    """Make the routes of voting."""
    voting = _Voting(desk)
    return [
        Route("/vote", voting.ask, methods=["GET"]),
        Route("/vote", voting.take, methods=["POST"]),
        Route("/vote/session", voting.begin, methods=["GET"]),
        Route("/votes.json", voting.show, methods=["GET"]),
    ]


class _Voting:
    def __init__(self, desk: FrontDesk) -> None:
        self._desk = desk
        # The prefix makes browsers refuse one that another host or an unencrypted page set.
        self._cookie = "__Host-panel_reader" if desk.origins.is_secure else "panel_reader"

    async def begin(self, request: Request) -> Response:
        """Give a script its reader's token."""
        reader, is_new = self._reader(request)
        answer = JSONResponse({"csrf": self._desk.store.tokens.csrf(reader, self._desk.store.now())}, headers=NO_STORE)
        return self._with_cookie(answer, reader) if is_new else answer

    async def show(self, request: Request) -> Response:
        """Tell how everybody voted."""
        counts = await asyncio.to_thread(self._desk.store.counts)
        tools = {tool: self._numbers(votes) for tool, votes in counts.items()}
        return JSONResponse({"schema_version": 1, "tools": tools}, headers={"Cache-Control": "no-cache"})

    async def ask(self, request: Request) -> Response:
        """Show the question."""
        return self._ask(request, dict(request.query_params))

    async def take(self, request: Request) -> Response:
        """Take a vote that carries its reader's token; ask first where it does not."""
        desk = self._desk
        if not desk.origins.trusts(request.headers):
            return desk.refuse_stranger(request)
        fields = await read_form(request)
        if (problem := self._problem(request, fields)) is not None:
            return problem
        reader, is_new = self._reader(request)
        if is_new or not desk.store.tokens.csrf_holds(fields.get("csrf", ""), reader, desk.store.now()):
            return self._ask_after_form(request, fields, is_new)
        tool, call = fields["tool"], Call(fields["call"])
        source = desk.source(request, desk.settings.readers.votes_per_hour)
        counted = await asyncio.wrap_future(desk.store.submit_vote(tool, reader, call, source))
        if isinstance(counted, Refusal):
            return desk.refuse(request, counted)
        if wants_json(request):
            return JSONResponse({"tool": tool, "call": call, **self._numbers(counted)}, headers=NO_STORE)
        link = (f"{desk.settings.publication.base_url}tools/{tool}/", f"Back to {tool}")
        return desk.pages.page("Thank you", f"Your vote on {tool} is {call}. {self._sentence(counted)}", link=link)

    def _ask_after_form(self, request: Request, fields: dict[str, str], is_new: bool) -> Response:
        desk = self._desk
        if wants_json(request):
            return desk.pages.refuse(
                request, 403, "No token", "Get one from vote/session, with cookies, and vote again."
            )
        if is_new and fields.get("csrf"):
            # Asked again, they would be asked for ever.
            return desk.pages.refuse(
                request,
                403,
                "No cookie",
                "Your browser did not keep the cookie that tells readers apart, so your vote was not counted. "
                "Allow cookies for this site and vote again.",
            )
        if is_new and not desk.origins.is_own(request.headers):
            # Browsers keep the cookie from forms of other sites, but not from the page such a form leads to.
            asked = urlencode({"tool": fields["tool"], "call": fields["call"]})
            return RedirectResponse(f"{desk.origins.prefix}/vote?{asked}", 303, headers=NO_STORE)
        return self._ask(request, fields)

    def _ask(self, request: Request, fields: dict[str, str]) -> Response:
        if (problem := self._problem(request, fields)) is not None:
            return problem
        desk, tool, call = self._desk, fields["tool"], fields["call"]
        reader, is_new = self._reader(request)
        hidden = {"tool": tool, "call": call, "csrf": desk.store.tokens.csrf(reader, desk.store.now())}
        answer = desk.pages.page(
            f"Your vote: {call} {tool}",
            "You have one vote on each tool; voting again changes it.",
            button=Button(f"Vote {call}", f"{desk.origins.prefix}/vote", hidden),
            link=(f"{desk.settings.publication.base_url}tools/{tool}/", f"Back to {tool}, without voting"),
        )
        return self._with_cookie(answer, reader) if is_new else answer

    def _problem(self, request: Request, fields: dict[str, str]) -> Response | None:
        refuse = self._desk.pages.refuse
        if fields.get("call") not in tuple(Call):
            return refuse(request, 400, "Not a vote", "A vote says ship or skip.")
        if not self._desk.knows_tool(fields.get("tool", "")):
            return refuse(request, 404, "No such tool", "There is no such tool on the site to vote on.")
        return None

    def _reader(self, request: Request) -> tuple[bytes, bool]:
        """Tell who votes; a new reader for whoever has no cookie, or a forged one."""
        tokens = self._desk.store.tokens
        known = tokens.read_reader(request.cookies.get(self._cookie, ""))
        return (tokens.new_reader(), True) if known is None else (known, False)

    def _with_cookie(self, answer: Response, reader: bytes) -> Response:
        answer.set_cookie(
            self._cookie,
            self._desk.store.tokens.sign_reader(reader),
            max_age=COOKIE_S,
            path="/",
            secure=self._desk.origins.is_secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    def _numbers(self, votes: Community) -> dict[str, int | bool]:
        return {"ships": votes.ships, "votes": votes.votes, "shown": self._are_shown(votes)}

    def _are_shown(self, votes: Community) -> bool:
        return votes.votes >= self._desk.settings.publication.votes_shown_from

    def _sentence(self, votes: Community) -> str:
        if self._are_shown(votes):
            return f"So far {votes.ship_pct} % ship, {votes.ships} of {votes.votes} readers."
        wanted = self._desk.settings.publication.votes_shown_from
        now = "there is 1" if votes.votes == 1 else f"there are {votes.votes}"
        return f"The readers’ share is shown from {wanted} votes on; {now} now."
