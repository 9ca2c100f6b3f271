"""The layers hold, and importing a module does nothing but define things."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
IMPORT_ALL = """
import json, logging, os, sys, threading
import pkgutil, importlib
package = os.path.realpath("panel") + os.sep
opened = []
def listen(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.realpath(arguments[0])
        inside = path.startswith(os.path.realpath(".") + os.sep) and ".venv" not in path
        if inside and not path.endswith((".py", ".pyc")) and ".pyc." not in path:
            opened.append(path)
    if event in ("subprocess.Popen", "socket.connect"):
        opened.append(event)
import panel
names = [name for _, name, _ in pkgutil.walk_packages(panel.__path__, "panel.")]
sys.addaudithook(listen)
for name in names:
    importlib.import_module(name)
print(json.dumps({"opened": opened, "handlers": len(logging.getLogger().handlers), "names": names,
                  "threads": [thread.name for thread in threading.enumerate()]}))
"""


def test_imports_run_downward_only() -> None:
    lint = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert lint
    ended = subprocess.run([lint], cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 broken" in ended.stdout


def test_importing_reads_no_file_and_configures_nothing() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=True
    )
    found = json.loads(ended.stdout)
    assert found["opened"] == [] and found["handlers"] == 0 and found["threads"] == ["MainThread"]
    assert len(found["names"]) > 60
