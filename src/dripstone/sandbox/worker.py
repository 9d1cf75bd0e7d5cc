"""The child's side of ``Pool``: a chunk a line in, a result a line out, JSON, until standard input ends.

``python worker.py module:function``
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable

from dripstone.errors import DripstoneError

__all__ = ["main"]


def main() -> None:
    """Serve chunks until the parent closes the pipe, by will or by death."""
    task = _task(sys.argv[1])
    # What a factor prints must not mix with the answers, nor may it read the chunks.
    chunks, answers = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        with os.fdopen(chunks, "rb") as orders, os.fdopen(answers, "wb") as pipe:
            for chunk in orders:
                pipe.write(_answer(task, chunk) + b"\n")
                pipe.flush()
    except BrokenPipeError:
        os._exit(1)  # nobody waits any more; the part just written stays uncommitted and is swept


def _answer(task: Callable[[object], object], chunk: bytes) -> bytes:
    try:
        return json.dumps({"result": task(json.loads(chunk))}).encode()
    except DripstoneError as error:
        return json.dumps({"error": error.as_dict()}).encode()
    except Exception:  # noqa: BLE001  # a defect of our own: its traceback must reach the parent, who raises it
        return json.dumps({"defect": traceback.format_exc()}).encode()


def _task(name: str) -> Callable[[object], object]:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


if __name__ == "__main__":
    main()
