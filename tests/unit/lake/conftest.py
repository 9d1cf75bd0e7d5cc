"""Small markets for the tests of the lake."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dripstone.lake import BarLake
from dripstone.market.session import SESSION

DAYS = ("2026-01-05", "2026-01-06", "2026-01-07")
MakeBars = Callable[..., pa.Table]


@pytest.fixture
def lake(tmp_path: Path) -> BarLake:
    return BarLake(tmp_path / "lake")


@pytest.fixture(scope="session")
def make_bars() -> MakeBars:
    """Bars of a full grid; every value tells where it belongs, and any column can be replaced."""

    def make(
        instruments: Sequence[str] = ("000001.SZ", "600519.SH"),
        days: Sequence[str] = DAYS,
        minutes: Sequence[int] | np.ndarray = SESSION,
        **columns: object,
    ) -> pa.Table:
        d, i, m = (axis.ravel() for axis in np.indices((len(days), len(instruments), len(minutes))))
        date = np.array(days, "datetime64[us]")[d] + np.asarray(minutes, "timedelta64[m]")[m]
        price = 10.0 + i + m / 1000
        volume = 100 * (1 + d * 7 + i * 3 + m)
        rows: dict[str, object] = {
            "date": pa.array(date),
            "instrument": pa.array(np.array(instruments)[i].tolist()),
            "open": price,
            "high": price + 0.02,
            "low": price - 0.02,
            "close": price + 0.01,
            "volume": volume,
            "amount": volume * price,
        }
        return pa.table(rows | columns)

    return make
