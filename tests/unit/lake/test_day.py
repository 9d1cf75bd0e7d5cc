from dataclasses import replace

import numpy as np
import pytest

from dripstone.errors import FactorError
from dripstone.lake.day import DayBars
from dripstone.market.session import session_minutes


def day(seed: int = 0) -> DayBars:
    source = np.random.default_rng(seed)
    minutes = session_minutes("09:31", "09:40")
    volume = source.integers(0, 9, (3, 10)).astype(float)
    volume[0, 3] = np.nan
    close = np.where(np.isnan(volume), np.nan, source.random((3, 10)))
    return DayBars(np.datetime64("2025-01-02"), np.array(["A", "B", "C"]), minutes, {"volume": volume, "close": close})


def test_fields_are_attributes_and_others_are_refused() -> None:
    bars = day()
    assert bars.volume is bars.fields["volume"]
    with pytest.raises(FactorError, match=r"saw 'high'; expected one of volume, close"):
        _ = bars.high
    assert bars.bar_count.tolist() == [9, 10, 10]


def test_shuffled_keeps_bars_whole_and_every_value() -> None:
    bars = day()
    mixed = bars.shuffled(1)
    pairs = {(v, c) for v, c in zip(bars.volume.ravel(), bars.close.ravel(), strict=True) if np.isfinite(v)}
    assert pairs == {(v, c) for v, c in zip(mixed.volume.ravel(), mixed.close.ravel(), strict=True) if np.isfinite(v)}
    np.testing.assert_array_equal(np.sort(mixed.volume, axis=1), np.sort(bars.volume, axis=1))
    assert not np.array_equal(mixed.volume, bars.volume, equal_nan=True)
    np.testing.assert_array_equal(bars.shuffled(1).close, mixed.close)
    other_day = replace(bars, date=np.datetime64("2025-01-03")).shuffled(1)
    assert not np.array_equal(other_day.close, mixed.close, equal_nan=True)


def test_rows_in_the_platform_form() -> None:
    table = day().table()
    assert table.column_names == ["date", "instrument", "volume", "close"]
    assert table.num_rows == 29
    assert str(table["date"][0].as_py()) == "2025-01-02 09:31:00"
    assert table["volume"].type == "int64"
    assert table["instrument"].to_pylist() == ["A"] * 9 + ["B"] * 10 + ["C"] * 10


def test_rows_are_of_one_day() -> None:
    bars = day()
    with pytest.raises(FactorError, match="one day"):
        replace(bars, fields={"volume": bars.volume[None]}).table()
