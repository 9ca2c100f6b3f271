"""Run folders: the manifest, the inputs exactly as used, the drafts, the journal.

Layout (see the README's tree): `run.json`, `inputs/`, `drafts/<tool>/<persona>/<n>.json`, `journal.jsonl`,
`graph.sqlite`. Every file but the last two is written once and never changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter

from panel.errors import Conflict, NotFound, PanelError
from panel.records import Draft, Manifest, MissingSeat, Seat, is_slug
from panel.store.files import create_file, locked, sync_folder, translated
from panel.store.journal import Journal
from panel.store.reading import read_stored

_MANIFEST = TypeAdapter(Manifest)
_DRAFT: TypeAdapter[Draft | MissingSeat] = TypeAdapter(Draft | MissingSeat)
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
        """Read one draft, or one record of a missing seat."""
        return read_stored(self._draft_path(seat, number), _DRAFT)

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
        data = text.encode("utf-8", "surrogateescape")
        name = f"{seat.tool}.{seat.persona}.{hashlib.sha256(data).hexdigest()[:12]}.txt"
        path = self.folder / "kept" / name
        if not path.exists():
            create_file(path, data)
        return path

    def changed_inputs(self) -> tuple[str, ...]:
        """Name the inputs whose bytes are no longer those of the manifest; () when all are."""
        changed = []
        for name, sha256 in sorted(self.manifest.inputs.items()):
            path = self.inputs / name
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
        names = os.listdir(folder) if folder.is_dir() else []
        return sorted(int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdecimal())

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
            inputs: files by their path under `inputs/`.

        Raises:
            Conflict: a run of that name is there already.
            StoreError: the disk said no; nothing is left behind.
        """
        folder = self.root / manifest.run_id
        taken = Conflict(
            f"there is already a run {manifest.run_id}", hint="Choose another --run-id, or resume that one."
        )
        if folder.exists():
            raise taken
        with translated("making the run", folder):
            self.root.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=f".{manifest.run_id}.", dir=self.root))
            try:
                fresh.chmod(0o755)
                for name, data in inputs.items():
                    create_file(fresh / "inputs" / name, data)
                create_file(fresh / "run.json", (manifest.model_dump_json(indent=1) + "\n").encode("utf-8"))
                try:
                    os.rename(fresh, folder)
                except FileExistsError:
                    raise taken from None
                except OSError as error:
                    raise taken if folder.exists() else error from None
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
            sync_folder(self.root)
        return Run(folder, manifest)

    def open(self, run_id: str) -> Run:
        """Open a run by its name, by the beginning of its name, or `latest`.

        Raises:
            NotFound: no such run, or the beginning fits several.
            NewerSchema, Corrupt: its manifest cannot be read.
        """
        names = self.names()
        if run_id == LATEST and names:
            fits = [self._newest(names)]
        else:
            fits = [name for name in names if name == run_id] or [name for name in names if name.startswith(run_id)]
        if len(fits) != 1 or not run_id:
            which = (
                f"{run_id!r} fits {len(fits)} runs: {', '.join(fits[:5])}" if fits else f"there is no run {run_id!r}"
            )
            raise NotFound(which, hint="`panel runs` lists them.")
        folder = self.root / fits[0]
        return Run(folder, read_stored(folder / "run.json", _MANIFEST))

    def names(self) -> list[str]:
        """Return the names of all runs, sorted; [] when there is none."""
        if not self.root.is_dir():
            return []
        with translated("reading", self.root):
            return sorted(
                name for name in os.listdir(self.root) if is_slug(name) and (self.root / name / "run.json").is_file()
            )

    def _newest(self, names: list[str]) -> str:
        def age(name: str) -> tuple[str, str]:
            try:
                return (self.open(name).manifest.created_at.isoformat(), name)
            except PanelError:
                return ("", name)

        return max(names, key=age)
