"""The disclosure: what readers are told of a panel's independence, fixed when the run begins.

It is written into the manifest, so that an approval covers it: what the newsroom learns of a model later does not
change a page that somebody approved.
"""

from __future__ import annotations

from collections.abc import Iterable

from panel.honesty.conflicts import conflicts, header_names, reviewing_families
from panel.honesty.effective import read_votes
from panel.records import Disclosure, Dossier, Independence, Interest, Manifest
from panel.store import RunStore


def make_disclosure(manifest: Manifest, dossiers: Iterable[Dossier], store: RunStore | None) -> Disclosure | None:
    """Find out what readers are to know of a run's panel.

    Args:
        manifest: the run's, as far as it is known.
        dossiers: the tools it reviews.
        store: the newsroom's earlier runs.

    Returns:
        None for a script: it is no panel.

    Raises:
        StoreError: the calls over the corpus cannot be read.
    """
    engine = manifest.engine
    if engine.engine == "scripted":
        return None
    names = header_names(engine)
    votes = read_votes(manifest, store)
    figure = votes.figure
    found = (one for tool in dossiers for one in conflicts(engine, tool, names=names))
    return Disclosure(
        independence=Independence(
            reviewers=votes.reviewers,
            votes=figure.votes if figure else None,
            low=figure.low if figure else None,
            high=figure.high if figure else None,
            tools=figure.tools if figure else 0,
            source=votes.source,
            text=votes.text,
        ),
        interests=tuple(Interest(tool=one.tool, for_run=one.for_run, for_page=one.for_page) for one in found),
        knows_maker=bool(reviewing_families(engine, names)),
    )
