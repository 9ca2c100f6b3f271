"""The site has the old page or the new one, whole, whatever dies when."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from panel.errors import Conflict, NotFound, StoreError
from panel.publish import plan_files, read_written, remove_page, write_preview, write_site, writing
from panel.publish.disk import exchange

from . import killed_writer, pages

SLUG = killed_writer.SLUG
OLD, NEW = killed_writer.VERSIONS
CALLS = ("open", "write", "fsync", "mkdir")
ROOT = Path(__file__).parents[2]


def on_disk(site: Path) -> dict[str, bytes]:
    return {str(path.relative_to(site)): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}


def the_page(site: Path) -> dict[str, bytes]:
    return {path: data for path, data in on_disk(site).items() if path.startswith(f"compare/{SLUG}/")}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    out = tmp_path / "site"
    write_site(out, OLD)
    return out


@pytest.fixture(params=["exchange", "fallback"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "fallback":
        monkeypatch.setattr(writing, "exchange", lambda one, other: False)
    return str(request.param)


class TestWriting:
    def test_a_planned_page_lands_whole(self, tmp_path: Path) -> None:
        files = plan_files(pages.two_tools())
        write_site(tmp_path / "new" / "site", files)
        assert on_disk(tmp_path / "new" / "site") == files

    def test_the_new_version_replaces_the_old_folder(self, site: Path, way: str) -> None:
        (site / "compare" / SLUG / "stray.txt").write_text("of the old version")
        (site / "compare" / "other").mkdir()
        write_site(site, NEW)
        assert on_disk(site) == NEW
        assert sorted(path.name for path in site.iterdir()) == ["compare"]
        assert (site / "compare" / "other").is_dir()

    def test_this_machine_can_swap_two_folders_at_once(self, tmp_path: Path) -> None:
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            (tmp_path / name / name).touch()
        swapped = exchange(tmp_path / "one", tmp_path / "other")
        # Where the file system cannot, it must say so and have touched nothing.
        expected = ("other", "one") if swapped else ("one", "other")
        assert [next((tmp_path / name).iterdir()).name for name in ("one", "other")] == list(expected)
        with pytest.raises(FileNotFoundError):
            exchange(tmp_path / "one", tmp_path / "nothing")

    def test_pages_can_be_read_by_a_web_server(self, site: Path) -> None:
        mask = os.umask(0)
        os.umask(mask)
        assert (site / "compare" / SLUG).stat().st_mode & 0o777 == 0o777 & ~mask
        assert (site / "compare" / SLUG / "index.html").stat().st_mode & 0o777 == 0o666 & ~mask

    @pytest.mark.parametrize(
        "path",
        [
            "compare/../index.html",
            "../compare/a/index.html",
            "/compare/a/index.html",
            "compare/a/b/index.html",
            "compare/a/../../x.html",
            "compare/a/.htaccess",
            "compare/A/index.html",
            "about/a/index.html",
            "compare/a/",
            "index.html",
        ],
    )
    def test_a_path_outside_the_page_is_refused(self, site: Path, path: str) -> None:
        with pytest.raises(StoreError, match="is not a path of a page"):
            write_site(site, {path: b"x"})
        assert on_disk(site) == OLD

    @pytest.mark.parametrize("files", [{}, {"compare/a/index.html": b"", "compare/b/index.html": b""}])
    def test_only_one_page_is_written_at_a_time(self, site: Path, files: dict[str, bytes]) -> None:
        with pytest.raises(StoreError, match="the files of one page"):
            write_site(site, files)
        assert on_disk(site) == OLD

    @pytest.mark.parametrize("place", ["compare", f"compare/{SLUG}"])
    def test_a_link_in_the_page_s_place_is_refused(self, tmp_path: Path, place: str) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        link = tmp_path / "site" / place
        link.parent.mkdir(parents=True)
        link.symlink_to(elsewhere)
        with pytest.raises(StoreError, match="is a link") as refused:
            write_site(tmp_path / "site", NEW)
        assert refused.value.hint
        assert not list(elsewhere.iterdir())
        assert link.is_symlink()

    def test_a_file_in_the_page_s_place_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "compare").write_text("mine")
        with pytest.raises(StoreError, match="is a file"):
            write_site(tmp_path, NEW)
        assert (tmp_path / "compare").read_text() == "mine"

    def test_the_site_itself_may_be_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "disk").mkdir()
        (tmp_path / "site").symlink_to(tmp_path / "disk")
        write_site(tmp_path / "site", NEW)
        assert on_disk(tmp_path / "disk") == NEW

    def test_a_second_writer_is_told_to_wait(self, site: Path) -> None:
        handle = os.open(site, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            with pytest.raises(Conflict) as refused:
                write_site(site, NEW)
            assert refused.value.retryable
        finally:
            os.close(handle)
        assert on_disk(site) == OLD
        write_site(site, NEW)
        assert on_disk(site) == NEW


class TestFailingDisk:
    @pytest.mark.parametrize(
        ("way", "call"),
        [*((way, call) for way in ("exchange", "fallback") for call in CALLS), ("fallback", "rename")],
        indirect=["way"],
    )
    @pytest.mark.parametrize(
        ("number", "hint"),
        [(errno.ENOSPC, "Free some space"), (errno.EROFS, "can be written to"), (errno.EIO, "See to the disk")],
    )
    def test_a_refusal_leaves_the_old_page_and_a_hint(
        self, site: Path, way: str, monkeypatch: pytest.MonkeyPatch, call: str, number: int, hint: str
    ) -> None:
        def refuse(*args: Any, **kwargs: Any) -> Any:
            raise OSError(number, os.strerror(number), "somewhere")

        with monkeypatch.context() as disk:
            disk.setattr(os, call, refuse)
            with pytest.raises(
                StoreError, match=rf"publishing compare/{SLUG} failed: {os.strerror(number)}"
            ) as refused:
                write_site(site, NEW)
        assert hint in refused.value.hint
        assert on_disk(site) == OLD
        assert sorted(path.name for path in site.iterdir()) == ["compare"]

    def test_a_refusal_between_the_two_moves_of_the_fallback(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rename, calls = os.rename, []

        def refuse_second(*args: Any, **kwargs: Any) -> None:
            calls.append(args)
            if len(calls) == 2:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            rename(*args, **kwargs)

        monkeypatch.setattr(writing, "exchange", lambda one, other: False)
        monkeypatch.setattr(os, "rename", refuse_second)
        with pytest.raises(StoreError):
            write_site(site, NEW)
        assert len(calls) == 3
        assert on_disk(site) == OLD
        assert sorted(path.name for path in site.iterdir()) == ["compare"]

    def test_a_disk_that_fills_up_half_way(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        written = os.write
        room = [100_000]

        def fill(handle: int, data: bytes) -> int:
            if room[0] <= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            count = written(handle, data[: min(4096, room[0])])
            room[0] -= count
            return count

        monkeypatch.setattr(os, "write", fill)
        with pytest.raises(StoreError, match="No space left"):
            write_site(site, NEW)
        assert on_disk(site) == OLD
        room[0] = 10**9
        write_site(site, NEW)
        assert on_disk(site) == NEW

    def test_a_file_over_the_account_s_limit(self, site: Path) -> None:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
            with pytest.raises(StoreError, match="File too large") as refused:
                write_site(site, NEW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, previous)
        assert "raise the limit" in refused.value.hint
        assert on_disk(site) == OLD

    def test_a_folder_without_write_permission(self, site: Path) -> None:
        for folder in (site, *site.parents[: len(site.parents) - 1]):
            if folder.stat().st_uid == os.geteuid() and folder != Path(tempfile.gettempdir()):
                folder.chmod(0o755)
        site.chmod(0o555)
        # Root writes everywhere, so the writing is done as nobody.
        child = os.fork()
        if child == 0:
            said = 9
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)
                write_site(site, NEW)
            except StoreError as error:
                said = 0 if "Permission denied" in error.message and error.hint else 8
            finally:
                os._exit(said)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        site.chmod(0o755)
        assert on_disk(site) == OLD

    def test_a_file_where_the_site_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "site").write_text("mine")
        with pytest.raises(StoreError, match="publishing"):
            write_site(tmp_path / "site", NEW)

    def test_an_interruption_is_not_swallowed(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*args: Any) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "write", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_site(site, NEW)
        assert on_disk(site) == OLD


class TestKilled:
    """`kill -9`, at every call of the file system and at moments of no choosing."""

    @pytest.mark.parametrize("way", [(), ("fallback",)], ids=["exchange", "fallback"])
    def test_at_every_call(self, tmp_path: Path, way: tuple[str, ...]) -> None:
        outcomes = set()
        for calls in range(200):
            site = tmp_path / str(calls)
            write_site(site, OLD)
            pid = os.fork()
            if pid == 0:
                try:
                    killed_writer.main([str(site), *way, "until", str(calls)])
                finally:
                    os._exit(0)
            finished = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            reachable = the_page(site)
            if reachable:
                assert reachable in (OLD, NEW)
                outcomes.add("old" if reachable == OLD else "new")
            else:
                assert way, "a swap leaves no moment without a page"
                outcomes.add("between")
            write_site(site, {"compare/next/index.html": b""})
            assert not list(site.glob(".*"))
            assert the_page(site) in ((reachable,) if reachable else (OLD, NEW))
            if finished:
                break
        assert finished, "the writer never came to its end"
        assert calls > 10
        assert outcomes == ({"old", "new", "between"} if way else {"old", "new"})

    @pytest.mark.parametrize("way", [[], ["fallback"]], ids=["exchange", "fallback"])
    def test_at_random_moments(self, tmp_path: Path, way: list[str]) -> None:
        chance = random.Random(7)
        site = tmp_path / "site"
        for _ in range(8):
            command = [sys.executable, str(ROOT / "tests" / "publish" / "killed_writer.py"), str(site), *way]
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=tmp_path
            ) as writer:
                assert writer.stdout
                for _ in range(chance.randint(1, 20)):
                    assert writer.stdout.readline() == b"written\n"
                sum(range(chance.randint(0, 100_000)))
                writer.kill()
            assert writer.returncode == -signal.SIGKILL
            if not way:
                assert the_page(site) in (OLD, NEW)
            write_site(site, {"compare/next/index.html": b""})
            assert not list(site.glob(".*"))
            assert the_page(site) in (OLD, NEW)


class TestLeftovers:
    def test_a_page_moved_aside_is_put_back_first(self, site: Path) -> None:
        (site / "compare" / SLUG).rename(site / f".old-{SLUG}-0123abcd")
        (site / "compare").rmdir()
        write_site(site, {"compare/next/index.html": b"next"})
        assert on_disk(site) == OLD | {"compare/next/index.html": b"next"}

    def test_a_removed_page_is_not_put_back(self, site: Path) -> None:
        (site / "compare" / SLUG).rename(site / f".gone-{SLUG}-0123abcd")
        write_site(site, {"compare/next/index.html": b"next"})
        assert on_disk(site) == {"compare/next/index.html": b"next"}

    def test_what_is_not_ours_stays(self, site: Path) -> None:
        (site / ".old-mine").mkdir()
        (site / ".nojekyll").touch()
        (site / f".new-{SLUG}-0123abcd").symlink_to(site / "compare")
        write_site(site, NEW)
        assert {path.name for path in site.iterdir()} >= {".old-mine", ".nojekyll", f".new-{SLUG}-0123abcd"}
        assert {path: data for path, data in on_disk(site).items() if path.startswith("compare")} == NEW


class TestRemoving:
    def test_a_page_is_taken_off(self, site: Path) -> None:
        write_site(site, {"compare/next/index.html": b"next"})
        remove_page(site, SLUG)
        assert on_disk(site) == {"compare/next/index.html": b"next"}
        assert sorted(path.name for path in site.iterdir()) == ["compare"]

    @pytest.mark.parametrize("slug", ["nothing", "../compare", "", "."])
    def test_a_page_that_is_not_there(self, site: Path, slug: str) -> None:
        with pytest.raises(NotFound):
            remove_page(site, slug)
        assert on_disk(site) == OLD

    def test_a_site_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            remove_page(tmp_path / "none", SLUG)

    def test_a_link_is_not_followed(self, site: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (site / "compare" / "link").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(StoreError, match="is a link"):
            remove_page(site, "link")
        assert (tmp_path / "elsewhere").is_dir()


class TestVerifying:
    def test_it_names_what_differs(self, site: Path) -> None:
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in OLD.items()}
        html_path, json_path = sorted(digests)
        assert read_written(site, digests) == []
        (site / html_path).write_bytes(OLD[html_path] + b" ")
        assert read_written(site, digests) == [html_path]
        (site / json_path).unlink()
        assert read_written(site, digests) == [html_path, json_path]
        assert read_written(site / "none", digests) == [html_path, json_path]

    def test_a_file_outside_the_site_proves_nothing(self, site: Path, tmp_path: Path) -> None:
        (tmp_path / "secret").write_bytes(b"x")
        (site / "compare" / "link").symlink_to(tmp_path / "secret")
        digest = hashlib.sha256(b"x").hexdigest()
        outside = {"../secret": digest, str(tmp_path / "secret"): digest, "compare/link": digest}
        assert read_written(site, outside) == sorted(outside)

    def test_a_file_that_cannot_be_read_is_an_error(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: Path) -> bytes:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

        monkeypatch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(StoreError, match="Permission denied"):
            read_written(site, {next(iter(OLD)): "0" * 64})


class TestPreview:
    def test_it_is_always_a_draft(self, tmp_path: Path) -> None:
        path = tmp_path / "previews" / "page.html"
        write_preview(path, pages.two_tools())
        text = path.read_text(encoding="utf-8")
        assert "<title>DRAFT, not approved" in text
        assert "editorial responsibility" not in text
        assert sorted(path.parent.iterdir()) == [path]

    def test_a_failure_keeps_the_older_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "page.html"
        path.write_text("older")

        def refuse(handle: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(StoreError, match="writing the preview"):
            write_preview(path, pages.two_tools())
        assert path.read_text() == "older"
        assert sorted(tmp_path.iterdir()) == [path]

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "page.html").mkdir()
        with pytest.raises(StoreError) as refused:
            write_preview(tmp_path / "page.html", pages.two_tools())
        assert "A folder stands where a file should be" in refused.value.hint
