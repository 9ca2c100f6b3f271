"""Real processes of the command line, killed at random moments: nothing lost, nothing twice, the same end."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from panel.cli.newsroom import make_newsroom

from .forks import Ended, Forks, assert_whole, drafts_of, hashes_of, journal_of

SEED = 20261122
TOOLS = ("smolvlm2-turbo", "mistral-3b-edge")
ENGINE = ("--engine", "scripted")
DELAY_S = 0.02
SEATS = {f"{tool}/{persona}" for tool in TOOLS for persona in ("dx", "competition", "futurist", "business")}
RUN_KILLS, MOVE_KILLS = 52, 12
TRIES = 200
"""No loop of kills goes on for longer than this many processes."""


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    server = Forks()
    yield server
    server.close()


@pytest.fixture(scope="module")
def undisturbed(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A newsroom with the run `a` drafted in one go, and how long that took."""
    room = make_newsroom(tmp_path_factory.mktemp("undisturbed") / "room")
    first = forks.panel(room, "run", *TOOLS, *ENGINE, "--run-id", "warm-up", delay_s=DELAY_S)
    second = forks.panel(room, "run", *TOOLS, *ENGINE, "--run-id", "a", delay_s=DELAY_S)
    assert (first.rc, second.rc) == (0, 0), first.err + second.err
    for ended in (first, second):
        assert set(told_by(ended)) == SEATS and len(told_by(ended)) == len(SEATS), ended.err
    shutil.rmtree(room / "runs" / "warm-up")
    return room, second.duration_s


class Moments:
    """When to kill: anywhere in a span that follows the machine's speed, and every fifth time not at all."""

    def __init__(self, dice: random.Random, span_s: float) -> None:
        self._dice, self._span_s, self._asked = dice, span_s, 0

    def pick(self) -> float | None:
        self._asked += 1
        return None if self._asked % 5 == 0 else self._dice.uniform(0, self._span_s)

    def heed(self, after_s: float | None, ended: Ended) -> None:
        """Come sooner after a process that ended before its kill, and later after one that did not."""
        if after_s is not None:
            self._span_s *= 1.05 if ended.killed else 0.8


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    print(f"kills at random.Random('{SEED}-{request.node.name}')")
    return random.Random(f"{SEED}-{request.node.name}")


def test_a_run_killed_anywhere_ends_as_if_nobody_had_killed_it(
    forks: Forks, undisturbed: tuple[Path, float], tmp_path: Path, dice: random.Random
) -> None:
    calm, duration_s = undisturbed
    room = make_newsroom(tmp_path / "room")
    wanted, counted = drafts_of(calm / "runs" / "a"), tallies(forks, calm)
    moments = Moments(dice, 0.75 * duration_s)
    kills = finished = resumed = told = 0
    for _ in range(TRIES):
        is_enough = kills >= RUN_KILLS and finished >= 3 and resumed >= 10
        if is_enough and not (room / "runs" / "a").exists():
            break
        is_new = not (room / "runs" / "a").exists()
        command = ("run", *TOOLS, *ENGINE, "--run-id", "a") if is_new else ("resume", "a")
        after_s = None if is_enough else moments.pick()
        ended = forks.panel(room, *command, kill_after_s=after_s, delay_s=DELAY_S)
        moments.heed(after_s, ended)
        assert ended.killed or ended.rc == 0, ended.err
        kills += ended.killed
        resumed += not is_new
        told += len(told_by(ended)) if ended.killed else 0
        assert_whole(room)
        assert_told_is_kept(room / "runs" / "a", ended)
        if ended.rc == 0:
            finished += 1
            assert drafts_of(room / "runs" / "a") == wanted
            assert len(list((room / "runs" / "a" / "drafts").rglob("*.json"))) == len(TOOLS) * 4
            assert tallies(forks, room) == counted
            assert forks.panel(room, "verify", "a", "--json").data()["sound"]
            shutil.rmtree(room / "runs" / "a")
    print(f"{kills} kills of run and resume, {resumed} resumes, {finished} runs finished, {told} seats told by killed")
    assert kills >= RUN_KILLS and finished >= 3 and resumed >= 10 and told


def told_by(ended: Ended) -> list[str]:
    """The seats that a process said have their draft."""
    return re.findall(r"s (\S+/\S+): [▲▽]", ended.err)


def assert_told_is_kept(run: Path, ended: Ended) -> None:
    """Every seat that was said to be drafted has its draft, and no seat has two."""
    for seat in told_by(ended):
        assert (run / "drafts" / seat / "1.json").is_file(), seat
    for folder in run.glob("drafts/*/*"):
        assert [path.name for path in folder.glob("*.json")] in ([], ["1.json"]), folder


def tallies(forks: Forks, room: Path) -> object:
    return forks.panel(room, "show", "a", "--json").data()["tallies"]


