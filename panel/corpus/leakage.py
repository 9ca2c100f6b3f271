"""Leakage: what a model could know of the tools it is judged by, because it learnt it from others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panel.checks import CheckSubject
from panel.checks.names import check_wrong_tool
from panel.corpus.faults import Fault, dossier_place, verdict_place
from panel.corpus.gold import GoldTool
from panel.records import Dossier, Persona


def check_splits(tools: Sequence[GoldTool]) -> Iterator[Fault]:
    """Find tools with the name, or the maker and the category, of a tool in another split."""
    names: dict[str, GoldTool] = {}
    makers: dict[tuple[str, str], GoldTool] = {}
    for tool in tools:
        dossier = tool.dossier
        named = names.setdefault(dossier.name.casefold(), tool)
        if named.split is not tool.split:
            said = f"a tool of the {tool.split} split has the name of {_name(named)}"
            yield Fault("split-name", dossier_place(tool), said, dossier.name)
        made = makers.setdefault((dossier.maker.casefold(), dossier.category.casefold()), tool)
        if made.split is not tool.split:
            said = f"a tool of the {tool.split} split has the maker and the category of {_name(made)}"
            yield Fault("split-maker", dossier_place(tool), said, f"{dossier.maker}, {dossier.category}")


def check_names(tool: GoldTool, tools: Sequence[GoldTool], personas: Sequence[Persona]) -> Iterator[Fault]:
    """Find verdicts that name another tool of the corpus, a rival of the dossier's included.

    A name that the tool itself or its maker bears is its own.
    """
    others = [other for other in tools if other is not tool]
    by_name = {_joined(form): other for other in others for form in (other.dossier.slug, other.dossier.name)}
    dossiers = tuple(other.dossier for other in others)
    for persona in personas:
        subject = CheckSubject(tool.verdicts[persona.slug].beats, persona, _bare(tool.dossier), dossiers)
        for finding in check_wrong_tool(subject):
            said = f"the verdict names {_name(by_name[_joined(finding.quote)])}, another tool of the corpus"
            yield Fault("foreign-tool", verdict_place(tool, persona.slug, finding.beat), said, finding.quote)


def _bare(dossier: Dossier) -> Dossier:
    """Leave what names the tool itself and its maker: the desk's check lets every name of the dossier pass."""
    told = {"tagline": "", "description": "", "model_family": None, "rivals": (), "evidence": ()}
    return dossier.model_copy(update=told)


def _joined(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def _name(tool: GoldTool) -> str:
    return f"{tool.dossier.slug} ({tool.split})"
