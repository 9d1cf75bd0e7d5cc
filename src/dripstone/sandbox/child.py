"""A fresh Python process for one named function: clean environment, bounded resources, JSON in and JSON out.

This is level 0 of containment: it keeps keys, memory, time and scratch files apart, and it is **not a fence**.
The function can read every file its user can read, write where its user can write, and reach the network.
Run nobody's code with it that you would not run yourself.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from dripstone.errors import DataError, FactorError, SettingsError, printable
from dripstone.sandbox.pool import CHILD_MARK
from dripstone.sandbox.report import revive

__all__ = ["CONTAINMENT", "run_child"]

_ANSWER_BYTES = 64 * 2**20
_OUTPUT_BYTES = 64 * 2**10
_GRACE_S = 1.0
"""How long the pipes may stay open after the kill: a grandchild that left the group can hold them."""
_LIMITS = {
    "linux": "memory, CPU time, file size and open files are limited",
    "darwin": "CPU time, file size and open files are limited; memory is not, macOS has no such limit",
    "win32": "nothing but wall time is limited, Windows has no such limits",
}
CONTAINMENT = "level 0, not a fence: own process, clean environment, own scratch folder; " + _LIMITS.get(
    sys.platform, "limits as far as this system has them"
)
"""What the child is kept from on this system, in one line, for reports and error texts."""


class _Pipe(threading.Thread):
    """Reads a pipe to its end and keeps the first ``limit`` bytes; the rest is counted and dropped."""

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        super().__init__(daemon=True)
        self._pipe, self._limit = pipe, limit
        self._parts: list[bytes] = []
        self.size = 0
        self.start()

    def run(self) -> None:
        with self._pipe:
            while part := os.read(self._pipe.fileno(), 2**16):
                room = self._limit - self.size
                if room > 0:
                    self._parts.append(part[:room])
                self.size += len(part)

    def text(self) -> str:
        """What was kept, with a word on what was not."""
        kept = b"".join(self._parts).decode("utf-8", "replace")
        return kept if self.size <= self._limit else f"{kept}\n... {self.size - self._limit} bytes more"


def run_child(
    function: str,
    payload: Mapping[str, object],
    *,
    timeout_s: float = 120,
    memory_mb: int = 4096,
    data: Sequence[Path] = (),
) -> dict[str, object]:
    """Call ``function(payload)`` in a process of its own and return its answer.

    The child is a new interpreter (``-P -B``) with the parent's import path and nothing else of its environment,
    in a scratch folder that is removed afterwards. Limits are set before the function's module is imported.
    On time-out, and whenever the answer is in, the child's whole process group is killed.

    Parameters
    ----------
    function : "module:function"; it takes the payload and returns a dict, both JSON-able (NaN may be in them).
    timeout_s : wall time in seconds, start-up included (about 0.04 s for a bare child, 0.6 s with pandas and DuckDB).
    memory_mb : address space in MiB.
    data : files and folders the function reads. They must be there; level 0 does not keep it from others.

    Returns
    -------
    The function's dict, and under "output" what it printed: at most 64 KiB, control characters written out.

    Raises
    ------
    DripstoneError : what the function raised, as the same class with the same fields.
    FactorError : it took too long, ran out of memory, was killed, or failed in any other way.
    DataError : ``data`` names what is not there.
    SettingsError : no process could be started.
    """
    for path in data:
        if not path.exists():
            raise DataError("data for the child process is not there", seen=str(path), expected="a file or a folder")
    cpu_s = int(timeout_s * (os.cpu_count() or 1)) + 1
    job = {"function": function, "payload": payload, "limits": {"memory_mb": memory_mb, "cpu_s": cpu_s}}
    with tempfile.TemporaryDirectory(prefix="dripstone-", ignore_cleanup_errors=True) as scratch:
        process = _start(Path(scratch))
        answer, output = _Pipe(_open(process.stdout), _ANSWER_BYTES), _Pipe(_open(process.stderr), _OUTPUT_BYTES)
        try:
            _send(process, json.dumps(job).encode() + b"\n")
            answer.join(timeout_s)
            late = answer.is_alive()
        finally:
            code = _end(process)
        answer.join(_GRACE_S)
        output.join(_GRACE_S)
    printed = printable(output.text())
    if late:
        raise FactorError(
            "the child process took too long",
            seen=f"{timeout_s:g} s",
            expected="an answer by then",
            hint="look for a loop without end, or allow more time",
            function=function,
            output=printed[-500:] or None,
        )
    return _judged(function, answer, code, printed)


def _start(scratch: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-B", "-m", "dripstone.sandbox.entry"]
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=scratch,
            env=_environment(scratch),
            start_new_session=True,
        )
    except OSError as error:
        raise SettingsError(
            "no child process could be started", seen=str(error), expected=f"{sys.executable} to start"
        ) from error


def _environment(scratch: Path) -> dict[str, str]:
    """All that the child gets of an environment; no keys, no home, no proxies."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}  # Windows does not start without
    return {
        **kept,
        **CHILD_MARK,
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
    }


def _send(process: "subprocess.Popen[bytes]", job: bytes) -> None:
    """Hand the job over and leave the pipe open: its end is how the child learns that the parent has gone."""
    pipe = _open(process.stdin)
    try:
        pipe.write(job)
        pipe.flush()
    except BrokenPipeError:
        return  # the child is dead already; its exit code tells why


def _end(process: "subprocess.Popen[bytes]") -> int:
    """Kill whatever is left of the group, then reap the child; in this order no other process can have its number."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    with suppress(BrokenPipeError):  # the child left without reading its job
        _open(process.stdin).close()
    return code


def _judged(function: str, answer: _Pipe, code: int, printed: str) -> dict[str, object]:
    """The answer, when there is one; otherwise the error that tells why not."""
    if answer.size > _ANSWER_BYTES:
        raise FactorError("the answer is too large", seen=f"{answer.size} bytes", expected=f"<= {_ANSWER_BYTES} bytes")
    if not answer.size:
        raise _death(function, code, printed)
    try:
        told = cast("dict[str, object]", json.loads(answer.text()))
    except ValueError as error:
        raise FactorError("the child process answered something else than JSON", seen=answer.text()[:200]) from error
    if "error" in told:
        raise revive(cast("Mapping[str, object]", told["error"]))
    if "crash" in told:
        raise _crash(function, cast("Mapping[str, object]", told["crash"]))
    value = told.get("value")
    if not isinstance(value, dict):
        raise FactorError("the function did not answer with a dict", seen=value, function=function)
    return {**cast("dict[str, object]", value), "output": printed}


def _death(function: str, code: int, printed: str) -> FactorError:
    cause = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return FactorError(
        "the child process died without an answer",
        seen=cause,
        hint="out of memory, out of CPU time, or a crash in native code" if code else "it ended itself: os._exit",
        function=function,
        output=printed[-500:] or None,
    )


def _crash(function: str, crash: Mapping[str, object]) -> FactorError:
    return FactorError(
        f"the child process failed: {crash.get('type')}: {crash.get('message')}",
        hint="allow more memory" if crash.get("type") == "MemoryError" else "",
        function=function,
        where=str(crash.get("where")),
    )


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise SettingsError("a pipe to the child process is missing")
    return pipe
