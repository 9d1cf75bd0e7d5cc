"""Daily bars made of minute bars: the day before, adjusted prices, limits, and what is read for them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dripstone.dai.database import open_database
from dripstone.dai.engine import run_query
from dripstone.dai.filter import read_filters
from dripstone.dai.source import Reader
from dripstone.dai.table import Derived, LakeTables, MemoryTables, NoRowsWarning, _warn_no_factors
from dripstone.dai.view.daily import LIMIT_PERCENT
from dripstone.lake import BarLake, ingest_table
from dripstone.market.calendar import trading_days
from dripstone.market.limit import price_limit

DAYS = [str(day) for day in trading_days("2024-01-02", "2024-01-10")]


def bars(closes: dict[str, list[float | None]], factors: dict[str, list[float | None]] | None = None) -> pa.Table:
    """Two minutes a day that open, like they close, at the close given; None is a day without bars."""
    rows = []
    for instrument, values in closes.items():
        for at, close in enumerate(values):
            factor = (factors or {}).get(instrument, [None] * len(values))[at]
            for end in ("09:25", "09:31"):
                if close is not None:
                    moment = pd.Timestamp(f"{DAYS[at]} {end}")
                    price = {"open": close, "high": close, "low": close, "close": close}
                    rows.append({"date": moment, "instrument": instrument, "adjust_factor": factor, **price})
    frame = pd.DataFrame(rows)
    frame["volume"], frame["amount"] = 100, 100.0 * frame.close
    frame["adjust_factor"] = frame["adjust_factor"].astype(float)
    return pa.Table.from_pandas(frame, preserve_index=False)


def lake_of(root: Path, rows: pa.Table) -> BarLake:
    lake = BarLake(root)
    ingest_table(lake, rows, table="cn_stock_bar1m", source="made")
    return lake


@pytest.fixture(autouse=True)
def nothing_said_yet() -> None:
    """What is said once per process is said in each test."""
    _warn_no_factors.cache_clear()


def ask(lake: BarLake, sql: str, **filters: list[str]) -> pd.DataFrame:
    return run_query(sql, tables=LakeTables(lake), filters=filters or None, full_db_scan=True).df()


REAL = "SELECT * FROM cn_stock_real_bar1d ORDER BY instrument, date"


def test_the_close_before_is_that_of_the_day_held_before(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.5, None, 10.4], "000001.SZ": [5.0, 5.1, 5.2, 5.3]}))
    got = ask(lake, REAL)
    main = got[got.instrument == "600000.SH"]
    assert main.pre_close.isna().tolist() == [True, False, True], "nothing before; 10.0; no bar on the day before"
    assert main.pre_close.iloc[1] == 10.0
    assert main.change_ratio.iloc[1] == pytest.approx(0.05)
    assert got[got.instrument == "000001.SZ"].pre_close.tolist()[1:] == [5.0, 5.1, 5.2]


def test_a_day_is_the_same_however_few_days_are_asked_for(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.5, 10.2, 10.4]}, {"600000.SH": [1.0, 1.0, 1.25, 1.25]}))
    everything = ask(lake, REAL)
    for at, day in enumerate(DAYS[:4]):
        one = ask(lake, REAL, date=[day])
        pd.testing.assert_frame_equal(one, everything.iloc[[at]].reset_index(drop=True))


def test_only_the_day_before_is_read_beside(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.5, 10.2, 10.4]}))
    day = pd.Timestamp(DAYS[2]).date()
    rows = LakeTables(lake).rows("cn_stock_real_bar1d", start=day, end=day)
    assert isinstance(rows, Derived)
    assert [path.stem for path in rows.parts["bars"][1]] == DAYS[1:3]
    rows = LakeTables(lake).rows("cn_stock_bar5m", start=day, end=day)
    assert isinstance(rows, Derived)
    assert [path.stem for path in rows.parts["bars"][1]] == DAYS[2:3]


def test_a_filter_on_instrument_reaches_the_scan(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.5], "000001.SZ": [5.0, 5.1]}))
    tables = LakeTables(lake)
    filters = read_filters({"instrument": ["600000.SH"]})
    rows = tables.rows("cn_stock_bar1d", start=None, end=None)
    with open_database([], udfs=[], kernels=[], failures=[], threads=1, memory_limit=None) as connection:
        sql = Reader(connection).select(tables.describe("cn_stock_bar1d"), rows, filters)
    scans = [text for text in sql.split("FROM read_parquet") if ".parquet" in text]
    assert scans
    assert all("IN ('600000.SH')" in text for text in scans)
    assert set(ask(lake, "SELECT * FROM cn_stock_real_bar1d", instrument=["600000.SH"]).instrument) == {"600000.SH"}


def test_factors_adjust_prices_and_the_close_before(tmp_path: Path) -> None:
    """Ten for ten on the third day: half the price, twice the factor."""
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.4, 5.2, 5.3]}, {"600000.SH": [2.0, 2.0, 4.0, 4.0]}))
    real, adjusted = ask(lake, REAL), ask(lake, "SELECT * FROM cn_stock_bar1d ORDER BY date")
    assert real.pre_close.tolist()[1:] == [10.0, 5.2, 5.2]
    assert real.change_ratio.tolist()[2] == pytest.approx(0.0)
    assert adjusted.close.tolist() == [20.0, 20.8, 20.8, 21.2]
    assert adjusted.pre_close.tolist()[1:] == [20.0, 20.8, 20.8]
    assert adjusted.upper_limit.tolist()[1] == pytest.approx(22.0)
    np.testing.assert_allclose(adjusted.change_ratio, real.change_ratio)
    assert adjusted.volume.tolist() == real.volume.tolist() == [200] * 4


def test_without_factors_adjusted_prices_are_null_and_said_so(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.4]}))
    with pytest.warns(NoRowsWarning, match="have no adjust_factor"):
        got = ask(lake, "SELECT * FROM cn_stock_bar1d ORDER BY date")
    assert got.close.isna().all()
    assert got.volume.tolist() == [200, 200]
    assert got.change_ratio.tolist()[1] == pytest.approx(0.04)


def test_a_gap_without_factors_is_no_close_before(tmp_path: Path) -> None:
    """-45 % is beyond the main board's limit: an ex-right day, most likely; the days around it are known."""
    got = ask(lake_of(tmp_path, bars({"600000.SH": [10.0, 10.4, 5.7, 5.8]})), REAL)
    assert got.pre_close.isna().tolist() == [True, False, True, False]
    assert got.upper_limit.isna().tolist() == [True, False, True, False]


