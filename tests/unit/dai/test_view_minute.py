"""Longer minute bars: against a loop over real bars, and where bars are odd."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dripstone.dai.engine import run_query
from dripstone.dai.table import LakeTables
from dripstone.lake import BarLake, ingest_table
from dripstone.lake.schema import BAR_MINUTES

LUNCH = 690
FIELDS = ["open", "close", "high", "low", "volume", "amount"]


def ask(lake: BarLake, sql: str, **filters: list[str]) -> pd.DataFrame:
    return run_query(sql, tables=LakeTables(lake), filters=filters or None, full_db_scan=True).df()


def label(minute: int, length: int) -> int:
    """The end of the longer bar that a minute belongs to, counted minute by minute."""
    if minute == 565:
        minute = 571
    start = 570 if minute <= LUNCH else 780
    end = start
    while end < minute:
        end += length
    return end


def longer(bars: pd.DataFrame, length: int) -> dict[tuple[str, pd.Timestamp], dict[str, float]]:
    """Bar by bar, from the definition."""
    made: dict[tuple[str, pd.Timestamp], dict[str, float]] = {}
    for row in bars.sort_values(["instrument", "date"]).itertuples():
        minute = row.date.hour * 60 + row.date.minute
        end = row.date.normalize() + pd.Timedelta(minutes=label(minute, length))
        bar = made.setdefault(
            (row.instrument, end),
            {"open": row.open, "high": row.high, "low": row.low, "volume": 0, "amount": 0.0},
        )
        bar["close"] = row.close
        bar["high"], bar["low"] = max(bar["high"], row.high), min(bar["low"], row.low)
        bar["volume"] += row.volume
        bar["amount"] += row.amount
    return made


@pytest.fixture(scope="module")
def real(real_bars: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[BarLake, pd.DataFrame]:
    """Three days of six real instruments."""
    rows = pq.read_table(real_bars).to_pandas()
    days = sorted(rows.date.dt.normalize().unique())[:3]
    rows = rows[rows.date.dt.normalize().isin(days) & rows.instrument.isin(sorted(rows.instrument.unique())[::17])]
    lake = BarLake(tmp_path_factory.mktemp("real") / "lake")
    ingest_table(lake, pa.Table.from_pandas(rows, preserve_index=False), table="cn_stock_bar1m", source="real")
    return lake, rows


@pytest.mark.parametrize("length", BAR_MINUTES)
def test_real_bars_equal_a_loop(real: tuple[BarLake, pd.DataFrame], length: int) -> None:
    lake, rows = real
    want = longer(rows, length)
    got = ask(lake, f"SELECT * FROM cn_stock_bar{length}m ORDER BY instrument, date").set_index(["instrument", "date"])
    assert list(got.index) == sorted(want)
    for field in FIELDS:
        np.testing.assert_allclose(got[field], [want[key][field] for key in got.index], rtol=1e-12)


def test_the_auction_is_in_the_first_minute_and_nothing_else_changes(real: tuple[BarLake, pd.DataFrame]) -> None:
    lake, rows = real
    want = longer(rows, 1)
    got = ask(lake, "SELECT * FROM cn_stock_bar1m_derived ORDER BY instrument, date")
    assert len(got) == len(want) == 240 * rows.instrument.nunique() * 3
    keyed = got.set_index(["instrument", "date"])
    for field in FIELDS:
        np.testing.assert_allclose(keyed[field], [want[key][field] for key in keyed.index], rtol=1e-12)
    assert (got.time == got.date.dt.strftime("%H%M%S").astype(int)).all()
    assert (got.trading_day == got.date.dt.strftime("%Y%m%d").astype(int)).all()
    assert got["bid_price1"].isna().all()


def test_hours_end_around_lunch(real: tuple[BarLake, pd.DataFrame]) -> None:
    got = ask(real[0], "SELECT DISTINCT date::TIME::VARCHAR AS t FROM cn_stock_bar60m ORDER BY t")
    assert list(got.t) == ["10:30:00", "11:30:00", "14:00:00", "15:00:00"]
    assert len(ask(real[0], "SELECT DISTINCT date::TIME AS t FROM cn_stock_bar5m_c")) == 48


def test_a_days_volume_is_that_of_its_minutes(real: tuple[BarLake, pd.DataFrame]) -> None:
    total = int(real[1].volume.sum())
    for table in ("cn_stock_bar5m", "cn_stock_bar60m", "cn_stock_bar30m_derived", "cn_stock_real_bar1d"):
        assert ask(real[0], f"SELECT sum(volume)::BIGINT AS v FROM {table}").v[0] == total


def test_a_filter_on_time_is_on_the_end_of_the_longer_bar(real: tuple[BarLake, pd.DataFrame]) -> None:
    day = str(real[0].dates()[1])
    got = ask(
        real[0], "SELECT DISTINCT date FROM cn_stock_bar30m ORDER BY date", date=[f"{day} 10:00:00", f"{day} 10:30:00"]
    )
    assert [str(date.time()) for date in got.date] == ["10:00:00", "10:30:00"]


def test_a_price_is_one_that_was_traded(tmp_path: Path) -> None:
    """A bar without volume carries a price on; before the first trade that is the price of the day before."""
    lake = BarLake(tmp_path)
    ends = pd.to_datetime(["2024-01-02 09:25", "2024-01-02 09:31", "2024-01-02 09:32", "2024-01-02 09:36"])
    rows = pd.DataFrame({"date": ends, "instrument": "600000.SH", "volume": [0, 0, 200, 0]})
    for name, prices in {
        "open": [9.0, 9.0, 10.0, 10.1],
        "high": [9.0, 9.0, 10.2, 10.1],
        "low": [9.0, 9.0, 9.9, 10.1],
        "close": [9.0, 9.0, 10.1, 10.1],
    }.items():
        rows[name] = prices
    rows["amount"] = rows.volume * rows.close
    ingest_table(lake, pa.Table.from_pandas(rows, preserve_index=False), table="cn_stock_bar1m", source="made")
    got = ask(lake, "SELECT date, open, high, low, close, volume FROM cn_stock_bar5m ORDER BY date")
    assert got.drop(columns="date").values.tolist() == [[10.0, 10.2, 9.9, 10.1, 200], [10.1, 10.1, 10.1, 10.1, 0]]


def test_what_the_lake_holds_of_a_derived_table_wins(real: tuple[BarLake, pd.DataFrame], tmp_path: Path) -> None:
    lake = BarLake(tmp_path)
    rows = pa.Table.from_pandas(real[1], preserve_index=False)
    ingest_table(lake, rows, table="cn_stock_bar1m", source="real")
    bars = pa.Table.from_pandas(ask(lake, "SELECT * FROM cn_stock_bar5m LIMIT 7"), preserve_index=False)
    ingest_table(lake, bars, table="cn_stock_bar5m", source="own")
    assert len(ask(lake, "SELECT * FROM cn_stock_bar5m_c")) == 7
    assert len(ask(lake, "SELECT * FROM cn_stock_bar15m")) > 7
