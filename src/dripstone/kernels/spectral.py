"""The minute axis in frequency: what share of a day's variation sits in a band of periods.

The last axis is the minute; every axis before it is free and each row stands alone.
"""

from collections.abc import Sequence

import numpy as np

from dripstone.arrays import Floats, InstrumentMinute, as_floats
from dripstone.errors import FactorError

__all__ = ["band_share", "band_shares", "white_noise_share"]

Band = tuple[float, float]

_BLOCK_ROWS = 512  # a block's series and spectra stay in the second-level cache: measured best of 64..5000
_FLAT = 1e-12  # a row whose range is this small beside its size (to a factor of 2) varies by rounding only


def band_share(x: InstrumentMinute, *, period_min: Band = (2, 5), n_fft: int = 240) -> Floats:
    """The share of spectral power, zero frequency left out, at periods within ``period_min``.

    Mean out, Hann window over the bars there are, zeros up to ``n_fft``, real FFT, squared modulus; then the sum
    over period_min[0] <= period <= period_min[1] over the sum over all f > 0.

    Parameters
    ----------
    x : (..., t) float64, any unit; despiked volume as a rule.
    period_min : shortest and longest period, minutes, both included; 2 is the shortest there is (Nyquist).
    n_fft : length of the transform; a series that is longer keeps its own, made even so that Nyquist is in it.

    Returns
    -------
    (...) float64 in 0..1. NaN where nothing varies: no bar, one value throughout, or fewer than 3 bars.

    Null value
    ----------
    White noise scores its share of the bins, whatever its distribution (Cauchy noise 0.005 less): for (2, 5) 0.61
    at n_fft 240 and 0.60 at 256. ``white_noise_share`` gives it for every band. Above it is rougher than noise,
    below it smoother; neither need be periodic.
    (1, 2) is degenerate: periods under 2 do not exist in minute bars, one bin (Nyquist) is left, null 0.008.

    Missing data
    ------------
    A missing minute is left out and the series closes up, as ``array_agg`` over bars does.

    Raises
    ------
    FactorError : a band without a frequency.

    Properties
    ----------
    Unchanged by x -> a * x + b, a not 0.

    Source
    ------
    founder2025dripstone, steps 2 to 5.
    """
    return band_shares(x, bands_min=(period_min,), n_fft=n_fft)[..., 0]


def band_shares(x: InstrumentMinute, *, bands_min: Sequence[Band], n_fft: int = 240) -> Floats:
    """``band_share`` for several bands from one transform: (..., n_band), in the order given.

    Bands that meet share the bin where they meet.
    """
    x = as_floats(x)
    rows = x.reshape(-1, x.shape[-1])
    present = np.isfinite(rows)
    bars = present.sum(axis=-1)
    shares = np.full((len(rows), len(bands_min)), np.nan)
    for count in np.unique(bars[bars > 0]).tolist():
        members = np.flatnonzero(bars == count)
        for start in range(0, len(members), _BLOCK_ROWS):
            block = members[start : start + _BLOCK_ROWS]
            closed = rows[block] if count == x.shape[-1] else rows[block][present[block]].reshape(len(block), count)
            shares[block] = _block_shares(closed, bands_min, n_fft)
    return shares.reshape(*x.shape[:-1], len(bands_min))


def white_noise_share(n_bar: int, *, period_min: Band = (2, 5), n_fft: int = 240) -> float:
    """What white noise scores: the band's expected power over the whole expected power.

    The window's leak at low frequencies and the removed mean are in it. For 237 bars and n_fft 240 it is 0.609
    for (2, 5), for n_fft 256 it is 0.603; the plain shares of the bins are 73 / 120 and 77 / 128.

    Parameters
    ----------
    n_bar : bars in the series, 3 or more.
    period_min, n_fft : as in ``band_share``.
    """
    window = np.hanning(n_bar)
    length = _even(max(n_bar, n_fft))
    power = np.sum(window**2) - np.abs(np.fft.rfft(window, length)) ** 2 / n_bar
    return float(power[_bins(period_min, length)].sum() / power[1:].sum())


def _block_shares(x: Floats, bands: Sequence[Band], n_fft: int) -> Floats:
    """The shares of gap-free rows of one length, (n_row, n_band)."""
    n_bar = x.shape[-1]
    length = _even(max(n_bar, n_fft))
    low, high = x.min(axis=-1), x.max(axis=-1)
    # In units of a power of two near the row's size, which changes no digit and keeps the squares within range.
    exponent = np.clip(np.frexp(np.maximum(np.abs(low), np.abs(high)))[1], -1000, 1000)
    unit = np.ldexp(1.0, -exponent)
    varies = high * unit - low * unit > _FLAT
    centred = x * unit[:, np.newaxis]
    centred -= centred.mean(axis=-1, keepdims=True)
    centred *= np.hanning(n_bar)
    spectrum = np.fft.rfft(centred, length)
    total = _power(spectrum[:, 1:])
    defined = varies & (total > 0)
    whole = np.where(defined, total, 1.0)
    shares = np.stack([_power(spectrum[:, _bins(band, length)]) / whole for band in bands], axis=-1)
    shares[~defined] = np.nan
    return shares


def _even(length: int) -> int:
    return length + length % 2


def _power(spectrum: np.ndarray) -> Floats:
    """The sum over frequencies of the squared modulus, real and imaginary parts side by side, no copy made."""
    parts = spectrum.view(np.float64)
    return np.einsum("ij,ij->i", parts, parts)


def _bins(band: Band, length: int) -> slice:
    """The frequencies k / length whose period lies in the band, both ends included, compared without division."""
    shortest, longest = band
    k = np.arange(1, length // 2 + 1)
    inside = k[(k * longest >= length) & (k * shortest <= length)]
    if len(inside) == 0:
        raise FactorError(
            "no frequency of minute bars lies in the band",
            seen=band,
            expected=f"shortest <= longest, longest at least 2 min, within {length} min",
        )
    return slice(int(inside[0]), int(inside[-1]) + 1)
