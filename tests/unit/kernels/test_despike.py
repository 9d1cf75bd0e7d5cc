from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.arrays import Floats
from dripstone.errors import FactorError
from dripstone.kernels.despike import clip_iqr, clip_mad, clip_rolling_sd

Clip = Callable[..., Floats]

CLIPS = [clip_iqr, clip_mad, clip_rolling_sd]
WHOLE_DAY = [clip_iqr, clip_mad]
SCALES = st.sampled_from([-3.0, 0.5, 1.0, 1000.0])


def series(seed: int, *, gaps: float = 0.1) -> Floats:
    source = np.random.default_rng(seed)
    x = source.lognormal(3, 1.5, (3, 60))
    x[source.random(x.shape) < gaps] = np.nan
    return x


def test_a_spike_is_pulled_in_to_the_bound() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 100.0, 3.0])
    assert clip_iqr(x).max() == 3 + 3 * 2.0
    assert clip_mad(x).max() == 3 + 3 * 1.4826
    assert clip_iqr(x)[:5].tolist() == x[:5].tolist()


def test_no_clip_without_spread() -> None:
    """Mostly one value: the bound would flatten the row, so the rare others stay."""
    x = np.full(40, 7.0)
    x[3] = 900.0
    assert np.array_equal(clip_iqr(x), x)
    assert np.array_equal(clip_mad(x), x)


def test_quartiles_are_numpys() -> None:
    x = np.random.default_rng(5).lognormal(3, 1, (50, 237))
    low, middle, high = np.percentile(x, [25, 50, 75], axis=1, keepdims=True)
    expected = np.clip(x, middle - 3 * (high - low), middle + 3 * (high - low))
    np.testing.assert_allclose(clip_iqr(x), expected, rtol=1e-15)


def test_the_rolling_bound_follows_the_level() -> None:
    """A quiet afternoon after a busy morning keeps its own spike visible to the clip."""
    x = np.concatenate([np.tile([900.0, 1100.0], 30), np.tile([9.0, 11.0], 30)])
    x[100] = 100.0
    assert clip_rolling_sd(x)[100] < 70
    assert clip_iqr(x)[100] == 100


@pytest.mark.parametrize("clip", CLIPS)
def test_missing_stays_missing_and_counts_for_nothing(clip: Clip) -> None:
    x = series(1, gaps=0.0)
    gapped = np.where(np.arange(60) % 7 == 0, np.nan, x)
    assert np.array_equal(np.isnan(clip(gapped)), np.isnan(gapped))
    assert np.isnan(clip(np.full((2, 5), np.nan))).all()
    infinite = np.where(np.isnan(gapped), np.inf, gapped)
    assert np.array_equal(clip(infinite), clip(gapped), equal_nan=True)


@pytest.mark.parametrize("clip", WHOLE_DAY)
def test_statistics_are_those_of_the_bars_there_are(clip: Clip) -> None:
    x = series(2)[0]
    there = np.isfinite(x)
    assert np.array_equal(clip(x)[there], clip(x[there]))


@given(seed=st.integers(0, 10**6), scale=SCALES, shift=st.floats(-1e3, 1e3))
@settings(deadline=None, max_examples=25)
@pytest.mark.parametrize("clip", CLIPS)
def test_commutes_with_scale_and_shift(clip: Clip, seed: int, scale: float, shift: float) -> None:
    x = series(seed)
    np.testing.assert_allclose(clip(scale * x + shift), scale * clip(x) + shift, rtol=1e-9, atol=1e-9)


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=25)
@pytest.mark.parametrize("clip", WHOLE_DAY)
def test_the_order_of_minutes_does_not_matter(clip: Clip, seed: int) -> None:
    x = series(seed)
    order = np.random.default_rng(seed).permutation(x.shape[-1])
    assert np.array_equal(clip(x[:, order]), clip(x)[:, order], equal_nan=True)


@pytest.mark.parametrize("clip", CLIPS)
def test_rows_stand_alone_under_any_leading_axes(clip: Clip) -> None:
    x = series(3)
    cube = np.stack([x, x[::-1]])
    assert np.array_equal(clip(cube), np.stack([clip(x), clip(x)[::-1]]), equal_nan=True)
    assert np.array_equal(clip(x)[1], clip(x[1]), equal_nan=True)


def test_a_window_of_one_minute_is_refused() -> None:
    with pytest.raises(FactorError, match="window"):
        clip_rolling_sd(np.ones(5), window_min=1)
