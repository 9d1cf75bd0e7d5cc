"""A lake of January 2024: three instruments, all 22 trading days, bars in the platform's form."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dripstone.lake.lake import BarLake
from dripstone.market.calendar import trading_days

_MINUTES = np.array([565, *range(571, 691), *range(781, 901)], "timedelta64[m]")


def day_of_bars(day: np.datetime64, instrument: str, source: np.random.Generator) -> pd.DataFrame:
    n = len(_MINUTES)
    opens = 10 + 0.02 * source.standard_normal(n).cumsum()
    closes = opens + 0.02 * source.standard_normal(n)
    closes[::7] = opens[::7]
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    spread = 0.01 * source.random(n)
    spread[::11] = 0.0
    volume = 100 * source.integers(0, 300, n)
    return pd.DataFrame(
        {
            "date": day.astype("datetime64[us]") + _MINUTES,
            "instrument": instrument,
            "adjust_factor": None,
            "open": opens,
            "close": closes,
            "high": highs + spread,
            "low": lows - spread,
            "volume": volume,
            "amount": volume * closes,
        }
    )


@pytest.fixture(scope="session")
def january() -> pd.DataFrame:
    source = np.random.default_rng(20240101)
    frames = [
        day_of_bars(day, instrument, source)
        for day in trading_days("2024-01-01", "2024-01-31")
        for instrument in ("000001.SZ", "300750.SZ", "600519.SH")
    ]
    bars = pd.concat(frames, ignore_index=True)
    thin = (bars.instrument == "300750.SZ") & (bars.date.dt.day == 9) & (bars.date.dt.hour >= 13)
    return bars[~thin].reset_index(drop=True)


@pytest.fixture(scope="session")
def january_workspace(january: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    (root / "dripstone.toml").write_text("")
    lake = BarLake(root / "lake")
    for day, rows in january.groupby(january.date.dt.normalize()):
        table = pa.Table.from_pandas(rows, schema=lake.schema("cn_stock_bar1m"), preserve_index=False)
        lake.write_day("cn_stock_bar1m", np.datetime64(str(day)[:10]), table)
    return root


@pytest.fixture
def at_january(january_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workspace that ``query`` finds."""
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(january_workspace))
    return january_workspace
