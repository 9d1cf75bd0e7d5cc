"""The indicators: which function of TA-Lib each is, the gaps, the warm-up, the platform's conventions."""

import numpy as np
import pytest
import talib
from talib import abstract

from dripstone.arrays import Floats
from dripstone.dai.dialect import FUNCTIONS
from dripstone.dai.dialect.candle import CANDLES
from dripstone.dai.dialect.kernel import KERNELS, Kernel

NAN = np.nan
INDICATORS = {name: kernel for name, kernel in KERNELS.items() if name.startswith("kernel_ta_")}
PARAMETERS = {
    "kernel_ta_bbands": (5, 2.0, 2.0, 0),
    "kernel_ta_macd": (3, 6, 4),
    "kernel_ta_sar": (0.02, 0.2),
    "kernel_ta_stoch": (5, 3, 1, 3, 1),
}


def parameters(kernel: Kernel) -> tuple[float, ...]:
    return PARAMETERS.get(kernel.name, tuple(3 if kind is int else 0.3 for kind in kernel.constants))


def bars(rows: int, series: int, seed: int = 0) -> list[Floats]:
    """High, low, close, volume or as many of them: what every indicator takes without a division by zero."""
    source = np.random.default_rng(seed)
    close = 10 + source.normal(0, 0.2, rows).cumsum()
    high, low = close + source.uniform(0.1, 1, rows), close - source.uniform(0.1, 1, rows)
    return [high, low, close, source.uniform(1, 9, rows)][:series]


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_a_gap_cuts_the_series_in_two(name: str) -> None:
    kernel = INDICATORS[name]
    series = bars(80, kernel.series)
    series[-1][[0, 41]] = NAN
    found = kernel.function(*series, *parameters(kernel))
    assert found.shape == (80,) if kernel.returns == "DOUBLE" else found.shape[0] == 80
    assert np.isnan(found[[0, 41]]).all()
    for part in (slice(1, 41), slice(42, 80)):
        alone = kernel.function(*(each[part] for each in series), *parameters(kernel))
        np.testing.assert_array_equal(found[part], alone)
        assert np.isfinite(alone[-1]).all()


@pytest.mark.parametrize("name", sorted(INDICATORS))
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_short_series_is_no_error(name: str, rows: int) -> None:
    kernel = INDICATORS[name]
    found = kernel.function(*bars(rows, kernel.series), *parameters(kernel))
    assert len(found) == rows
    missing = kernel.function(*np.full((kernel.series, rows), NAN), *parameters(kernel))
    assert np.isnan(missing).all()


def test_a_short_window_is_missing() -> None:
    for name in ("sma", "ema", "rsi", "atr", "adx", "macd", "bbands", "kama", "trix"):
        kernel = INDICATORS[f"kernel_ta_{name}"]
        assert np.isnan(kernel.function(*bars(2, kernel.series), *parameters(kernel))).all(), name


def test_values_are_those_of_talib() -> None:
    high, low, close, volume = bars(60, 4)
    np.testing.assert_array_equal(INDICATORS["kernel_ta_rsi"].function(close, 14), talib.RSI(close, 14))
    np.testing.assert_array_equal(
        INDICATORS["kernel_ta_atr"].function(high, low, close, 5), talib.ATR(high, low, close, 5)
    )
    np.testing.assert_array_equal(
        INDICATORS["kernel_ta_mfi"].function(high, low, close, volume, 5), talib.MFI(high, low, close, volume, 5)
    )
    np.testing.assert_array_equal(
        INDICATORS["kernel_ta_stoch"].function(high, low, close, 9, 5, 1, 5, 1).T,
        talib.STOCH(high, low, close, 9, 5, 1, 5, 1),
    )
    np.testing.assert_array_equal(INDICATORS["kernel_ta_macd"].function(close, 3, 6, 4).T, talib.MACD(close, 3, 6, 4))
    np.testing.assert_array_equal(INDICATORS["kernel_ta_aroon"].function(high, low, 5).T, talib.AROON(high, low, 5))


def test_an_exponential_average_begins_with_a_plain_one() -> None:
    x = np.array([1.0, 2.0, 6.0, 4.0])
    np.testing.assert_allclose(INDICATORS["kernel_ta_ema"].function(x, 3), [NAN, NAN, 3.0, 3.5])


def test_all_patterns_of_talib_are_there_with_its_defaults() -> None:
    patterns = set(talib.get_function_groups()["Pattern Recognition"])
    assert {function for _, function, *_ in CANDLES} == patterns
    for name, function, _, given, *_ in CANDLES:
        defaults = dict(abstract.Function(function).parameters)
        assert given == ", ".join(f"{parameter}:={value}" for parameter, value in defaults.items())
        assert f"m_ta_{name}" in FUNCTIONS


def test_a_pattern_is_found() -> None:
    source = np.random.default_rng(1)
    close = 10 + source.normal(0, 1, 400).cumsum()
    opened = close + source.normal(0, 0.3, 400)
    opened[-1] = close[-1]
    high, low = np.maximum(opened, close) + 0.2, np.minimum(opened, close) - 0.2
    doji = INDICATORS["kernel_ta_cdldoji"].function(opened, high, low, close)
    assert doji[-1] == 100
    assert set(doji.tolist()) == {0.0, 100.0}
