"""Run as a script: prepares a GGUF with one candidate and little measuring, and says each stage on a line.

`preparing.py GGUF [BYTES]`: no file may grow beyond so many bytes. Ends on a line `kept QUANTIZATION` or `error …`.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from panel.errors import PanelError
from panel.models import find_model
from panel.models.candidates import Effort
from panel.models.prepare import prepare_model

QUICK = Effort(loss_tokens=64, prefix_tokens=256, rounds=1)


def say(stage: str) -> None:
    print(stage, flush=True)


def main(path: str, limit: str = "") -> None:
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        source = find_model(path, base=Path.cwd())
        kept = prepare_model(source, threads=1, anew=True, quantizations=("Q8_0",), effort=QUICK, tell=say)
        assert kept.preparation
        say(f"kept {kept.preparation.prepared.quantization if kept.preparation.prepared else 'as it is'}")
    except PanelError as error:
        say(f"error {type(error).__name__} {error.exit_code} {error.message} {error.hint}")


if __name__ == "__main__":
    main(*sys.argv[1:])
