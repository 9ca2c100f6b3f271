from __future__ import annotations

from pathlib import Path

import pytest

from panel.models.cpu import describe_cpu

INTEL = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R)  CPU @ 2.20GHz
flags\t\t: fpu vme sse4_2 avx avx2 f16c fma avx512f avx512_vnni

processor\t: 1
model name\t: another
flags\t\t: amx_int8
"""
ARM = "processor\t: 0\nFeatures\t: fp asimd evtstrm asimddp i8mm\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platform.machine", lambda: "hal9000")
    monkeypatch.setattr("platform.processor", lambda: "positronic")
    (tmp_path / "proc").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "described"),
    [
        (INTEL, "Intel(R) Xeon(R) CPU @ 2.20GHz, hal9000: avx avx2 avx512_vnni avx512f f16c fma sse4_2"),
        (ARM, "0xd0c, hal9000: asimd asimddp i8mm"),
        ("", "positronic, hal9000"),
        ("nothing : to see", "positronic, hal9000"),
    ],
)
def test_a_processor_is_its_name_and_what_it_can_do(machine: Path, text: str, described: str) -> None:
    (machine / "proc/cpuinfo").write_text(text)
    assert describe_cpu(machine) == described


def test_where_there_is_no_such_file_python_is_asked(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert describe_cpu(machine) == "positronic, hal9000"
    monkeypatch.setattr("platform.processor", lambda: "")
    assert describe_cpu(machine) == "unknown, hal9000"


def test_it_is_the_same_each_time() -> None:
    assert describe_cpu() == describe_cpu() != ""
