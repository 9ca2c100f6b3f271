"""A short training, whole: examples, attention, a few steps, the adapter, and the model it makes.

Run by `make test-training`, for it needs the training's own libraries.
"""

from __future__ import annotations

import random
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from panel.corpus import GoldTool, load_gold
from panel.engine.llama import LlamaContext
from panel.facts import fact_forms, unsupported_numbers
from panel.materials import Materials
from panel.models import find_model
from panel.models.files import read_model_file
from panel.models.house import find_house_model
from panel.personas import answer_text, load_personas
from panel.prompts import load_prompts
from training.__main__ import main
from training.examples import Examples
from training.export import export_adapter
from training.lessons import Lessons, Plan
from training.swap import shuffle_evidence, swap_facts
from training.weights import load_weights

ROOT = Path(__file__).parents[2]
PERSONAS = [
    item.persona for item in load_personas(ROOT / "personas", order=("dx", "competition", "futurist", "business"))
]
BASE = find_model("embedded-base", base=ROOT)
QUICK = Plan(rank=4, alpha=8.0, epochs=2, rate=2e-3, warm_up=1)
CPU = torch.device("cpu")

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def tools() -> tuple[GoldTool, ...]:
    return load_gold(ROOT / "corpus", PERSONAS)


@pytest.fixture(scope="module")
def context() -> Any:
    opened = LlamaContext(BASE, context_tokens=2048, threads=2, seats=1)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def examples(context: LlamaContext) -> Examples:
    return Examples(context, load_prompts(ROOT / "prompts"), PERSONAS)


def test_an_example_is_what_the_engine_would_read_and_write(
    tools: tuple[GoldTool, ...], context: LlamaContext, examples: Examples
) -> None:
    tool = tools[0]
    slug = tool.dossier.slug
    materials = Materials({slug: tool.dossier}, {p.slug: p for p in PERSONAS}, load_prompts(ROOT / "prompts"), {})
    example = examples.make(tool)
    assert [turn.seat.persona for turn in example.turns] == [persona.slug for persona in PERSONAS]
    for turn in example.turns:
        cut = context.chat.segments(materials.messages(turn.seat))
        prompt = [token for n, part in enumerate(cut) for token in context.tokenize(part, first=not n)]
        assert [*example.shared, *turn.prompt] == prompt
        verdict = tool.verdicts[turn.seat.persona]
        written = b"".join(context.tokenizer.decode_bytes([token]) for token in turn.answer).decode()
        assert written == answer_text(verdict.beats, verdict.call)
        assert context.tokenizer.decode_str([turn.answer[turn.call_at]]) == verdict.call.value


def test_shared_beginnings_give_the_losses_of_whole_prompts(tools: tuple[GoldTool, ...], examples: Examples) -> None:
    model = load_weights(BASE, CPU, torch.float32)
    lessons = Lessons(model, examples, QUICK)
    example = examples.make(tools[1])
    with torch.no_grad():
        losses, calls = lessons._losses(example)
        model.set_attn_implementation("sdpa")
        plain = []
        for turn in example.turns:
            ids = torch.tensor([example.shared + turn.prompt + turn.answer])
            scores = model(ids).logits[0, -len(turn.answer) - 1 : -1]
            plain.append(torch.nn.functional.cross_entropy(scores, torch.tensor(turn.answer), reduction="none"))
    assert torch.allclose(losses, torch.cat(plain), atol=2e-3)
    assert len(calls) == len(example.turns)


