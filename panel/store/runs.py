"""Run folders: the manifest, the inputs exactly as used, the drafts, the journal.

Layout (see the README's tree): `run.json`, `inputs/`, `drafts/<tool>/<persona>/<n>.json`, `journal.jsonl`,
`graph.sqlite`. Every file but the last two is written once and never changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from panel.errors import Conflict, Corrupt, NotFound, PanelError, StoreError
from panel.records import Draft, Manifest, MissingSeat, Page, Seat, content_hashes, is_slug
from panel.store.files import create_file, keep_file, locked, make_folder, sync_folder, translated
from panel.store.journal import Journal
from panel.store.reading import read_stored

_MANIFEST = TypeAdapter(Manifest)
_PAGE = TypeAdapter(Page)
_DRAFT: TypeAdapter[Draft | MissingSeat] = TypeAdapter(Annotated[Draft | MissingSeat, Field(discriminator="kind")])
_NUMBERED = re.compile(r"([1-9][0-9]*)\.json")
LATEST = "latest"


class Run:
    """One run's folder."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.journal = Journal(folder / "journal.jsonl")

    @property
    def run_id(self) -> str:
        """The run's name, its folder's too."""
        return self.manifest.run_id

    @property
    def inputs(self) -> Path:
        """Where the dossiers, personas and prompts lie exactly as used."""
        return self.folder / "inputs"

    @property
    def checkpoints(self) -> Path:
        """The graph's own database."""
        return self.folder / "graph.sqlite"

    def drafts(self, seat: Seat) -> tuple[Draft | MissingSeat, ...]:
        """Return everything a seat's engine ever answered, oldest first; () when nothing yet."""
        return tuple(self.draft(seat, number) for number in self._numbers(seat))

    def draft(self, seat: Seat, number: int) -> Draft | MissingSeat:
        """Read one draft, or one record of a missing seat.

        Raises:
            NotFound: there is none of that number.
            NewerSchema, Corrupt: it cannot be read, or lies where another seat's or another number's belongs.
        """
        path = self._draft_path(seat, number)
        record = read_stored(path, _DRAFT)
        if record.seat != seat or record.n != number:
            raise Corrupt(f"{path} is draft {record.n} of {record.seat}", hint="Restore it from a backup.")
        return record

    def last_draft(self, seat: Seat) -> Draft | None:
        """Return the newest draft that the run itself made; None when there is none.

        A redraft that nobody adopted is not the seat's draft.
        """
        for number in reversed(self._numbers(seat)):
            record = self.draft(seat, number)
            if isinstance(record, Draft) and record.origin == "run":
                return record
        return None

    def next_number(self, seat: Seat) -> int:
        """Return the number the seat's next draft takes."""
        return max(self._numbers(seat), default=0) + 1

    def write_draft(self, record: Draft | MissingSeat) -> str:
        """Write a draft, once.

        Returns:
            The SHA-256 of the file's bytes.

        Raises:
            Conflict: that number is taken.
        """
        data = (record.model_dump_json(indent=1) + "\n").encode("utf-8")
        create_file(self._draft_path(record.seat, record.n), data)
        return hashlib.sha256(data).hexdigest()

    def draft_sha256(self, seat: Seat, number: int) -> str:
        """Hash a draft's file as it is on disk."""
        path = self._draft_path(seat, number)
        with translated("reading", path):
            return hashlib.sha256(path.read_bytes()).hexdigest()

    def keep_text(self, seat: Seat, text: str) -> Path:
        """Put a text that could not become an edit where it is not lost; return its path."""
        try:
            data = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            data = text.encode("utf-8", "surrogatepass")
        return keep_file(self.folder / "kept", f"{seat.tool}.{seat.persona}.", data, ".txt")

    def keep_page(self, sha256: str, page: Page) -> None:
        """Keep a page that is about to be published, once, under the hash of what was approved."""
        with suppress(Conflict):
            create_file(self._page_path(sha256), (page.model_dump_json(indent=1) + "\n").encode("utf-8"))

    def page(self, sha256: str) -> Page:
        """Read a page that was published, whatever was done to the run since; its hash is not looked at.

        Raises:
            NotFound: no page of that hash was kept.
            NewerSchema, Corrupt: it cannot be read.
        """
        return read_stored(self._page_path(sha256), _PAGE)

    def _page_path(self, sha256: str) -> Path:
        return self.folder / "published" / f"{sha256}.json"

    def changed_inputs(self) -> tuple[str, ...]:
        """Name the inputs whose bytes are no longer those of the manifest; () when all are."""
        changed = []
        for name, sha256 in sorted(self.manifest.inputs.items()):
            path = self.inputs / name
            with translated("reading", path):
                if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                    changed.append(name)
        return tuple(changed)

    @contextmanager
    def drafting(self) -> Iterator[None]:
        """Hold the run for drafting; one process at a time.

        Raises:
            Conflict: another process is drafting this run.
        """
        with locked(self.folder / ".drafting.lock", busy=f"another process is drafting the run {self.run_id}"):
            yield

    def _numbers(self, seat: Seat) -> list[int]:
        folder = self.folder / "drafts" / seat.tool / seat.persona
        with translated("reading", folder):
            names = os.listdir(folder) if folder.is_dir() else []
        return sorted(int(found[1]) for name in names if (found := _NUMBERED.fullmatch(name)))

    def _draft_path(self, seat: Seat, number: int) -> Path:
        return self.folder / "drafts" / seat.tool / seat.persona / f"{number}.json"


