from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dripstone.errors import DataError
from dripstone.factors.spec import Needs
from dripstone.history import LocalExecutor, tradable_returns
from dripstone.lake import MINUTE_TABLE, BarLake, ingest_table
from dripstone.lake.simulate import simulate
from dripstone.store import FactorStore

HERE = LocalExecutor(1)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> BarLake:
    made = BarLake(tmp_path_factory.mktemp("lake"))
    simulate(made, twin="null", instruments=6, days=10, seed=5)
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FactorStore:
    return FactorStore(tmp_path_factory.mktemp("store"))


def opening_vwap(lake: BarLake, day: np.datetime64, instrument: str) -> float:
    """Amount over volume from 09:31 to 10:00, adjusted where the lake can, bar by bar."""
    bars = lake.day(day, Needs(("volume", "amount", "adjust_factor"), ("09:31", "10:00")))
    row = bars.instruments.tolist().index(instrument)
    volume = amount = 0.0
    for shares, yuan in zip(bars.volume[row], bars.amount[row], strict=True):
        if shares == shares:
            volume, amount = volume + shares, amount + yuan
    adjust = bars.adjust_factor[row, -1]
    return amount / volume * (adjust if adjust == adjust else 1.0)


def test_the_label_of_a_day_is_what_one_could_have_earned(lake: BarLake, store: FactorStore) -> None:
    label = tradable_returns(lake, store, HERE)
    returns, days = label.returns, lake.dates()
    np.testing.assert_array_equal(returns.dates, days)
    assert np.isnan(returns.values[-2:]).all()
    known = 0
    for i, j in np.argwhere(np.isfinite(returns.values)):
        name = str(returns.instruments[j])
        bought, sold = (opening_vwap(lake, days[i + ahead], name) for ahead in (1, 2))
        assert returns.values[i, j] == pytest.approx(sold / bought - 1, abs=1e-12)
        known += 1
    assert known > 30


def test_a_part_of_the_range_is_that_part_of_the_whole(lake: BarLake, store: FactorStore) -> None:
    days = lake.dates()
    whole = tradable_returns(lake, store, HERE)
    counts = []
    for start, end in ((days[0], days[3]), (days[4], str(days[7])), (str(days[8]), None)):
        part = tradable_returns(lake, store, HERE, start=start, end=end)
        expected = whole.returns.between(start, end)
        again = part.returns.reindex(expected.dates, expected.instruments)
        np.testing.assert_array_equal(again.values, expected.values)
        np.testing.assert_array_equal(part.returns.dates, expected.dates)
        counts.append(part.excluded)
    # Every instrument-day is excluded for one reason, in whichever part it lies.
    assert {reason: sum(part[reason] for part in counts) for reason in whole.excluded} == dict(whole.excluded)


def test_a_range_outside_the_lake_is_refused(tmp_path: Path, lake: BarLake, store: FactorStore) -> None:
    with pytest.raises(DataError, match="no day of the range"):
        tradable_returns(lake, store, HERE, start="2035-01-01")
    with pytest.raises(DataError, match="ingest or simulate"):
        tradable_returns(BarLake(tmp_path), store, HERE)


def test_days_that_only_the_lakes_own_calendar_knows(tmp_path: Path) -> None:
    lake, store = BarLake(tmp_path / "lake"), FactorStore(tmp_path / "store")
    days = np.array(["2031-01-06", "2031-01-07", "2031-01-08", "2031-01-09"], "datetime64[D]")
    calendar = pa.table({"date": days, "market_code": ["CN"] * 4})
    ingest_table(lake, calendar, table="all_trading_days", source="own")
    price = np.array([10.0, 10.1, 10.2])
    first_minute = days.astype("datetime64[us]") + np.timedelta64(9 * 60 + 31, "m")
    rows = {"instrument": ["600519.SH"] * 3, "volume": [100] * 3, "amount": 100 * price}
    rows |= dict.fromkeys(("open", "high", "low", "close"), price)
    ingest_table(lake, pa.table(rows | {"date": first_minute[[0, 1, 3]]}), table=MINUTE_TABLE, source="bars")
    returns = tradable_returns(lake, store, HERE).returns
    np.testing.assert_array_equal(returns.dates, days[[0, 1, 3]])
    assert np.isnan(returns.values).all()  # the 8th is a trading day whose bars are not there
    ingest_table(lake, pa.table(rows | {"date": first_minute[1:]}), table=MINUTE_TABLE, source="bars")
    returns = tradable_returns(lake, store, HERE).returns
    assert np.isfinite(returns.values[:, 0]).tolist() == [True, True, False, False]
