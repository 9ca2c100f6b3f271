"""The model card: what the adapter was made from, how, and what came of it. Written by the training, never by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from panel.corpus import GoldTool
from panel.models import ModelFile
from panel.records import sha256_of
from training.lessons import Curve, Measured, Plan

LIBRARIES = ("torch", "transformers", "peft", "gguf", "llama-cpp-python")


_PREFACE = """\
A LoRA on SmolLM2-135M-Instruct (Apache-2.0) that teaches it the panel's trade: to argue one reviewer's lens from a
dossier, in that reviewer's beats, and to call ship or skip. Trained on `corpus/`, which this project wrote. This card
is written by `python -m training`.

It is a very small model. What it writes is a draft for an editor, never a review: it misreads dossiers, and its calls
are weak evidence. `panel eval` says how weak; `docs/LOG.md` keeps the figures.""".splitlines()


def corpus_sha256(tools: Sequence[GoldTool]) -> str:
    """Hash everything the training saw: dossiers, verdicts and splits, whatever order they come in."""
    return sha256_of(
        {
            tool.dossier.slug: {
                "dossier": tool.dossier.model_dump(mode="json"),
                "split": tool.split.value,
                # A list of pairs: the beats' order is content.
                "verdicts": {slug: [list(v.argument.items()), v.call.value] for slug, v in tool.verdicts.items()},
            }
            for tool in tools
        }
    )


def write_card(
    path: Path,
    *,
    base: ModelFile,
    adapter: Path,
    plan: Plan,
    train: Sequence[GoldTool],
    dev: Sequence[GoldTool],
    before: Measured,
    kept_epoch: int,
    curve: Curve,
    prompts_sha256: str,
) -> None:
    """Write the card beside the adapter, in Markdown."""
    data = adapter.read_bytes()
    every = max(1, len(train) // 4)
    steps = [
        f"| {end} | {sum(curve.steps[end - every : end]) / every:.3f} |"
        for end in range(every, len(curve.steps) + 1, every)
    ]
    lines = [
        "# The house model's adapter",
        "",
        *_PREFACE,
        "",
        "| what | value |",
        "| --- | --- |",
        f"| base | {base.name}, sha256 `{base.sha256}` |",
        f"| adapter | {adapter.name}, {len(data):,} bytes, sha256 `{hashlib.sha256(data).hexdigest()}` |",
        f"| corpus | {len(train)} tools to train, {len(dev)} to choose by; sha256 `{corpus_sha256([*train, *dev])}` |",
        f"| prompts and personas | sha256 `{prompts_sha256}` |",
        *(f"| {name.replace('_', ' ')} | {value} |" for name, value in asdict(plan).items()),
        f"| kept | after epoch {kept_epoch}, the lowest loss on dev |",
        f"| libraries | {', '.join(f'{library} {version(library)}' for library in LIBRARIES)} |",
        "",
        "Loss is in nats a token of the answers, the first line before any training:",
        "",
        "| epoch | on dev | of the decisive token | calls foretold, given the gold argument |",
        "| --- | --- | --- | --- |",
        *(
            f"| {epoch} | {one.loss:.3f} | {one.call_loss:.3f} | {one.calls_right:.0%} |"
            for epoch, one in enumerate([before, *curve.dev])
        ),
        "",
        f"| step | mean loss of the {every} before |",
        "| --- | --- |",
        *steps,
        "",
    ]
    path.write_text("\n".join(lines))
