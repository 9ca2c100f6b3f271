"""Runs on disk: written once, appended under a lock, read with suspicion."""

from panel.store.journal import Journal, JournalView
from panel.store.runs import Run, RunStore, open_folder

__all__ = ["Journal", "JournalView", "Run", "RunStore", "open_folder"]
