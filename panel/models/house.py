"""The house model: the embedded model with the panel's own adapter folded in, made once and kept in the cache.

What is made depends on three things alone, and is named after them: the base's bytes, the adapter's bytes, and how
they are folded. A file there that is not as it was made is made again.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from panel.errors import SetupError
from panel.models.cache import cache_folder, finish, part_name, translated, write_whole
from panel.models.files import ModelFile, read_model_file

ADAPTER = Path(__file__).with_name("house-adapter.gguf")
NAME = "SmolLM2-135M-Panel"
Tell = Callable[[str], None]
_FOLDING = 1
"""Counted up whenever the same base and adapter come out as another file."""


def house_folder() -> Path:
    """Return where folded models are kept. It need not exist."""
    return cache_folder() / "house"


def find_house_model(base: ModelFile, adapter: Path = ADAPTER, *, tell: Tell = lambda line: None) -> ModelFile:
    """Find the house model, folding it first if need be (some seconds, once).

    Args:
        base: the model the adapter was trained on.
        adapter: the adapter's file.
        tell: is told when the model has to be made first.

    Raises:
        SetupError: the adapter is missing or of another model.
        StoreError: the cache cannot be written; nothing half-made is used.
    """
    if not adapter.is_file():
        raise SetupError(f"{adapter.name}: the house model's adapter is missing", hint="Use `--model embedded-base`.")
    adapter_sha256 = hashlib.sha256(adapter.read_bytes()).hexdigest()
    folder = house_folder() / hashlib.sha256(f"{base.sha256} {adapter_sha256} {_FOLDING}".encode()).hexdigest()[:16]
    path, told = folder / f"{NAME}.gguf", folder / "sha256"
    found = _kept(path, told)
    if found is None:
        tell(f"Making the house model from {base.name} and its adapter, once")
        found = _fold(base, adapter, path, told)
    return replace(found, name=NAME, base_sha256=base.sha256, adapter_sha256=adapter_sha256)


def _kept(path: Path, told: Path) -> ModelFile | None:
    try:
        expected = told.read_text().strip()
        found = read_model_file(path)
    except (OSError, ValueError, SetupError):
        return None
    return found if found.sha256 == expected else None


def _fold(base: ModelFile, adapter: Path, path: Path, told: Path) -> ModelFile:
    # Imported by name: the library that writes models is loaded only when one is written.
    folding = importlib.import_module("panel.models.adapter")
    with translated("making", path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = part_name(path.parent, path.name)
        try:
            folding.fold(base.path, adapter, part, name=NAME)
            made = read_model_file(part)
            finish(part, path)
        finally:
            part.unlink(missing_ok=True)
    # Told last: until then, the file counts as half-made. Two processes at once write the same bytes.
    write_whole(told, f"{made.sha256}\n".encode())
    return replace(made, path=path)
