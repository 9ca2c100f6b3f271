"""Approving, publishing and unpublishing from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .calls import call, do, write_sheet
from .conftest import TOOLS

SEAT = ("smolvlm2-turbo", "dx")
PAGE = "compare/smolvlm2-turbo-vs-mistral-3b-edge/index.html"


def test_approving_in_parts_leaves_the_rest_open(drafted: Path) -> None:
    one = do(drafted, "approve", "a", *SEAT, "--json").data
    assert len(one["approved"]) == 1 and not one["publishable"] and len(one["refusals"]) == 8
    tool = do(drafted, "approve", "a", SEAT[0], "--json").data
    assert [entry["seat"]["persona"] for entry in tool["approved"]] == ["competition", "futurist", "business"]
    only = do(drafted, "approve", "a", "--comparison", "--json").data
    assert [entry.get("seat") for entry in only["approved"]] == [None]
    refused = call(drafted, "publish", "a", "--json")
    assert refused.rc == 1
    reasons = refused.data["error"]["reasons"]
    assert len(reasons) == 4 and all(reason.startswith("mistral-3b-edge/") for reason in reasons)
    rest = do(drafted, "approve", "a", "--json").data
    assert len(rest["approved"]) == 4 and rest["publishable"]
    again = do(drafted, "approve", "a", "--json").data
    assert again["approved"] == [] and again["publishable"]
    assert "approved already" in do(drafted, "approve", "a").out


def test_what_is_changed_after_approval_is_not_published(approved: Path) -> None:
    sheet = write_sheet(approved, "a", *SEAT)
    do(approved, "edit", "a", *SEAT, "--text-file", str(sheet), "-r", "clearer")
    said = call(approved, "publish", "a")
    assert said.rc == 1 and "smolvlm2-turbo/dx: changed since Ada Editor approved it" in said.err
    assert not (approved / "site" / PAGE).exists()
    do(approved, "approve", "a", *SEAT)
    do(approved, "publish", "a")
    assert "An editor wrote this." in (approved / "site" / PAGE).read_text()


def test_a_flip_changes_the_comparison_too(approved: Path) -> None:
    do(approved, "flip", "a", *SEAT, "-r", "the licence decides")
    do(approved, "approve", "a", *SEAT)
    assert "the comparison: changed" in call(approved, "publish", "a").err
    do(approved, "undo", "a", *SEAT)
    do(approved, "undo", "a", *SEAT)
    assert do(approved, "show", "a", "--json").data["publishable"]


def test_published_again_it_is_the_same_page(published: Path) -> None:
    before = (published / "site" / PAGE).read_bytes()
    assert do(published, "publish", "a", "--json").data["entry"]["seq"] == 10
    assert (published / "site" / PAGE).read_bytes() == before
    assert len(do(published, "log", "a", "--json").data["entries"]) == 10
    (published / "site" / PAGE).unlink()
    assert call(published, "verify", "a").rc == 1
    do(published, "publish", "a")
    assert (published / "site" / PAGE).read_bytes() == before
    do(published, "verify", "a")


def test_another_folder_is_another_publication(approved: Path, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere"
    said = do(approved, "publish", "a", "--out", str(out), "--json").data
    assert said["files"] == [str(out / PAGE), str(out / PAGE.replace("html", "json"))]
    assert said["entry"]["out"] == out.as_posix()
    assert not (approved / "site" / PAGE).exists()
    do(approved, "verify", "a")
    assert str(out / PAGE).removeprefix(str(out) + "/") in do(approved, "unpublish", "a", "-r", "moved").out
    assert not (out / PAGE).exists()


def test_unpublishing_takes_the_page_and_keeps_the_journal(published: Path) -> None:
    blank = call(published, "unpublish", "a", "-r", " ")
    assert blank.rc == 1 and "reason" in blank.err and (published / "site" / PAGE).exists()
    do(published, "unpublish", "a", "-r", "wrong price")
    assert not (published / "site" / PAGE).exists()
    assert [entry["action"] for entry in do(published, "log", "a", "--json").data["entries"]][-2:] == [
        "publish",
        "unpublish",
    ]
    assert call(published, "unpublish", "a", "-r", "twice").rc == 1
    do(published, "verify", "a")
    do(published, "publish", "a")
    assert (published / "site" / PAGE).exists()


def test_a_page_that_is_gone_already_is_still_taken_back(published: Path) -> None:
    for file in (published / "site" / PAGE).parent.iterdir():
        file.unlink()
    assert "nothing was there any more" in do(published, "unpublish", "a", "-r", "gone").out


def test_the_second_run_at_an_address_replaces_the_first(published: Path) -> None:
    do(published, "run", *TOOLS, "--engine", "scripted", "--run-id", "b", "--seed", "9")
    do(published, "approve", "b")
    first = (published / "site" / PAGE).read_bytes()
    do(published, "publish", "b")
    second = (published / "site" / PAGE).read_bytes()
    assert first != second
    refused = call(published, "unpublish", "a", "-r", "old")
    assert refused.rc == 1 and "not what this run published" in refused.err
    assert (published / "site" / PAGE).read_bytes() == second
    for run in ("a", "b"):
        do(published, "verify", run)
    assert "replaced by that of the run b" in do(published, "verify", "a").out
    do(published, "unpublish", "b", "-r", "old")
    assert not (published / "site" / PAGE).exists()


def test_a_preview_says_draft_and_never_is_on_the_site(approved: Path) -> None:
    path = Path(do(approved, "preview", "a", "--json").data["preview"])
    assert "DRAFT" in path.read_text() and not (approved / "site" / PAGE).exists()
    do(approved, "publish", "a")
    assert "DRAFT" not in (approved / "site" / PAGE).read_text()
    assert "DRAFT" in Path(do(approved, "preview", "a", "--json").data["preview"]).read_text()


def test_a_changed_input_stops_everything_that_reads_it(approved: Path) -> None:
    copy = approved / "runs/a/inputs/dossiers/smolvlm2-turbo.yaml"
    copy.write_text(copy.read_text().replace("Turbo", "Slow"))
    for argv in (("publish", "a"), ("approve", "a"), ("show", "a"), ("resume", "a")):
        said = call(approved, *argv)
        assert said.rc == 1 and "were changed after it began: dossiers/smolvlm2-turbo.yaml" in said.err, argv
    assert call(approved, "verify", "a").rc == 1


def test_diff_shows_words_and_calls(drafted: Path) -> None:
    assert "Nothing was changed" in do(drafted, "diff", "a").out
    assert do(drafted, "diff", "a", "--json").data == {"changed": []}
    sheet = write_sheet(drafted, "a", *SEAT)
    do(drafted, "edit", "a", *SEAT, "--text-file", str(sheet), "-r", "clearer")
    do(drafted, "flip", "a", *SEAT, "-r", "clearer")
    (changed,) = do(drafted, "diff", "a", "--json").data["changed"]
    assert changed["call"] and 0 < changed["changed_share"] < 1 and len(changed["beats"]) == 5
    text = do(drafted, "diff", "a", *SEAT).out
    assert "{+ An editor wrote this.+}" in text and "call: [-" in text


def test_a_redraft_stands_beside_the_draft_and_is_undone(drafted: Path) -> None:
    before = do(drafted, "show", "a", *SEAT, "--json").data["seats"][0]
    after = do(drafted, "redraft", "a", *SEAT, "-n", " name the limit ", "--json").data
    assert after["draft"] == 2 and after["beats"] != before["beats"] and after["standing"] == "not approved"
    stored = json.loads((drafted / "runs/a/drafts/smolvlm2-turbo/dx/2.json").read_text())
    assert (stored["origin"], stored["note"], stored["base_sha256"]) == ("redraft", "name the limit", before["sha256"])
    do(drafted, "undo", "a", *SEAT)
    assert do(drafted, "show", "a", *SEAT, "--json").data["seats"][0] == before
    do(drafted, "verify", "a")


@pytest.mark.parametrize("delay", ["soon", "nan", "-1", "inf"])
def test_a_delay_that_is_none_is_refused(room: Path, monkeypatch: pytest.MonkeyPatch, delay: str) -> None:
    monkeypatch.setenv("PANEL_SCRIPTED_DELAY_S", delay)
    said = call(room, "run", "smolvlm2-turbo", "--engine", "scripted")
    assert said.rc == 2 and "PANEL_SCRIPTED_DELAY_S" in said.err
