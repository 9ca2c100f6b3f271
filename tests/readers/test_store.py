"""Votes and subscribers in the store, one process or several."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panel.errors import Corrupt, NewerSchema, StoreError
from panel.readers import ReaderStore, Refusal, Source, SubscriberState, VoteCount, count_votes
from panel.readers.limits import DAY_S, HOUR_S, READERS_PER_ADDRESS, network_of
from panel.readers.subscribers import CONFIRM_WITHIN_S, PENDING_KEPT_S
from panel.records import Call, Community

from .conftest import Clock

ADA, BOB = b"a" * 16, b"b" * 16
VOTE_MUCH = """
import sys
from pathlib import Path
from panel.readers import ReaderStore
from panel.records import Call
with ReaderStore.open(Path(sys.argv[1])) as store:
    futures = [store.submit_vote(f"tool-{n % 7}", bytes([int(sys.argv[2])]) * 12 + n.to_bytes(4, "big"), Call.SHIP)
               for n in range(700)]
    for future in futures:
        future.result()
"""


def test_a_vote_counts_once_and_can_be_changed(store: ReaderStore) -> None:
    assert store.vote("aider", ADA, Call.SHIP) == Community(ships=1, votes=1)
    assert store.vote("aider", ADA, Call.SHIP) == Community(ships=1, votes=1)
    assert store.vote("aider", BOB, Call.SHIP) == Community(ships=2, votes=2)
    assert store.vote("aider", ADA, Call.SKIP) == Community(ships=1, votes=2)
    assert store.counts() == {"aider": Community(ships=1, votes=2)}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.sampled_from(list(Call))), max_size=40))
def test_counts_are_what_the_last_votes_add_up_to(
    tmp_path_factory: pytest.TempPathFactory, cast: list[tuple[str, int, Call]]
) -> None:
    last = {(tool, reader): call for tool, reader, call in cast}
    votes, ships = Counter(tool for tool, _ in last), Counter(t for (t, _), call in last.items() if call is Call.SHIP)
    with ReaderStore.open(tmp_path_factory.mktemp("s") / "readers.sqlite") as store:
        for future in [store.submit_vote(tool, bytes([reader]) * 16, call) for tool, reader, call in cast]:
            future.result()
        counted = store.counts()
    assert counted == {tool: Community(ships=ships[tool], votes=votes[tool]) for tool in sorted(votes)}


def test_imports_stand_apart_and_replace_their_own(store: ReaderStore) -> None:
    store.vote("aider", ADA, Call.SHIP)
    assert store.replace_import("poll", [VoteCount(tool="aider", ships=1, votes=4)]) == ()
    store.replace_import("forum", [VoteCount(tool="zed", ships=0, votes=2)])
    assert store.counts() == {"aider": Community(ships=2, votes=5), "zed": Community(ships=0, votes=2)}
    assert store.replace_import("poll", [VoteCount(tool="cline", ships=3, votes=3)]) == ("aider",)
    assert list(store.counts()) == ["aider", "cline", "zed"]
    assert store.vote("cline", ADA, Call.SKIP) == Community(ships=3, votes=4)
    (aider, cline, _) = store.by_source()
    assert (aider.own, aider.imported) == (Community(ships=1, votes=1), {})
    assert cline.imported == {"poll": Community(ships=3, votes=3)}


def test_the_folder_and_its_files_are_their_owner_s(store: ReaderStore, path: Path) -> None:
    store.vote("aider", ADA, Call.SHIP)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for name in ("readers.sqlite", "readers.sqlite-wal", "secret"):
        assert stat.S_IMODE((path.parent / name).stat().st_mode) == 0o600, name


def test_counting_makes_no_store(path: Path) -> None:
    assert count_votes(path) == {}
    assert not path.parent.exists()


def test_what_was_written_is_there_again(path: Path) -> None:
    for number in range(3):
        with ReaderStore.open(path) as store:
            store.vote("aider", bytes([number]) * 16, Call.SHIP)
    assert count_votes(path) == {"aider": Community(ships=3, votes=3)}
    with pytest.raises(StoreError, match="closed"):
        store.vote("aider", ADA, Call.SHIP)


def test_two_processes_and_many_threads_vote_at_once(path: Path, store: ReaderStore) -> None:
    command = [sys.executable, "-W", "error", "-c", VOTE_MUCH, str(path)]
    others = [subprocess.Popen([*command, str(number)], stderr=subprocess.PIPE) for number in (1, 2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.vote(f"tool-{n % 7}", b"here" * 3 + n.to_bytes(4, "big"), Call.SKIP), range(210)))
    for other in others:
        _, said = other.communicate(timeout=60)
        assert other.returncode == 0, said.decode()
    assert store.counts() == {f"tool-{n}": Community(ships=200, votes=230) for n in range(7)}


def test_a_job_that_fails_takes_only_itself_back(store: ReaderStore) -> None:
    def fail(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO counts VALUES ('ghost', 1, 1)")
        raise ZeroDivisionError

    futures = [store.submit_vote("aider", ADA, Call.SHIP), store.submit(fail), store.submit_vote("zed", ADA, Call.SKIP)]
    with pytest.raises(ZeroDivisionError):
        futures[1].result()
    assert futures[2].result() == Community(ships=0, votes=1)
    assert list(store.counts()) == ["aider", "zed"]


def test_a_full_disk_is_told_and_the_next_vote_is_taken(store: ReaderStore) -> None:
    store.vote("aider", ADA, Call.SHIP)
    pages = store.submit(lambda db: db.execute("PRAGMA page_count").fetchone()[0]).result()
    store.submit(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone()).result()
    big = [VoteCount(tool=f"tool-{n}", ships=0, votes=1) for n in range(5000)]
    with pytest.raises(StoreError) as full:
        store.replace_import("poll", big)
    assert "disk space" in full.value.hint
    assert store.vote("aider", BOB, Call.SHIP) == Community(ships=2, votes=2)
    assert list(store.counts()) == ["aider"]


def test_a_newer_store_and_another_s_are_left_alone(path: Path) -> None:
    ReaderStore.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    for attempt in (ReaderStore.open, count_votes):
        with pytest.raises(NewerSchema):
            attempt(path)
    other = path.with_name("other.sqlite")
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE t (x)")
        db.commit()
    for attempt in (ReaderStore.open, count_votes):
        with pytest.raises(Corrupt):
            attempt(other)
    path.write_bytes(b"not a database" * 1000)
    for attempt in (ReaderStore.open, count_votes):
        with pytest.raises(Corrupt):
            attempt(path)


def test_another_secret_is_refused(path: Path) -> None:
    ReaderStore.open(path).close()
    (path.parent / "secret").write_bytes(os.urandom(32))
    with pytest.raises(Corrupt, match="secret"):
        ReaderStore.open(path)


def test_one_network_address_may_do_so_much_in_an_hour(store: ReaderStore, clock: Clock) -> None:
    source = Source("203.0.113.7", 3)
    assert [isinstance(store.vote(f"t{n}", ADA, Call.SHIP, source), Refusal) for n in range(5)] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert store.vote("t9", ADA, Call.SHIP, Source("203.0.113.8", 3)) == Community(ships=1, votes=1)
    clock.at += HOUR_S
    assert store.vote("t4", ADA, Call.SHIP, source) == Community(ships=1, votes=1)


def test_few_readers_of_one_address_vote_on_one_tool(store: ReaderStore, clock: Clock) -> None:
    source = Source("203.0.113.7", 1000)
    readers = [bytes([n]) * 16 for n in range(READERS_PER_ADDRESS + 1)]
    outcomes = [store.vote("aider", reader, Call.SHIP, source) for reader in readers]
    assert outcomes[-1] is Refusal.CROWDED and outcomes[-2] == Community(
        ships=READERS_PER_ADDRESS, votes=READERS_PER_ADDRESS
    )
    assert isinstance(store.vote("aider", readers[0], Call.SKIP, source), Community)
    assert isinstance(store.vote("zed", readers[-1], Call.SHIP, source), Community)
    clock.at += HOUR_S
    assert isinstance(store.vote("aider", readers[-1], Call.SHIP, source), Community)


def test_no_network_address_is_kept_and_salts_are_forgotten(store: ReaderStore, path: Path, clock: Clock) -> None:
    store.vote("aider", ADA, Call.SHIP, Source("203.0.113.77", 9))
    ask = "SELECT day, salt FROM salts"
    (before,) = store.submit(lambda db: db.execute(ask).fetchall()).result()
    clock.at += DAY_S
    store.tidy()
    left = store.submit(
        lambda db: [db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("salts", "rates", "crowds")]
    ).result()
    assert left == [0, 0, 0]
    store.vote("aider", ADA, Call.SHIP, Source("203.0.113.77", 9))
    (after,) = store.submit(lambda db: db.execute(ask).fetchall()).result()
    assert before != after
    store.close()
    data = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"203.0.113" not in data and before[1] not in data


@pytest.mark.parametrize(
    ("given", "network"),
    [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("", "unknown"), ("testclient", "unknown"), ("1.2.3.4, 5.6.7.8", "unknown"),
    ],
)  # fmt: skip
def test_an_ipv6_line_is_one_network(given: str, network: str) -> None:
    assert network_of(given) == network


def test_invented_tools_fill_no_disk(store: ReaderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.readers.votes.MAX_TOOLS", 3)
    outcomes = [store.vote(f"t{n}", ADA, Call.SHIP) for n in range(5)]
    assert outcomes[3:] == [Refusal.FULL, Refusal.FULL]
    assert isinstance(store.vote("t0", BOB, Call.SHIP), Community)


def test_a_subscription_is_confirmed_and_ended(store: ReaderStore, clock: Clock) -> None:
    assert store.sign_up("ada@x.example") is None
    ((address, token),) = store.due_confirmations()
    assert address == "ada@x.example" and store.confirmed() == ()
    store.mark_mailed(address)
    assert store.due_confirmations() == []
    assert store.confirm(token) and store.confirm(token) and not store.confirm(token[:-1])
    (person,) = store.confirmed()
    assert person.confirmed_at is not None and person.confirmed_at.timestamp() == clock.at
    leave = store.unsubscribe_url("https://p.example/", address).rpartition("=")[2]
    assert store.unsubscribe(leave) and store.unsubscribe(leave) and not store.unsubscribe("x" + leave[1:])
    assert store.confirmed() == () and not store.confirm(token)
    assert [person.state for person in store.subscribers()] == [SubscriberState.UNSUBSCRIBED]


def test_tokens_are_kept_as_hashes_only(store: ReaderStore, path: Path) -> None:
    store.sign_up("ada@x.example")
    ((_, token),) = store.due_confirmations()
    leave = store.unsubscribe_url("", "ada@x.example").rpartition("=")[2]
    store.close()
    data = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"ada@x.example" in data and token.encode() not in data and leave.encode() not in data


def test_somebody_who_left_comes_back_only_by_confirming(store: ReaderStore, clock: Clock) -> None:
    store.sign_up("ada@x.example")
    ((address, first),) = store.due_confirmations()
    store.mark_mailed(address)
    store.confirm(first)
    store.unsubscribe(store.tokens.unsubscribe(address))
    clock.at += HOUR_S
    store.sign_up(address)
    ((_, second),) = store.due_confirmations()
    assert second != first and store.confirmed() == () and not store.confirm(first)
    assert store.confirm(second) and len(store.confirmed()) == 1
    assert store.unsubscribe(store.tokens.unsubscribe(address)) and store.confirmed() == ()


def test_nobody_is_flooded_with_confirmations(store: ReaderStore, clock: Clock) -> None:
    def mails_wanted() -> int:
        store.sign_up("ada@x.example")
        due = store.due_confirmations()
        for address, _ in due:
            store.mark_mailed(address)
        return len(due)

    wanted = []
    for _ in range(72):
        wanted.append(mails_wanted())
        clock.at += HOUR_S
    assert sum(wanted) == 3 and wanted[:3] == [1, 1, 0]


def test_a_confirmation_works_for_a_week_after_it_was_sent(store: ReaderStore, clock: Clock) -> None:
    for address in ("early@x.example", "late@x.example"):
        store.sign_up(address)
    clock.at += 3 * DAY_S
    tokens = dict(store.due_confirmations())
    for address in tokens:
        store.mark_mailed(address)
    clock.at += CONFIRM_WITHIN_S
    assert store.confirm(tokens["early@x.example"])
    clock.at += 1
    assert not store.confirm(tokens["late@x.example"])


def test_an_unconfirmed_address_is_forgotten_and_a_confirmed_one_is_not(store: ReaderStore, clock: Clock) -> None:
    for address in ("a@x.example", "b@x.example"):
        store.sign_up(address)
    store.confirm(dict(store.due_confirmations())["a@x.example"])
    clock.at += PENDING_KEPT_S + 1
    store.tidy()
    assert [person.address for person in store.subscribers()] == ["a@x.example"]


def test_sign_ups_of_one_network_address_are_limited(store: ReaderStore) -> None:
    source = Source("203.0.113.7", 2)
    assert [store.sign_up(f"a{n}@x.example", source) for n in range(3)] == [None, None, Refusal.TOO_MANY]


def test_a_removed_address_leaves_nothing(store: ReaderStore, path: Path) -> None:
    store.sign_up("ada@x.example")
    assert store.remove("ada@x.example") and not store.remove("ada@x.example")
    store.close()
    assert b"ada@x" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize("text", ["'; DROP TABLE votes; --", "a' OR '1'='1", "x\0y", "\u202eevil", "🦀" * 50])
def test_hostile_texts_are_only_texts(store: ReaderStore, text: str) -> None:
    store.vote(text, ADA, Call.SHIP)
    store.replace_import(text, [VoteCount(tool="aider", ships=1, votes=1)])
    assert not store.confirm(text) and not store.unsubscribe(text) and not store.remove(text)
    assert store.counts()[text] == Community(ships=1, votes=1)
