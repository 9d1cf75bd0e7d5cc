"""Every fast kernel equals its slow twin, gaps, ties and flat rows included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.arrays import Floats
from dripstone.kernels import crosssection, despike, rolling, spectral
from tests.reference import slow_crosssection, slow_despike, slow_rolling, slow_spectral


@st.composite
def matrices(draw: st.DrawFn, *, rows: int = 4, columns: int = 40) -> Floats:
    """Skewed numbers, some missing, with as many ties as rounding to few digits makes."""
    source = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = np.exp(2 * source.standard_normal((rows, draw(st.integers(1, columns)))))
    values = np.round(values, draw(st.integers(-1, 6))) * draw(st.sampled_from([1.0, 1e-3, 1e6, -7.0]))
    values[source.random(values.shape) < draw(st.sampled_from([0.0, 0.1, 0.7, 1.0]))] = np.nan
    values[source.random(values.shape) < draw(st.sampled_from([0.0, 0.05]))] = np.inf
    return values


def close(fast: Floats, slow: list[list[float]] | list[float]) -> None:
    np.testing.assert_allclose(fast, np.array(slow), rtol=1e-9, atol=1e-9)


@given(x=matrices(), k=st.sampled_from([0.5, 1.0, 3.0]))
@settings(deadline=None, max_examples=30)
@pytest.mark.parametrize("name", ["clip_iqr", "clip_mad", "clip_rolling_sd"])
def test_despike(name: str, x: Floats, k: float) -> None:
    fast, slow = getattr(despike, name), getattr(slow_despike, name)
    close(fast(x, k=k), [slow(row, k=k) for row in x.tolist()])


@given(x=matrices(rows=2, columns=30), n_fft=st.sampled_from([24, 40]), band=st.sampled_from([(1, 2), (2, 5), (5, 10)]))
@settings(deadline=None, max_examples=20)
def test_band_share(x: Floats, n_fft: int, band: tuple[int, int]) -> None:
    slow = [slow_spectral.band_share(row, band, n_fft) for row in x.tolist()]
    close(spectral.band_share(x, period_min=band, n_fft=n_fft), slow)


def test_band_share_of_a_whole_day() -> None:
    x = np.random.default_rng(1).lognormal(8, 1, (3, 237))
    x[1, 40:60] = np.nan
    for n_fft in (240, 256):
        slow = [slow_spectral.band_share(row, (2, 5), n_fft) for row in x.tolist()]
        np.testing.assert_allclose(spectral.band_share(x, n_fft=n_fft), slow, rtol=1e-12)


@given(x=matrices(), y=matrices(), groups=st.integers(2, 12))
@settings(deadline=None, max_examples=30)
def test_crosssection(x: Floats, y: Floats, groups: int) -> None:
    n = min(x.shape[1], y.shape[1])
    x, y = x[:, :n], y[:, :n]
    rows = list(zip(x.tolist(), y.tolist(), strict=True))
    close(crosssection.rank_average(x), [slow_crosssection.rank_average(a) for a, _ in rows])
    close(
        crosssection.group_by_rank(crosssection.rank_average(x), groups),
        [slow_crosssection.group_by_rank(a, groups) for a, _ in rows],
    )
    close(crosssection.zscore(x), [slow_crosssection.zscore(a) for a, _ in rows])
    close(crosssection.correlation_by_row(x, y), [slow_crosssection.correlation(a, b) for a, b in rows])
    close(crosssection.rank_correlation_by_row(x, y), [slow_crosssection.rank_correlation(a, b) for a, b in rows])


@given(x=matrices(), span=st.integers(1, 25), data=st.data())
@settings(deadline=None, max_examples=30)
def test_rolling(x: Floats, span: int, data: st.DataObject) -> None:
    least = data.draw(st.integers(1, span))
    columns = x.tolist()
    close(rolling.mean(x.T, span, min_days=least).T, [slow_rolling.mean(days, span, least) for days in columns])
    close(rolling.sd(x.T, span, min_days=least).T, [slow_rolling.sd(days, span, least) for days in columns])
