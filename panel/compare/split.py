"""The reviewer split in words: who agrees on everything, who ships one tool and skips another, who is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from panel.compare.wording import end_sentence, format_stance, join_names, join_reviewers
from panel.records import Call, SplitLine


def write_split(names: Sequence[str], split: Sequence[SplitLine]) -> str:
    """Write the reviewer split.

    Args:
        names: the tools' names.
        split: how each reviewer called them, in the same order.

    Returns:
        One or more sentences that name every reviewer, or all of them at once; without tools or reviewers, that
        there is nothing to split.
    """
    if not names or not split:
        return "There is nothing to split."
    groups: dict[tuple[Call | None, ...], list[str]] = defaultdict(list)
    for line in split:
        # Only whole sets of calls can agree on everything; a partial one stands alone.
        groups[line.calls].append(line.name)
    if len(groups) == 1 and len(split) > 1 and None not in split[0].calls:
        stance = format_stance(names, split[0].calls, reviewers=len(split))
        return end_sentence(f"The panel is unanimous: all {len(split)} reviewers {stance}")
    sentences: list[str] = []
    for calls, who in groups.items():
        sentences.extend(_write_group(names, calls, who))
    # One group alone has just said it.
    sentences.extend(_write_unanimous(names, split) if len(groups) > 1 else [])
    missing = _write_missing(names, groups)
    return " ".join([*sentences, missing] if missing else sentences)


def _write_group(names: Sequence[str], calls: Sequence[Call | None], who: Sequence[str]) -> list[str]:
    stance = format_stance(names, calls, reviewers=len(who))
    if not stance:
        return []
    if len(who) > 1 and len(names) > 1 and None not in calls:
        return [end_sentence(f"{join_reviewers(who, opening=True)} agree on everything: they {stance}")]
    return [end_sentence(f"{join_reviewers(who, opening=True)} {stance}")]


def _write_unanimous(names: Sequence[str], split: Sequence[SplitLine]) -> list[str]:
    """Name the tools that every reviewer calls alike, where the reviewers do not agree on everything."""
    sentences = []
    for place, name in enumerate(names):
        calls = {line.calls[place] for line in split}
        if len(calls) == 1 and (call := calls.pop()):
            sentences.append(end_sentence(f"Every reviewer {call.value}s {name}"))
    return sentences


def _write_missing(names: Sequence[str], groups: dict[tuple[Call | None, ...], list[str]]) -> str:
    absent: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for calls, who in groups.items():
        tools = tuple(name for name, call in zip(names, calls, strict=True) if call is None)
        if tools:
            absent[tools].extend(who)
    parts = [f"{join_reviewers(who)} on {join_names(tools)}" for tools, who in absent.items()]
    return end_sentence(f"Missing: {'; '.join(parts)}") if parts else ""
