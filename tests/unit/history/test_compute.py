import multiprocessing
import os
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dripstone.errors import DataError, FactorError
from dripstone.factors.spec import FactorSpec, Needs
from dripstone.history import LocalExecutor, Progress, compute
from dripstone.lake import MINUTE_TABLE, BarLake
from dripstone.lake.dayfile import read_columns
from dripstone.lake.simulate import simulate
from dripstone.panel import Panel
from dripstone.store import FactorStore

HERE = LocalExecutor(1)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> BarLake:
    """12 days of 6 instruments."""
    made = BarLake(tmp_path_factory.mktemp("lake"))
    simulate(made, twin="null", instruments=6, days=12, seed=3)
    return made


@pytest.fixture
def store(tmp_path: Path) -> FactorStore:
    return FactorStore(tmp_path / "store")


def kernel(body: str, *, name: str = "probe", needs: Needs = Needs()) -> FactorSpec:  # noqa: B008  # frozen
    source = f"import numpy as np\nfrom dripstone import factor\n\n@factor()\ndef {name}(bars):\n    {body}\n"
    return FactorSpec(name, "kernel", source, name, needs)


TOTAL = kernel("return np.nansum(bars.volume, axis=-1)")


def assert_total(panel: Panel, lake: BarLake, dates: Sequence[np.datetime64]) -> None:
    """The panel is the sum of volume on these days."""
    bars = [lake.day(day, Needs()) for day in dates]
    names = np.concatenate([day.instruments for day in bars])
    sums = np.concatenate([np.nansum(day.volume, axis=-1) for day in bars])
    wanted = Panel.from_long(np.repeat(dates, [len(day.instruments) for day in bars]), names, sums)
    np.testing.assert_array_equal(panel.dates, wanted.dates)
    np.testing.assert_array_equal(panel.instruments, wanted.instruments)
    np.testing.assert_array_equal(panel.values, wanted.values)


def row_count(lake: BarLake) -> int:
    return sum(len(lake.instruments(day)) for day in lake.dates())


def test_values_are_those_of_the_factor_on_each_day(lake: BarLake, store: FactorStore) -> None:
    report = compute([TOTAL], lake=lake, store=store, executor=HERE)
    panel = store.panel(TOTAL.fingerprint, "probe")
    assert_total(panel, lake, lake.dates())
    (run,) = report.factors
    assert (run.name, run.computed, run.reused, run.short, run.rows, run.error) == (
        "probe",
        12,
        0,
        0,
        row_count(lake),
        None,
    )
    assert (report.days, report.failed) == (12, ())
    assert report.days_per_s > 0
    assert run.days_per_s > report.days_per_s


def test_only_what_is_missing_is_computed(lake: BarLake, store: FactorStore) -> None:
    days = lake.dates()
    compute([TOTAL], lake=lake, store=store, start=days[2], end=days[4], executor=HERE)
    (run,) = compute([TOTAL], lake=lake, store=store, end=str(days[7]), executor=HERE).factors
    assert (run.computed, run.reused) == (5, 3)
    (run,) = compute([TOTAL], lake=lake, store=store, end=str(days[7]), executor=HERE).factors
    assert (run.computed, run.reused, run.days_per_s) == (0, 8, 0.0)
    np.testing.assert_array_equal(store.panel(TOTAL.fingerprint, "probe").dates, days[:8])


def test_a_day_whose_bars_change_is_computed_again_and_no_other(tmp_path: Path, store: FactorStore) -> None:
    lake = BarLake(tmp_path / "lake")
    simulate(lake, twin="null", instruments=3, days=4, seed=1)
    pooled = kernel("return np.nansum(bars.volume, axis=(0, 2))", name="pooled", needs=Needs(lookback_days=2))
    compute([TOTAL, pooled], lake=lake, store=store, executor=HERE)
    day = lake.dates()[1]
    rows = read_columns(lake.paths(MINUTE_TABLE, day, day)[0], lake.schema(MINUTE_TABLE).names)
    lake.write_day(MINUTE_TABLE, day, rows.slice(10))
    one, two = compute([TOTAL, pooled], lake=lake, store=store, executor=HERE).factors
    assert (one.computed, one.reused) == (1, 3)
    assert (two.computed, two.reused, two.short) == (2, 1, 1)  # the day, and the day that looks back on it
    assert_total(store.panel(TOTAL.fingerprint, "probe"), lake, lake.dates())