class RunStore:
    """A newsroom's `runs/` folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, manifest: Manifest, inputs: Mapping[str, bytes]) -> Run:
        """Make a run's folder, whole or not at all.

        Args:
            manifest: written as `run.json`.
            inputs: files by their path under `inputs/`; those the manifest names, by their hashes.

        Raises:
            Conflict: a run of that name is there already.
            StoreError: the inputs are others than the manifest's, or the disk said no; the run is not
                there, or (when only `runs/` could not be flushed) there whole.
        """
        folder = self.root / manifest.run_id
        taken = Conflict(
            f"there is already a run {manifest.run_id}", hint="Choose another --run-id, or resume that one."
        )
        if manifest.run_id == LATEST:
            raise Conflict(f"{LATEST!r} always means the newest run", hint="Choose another --run-id.")
        if content_hashes(inputs) != manifest.inputs:
            raise StoreError(f"the inputs of the run {manifest.run_id} are not those its manifest names")
        with translated("making the run", folder):
            if folder.exists():
                raise taken
            make_folder(self.root)
            fresh = self.root / f".{manifest.run_id}.{secrets.token_hex(8)}"
            try:
                fresh.mkdir()
                for name, data in inputs.items():
                    create_file(fresh / "inputs" / name, data)
                create_file(fresh / "run.json", (manifest.model_dump_json(indent=1) + "\n").encode("utf-8"))
                try:
                    os.rename(fresh, folder)
                except OSError as error:
                    raise taken if folder.exists() else error from None
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
            sync_folder(self.root)
        return Run(folder, manifest)

    def open(self, run_id: str) -> Run:
        """Open a run by its name, by the beginning of its name, or `latest`.

        A run's folder may be a link, to a larger disk for instance; it is a run like any other.

        Raises:
            NotFound: no such run, or the beginning fits several.
            NewerSchema, Corrupt: its manifest cannot be read, or is another run's.
        """
        names = self.names()
        if run_id == LATEST and names:
            fits = [self._newest(names)]
        elif run_id in names:
            fits = [run_id]
        else:
            fits = [name for name in names if run_id and name.startswith(run_id)]
        if len(fits) != 1:
            which = (
                f"{run_id!r} fits {len(fits)} runs: {', '.join(fits[:5])}" if fits else f"there is no run {run_id!r}"
            )
            raise NotFound(which, hint="`panel runs` lists them.")
        return open_folder(self.root / fits[0])

    def names(self) -> list[str]:
        """Return the names of all runs, sorted; [] when there is none."""
        with translated("reading", self.root):
            if not self.root.is_dir():
                return []
            return sorted(
                name for name in os.listdir(self.root) if is_slug(name) and (self.root / name / "run.json").is_file()
            )

    def _newest(self, names: list[str]) -> str:
        def age(name: str) -> tuple[datetime, str]:
            try:
                return (open_folder(self.root / name).manifest.created_at, name)
            except PanelError:
                return (datetime.min.replace(tzinfo=UTC), name)

        return max(names, key=age)


def open_folder(folder: Path) -> Run:
    """Open the run in a folder.

    Raises:
        NotFound, NewerSchema, Corrupt: its manifest cannot be read, or is another run's: a copied or renamed folder
            would write under that other run's name.
    """
    manifest = read_stored(folder / "run.json", _MANIFEST)
    if manifest.run_id != folder.name:
        raise Corrupt(f"{folder} holds the run {manifest.run_id}", hint=f"Rename the folder back to {manifest.run_id}.")
    return Run(folder, manifest)
