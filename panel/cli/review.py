"""`panel review`: walk through what is not approved, one seat after another.

Keys work alone on a terminal and as lines in a pipe. Every approval names the hash of the text that was shown, so
what an editor approves is what the editor read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import typer
from rich.text import Text

from panel.cli.app import is_plain, one_line, report_error
from panel.cli.edit import apply_sheet, edited_sheet
from panel.cli.printing import make_console, print_facts, print_masthead, print_scorecard, print_seat
from panel.cli.redraft import redraft_seat
from panel.cli.session import (
    AuthorOption,
    JsonOption,
    OptionalPersona,
    OptionalTool,
    RunArg,
    current_newsroom,
    know_author,
    new_command,
    open_desk,
    pick_seats,
    print_json,
)
from panel.editorial import Desk, Need, SeatState, Standing, refusals, review_order, unanswered
from panel.errors import IllegalMove, PanelError
from panel.records import Seat
from panel.settings import Newsroom

app = new_command()
LEGEND = "[a]pprove  ac[k]nowledge  [e]dit  [f]lip  [r]edraft  [u]ndo  [n]ext  [q]uit"
ESCAPE = "\x1b"


class Quit(Exception):
    """The editor is done for now."""


@dataclass
class Walk:
    """One editor's walk through a run."""

    desk: Desk
    author: str
    newsroom: Newsroom

    def __post_init__(self) -> None:
        self.console = make_console()
        self.is_terminal = sys.stdin.isatty()

    def seats(self, seats: tuple[Seat, ...]) -> None:
        """Show each seat that is not approved until it is, or the editor goes on; what most wants eyes comes first."""
        turns = [turn for turn in review_order(self.desk, self.desk.states()) if turn.seat in seats]
        opened: dict[Seat, str | None] = {}
        for index, turn in enumerate(turns, start=1):
            going = True
            while going:
                state = self.desk.state(turn.seat)
                self.console.rule(Text(f"{index} of {len(turns)}: {turn.why}"))
                print_seat(self.console, self.desk, state, passages=True)
                opened[turn.seat] = state.sha256
                going = self._act(state)
        self._together(opened)

    def _together(self, opened: dict[Seat, str | None]) -> None:
        """Offer what is calm, was opened on this walk and is still as it was for approval together."""
        states = self.desk.states()
        turns = [turn for turn in review_order(self.desk, states) if turn.need is Need.CALM]
        calm = [turn.seat for turn in turns if opened.get(turn.seat, "") == states[turn.seat].sha256]
        if len(calm) < 2:
            return
        self.console.rule(Text("unanimous and grounded"))
        for seat in calm:
            typer.echo(f"  {seat}")
        if self._key(f"[a]pprove these {len(calm)} together  [n]ext  [q]uit") == "a":
            for seat in calm:
                self._try(partial(self.desk.approve, seat, author=self.author, seen=opened[seat]))

    def prices(self, tool: str | None) -> None:
        """Show each price that was read too long ago, and ask whether it still holds."""
        for slug, stale in self.desk.stale_prices().items():
            if tool not in (None, slug):
                continue
            self.console.rule(Text("a price"))
            typer.echo(one_line(stale.text))
            if self._key("[c]onfirm that it holds today  [n]ext  [q]uit") == "c":
                reason = self._ask("How do you know?")
                self._try(partial(self.desk.confirm_price, slug, author=self.author, reason=reason))

    def comparison(self) -> None:
        """Show the comparison once every seat is approved, and ask for its approval."""
        states = self.desk.states()
        if any(state.standing is not Standing.APPROVED for state in states.values()):
            return
        seen = self.desk.comparison_sha256(self.desk.comparison(states))
        approval = self.desk.comparison_approval()
        if approval and approval.after == seen:
            return
        self.console.rule(Text("the comparison"))
        print_facts(self.console, self.desk)
        print_masthead(self.console, self.desk)
        print_scorecard(self.console, self.desk, states)
        key = self._key("[a]pprove the comparison and the facts above it  [n]ext  [q]uit")
        if key == "a":
            self._try(lambda: self.desk.approve_comparison(author=self.author, seen=seen))

    def _act(self, state: SeatState) -> bool:
        """Do what one key asks for; tell whether the same seat is shown again."""
        key = self._key(LEGEND)
        if key == "n":
            return False
        if key == "a":
            approve: Callable[[], Any] = lambda: self.desk.approve(state.seat, author=self.author, seen=state.sha256)  # noqa: E731
            return not self._try(approve)
        moves: dict[str, Callable[[], Any]] = {
            "e": lambda: self._edit(state),
            "k": lambda: self._acknowledge(state),
            "f": lambda: self.desk.flip(
                state.seat, author=self.author, reason=self._ask("Why flip the call?"), seen=state.sha256
            ),
            "r": lambda: redraft_seat(
                self.desk, state, self._ask("What should the model do differently?"),
                author=self.author, newsroom=self.newsroom,
            ),
            "u": lambda: self.desk.undo(state.seat, author=self.author, undoes=state.last_seq),
        }  # fmt: skip
        if key in moves:
            self._try(moves[key])
        else:
            typer.echo(f"{key!r} is no key here.")
        return True

    def _acknowledge(self, state: SeatState) -> None:
        """Ask of each finding that blocks why it may stand; without an answer it stays open."""
        left = unanswered(state, self.desk.findings(state))
        if not left:
            raise IllegalMove(f"{state.seat}: nothing blocks its approval")
        for finding in left:
            reason = self._ask(f"Why may “{one_line(finding.quote)}” stand ({finding.check})? Nothing leaves it open:")
            if reason:
                self.desk.acknowledge(state.seat, finding, author=self.author, reason=reason, seen=state.sha256)

    def _edit(self, state: SeatState) -> None:
        with edited_sheet(self.desk, state) as sheet:
            apply_sheet(self.desk, state, sheet, author=self.author, reason=self._ask("Why this edit?"))

    def _try(self, move: Callable[[], Any]) -> bool:
        """Make a move; a refusal is told and the walk goes on."""
        try:
            move()
        except PanelError as error:
            report_error(error, wants_json=False)
            return False
        return True

    def _key(self, legend: str) -> str:
        typer.echo(f"{legend} > ", nl=False)
        key = self._pressed() if self.is_terminal else self._read_line()[:1]
        typer.echo(key if key.isprintable() else repr(key))
        if key.lower() in {"q", ESCAPE}:
            raise Quit
        return key.lower()

    def _pressed(self) -> str:
        try:
            key: str = typer.getchar()
        except EOFError:  # Ctrl-D
            raise Quit from None
        return key

    def _read_line(self) -> str:
        line = sys.stdin.readline()
        if not line:
            typer.echo()
            raise Quit
        return line.strip()

    def _ask(self, question: str) -> str:
        typer.echo(f"{question} ", nl=False)
        answer = self._read_line()
        if not is_plain(answer):
            raise IllegalMove(f"the answer holds control characters: {answer!a}")
        return answer


