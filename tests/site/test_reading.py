"""From run folders to publications: what the journals name, and only that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from panel.cli import release
from panel.errors import Corrupt, IllegalMove, NotFound
from panel.records import Action
from panel.settings import find_newsroom
from panel.site.model import Site
from panel.site.reading import TAKEN_BACK, read_publications, read_site
from panel.store import RunStore
from tests.cli.calls import call, do, write_sheet

SEAT = ("smolvlm2-turbo", "dx")
PAGE = "smolvlm2-turbo-vs-mistral-3b-edge"


def site_of(room: Path) -> Site:
    return read_site(find_newsroom(room))


def edit(room: Path, reason: str, words: str = "An editor wrote this.") -> None:
    do(room, "edit", "a", *SEAT, "--text-file", str(write_sheet(room, "a", *SEAT, add=words)), "-r", reason)


def test_nothing_is_on_the_site_that_was_not_published(approved: Path) -> None:
    assert not site_of(approved).publications
    do(approved, "publish", "a")
    site = site_of(approved)
    assert list(site.comparisons) == [PAGE] and len(site.tools) == 2
    assert [persona.slug for persona in site.personas] == ["dx", "competition", "futurist", "business"]


def test_what_was_published_stands_whatever_is_done_to_the_run_since(published: Path) -> None:
    before = site_of(published)
    edit(published, "half an idea", words="Not approved by anybody.")
    do(published, "flip", "a", "mistral-3b-edge", "dx", "-r", "on second thoughts")
    assert site_of(published) == before
    do(published, "approve", "a")
    assert site_of(published) == before
    do(published, "publish", "a")
    now = site_of(published)
    assert "Not approved by anybody." in str(now.comparisons[PAGE].page.rows[0].cells[0].beats)
    assert [len(tool.versions) for tool in now.tools.values()] == [2, 2]


def test_corrections_are_what_was_changed_between_two_publications(published: Path) -> None:
    edit(published, "never mind")
    do(published, "undo", "a", *SEAT)
    edit(published, "a reader was right")
    do(published, "flip", "a", "mistral-3b-edge", "dx", "-r", "the licence decides")
    do(published, "approve", "a")
    do(published, "publish", "a")
    told = site_of(published).corrections
    assert [(one.kind, one.tool, one.reason) for one in reversed(told)] == [
        ("edit", "smolvlm2-turbo", "a reader was right"),
        ("flip", "mistral-3b-edge", "the licence decides"),
    ]
    assert {one.author for one in told} == {"Ada Editor"}
    # What was done before the first publication is nobody's correction.
    do(published, "undo", "a", *SEAT)
    do(published, "undo", "a", *SEAT)
    do(published, "approve", "a")
    do(published, "publish", "a")
    assert site_of(published).corrections[0].reason == TAKEN_BACK


def test_an_unpublished_page_is_gone_and_its_reason_told(published: Path) -> None:
    do(published, "unpublish", "a", "-r", "wrong price")
    site = site_of(published)
    assert not site.comparisons and not site.tools
    (told,) = site.corrections
    assert (told.kind, told.reason, told.page) == ("withdrawn", "wrong price", PAGE)
    do(published, "publish", "a")
    assert list(site_of(published).comparisons) == [PAGE]


def test_a_page_published_elsewhere_is_not_on_this_site(approved: Path, tmp_path: Path) -> None:
    do(approved, "publish", "a", "--out", str(tmp_path / "elsewhere"))
    assert not site_of(approved).publications
    elsewhere = read_site(find_newsroom(approved), out=str(tmp_path / "elsewhere"))
    assert list(elsewhere.comparisons) == [PAGE]


def kept_page(room: Path) -> Path:
    (path,) = (room / "runs/a/published").iterdir()
    return path


@pytest.mark.parametrize(
    "forge",
    [
        lambda text: text.replace('"site_name": "Panel"', '"site_name": "Scam"'),
        lambda text: text.replace('"status": "approved"', '"status": "draft"'),
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: json.dumps({"schema_version": 99}),
    ],
)
def test_a_kept_page_that_was_changed_stops_the_site(published: Path, forge) -> None:  # type: ignore[no-untyped-def]
    path = kept_page(published)
    path.write_text(forge(path.read_text()))
    with pytest.raises(Exception, match=r"approved|damaged|newer|schema") as caught:
        site_of(published)
    assert isinstance(caught.value, Corrupt) or "schema" in str(caught.value)


def test_a_kept_page_that_is_missing_comes_back_by_publishing_again(published: Path) -> None:
    kept_page(published).unlink()
    with pytest.raises(NotFound):
        site_of(published)
    do(published, "publish", "a")
    assert list(site_of(published).comparisons) == [PAGE]


class TestReleases:
    @pytest.fixture
    def two(self, approved: Path) -> Path:
        do(approved, "run", "smolvlm2-turbo", "--engine", "scripted", "--run-id", "b")
        do(approved, "approve", "b")
        return approved

    def make(self, room: Path, *runs: str) -> None:
        do(room, "release", "make", *runs, "--no-build")

    def test_several_runs_become_one_step_and_are_taken_back_as_one(self, two: Path) -> None:
        would = do(two, "release", "make", "a", "b", "--dry-run", "--json").data["would_release"]
        assert [item["run"] for item in would] == ["a", "b"] and not (two / "releases").exists()
        made = do(two, "release", "make", "a", "b", "-r", "launch", "--no-build", "--json").data
        assert (made["release"], made["stage"], set(made["pages"])) == ("r1", "released", {PAGE, "smolvlm2-turbo"})
        assert set(site_of(two).comparisons) == {PAGE, "smolvlm2-turbo"}
        for run in ("a", "b"):
            do(two, "verify", run)
        do(two, "release", "revert", "latest", "-r", "too early", "--no-build")
        site = site_of(two)
        assert not site.comparisons and {one.reason for one in site.corrections} == {"too early"}
        assert not list((two / "site/compare").iterdir())
        for run in ("a", "b"):
            do(two, "verify", run)
        assert do(two, "release", "list", "--json").data["releases"][0]["stage"] == "reverted"
        self.make(two, "a", "b")
        assert set(site_of(two).comparisons) == {PAGE, "smolvlm2-turbo"}

    def test_refused_with_every_reason_of_every_run(self, two: Path) -> None:
        do(two, "flip", "a", *SEAT, "-r", "x")
        do(two, "flip", "b", *SEAT, "-r", "x")
        said = call(two, "release", "make", "a", "b", "--json")
        assert said.rc == 1
        assert {reason.split(":")[0] for reason in said.data["error"]["reasons"]} == {"a", "b"}
        assert not (two / "releases").exists() and not (two / "site/compare").exists()

    def test_a_reverted_edition_gives_its_place_back_to_the_one_before(self, two: Path) -> None:
        self.make(two, "a")
        first = (two / "site/compare" / PAGE / "index.html").read_bytes()
        before = site_of(two)
        edit(two, "clearer")
        do(two, "approve", "a")
        self.make(two, "a")
        assert len(site_of(two).tools["smolvlm2-turbo"].versions) == 2
        do(two, "release", "revert", "r2", "-r", "it was not clearer", "--no-build")
        after = site_of(two)
        assert after.comparisons[PAGE].page == before.comparisons[PAGE].page
        assert len(after.tools["smolvlm2-turbo"].versions) == 1
        assert [one.reason for one in after.corrections] == ["it was not clearer"]
        assert (two / "site/compare" / PAGE / "index.html").read_bytes() == first
        do(two, "verify", "a")

    def test_another_run_s_page_comes_back_too(self, two: Path) -> None:
        do(two, "publish", "a")
        do(two, "run", "smolvlm2-turbo", "mistral-3b-edge", "--engine", "scripted", "--run-id", "c", "--seed", "9")
        do(two, "approve", "c")
        self.make(two, "c")
        assert site_of(two).tools["smolvlm2-turbo"].current.run_id == "c"
        do(two, "release", "revert", "r1", "-r", "worse", "--no-build")
        assert site_of(two).tools["smolvlm2-turbo"].current.run_id == "a"
        for run in ("a", "c"):
            do(two, "verify", run)

    def test_what_was_published_anew_since_is_not_taken_back(self, two: Path) -> None:
        self.make(two, "a", "b")
        edit(two, "clearer")
        do(two, "approve", "a")
        do(two, "publish", "a")
        said = call(two, "release", "revert", "r1", "-r", "late")
        assert said.rc == 1 and "published anew" in said.err
        assert call(two, "release", "revert", "r9", "-r", "x").rc == 2
        assert call(two, "release", "revert", "r1", "-r", " ").rc == 1

    @pytest.mark.parametrize("dies_at", ["begun", "half"])
    def test_a_release_cut_short_builds_no_site_and_is_finished_by_the_same_command(
        self, two: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
    ) -> None:
        real = release._publish

        def die(newsroom, one, **given):  # type: ignore[no-untyped-def]
            if dies_at == "half" and one.desk.run.run_id == "a":
                real(newsroom, one, **given)
                return
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr("panel.cli.release._publish", die)
            assert call(two, "release", "make", "a", "b", "--no-build").rc == 130
        with pytest.raises(IllegalMove, match="cut short") as caught:
            site_of(two)
        assert "release make a b" in caught.value.hint
        assert call(two, "release", "make", "a", "--no-build").rc == 1
        self.make(two, "a", "b")
        assert len(site_of(two).comparisons) == 2
        assert [item["release"] for item in do(two, "release", "list", "--json").data["releases"]] == ["r1"]

    def test_a_revert_cut_short_is_finished_by_the_same_command(
        self, two: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.make(two, "a", "b")
        real = release._take_back
        calls: list[str] = []

        def die(newsroom, slug, page, **given):  # type: ignore[no-untyped-def]
            calls.append(slug)
            if len(calls) == 2:
                raise KeyboardInterrupt
            real(newsroom, slug, page, **given)

        with monkeypatch.context() as patched:
            patched.setattr("panel.cli.release._take_back", die)
            assert call(two, "release", "revert", "r1", "-r", "too early", "--no-build").rc == 130
        with pytest.raises(IllegalMove, match="cut short") as caught:
            site_of(two)
        assert "revert r1" in caught.value.hint
        do(two, "release", "revert", "r1", "-r", "another reason", "--no-build")
        site = site_of(two)
        assert not site.comparisons and {one.reason for one in site.corrections} == {"too early"}
        for run in ("a", "b"):
            do(two, "verify", run)
            entries = RunStore(two / "runs").open(run).journal.read().entries
            assert [entry.action for entry in entries[-2:]] == [Action.PUBLISH, Action.UNPUBLISH]

    def test_two_runs_of_one_page_are_no_release(self, two: Path) -> None:
        do(two, "run", "smolvlm2-turbo", "mistral-3b-edge", "--engine", "scripted", "--run-id", "c", "--seed", "9")
        do(two, "approve", "c")
        said = call(two, "release", "make", "a", "c")
        assert said.rc == 1 and "two of these runs" in said.err


class TestPairs:
    @pytest.fixture
    def apart(self, drafted: Path) -> Path:
        """Two tools of one category, each published alone."""
        dossier = (drafted / "dossiers/smolvlm2-turbo.yaml").read_text()
        (drafted / "dossiers/twin.yaml").write_text(
            dossier.replace("slug: smolvlm2-turbo", "slug: twin").replace("name: SmolVLM2 Turbo", "name: Twin")
        )
        for number, tool in enumerate(("smolvlm2-turbo", "twin"), start=1):
            do(drafted, "run", tool, "--engine", "scripted", "--run-id", f"p{number}")
            do(drafted, "approve", f"p{number}")
            do(drafted, "publish", f"p{number}")
        return drafted

    def test_published_tools_are_compared_and_dropped_again(self, apart: Path) -> None:
        made = do(apart, "compare", "twin", "smolvlm2-turbo", "--json").data
        assert made["asked"] and made["path"] == "compare/twin-vs-smolvlm2-turbo/"
        assert site_of(apart).comparisons["twin-vs-smolvlm2-turbo"].kind == "pair"
        again = do(apart, "compare", "smolvlm2-turbo", "twin", "--json").data
        assert not again["asked"] and again["path"] == made["path"]
        do(apart, "compare", "smolvlm2-turbo", "twin", "--drop", "-r", "not useful")
        assert set(site_of(apart).comparisons) == {"smolvlm2-turbo", "twin"}
        assert call(apart, "compare", "smolvlm2-turbo", "twin", "--drop").rc == 2

    def test_a_pair_follows_its_tools(self, apart: Path) -> None:
        do(apart, "compare", "twin", "smolvlm2-turbo")
        do(apart, "unpublish", "p2", "-r", "gone")
        assert set(site_of(apart).comparisons) == {"smolvlm2-turbo"}

    def test_what_cannot_be_compared_is_told(self, apart: Path) -> None:
        for tools, told in ((("twin",), "2 to 4"), (("twin", "nothing"), "nothing is published about nothing")):
            said = call(apart, "compare", *tools)
            assert said.rc == 1 and told in said.err
        assert not (apart / "releases").exists()


def test_every_publication_of_a_run_is_found(published: Path) -> None:
    edit(published, "one")
    do(published, "approve", "a")
    do(published, "publish", "a")
    do(published, "unpublish", "a", "-r", "gone")
    first, second = read_publications(RunStore(published / "runs").open("a"), "site")
    assert (first.withdrawn_at, second.withdrawn_because) == (None, "gone") and second.changes
    assert first.page != second.page and first.seq < second.seq
