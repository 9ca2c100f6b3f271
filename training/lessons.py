"""The lessons: a LoRA taught step by step, one tool a step, judged on dev after each epoch.

Knows nothing of files but its own state, from which an interrupted training goes on.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor

from panel.corpus import GoldTool
from training.attention import LAYOUT
from training.examples import Example, Examples
from training.swap import shuffle_evidence, swap_facts

MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is taught.

    Attributes:
        rank: of every LoRA matrix.
        alpha: what a LoRA's product is multiplied with, times its rank.
        modules: which of a layer's matrices get one.
        epochs: how often every tool is seen.
        rate: the highest learning rate.
        warm_up: steps until it is reached; it then falls along a cosine to a twentieth.
        clip: the gradient's greatest length.
        call_weight: how many tokens the decisive one counts for.
        swapped_share: of the tools of every epoch after the first, seen under other facts.
        seed: of everything drawn.
    """

    rank: int = 32
    alpha: float = 64.0
    modules: tuple[str, ...] = MODULES
    epochs: int = 3
    rate: float = 1e-3
    warm_up: int = 16
    clip: float = 1.0
    call_weight: float = 10.0
    swapped_share: float = 0.5
    shuffled: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model makes of some tools it was not taught.

    Attributes:
        loss: nats a token of the answers.
        call_loss: nats of the decisive token.
        calls_right: share of decisive tokens for which the gold call is likelier than the other.
    """

    loss: float
    call_loss: float
    calls_right: float


@dataclass
class Curve:
    """The losses as they came: on dev before everything, after each step, and on dev after each epoch."""

    before: Measured = Measured(0.0, 0.0, 0.0)
    steps: list[float] = field(default_factory=list)
    dev: list[Measured] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Best:
    """The LoRA as it was after its best epoch on dev, by PEFT's names, in 32 bits."""

    epoch: int
    weights: dict[str, Tensor]


