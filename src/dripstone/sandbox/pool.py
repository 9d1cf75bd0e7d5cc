"""Worker processes that compute the chunks of one task: fed, replaced when they die, ended with their parent."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from dripstone.errors import FactorError, SettingsError
from dripstone.sandbox.report import revive

__all__ = ["CHILD_MARK", "Pool", "bare_environment", "is_child"]

_LIVES = 3
_WORKER = Path(__file__).with_name("worker.py")
"""Run by its path: by module name, the whole room would be imported before the task says what it needs."""
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH")

CHILD_MARK: Mapping[str, str] = {"DRIPSTONE_CHILD": "1"}
"""In the environment of every process that dripstone starts."""


def is_child() -> bool:
    """Whether dripstone started this process, so that it starts no others."""
    return CHILD_MARK.items() <= os.environ.items()


def bare_environment() -> dict[str, str]:
    """This process's environment less everything that may be a secret."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


class Pool:
    """Processes, each a fresh interpreter with one thread a library, that take chunks off one list.

    Within ``with`` they work. The caller may take chunks too. At the end, and on any exception, they are killed;
    when the caller's process dies, they end by themselves. A worker that dies is replaced and its chunk run again,
    three lives a chunk. The caller's own main module is never imported.

    Parameters
    ----------
    task : "module:function"; takes a chunk, returns a result, both JSON-able.
    environment : the workers' environment variables.
    """

    def __init__(self, task: str, *, environment: Mapping[str, str]) -> None:
        self._task, self._environment = task, environment
        self._todo: SimpleQueue[object] = SimpleQueue()
        self._done: SimpleQueue[tuple[object, object]] = SimpleQueue()
        self._given = Event()
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop()

    def start(self, processes: int) -> None:
        """Start so many workers; they get ready and wait for chunks."""
        for _ in range(processes):
            worker = _Worker(self._task, self._environment, self._given, self._todo, self._done)
            self._workers.append(worker)
            worker.start()

    def give(self, chunks: Iterable[object]) -> None:
        """All that there is to do. A chunk may be run again, so a task must bear that."""
        for chunk in chunks:
            self._todo.put(chunk)
        self._given.set()

    def take(self) -> object | None:
        """A chunk for the caller to compute itself; None when all are taken."""
        with suppress(Empty):
            return self._todo.get_nowait()
        return None

    def answer(self, *, wait: bool = True) -> tuple[object, object] | None:
        """A chunk and its result, in the order of completion; None where none is there and ``wait`` is False.

        Raises
        ------
        DripstoneError : what the task raised.
        FactorError : a chunk killed its worker again and again.
        """
        try:
            chunk, answer = self._done.get(block=wait)
        except Empty:
            return None
        if isinstance(answer, BaseException):
            raise answer
        return chunk, answer


class _Worker(Thread):
    """A child process and the thread that feeds it."""

    def __init__(
        self,
        task: str,
        environment: Mapping[str, str],
        given: Event,
        todo: SimpleQueue[object],
        done: SimpleQueue[tuple[object, object]],
    ) -> None:
        super().__init__(daemon=True, name=f"dripstone worker for {task}")
        self._task, self._environment = task, environment
        self._given, self._todo, self._done = given, todo, done
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> None:
        chunk: object = None
        try:
            self._child = _started(self._task, self._environment)
            self._given.wait()
            while not self._stopped:
                chunk = self._todo.get_nowait()
                self._done.put((chunk, self._answered(json.dumps(chunk).encode() + b"\n")))
        except Empty:
            pass  # all chunks are taken
        except BaseException as error:  # noqa: BLE001  # the consumer waits on the queue: whatever it is must get there
            self._done.put((chunk, error))
        finally:
            self._end()

    def stop(self) -> None:
        """Kill the child, unless it has ended, and wait for the thread."""
        self._stopped = True
        self._given.set()
        while self.is_alive():
            if (child := self._child) is not None:
                child.kill()
            self.join(0.05)

    def _answered(self, chunk: bytes) -> object:
        codes: list[int] = []
        while len(codes) < _LIVES and not self._stopped:
            child = self._child = self._child or _started(self._task, self._environment)
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


def _started(task: str, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", str(_WORKER), task],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={
            **environment,
            **dict.fromkeys(_THREAD_LIMITS, "1"),
            **CHILD_MARK,
            # '' is the current folder, which notebooks import from.
            "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path),
        },
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