def test_a_day_whose_bars_change_meanwhile_is_not_stored(tmp_path: Path, store: FactorStore) -> None:
    lake = BarLake(tmp_path / "lake")
    simulate(lake, twin="null", instruments=3, days=4, seed=1)
    day = lake.dates()[1]
    rows = read_columns(lake.paths(MINUTE_TABLE, day, day)[0], lake.schema(MINUTE_TABLE).names)

    def revise(progress: Progress) -> None:
        if not progress.done_days:
            lake.write_day(MINUTE_TABLE, day, rows.slice(10))

    (run,) = compute([TOTAL], lake=lake, store=store, executor=HERE, on_progress=revise).factors
    assert (run.computed, run.revised) == (3, 1)
    (run,) = compute([TOTAL], lake=lake, store=store, executor=HERE).factors
    assert (run.computed, run.reused) == (1, 3)
    assert_total(store.panel(TOTAL.fingerprint, "probe"), lake, lake.dates())


def test_days_without_their_whole_look_back_have_no_row(lake: BarLake, store: FactorStore) -> None:
    pooled = kernel("return np.nansum(bars.volume, axis=(0, 2))", name="pooled", needs=Needs(lookback_days=5))
    (run,) = compute([pooled], lake=lake, store=store, executor=HERE).factors
    assert (run.computed, run.short, run.reused) == (8, 4, 0)
    panel = store.panel(pooled.fingerprint, "pooled")
    assert panel.shape == (12, 6)
    assert np.isnan(panel.values).all(axis=1).tolist() == [True] * 4 + [False] * 8
    (run,) = compute([pooled], lake=lake, store=store, executor=HERE).factors
    assert (run.computed, run.short, run.reused) == (0, 4, 8)


def test_a_look_back_longer_than_the_lake_is_an_error(lake: BarLake, store: FactorStore) -> None:
    pooled = kernel("return bars.volume.sum(axis=(0, 2))", name="pooled", needs=Needs(lookback_days=13))
    (failed,) = compute([pooled], lake=lake, store=store, executor=HERE).failed
    assert isinstance(failed.error, DataError)
    assert "ingest earlier days" in str(failed.error)


def test_one_factor_fails_and_the_others_go_on(lake: BarLake, store: FactorStore) -> None:
    day = lake.dates()[7]
    bad = kernel(f"return bars.volume.sum(axis=-1) if str(bars.date) != '{day}' else 1 / 0", name="bad")
    wrong = kernel("return bars.volume", name="wrong")
    torn = kernel("return bars.volume[", name="torn")
    report = compute([bad, TOTAL, wrong, torn], lake=lake, store=store, executor=HERE)
    assert [run.name for run in report.failed] == ["bad", "wrong", "torn"]
    for run in report.failed:
        assert isinstance(run.error, FactorError)
    error = report.factors[0].error
    assert error is not None
    assert error.fields["date"] == str(day)
    assert "ZeroDivisionError" in str(error)
    assert report.factors[1].computed == 12
    # The days before, and those of other chunks, are kept.
    assert day not in store.panel(bad.fingerprint, "bad").dates
    assert report.factors[0].computed == len(store.panel(bad.fingerprint, "bad").dates) >= 7


def test_columns_that_change_from_day_to_day_are_an_error(lake: BarLake, store: FactorStore) -> None:
    fickle = kernel("return {str(bars.date): bars.volume.sum(axis=-1)}", name="fickle")
    (failed,) = compute([fickle], lake=lake, store=store, executor=HERE).failed
    assert "columns differ between days" in str(failed.error)


@pytest.mark.parametrize("times", [1, 2])
def test_a_factor_without_any_value_is_an_error_every_time(lake: BarLake, store: FactorStore, times: int) -> None:
    empty = kernel("return np.full(len(bars.instruments), np.nan)", name="empty")
    for _ in range(times):
        report = compute([empty], lake=lake, store=store, executor=HERE)
    (failed,) = report.failed
    assert "no value on any day" in str(failed.error)


def test_a_field_that_does_not_exist_fails_its_factor_only(lake: BarLake, store: FactorStore) -> None:
    odd = kernel("return bars.volume.sum(axis=-1)", name="odd", needs=Needs(fields=("turnover",)))
    odd_run, total_run = compute([odd, TOTAL], lake=lake, store=store, executor=HERE).factors
    assert isinstance(odd_run.error, FactorError)
    assert (odd_run.computed, total_run.computed) == (0, 12)


def test_an_empty_lake_and_a_range_outside_are_refused(tmp_path: Path, lake: BarLake, store: FactorStore) -> None:
    with pytest.raises(DataError, match="run ingest or simulate first"):
        compute([TOTAL], lake=BarLake(tmp_path / "nothing"), store=store, executor=HERE)
    first, last = lake.dates()[[0, -1]]
    for start, end in (("2035-01-01", None), (None, "1999-01-01"), (last, first)):
        with pytest.raises(DataError, match=rf"{first}\.\.{last}"):
            compute([TOTAL], lake=lake, store=store, start=start, end=end, executor=HERE)
    with pytest.raises(DataError, match="not a date"):
        compute([TOTAL], lake=lake, store=store, start="soon", executor=HERE)
    assert store.specs() == []


