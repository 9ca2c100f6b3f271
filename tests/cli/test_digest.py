"""`panel digest` and `panel digest send`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from types import ModuleType

import pytest

from panel.cli.app import COMMANDS
from panel.cli.newsroom import make_newsroom
from panel.settings import Newsroom
from panel.site.model import Site
from tests.mail.servers import Postbox, serving
from tests.site.sites import sample_site

from .calls import Said, call, do

REPOSITORY = Path(__file__).parents[2]
WAIT_S = 120
START = """
import sys, types
from panel.cli import main
from panel.cli.app import COMMANDS
from tests.site.sites import sample_site
COMMANDS.setdefault("digest", ("panel.cli.digest", ""))
sites = types.ModuleType("panel.cli.sites")
sites.open_site = lambda newsroom: sample_site()
sys.modules["panel.cli.sites"] = sites
main()
"""


@pytest.fixture(autouse=True)
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newsroom's site is the sample site."""

    def open_site(newsroom: Newsroom) -> Site:
        return sample_site()

    sites = ModuleType("panel.cli.sites")
    sites.open_site = open_site  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "panel.cli.sites", sites)
    if "digest" not in COMMANDS:
        monkeypatch.setitem(COMMANDS, "digest", ("panel.cli.digest", "Make the weekly digest, and send it."))


@pytest.fixture
def room(tmp_path: Path) -> Path:
    room = make_newsroom(tmp_path / "room")
    rows = ("address,unsubscribe_url", "ada@reader.example,https://desk.example/u?t=1", "b@c.example,")
    (room / "list.csv").write_text("\n".join(rows))
    return room


@pytest.fixture
def postbox(room: Path) -> Iterator[Postbox]:
    """A mail server that the newsroom's settings lead to."""
    postbox = Postbox()
    with serving(postbox) as settings:
        connect(room, settings.smtp_port)
        yield postbox


def connect(room: Path, port: int, per_minute: int = 100_000) -> None:
    settings = (
        f'[mail]\nsender = "Desk <weekly@desk.example>"\npostal_address = "1 Quay Street"\nsmtp_host = "localhost"\n'
        f'smtp_port = {port}\nsmtp_security = "none"\nper_minute = {per_minute}\n'
    )
    (room / "panel.toml").write_text(settings)


def send(room: Path, *argv: str) -> Said:
    return call(room, "digest", "send", "--list", "list.csv", "--week", "2026-W10", *argv)


def test_the_digest_is_made_of_a_week_the_same_every_time(room: Path) -> None:
    said = do(room, "digest", "--week", "2026-W10")
    folder = room / "digests" / "2026-W10"
    assert "week 10: Larkspur vs Tidewater" in said.out and str(folder / "digest.eml") in said.out
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(first) == {"digest.eml", "digest.html", "digest.txt"}
    do(room, "digest", "--week", "2026-W10")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    message = message_from_bytes(first["digest.eml"], policy=policy.SMTP.clone(raise_on_defect=True))
    assert message["To"] == "undisclosed-recipients:;"
    assert "no sender is set" in said.err


def test_the_digest_can_be_written_elsewhere_and_told_as_json(room: Path, tmp_path: Path) -> None:
    data = do(room, "digest", "--week", "2026-W11", "--out", str(tmp_path / "out"), "--json").data
    assert data["digest"]["week"] == "2026-W11" and len(data["digest"]["corrections"]) == 1
    assert [Path(name).name for name in data["files"]] == ["digest.eml", "digest.html", "digest.txt"]
    assert all(Path(name).parent == tmp_path / "out" for name in data["files"]) and not (room / "digests").exists()


def test_an_empty_or_wrong_week_is_said(room: Path) -> None:
    assert "tells nothing" in do(room, "digest", "--week", "2026-W12").err
    assert "nothing new" in do(room, "digest").out
    wrong = call(room, "digest", "--week", "2026-47", "--json")
    assert wrong.rc == 2 and "2026-W47" in wrong.data["error"]["hint"]


def test_options_before_send_are_refused(room: Path) -> None:
    said = call(room, "digest", "--week", "2026-W10", "send", "--list", "list.csv")
    assert said.rc == 2 and "options stand after `send`" in said.err


