"""One thread writes; whoever waits for a write waits for its commit.

Jobs that arrive while the disk is busy are committed together: two hundred readers who vote at once cost a few
flushes, not two hundred. A job that fails takes only itself back. A future is done after its job's commit, never
before.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from panel.errors import StoreError
from panel.readers.database import connect, translated_sqlite

MAX_BATCH = 500
T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
_Pending = tuple[Job[Any], "Future[Any]"]


class Writer:
    """Owns the one connection that writes. Its thread begins with the first job."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: SimpleQueue[_Pending | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, job: Job[T]) -> Future[T]:
        """Hand a job over.

        Args:
            job: is given the connection, inside a transaction; what it raises undoes what it did.

        Returns:
            What it returned, once that is on the disk.

        Raises:
            StoreError: the writer was closed.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreError("the readers' store is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="readers' store", daemon=True)
                self._thread.start()
            self._queue.put((job, future))
        return future

    def close(self) -> None:
        """Finish every job that was handed over, then stop."""
        with self._lock:
            self._closed = True
            thread = self._thread
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        db: sqlite3.Connection | None = None
        going = True
        while going:
            batch, going = self._next_batch()
            try:
                with translated_sqlite("writing", self._path):
                    db = db or connect(self._path, write=True)
                    finished = _commit(db, batch)
            except StoreError as error:
                if db is not None:
                    with suppress(sqlite3.Error):
                        db.rollback()
                finished = [(future, None, error) for _, future in batch]
            for future, value, error_of_job in finished:
                # A reader who went away meanwhile cancelled the future; the vote is in all the same.
                with suppress(Exception):
                    if error_of_job is not None:
                        future.set_exception(error_of_job)
                    else:
                        future.set_result(value)
        if db is not None:
            db.close()

    def _next_batch(self) -> tuple[list[_Pending], bool]:
        batch: list[_Pending] = []
        with suppress(Empty):
            item = self._queue.get()
            while item is not None:
                batch.append(item)
                if len(batch) >= MAX_BATCH:
                    return batch, True
                item = self._queue.get_nowait()
            return batch, False
        return batch, True


def _commit(db: sqlite3.Connection, batch: list[_Pending]) -> list[tuple[Future[Any], Any, BaseException | None]]:
    if not batch:
        return []
    finished: list[tuple[Future[Any], Any, BaseException | None]] = []
    db.execute("BEGIN IMMEDIATE")
    for job, future in batch:
        db.execute("SAVEPOINT job")
        try:
            finished.append((future, job(db), None))
        except sqlite3.OperationalError:
            # The disk, not the job: nothing of this batch can be promised.
            raise
        except Exception as error:
            db.execute("ROLLBACK TO job")
            finished.append((future, None, error))
        db.execute("RELEASE job")
    db.execute("COMMIT")
    return finished
