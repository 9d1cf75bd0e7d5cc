"""Rows from a lake: only the files of the days asked for, and a clear word where there are none."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dripstone.dai.engine import run_query
from dripstone.dai.table import LakeTables, NoRowsWarning, _warn_no_rows
from dripstone.errors import DataError, FactorError
from dripstone.lake.lake import BarLake


@pytest.fixture
def lake(january_workspace: Path) -> LakeTables:
    return LakeTables(BarLake(january_workspace / "lake", readonly=True))


def test_a_date_filter_opens_the_files_of_its_days_only(lake: LakeTables) -> None:
    rows = lake.rows("cn_stock_bar1m", start=dt.date(2024, 1, 6), end=dt.date(2024, 1, 10))
    assert [path.stem for path in rows] == ["2024-01-08", "2024-01-09", "2024-01-10"]
    assert lake.rows("cn_stock_bar1m", start=dt.date(2024, 1, 6), end=dt.date(2024, 1, 7)) == ()
    assert len(lake.rows("cn_stock_bar1m", start=None, end=None)) == 22


def test_rows_are_the_lakes(lake: LakeTables, january: pd.DataFrame) -> None:
    chosen = ["000001.SZ", "600519.SH"]
    got = run_query(
        "SELECT date, instrument, close, volume FROM cn_stock_bar1m_c ORDER BY date, instrument",
        tables=lake,
        filters={"date": ["2024-01-09 10:00:00", "2024-01-10 23:59:59"], "instrument": chosen},
    ).df()
    want = january[january.date.between("2024-01-09 10:00:00", "2024-01-10 23:59:59") & january.instrument.isin(chosen)]
    want = want.sort_values(["date", "instrument"])[["date", "instrument", "close", "volume"]]
    pd.testing.assert_frame_equal(got, want.reset_index(drop=True), check_dtype=False)


def test_a_weekend_is_empty_and_not_an_error(lake: LakeTables) -> None:
    got = run_query(
        "SELECT * FROM cn_stock_bar1m", tables=lake, filters={"date": ["2024-01-06", "2024-01-07 23:00:00"]}
    )
    assert len(got) == 0
    assert "adjust_factor" in got.arrow().column_names


@pytest.mark.parametrize("dates", [["2023-01-01", "2023-12-31 15:00:00"], ["2024-02-01", "2024-02-02 15:00:00"]])
def test_days_outside_the_lake_are_named(lake: LakeTables, dates: list[str]) -> None:
    with pytest.raises(DataError, match=r"days within 2024-01-02 .. 2024-01-31") as caught:
        run_query("SELECT * FROM cn_stock_bar1m", tables=lake, filters={"date": dates})
    assert caught.value.fields["table"] == "cn_stock_bar1m"


def test_a_partitioned_table_wants_a_filter(lake: LakeTables) -> None:
    sql = "SELECT instrument FROM cn_stock_bar1m_c"
    with pytest.raises(FactorError, match="cn_stock_bar1m_c is partitioned") as caught:
        run_query(sql, tables=lake)
    assert "full_db_scan" in caught.value.hint
    with pytest.raises(FactorError, match="partitioned"):
        run_query(f"{sql} ORDER BY instrument LIMIT 3", tables=lake)
    everything = len(run_query(sql, tables=lake, full_db_scan=True))
    assert len(run_query(f"set full_db_scan=true; {sql}", tables=lake)) == everything
    assert len(run_query(f"{sql} LIMIT 3", tables=lake)) == 3
    assert len(run_query("DESCRIBE cn_stock_bar1m", tables=lake)) == 9
    assert 0 < len(run_query(sql, tables=lake, filters={"instrument": ["300750.SZ"]})) < everything


def test_an_empty_table_is_not_an_unknown_one(lake: LakeTables) -> None:
    _warn_no_rows.cache_clear()
    with pytest.warns(NoRowsWarning, match="dripstone ingest FILES --table cn_stock_moneyflow") as caught:
        got = run_query("SELECT * FROM cn_stock_moneyflow", tables=lake, full_db_scan=True)
    assert caught[0].filename == __file__
    assert len(got) == 0
    assert "netflow_amount_main" in got.arrow().column_names
    assert len(run_query("SELECT date FROM cn_stock_moneyflow", tables=lake, full_db_scan=True)) == 0  # said once
    with pytest.raises(FactorError, match="did you mean cn_stock_valuation"):
        run_query("SELECT * FROM cn_stock_valuaton", tables=lake, full_db_scan=True)


def test_a_dateless_table_shows_its_newest_rows_to_every_date(tmp_path: Path) -> None:
    lake = BarLake(tmp_path)
    schema = lake.schema("cn_stock_basic_info")
    for day, name in (("2024-01-02", "old"), ("2024-01-03", "new")):
        stamp = dt.datetime.fromisoformat(day)
        row = {"date": stamp, "instrument": "600000.SH", "name": name, "list_date": stamp}
        lake.write_day("cn_stock_basic_info", np.datetime64(day), pa.Table.from_pylist([row], schema=schema))
    got = run_query(
        "SELECT name FROM cn_stock_basic_info", tables=LakeTables(lake), filters={"instrument": ["600000.SH"]}
    )
    assert got.fetchall() == [("new",)]
    assert "date" not in LakeTables(lake).describe("cn_stock_basic_info").schema.names


@pytest.mark.parametrize("damage", [b"", b"no parquet", b"PAR1" + b"\0" * 400])
def test_a_damaged_file_is_named(january_workspace: Path, tmp_path: Path, damage: bytes) -> None:
    whole = january_workspace / "lake" / "cn_stock_bar1m" / "2024"
    copy = tmp_path / "cn_stock_bar1m" / "2024"
    copy.mkdir(parents=True)
    for name in ("2024-01-02.parquet", "2024-01-03.parquet"):
        (copy / name).write_bytes((whole / name).read_bytes())
    for name in ("2024-01-03.parquet", "2024-01-02.parquet"):
        (copy / name).write_bytes(damage)
        with pytest.raises(DataError, match=name):
            run_query("SELECT sum(close) FROM cn_stock_bar1m", tables=LakeTables(BarLake(tmp_path)), full_db_scan=True)


def test_sql_reaches_no_file(lake: LakeTables, tmp_path: Path) -> None:
    """The second fence: what the closed lists might let through, the locked database refuses."""
    from dripstone.dai.database import View, open_database
    from dripstone.dai.filter import Filters

    path = lake.rows("cn_stock_bar1m", start=None, end=None)[0]
    view = View("bars", lake.describe("cn_stock_bar1m"), (path,), Filters())
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with open_database([view], udfs=[], kernels=[], failures=[], threads=1, memory_limit=None) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM bars").fetchall() == [(True,)]
        for sql in (
            f"SELECT * FROM '{secret}'",
            f"COPY bars TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/x.db'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(Exception, match=r"disabled|locked|Cannot|Failed"):
                connection.execute(sql)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["secret.csv"]


@pytest.mark.parametrize(
    "where",
    [
        "date >= '2024-01-02'",
        "date::DATE BETWEEN '2024-01-02' AND '2024-01-03'",
        "close > 0 AND instrument IN ('000001.SZ')",
        "instrument LIKE '60%'",
    ],
)
def test_a_where_on_days_or_instruments_stands_for_a_filter(lake: LakeTables, where: str) -> None:
    run_query(f"SELECT close FROM cn_stock_bar1m WHERE {where}", tables=lake)


@pytest.mark.parametrize(
    "where",
    [
        "date::TIME <= '14:57'",
        "hour(date) < 12",
        "date = date",
        "close > 0",
        "date IN (SELECT date FROM cn_stock_bar1m LIMIT 1)",
    ],
)
def test_a_where_that_leaves_every_day_in_does_not(lake: LakeTables, where: str) -> None:
    with pytest.raises(FactorError, match="is partitioned"):
        run_query(f"SELECT close FROM cn_stock_bar1m WHERE {where}", tables=lake)
