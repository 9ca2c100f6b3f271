"""What was prepared from a model, and whether it still holds: the manifest in the cache, and looking it up.

A prepared file is used when its manifest is of the same source, made on the same processor with the same
llama-cpp-python, and the file's bytes are those the manifest names. Anything else is stale: it is told, and not used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from panel.errors import PanelError, SetupError
from panel.models.cache import MANIFEST_NAME, model_folder
from panel.models.cpu import describe_cpu
from panel.models.files import ModelFile, read_model_file
from panel.records import Record, Sha256

Rate = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]


class Outcome(StrEnum):
    """What became of a candidate."""

    CHOSEN = "chosen"
    SLOWER = "slower"
    """As good as the source, and not faster than what was chosen (or not by enough)."""
    WORSE = "worse"
    """Its loss is above what is allowed; its speed was not measured."""
    LEFT_OUT = "left out"
    """Not measured; the note says why."""


class Figures(Record):
    """What was measured of one candidate."""

    quantization: str
    size_bytes: Count | None = None
    loss_nats: Annotated[float, Field(ge=0)] | None = None
    """Mean surprise at a token of the fixed text, in nats; less is better."""
    prefill_tokens_per_s: Rate | None = None
    """Reading a prompt behind another, one stream alone."""
    decode_tokens_per_s: Rate | None = None
    """Writing, all streams together."""
    tool_s: Rate | None = None
    """Predicted seconds of one tool with four seats, from the two rates."""
    outcome: Outcome = Outcome.LEFT_OUT
    note: str = ""


class CachedFile(Record):
    """A GGUF by its bytes."""

    name: Annotated[str, StringConstraints(strip_whitespace=False)]
    size_bytes: Count
    sha256: Sha256
    quantization: str


class Preparation(Record):
    """What `prepared.json` holds: what was chosen for a source on this machine, and from which figures."""

    schema_version: Literal[1] = 1
    created_at: AwareDatetime
    source: CachedFile
    prepared: CachedFile | None
    """None when the source is best used as it is."""
    llama_version: str
    """Of llama-cpp-python."""
    cpu: str
    threads: Annotated[int, Field(ge=1)]
    loss_tokens: Count
    """How much of the fixed text was read."""
    prefix_tokens: Count
    """How much lay before what was timed; 0 when nothing was timed."""
    rounds: Count
    """How often each candidate was timed, in turn; the rates are medians."""
    figures: tuple[Figures, ...]
    """The source as it is, then the candidates in the order they were tried."""
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What the cache holds for one source.

    Attributes:
        folder: where.
        preparation: the manifest; None when it cannot be read.
        model: the prepared file, when there is one and it may be used.
        stale: why nothing of it is used; "" when it holds, which "as it is" does too.
    """

    folder: Path
    preparation: Preparation | None
    model: ModelFile | None
    stale: str


def find_prepared(source: ModelFile) -> ModelFile | None:
    """Find what `panel model prepare` made of a model, and hash it (about a second for each gigabyte).

    Returns:
        The prepared file; None when there is none, the source is best as it is, or what there is no longer holds.
    """
    try:
        kept = look_up(model_folder(source.sha256))
    except PanelError:
        return None
    if kept is None or kept.model is None or kept.model.source_sha256 != source.sha256:
        return None
    return replace(
        kept.model,
        name=prepared_name(source.name, kept),
        base_sha256=source.base_sha256,
        adapter_sha256=source.adapter_sha256,
    )


def prepared_name(source_name: str, kept: Kept) -> str:
    """Name a prepared model after its source: `Some-Model-Q8_0`."""
    file = kept.preparation.prepared if kept.preparation else None
    return f"{source_name}-{file.quantization}" if file else source_name


def look_up(folder: Path) -> Kept | None:
    """Look at one source's folder in the cache; None when nothing is prepared there."""
    try:
        text = (folder / MANIFEST_NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return Kept(folder, None, None, f"{MANIFEST_NAME} cannot be read: {error.strerror or error}")
    try:
        preparation = Preparation.model_validate_json(text)
    except ValidationError:
        return Kept(folder, None, None, f"{MANIFEST_NAME} is damaged, or of another version of Panel")
    if stale := _surroundings_changed(preparation, folder):
        return Kept(folder, preparation, None, stale)
    if preparation.prepared is None:
        return Kept(folder, preparation, None, "")
    found, stale = _check_file(folder / prepared_file_name(preparation.prepared.quantization), preparation.prepared)
    model = replace(found, source_sha256=preparation.source.sha256) if found else None
    return Kept(folder, preparation, model, stale)


def prepared_file_name(quantization: str) -> str:
    """Name the prepared file in its folder: `Q8_0.gguf`."""
    return f"{quantization}.gguf"


def llama_version() -> str:
    """Return llama-cpp-python's version without loading it; "" when it is not installed."""
    try:
        return version("llama-cpp-python")
    except PackageNotFoundError:
        return ""


def _surroundings_changed(preparation: Preparation, folder: Path) -> str:
    if model_folder(preparation.source.sha256).name != folder.name:
        return "it was prepared from another model"
    if preparation.llama_version != llama_version():
        return f"it was measured with llama-cpp-python {preparation.llama_version}, and {llama_version()} is installed"
    if preparation.cpu != (cpu := describe_cpu()):
        there, here = preparation.cpu.split(":")[0], cpu.split(":")[0]
        return "it was measured on " + (f"another processor, {there}" if there != here else "other instructions")
    return ""


def _check_file(path: Path, expected: CachedFile) -> tuple[ModelFile | None, str]:
    """Hold a prepared file against its manifest; the cheap question first."""
    if path.name != expected.name:
        return None, f"{MANIFEST_NAME} names a file that is not Panel's"
    try:
        if path.stat().st_size != expected.size_bytes:
            return None, f"{path.name} is not as long as it was"
        found = read_model_file(path)
    except FileNotFoundError:
        return None, f"{path.name} is gone"
    except (OSError, SetupError) as error:
        return None, f"{path.name} cannot be read: {error}"
    return (found, "") if found.sha256 == expected.sha256 else (None, f"{path.name} was changed")