def test_progress_runs_from_nothing_to_all(lake: BarLake, store: FactorStore) -> None:
    seen: list[Progress] = []
    other = kernel("return bars.volume.max(axis=-1)", name="other")
    compute([TOTAL, other], lake=lake, store=store, executor=HERE, on_progress=seen.append)
    assert (seen[0].done_days, seen[0].total_days, seen[0].days_per_s) == (0, 12, 0.0)
    assert (seen[-1].done_days, seen[-1].rows, seen[-1].factor) == (12, 2 * row_count(lake), "probe, other")
    assert [p.done_days for p in seen] == sorted(p.done_days for p in seen)
    assert seen[-1].days_per_s > 0


def test_what_killed_runs_left_behind_is_swept(lake: BarLake, store: FactorStore) -> None:
    left = [store.root / "values" / TOTAL.fingerprint / name for name in ("old.parquet", "new.parquet")]
    left[0].parent.mkdir(parents=True)
    for path in left:
        path.touch()
    os.utime(left[0], (0, 0))
    compute([TOTAL], lake=lake, store=store, executor=HERE)
    assert [path.exists() for path in left] == [False, True]


class Recorder:
    """An executor that keeps the chunks it is given."""

    workers = 2

    def __init__(self) -> None:
        self.chunks: list[Any] = []

    def map(self, task: Callable[[Any], Any], chunks: Sequence[Any], *, apart: bool = False) -> Generator[Any]:
        self.chunks += chunks
        yield from map(task, chunks)


def test_all_factors_of_a_chunk_are_computed_in_one_visit(lake: BarLake, store: FactorStore) -> None:
    days = lake.dates()
    compute([TOTAL], lake=lake, store=store, end=days[3], executor=HERE)
    recorder = Recorder()
    other = kernel("return bars.volume.max(axis=-1)", name="other")
    compute([TOTAL, other, TOTAL], lake=lake, store=store, executor=recorder)
    held = [[list(map(str, order["versions"])) for order in chunk["factors"]] for chunk in recorder.chunks]
    assert [len(orders) for orders in held] == [1] * 4 + [2] * 8
    assert held[4:] == [[[str(day)]] * 2 for day in days[4:]]


def test_an_interrupt_keeps_what_is_done_and_says_how_to_go_on(lake: BarLake, store: FactorStore) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done_days >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        compute([TOTAL], lake=lake, store=store, executor=HERE, on_progress=interrupt)
    assert caught.value.__notes__ == ["4 of 12 days are stored; run the same again and only the rest is computed"]
    (run,) = compute([TOTAL], lake=lake, store=store, executor=HERE).factors
    assert (run.computed, run.reused) == (8, 4)


def test_two_processes_give_the_same_values_bit_for_bit(lake: BarLake, store: FactorStore, tmp_path: Path) -> None:
    spectral = kernel("return (np.abs(np.fft.rfft(np.nan_to_num(bars.volume))) ** 2)[:, 5:].mean(axis=1)")
    other = FactorStore(tmp_path / "other")
    compute([spectral, TOTAL], lake=lake, store=store, executor=HERE)
    report = compute([spectral, TOTAL], lake=lake, store=other, executor=LocalExecutor(2, start_up_s=0))
    assert report.failed == ()
    for spec in (spectral, TOTAL):
        one, two = (s.panel(spec.fingerprint, "probe") for s in (store, other))
        np.testing.assert_array_equal(one.dates, two.dates)
        assert one.values.tobytes() == two.values.tobytes()


SLOW = kernel("import time; time.sleep(0.15); return np.nansum(bars.volume, axis=-1)", name="slow")


def compute_slowly(lake: Path, store: Path) -> None:
    compute([SLOW], lake=BarLake(lake), store=FactorStore(store), executor=LocalExecutor(1))


def test_a_killed_coordinator_loses_only_the_chunk_under_way(lake: BarLake, store: FactorStore) -> None:
    versions = {day: lake.version(day, Needs()) for day in lake.dates()}
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["dripstone.store", "dripstone.history"])
    process = processes.Process(target=compute_slowly, args=(lake.root, store.root))
    process.start()
    while len(store.missing(SLOW.fingerprint, versions)) > 9:
        time.sleep(0.02)
        assert process.is_alive()
    process.kill()
    process.join()
    process.close()
    missing = store.missing(SLOW.fingerprint, versions)
    assert 6 <= len(missing) <= 9
    assert_total(store.panel(SLOW.fingerprint, "slow"), lake, [day for day in lake.dates() if day not in missing])
    (run,) = compute([SLOW], lake=lake, store=store, executor=HERE).factors
    assert (run.computed, run.reused, run.error) == (len(missing), 12 - len(missing), None)
    assert_total(store.panel(SLOW.fingerprint, "slow"), lake, lake.dates())
