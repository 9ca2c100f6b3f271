"""Conflicts of interest: a model that reviews what its own maker makes.

Nobody has shown that a model favours its maker's tools, and nobody should have to: readers are told. A model whose
maker is not known here has no known conflict, which is said too, and is another thing than having none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from panel.compare.wording import join_names
from panel.errors import PanelError
from panel.honesty.makers import Family, find_families, find_makers
from panel.models.header import read_header
from panel.records import Dossier, EngineIdentity, Record

Ground = Literal["maker", "model", "name"]
_NAMED_IN_HEADER = ("general.name", "general.basename", "general.base_model.0.name")


class Conflict(Record):
    """One tool that the reviewing model is too near to."""

    tool: str
    """The tool's slug."""
    tool_name: str
    model: str
    """The reviewing model, as the manifest names it."""
    family: str
    """Its family: "SmolLM"."""
    maker: str
    """The family's maker."""
    grounds: tuple[Ground, ...]
    """What the tool shares with it: its `maker`, the `model` inside it, or the `name`."""

    @property
    def for_run(self) -> str:
        """What an editor is told."""
        whose = join_names([f"its {ground}" for ground in self.grounds])
        both = f"{self.tool_name} and its reviewer {self.model}"
        return f"conflict of interest: {both} are both {self.maker}'s, by {whose}"

    @property
    def for_page(self) -> str:
        """What a reader is told."""
        if "maker" in self.grounds:
            return f"{self.tool_name} was reviewed by a model of its own maker, {self.maker} ({self.family})."
        what = "is built on" if "model" in self.grounds else "is named after"
        return (
            f"{self.tool_name} {what} a model of {self.maker}, and a model of {self.maker} reviewed it ({self.family})."
        )


def reviewing_families(engine: EngineIdentity, names: Sequence[str] = ()) -> tuple[Family, ...]:
    """Find the families of the reviewing model; () when it is not known, and for a script.

    Args:
        engine: its name and its file's name are looked at, of the path only the last part.
        names: further names of it, as its file's header gives them.
    """
    if engine.engine == "scripted":
        return ()
    told = [engine.model_name, Path(engine.model_path or "").name, *names]
    return tuple(sorted({family for name in told for family in find_families(name)}))


def conflicts(engine: EngineIdentity, dossier: Dossier, *, names: Sequence[str] = ()) -> tuple[Conflict, ...]:
    """Find what the reviewing model has to do with a tool.

    Args:
        engine: the reviewing model, as the manifest has it.
        dossier: the tool: its maker, its name and the model it is or wraps are looked at.
        names: further names of the model, as `header_names` finds them.

    Returns:
        One conflict for each family of the model that has something in common with the tool; () when there is none,
        or when the model's maker is not known (`reviewing_families` tells which).
    """
    found = []
    for family in reviewing_families(engine, names):
        inside = {one.maker for one in find_families(dossier.model_family or "")}
        named = {one.maker for one in find_families(dossier.name, whole=False)}
        shared: dict[Ground, Iterable[str]] = {"maker": find_makers(dossier.maker), "model": inside, "name": named}
        grounds = tuple(ground for ground, makers in shared.items() if family.maker in makers)
        if grounds:
            found.append(
                Conflict(
                    tool=dossier.slug,
                    tool_name=dossier.name,
                    model=engine.model_name,
                    family=family.name,
                    maker=family.maker,
                    grounds=grounds,
                )
            )
    return tuple(found)


def header_names(engine: EngineIdentity) -> tuple[str, ...]:
    """Read what the model's file calls itself, for a file that somebody renamed.

    Returns:
        () when the file is not there, cannot be read or says nothing.
    """
    path = Path(engine.model_path or "")
    if engine.engine != "llama" or not path.is_file():
        return ()
    try:
        fields = read_header(path).fields
    except PanelError:
        return ()
    return tuple(str(fields[name]) for name in _NAMED_IN_HEADER if fields.get(name))


def read_conflicts(
    engine: EngineIdentity, dossiers: Iterable[Dossier], *, names: Sequence[str] = ()
) -> tuple[str, ...]:
    """Say what an editor should know of a run's conflicts of interest.

    Returns:
        A line each, or one that says that nobody knows the model's maker; () when it is known and there are none.
    """
    if engine.engine == "scripted":
        return ()
    if not reviewing_families(engine, names):
        return (say_unknown_maker(engine),)
    return tuple(one.for_run for dossier in dossiers for one in conflicts(engine, dossier, names=names))


def say_unknown_maker(engine: EngineIdentity) -> str:
    """Say that nobody knows whose model reviewed."""
    return f"the maker of {engine.model_name} is not known to Panel: it cannot tell whether it is one of the tools'"
