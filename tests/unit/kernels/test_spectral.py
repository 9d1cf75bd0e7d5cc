import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.errors import FactorError
from dripstone.kernels.spectral import band_share, band_shares, white_noise_share

BANDS = ((1, 2), (2, 5), (5, 10), (10, 20))


def test_a_beat_inside_the_band_takes_all() -> None:
    minute = np.arange(237)
    assert band_share(np.cos(2 * np.pi * minute / 3)) > 0.99
    assert band_share(np.cos(2 * np.pi * minute / 30)) < 0.01
    assert band_share(np.cos(2 * np.pi * minute / 7), period_min=(5, 10)) > 0.99


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize(("n_bar", "n_fft"), [(236, 240), (237, 256), (200, 240)])
def test_white_noise_scores_the_null(band: tuple[int, int], n_bar: int, n_fft: int) -> None:
    """Normal or exponential, noise scores what is stated, to three standard errors."""
    source = np.random.default_rng(1)
    null = white_noise_share(n_bar, period_min=band, n_fft=n_fft)
    for noise in (source.standard_normal((4000, n_bar)), source.standard_exponential((4000, n_bar))):
        shares = band_share(noise, period_min=band, n_fft=n_fft)
        assert abs(shares.mean() - null) < 3 * shares.std() / np.sqrt(4000) + 1e-3


def test_the_null_of_the_published_band() -> None:
    assert round(white_noise_share(236), 3) == 0.609
    assert round(white_noise_share(237, n_fft=256), 3) == 0.603


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e155, 1e307])
def test_the_unit_may_be_as_small_or_large_as_a_float_can_be(scale: float) -> None:
    x = np.random.default_rng(8).random((3, 236))
    assert band_share(x * scale) == pytest.approx(band_share(x), rel=1e-12)


def test_the_band_under_two_minutes_is_one_bin() -> None:
    """Periods of 1 to 2 minutes: the Nyquist frequency and nothing else."""
    x = np.random.default_rng(2).standard_normal(236)
    power = np.abs(np.fft.rfft((x - x.mean()) * np.hanning(236), 240)) ** 2
    assert band_share(x, period_min=(1, 2)) == pytest.approx(power[-1] / power[1:].sum(), rel=1e-12)


def test_a_series_longer_than_the_transform_keeps_its_length() -> None:
    """241 bars, auction included: an even length, so that every band still has its bins."""
    noise = np.random.default_rng(6).standard_normal((500, 241))
    assert band_shares(noise, bands_min=BANDS).mean(axis=0) == pytest.approx(
        [white_noise_share(241, period_min=band) for band in BANDS], rel=0.1
    )


def test_bands_from_one_transform_equal_bands_apart() -> None:
    x = np.random.default_rng(3).lognormal(3, 1, (5, 237))
    apart = np.stack([band_share(x, period_min=band) for band in BANDS], axis=-1)
    assert np.array_equal(band_shares(x, bands_min=BANDS), apart)


def test_a_missing_minute_closes_up() -> None:
    x = np.random.default_rng(4).lognormal(3, 1, 237)
    gapped = np.insert(x, [10, 50, 50, 200], np.nan)
    assert band_share(gapped) == band_share(x)
    assert band_share(np.where(np.isnan(gapped), np.inf, gapped)) == band_share(x)


def test_rows_stand_alone_whatever_their_gaps_and_neighbours() -> None:
    source = np.random.default_rng(5)
    x = source.lognormal(3, 1, (700, 237))
    x[source.random(x.shape) < 0.002] = np.nan
    whole = band_share(x)
    order = source.permutation(700)
    assert np.array_equal(band_share(x[order]), whole[order])
    assert np.array_equal(band_share(x[5:9]), whole[5:9])
    assert np.array_equal(band_share(x.reshape(7, 100, 237)), whole.reshape(7, 100))


@pytest.mark.parametrize("row", [[1.0], [1.0, 2.0], [5.0] * 50, [np.nan] * 50, [0.1 + 0.2] * 49 + [0.3]])
def test_nothing_varies_is_nan(row: list[float]) -> None:
    assert np.isnan(band_share(np.array(row)))


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([-2.0, 1e-3, 1e6]), shift=st.floats(-100, 100))
@settings(deadline=None, max_examples=25)
def test_scale_and_shift_change_nothing(seed: int, scale: float, shift: float) -> None:
    x = np.random.default_rng(seed).lognormal(1, 1, (2, 60))
    np.testing.assert_allclose(band_share(scale * (x + shift)), band_share(x), rtol=1e-9)


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=25)
def test_a_share_is_a_share(seed: int) -> None:
    source = np.random.default_rng(seed)
    shares = band_shares(np.round(source.lognormal(1, 2, (3, 60))), bands_min=((2, 5), (6, 240)))
    assert (shares >= 0).all()
    assert (shares.sum(axis=-1) <= 1 + 1e-12).all()


@pytest.mark.parametrize("band", [(0.5, 1.5), (5, 2), (300, 400)])
def test_a_band_without_a_frequency_is_refused(band: tuple[float, float]) -> None:
    with pytest.raises(FactorError, match="no frequency"):
        band_share(np.arange(100.0), period_min=band)