def test_limits_are_the_boards_in_whole_cents(tmp_path: Path) -> None:
    closes = {"600000.SH": 10.05, "300750.SZ": 8.65, "688111.SH": 33.33, "830799.BJ": 2.35}
    got = ask(lake_of(tmp_path, bars({name: [close, close] for name, close in closes.items()})), REAL).dropna(
        subset="pre_close"
    )
    limits = got.set_index("instrument")[["upper_limit", "lower_limit"]]
    assert limits.loc["600000.SH"].tolist() == [11.06, 9.05]
    assert limits.loc["300750.SZ"].tolist() == [10.38, 6.92]
    assert limits.loc["688111.SH"].tolist() == [40.0, 26.66]
    assert limits.loc["830799.BJ"].tolist() == [3.06, 1.65]


def test_limits_that_are_held_win_and_an_st_has_none_of_the_boards(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.0], "600001.SH": [10.0, 10.0]}))
    day = pd.Timestamp(DAYS[1])
    limit = {"date": [day], "instrument": ["600000.SH"], "upper_limit": [10.5], "lower_limit": [9.5]}
    status = {"date": [day], "instrument": ["600001.SH"], "st_status": [1], "suspended": [0]}
    ingest_table(lake, pa.table(limit), table="cn_stock_limit_price", source="made")
    ingest_table(lake, pa.table(status), table="cn_stock_status", source="made")
    got = ask(lake, REAL, date=[DAYS[1]])
    assert got.upper_limit.tolist()[0] == 10.5
    assert np.isnan(got.upper_limit.tolist()[1])


def test_limits_are_a_table_too(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.0]}))
    got = ask(lake, "SELECT * FROM cn_stock_limit_price")
    assert got.drop(columns="date").values.tolist() == [["600000.SH", 11.0, 9.0]], "none on the first day"


def test_the_rule_of_limits_is_the_markets() -> None:
    codes = ["600000.SH", "000001.SZ", "002594.SZ", "300750.SZ", "301001.SZ", "302132.SZ", "688111.SH", "689009.SH"]
    codes += ["830799.BJ", "920001.BJ", "303000.SZ"]
    for day in ("2020-08-21", "2020-08-24", "2024-01-02"):
        given = pa.table({"instrument": codes})
        sql = f"SELECT {LIMIT_PERCENT} AS reach FROM (SELECT *, DATE '{day}' AS day FROM bound)"
        got = run_query(sql, tables=MemoryTables({}), bind_relations={"bound": given}).arrow()["reach"].to_numpy()
        np.testing.assert_allclose(got / 100, price_limit(np.array(codes), day))


def test_instruments_are_those_with_bars_named_as_known(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.5], "000001.SZ": [5.0, None]}))
    info = {"instrument": ["600000.SH"], "name": ["浦发银行"], "list_date": [pd.Timestamp("1999-11-10")]}
    ingest_table(lake, pa.table(info), table="cn_stock_basic_info", source="made")
    got = ask(lake, "SELECT * FROM cn_stock_instruments ORDER BY date, instrument")
    assert got.instrument.tolist() == ["000001.SZ", "600000.SH", "600000.SH"]
    assert got.name.tolist()[1:] == ["浦发银行", "浦发银行"]
    assert set(got.type) == {"stock"}


def test_daily_bars_that_are_held_win(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, bars({"600000.SH": [10.0, 10.5, 10.2, 10.4]}, {"600000.SH": [2.0] * 4}))
    rows = pa.Table.from_pandas(ask(lake, REAL).iloc[:2].assign(close=10.0, open=10.0, low=9.0), preserve_index=False)
    ingest_table(lake, rows, table="cn_stock_real_bar1d", source="own")
    got = ask(lake, "SELECT date, close FROM cn_stock_bar1d ORDER BY date")
    assert got.close.tolist() == [20.0, 20.0], "made of the daily bars held, and of no other days"


def test_the_calendar_is_there_and_the_lakes_own_wins(tmp_path: Path) -> None:
    lake = BarLake(tmp_path)
    sql = "SELECT count(*) AS n FROM {} WHERE date BETWEEN '2024-02-01' AND '2024-02-29'"
    assert ask(lake, sql.format("trading_days")).n[0] == 15
    assert ask(lake, sql.format("holidays")).n[0] == 6
    own = pa.table({"date": pd.to_datetime(["2024-02-01", "2024-02-05"]), "market_code": ["CN", "CN"]})
    ingest_table(lake, own, table="all_trading_days", source="made")
    assert ask(lake, sql.format("all_trading_days")).n[0] == 2
    assert ask(lake, sql.format("trading_days")).n[0] == 2
    assert ask(lake, sql.format("holidays")).n[0] == 1
