"""The engine benchmark's figures: what several rounds of turns come to, as plain data and as a table.

Runs nothing. A figure is the median of the rounds; a ratio is taken within a round, against Panel's side of that
round, and its median is shown: above 1 the other side takes longer.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from benchmarks.engine_turns import Result
from benchmarks.engine_workloads import is_verdict

NAMES = {
    "a": "Panel",
    "b": "create_completion, persona first",
    "c": "create_completion, dossier first",
    "d": "llama-server",
    "e1": "limit: Panel's decodes alone",
    "e2": "limit: llama.cpp's rates",
}
NOTES = (
    "x a: a side's seconds over Panel's in the same round (above 1: Panel is faster). computed and saved: tokens of "
    "prompts. tok/s: written tokens over all the seconds. first tool: all seats of one tool are written. peak: memory "
    "of the side's process, weights included; for d of the server, else with Python. others: processors that were kept "
    "busy by anything else meanwhile; only a run with next to none is worth quoting.",
    "Sides b to d get the tokens Panel gets (b in its own order) and GBNF grammars that llama-cpp-python makes of the "
    "same schemas. Its converter takes no (?:groups) and escapes no quotation marks, so groups are plain ones and "
    "beats have no quotation marks; optional white space between JSON's marks is left out, as Panel's grammar has "
    "none. What is not named here stands at the library's defaults. valid: JSON, each beat of the persona's pattern.",
    "The sides do not write the same texts: their random numbers differ, and where the grammar leaves one spelling, "
    "Panel takes the tokenizer's own tokens for it, while the others let the model choose how to cut it, mostly into "
    "more tokens. Hence chars/s (written characters over all the seconds) beside tok/s.",
    "e2: different prompt tokens over the reading rate at the workload's piece sizes, plus written tokens over the "
    "writing rate: no token forced, none guessed, nothing said between steps. Panel can write faster than it.",
    "A model with random weights writes noise: the grammar refuses most of what it likes best and its prompts are no "
    "help in guessing, which is the worst case for grammar, sampling and guesses alike.",
)
_MIB = 1024 * 1024
_HEAD = (
    f"{'side':<36} {'wall s':>8} {'(min-max)':>17} {'x a':>6} {'(min-max)':>13} {'computed':>9} {'saved':>8} "
    f"{'written':>8} {'tok/s':>7} {'chars/s':>8} {'first tool s':>13} {'peak MiB':>9} {'others':>7} {'valid':>6}"
)


@dataclass(frozen=True, slots=True)
class Spread:
    """Several rounds' figures of one kind."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Take the figures together; there is at least one."""
        return cls(statistics.median(values), min(values), max(values))


