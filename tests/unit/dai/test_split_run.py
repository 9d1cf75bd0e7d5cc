"""A query run on some days at a time, here and in other processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dripstone.dai.database import View
from dripstone.dai.engine import run_query
from dripstone.dai.filter import read_filters
from dripstone.dai.script import read_script
from dripstone.dai.split import Job, Means, divided, narrowed
from dripstone.dai.split.analysis import assembly_by_day
from dripstone.dai.split.division import Division
from dripstone.dai.split.relation import Relation
from dripstone.dai.table import LakeTables
from dripstone.dai.udf import DaiUDF, called
from dripstone.errors import FactorError
from dripstone.lake.lake import BarLake
from dripstone.sandbox.pool import is_child

FILTERS = {"date": ["2024-01-03", "2024-01-30 23:59:59"]}
SERIES = """
SELECT date::DATE AS day, instrument, array_agg(close ORDER BY date) AS closes
FROM cn_stock_bar1m WHERE date::TIME > '09:30' GROUP BY ALL HAVING count(*) > 200
"""
SQL = f"WITH series AS ({SERIES}) SELECT day, instrument, range_of(closes) AS v FROM series ORDER BY day, instrument"


def whole(root: Path, sql: str, udfs: Sequence[DaiUDF] = ()) -> pa.Table:
    tables = LakeTables(BarLake(root / "lake", readonly=True), threads=2)
    return run_query(sql, tables=tables, filters=FILTERS, udfs=udfs).arrow()


def split(
    root: Path, sql: str, udfs: Sequence[DaiUDF] = (), *, processes: int = 2, start_up_s: float = 1e-6
) -> pa.Table:
    """The rows of a query that is split however little there is to do."""
    tables = LakeTables(BarLake(root / "lake", readonly=True), threads=2)
    filters = read_filters(FILTERS)
    statement = read_script(sql).statements[0]
    start, end = filters.days
    views = tuple(
        View(name, tables.describe(name), tables.rows(name, start=start, end=end), filters, name)
        for name in {table.name for table in statement.tables()}
    )
    relations = {
        view.name: Relation(
            dated=True, columns=tuple((name, "day" if name == "date" else None) for name in view.table.schema.names)
        )
        for view in views
    }
    job = Job(sql, {}, views, called(udfs, [statement.tree]))
    division = Division(
        job,
        np.arange("2024-01-03", "2024-01-31", dtype="datetime64[D]"),
        assembly_by_day(statement.tree, relations, functions={udf.name for udf in udfs}),
    )
    means = Means(
        narrowed=partial(narrowed, views, tables),
        alone=lambda piece: alone(sql, tables, udfs, piece),
        threads=2,
        processes=processes,
        start_up_s=start_up_s,
    )
    return division.rows(means)


def alone(sql: str, tables: LakeTables, udfs: Sequence[DaiUDF], piece: tuple[View, ...]) -> pa.Table:
    span = piece[0].filters.dates[0]
    return run_query(sql, tables=tables, filters={"date": [str(span.start), str(span.end)]}, udfs=udfs).arrow()


class Patience:
    """How a function bides its time in this process: slow on the first day, then until another process has begun."""

    def __init__(self, begun: Path) -> None:
        self.begun, self.calls = begun, 0

    def __call__(self) -> None:
        self.calls += 1
        if self.calls <= 3:  # the instruments of the first day
            time.sleep(0.3)
        else:
            wait_until(self.begun.exists)


def udf(function: Callable[..., object], **options: object) -> DaiUDF:
    return DaiUDF("range_of", function, return_type="double", **options)  # type: ignore[arg-type]  # passed on as given


RANGE = udf(lambda values: max(values) - min(values))


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_the_rows_are_those_of_the_whole_query(january_workspace: Path, processes: int) -> None:
    want = whole(january_workspace, SQL, [RANGE])
    assert want.num_rows == 59
    assert split(january_workspace, SQL, [RANGE], processes=processes).equals(want)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT date, instrument, close FROM cn_stock_bar1m WHERE close > 10.05 ORDER BY date DESC, instrument",
        "SELECT date, instrument, close FROM cn_stock_bar1m ORDER BY close DESC, instrument, date",
        "SELECT date::DATE AS d, avg(close) AS a FROM cn_stock_bar1m GROUP BY d ORDER BY a",
        "SELECT date, instrument, volume FROM cn_stock_bar1m WHERE close > 1000",
    ],
)
def test_the_order_of_the_rows_is_kept(january_workspace: Path, sql: str) -> None:
    assert split(january_workspace, sql).equals(whole(january_workspace, sql))


@pytest.mark.filterwarnings("ignore::dripstone.dai.table.NoRowsWarning")
@pytest.mark.parametrize(
    "table",
    ["cn_stock_bar1d", "cn_stock_real_bar1d", "cn_stock_bar30m", "cn_stock_bar1m_derived"],
)
def test_tables_made_of_others_are_split_too(january_workspace: Path, table: str) -> None:
    sql = f"SELECT * FROM {table} ORDER BY date, instrument"
    want = whole(january_workspace, sql)
    assert want.num_rows > 0
    assert split(january_workspace, sql).equals(want)


def test_other_processes_take_part_and_see_what_this_one_sees(
    january_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_OFFSET", "0.5")
    monkeypatch.chdir(tmp_path)
    wait = Patience(tmp_path / "begun")

    def where(values: list[float]) -> float:
        if is_child():
            Path("begun").touch()
        else:
            wait()
        return os.getpid() + float(os.environ["SOME_OFFSET"])

    found = set(split(january_workspace, SQL, [udf(where)])["v"].to_pylist())
    assert len(found) == 2
    assert os.getpid() + 0.5 in found
    assert not is_child()


def test_a_quick_query_starts_no_process(january_workspace: Path) -> None:
    rows = split(january_workspace, SQL, [udf(lambda values: os.getpid())], start_up_s=60)
    assert set(rows["v"].to_pylist()) == {os.getpid()}


def test_a_function_that_does_not_travel_is_called_here(january_workspace: Path) -> None:
    lock = threading.Lock()

    def locked(values: list[float]) -> float:
        with lock:
            return os.getpid()

    rows = split(january_workspace, SQL, [udf(locked)])
    assert set(rows["v"].to_pylist()) == {os.getpid()}


def test_types_of_duckdb_travel(january_workspace: Path) -> None:
    import duckdb

    given = DaiUDF("range_of", max, parameters=[duckdb.list_type("DOUBLE")], return_type=duckdb.sqltype("DOUBLE"))
    assert split(january_workspace, SQL, [given]).equals(whole(january_workspace, SQL, [given]))


@pytest.mark.parametrize("kind", ["native", "arrow", "batch"])
def test_an_error_in_another_process_is_the_same_error(january_workspace: Path, tmp_path: Path, kind: str) -> None:
    wait = Patience(tmp_path / "begun")

    def fails_elsewhere(values: object) -> object:
        (tmp_path / "begun").touch()
        raise ValueError("the series is no good")

    def fails(values: object) -> object:
        if not is_child():
            wait()
            if wait.calls <= 3:
                return 0.0 if kind == "native" else pa.nulls(len(values), pa.float64())  # type: ignore[arg-type]
        return fails_elsewhere(values)

    def message(run: Callable[..., pa.Table], function: Callable[..., object]) -> tuple[str, type | None]:
        with pytest.raises(FactorError) as caught:
            run(january_workspace, SQL, [udf(function, type=kind)])
        return caught.value.what, type(caught.value.__cause__)

    want = ("UDF range_of raised ValueError: the series is no good", ValueError)
    assert message(split, fails) == message(whole, fails_elsewhere) == want


def test_a_worker_that_is_killed_loses_nothing(january_workspace: Path, tmp_path: Path) -> None:
    wait = Patience(tmp_path / "killed")

    def killed_once(values: list[float]) -> float:
        if not is_child():
            wait()
        elif not (tmp_path / "killed").exists():
            (tmp_path / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return max(values) - min(values)

    assert split(january_workspace, SQL, [udf(killed_once)]).equals(whole(january_workspace, SQL, [RANGE]))
    assert (tmp_path / "killed").exists()


def test_days_that_always_kill_their_worker_are_not_tried_here(january_workspace: Path, tmp_path: Path) -> None:
    wait = Patience(tmp_path / "begun")

    def killing(values: list[float]) -> float:
        if is_child():
            (tmp_path / "begun").touch()
            os._exit(7)
        wait()
        return 0.0

    with pytest.raises(FactorError, match=r"died each time.*\[7, 7, 7\]"):
        split(january_workspace, SQL, [udf(killing)])


SCRIPT = """
import os, sys, time
from pathlib import Path
from dripstone.sandbox.pool import is_child
from tests.unit.dai.test_split_run import SQL, Patience, split, udf

