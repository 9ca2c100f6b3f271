"""From a model's name to its file."""

from __future__ import annotations

from pathlib import Path

from panel.models.files import EMBEDDED, EMBEDDED_BASE, ModelFile, embedded_path, named_path, read_model_file
from panel.models.house import Tell, find_house_model


def find_model(spec: str, *, base: Path, tell: Tell = lambda line: None) -> ModelFile:
    """Find a model by name or path and hash it (about a second for each gigabyte).

    Args:
        spec: `embedded`, which is the house model; `embedded-base`, the same without its adapter; or a path to a GGUF,
            where a relative one starts at `base`.
        base: the newsroom's folder.
        tell: is told when the house model has to be made first.

    Raises:
        SetupError: there is no such file, or it is no GGUF.
        StoreError: the house model cannot be kept in the cache.
    """
    if spec == EMBEDDED:
        return find_house_model(read_model_file(embedded_path()), tell=tell)
    return read_model_file(embedded_path() if spec == EMBEDDED_BASE else named_path(spec, base))
