"""`panel votes` and `panel subscribers`."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import pytest

from panel.digest import read_subscribers
from panel.readers import ReaderStore
from panel.records import Call

from .calls import call, do


@pytest.fixture
def voted(room: Path) -> Path:
    """A newsroom with two readers' votes, and one confirmed and one pending subscriber."""
    with ReaderStore.open(room / "readers" / "readers.sqlite") as store:
        store.vote("aider", b"a" * 16, Call.SHIP)
        store.vote("aider", b"b" * 16, Call.SKIP)
        store.sign_up("ada@x.example")
        store.confirm(store.due_confirmations()[0][1])
        store.sign_up("bob@x.example")
    return room


def test_votes_come_in_are_shown_and_go_out(voted: Path) -> None:
    (voted / "poll.csv").write_text("tool,ships,votes\nzed,3,4\naider,1,1\n")
    assert "5 votes on 2 tools from poll" in do(voted, "votes", "import", "poll.csv").out
    shown = do(voted, "votes", "show").out
    assert "67 % ship, 2 of 3" in shown and "1 of 1 poll" in shown
    tools = do(voted, "votes", "show", "--json").data["tools"]
    assert tools[0]["own"] == {"ships": 1, "votes": 2} and tools[1]["imported"]["poll"]["votes"] == 4
    assert do(voted, "votes", "export").out == "tool,ships,votes\naider,2,3\nzed,3,4\n"
    assert do(voted, "votes", "export", "--json").data["votes"][1] == {"tool": "zed", "ships": 3, "votes": 4}


def test_an_import_replaces_its_source_s_and_can_be_forgotten(voted: Path) -> None:
    for content, replaced in (("zed,3,4\n", []), ("cline,1,1\n", ["zed"])):
        (voted / "poll.csv").write_text("tool,ships,votes\n" + content)
        said = do(voted, "votes", "import", "poll.csv", "--source", "Old Poll", "--json").data
        assert (said["source"], said["replaced"]) == ("old-poll", replaced)
    assert do(voted, "votes", "export").out == "tool,ships,votes\naider,1,2\ncline,1,1\n"
    assert do(voted, "votes", "forget", "old-poll", "--json").data["forgotten"] == ["cline"]
    assert call(voted, "votes", "forget", "old-poll").rc == 2
    assert do(voted, "votes", "export").out == "tool,ships,votes\naider,1,2\n"


def test_what_was_exported_can_be_imported_elsewhere(voted: Path, tmp_path: Path) -> None:
    do(voted, "votes", "export", "--json", "--out", str(tmp_path / "all.json"))
    other = tmp_path / "other"
    do(voted, "init", str(other))
    do(other, "votes", "import", str(tmp_path / "all.json"))
    assert do(other, "votes", "export").out == do(voted, "votes", "export").out


def test_a_wrong_file_brings_nothing_in(voted: Path) -> None:
    (voted / "poll.csv").write_text("tool,ships,votes\nzed,3,4\naider,9,1\nBad,1,1\n")
    said = call(voted, "votes", "import", "poll.csv", "--json")
    assert said.rc == 2
    assert [(p["line"], p["field"]) for p in said.data["error"]["problems"]] == [(3, ""), (4, "tool")]
    assert call(voted, "votes", "import", "poll.csv", "--source", "../x").rc == 2
    assert do(voted, "votes", "export").out == "tool,ships,votes\naider,1,2\n"


def test_asking_makes_no_store(room: Path) -> None:
    assert "No reader has voted yet" in do(room, "votes", "show").out
    assert do(room, "votes", "export").out == "tool,ships,votes\n"
    assert do(room, "subscribers", "list", "--json").data == {"subscribers": []}
    assert do(room, "subscribers", "export").out == "address,unsubscribe_url\n"
    assert not (room / "readers").exists()


def test_subscribers_are_listed_exported_and_removed(voted: Path) -> None:
    listed = do(voted, "subscribers", "list").out
    assert "bob@x.example" in listed and "1 of 2 get the digest" in listed
    (row,) = csv.DictReader(io.StringIO(do(voted, "subscribers", "export").out))
    assert row["address"] == "ada@x.example"
    assert row["unsubscribe_url"].startswith("http://localhost:8000/unsubscribe?token=")
    (told,) = do(voted, "subscribers", "export", "--json").data["subscribers"]
    assert told.pop("confirmed_at").endswith("+00:00") and told == row
    do(voted, "subscribers", "export", "--out", "list.csv")
    # What the digest is sent to.
    (reader,) = read_subscribers(voted / "list.csv").subscribers
    assert (reader.address, reader.unsubscribe_url) == (row["address"], row["unsubscribe_url"])
    assert stat.S_IMODE((voted / "list.csv").stat().st_mode) == 0o600
    assert do(voted, "subscribers", "remove", " ADA@x.example", "--json").data == {"removed": "ada@x.example"}
    assert call(voted, "subscribers", "remove", "ada@x.example").rc == 2
    assert call(voted, "subscribers", "remove", "nobody").rc == 2
    assert do(voted, "subscribers", "export").out == "address,unsubscribe_url\n"