print("begins")
FOLDER, SLEEP_S = Path(sys.argv[2]), float(sys.argv[3])
wait = Patience(FOLDER / "begun")


def slow(values):
    (FOLDER / f"{os.getpid()}.worker").touch()
    if is_child():
        (FOLDER / "begun").touch()
    else:
        wait()
    time.sleep(SLEEP_S)
    return len(values)


print(split(Path(sys.argv[1]), SQL, [udf(slow)]).num_rows)
"""


def run_script(folder: Path, *arguments: object) -> "subprocess.Popen[str]":
    (folder / "script.py").write_text(SCRIPT)
    return subprocess.Popen(
        [sys.executable, str(folder / "script.py"), *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([*sys.path, os.getcwd()])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_script_needs_no_guard_and_its_functions_are_known(january_workspace: Path, tmp_path: Path) -> None:
    with run_script(tmp_path, january_workspace, tmp_path, 0) as script:
        printed, errors = script.communicate(timeout=60)
    assert (printed, errors) == ("begins\n59\n", "")
    assert len(list(tmp_path.glob("*.worker"))) == 2


def test_ctrl_c_ends_the_workers(january_workspace: Path, tmp_path: Path) -> None:
    with run_script(tmp_path, january_workspace, tmp_path, 0.3) as script:
        wait_until(lambda: len(list(tmp_path.glob("*.worker"))) == 2)
        script.send_signal(signal.SIGINT)
        _, errors = script.communicate(timeout=60)
    assert script.returncode != 0
    assert "KeyboardInterrupt" in errors
    pids = [path.stem for path in tmp_path.glob("*.worker")]
    wait_until(lambda: not any(Path("/proc", pid, "exe").exists() for pid in pids))


def test_what_is_small_or_must_not_be_is_not_divided(january_workspace: Path) -> None:
    tables = LakeTables(BarLake(january_workspace / "lake", readonly=True))
    filters = read_filters(FILTERS)
    rows = tables.rows("cn_stock_bar1m", start=None, end=None)
    assert isinstance(rows, tuple)
    view = View("cn_stock_bar1m", tables.describe("cn_stock_bar1m"), rows, filters, "cn_stock_bar1m")

    def division(sql: str, view: View, function: DaiUDF, least_bytes: int | None = 0) -> Division | None:
        statement = read_script(sql).statements[0]
        job = Job(sql, {}, (view,), called([function], [statement.tree]))
        return divided(job, statement, least_bytes=least_bytes)

    assert division(SQL, view, RANGE, None) is None
    found = division(SQL, view, RANGE)
    assert found is not None
    assert (found.days[0], found.days[-1], len(found.days)) == (
        np.datetime64("2024-01-03"),
        np.datetime64("2024-01-30"),
        20,
    )
    assert "in order" in found.job.sql
    assert division(SQL, view, replace(RANGE, side_effects=True)) is None
    assert division(SQL + " LIMIT 1", view, RANGE) is None
    assert division(SQL, replace(view, filters=read_filters({"date": ["2024-01-03"]})), RANGE) is None


def test_a_table_that_begins_later_has_no_rows_before(january_workspace: Path, tmp_path: Path) -> None:
    lake = BarLake(tmp_path / "lake")
    for day in BarLake(january_workspace / "lake").dates():
        source = january_workspace / "lake" / "cn_stock_bar1m" / "2024" / f"{day}.parquet"
        target = tmp_path / "lake" / "cn_stock_bar1m" / "2024" / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    day = np.datetime64("2024-01-25")
    caps = {name: [None] for name in lake.schema("cn_stock_valuation").names}
    caps |= {"date": [day.astype("datetime64[us]")], "instrument": ["600519.SH"], "total_market_cap": [2e12]}
    lake.write_day("cn_stock_valuation", day, pa.table(caps, schema=lake.schema("cn_stock_valuation")))
    sql = """
        SELECT b.date, b.instrument, total_market_cap AS cap FROM cn_stock_bar1m b
        LEFT JOIN cn_stock_valuation v ON b.date::DATE = v.date AND b.instrument = v.instrument
        WHERE b.date::TIME = '15:00' ORDER BY b.date, b.instrument
    """
    rows = split(tmp_path, sql)
    assert rows.equals(whole(tmp_path, sql))
    assert rows["cap"].null_count == rows.num_rows - 1


def wait_until(true: Callable[[], bool], *, timeout_s: float = 30) -> None:
    until = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
