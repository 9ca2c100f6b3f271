"""Preparing a model for this machine, once: compare, time, choose, keep.

Stopped at any moment, what was prepared before still stands, and nothing half-made is left (`panel.models.cache`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from panel.errors import NotFound, SetupError
from panel.models.cache import MANIFEST_NAME, finish, held, model_folder, sweep_abandoned, translated, write_whole
from panel.models.candidates import THOROUGH, Candidate, Effort, Tell
from panel.models.comparison import Comparison
from panel.models.cpu import describe_cpu
from panel.models.files import ModelFile, printable, read_model_file
from panel.models.header import check_can_draft
from panel.models.policy import QUANTIZATIONS, choose
from panel.models.prepared import (
    CachedFile,
    Kept,
    Outcome,
    Preparation,
    llama_version,
    look_up,
    prepared_file_name,
)
from panel.models.timing import Race


def prepare_model(
    source: ModelFile,
    *,
    threads: int,
    anew: bool = False,
    quantizations: Sequence[str] = QUANTIZATIONS,
    effort: Effort = THOROUGH,
    tell: Tell = lambda stage: None,
) -> Kept:
    """Find the quantization in which a model is fastest here without being worse, and keep it in the cache.

    What was prepared before and still holds is returned as it is.

    Args:
        source: the model as it came.
        threads: how many convert and measure.
        anew: whether to measure again although something holds.
        quantizations: the candidates, in the order of `panel.models.policy`.
        effort: how thoroughly to measure.
        tell: is called with each stage that begins.

    Raises:
        SetupError: this file cannot be prepared, or it changed meanwhile.
        Conflict: another process is preparing it.
        StoreError: the cache cannot be written; nothing half-made is left there.
        RunError: somebody ended the process that measures.
    """
    check_can_draft(source.path)
    folder = model_folder(source.sha256)
    sweep_abandoned()
    with held(folder):
        kept = look_up(folder)
        if anew or kept is None or kept.stale:
            with translated("preparing", folder):
                kept = _prepare(source, folder, threads, quantizations, effort, tell)
        return kept


def forget_prepared(folder: Path) -> Kept:
    """Delete what was prepared from one source; the source itself is not touched.

    Returns:
        What there was.

    Raises:
        NotFound: there is nothing.
        Conflict: another process is preparing it.
        StoreError: the disk said no.
    """
    kept = look_up(folder)
    if kept is None:
        raise NotFound("nothing is prepared from this model", hint="`panel model show` lists what is.")
    with held(folder), translated("deleting", folder):
        # The manifest goes first: without it, whatever is left counts as half-made.
        (folder / MANIFEST_NAME).unlink(missing_ok=True)
    return kept


def _prepare(
    source: ModelFile, folder: Path, threads: int, quantizations: Sequence[str], effort: Effort, tell: Tell
) -> Kept:
    comparison = Comparison(source, folder, threads=threads, effort=effort, tell=tell)
    comparison.try_all(quantizations)
    candidates = comparison.candidates
    race = Race(
        comparison.source,
        [one for one in candidates if one.as_good],
        prefix_tokens=comparison.prefix_tokens,
        threads=threads,
        effort=effort,
    )
    race.run(tell)
    figures, reason = choose(comparison.source.figures, [one.figures for one in candidates])
    chosen = [one for one, judged in zip(candidates, figures[1:], strict=True) if judged.outcome is Outcome.CHOSEN]
    _check_unchanged(source)
    model = _keep_file(chosen[0], folder, source) if chosen else None
    preparation = Preparation(
        created_at=datetime.now(UTC).replace(microsecond=0),
        source=_describe(source, comparison.source),
        prepared=_describe(model, chosen[0]) if model else None,
        llama_version=llama_version(),
        cpu=describe_cpu(),
        threads=threads,
        loss_tokens=comparison.loss_tokens,
        prefix_tokens=race.prefix_tokens if race.rounds else 0,
        rounds=race.rounds,
        figures=figures,
        reason=reason,
    )
    write_whole(folder / MANIFEST_NAME, preparation.model_dump_json(indent=1).encode() + b"\n")
    for path in folder.glob("*.gguf"):  # of an earlier choice
        if model is None or path != model.path:
            path.unlink(missing_ok=True)
    return Kept(folder, preparation, model, "")


def _keep_file(candidate: Candidate, folder: Path, source: ModelFile) -> ModelFile:
    path = folder / prepared_file_name(candidate.figures.quantization)
    finish(candidate.path, path)
    return replace(read_model_file(path), source_sha256=source.sha256)


def _describe(model: ModelFile, candidate: Candidate) -> CachedFile:
    return CachedFile(
        name=printable(model.path.name),
        size_bytes=model.size_bytes,
        sha256=model.sha256,
        quantization=candidate.figures.quantization,
    )


def _check_unchanged(source: ModelFile) -> None:
    """Refuse to keep what was made from a file that was another when it was hashed."""
    if read_model_file(source.path).sha256 != source.sha256:
        hint = "Let it come to rest, then run the same command again."
        raise SetupError(f"{printable(source.path)}: the file changed while it was being prepared", hint=hint)
