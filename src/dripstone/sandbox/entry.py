"""The child's side: limits first, then the function, then one JSON answer. Started by ``child.run_child`` only."""

import importlib
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import IO, NoReturn, cast

from dripstone.errors import DripstoneError

try:
    import resource
except ImportError:  # Windows has no such limits; child.CONTAINMENT says so
    resource = None

__all__ = ["main"]

_OUTPUT_FILE_BYTES = 256 * 2**20
_OPEN_FILES = 256


def main() -> NoReturn:
    """Read one job from standard input, run it, write one answer, leave without clean-up."""
    answer = os.dup(1)
    os.dup2(2, 1)
    if hasattr(os, "register_at_fork"):  # a fork that lives on would keep the parent waiting for the pipe's end
        os.register_at_fork(after_in_child=partial(os.close, answer))
    parent = sys.stdin.buffer
    job = cast("dict[str, object]", json.loads(parent.readline()))
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  input() is to see an end, not the parent's pipe
    _limit(cast("Mapping[str, int]", job["limits"]))
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    text = _outcome(str(job["function"]), job["payload"])
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(answer, "wb") as pipe:
        pipe.write(text.encode("utf-8", "backslashreplace"))
    os._exit(0)


def _limit(limits: Mapping[str, int]) -> None:
    if resource is None:
        return
    memory = limits["memory_mb"] * 2**20
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, _OUTPUT_FILE_BYTES),
        (resource.RLIMIT_CPU, limits["cpu_s"]),
        (resource.RLIMIT_AS, memory),
    ):
        hard = resource.getrlimit(kind)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (bound, bound))
        except (ValueError, OSError) as error:  # macOS refuses RLIMIT_AS; child.CONTAINMENT says so
            print(f"limit {kind} not set: {error}", file=sys.stderr)  # noqa: T201  the child's stderr is its report


def _leave_with(parent: IO[bytes]) -> None:
    """The parent's pipe ends when the parent does: then nobody waits any more, and the whole group goes."""
    parent.read()
    if hasattr(os, "killpg"):
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _outcome(function: str, payload: object) -> str:
    try:
        return json.dumps({"value": _named(function)(payload)})
    except DripstoneError as error:
        return json.dumps({"error": error.as_dict()})
    except BaseException as error:  # noqa: BLE001  anything at all, SystemExit too, must reach the parent as data
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(at.filename)}:{at.lineno} in {at.name}"
        return json.dumps({"crash": {"type": type(error).__name__, "message": str(error)[:2000], "where": where}})


def _named(function: str) -> Callable[[object], object]:
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    main()
