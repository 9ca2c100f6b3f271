"""Engines: what writes the drafts. The protocol here; the real one in `llama`, the model-free one in `scripted`.

`panel.engine.llama` is not imported here: it loads llama.cpp's library.
"""

from panel.engine.protocol import Choice, Engine, Generation, Message, OnProgress, Progress, Request
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
]