def test_a_few_steps_teach_and_can_be_interrupted(
    tools: tuple[GoldTool, ...], examples: Examples, tmp_path: Path
) -> None:
    told: list[str] = []
    whole = Lessons(load_weights(BASE, CPU), examples, QUICK)
    best = whole.teach(tools[:2], tools[2:3], tell=told.append)
    assert best.epoch == 2 and whole.curve.dev[-1].loss < whole.curve.before.loss - 0.1
    assert len(whole.curve.steps) == 4 and any(line.startswith("epoch 2") for line in told)

    state = tmp_path / "state"
    first = Lessons(load_weights(BASE, CPU), examples, QUICK)

    def stop(line: str) -> None:
        if line.startswith("epoch 1"):
            first._keep(state)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        first.teach(tools[:2], tools[2:3], tell=stop, state=state)
    second = Lessons(load_weights(BASE, CPU), examples, QUICK)
    again = second.teach(tools[:2], tools[2:3], tell=told.append, state=state)
    assert again.weights.keys() == best.weights.keys()
    assert all(torch.equal(again.weights[name], best.weights[name]) for name in best.weights)
    other = Lessons(load_weights(BASE, CPU), examples, replace(QUICK, rate=1.0))
    with pytest.raises(ValueError, match="another plan"):
        other.teach(tools[:2], tools[2:3], tell=told.append, state=state)


def test_the_folded_model_is_the_taught_one(
    tools: tuple[GoldTool, ...], examples: Examples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path / "cache"))
    lessons = Lessons(load_weights(BASE, CPU), examples, QUICK)
    best = lessons.teach(tools[:2], tools[2:3], tell=lambda line: None)
    path = tmp_path / "adapter.gguf"
    export_adapter(path, best.weights, lessons.peft.base_model.model.config, alpha=QUICK.alpha, name="quick")
    folded = find_house_model(BASE, path)
    assert (folded.base_sha256, folded.adapter_sha256) == (BASE.sha256, read_model_file(path).sha256)
    # The folded file, read back into torch without any LoRA, foretells as the taught one does.
    again = Lessons(load_weights(folded, CPU), examples, QUICK)
    assert abs(again.measure(tools[2:3]).loss - lessons.curve.dev[-1].loss) < 0.02


def test_swapped_facts_are_swapped_everywhere(tools: tuple[GoldTool, ...]) -> None:
    names = [tool.dossier.name for tool in tools]
    changed = 0
    for number, tool in enumerate(tools[::7]):
        twin = swap_facts(tool, names, random.Random(number))
        changed += twin.dossier.name != tool.dossier.name
        assert twin.dossier.rivals == tool.dossier.rivals and twin.dossier.licence == tool.dossier.licence
        for slug, verdict in twin.verdicts.items():
            assert verdict.call == tool.verdicts[slug].call
            persona = next(persona for persona in PERSONAS if persona.slug == slug)
            for beat in persona.beats:
                forms = fact_forms(twin.dossier, years=beat.forecast_years)
                digits = [
                    found for found in unsupported_numbers(verdict.argument[beat.id], forms) if re.search(r"\d", found)
                ]
                assert digits == [], (tool.dossier.slug, slug, beat.id)
    assert changed > len(tools[::7]) * 0.9


def test_shuffled_evidence_is_the_same_evidence(tools: tuple[GoldTool, ...]) -> None:
    twin = shuffle_evidence(tools[0], random.Random(3))
    assert sorted(item.id for item in twin.dossier.evidence) == sorted(item.id for item in tools[0].dossier.evidence)


def test_the_command_writes_an_adapter_and_its_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    out = tmp_path / "made" / "adapter.gguf"
    assert main(["--out", str(out), "--tools", "2", "--epochs", "1", "--rank", "4"]) == 0
    card = out.with_suffix(".md").read_text()
    assert BASE.sha256 in card and read_model_file(out).sha256 in card and "| rank | 4 |" in card
    assert {path.name for path in out.parent.iterdir()} == {"adapter.gguf", "adapter.md"}
    assert "kept epoch 1" in capsys.readouterr().out
    assert asdict(Plan())["rank"] == 32


def test_a_broken_corpus_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("personas", "prompts"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "panel.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert main(["--out", str(tmp_path / "a.gguf")]) == 2
    assert "there are no gold verdicts here" in capsys.readouterr().err
