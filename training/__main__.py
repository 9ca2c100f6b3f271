"""`python -m training`: from the corpus to the adapter that the package ships, and its card.

Reads the newsroom it is started in: `corpus/`, `personas/`, `prompts/`, `panel.toml`. Can be stopped at any moment and
started again; it goes on from its last state.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch

from panel.corpus import Split, load_gold
from panel.engine.llama import LlamaContext
from panel.errors import PanelError
from panel.models import EMBEDDED_BASE, find_model, physical_cores
from panel.models.house import ADAPTER
from panel.personas import load_personas
from panel.prompts import load_prompts
from panel.records import content_hashes, sha256_of
from panel.settings import find_newsroom
from training.card import write_card
from training.examples import Examples
from training.export import export_adapter
from training.lessons import Lessons, Plan
from training.weights import load_weights


def main(arguments: Sequence[str] | None = None) -> int:
    """Train; returns the exit code."""
    options = _parse(arguments)
    try:
        return _train(options)
    except PanelError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from the last kept step.", file=sys.stderr)
        return 130


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    plan = Plan()
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--out", type=Path, default=ADAPTER, help="the adapter; its card and state lie beside it")
    parser.add_argument("--epochs", type=int, default=plan.epochs)
    parser.add_argument("--rank", type=int, default=plan.rank)
    parser.add_argument("--rate", type=float, default=plan.rate)
    parser.add_argument("--call-weight", type=float, default=plan.call_weight)
    parser.add_argument("--swapped-share", type=float, default=plan.swapped_share)
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--tools", type=int, help="train on so many tools only, and judge on two: a rehearsal")
    return parser.parse_args(arguments)


def _train(options: argparse.Namespace) -> int:
    newsroom = find_newsroom(Path.cwd())
    order = newsroom.settings.run.personas
    personas = [item.persona for item in load_personas(newsroom.root / "personas", order=order)]
    prompts = load_prompts(newsroom.root / "prompts")
    tools = load_gold(newsroom.root / "corpus", personas)
    train = [tool for tool in tools if tool.split is Split.TRAIN][: options.tools]
    dev = [tool for tool in tools if tool.split is Split.DEV][: options.tools and 2]
    plan = replace(
        Plan(),
        rank=options.rank,
        alpha=2.0 * options.rank,
        epochs=options.epochs,
        rate=options.rate,
        call_weight=options.call_weight,
        swapped_share=options.swapped_share,
        seed=options.seed,
    )
    torch.set_num_threads(newsroom.settings.model.threads or physical_cores())
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    base = find_model(EMBEDDED_BASE, base=newsroom.root)
    context = LlamaContext(base, context_tokens=512, threads=1, seats=1)
    lessons = Lessons(load_weights(base, device), Examples(context, prompts, personas), plan)
    state: Path = options.out.with_suffix(".state")
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:7.0f}s {line}", flush=True)

    tell(f"{len(train)} tools to learn from, {len(dev)} to judge by, on {device}")
    best = lessons.teach(train, dev, tell=tell, state=state)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    part = options.out.with_suffix(".part")
    config = lessons.peft.base_model.model.config
    export_adapter(part, best.weights, config, alpha=plan.alpha, name="SmolLM2-135M-Panel")
    os.replace(part, options.out)
    write_card(
        options.out.with_suffix(".md"),
        base=base,
        adapter=options.out,
        plan=plan,
        train=train,
        dev=dev,
        before=lessons.curve.before,
        kept_epoch=best.epoch,
        curve=lessons.curve,
        prompts_sha256=sha256_of(
            [content_hashes(prompts.files), {persona.slug: persona.content_sha256() for persona in personas}]
        ),
    )
    with suppress(FileNotFoundError):
        state.unlink()
    tell(f"kept epoch {best.epoch}: {options.out} ({options.out.stat().st_size:,} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
