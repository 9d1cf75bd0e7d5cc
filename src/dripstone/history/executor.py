"""Who computes the chunks: processes on this machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar, cast

from threadpoolctl import threadpool_limits

from dripstone.errors import FactorError, SettingsError
from dripstone.sandbox.report import revive

__all__ = ["Executor", "LocalExecutor"]

C = TypeVar("C")
R = TypeVar("R")

START_UP_S = 2.0
"""Work that takes less than this in one process is not worth starting others for."""
_LIVES = 3
_WORKER = Path(__file__).with_name("worker.py")
"""Run by its path: by module name, the whole room would be imported before the task says what it needs."""
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH")


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
    todo: SimpleQueue[object] = SimpleQueue()
    done: SimpleQueue[R | BaseException] = SimpleQueue()
    for chunk in chunks:
        todo.put(chunk)
    name = f"{task.__module__}:{task.__qualname__}"
    workers = [_Worker(name, todo, cast("SimpleQueue[object]", done)) for _ in range(processes)]
    try:
        for worker in workers:
            worker.start()
        for _ in chunks:
            answer = done.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer
    finally:
        for worker in workers:
            worker.stop()


class _Worker(Thread):
    """A child process and the thread that feeds it."""

    def __init__(self, task: str, todo: SimpleQueue[object], done: SimpleQueue[object]) -> None:
        super().__init__(daemon=True, name=f"dripstone worker for {task}")
        self._task, self._todo, self._done = task, todo, done
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> None:
        try:
            while not self._stopped:
                self._done.put(self._answered(json.dumps(self._todo.get_nowait()).encode() + b"\n"))
        except Empty:
            pass  # all chunks are taken
        except BaseException as error:  # noqa: BLE001  # the consumer waits on the queue: whatever it is must get there
            self._done.put(error)
        finally:
            self._end()

    def stop(self) -> None:
        """Kill the child, unless it has ended, and wait for the thread."""
        self._stopped = True
        while self.is_alive():
            if (child := self._child) is not None:
                child.kill()
            self.join(0.05)

    def _answered(self, chunk: bytes) -> object:
        codes: list[int] = []
        while len(codes) < _LIVES and not self._stopped:
            child = self._child = self._child or _started(self._task)
            line = _asked(child, chunk)
            if line.endswith(b"\n"):
                return _result(json.loads(line))
            codes.append(self._end())
        raise FactorError(
            "a worker process died each time it computed the same days",
            seen=f"exit codes {codes}",
            expected="an answer",
            hint="-9 is mostly a lack of memory: use fewer processes; otherwise a factor's code ends its process",
        )

    def _end(self) -> int:
        """Close the pipes, upon which a child that still lives ends by itself; returns its exit code."""
        child, self._child = self._child, None
        if child is None:
            return 0
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        return child.wait()


def _started(task: str) -> "subprocess.Popen[bytes]":
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= dict.fromkeys(_THREAD_LIMITS, "1")
    environment["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-P", str(_WORKER), task],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        # Ctrl-C is for the parent alone, who ends the children in order.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _asked(child: "subprocess.Popen[bytes]", line: bytes) -> bytes:
    """The child's answer to a line; without a newline at its end where the child died."""
    if child.stdin is None or child.stdout is None:
        raise SettingsError("a pipe to a worker is missing")
    try:
        child.stdin.write(line)
        child.stdin.flush()
    except BrokenPipeError:
        return b""
    return child.stdout.readline()


def _result(answer: Mapping[str, Any]) -> object:
    match answer:
        case {"result": result}:
            return result
        case {"error": error}:
            return revive(error)
        case _:
            return RuntimeError(f"a worker failed\n{answer.get('defect')}")
