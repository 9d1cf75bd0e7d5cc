"""The drip stone over several bands of periods, each beside what white noise would score."""

from collections.abc import Mapping

import numpy as np

from dripstone.arrays import PerInstrument
from dripstone.factors.spec import factor
from dripstone.kernels.despike import clip_iqr
from dripstone.kernels.spectral import band_shares, white_noise_share
from dripstone.lake.day import DayBars

MIN_BARS = 200
REGULAR_BARS = 236
BANDS_MIN = {"band_1_2": (1, 2), "band_2_5": (2, 5), "band_5_10": (5, 10), "band_10_20": (10, 20)}
NULL_SHARE = np.array([white_noise_share(REGULAR_BARS, period_min=band) for band in BANDS_MIN.values()])
WEIGHT = np.array([0.0, 1.0, 1.0, 1.0]) / (3 * NULL_SHARE)


@factor(fields=("volume",), session=("09:32", "14:57"), columns=(*BANDS_MIN, "drip_stone_bands"))
def drip_stone_bands(bars: DayBars) -> Mapping[str, PerInstrument]:
    """Power shares at 1-2, 2-5, 5-10 and 10-20 minutes, and one number from the last three.

    Bars, clip and transform are those of ``drip_stone``. Each share over its own white-noise share says how many
    times the noise level its band holds; ``drip_stone_bands`` is the plain mean of that over the three real bands.
    No weight is fitted: a band counts by what noise leaves in it, not by its width and not by any return.

    ``band_1_2`` is degenerate. Minute bars hold no period under 2 minutes, so the band is a single bin of the
    transform, the Nyquist frequency. It is given because it is often asked for, and has no weight.

    Returns
    -------
    band_1_2, band_2_5, band_5_10, band_10_20 : (n,) in 0..1; neighbours share the bin where they meet.
    drip_stone_bands : (n,) 0 or more, in multiples of the noise level.

    Null value
    ----------
    0.008, 0.609, 0.209, 0.108 for the bands (236 bars), 1 for ``drip_stone_bands``.

    Missing data
    ------------
    Missing minutes are left out and the series closes up; fewer than 200 bars, or no variation, is NaN.

    Source
    ------
    founder2025dripstone; bigquant2026cowork, direction 1.
    """
    enough = np.isfinite(bars.volume).sum(axis=-1, keepdims=True) >= MIN_BARS
    volume = np.where(enough, bars.volume, np.nan)
    shares = band_shares(clip_iqr(volume), bands_min=tuple(BANDS_MIN.values()))
    columns = {name: shares[:, i] for i, name in enumerate(BANDS_MIN)}
    return {**columns, "drip_stone_bands": (shares * WEIGHT).sum(axis=-1)}
