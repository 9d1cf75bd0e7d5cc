"""What the writers of the store tests do, and what they must have written; known without a store."""

from multiprocessing.synchronize import Semaphore
from pathlib import Path

import numpy as np

from dripstone.factors.spec import FactorSpec
from dripstone.store import FactorStore, write_part

SPEC = FactorSpec("crash", "kernel", "x = 1")
DAYS = np.arange("2025-01-01", "2025-02-10", dtype="datetime64[D]")
INSTRUMENTS = np.array([f"{600000 + n}.SH" for n in range(40)])


def value(day: np.datetime64, version: str) -> np.ndarray:
    """What a day holds at a data version."""
    seed = [int(day.astype(np.int64)), *version.encode()]
    return np.random.default_rng(seed).standard_normal(len(INSTRUMENTS))


def write_missing(root: Path, version: str) -> None:
    """What a coordinator does: two days a part, until nothing is missing."""
    store = FactorStore(root)
    missing = store.missing(SPEC.fingerprint, dict.fromkeys(DAYS, version))
    for at in range(0, len(missing), 2):
        days = missing[at : at + 2]
        values = np.concatenate([value(day, version) for day in days])
        dates, names = np.repeat(np.array(days), len(INSTRUMENTS)), np.tile(INSTRUMENTS, len(days))
        part = write_part(root, SPEC.fingerprint, dates, names, {"crash": values}, dict.fromkeys(days, version))
        store.commit(SPEC, [part])


def announce_and_write(begun: Semaphore, root: Path, version: str) -> None:
    """The same in a process that is to be killed while it writes, and not while it starts."""
    begun.release()
    write_missing(root, version)
