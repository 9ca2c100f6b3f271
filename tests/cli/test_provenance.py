"""Provenance, as `panel show --provenance` prints and describes it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

from honesty.rooms import HOUSE, add_run
from rich.console import Console

from panel.cli.provenance import describe_provenance, print_provenance
from panel.editorial import Desk
from panel.materials import reopen_materials
from panel.records import Call
from panel.settings import Newsroom, Settings
from panel.store import Run


def printed(desk: Desk, newsroom: Newsroom) -> str:
    stream = StringIO()
    print_provenance(Console(file=stream, width=100), desk, newsroom, desk.run.manifest.seats)
    return stream.getvalue()


def put_on_desk(run: Run) -> Desk:
    return Desk(run, reopen_materials(run))


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    run = add_run(tmp_path, "a", {"larkspur": {"dx": Call.SHIP, "business": None}})
    desk, newsroom = put_on_desk(run), Newsroom(tmp_path, Settings())
    told = json.loads(json.dumps(describe_provenance(desk, newsroom, run.manifest.seats)))
    text = printed(desk, newsroom)
    assert told["effective_votes"]["text"] in " ".join(text.split())
    assert [card["seat"]["persona"] for card in told["cards"]] == ["dx"]
    assert told["cards"][0]["draft_sha256"] in text and told["cards"][0]["made"] in text
    assert told["adjusted_shares"]["larkspur"]["refusal"] and told["conflicts"] == []
    assert "Adjusted share of larkspur: not adjusted" in text


def test_a_share_is_adjusted_once_enough_is_known(tmp_path: Path) -> None:
    # The reviewers ship everything they should, and half of what they should not.
    calls = {f"tool-{number:02}": {"dx": Call.SKIP if number % 4 == 0 else Call.SHIP} for number in range(40)}
    run = add_run(tmp_path, "past", calls)
    desk = put_on_desk(run)
    for number, seat in enumerate(run.manifest.seats):
        if number % 4 == 2:
            desk.flip(seat, author="Ada", reason="it is not ready")
        desk.approve(seat, author="Ada")
    later = put_on_desk(add_run(tmp_path, "now", {"larkspur": {"dx": Call.SHIP}}, days=1, engine=HOUSE))
    newsroom = Newsroom(tmp_path, Settings())
    share = describe_provenance(later, newsroom, [])["adjusted_shares"]["larkspur"]
    assert (share["value"], share["refusal"], share["of"]) == (1.0, "", 1)
    assert "Adjusted share of larkspur: 100 %, from 1 seat" in printed(later, newsroom)