@app.command()
def review(
    run_id: RunArg,
    tool: OptionalTool = None,
    persona: OptionalPersona = None,
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Walk through what is not approved yet.

    What most wants eyes comes first: findings to answer, calls that hang by little, reviewers who disagree. Each
    verdict has its findings first, then every beat with what the dossier says nearest to it. Keys: a approve,
    k acknowledge findings, e edit in $EDITOR, f flip the call, r redraft with a note, u undo, n next, q quit. What was
    opened and left open, is unanimous and grounded, can be approved together at the end. In a pipe, one key a line; a
    reason or a note is the line after its key. --json lists what is open instead of walking.
    """
    newsroom = current_newsroom()
    desk = open_desk(run_id, newsroom)
    run = desk.run
    seats = pick_seats(run, tool, persona)
    if as_json:
        states = desk.states()
        turns = [turn for turn in review_order(desk, states) if turn.seat in seats]
        print_json(
            {
                "run_id": run.run_id,
                "open": [str(turn.seat) for turn in turns],
                "why": {str(turn.seat): turn.why for turn in turns},
                "refusals": list(refusals(desk, states)),
            }
        )
        return
    walk = Walk(desk, know_author(author), newsroom)
    try:
        walk.seats(seats)
        walk.prices(tool)
        walk.comparison()
    except Quit:
        pass
    left = refusals(desk, desk.states())
    typer.echo(
        f"\n{len(left)} still open: panel review {run.run_id}" if left else f"\nNext: panel publish {run.run_id}"
    )
