"""What a hostile or unlucky afternoon does to a run, and what the desk says to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from panel.cli import publish as publishing
from panel.errors import StoreError
from panel.store import Run

from .calls import call, do
from .test_edit import SEAT, kept, set_editor

PAGE = "compare/smolvlm2-turbo-vs-mistral-3b-edge/index.html"


def forge(room: Path, **changes: Any) -> None:
    path = room / "runs/a/drafts" / SEAT[0] / SEAT[1] / "1.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize("changes", [{"p_ship": 0.99}, {"call": "ship"}, {"call": "skip"}], ids=str)
def test_a_draft_changed_before_anybody_approved_it_is_not_published(drafted: Path, changes: dict[str, Any]) -> None:
    forge(drafted, **changes)
    do(drafted, "approve", "a")
    said = call(drafted, "publish", "a", "--json")
    assert (said.rc, said.data["error"]["kind"]) == (1, "NotApproved")
    assert any("draft 1 was changed after it was written" in reason for reason in said.data["error"]["reasons"])
    assert not (drafted / "site" / PAGE).exists()


def test_without_the_graph_s_record_a_run_is_neither_sound_nor_published(approved: Path) -> None:
    for path in (approved / "runs/a").glob("graph.sqlite*"):
        path.unlink()
    assert call(approved, "verify", "a").rc == 1
    assert "knows nothing of the drafts" in call(approved, "publish", "a").err
    do(approved, "resume", "a")
    do(approved, "publish", "a")


def test_settings_changed_after_the_approval_are_not_published(approved: Path) -> None:
    settings = approved / "panel.toml"
    settings.write_text(settings.read_text().replace('name = "Panel"', 'name = "A scam"'))
    assert "the comparison: changed since Ada Editor approved it" in call(approved, "publish", "a").err
    do(approved, "approve", "a", "--comparison")
    do(approved, "publish", "a")
    assert "A scam" in (approved / "site" / PAGE).read_text()


def test_a_journal_cut_at_its_end_brings_no_approval_back(approved: Path) -> None:
    do(approved, "flip", "a", *SEAT, "-r", "it is broken")
    journal = approved / "runs/a/journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    said = call(approved, "publish", "a")
    assert said.rc == 1 and "shorter than it was" in said.err
    assert call(approved, "verify", "a").rc == 1


@pytest.mark.parametrize(
    "meanwhile",
    [
        [("unpublish", "a", "-r", "court order")],
        [("flip", "a", *SEAT, "-r", "wrong"), ("approve", "a"), ("publish", "a")],
    ],
    ids=["unpublished", "published anew"],
)
def test_a_publication_that_was_overtaken_writes_nothing(
    approved: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: list[tuple[str, ...]]
) -> None:
    page = approved / "site" / PAGE
    real = publishing.write_site
    after: list[bytes | None] = []

    def overtaken(out: Path, files: dict[str, bytes], *, still_wanted: Callable[[], bool]) -> None:
        monkeypatch.setattr(publishing, "write_site", real)
        for command in meanwhile:
            do(approved, *command)
        after.append(page.read_bytes() if page.exists() else None)
        real(out, files, still_wanted=still_wanted)

    monkeypatch.setattr(publishing, "write_site", overtaken)
    said = call(approved, "publish", "a")
    assert said.rc == 1 and "meanwhile" in said.err
    assert (page.read_bytes() if page.exists() else None) == after[0]
    assert do(approved, "verify", "a", "--json").data["sound"]


def test_an_unpublished_page_that_came_back_is_told(published: Path) -> None:
    page = published / "site" / PAGE
    before = page.read_bytes()
    do(published, "unpublish", "a", "-r", "legal")
    assert do(published, "verify", "a", "--json").data["sound"]
    page.parent.mkdir(parents=True)
    page.write_bytes(before)
    said = call(published, "verify", "a")
    assert said.rc == 1 and "is still in site, though it was unpublished" in said.out


def test_two_places_are_refused(published: Path, tmp_path: Path) -> None:
    said = call(published, "publish", "a", "--out", str(tmp_path / "mirror"))
    assert said.rc == 1 and "is published in site" in said.err
    assert not (tmp_path / "mirror").exists()


def test_a_reason_with_an_arrow_key_in_it_does_not_cost_the_text(
    drafted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_editor(drafted, monkeypatch, 'sed -i "s/^\\[bet\\]$/[bet]\\nPRECIOUS words./" "$2"')
    said = do(drafted, "review", "a", *SEAT, stdin="e\n\x1b[Abecause\nq\n")
    assert "control characters" in said.err and "Your text is kept in" in said.err
    assert any("PRECIOUS" in path.read_text() for path in kept(drafted))


def test_a_disk_too_full_for_the_journal_and_the_copy_leaves_the_sheet(
    drafted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> Any:
        raise StoreError("No space left on device", hint="Free some disk space.")

    set_editor(drafted, monkeypatch, 'sed -i "s/^\\[bet\\]$/[bet]\\nPRECIOUS words./" "$2"')
    monkeypatch.setattr("panel.store.journal.Journal.append", full)
    monkeypatch.setattr(Run, "keep_text", full)
    said = call(drafted, "edit", "a", *SEAT, "-r", "better")
    assert said.rc == 1 and "Your text is kept in" in said.err
    assert any("PRECIOUS" in path.read_text() for path in kept(drafted))


def test_piped_words_without_an_author_are_kept(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.cli.session._git_user", lambda: "")
    said = call(drafted, "edit", "a", *SEAT, "--text-file", "-", "-r", "x", stdin="call: ship\nPRECIOUS", editor="")
    assert said.rc == 1 and "who are you?" in said.err
    assert any("PRECIOUS" in path.read_text() for path in kept(drafted))