def test_a_dry_run_writes_every_mail_and_sends_nothing(room: Path, postbox: Postbox) -> None:
    for _ in range(2):
        said = send(room, "--dry-run", "--json")
        assert said.rc == 0 and (said.data["sent"], said.data["settled"]) == (2, True)
    mails = sorted((room / "digests" / "2026-W10" / "dry-run").iterdir())
    assert [path.suffix for path in mails] == [".eml", ".eml"] and postbox.mails == []
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mails[0].read_bytes()
    assert b"List-Unsubscribe" not in mails[1].read_bytes()
    assert "1 of 2 have no unsubscribe_url" in said.err
    assert not (room / "digests" / "2026-W10" / "sent.jsonl").exists()


def test_sending_sends_once(room: Path, postbox: Postbox) -> None:
    said = send(room)
    assert said.rc == 0 and "2026-W10: 2 sent, 0 had it before, of 2 on the list." in said.out
    assert "[2/2] sent" in said.err
    assert send(room, "--json").data["already"] == 2
    assert [to for _, to, _ in postbox.mails] == ["ada@reader.example", "b@c.example"]


def test_what_went_wrong_is_told_and_ends_with_1(room: Path, postbox: Postbox) -> None:
    postbox.answers["ada@reader.example"] = "550 5.1.1 no such user"
    postbox.hang_ups = ["DATA"]
    said = send(room)
    assert said.rc == 1
    assert "1 refused for good; take them off the list:\n  ada@reader.example" in said.out
    assert "--resend-unknown" in said.out and "b@c.example" in said.out
    assert "[1/2] refused ada@reader.example: the mail server refuses the recipient: 550" in said.err
    assert send(room, "--resend-unknown", "--json").rc == 0
    assert [to for _, to, _ in postbox.mails] == ["b@c.example"]


def test_a_wrong_list_sends_nothing(room: Path, postbox: Postbox) -> None:
    (room / "list.csv").write_text("address\nada@reader.example\nnobody\n")
    said = send(room, "--json")
    assert said.rc == 2 and postbox.mails == []
    (problem,) = said.data["error"]["problems"]
    assert (problem["file"], problem["line"], problem["field"]) == ("list.csv", 3, "address")


@pytest.mark.parametrize(("week", "says"), [("2026-W12", "--even-empty"), ("2990-W01", "--dry-run")])
def test_an_empty_week_and_one_that_is_not_over_are_refused(room: Path, postbox: Postbox, week: str, says: str) -> None:
    said = call(room, "digest", "send", "--list", "list.csv", "--week", week)
    assert said.rc == 1 and says in said.err and postbox.mails == []


def test_without_a_sender_nothing_is_sent(room: Path) -> None:
    said = send(room)
    assert said.rc == 2 and "nobody is named to send mails as" in said.err
    assert not (room / "digests" / "2026-W10" / "sent.jsonl").exists()


def test_ctrl_c_stops_between_two_mails(room: Path, postbox: Postbox) -> None:
    (room / "list.csv").write_text("address\n" + "".join(f"r{number}@reader.example\n" for number in range(50)))
    port = int((room / "panel.toml").read_text().split("smtp_port = ")[1].split()[0])
    connect(room, port, per_minute=60)
    argv = [sys.executable, "-c", START, "digest", "send", "--list", "list.csv", "--week", "2026-W10", "--json"]
    sending = subprocess.Popen(
        argv,
        cwd=room,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + WAIT_S
    while not postbox.mails:
        assert sending.poll() is None and time.monotonic() < until, sending.communicate()
        time.sleep(0.01)
    sending.send_signal(signal.SIGINT)
    out, err = sending.communicate(timeout=WAIT_S)
    report = json.loads(out)
    assert sending.returncode == 130 and b"Traceback" not in err and b"Stopping after this mail" in err
    assert (
        report["sent"] == len(postbox.mails) < 10 and report["unknown"] == [] and report["left"] == 50 - report["sent"]
    )
    last = (room / "digests" / "2026-W10" / "sent.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["step"] == "sent"
