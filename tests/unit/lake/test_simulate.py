"""The synthetic market: it looks like one, the planted twin pays, the null twin does not."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dripstone.arrays import Dates, Floats
from dripstone.errors import DataError
from dripstone.kernels.crosssection import rank_correlation_by_row
from dripstone.lake.ingest import ingest_table
from dripstone.lake.lake import BarLake
from dripstone.lake.simulate import simulate
from dripstone.lake.synthetic import SyntheticMarket, Twin
from dripstone.market.calendar import trading_days
from dripstone.market.limit import price_limit

BARS = "cn_stock_bar1m"
DATES: Dates = trading_days("2025-01-02", "2025-06-30")[-60:]
NAMES = np.array([f"{code:06d}.SZ" for code in (*range(1, 101), *range(300001, 300101))])


@dataclass(frozen=True)
class Walk:
    """Sixty days of a market as arrays: (day, instrument, minute), NaN where there is no bar."""

    market: SyntheticMarket
    prices: dict[str, Floats]
    shares: Floats
    adjust_factor: Floats
    side: Floats

    def total_t(self, factor: Floats) -> float:
        """The t of the factor's daily rank correlation with the next day's traded return."""
        amount = self.shares * sum(self.prices.values()) / 4
        half_hour = slice(1, 31)
        traded = np.nansum(self.shares[..., half_hour], axis=-1)
        price = np.nansum(amount[..., half_hour], axis=-1) / np.where(traded > 0, traded, np.nan) * self.adjust_factor
        ic = rank_correlation_by_row(factor[:-2], price[2:] / price[1:-1] - 1)
        return float(ic.mean() / ic.std(ddof=1) * np.sqrt(len(ic)))


def walk(twin: Twin, seed: int) -> Walk:
    market = SyntheticMarket(twin, NAMES, seed)
    days = [market.next_day(date) for date in DATES]
    there = np.array([day.there for day in days])
    prices = {
        name: np.where(there, np.array([day.prices[name] for day in days]), np.nan)
        for name in ("open", "high", "low", "close")
    }
    shares = np.where(there, np.array([day.shares for day in days]), np.nan)
    return Walk(
        market, prices, shares, np.array([day.adjust_factor for day in days]), np.array([day.side for day in days])
    )


@pytest.fixture(scope="module")
def planted() -> Walk:
    return walk("planted", 1)


@pytest.fixture(scope="module")
def null() -> Walk:
    return walk("null", 1)


def test_the_planted_side_pays_and_the_null_side_does_not(planted: Walk, null: Walk) -> None:
    assert planted.total_t(planted.side) > 10
    assert abs(null.total_t(null.side)) < 3


@pytest.mark.parametrize("seed", [2, 3])
def test_the_null_stays_null(seed: int) -> None:
    other = walk("null", seed)
    assert abs(other.total_t(other.side)) < 3


def test_the_twins_leave_the_same_footprints(planted: Walk, null: Walk) -> None:
    """Volume differs only where one of them sits at its price limit and trades less."""
    assert np.array_equal(np.isnan(planted.shares), np.isnan(null.shares))
    same = (planted.shares == null.shares) | np.isnan(planted.shares)
    assert same.mean() > 0.98
    assert np.array_equal(planted.side == 0, null.side == 0)


def test_bars_are_well_formed(planted: Walk) -> None:
    prices, shares = planted.prices, planted.shares
    there = np.isfinite(shares)
    for name, values in prices.items():
        ticks = values[there] * 100
        assert np.abs(ticks - np.round(ticks)).max() < 1e-6, name
        assert (values[there] <= prices["high"][there]).all(), name
        assert (values[there] >= prices["low"][there]).all(), name
    assert (shares[there] % 100 == 0).all()
    assert (shares[there] >= 0).all()


def test_the_clock(planted: Walk) -> None:
    """Auctions are one price, 14:58 and 14:59 are silent and carry the last close."""
    for at in (0, 240):
        high, low = planted.prices["high"][..., at], planted.prices["low"][..., at]
        assert np.array_equal(high, low, equal_nan=True)
    assert np.nansum(planted.shares[..., 238:240]) == 0
    assert np.nanmean(planted.shares[..., 240] > 0) > 0.9
    close = planted.prices["close"]
    held = np.isfinite(close[..., 236:240]).all(axis=-1)
    assert np.array_equal(close[held, 238], close[held, 237])


def test_minutes_without_volume_carry_the_price(planted: Walk) -> None:
    quiet = planted.shares == 0
    spread = (planted.prices["high"] - planted.prices["low"])[quiet]
    assert (spread == 0).all()


def test_stylised_facts(planted: Walk) -> None:
    """Target bands: first half hour 25 % of volume, quiet minutes 6 %, daily deviation 2.9 %, limits 0.8 and 0.3 %."""
    minutes = planted.shares[..., 1:238]
    day = np.nansum(planted.shares, axis=-1)
    with_bars = day > 0
    first = np.nansum(planted.shares[..., 1:31], axis=-1)[with_bars] / day[with_bars]
    assert 0.20 < first.mean() < 0.32
    assert 0.01 < np.mean(minutes[np.isfinite(minutes)] == 0) < 0.08
    close = planted.prices["close"][..., 240]
    held = np.isfinite(close[1:]) & np.isfinite(close[:-1]) & (planted.adjust_factor[1:] == planted.adjust_factor[:-1])
    moves = close[1:][held] / close[:-1][held] - 1
    assert 0.025 < moves.std() < 0.04
    limit = np.broadcast_to(price_limit(NAMES, DATES[0]), close[1:].shape)[held]
    before = close[:-1][held]
    at_top = close[1:][held] >= np.round(before * (1 + limit) + 1e-9, 2)
    at_bottom = close[1:][held] <= np.round(before * (1 - limit) + 1e-9, 2)
    assert 0.003 < at_top.mean() < 0.02
    assert 0.0005 < at_bottom.mean() < 0.01
    assert np.abs(moves).max() < limit.max() + 0.01


def test_some_days_are_suspended_and_some_bars_are_lost(planted: Walk) -> None:
    bars = np.isfinite(planted.shares).sum(axis=-1)
    assert 0 < np.mean(bars == 0) < 0.02
    assert 0.005 < np.mean((bars > 0) & (bars < 241)) < 0.04
    assert np.mean((bars > 0) & (bars < 200)) < 0.005


def test_an_ex_right_day_moves_the_raw_price_and_not_the_adjusted(planted: Walk) -> None:
    close, opened = planted.prices["close"][..., 240], planted.prices["open"][..., 0]
    growth = planted.adjust_factor[1:] / planted.adjust_factor[:-1]
    event = (growth > 1.1) & np.isfinite(close[:-1]) & np.isfinite(opened[1:])
    assert event.sum() >= 2
    adjusted = opened[1:][event] * growth[event] / close[:-1][event] - 1
    assert np.abs(adjusted).max() < 0.205
    assert (opened[1:][event] / close[:-1][event] < 0.95).all()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> BarLake:
    lake = BarLake(tmp_path_factory.mktemp("lake"))
    simulate(lake, twin="planted", instruments=12, days=3, seed=4)
    return lake


def test_the_lake_holds_bars_caps_and_industries(lake: BarLake) -> None:
    assert set(lake.table_names()) == {BARS, "cn_stock_valuation", "cn_stock_industry_component"}
    assert lake.dates().astype(str).tolist() == ["2025-06-26", "2025-06-27", "2025-06-30"]
    bars = pq.read_table(lake.paths(BARS)[0])
    assert len(set(bars["instrument"].to_pylist())) <= 12
    vwap = bars["amount"].to_numpy() / np.maximum(bars["volume"].to_numpy(), 1)
    traded = bars["volume"].to_numpy() > 0
    assert (vwap[traded] <= bars["high"].to_numpy()[traded] + 1e-9).all()
    assert (vwap[traded] >= bars["low"].to_numpy()[traded] - 1e-9).all()
    caps = pq.read_table(lake.paths("cn_stock_valuation")[0])
    assert (caps["total_market_cap"].to_numpy() >= caps["float_market_cap"].to_numpy()).all()
    industry = pq.read_table(lake.paths("cn_stock_industry_component")[0])
    assert set(industry["industry"].to_pylist()) == {"sw2021"}


def test_the_same_seed_writes_the_same_bytes(lake: BarLake, tmp_path: Path) -> None:
    again = BarLake(tmp_path)
    report = simulate(again, twin="planted", instruments=12, days=3, seed=4)
    assert (report.days, report.instruments) == (3, 12)
    for table in lake.table_names():
        for one, other in zip(lake.paths(table), again.paths(table), strict=True):
            assert one.read_bytes() == other.read_bytes()
    assert report.changed_days == 3
    assert simulate(again, twin="planted", instruments=12, days=3, seed=4).changed_days == 0


@pytest.mark.parametrize(
    "other",
    [{"days": 2}, {"instruments": 4}, {"end": "2025-06-27"}, {"seed": 5}, {"twin": "null"}],
    ids=lambda other: next(iter(other)),
)
def test_a_lake_with_another_market_is_refused(lake: BarLake, other: dict[str, object]) -> None:
    held = [path.read_bytes() for path in lake.paths(BARS)]
    asked: dict[str, object] = {"twin": "planted", "instruments": 12, "days": 3, "seed": 4, **other}
    with pytest.raises(DataError, match=r"not of this market.*seed=4.*new workspace"):
        simulate(lake, **asked)  # type: ignore[arg-type]  # one of them at a time is another
    assert [path.read_bytes() for path in lake.paths(BARS)] == held
    assert lake.simulated == "planted, seed 4"


def test_a_lake_with_real_rows_of_any_table_is_refused(tmp_path: Path) -> None:
    lake = BarLake(tmp_path)
    calendar = pa.table({"date": np.array(["2025-06-30"], "datetime64[D]"), "market_code": ["CN"]})
    ingest_table(lake, calendar, table="all_trading_days", source="real")
    with pytest.raises(DataError, match=r"not of this market.*all_trading_days"):
        simulate(lake, twin="planted", instruments=3, days=2, seed=1)
    assert (lake.simulated, lake.table_names()) == (None, ("all_trading_days",))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"instruments": 0}, "no such market"),
        ({"instruments": 5001}, "no such market"),
        ({"days": 0}, "no such stretch of days"),
        ({"seed": -1}, "no such market"),
        ({"twin": "real"}, "no such market"),
        ({"end": "2199-01-01"}, "calendar does not reach"),
    ],
)
def test_a_market_that_cannot_be(wrong: dict[str, object], message: str, tmp_path: Path) -> None:
    lake = BarLake(tmp_path)
    asked: dict[str, object] = {"twin": "planted", "instruments": 3, "days": 2, "seed": 1, **wrong}
    with pytest.raises(DataError, match=message):
        simulate(lake, **asked)  # type: ignore[arg-type]  # wrong on purpose
    assert not lake.dates().size


def test_a_large_market_has_codes_of_every_board(tmp_path: Path) -> None:
    lake = BarLake(tmp_path)
    simulate(lake, twin="null", instruments=400, days=1, seed=1, end="2025-06-29")
    date = lake.dates()[0]
    assert str(date) == "2025-06-27"
    names = lake.instruments(date)
    assert {name[:2] for name in names.tolist()} == {"00", "30", "60", "68"}
    assert set(price_limit(names, date).tolist()) == {0.1, 0.2}
