from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.models import physical_cores
from panel.models.memory import available_memory


def system(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def topology(*groups: str) -> dict[str, str]:
    """One group for each processor, as the system writes the list of those that share its core."""
    at = "sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    return {at.format(number): f"{group}\n" for number, group in enumerate(groups)}


HYPER = topology("0,2", "1,3", "0,2", "1,3")


def test_hyper_threads_share_a_core(tmp_path: Path) -> None:
    assert physical_cores(allowed=range(4), root=system(tmp_path, HYPER)) == 2


@pytest.mark.parametrize(
    ("allowed", "count"), [({0}, 1), ({0, 2}, 1), ({0, 1}, 2), ({2, 3}, 2), ({0, 1, 3}, 2), (set(), 1)]
)
def test_only_what_the_process_may_use_counts(tmp_path: Path, allowed: set[int], count: int) -> None:
    assert physical_cores(allowed=allowed, root=system(tmp_path, HYPER)) == count


def test_large_and_small_cores_count_one_each(tmp_path: Path) -> None:
    root = system(tmp_path, topology("0-1", "0-1", "2", "3"))
    assert physical_cores(allowed=range(4), root=root) == 3


def test_where_nothing_is_said_every_processor_is_a_core(tmp_path: Path) -> None:
    assert physical_cores(allowed=range(6), root=tmp_path) == 6


def test_the_newer_name_of_the_list_is_known(tmp_path: Path) -> None:
    files = {name.replace("thread_siblings_list", "core_cpus_list"): text for name, text in HYPER.items()}
    assert physical_cores(allowed=range(4), root=system(tmp_path, files)) == 2


@pytest.mark.parametrize(
    ("quota", "count"),
    [
        ("max 100000", 4),
        ("800000 100000", 4),
        ("300000 100000", 3),
        ("250000 100000", 2),
        ("100000 100000", 1),
        ("50000 100000", 1),
        ("50000 0", 4),
        ("rubbish", 4),
        ("", 4),
    ],
)
def test_a_quota_caps_the_count(tmp_path: Path, quota: str, count: int) -> None:
    root = system(tmp_path, topology("0", "1", "2", "3") | {"sys/fs/cgroup/cpu.max": quota})
    assert physical_cores(allowed=range(4), root=root) == count


def test_the_least_quota_on_the_way_up_counts(tmp_path: Path) -> None:
    group = {
        "proc/self/cgroup": "4:memory:/elsewhere\n0::/user.slice/desk\n",
        "sys/fs/cgroup/user.slice/cpu.max": "200000 100000",
        "sys/fs/cgroup/user.slice/desk/cpu.max": "300000 100000",
        "sys/fs/cgroup/elsewhere/cpu.max": "100000 100000",
    }
    assert physical_cores(allowed=range(4), root=system(tmp_path, topology(*"0123") | group)) == 2


def test_a_control_group_does_not_lead_out(tmp_path: Path) -> None:
    group = {"proc/self/cgroup": "0::/../../..\n", "cpu.max": "100000 100000"}
    assert physical_cores(allowed=range(4), root=system(tmp_path, topology(*"0123") | group)) == 4


def test_this_machine_has_a_core() -> None:
    assert physical_cores() >= 1


@given(st.text(max_size=40))
def test_no_quota_is_an_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    root = tmp_path_factory.getbasetemp() / "quota"
    (root / "sys/fs/cgroup").mkdir(parents=True, exist_ok=True)
    (root / "sys/fs/cgroup/cpu.max").write_text(text, encoding="utf-8")
    assert 1 <= physical_cores(allowed=range(4), root=root) <= 4


def test_memory_is_what_the_system_says_is_available(tmp_path: Path) -> None:
    root = system(tmp_path, {"proc/meminfo": "MemTotal:  999 kB\nMemAvailable:  700 kB\n"})
    assert available_memory(root) == 700 * 1024


def test_memory_is_capped_by_the_control_group(tmp_path: Path) -> None:
    files = {
        "proc/meminfo": "MemAvailable:  700 kB\n",
        "sys/fs/cgroup/memory.max": "500000\n",
        "sys/fs/cgroup/memory.current": "100000\n",
    }
    assert available_memory(system(tmp_path, files)) == 400_000
    (tmp_path / "sys/fs/cgroup/memory.max").write_text("max\n")
    assert available_memory(tmp_path) == 700 * 1024


def test_memory_is_guessed_where_nothing_is_said(tmp_path: Path) -> None:
    assert available_memory(tmp_path) > 1_000_000
