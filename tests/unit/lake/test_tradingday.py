"""Trading days: the lake's own calendar within its range, the library's elsewhere."""

import numpy as np
import pyarrow as pa
import pytest

from dripstone.errors import DataError
from dripstone.lake import BarLake, ingest_table
from dripstone.lake.tradingday import TradingDays
from dripstone.market.calendar import trading_days


def days(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[D]")


@pytest.fixture
def known(lake: BarLake) -> TradingDays:
    """A calendar of its own from 2026-01-05 to 2026-01-09, in which the 7th is a holiday."""
    own = days("2026-01-05", "2026-01-06", "2026-01-08", "2026-01-09")
    ingest_table(lake, pa.table({"date": own, "market_code": ["CN"] * 4}), table="all_trading_days", source="own")
    return TradingDays(lake)


def test_without_a_calendar_of_its_own_the_library_speaks(lake: BarLake):
    library = TradingDays(lake)
    first, last = days("2025-12-25", "2026-01-15")
    assert library.between(first, last).tolist() == trading_days(first, last).tolist()
    assert str(library.before(days("2026-01-05")[0])) == "2025-12-31"


def test_its_own_calendar_wins_within_its_range(known: TradingDays):
    found = known.between(*days("2025-12-30", "2026-01-13"))
    expected = trading_days("2025-12-30", "2026-01-13").astype(str).tolist()
    expected.remove("2026-01-07")
    assert found.astype(str).tolist() == expected
    assert not known.holds(days("2026-01-07")[0])
    assert known.holds(days("2026-01-12")[0])
    assert str(known.before(days("2026-01-08")[0])) == "2026-01-06"


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2026-01-06", "2026-01-08", 2),
        ("2026-01-07", "2026-01-07", 0),
        ("2025-12-29", "2025-12-31", 3),
        ("2026-01-12", "2026-01-13", 2),
        ("2026-01-09", "2026-01-05", 0),
    ],
)
def test_any_range(known: TradingDays, first: str, last: str, count: int):
    assert len(known.between(*days(first, last))) == count


def test_beyond_both_nobody_knows(known: TradingDays):
    with pytest.raises(DataError, match="does not reach"):
        known.between(*days("2026-01-05", "2199-01-04"))
