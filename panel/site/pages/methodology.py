"""The page of methods: who the reviewers are, how everything is counted, which models wrote, who answers for it."""

from __future__ import annotations

from dataclasses import dataclass

from panel.publish.context import is_script
from panel.records import HowMade, Persona
from panel.site.model import Site
from panel.site.pages.chrome import Chrome, Frame
from panel.site.pages.head import Head, make_head

SHOWN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model that drafted pages which stand.

    Attributes:
        name: the model's; "" for a script, which is none.
        quantization: how its weights are kept; "" where that is not recorded.
        sha256: of its file; "" where there was none.
        short: the hash's first digits.
        engine: what ran it.
        pages: how many of the pages that stand it drafted.
    """

    name: str
    quantization: str
    sha256: str
    short: str
    engine: str
    pages: int


@dataclass(frozen=True, slots=True)
class MethodologyContext:
    """Every name that `methodology.html.j2` may use.

    Attributes:
        frame: the publication.
        head: the page's head.
        personas: the reviewers, as the newest publication of each used them.
        models: what drafted the pages that stand, the most used first.
        pages: how many comparisons stand that a panel judged.
        scripted: whether every one of them is a rehearsal that no model wrote; False without any.
        editors: whose approvals stand behind the pages, by name.
    """

    frame: Frame
    head: Head
    personas: tuple[Persona, ...]
    models: tuple[ModelLine, ...]
    pages: int
    scripted: bool
    editors: tuple[str, ...]


def methodology_html(site: Site, chrome: Chrome) -> str:
    """Render the page of methods.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("methodology.html.j2", methodology_context(site, chrome))


def methodology_context(site: Site, chrome: Chrome) -> MethodologyContext:
    """Gather how the pages that stand were made."""
    made = [comparison.page.how_made for comparison in site.compared()]
    models = _models(made)
    head = make_head(
        chrome,
        "methodology/",
        "How we review",
        f"The reviewers of {chrome.frame.name}, their questions, how shares are counted, which models draft and who "
        "answers for every word.",
        kind="page-methodology",
        here="methodology/",
    )
    return MethodologyContext(
        frame=chrome.frame,
        head=head,
        personas=site.personas,
        models=models,
        pages=len(made),
        scripted=bool(models) and not any(model.name for model in models),
        editors=tuple(sorted({name for one in made for name in one.approvers}, key=str.casefold)),
    )


def _models(made: list[HowMade]) -> tuple[ModelLine, ...]:
    counts: dict[tuple[str, str, str, str], int] = {}
    for one in made:
        wrote = "" if is_script(one.engine) else one.model_name
        key = (wrote, one.quantization or "", one.model_sha256 or "", one.engine)
        counts[key] = counts.get(key, 0) + 1
    lines = [
        ModelLine(name, quantization, sha256, sha256[:SHOWN_DIGITS], engine, pages)
        for (name, quantization, sha256, engine), pages in counts.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.pages, line.name, line.sha256, line.engine)))
