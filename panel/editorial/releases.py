"""Releases: several approved pages published as one step, and taken back as one step; and pairs without a run.

The newsroom's own journal, `releases/journal.jsonl`, is chained like a run's. A release is begun, its runs' pages are
published one after the other, and it is ended; a process that dies in between leaves it begun, no site is built from
that, and the same command goes on. Taking it back works the same way.

Not here: the writing of pages, and which runs may be published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from panel.editorial.desk import PATIENCE
from panel.errors import Conflict, IllegalMove, NotFound
from panel.records import Action, Entry, ReleasedPage
from panel.store.files import make_folder, translated
from panel.store.journal import Journal, JournalView


class Stage(StrEnum):
    """How far a release is."""

    BEGUN = "begun"
    RELEASED = "released"
    REVERTING = "being reverted"
    REVERTED = "reverted"


_STAGES = {
    Action.RELEASE: Stage.BEGUN,
    Action.RELEASED: Stage.RELEASED,
    Action.REVERT: Stage.REVERTING,
    Action.REVERTED: Stage.REVERTED,
}


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    Attributes:
        name: "r1", in order.
        stage: how far it is.
        begun: the entry that began it.
        because: why it was taken back; "" where it was not.
    """

    name: str
    stage: Stage
    begun: Entry
    because: str = ""

    @property
    def pages(self) -> Mapping[str, ReleasedPage]:
        """Its pages, by their addresses."""
        return self.begun.pages or {}

    @property
    def finished(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.stage in (Stage.RELEASED, Stage.REVERTED)


class Releases:
    """A newsroom's releases and pairs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal = Journal(folder / "journal.jsonl")

    def entries(self) -> tuple[Entry, ...]:
        """Return every entry, oldest first.

        Raises:
            Corrupt: the journal is not what Panel wrote.
        """
        return self._journal.read().entries

    def all(self) -> tuple[Release, ...]:
        """Return every release, oldest first."""
        return _fold(self.entries())

    def find(self, name: str) -> Release:
        """Find a release by its name, or the `latest`.

        Raises:
            NotFound: there is none of that name.
        """
        known = {release.name: release for release in self.all()}
        if name == "latest" and known:
            return list(known.values())[-1]
        if name not in known:
            raise NotFound(f"there is no release {name!r}", hint="`panel release list` lists them.")
        return known[name]

    def refuse_unfinished(self, *, but: Sequence[str] = ()) -> Release | None:
        """Refuse while a release is cut short; return it when it is of these very runs.

        Raises:
            IllegalMove: another release, or its revert, was begun and not ended.
        """
        for release in self.all():
            if release.finished:
                continue
            runs = {page.run_id for page in release.pages.values()}
            if release.stage is Stage.BEGUN and runs == set(but):
                return release
            again = (
                f"panel release revert {release.name} --reason ..."
                if release.stage is Stage.REVERTING
                else f"panel release make {' '.join(sorted(runs))}"
            )
            raise IllegalMove(f"the release {release.name} was cut short", hint=f"Finish it first: `{again}`.")
        return None

    def begin(self, pages: Mapping[str, ReleasedPage], *, author: str, reason: str) -> Release:
        """Journal that these pages are about to be published as one.

        Raises:
            IllegalMove: another release is not finished.
        """

        def fields(view: JournalView) -> dict[str, Any]:
            self.refuse_unfinished()
            name = f"r{len(_fold(view.entries)) + 1}"
            return {"author": author, "action": Action.RELEASE, "reason": reason, "release": name, "pages": dict(pages)}

        entry = self._append(fields)
        return Release(entry.release or "", Stage.BEGUN, entry)

    def end(self, release: Release, *, author: str) -> Release:
        """Journal that a release, or its revert, is whole."""
        done = Action.REVERTED if release.stage is Stage.REVERTING else Action.RELEASED
        self._append(lambda view: {"author": author, "action": done, "release": release.name})
        return replace(release, stage=_STAGES[done])

    def begin_revert(self, release: Release, *, author: str, reason: str) -> Release:
        """Journal that a release is about to be taken back.

        Raises:
            IllegalMove: it is not released, or no reason is given.
        """
        if not reason.strip():
            raise IllegalMove("reverting needs a reason", hint="Say why with --reason.")
        if release.stage is not Stage.RELEASED:
            raise IllegalMove(f"the release {release.name} is {release.stage}")
        fields = {"author": author, "action": Action.REVERT, "reason": reason, "release": release.name}
        self._append(lambda view: dict(fields))
        return replace(release, stage=Stage.REVERTING, because=reason)

    def pairs(self) -> tuple[tuple[str, ...], ...]:
        """Return the tools that editors asked to be compared without a run, oldest first."""
        return tuple(entry.tools or () for entry in self._pairs(self.entries()).values())

    def ask_pair(self, tools: Sequence[str], *, author: str) -> Entry | None:
        """Journal that tools are to be compared; None when they already are."""
        if any(set(pair) == set(tools) for pair in self.pairs()):
            return None
        return self._append(lambda view: {"author": author, "action": Action.PAIR, "tools": tuple(tools)})

    def drop_pair(self, tools: Sequence[str], *, author: str, reason: str) -> Entry:
        """Journal that tools are no longer to be compared.

        Raises:
            NotFound: nobody asked for that pair.
        """

        def fields(view: JournalView) -> dict[str, Any]:
            for seq, entry in self._pairs(view.entries).items():
                if set(entry.tools or ()) == set(tools):
                    return {
                        "author": author,
                        "action": Action.UNDO,
                        "undoes": seq,
                        "reason": reason,
                        "tools": entry.tools,
                    }
            raise NotFound(f"nobody asked for a comparison of {', '.join(tools)}")

        return self._append(fields)

    @staticmethod
    def _pairs(entries: Sequence[Entry]) -> dict[int, Entry]:
        asked: dict[int, Entry] = {}
        for entry in entries:
            if entry.action is Action.PAIR:
                asked[entry.seq] = entry
            elif entry.action is Action.UNDO and entry.undoes is not None:
                asked.pop(entry.undoes, None)
        return asked

    def _append(self, fields: Callable[[JournalView], dict[str, Any]]) -> Entry:
        with translated("making", self._folder):
            make_folder(self._folder)
        for _ in range(PATIENCE):
            view = self._journal.read()
            try:
                return self._journal.append(view.head, fields(view))
            except Conflict:
                continue
        raise Conflict("the newsroom's journal is too busy", hint="Try again.")


def _fold(entries: Sequence[Entry]) -> tuple[Release, ...]:
    releases: dict[str, Release] = {}
    for entry in entries:
        if entry.release is None or entry.action not in _STAGES:
            continue
        known = releases.get(entry.release) or Release(entry.release, Stage.BEGUN, entry)
        because = entry.reason if entry.action is Action.REVERT else known.because
        releases[entry.release] = replace(known, stage=_STAGES[entry.action], because=because)
    return tuple(releases.values())
