import numpy as np
import pytest

from dripstone.arrays import Floats
from dripstone.factors.library.drip_stone import drip_stone, drip_stone_mad, drip_stone_sides
from dripstone.factors.library.drip_stone_bands import drip_stone_bands
from dripstone.factors.library.execution import execution
from dripstone.factors.spec import FactorFunction
from dripstone.lake.day import DayBars
from dripstone.market.session import session_minutes

NAN = np.nan


def day(factor: FactorFunction, **fields: Floats) -> DayBars:
    n = len(next(iter(fields.values())))
    instruments = np.array([f"{600001 + i}.SH" for i in range(n)])
    return DayBars(np.datetime64("2025-06-03"), instruments, session_minutes(*factor.needs.session), fields)


def noise(n: int, minutes: int, seed: int = 1) -> Floats:
    return np.round(np.random.default_rng(seed).lognormal(4, 1, (n, minutes))) * 100


def share(x: Floats, n_fft: int) -> float:
    """Power at 2 to 5 minutes, written out for one series."""
    power = np.abs(np.fft.rfft((x - x.mean()) * np.hanning(len(x)), n_fft)) ** 2
    frequency = np.arange(len(power)) / n_fft
    return float(power[frequency >= 0.2].sum() / power[1:].sum())


def test_the_published_form() -> None:
    volume = noise(3, 236)
    for row, value in zip(volume, drip_stone(day(drip_stone, volume=volume)), strict=True):
        low, middle, high = np.percentile(row, [25, 50, 75])
        clipped = np.clip(row, middle - 3 * (high - low), middle + 3 * (high - low))
        assert value == pytest.approx(share(clipped, 240), abs=1e-12)


def test_the_form_by_mad_cuts_lower() -> None:
    volume = noise(3, 236)
    for row, value in zip(volume, drip_stone_mad(day(drip_stone_mad, volume=volume)), strict=True):
        reach = 3 * 1.4826 * np.median(np.abs(row - np.median(row)))
        assert value == pytest.approx(share(np.clip(row, None, np.median(row) + reach), 240), abs=1e-12)


@pytest.mark.parametrize("factor", [drip_stone, drip_stone_mad, drip_stone_bands])
def test_two_hundred_bars_are_needed(factor: FactorFunction) -> None:
    volume = noise(2, 236)
    volume[0, :37] = NAN
    volume[1, :36] = NAN
    values = factor(day(factor, volume=volume))
    column = values[factor.name] if isinstance(values, dict) else values
    assert np.isnan(column[0])
    assert np.isfinite(column[1])


def test_sides_of_a_bar() -> None:
    """Rising, falling and flat bars, each under its own noise: the sides are what the rule says."""
    source = np.random.default_rng(3)
    low = 10 + source.random((1, 237))
    span = np.where(source.random((1, 237)) < 0.1, 0.0, source.uniform(0.01, 0.2, (1, 237)))
    opened, closed = low + span * source.random((1, 237)), low + span * source.random((1, 237))
    volume, high = noise(1, 237), low + span
    bought, sold = 0.3 * volume, 0.3 * volume
    for m in range(237):
        if high[0, m] - low[0, m] > 0.0001 and closed[0, m] >= opened[0, m]:
            bought[0, m] = volume[0, m] * (closed[0, m] - low[0, m]) / (high[0, m] - low[0, m])
        elif high[0, m] - low[0, m] > 0.0001:
            sold[0, m] = volume[0, m] * (high[0, m] - closed[0, m]) / (high[0, m] - low[0, m])
    bars = day(drip_stone_sides, open=opened, high=high, low=low, close=closed, volume=volume)
    values = drip_stone_sides(bars)
    assert isinstance(values, dict)
    for side, name in ((bought, "drip_stone_buy"), (sold, "drip_stone_sell")):
        centre = np.median(side)
        reach = 3 * 1.4826 * np.median(np.abs(side - centre))
        assert values[name][0] == pytest.approx(share(np.clip(side[0], centre - reach, centre + reach), 256), abs=1e-12)
    assert values["drip_stone_net"][0] == values["drip_stone_buy"][0] - values["drip_stone_sell"][0]


def test_noise_scores_the_nulls_of_the_bands() -> None:
    values = drip_stone_bands(day(drip_stone_bands, volume=np.random.default_rng(4).exponential(1e4, (3000, 236))))
    assert isinstance(values, dict)
    means = {name: round(float(column.mean()), 2) for name, column in values.items()}
    assert means == {
        "band_1_2": 0.01,
        "band_2_5": 0.61,
        "band_5_10": 0.21,
        "band_10_20": 0.11,
        "drip_stone_bands": pytest.approx(1.0, abs=0.02),
    }


def test_the_degenerate_band_has_no_weight() -> None:
    """A beat of two minutes fills the Nyquist bin, and a band of 2 to 5 minutes, not twice the weighted number."""
    volume = np.where(np.arange(236) % 2 == 0, 900.0, 100.0)[np.newaxis]
    values = drip_stone_bands(day(drip_stone_bands, volume=volume))
    assert isinstance(values, dict)
    assert values["band_1_2"][0] > 0.4
    weighed = values["band_2_5"][0] / 0.609 + values["band_5_10"][0] / 0.209 + values["band_10_20"][0] / 0.108
    assert values["drip_stone_bands"][0] == pytest.approx(weighed / 3, rel=0.01)


def execution_day(**changes: Floats) -> DayBars:
    price = 10 + np.arange(241)[np.newaxis] / 100
    fields = {"open": price, "close": price + 0.005, "volume": np.full((1, 241), 100.0), "adjust_factor": price * 0 + 2}
    return day(execution, **{**fields, "amount": price * 100, **changes})


def values_of(bars: DayBars) -> dict[str, float]:
    columns = execution(bars)
    assert isinstance(columns, dict)
    return {name: float(column[0]) for name, column in columns.items()}


def test_execution_prices() -> None:
    """The half hour from 09:31 leaves the auction out; bars 1 to 30 of the day."""
    values = values_of(execution_day())
    assert values["vwap_open30"] == pytest.approx(10 + np.arange(1, 31).mean() / 100)
    assert values["first_open"] == 10.0
    assert values["last_close"] == pytest.approx(12.405)
    assert values["adjust_factor"] == 2.0


def test_execution_with_bars_missing() -> None:
    bars = execution_day()
    late = {name: np.where(np.arange(241) < 60, NAN, column) for name, column in bars.fields.items()}
    values = values_of(execution_day(**late))
    assert np.isnan(values["vwap_open30"])
    assert values["first_open"] == pytest.approx(10.6)
    untraded = values_of(execution_day(volume=np.zeros((1, 241)), amount=np.zeros((1, 241))))
    assert np.isnan(untraded["vwap_open30"])
    assert np.isfinite(untraded["last_close"])
    assert np.isnan(values_of(execution_day(adjust_factor=np.full((1, 241), NAN)))["adjust_factor"])
