"""The house model: folding an adapter into its base, and keeping what came of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest

from panel.errors import SetupError, StoreError
from panel.models import EMBEDDED, EMBEDDED_BASE, find_model
from panel.models.adapter import Matrices, fold, read_adapter, write_adapter
from panel.models.files import ModelFile, read_model_file
from panel.models.house import ADAPTER, NAME, find_house_model, house_folder

WIDTH, RANK = 64, 32
rng = np.random.default_rng(7)


def matrix(rows: int, columns: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return rng.normal(size=(rows, columns)).astype(np.float32)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Two matrices, a vector and some metadata; no model that could be loaded."""
    path = tmp_path / "base.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Base")
    writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
    writer.add_tensor("blk.0.attn_q.weight", matrix(WIDTH, WIDTH))
    writer.add_tensor("blk.0.ffn_up.weight", matrix(2 * WIDTH, WIDTH))
    writer.add_tensor("blk.0.attn_norm.weight", matrix(1, WIDTH)[0])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    matrices: Matrices = {"blk.0.ffn_up.weight": (matrix(RANK, WIDTH), matrix(2 * WIDTH, RANK))}
    write_adapter(tmp_path / "adapter.gguf", matrices, architecture="llama", alpha=16.0, name="A")
    return tmp_path / "adapter.gguf"


def weights(path: Path) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    reader = gguf.GGUFReader(path)
    return {tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}


def test_folding_adds_the_product(base: Path, adapter: Path, tmp_path: Path) -> None:
    fold(base, adapter, tmp_path / "folded.gguf", name="Folded")
    matrices, scale = read_adapter(adapter)
    assert scale == 16.0 / RANK
    before, after = weights(base), weights(tmp_path / "folded.gguf")
    a, b = matrices["blk.0.ffn_up.weight"]
    meant = before["blk.0.ffn_up.weight"] + scale * (b @ a)
    # Eight bits: at most half a step of the largest weight of a block.
    assert np.abs(after["blk.0.ffn_up.weight"] - meant).max() <= np.abs(meant).max() / 127
    for name in ("blk.0.attn_q.weight", "blk.0.attn_norm.weight"):
        assert np.array_equal(after[name], before[name])
    reader = gguf.GGUFReader(tmp_path / "folded.gguf")
    assert reader.fields["general.name"].contents() == "Folded"
    assert reader.fields["tokenizer.ggml.tokens"].contents() == ["a", "b"]


def test_an_adapter_of_another_model_is_refused(base: Path, tmp_path: Path) -> None:
    for name, rows in (("blk.9.ffn_up.weight", 2 * WIDTH), ("blk.0.ffn_up.weight", WIDTH)):
        matrices: Matrices = {name: (matrix(RANK, WIDTH), matrix(rows, RANK))}
        path = tmp_path / "other.gguf"
        write_adapter(path, matrices, architecture="llama", alpha=1.0, name="B")
        with pytest.raises(SetupError, match="of another model"):
            fold(base, path, tmp_path / "folded.gguf", name="Folded")


@pytest.mark.parametrize("data", [b"", b"GGUF", b"GGUF" + b"\xff" * 64, b"not a model"])
def test_what_is_no_adapter_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(data)
    with pytest.raises(SetupError, match=r"broken.gguf: not a LoRA adapter"):
        read_adapter(path)


def test_a_model_is_no_adapter(base: Path) -> None:
    with pytest.raises(SetupError, match="not a LoRA adapter"):
        read_adapter(base)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def made(base: Path, adapter: Path) -> tuple[ModelFile, list[str]]:
    told: list[str] = []
    return find_house_model(read_model_file(base), adapter, tell=told.append), told


def test_it_is_made_once(base: Path, adapter: Path, cache: Path) -> None:
    first, told = made(base, adapter)
    assert first.name == NAME and first.path.is_relative_to(cache) and len(told) == 1
    assert first.base_sha256 == read_model_file(base).sha256
    assert first.adapter_sha256 == read_model_file(adapter).sha256
    again, told = made(base, adapter)
    assert (again, told) == (first, [])


@pytest.mark.parametrize("harm", ["cut", "changed", "unsaid", "gone"])
def test_a_harmed_one_is_made_again(harm: str, base: Path, adapter: Path, cache: Path) -> None:
    first, _ = made(base, adapter)
    data = first.path.read_bytes()
    match harm:
        case "cut":
            first.path.write_bytes(data[:-100])
        case "changed":
            first.path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        case "unsaid":
            (first.path.parent / "sha256").unlink()
        case _:
            first.path.unlink()
    again, told = made(base, adapter)
    assert again == first and len(told) == 1 and first.path.read_bytes() == data


def test_another_adapter_makes_another_model(base: Path, adapter: Path, cache: Path, tmp_path: Path) -> None:
    first, _ = made(base, adapter)
    matrices: Matrices = {"blk.0.attn_q.weight": (matrix(RANK, WIDTH), matrix(WIDTH, RANK))}
    write_adapter(tmp_path / "second.gguf", matrices, architecture="llama", alpha=1.0, name="A")
    second, _ = made(base, tmp_path / "second.gguf")
    assert second.sha256 != first.sha256 and first.path.exists() and second.path.exists()


def test_a_failure_leaves_nothing_half_made(base: Path, cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(SetupError):
        made(base, path)
    assert [file for file in house_folder().rglob("*") if file.is_file()] == []


def test_a_missing_adapter_is_told(base: Path, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="adapter is missing") as caught:
        made(base, tmp_path / "none.gguf")
    assert "embedded-base" in caught.value.hint


def test_a_cache_that_cannot_be_written_is_told(base: Path, adapter: Path, cache: Path) -> None:
    cache.write_text("a file where a folder is wanted")
    with pytest.raises(StoreError):
        made(base, adapter)


def test_two_processes_make_it_at_once(base: Path, adapter: Path, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from panel.models.files import read_model_file;"
        "from panel.models.house import find_house_model;"
        "print(find_house_model(read_model_file(Path(sys.argv[1])), Path(sys.argv[2])).sha256)"
    )
    asked = [
        subprocess.Popen([sys.executable, "-c", code, str(base), str(adapter)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = {one.communicate(timeout=120)[0] for one in asked}
    assert len(answers) == 1 and all(one.returncode == 0 for one in asked)


def test_the_shipped_adapter_is_small_and_fits_the_embedded_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path))
    base = find_model(EMBEDDED_BASE, base=tmp_path)
    house = find_model(EMBEDDED, base=tmp_path)
    assert ADAPTER.stat().st_size <= 12_000_000
    assert (house.base_sha256, house.name) == (base.sha256, NAME)
    assert replace(find_model(EMBEDDED, base=tmp_path)) == house
    card = ADAPTER.with_suffix(".md").read_text()
    assert base.sha256 in card and str(house.adapter_sha256) in card
