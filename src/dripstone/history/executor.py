"""Who computes the chunks: processes on this machine."""

import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import redirect_stdout
from typing import Protocol, TypeVar, cast

from threadpoolctl import threadpool_limits

from dripstone.errors import SettingsError
from dripstone.sandbox.pool import Pool, bare_environment

__all__ = ["Executor", "LocalExecutor"]

C = TypeVar("C")
R = TypeVar("R")

START_UP_S = 2.0
"""Work that takes less than this in one process is not worth starting others for."""


class Executor(Protocol):
    """Runs one task over many chunks; chunks may be run again, so a task must bear that."""

    @property
    def workers(self) -> int:
        """How many chunks are computed at once."""
        ...

    def map(self, task: Callable[[C], R], chunks: Sequence[C], *, apart: bool = False) -> Generator[R]:
        """The results in the order of completion.

        Parameters
        ----------
        task : a function of an importable module.
        chunks : JSON-able, as the results are.
        apart : never in the calling process, whatever it costs: the chunks carry code that may end its process.

        Raises
        ------
        DripstoneError : what the task raised; chunks not yet answered are given up.
        FactorError : a chunk killed its worker again and again.
        """
        ...


class LocalExecutor:
    """Processes on this machine, each a fresh interpreter with one thread a library and no inherited secrets.

    The first chunk runs in this process and tells what the others will take; only when that is more than
    ``start_up_s`` seconds are workers started. With one process everything runs here. ``apart`` starts them at once.

    A worker that dies is replaced and its chunk run again, three lives a chunk. Workers end when the iterator is
    closed, when this process is interrupted, and by themselves when it dies.

    Parameters
    ----------
    processes : 1 or more.
    start_up_s : seconds of work below which no workers are started.
    """

    def __init__(self, processes: int, *, start_up_s: float = START_UP_S) -> None:
        if processes < 1:
            raise SettingsError("no process to compute with", seen=processes, expected="1 or more")
        self.workers = processes
        self.start_up_s = start_up_s

    def map(self, task: Callable[[C], R], chunks: Sequence[C], *, apart: bool = False) -> Generator[R]:
        """The results in the order of completion; see ``Executor.map``."""
        if not chunks:
            return
        if apart:
            yield from _spread(task, chunks, min(self.workers, len(chunks)))
            return
        began = time.monotonic()
        first = _alone(task, chunks[0])
        rest = chunks[1:]
        expected_s = (time.monotonic() - began) * len(rest)
        yield first
        if self.workers > 1 and len(rest) > 1 and expected_s > self.start_up_s:
            yield from _spread(task, rest, min(self.workers, len(rest)))
        else:
            yield from (_alone(task, chunk) for chunk in rest)


def _alone(task: Callable[[C], R], chunk: C) -> R:
    """The task in this process as in a worker: BLAS on one thread, as more give other last bits; prints on stderr."""
    with threadpool_limits(1), redirect_stdout(sys.stderr):
        return task(chunk)


def _spread(task: Callable[[C], R], chunks: Sequence[C], processes: int) -> Generator[R]:
    name = f"{task.__module__}:{task.__qualname__}"
    with Pool(name, environment=bare_environment()) as pool:
        pool.give(chunks)
        pool.start(processes)
        for _ in chunks:
            yield cast("tuple[C, R]", pool.answer())[1]
