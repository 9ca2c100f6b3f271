"""The thread that owns the model: takes requests as they come and hands them to the batch.

Callers await futures on their own loops; everything that touches the model happens in the thread, between one step
of the batch and the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from threading import Condition, Event, Thread

from panel.engine.batch import Batch, Job, TokenModel
from panel.engine.figures import Figures
from panel.engine.protocol import Generation, OnProgress, Progress, Request
from panel.errors import EngineCrash, PanelError
from panel.records import EngineIdentity


class BatchedEngine:
    """An `Engine` over a model of tokens that writes all pending requests together."""

    def __init__(self, open_model: Callable[[], TokenModel]) -> None:
        """Open the model in the thread that will own it.

        Args:
            open_model: called once, in that thread.

        Raises:
            SetupError: the model cannot be opened.
        """
        self._wake = Condition()
        self._inbox: list[Job] = []
        self._model: TokenModel | None = None
        self._closing = Event()
        self._opened: EngineIdentity | BaseException | None = None
        self._thread = Thread(target=self._live, args=(open_model,), name="panel-engine", daemon=True)
        self._thread.start()
        try:
            with self._wake:
                while self._opened is None:
                    self._wake.wait()
        except BaseException:  # Ctrl-C while the model loads: the thread must not outlive it
            self._closing.set()
            raise
        if isinstance(self._opened, BaseException):
            self._thread.join()
            raise self._opened
        self._identity: EngineIdentity = self._opened

    @property
    def identity(self) -> EngineIdentity:
        """Which model writes, down to its bytes."""
        return self._identity

    @property
    def figures(self) -> Figures:
        """What the engine has counted of its work so far."""
        return replace(self._figures)

    async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
        """Write one text; see `Engine`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Generation] = loop.create_future()
        cancelled = Event()

        def settle(outcome: Generation | PanelError) -> None:
            try:
                loop.call_soon_threadsafe(_settle, future, outcome)
            except RuntimeError:
                return  # the loop is gone, and with it whoever waited

        job = Job(request, settle, on_progress or _ignore, is_wanted=lambda: not cancelled.is_set())
        with self._wake:
            if self._closing.is_set():
                raise _closed()
            self._inbox.append(job)
            self._wake.notify_all()
        try:
            return await future
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def aclose(self) -> None:
        """Stop what is pending or being written and free the model; see `Engine`."""
        self._stop()
        await asyncio.to_thread(self._thread.join)

    def _stop(self) -> None:
        with self._wake:
            self._closing.set()
            if self._model is not None:
                self._model.interrupt()
            self._wake.notify_all()

    def _live(self, open_model: Callable[[], TokenModel]) -> None:
        try:
            model = self._model = open_model()
            batch = Batch(model)
            self._figures = batch.figures
        except BaseException as error:
            self._announce(error)
            return
        try:
            self._announce(model.identity)
            while self._take_in(batch):
                batch.step()
        finally:
            # Whatever ended the thread, nobody may wait for it any longer.
            self._stop()
            batch.end(_closed())
            for job in self._inbox:
                job.settle(_closed())
            self._model = None
            model.close()

    def _take_in(self, batch: Batch) -> bool:
        """Hand new requests to the batch, waiting for some if it has none; False when the engine is closing."""
        with self._wake:
            while not (batch.work or self._inbox or self._closing.is_set()):
                self._wake.wait()
            new, self._inbox = self._inbox, []
            if self._closing.is_set():
                self._inbox = new
                return False
        for job in new:
            batch.add(job)
        return True

    def _announce(self, opened: EngineIdentity | BaseException) -> None:
        with self._wake:
            self._opened = opened
            self._wake.notify_all()


def _closed() -> EngineCrash:
    return EngineCrash("the engine is closed")


def _settle(future: asyncio.Future[Generation], outcome: Generation | PanelError) -> None:
    if future.done():
        return
    if isinstance(outcome, PanelError):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _ignore(progress: Progress) -> None:
    return None
