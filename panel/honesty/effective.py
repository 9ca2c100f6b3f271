"""Which calls a panel's effective votes are computed from, and the sentence that says so.

First the newsroom's own runs with the same model and the same reviewers, once they are of enough tools. Else, for the
house model, the calls it made over the corpus, which are kept in `effective.json` beside this module; the file is made
from an evaluation by `python -m benchmarks.honesty --effective`. Else nobody knows, and that is what is said.

Counted are the calls of drafts, before any editor: editors are no part of what the model's seats share. A reviewer
whose file was changed is another reviewer, and a model that was only requantized by `panel model prepare` the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints, TypeAdapter

from panel.errors import PanelError
from panel.honesty.votes import CallRow, EffectiveVotes, measure_votes
from panel.records import Call, EngineIdentity, Manifest, Record, Seat, Sha256, Slug
from panel.store import Run, RunStore
from panel.store.reading import read_stored

LEAST_TOOLS = 20
"""How many tools the newsroom's own figure needs: phi of 20 tools is known to about 0.2, of fewer to nothing."""

BUNDLE = Path(__file__).with_name("effective.json")
LETTERS = {Call.SHIP: "+", Call.SKIP: "-", None: "."}
NOTE = "Independent is not right: reviewers who toss coins are independent too."
_CALLS = {letter: call for call, letter in LETTERS.items()}


class CorpusCalls(Record):
    """What `effective.json` holds: every call of the house model over one split of the corpus."""

    schema_version: Literal[1] = 1
    model_name: str
    base_sha256: Sha256
    adapter_sha256: Sha256
    made_at: AwareDatetime
    """When the evaluation was begun."""
    split: str
    personas: dict[Slug, Sha256]
    """Each reviewer's file by its hash, in the order of the calls."""
    prompts: dict[str, Sha256]
    """Each prompt's file by its hash; told, not held against: a prompt is the same for all seats."""
    tools: dict[Slug, Annotated[str, StringConstraints(pattern=r"^[-+.]+$")]]
    """Each tool's calls: + ship, - skip, . missing."""


_BUNDLE = TypeAdapter(CorpusCalls)


@dataclass(frozen=True, slots=True)
class VotesRead:
    """What a run's votes are worth, as far as anybody knows.

    Attributes:
        reviewers: how many the run has.
        figure: None when nobody knows.
        source: where the calls are from.
        personas: the reviewers, in the order of the figure's places.
        own_tools: how many tools the newsroom's own runs with this model and these reviewers are of.
    """

    reviewers: int
    figure: EffectiveVotes | None
    source: Literal["newsroom", "corpus", "none"]
    personas: tuple[str, ...]
    own_tools: int

    @property
    def text(self) -> str:
        """The figure for people: "4 reviewers, 1.6 effective votes (1.3 to 2.2; from 48 tools of the corpus …)"."""
        who = f"{self.reviewers} reviewer{'s' if self.reviewers != 1 else ''}"
        if self.reviewers < 2:
            return who
        if self.figure is not None and self.figure.votes is None:
            return (
                f"{who}; each made one and the same call on all of {self.figure.tools} tools: nobody knows their worth"
            )
        if self.figure is None or self.figure.votes is None:
            return (
                f"{who}; how many effective votes they are is unknown for this model "
                f"(the newsroom has {self.own_tools} of the {LEAST_TOOLS} tools it takes)"
            )
        where = "of the corpus" if self.source == "corpus" else "of this newsroom"
        bounds = ""
        if self.figure.low is not None and self.figure.high is not None:
            bounds = f"{self.figure.low:.1f} to {self.figure.high:.1f}; "
        text = f"{who}, {self.figure.votes:.1f} effective votes ({bounds}from {self.figure.tools} tools {where} "
        constant = ", ".join(self.personas[place] for place in self.figure.constant)
        return text + f"with this model{f'; always the same call: {constant}' if constant else ''})"

    def describe(self) -> dict[str, object]:
        """Return the figure as plain data."""
        figure = self.figure
        return {
            "reviewers": self.reviewers,
            "votes": figure.votes if figure else None,
            "low": figure.low if figure else None,
            "high": figure.high if figure else None,
            "mean_phi": figure.correlation if figure else None,
            "pairs": figure.pairs if figure else 0,
            "constant": [self.personas[place] for place in figure.constant] if figure else [],
            "tools": figure.tools if figure else 0,
            "source": self.source,
            "own_tools": self.own_tools,
            "least_own_tools": LEAST_TOOLS,
            "text": self.text,
            "note": NOTE,
        }