class Lessons:
    """Teaches one model.

    Args:
        model: a causal language model with the attention of `training.attention`; LoRA is put onto it.
        examples: makes token ids.
        plan: how.
        call_tokens: the two tokens that decide a call: the gold one is looked up among them.
    """

    def __init__(self, model: Any, examples: Examples, plan: Plan) -> None:
        self.plan, self._examples = plan, examples
        torch.manual_seed(plan.seed)
        config = LoraConfig(r=plan.rank, lora_alpha=plan.alpha, target_modules=list(plan.modules), lora_dropout=0.0)
        self.peft = get_peft_model(model, config)
        self._model = self.peft.base_model.model
        self._device = next(model.parameters()).device
        self._live = [weight for weight in self.peft.parameters() if weight.requires_grad]
        # Adam works in 32 bits; the model computes with a rounded copy.
        self._masters = [weight.detach().float().clone() for weight in self._live]
        for weight in self._live:
            weight.data = weight.data.to(model.dtype)
        self._adam = torch.optim.AdamW(self._masters, lr=plan.rate, betas=(0.9, 0.99), weight_decay=0.0)
        self._best_epoch, self._best = 0, [master.clone() for master in self._masters]
        self.curve = Curve()
        self.step = 0

    def teach(
        self,
        train: Sequence[GoldTool],
        dev: Sequence[GoldTool],
        *,
        tell: Callable[[str], None],
        state: Path | None = None,
    ) -> Best:
        """Teach every epoch, or go on from where `state` was left.

        Args:
            train: to learn from.
            dev: to judge by after each epoch.
            tell: told how far it is.
            state: where to go on from, and to keep how far it is.

        Returns:
            The best epoch's weights, by the loss on dev.

        Raises:
            ValueError: the state is of another plan.
        """
        if state is not None and state.exists():
            self._restore(state)
            tell(f"going on after step {self.step}")
        else:
            self.curve.before = self.measure(dev)
            tell(f"before: on dev {asdict(self.curve.before)}")
        total = self.plan.epochs * len(train)
        names = [tool.dossier.name for tool in train]
        lessons = [example for epoch in range(self.plan.epochs) for example in self._order(train, epoch)]
        for number, (tool, seed) in enumerate(lessons):
            if number < self.step:
                continue
            shown = self._show(tool, names, random.Random(seed), swapped=number >= len(train))
            loss = self._learn(self._examples.make(shown), self._rate(number, total))
            self.curve.steps.append(loss)
            self.step = number + 1
            if self.step % 10 == 0:
                recent = self.curve.steps[-10:]
                tell(f"step {self.step} of {total}: loss {sum(recent) / len(recent):.3f}")
            if self.step % len(train) == 0:
                self._close_epoch(self.step // len(train), dev, tell)
            if state is not None and self.step % 20 == 0:
                self._keep(state)
        names_of = [name for name, weight in self.peft.named_parameters() if weight.requires_grad]
        return Best(self._best_epoch, dict(zip(names_of, self._best, strict=True)))

    def _close_epoch(self, epoch: int, dev: Sequence[GoldTool], tell: Callable[[str], None]) -> None:
        measured = self.measure(dev)
        if not self.curve.dev or measured.loss < min(one.loss for one in self.curve.dev):
            self._best_epoch, self._best = epoch, [master.clone() for master in self._masters]
        self.curve.dev.append(measured)
        tell(f"epoch {epoch}: on dev {asdict(measured)}")

    def _order(self, train: Sequence[GoldTool], epoch: int) -> list[tuple[GoldTool, int]]:
        rng = random.Random(f"{self.plan.seed}/{epoch}")
        order = list(train)
        rng.shuffle(order)
        return [(tool, rng.getrandbits(32)) for tool in order]

    def _show(self, tool: GoldTool, names: Sequence[str], rng: random.Random, *, swapped: bool) -> GoldTool:
        if swapped and rng.random() < self.plan.swapped_share:
            tool = swap_facts(tool, names, rng)
        return shuffle_evidence(tool, rng) if self.plan.shuffled else tool

    def _rate(self, number: int, total: int) -> float:
        warm = min(1.0, (number + 1) / self.plan.warm_up)
        fall = 0.5 * (1 + math.cos(math.pi * number / max(total, 1)))
        return self.plan.rate * warm * max(fall, 0.05)

    def _learn(self, example: Example, rate: float) -> float:
        losses, calls = self._losses(example)
        weights = torch.ones_like(losses)
        weights[calls] = self.plan.call_weight
        ((losses * weights).sum() / weights.sum()).backward()
        for master, weight in zip(self._masters, self._live, strict=True):
            master.grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        torch.nn.utils.clip_grad_norm_(self._masters, self.plan.clip)
        for group in self._adam.param_groups:
            group["lr"] = rate
        self._adam.step()
        self._round()
        return float(losses.detach().mean())

    def _round(self) -> None:
        for master, weight in zip(self._masters, self._live, strict=True):
            weight.data.copy_(master)

    @torch.no_grad()
    def measure(self, tools: Sequence[GoldTool]) -> Measured:
        """Measure without teaching; no tools measure 0."""
        losses, calls = [], []
        for tool in tools:
            of_tool, at = self._losses(self._examples.make(tool))
            losses.append(of_tool)
            calls.append(of_tool[at])
        if not losses:
            return Measured(0.0, 0.0, 0.0)
        decisive = torch.cat(calls)
        return Measured(
            loss=float(torch.cat(losses).mean()),
            call_loss=float(decisive.mean()),
            calls_right=float((decisive < math.log(2)).float().mean()),
        )

    def _losses(self, example: Example) -> tuple[Tensor, list[int]]:
        """Return the loss of every token of the answers, in order, and the places of the decisive ones."""
        self._read(example)
        longest = max(len(turn.answer) for turn in example.turns)
        tokens: list[int] = []
        before: list[int] = []
        answers: list[int] = []
        calls = []
        for turn in example.turns:
            before += range(len(tokens), len(tokens) + len(turn.answer))
            calls.append(len(answers) + turn.call_at)
            answers += turn.answer
            # The last token of a prompt foretells the first of its answer, so it goes with the answer.
            tokens += (turn.prompt[-1], *turn.answer[:-1], *(0,) * (longest - len(turn.answer)))
        positions = LAYOUT.lay_out_answers(longest, self._device)
        hidden = self._run(tokens, positions)[0, before]
        wanted = torch.tensor(answers, device=self._device)
        return torch.nn.functional.cross_entropy(self._model.lm_head(hidden).float(), wanted, reduction="none"), calls

    @torch.no_grad()
    def _read(self, example: Example) -> None:
        prompts = [turn.prompt[:-1] for turn in example.turns]
        longest = max(len(prompt) for prompt in prompts)
        tokens = list(example.shared)
        for prompt in prompts:
            tokens += (*prompt, *(0,) * (longest - len(prompt)))
        self._run(tokens, LAYOUT.lay_out_prompts(len(example.shared), [len(one) for one in prompts], self._device))

    def _run(self, tokens: list[int], positions: Tensor) -> Tensor:
        ids = torch.tensor([tokens], device=self._device)
        hidden: Tensor = self._model.model(input_ids=ids, position_ids=positions, use_cache=False).last_hidden_state
        return hidden

    def _keep(self, state: Path) -> None:
        part = state.with_suffix(".state-part")
        torch.save(
            {
                "plan": asdict(self.plan),
                "step": self.step,
                "masters": self._masters,
                "adam": self._adam.state_dict(),
                "best_epoch": self._best_epoch,
                "best": self._best,
                "before": asdict(self.curve.before),
                "steps": self.curve.steps,
                "dev": [asdict(item) for item in self.curve.dev],
            },
            part,
        )
        part.replace(state)

    def _restore(self, state: Path) -> None:
        kept = torch.load(state, weights_only=True)
        if kept["plan"] != asdict(self.plan):
            raise ValueError(f"{state} was left by a training with another plan; remove it to begin again")
        for master, saved in zip(self._masters, kept["masters"], strict=True):
            master.copy_(saved)
        self._round()
        self._adam.load_state_dict(kept["adam"])
        self.step = kept["step"]
        self._best_epoch, self._best = kept["best_epoch"], kept["best"]
        before, *dev = (Measured(**item) for item in [kept["before"], *kept["dev"]])
        self.curve = Curve(before, kept["steps"], dev)
