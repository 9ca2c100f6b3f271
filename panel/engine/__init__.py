"""Engines: what writes the drafts. The protocol here; llama.cpp in `llama`, a server in `served`, a script: `scripted`.

`panel.engine.llama` and `panel.engine.served` are not imported here: they load llama.cpp's and HTTP's libraries.
"""

from panel.engine.protocol import Choice, Engine, Generation, Message, OnProgress, Progress, Request, resample
from panel.engine.scripted import ScriptedEngine

__all__ = [
    "Choice",
    "Engine",
    "Generation",
    "Message",
    "OnProgress",
    "Progress",
    "Request",
    "ScriptedEngine",
    "resample",
]
