"""What a grammar costs a token: for the embedded model's vocabulary of 49k tokens and one of 150k.

Walks the bundled personas' grammars along a plain answer and times each thing the engine does there: asking for one
token, the mask over the vocabulary, taking a token, and the whole choice of a token from scores whose best token is
allowed (the usual case), or whose best tokens are all refused. Twice: under the schema, and under the grammar that
locks facts to a bundled dossier.

    python -m benchmarks.grammar [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.random_weights import CACHE, TINY, TINY_150K, write_model
from panel.dossiers import load_dossiers
from panel.engine import Choice
from panel.engine.constraint import Grammars
from panel.engine.llama import LlamaContext
from panel.engine.sampling import pick_token
from panel.models import find_model
from panel.personas import CALL_MARKER, answer_grammar, answer_schema, load_personas
from panel.records import Persona, Sampling

ROOT = Path(__file__).resolve().parents[1]
SENTENCE = (
    "The tool keeps a log of every step on the user's own machine and a first run of ten files took minutes on a "
    "laptop without a fan, which is more than most of its rivals can say of themselves after three years of trying."
)


def plain_answer(persona: Persona) -> str:
    """Write an answer that the persona's grammar allows."""
    beats = {}
    for beat in persona.beats:
        words = SENTENCE[: beat.max_chars - 8].rsplit(" ", 1)[0].rstrip(" ,.")
        beats[beat.id] = f"{words}."
    return json.dumps({"argument": beats, "call": "ship"}, separators=(",", ":"))


def measure(model: Path, *, locked: bool) -> dict[str, list[float]]:
    """Walk every persona's grammar, with its facts locked or free; seconds by what was done."""
    context = LlamaContext(find_model(str(model), base=ROOT), context_tokens=512, threads=1, seats=1)
    tokenizer, rng = context.tokenizer, np.random.default_rng(1)
    grammars, sampling = Grammars(tokenizer), Sampling()
    spent: dict[str, list[float]] = {}

    def timed(what: str, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        spent.setdefault(what, []).append(time.perf_counter() - began)

    dossier = load_dossiers(ROOT / "dossiers", ["marrowdesk"])[0].dossier
    for loaded in load_personas(ROOT / "personas"):
        grammar = answer_grammar(loaded.persona, dossier) if locked else ""
        constraint = grammars.constrain(answer_schema(loaded.persona), Choice(CALL_MARKER, ("ship", "skip")), grammar)
        history: list[int] = []
        for token in tokenizer.tokenize_str(plain_answer(loaded.persona)):
            scores = (rng.normal(size=tokenizer.vocab_size) * 2).astype(np.float32)
            likely, unlikely = scores.copy(), scores.copy()
            likely[token] = scores.max() + 3
            unlikely[token] = scores.min()
            timed("ask for one token", partial(constraint.allows, token))
            timed("mask", constraint.allowed)
            timed("choose, likely", partial(pick_token, likely, constraint, history, sampling, rng))
            timed("choose, best refused", partial(pick_token, unlikely, constraint, history, sampling, rng))
            timed("take", partial(constraint.take, token))
            history.append(token)
    context.close()
    return spent


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = {}
    print(f"{'vocabulary':>10} {'facts':<7} {'what':<22} {'median us':>10} {'mean us':>10} {'p95 us':>10}")
    for shape, size in ((TINY, "49k"), (TINY_150K, "150k")):
        for facts in ("free", "locked"):
            for what, seconds in measure(write_model(shape, CACHE.expanduser()), locked=facts == "locked").items():
                figures = {
                    "median_us": statistics.median(seconds) * 1e6,
                    "mean_us": statistics.mean(seconds) * 1e6,
                    "p95_us": float(np.percentile(seconds, 95)) * 1e6,
                }
                rows[f"{size} {facts} {what}"] = figures
                cells = " ".join(f"{value:>10.1f}" for value in figures.values())
                print(f"{size:>10} {facts:<7} {what:<22} {cells}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
