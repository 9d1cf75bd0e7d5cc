"""Functions for child processes to run."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from dripstone.errors import DataError
from dripstone.sandbox.pool import is_child

Payload = Mapping[str, Any]


def echo(payload: Payload) -> dict[str, object]:
    return {"got": payload["value"]}


def surroundings(_: Payload) -> dict[str, object]:
    files = {int(fd) for fd in os.listdir("/proc/self/fd")} if sys.platform == "linux" else set[int]()
    return {"env": dict(os.environ), "cwd": os.getcwd(), "left": os.listdir(), "files": len(files)}


def talk(payload: Payload) -> dict[str, object]:
    print("\x1b[31mred\x1b[0m 中文\tok", file=sys.stderr)
    os.write(1, b"raw\n")
    print("x" * payload["size"])
    return {}


def fail(_: Payload) -> dict[str, object]:
    raise DataError("no bars", seen=3, expected="some", hint="ingest", date="2024-01-02", line=7)


def crash(_: Payload) -> dict[str, object]:
    raise RuntimeError("oh \x1b[2J no")


def leave(_: Payload) -> dict[str, object]:
    os._exit(9)


def forget(payload: Payload) -> object:
    return payload["value"]


def sleep(payload: Payload) -> dict[str, object]:
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep(60); open({payload['path']!r}, 'w')"])
    print("grandchild", child.pid, flush=True)
    if "told" in payload:
        with open(payload["told"], "w", encoding="utf-8") as file:
            file.write(f"{child.pid}.")
    time.sleep(60)
    return {}


def eat(_: Payload) -> dict[str, object]:
    return {"size": len(bytearray(2**31))}


def large(_: Payload) -> dict[str, object]:
    return {"text": "x" * (65 * 2**20)}


def fill(_: Payload) -> dict[str, object]:
    with open("big", "wb") as file:
        for _part in range(300):
            file.write(bytes(2**20))
    return {}


def read_input(_: Payload) -> dict[str, object]:
    return {"input": sys.stdin.read()}


def fork(_: Payload) -> dict[str, object]:
    if os.fork() == 0:
        time.sleep(60)
    return {}


def quit_quietly(_: Payload) -> dict[str, object]:
    os._exit(0)


def whether_child(payload: object) -> dict[str, object]:
    return {"child": is_child()}


def scene(chunk: object) -> dict[str, object]:
    """What a worker of a pool sees around it."""
    return {"child": is_child(), "COLOUR": os.environ.get("COLOUR"), "folder": os.getcwd(), "path": sys.path}