Move = tuple[tuple[str, ...], Callable[[Path], bool]]


def edit_move(room: Path) -> Move:
    draft = json.loads((room / "runs/a/drafts/smolvlm2-turbo/dx/1.json").read_text())
    sheet = [f"call: {draft['call']}"]
    sheet += [f"[{beat['id']}]\n{beat['text']} An editor wrote this." for beat in draft["beats"]]
    (room / "sheet.txt").write_text("\n".join(sheet))
    argv = ("edit", "a", TOOLS[0], "dx", "--text-file", "sheet.txt", "--reason", "clearer")
    return argv, lambda run: any(entry[0] == "edit" for entry in journal_of(run))


def approve_move(room: Path) -> Move:
    return ("approve", "a"), lambda run: len(journal_of(run)) == len(TOOLS) * 4 + 1


@pytest.mark.parametrize("make_move", [edit_move, approve_move])
def test_an_editor_s_move_killed_anywhere_is_made_once(
    make_move: Callable[[Path], Move],
    forks: Forks,
    undisturbed: tuple[Path, float],
    tmp_path: Path,
    dice: random.Random,
) -> None:
    calm = tmp_path / "calm"
    shutil.copytree(undisturbed[0], calm)
    argv, is_done = make_move(calm)
    once = forks.panel(calm, *argv)
    assert once.rc == 0, once.err
    moments = Moments(dice, once.duration_s)
    room, kills, rounds = tmp_path / "room", 0, 0
    for _ in range(TRIES):
        if kills >= MOVE_KILLS:
            break
        shutil.rmtree(room, ignore_errors=True)
        shutil.copytree(undisturbed[0], room)
        make_move(room)
        rounds += 1
        while not is_done(room / "runs" / "a"):
            after_s = moments.pick() if kills < MOVE_KILLS else None
            ended = forks.panel(room, *argv, kill_after_s=after_s)
            moments.heed(after_s, ended)
            kills += ended.killed
            assert ended.killed or ended.rc == 0, ended.err
            assert_whole(room)
            if "edited by" in ended.out:
                assert is_done(room / "runs" / "a")
            told = re.findall(r"approved (\S+/\S+) \(", ended.out)
            assert {("approve", seat) for seat in told} <= {entry[:2] for entry in journal_of(room / "runs" / "a")}
        assert journal_of(room / "runs" / "a") == journal_of(calm / "runs" / "a")
        assert forks.panel(room, "verify", "a", "--json").data()["sound"]
    print(f"{kills} kills of {argv[0]}, {rounds} rounds")
    assert kills >= MOVE_KILLS


def test_publishing_killed_anywhere_leaves_the_old_page_or_the_new_one_whole(
    forks: Forks, undisturbed: tuple[Path, float], tmp_path: Path, dice: random.Random
) -> None:
    base = tmp_path / "base"
    shutil.copytree(undisturbed[0], base)
    for argv in (("approve", "a"), ("publish", "a")):
        assert forks.panel(base, *argv).rc == 0
    old = hashes_of(base / "site")
    edit, _ = edit_move(base)
    for argv in (edit, ("approve", "a")):
        assert forks.panel(base, *argv).rc == 0
    room, kills, seen_old, seen_new = tmp_path / "room", 0, 0, 0
    shutil.copytree(base, room)
    moments = Moments(dice, forks.panel(room, "publish", "a").duration_s)
    for _ in range(TRIES):
        if kills >= MOVE_KILLS and seen_old and seen_new:
            break
        shutil.rmtree(room)
        shutil.copytree(base, room)
        after_s = moments.pick()
        ended = forks.panel(room, "publish", "a", kill_after_s=after_s)
        moments.heed(after_s, ended)
        kills += ended.killed
        assert ended.killed or ended.rc == 0, ended.err
        assert_whole(room)
        there = hashes_of(room / "site")
        assert there == old or there == last_published(room)
        seen_old, seen_new = seen_old + (there == old), seen_new + (there != old)
        if "Published" in ended.out:
            assert there == last_published(room) != old
        assert forks.panel(room, "publish", "a").rc == 0
        assert hashes_of(room / "site") == last_published(room) != old
        publications = [entry for entry in journal_of(room / "runs" / "a") if entry[0] == "publish"]
        assert len(publications) == 2
    assert forks.panel(room, "verify", "a", "--json").data()["sound"]
    print(f"{kills} kills of publish: {seen_old} times the old page, {seen_new} times the new one")
    assert kills >= MOVE_KILLS and seen_old and seen_new


def last_published(room: Path) -> dict[str, str]:
    lines = (room / "runs/a/journal.jsonl").read_text().splitlines()
    return next(entry["files"] for entry in map(json.loads, reversed(lines)) if entry["action"] == "publish")