def summarise(rounds: Sequence[Mapping[str, Result]], schemas: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Work out each side's figures.

    Args:
        rounds: for each round the sides' results; a side that failed is missing from then on.
        schemas: each answer's schema, by the request's name.

    Returns:
        By side; a side that never ended is left out.
    """
    sides = dict.fromkeys(side for results in rounds for side in results)
    return {side: _summarise_side(side, rounds, schemas) for side in sides}


def _summarise_side(side: str, rounds: Sequence[Mapping[str, Result]], schemas: Mapping[str, Any]) -> dict[str, Any]:
    turns = [results[side] for results in rounds if side in results]
    wall = Spread.of([turn["wall_s"] for turn in turns])
    ratio = Spread.of([results[side]["wall_s"] / results["a"]["wall_s"] for results in rounds if side in results])
    summary: dict[str, Any] = {
        "rounds": len(turns),
        "walls_s": [turn["wall_s"] for turn in turns],
        "wall_s": wall.median,
        "wall_s_low": wall.low,
        "wall_s_high": wall.high,
        "ratio": ratio.median,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
        "ratios": [results[side]["wall_s"] / results["a"]["wall_s"] for results in rounds if side in results],
        "peak_bytes": max(turn["peak_bytes"] for turn in turns),
        "others": statistics.mean(turn["others"] for turn in turns),
        "setting": turns[-1].get("setting", ""),
    }
    for name in ("read_s", "write_s", "write_tokens_per_s"):
        if name in turns[0]:
            summary[name] = statistics.median(turn[name] for turn in turns)
    if "answers" in turns[0]:
        summary |= _summarise_answers(turns, schemas)
    if "figures" in turns[0]:
        summary["inside"] = _summarise_figures([turn["figures"] for turn in turns])
    if "tried" in turns[0]:
        summary["tried"] = turns[0]["tried"]
    return summary


def _summarise_answers(turns: Sequence[Result], schemas: Mapping[str, Any]) -> dict[str, Any]:
    answers = [one for turn in turns for one in turn["answers"]]
    valid = [one["finish"] == "stop" and is_verdict(one["text"], schemas[one["id"]]) for one in answers]

    def median_sum(name: str) -> float:
        return statistics.median(sum(one[name] for one in turn["answers"]) for turn in turns)

    prompt, computed, written = map(median_sum, ("prompt_tokens", "computed_tokens", "written_tokens"))
    return {
        "prompt_tokens": prompt,
        "computed_tokens": computed,
        "saved_tokens": prompt - computed,
        "written_tokens": written,
        "written_tokens_per_s": statistics.median(
            sum(one["written_tokens"] for one in turn["answers"]) / turn["wall_s"] for turn in turns
        ),
        "written_chars_per_s": statistics.median(
            sum(len(one["text"]) for one in turn["answers"]) / turn["wall_s"] for turn in turns
        ),
        "first_tool_s": statistics.median(_first_tool_s(turn["answers"]) for turn in turns),
        "valid_share": sum(valid) / len(valid),
        "not_valid": [one["text"] for one, is_valid in zip(answers, valid, strict=True) if not is_valid][:3],
    }


def _first_tool_s(answers: Sequence[Result]) -> float:
    last: dict[str, float] = {}
    for one in answers:
        last[one["tool"]] = max(last.get(one["tool"], 0.0), one["at_s"])
    return min(last.values())


def _summarise_figures(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    middle = {name: statistics.median(one[name] for one in figures) for name in figures[0]}
    choose_s, write_s, read_s = middle["choose_s"], middle["write_s"], middle["read_s"]
    return middle | {
        "choose_share": choose_s / ((read_s + write_s + choose_s) or 1),
        "choose_share_of_writing": choose_s / ((write_s + choose_s) or 1),
        "hit_share": middle["hits"] / (middle["guesses"] or 1),
    }


def compare_texts(results: Mapping[str, Result]) -> dict[str, float] | None:
    """Compare what `a` and `c` wrote; None when one of them did not."""
    if not results.keys() >= {"a", "c"}:
        return None
    theirs = {one["id"]: one["text"] for one in results["c"]["answers"]}
    pairs = [(one["text"], theirs[one["id"]]) for one in results["a"]["answers"]]
    return {
        "answers": len(pairs),
        "equal": sum(ours == other for ours, other in pairs),
        "equal_beginning_share": statistics.median(_common(*pair) / max(map(len, pair)) for pair in pairs),
    }


def _common(ours: str, other: str) -> int:
    same = 0
    for one, two in zip(ours, other, strict=False):
        if one != two:
            break
        same += 1
    return same


def print_measured(measured: Mapping[str, Any]) -> None:
    """Print one model's figures of one workload."""
    facts = measured["facts"]
    print(
        f"\n{measured['model']['name']} ({measured['model']['size_bytes'] / _MIB:,.0f} MiB), {measured['workload']}: "
        f"{facts['answers']} answers of at most {facts['longest_answer_tokens']} tokens, "
        f"{facts['prompt_tokens']:,} tokens of prompts, {facts['unique_tokens']:,} of them different"
    )
    for note in measured["notes"]:
        print(f"  ! {note}")
    print(_HEAD)
    for side, figures in measured["sides"].items():
        print(_row(side, figures))
    for side, figures in measured["sides"].items():
        if figures["setting"]:
            tried = "".join(f"; {name}: {wall_s:.1f} s" for name, wall_s in figures.get("tried", {}).items())
            print(f"  {side}: {figures['setting']}{tried}")
        if "inside" in figures:
            print(f"  {side}: {_inside(figures['inside'])}")
        elif "read_s" in figures:
            print(f"  {side}: reading {figures['read_s']:.2f} s, writing {figures['write_s']:.2f} s")
    if same := measured["texts"]:
        print(
            f"  a and c wrote the same text {same['equal']} times of {same['answers']}; in the median the first "
            f"{same['equal_beginning_share']:.0%} of an answer are the same"
        )


def _row(side: str, figures: Mapping[str, Any]) -> str:
    wall = f"({figures['wall_s_low']:.2f}-{figures['wall_s_high']:.2f})"
    ratio = f"({figures['ratio_low']:.2f}-{figures['ratio_high']:.2f})"
    row = f"{side + '  ' + NAMES[side]:<36} {figures['wall_s']:>8.2f} {wall:>17} {figures['ratio']:>6.2f} {ratio:>13} "
    if "written_tokens" in figures:
        row += (
            f"{figures['computed_tokens']:>9,.0f} {figures['saved_tokens']:>8,.0f} {figures['written_tokens']:>8,.0f} "
            f"{figures['written_tokens_per_s']:>7.1f} {figures['written_chars_per_s']:>8.0f} "
            f"{figures['first_tool_s']:>13.2f} "
        )
    else:
        row += f"{'':>9} {'':>8} {'':>8} {'':>7} {'':>8} {'':>13} "
    row += f"{figures['peak_bytes'] / _MIB:>9,.0f} {figures['others']:>7.2f}"
    return row + (f" {figures['valid_share']:>6.0%}" if "valid_share" in figures else "")


def _inside(inside: Mapping[str, float]) -> str:
    return (
        f"reading {inside['read_s']:.2f} s, writing {inside['write_s']:.2f} s, grammar and sampling "
        f"{inside['choose_s']:.2f} s ({inside['choose_share']:.1%} of all, {inside['choose_share_of_writing']:.1%} of "
        f"the writing); {inside['steps']:.0f} steps, {inside['guesses']:.0f} tokens computed ahead, forced "
        f"or guessed, of which {inside['hit_share']:.0%} came to be; {inside['masks']:.0f} whole masks"
    )
