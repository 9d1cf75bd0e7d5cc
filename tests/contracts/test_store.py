"""Every store: several writers at once, and writers killed at any moment, lose and spoil nothing."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest

from dripstone.errors import FactorError
from dripstone.panel import Panel
from dripstone.store import FactorStore, Ledger, Trial, write_part
from tests.contracts.store_task import DAYS, INSTRUMENTS, SPEC, announce_and_write, value, write_missing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["dripstone.store", "pandas"])  # pyarrow loads pandas with its first array


@contextmanager
def writers(count: int, root: Path, version: str) -> Iterator[list[BaseProcess]]:
    """Other processes that have begun to write what is missing."""
    begun = PROCESSES.Semaphore(0)
    started = [PROCESSES.Process(target=announce_and_write, args=(begun, root, version)) for _ in range(count)]
    for process in started:
        process.start()
    try:
        for _ in started:
            assert begun.acquire(timeout=60)
        yield started
    finally:
        for process in started:
            process.kill()
            process.join()
            process.close()


def assert_right(panel: Panel, version_of: dict[np.datetime64, str]) -> None:
    np.testing.assert_array_equal(panel.instruments, INSTRUMENTS)
    for day, row in zip(panel.dates, panel.values, strict=True):
        np.testing.assert_array_equal(row, value(day, version_of[day]))


def test_writers_killed_at_random_moments_spoil_nothing(tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    print(f"random.Random({seed})")
    moments = random.Random(seed)
    write_missing(tmp_path, "v0")
    half_way = n = 0
    while half_way < 6:
        n += 1
        assert n < 60, "no writer was caught half way"
        old, new = f"v{n - 1}", f"v{n}"
        with writers(2, tmp_path, new) as processes:
            for process in processes:
                time.sleep(moments.uniform(0, 0.09 + 0.01 * n))  # in the end long enough for any disk
                process.kill()
        store = FactorStore(tmp_path)
        missing = store.missing(SPEC.fingerprint, dict.fromkeys(DAYS, new))
        half_way += 0 < len(missing) < len(DAYS)
        versions = dict.fromkeys(DAYS, new) | dict.fromkeys(missing, old)
        assert_right(store.panel(SPEC.fingerprint, "crash"), versions)
        write_missing(tmp_path, new)
        assert_right(store.panel(SPEC.fingerprint, "crash"), dict.fromkeys(DAYS, new))
    store.sweep(older_than_s=-60)
    assert_right(store.panel(SPEC.fingerprint, "crash"), dict.fromkeys(DAYS, f"v{n}"))


def test_two_writers_of_one_factor_record_each_day_once(tmp_path: Path) -> None:
    with writers(2, tmp_path, "v1") as (one, two):
        one.join(60)
        two.join(60)
        assert (one.exitcode, two.exitcode) == (0, 0)
    store = FactorStore(tmp_path)
    assert_right(store.panel(SPEC.fingerprint, "crash"), dict.fromkeys(DAYS, "v1"))
    held = store.factor(SPEC.fingerprint)
    assert (held.n_days, held.rows) == (len(DAYS), len(DAYS) * len(INSTRUMENTS))


def test_a_sweep_beside_a_writer_never_takes_what_is_served(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    with writers(1, tmp_path, "v1") as (process,):
        while process.is_alive():
            store.sweep(older_than_s=-60)  # no age at all: the sharpest broom; the writer may fail, never the store
    write_missing(tmp_path, "v1")
    assert_right(store.panel(SPEC.fingerprint, "crash"), dict.fromkeys(DAYS, "v1"))


def test_stores_and_ledgers_may_be_made_and_written_at_the_same_moment(tmp_path: Path) -> None:
    def append(n: int) -> int | None:
        return Ledger(tmp_path).append(Trial("s", f"f{n}", "write", "ok")).id

    with ThreadPoolExecutor(8) as threads:
        assert sorted(i for i in threads.map(append, range(40)) if i) == list(range(1, 41))
    assert {trial.factor for trial in Ledger(tmp_path).trials()} == {f"f{n}" for n in range(40)}
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("moment", ["during the transaction", "before it"])
def test_a_commit_that_fails_leaves_nothing(tmp_path: Path, moment: str) -> None:
    write_missing(tmp_path, "v1")
    store = FactorStore(tmp_path)
    new = {DAYS[0]: "v2"}
    dates = np.repeat(DAYS[:1], len(INSTRUMENTS))
    good, bad = (
        write_part(tmp_path, SPEC.fingerprint, dates, INSTRUMENTS, {name: value(DAYS[0], "v2")}, new)
        for name in ("crash", "other")
    )
    parts = [good, bad] if moment == "during the transaction" else [bad, good]
    with pytest.raises(FactorError, match="columns differ"):
        store.commit(SPEC, parts)
    assert_right(store.panel(SPEC.fingerprint, "crash"), dict.fromkeys(DAYS, "v1"))
