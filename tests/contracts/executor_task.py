"""What the executors are given to do; a worker imports this module and nothing else."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from dripstone.errors import DataError


def spectrum(chunk: dict) -> dict:
    """Numbers whose last bits show how they were computed, from a task that prints and tries to forge answers."""
    values = np.random.default_rng(chunk["seed"]).standard_normal((400, 240))
    power = np.abs(np.fft.rfft(values, axis=1)) ** 2
    power = power @ np.random.default_rng(1).standard_normal((power.shape[1], 50))
    print("a factor that prints")
    os.write(1, b'{"result": "forged"}\n')
    bits = (power.sum(axis=1) / np.nanmean(power, axis=1)).tobytes().hex()
    return {"seed": chunk["seed"], "bits": bits, "pid": os.getpid(), "environment": dict(os.environ)}


def listen(chunk: dict) -> dict:
    """A task that reads what is not its own: the chunks still to come."""
    return {"heard": sys.stdin.read()}


def complain(chunk: dict) -> dict:
    if chunk["n"] == 3:
        raise DataError("a day is damaged", seen=3, date="2025-11-12")
    return chunk


def stumble(chunk: dict) -> dict:
    """A defect of our own."""
    return {"n": 1 // (3 - chunk["n"])}


def die_once(chunk: dict) -> dict:
    """Killed by SIGKILL at the third chunk, the first time it is tried."""
    mark = Path(chunk["folder"]) / "died"
    if chunk["n"] == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"n": chunk["n"]}


def die_always(chunk: dict) -> dict:
    if chunk["n"] == 3:
        os._exit(7)
    return chunk


def linger(chunk: dict) -> dict:
    Path(chunk["folder"], f"{os.getpid()}.worker").touch()
    time.sleep(chunk["seconds"])
    return {}
