"""A site's folder changes in one step, writes what is new and nothing else, and survives whatever dies when."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from panel.errors import Conflict, StoreError
from panel.site import building
from panel.site.building import MANIFEST, Built, build_site, find_differences, read_made
from panel.site.units import Unit, code_fingerprint, make_key
from panel.store.files import locked

OLD = {"home": {"index.html": b"old"}, "a": {"a/index.html": b"a", "a/card.png": b"\x00\x01"}}
NEW = {"home": {"index.html": b"new"}, "a": {"a/index.html": b"a", "a/card.png": b"\x00\x01"}, "b": {"b/x.html": b"b"}}
CALLS = ("open", "link", "mkdir", "rename", "unlink", "rmdir", "sync", "fsync")


def units(pages: Mapping[str, Mapping[str, bytes]], keyed: bool = True) -> dict[str, Unit]:
    return {
        name: Unit(
            make_key(name, {path: data.hex() for path, data in files.items()}) if keyed else "", lambda f=files: f
        )
        for name, files in pages.items()
    }


def flat(pages: Mapping[str, Mapping[str, bytes]]) -> dict[str, bytes]:
    return {path: data for files in pages.values() for path, data in files.items()}


def on_disk(out: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    found.pop(MANIFEST, None)
    return found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    build_site(tmp_path / "public", units(OLD))
    return tmp_path / "public"


@pytest.mark.parametrize("keyed", [True, False])
def test_only_what_is_new_is_written(out: Path, keyed: bool) -> None:
    kept = (out / "a/index.html").stat()
    done: list[str] = []
    built = build_site(out, units(NEW, keyed), on_unit=done.append)
    assert on_disk(out) == flat(NEW) and built.written == ["index.html", "b/x.html"] and built.removed == []
    assert built.made == (2 if keyed else 3) and done == ["home", "a", "b"] and built.files == 4
    assert ((out / "a/index.html").stat().st_ino, (out / "a/index.html").stat().st_mtime_ns) == (
        kept.st_ino,
        kept.st_mtime_ns,
    )


def test_the_same_again_changes_nothing_at_all(out: Path) -> None:
    before = out.stat().st_ino
    built = build_site(out, units(OLD))
    assert not built.changed and built.made == 0 and out.stat().st_ino == before
    assert sorted(path.name for path in out.parent.iterdir()) == [".public.lock", "public"]


def test_what_is_no_longer_planned_goes_and_what_is_not_ours_stays(out: Path) -> None:
    (out / "CNAME").write_text("desk.example")
    (out / "a/picture.svg").write_text("<svg/>")
    (out / "link").symlink_to("CNAME")
    built = build_site(out, units({"home": OLD["home"]}))
    assert built.removed == ["a/card.png", "a/index.html"]
    assert sorted(on_disk(out)) == ["CNAME", "a/picture.svg", "index.html", "link"]
    assert (out / "link").is_symlink()


def test_a_file_that_somebody_wrote_into_is_mended(out: Path) -> None:
    (out / "a/index.html").write_bytes(b"forged")
    assert list(find_differences(out, units(OLD))) == [
        ("a/index.html", "is not what Panel makes of approved pages and votes; build again")
    ]
    built = build_site(out, units(OLD))
    assert built.written == ["a/index.html"] and on_disk(out) == flat(OLD)


def test_a_forged_file_with_a_forged_list_is_found_by_making_everything_again(out: Path) -> None:
    (out / "a/index.html").write_bytes(b"forged")
    manifest = json.loads((out / MANIFEST).read_text())
    manifest["units"]["a"]["files"]["a/index.html"] = hashlib.sha256(b"forged").hexdigest()
    manifest["units"]["old"] = {"key": "", "files": {"link": "x", "index.html": "x"}}
    (out / MANIFEST).write_text(json.dumps(manifest))
    assert [path for path, _ in find_differences(out, units(OLD))] == ["a/index.html"]


def test_what_is_missing_and_what_should_be_gone_is_told(out: Path) -> None:
    (out / "a/index.html").unlink()
    told = dict(find_differences(out, units({"a": OLD["a"]})))
    assert told == {"a/index.html": "is missing", "index.html": "is of a page that does not stand any more"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"units": 3}', '{"units": {"a": {}}}', '{"units": {"a": {"key": 1}}}']
)
def test_a_broken_list_costs_time_and_nothing_else(out: Path, text: str) -> None:
    (out / MANIFEST).write_text(text)
    assert read_made(out) == {}
    assert build_site(out, units(OLD)).made == 2
    assert on_disk(out) == flat(OLD)


@pytest.mark.parametrize(
    "path", ["../x.html", "/x.html", "a/../x.html", "a//x.html", ".hidden", "a/", "a b.html", MANIFEST]
)
def test_a_path_that_leads_elsewhere_is_refused(out: Path, path: str) -> None:
    with pytest.raises(StoreError, match="is not a path"):
        build_site(out, units({"x": {path: b"x"}}))
    assert on_disk(out) == flat(OLD)


def test_two_units_of_one_path_are_refused(out: Path) -> None:
    with pytest.raises(StoreError, match="two pages"):
        build_site(out, units({"x": {"x.html": b"x"}, "y": {"x.html": b"y"}}))
    assert on_disk(out) == flat(OLD)


def test_a_check_that_refuses_leaves_the_old_site(out: Path) -> None:
    seen = []

    def refuse(folder: Path) -> None:
        seen.append(on_disk(folder))
        raise StoreError("broken link")

    with pytest.raises(StoreError, match="broken link"):
        build_site(out, units(NEW), check=refuse)
    assert seen == [flat(NEW)] and on_disk(out) == flat(OLD)
    assert not list(out.parent.glob(".public.new-*"))


def test_a_unit_that_fails_leaves_the_old_site(out: Path) -> None:
    def fail() -> Mapping[str, bytes]:
        raise ValueError("no such template")

    with pytest.raises(ValueError, match="no such template"):
        build_site(out, {"home": Unit("", fail)})
    assert on_disk(out) == flat(OLD) and not list(out.parent.glob(".public.new-*"))


def test_a_second_builder_is_told_to_wait(out: Path) -> None:
    with locked(out.parent / ".public.lock"), pytest.raises(Conflict) as refused:
        # The lock belongs to whoever opened the file, so a second opening is refused in the same process too.
        build_site(out, units(NEW))
    assert refused.value.retryable
    assert on_disk(out) == flat(OLD)


def test_a_file_in_the_site_s_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("mine")
    with pytest.raises(StoreError, match="is a file"):
        build_site(tmp_path / "public", units(NEW))
    assert (tmp_path / "public").read_text() == "mine"


def test_what_arrives_while_a_site_is_built_is_not_lost(out: Path) -> None:
    build_site(out, units(NEW), check=lambda folder: (out / "late.txt").write_text("late") and None)
    assert (out / "late.txt").read_text() == "late" and on_disk(out) == flat(NEW) | {"late.txt": b"late"}


@pytest.mark.parametrize("way", ["exchange", "fallback"])
def test_killed_at_every_call_the_site_is_the_old_one_or_the_new_one(tmp_path: Path, way: str) -> None:
    outcomes = set()
    for calls in range(300):
        out = tmp_path / str(calls) / "public"
        build_site(out, units(OLD))
        pid = os.fork()
        if pid == 0:
            try:
                _die_after(calls, way)
                build_site(out, units(NEW))
            finally:
                os._exit(0)
        finished = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        if out.exists():
            assert on_disk(out) in (flat(OLD), flat(NEW))
            outcomes.add("old" if on_disk(out) == flat(OLD) else "new")
        else:
            assert way == "fallback", "a swap leaves no moment without a site"
            outcomes.add("between")
        build_site(out, units(NEW))
        assert on_disk(out) == flat(NEW)
        assert sorted(path.name for path in out.parent.iterdir()) == [".public.lock", "public"]
        if finished:
            break
    assert finished and calls > 10
    assert outcomes == ({"old", "new", "between"} if way == "fallback" else {"old", "new"})


def _die_after(calls: int, way: str) -> None:
    left = [calls]

    def counted(function):  # type: ignore[no-untyped-def]
        def call(*args, **kwargs):  # type: ignore[no-untyped-def]
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return function(*args, **kwargs)

        return call

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    building.exchange = counted(building.exchange) if way == "exchange" else lambda one, other: False


def test_a_key_knows_the_code() -> None:
    assert make_key("a", 1) == make_key("a", 1) != make_key("a", 2)
    assert len(code_fingerprint()) == 64
    assert isinstance(Built().changed, bool)
