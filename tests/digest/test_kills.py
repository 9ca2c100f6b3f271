"""A real process that sends 200 mails, killed in the middle and started again: nobody gets the digest twice."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mail.servers import Postbox, serving

REPOSITORY = Path(__file__).parents[2]
SEED, READERS, KILLS, WAIT_S = 20261122, 200, 4, 120
SENDER = """
import json, sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from panel.digest import Hooks, Rules, Week, make_digest, read_subscribers, send_digest
from panel.mail import open_outgoing
from panel.settings import MailSettings
from tests.site.sites import sample_site

folder, port, resend = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "resend"
settings = MailSettings(
    sender="Desk <weekly@desk.example>", smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", per_minute=100_000
)
site = sample_site()
report = send_digest(
    make_digest(site, Week.parse("2026-W10")), site, settings, read_subscribers(folder / "list.csv").subscribers,
    folder=folder / "2026-W10", open_mail=lambda: open_outgoing(settings, ""), rules=Rules(resend_unknown=resend),
    hooks=Hooks(now=lambda: datetime(2026, 4, 1, tzinfo=UTC)),
)
print(json.dumps(asdict(report)))
"""


class Slow(Postbox):
    """A server that takes one mail and does not say so."""

    silent_at = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = await super().handle_DATA(server, session, envelope)
        if len(self.mails) == self.silent_at:
            await asyncio.sleep(WAIT_S)
        return said


def start(folder: Path, port: int, how: str = "") -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-c", SENDER, str(folder), str(port), how]
    return subprocess.Popen(argv, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> Any:
    out, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, err.decode()
    return json.loads(out)


def test_a_sender_killed_anywhere_sends_to_nobody_twice(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    everybody = [f"r{number}@reader.example" for number in range(READERS)]
    (tmp_path / "list.csv").write_text("\n".join(["address", *everybody, ""]))
    postbox = Slow()
    with serving(postbox) as settings:
        for kill in range(KILLS):
            until = len(postbox.mails) + 25 + dice.randrange(15)
            # Every other kill comes when the mail has arrived and the sender does not know it.
            postbox.silent_at = until if kill % 2 else 0
            process = start(tmp_path, settings.smtp_port)
            deadline = time.monotonic() + WAIT_S
            while len(postbox.mails) < until:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline, f"only {len(postbox.mails)} mails before kill {kill}"
                time.sleep(0.0005)
            time.sleep(dice.uniform(0, 0.005))
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=WAIT_S)
            assert process.returncode == -signal.SIGKILL
        report = finish(start(tmp_path, settings.smtp_port))
        got = Counter(to for _, to, _ in postbox.mails)
        assert max(got.values()) == 1
        assert KILLS // 2 <= len(report["unknown"]) <= KILLS and set(everybody) - set(got) <= set(report["unknown"])
        assert report["already"] + report["sent"] + len(report["unknown"]) == READERS
        again = finish(start(tmp_path, settings.smtp_port))
        assert again["sent"] == 0 and again["unknown"] == report["unknown"]
        last = finish(start(tmp_path, settings.smtp_port, "resend"))
        assert last["sent"] == len(report["unknown"]) and last["unknown"] == []
    got = Counter(to for _, to, _ in postbox.mails)
    assert set(got) == set(everybody) and {to for to, times in got.items() if times > 1} <= set(report["unknown"])