def read_votes(manifest: Manifest, store: RunStore | None, *, bundle: Path = BUNDLE) -> VotesRead:
    """Find out what the votes of a run's reviewers are worth.

    Args:
        manifest: the run's.
        store: the newsroom's runs, this one among them; None to leave them out.
        bundle: where the calls over the corpus are.

    Raises:
        StoreError: the bundled calls are there and cannot be read. Damaged runs are left out.
    """
    own = own_rows(manifest, store) if store else {}
    told = [row for row in own.values() if sum(call is not None for call in row) > 1]
    source: Literal["newsroom", "corpus", "none"] = "none"
    figure = None
    if len(manifest.personas) < 2:
        return VotesRead(len(manifest.personas), None, source, manifest.personas, len(told))
    if len(told) >= LEAST_TOOLS:
        figure, source = measure_votes(told), "newsroom"
    elif rows := corpus_rows(manifest, bundle):
        figure, source = measure_votes(rows), "corpus"
    return VotesRead(len(manifest.personas), figure, source, manifest.personas, len(told))


def model_key(engine: EngineIdentity) -> str | None:
    """Name the model that wrote, whatever form its weights are in.

    Returns:
        The house model by its base and adapter, a prepared file by its source, any other file by its own bytes, and a
        served model by its address and name, since nothing else is known of it. None for a script: it is no model.
    """
    if engine.engine == "scripted":
        return None
    if engine.adapter_sha256:
        return f"{engine.base_sha256}+{engine.adapter_sha256}"
    return engine.source_sha256 or engine.model_sha256 or f"{engine.base_url} {engine.model_name}"


def own_rows(manifest: Manifest, store: RunStore) -> dict[str, CallRow]:
    """Gather the calls of a newsroom's runs by the same model and reviewers.

    Returns:
        By tool, in the order of the manifest's personas; the newest run of a tool counts, so that none counts twice.
        A reviewer whose file is another one has no call. {} for a script.
    """
    key = model_key(manifest.engine)
    if key is None:
        return {}
    rows: dict[str, CallRow] = {}
    for run in sorted(open_all(store), key=lambda run: run.manifest.created_at):
        if model_key(run.manifest.engine) != key:
            continue
        same = [persona for persona in manifest.personas if is_same_persona(manifest, run.manifest, persona)]
        for tool in run.manifest.tools:
            try:
                row = tuple(_call(run, tool, persona) if persona in same else None for persona in manifest.personas)
            except PanelError:
                continue  # a damaged draft; `panel verify` names it
            if any(row):
                rows[tool] = row
    return rows


def open_all(store: RunStore) -> Iterable[Run]:
    """Open every run that can be opened; `panel runs` names the others."""
    for name in store.names():
        try:
            yield store.open(name)
        except PanelError:
            continue


def is_same_persona(first: Manifest, second: Manifest, persona: str) -> bool:
    """Tell whether two runs have the very same reviewer: a file of that name, with the same bytes."""
    name = f"personas/{persona}.yaml"
    return persona in second.personas and first.inputs.get(name) == second.inputs.get(name)


def corpus_rows(manifest: Manifest, bundle: Path = BUNDLE) -> list[CallRow]:
    """Return the bundled calls of a run's reviewers; [] when they are another model's, or not these reviewers'."""
    if not bundle.is_file():
        return []
    kept = read_stored(bundle, _BUNDLE)
    if (kept.base_sha256, kept.adapter_sha256) != (manifest.engine.base_sha256, manifest.engine.adapter_sha256):
        return []
    places = {persona: place for place, persona in enumerate(kept.personas)}
    for persona in manifest.personas:
        if kept.personas.get(persona) != manifest.inputs.get(f"personas/{persona}.yaml"):
            return []
    return [tuple(_CALLS[letters[places[persona]]] for persona in manifest.personas) for letters in kept.tools.values()]


def bundle_calls(run: Run) -> CorpusCalls:
    """Make the bundle of an evaluation's run.

    Raises:
        ValueError: the run is not of the house model.
        StoreError: a draft cannot be read.
    """
    manifest, engine = run.manifest, run.manifest.engine
    if engine.base_sha256 is None or engine.adapter_sha256 is None:
        raise ValueError(f"{engine.model_name} is not the house model")
    return CorpusCalls(
        model_name=engine.model_name,
        base_sha256=engine.base_sha256,
        adapter_sha256=engine.adapter_sha256,
        made_at=manifest.created_at,
        split=run.run_id.split("-")[0],
        personas={persona: manifest.inputs[f"personas/{persona}.yaml"] for persona in manifest.personas},
        prompts=_below("prompts/", manifest.inputs),
        tools={
            tool: "".join(LETTERS[_call(run, tool, persona)] for persona in manifest.personas)
            for tool in manifest.tools
        },
    )


def _below(folder: str, inputs: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(folder): sha256 for name, sha256 in inputs.items() if name.startswith(folder)}


def _call(run: Run, tool: str, persona: str) -> Call | None:
    draft = run.last_draft(Seat(tool=tool, persona=persona))
    return draft.call if draft else None
