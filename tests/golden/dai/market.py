"""The workspace of the golden corpus: six stocks, forty days of daily tables, the last three days in minutes.

Prices are rounded to the cent, so they tie; one stock is suspended for three days, one lists late, one goes ex-right.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from dripstone.lake.lake import BarLake
from dripstone.market.calendar import trading_days

INSTRUMENTS = ("000001.SZ", "000333.SZ", "300750.SZ", "600519.SH", "601318.SH", "688981.SH")
NAMES = ("Bank A", "Appliance B", "Battery C", "Liquor D", "Insurer E", "Chip F")
INDUSTRIES = ("480000", "330000", "630000", "340000", "480000", "330000")
DAYS = trading_days("2024-01-02", "2024-03-05")[:40]
SUSPENDED = ("300750.SZ", 20, 23)
LISTED = {"688981.SH": 8}
EX_RIGHT = ("000333.SZ", 30, 1.25)
MINUTES = np.array([565, *range(571, 691), *range(781, 901)], "timedelta64[m]")


def _daily(source: np.random.Generator) -> pd.DataFrame:
    frames = []
    for i, instrument in enumerate(INSTRUMENTS):
        n = len(DAYS)
        close = np.round((10 + 8 * i) * np.exp(np.cumsum(0.02 * source.standard_normal(n))), 2)
        opens = np.round(close * (1 + 0.01 * source.standard_normal(n)), 2)
        high = np.round(np.maximum(opens, close) * (1 + 0.008 * source.random(n)), 2)
        low = np.round(np.minimum(opens, close) * (1 - 0.008 * source.random(n)), 2)
        volume = 100 * source.integers(500, 9000, n)
        factor = np.where((instrument == EX_RIGHT[0]) & (np.arange(n) >= EX_RIGHT[1]), EX_RIGHT[2], 1.0)
        frame = pd.DataFrame({"date": DAYS.astype("datetime64[us]"), "instrument": instrument, "name": NAMES[i]})
        frame["adjust_factor"] = factor
        frame["open"], frame["close"], frame["high"], frame["low"] = opens, close, high, low
        frame["volume"], frame["amount"] = volume, np.round(volume * close, 2)
        frame["deal_number"] = source.integers(800, 4000, n)
        frame["turn"] = np.round(0.002 + 0.03 * source.random(n), 4)
        frames.append(frame.iloc[LISTED.get(instrument, 0) :])
    daily = pd.concat(frames, ignore_index=True)
    daily["pre_close"] = daily.groupby("instrument").close.shift(1)
    daily["change_ratio"] = daily.close / daily.pre_close - 1
    first, last = DAYS[SUSPENDED[1]], DAYS[SUSPENDED[2] - 1]
    still = (daily.instrument == SUSPENDED[0]) & daily.date.between(pd.Timestamp(first), pd.Timestamp(last))
    daily.loc[still, ["open", "close", "high", "low", "change_ratio", "turn"]] = np.nan
    daily.loc[still, ["volume", "amount", "deal_number"]] = 0
    daily["upper_limit"] = (daily.pre_close * 1.1).round(2)
    daily["lower_limit"] = (daily.pre_close * 0.9).round(2)
    return daily


def _keyed(daily: pd.DataFrame, source: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The daily tables beside the bars."""
    n, place = len(daily), daily.instrument.map(INSTRUMENTS.index)
    key = daily[["date", "instrument"]]
    valuation = key.assign(total_market_cap=(daily.close.ffill() * 1e8 * (place + 1)).round(0))
    valuation["float_market_cap"] = (valuation.total_market_cap * 0.8).round(0)
    valuation["pe_ttm"] = np.where(source.random(n) < 0.1, np.nan, np.round(5 + 40 * source.random(n), 2))
    valuation["pb"] = np.round(0.5 + 5 * source.random(n), 2)
    industry = key.assign(
        industry="sw2021",
        industry_name="Shenwan 2021",
        industry_level1_code=[INDUSTRIES[i] for i in place],
        industry_level1_name=["sector " + INDUSTRIES[i][:2] for i in place],
    )
    other = industry.assign(industry="cs", industry_level1_code="ALL")
    status = key.assign(
        st_status=np.where(daily.instrument == "601318.SH", 1, 0),
        suspended=daily.close.isna().astype(int),
        price_limit_status=np.select([daily.change_ratio > 0.035, daily.change_ratio < -0.035], [3, 1], 2),
    )
    members = key[place < 4].rename(columns={"instrument": "member_code"})
    members.insert(1, "instrument", "000300.SH")
    return {
        "cn_stock_bar1d": daily,
        "cn_stock_valuation": valuation,
        "cn_stock_industry_component": pd.concat([industry, other], ignore_index=True),
        "cn_stock_status": status,
        "cn_stock_index_component": members,
    }


def _minutes(daily: pd.DataFrame, source: np.random.Generator) -> pd.DataFrame:
    """Bars of the last three days; a few are missing."""
    frames = []
    for row in daily[daily.date >= pd.Timestamp(DAYS[-3])].itertuples():
        n = len(MINUTES)
        close = np.round(row.close * (1 + np.cumsum(0.0008 * source.standard_normal(n))), 2)
        opens = np.concatenate([[row.open], close[:-1]])
        frame = pd.DataFrame({"date": row.date.to_datetime64() + MINUTES, "instrument": row.instrument})
        frame["adjust_factor"] = row.adjust_factor
        frame["open"], frame["close"] = opens, close
        frame["high"] = np.round(np.maximum(opens, close) + 0.01 * source.integers(0, 3, n), 2)
        frame["low"] = np.round(np.minimum(opens, close) - 0.01 * source.integers(0, 3, n), 2)
        frame["volume"] = 100 * source.integers(0, 60, n)
        frame["amount"] = np.round(frame.volume * frame.close, 2)
        frames.append(frame[source.random(n) > 0.01])
    return pd.concat(frames, ignore_index=True)


def frames() -> Mapping[str, pd.DataFrame]:
    source = np.random.default_rng(20240305)
    daily = _daily(source)
    return {**_keyed(daily, source), "cn_stock_bar1m": _minutes(daily, source)}


def write_workspace(root: Path) -> None:
    (root / "dripstone.toml").write_text("")
    lake = BarLake(root / "lake")
    for table, frame in frames().items():
        schema = lake.schema(table)
        whole = frame.reindex(columns=schema.names)
        for day, rows in whole.groupby(whole.date.dt.normalize()):
            lake.write_day(
                table, np.datetime64(str(day)[:10]), pa.Table.from_pandas(rows, schema, preserve_index=False)
            )
