"""Water wears the stone: the share of a day's volume variation at periods of 2 to 5 minutes.

The idea: an institution that works a large order in equal slices leaves a short beat in the minute volume.
"""

from collections.abc import Mapping

import numpy as np

from dripstone.arrays import Floats, InstrumentMinute, PerInstrument
from dripstone.factors.spec import factor
from dripstone.kernels.despike import clip_iqr, clip_mad
from dripstone.kernels.spectral import band_share
from dripstone.lake.day import DayBars

MIN_BARS = 200


@factor(fields=("volume",), session=("09:32", "14:57"))
def drip_stone(bars: DayBars) -> PerInstrument:
    """The published form: volume, quartile clip, 2-5 minute share of the spectrum.

    Bars 09:32..14:57 (the day without its first minute and its last three), clip to median +- 3 IQR, mean out,
    Hann window, zeros to 240, power over 1/5 <= f <= 1/2 per minute over all power at f > 0.

    Returns
    -------
    (n,) in 0..1. Published direction: higher is better.

    Null value
    ----------
    0.609, what white noise scores over 236 bars. A thinly traded instrument is close to it, a smooth one below.

    Missing data
    ------------
    Missing minutes are left out and the series closes up; fewer than 200 bars, or no variation, is NaN.

    Source
    ------
    founder2025dripstone.
    """
    return band_share(clip_iqr(_traded_enough(bars.volume)))


@factor(fields=("volume",), session=("09:32", "14:57"))
def drip_stone_mad(bars: DayBars) -> PerInstrument:
    """The published form with the clip at median +- 3 normalised MAD in place of 3 IQR.

    3 * 1.4826 MAD is about 2.2 IQR of a normal, so it cuts lower. No clip where the MAD is 0 (half the bars or
    more hold one volume). Everything else, the null value and the missing-data rule are those of ``drip_stone``.

    Source
    ------
    founder2025dripstone; bigquant2026cowork, direction 4.
    """
    return band_share(clip_mad(_traded_enough(bars.volume)))


@factor(
    fields=("open", "high", "low", "close", "volume"),
    session=("09:31", "14:57"),
    columns=("drip_stone_buy", "drip_stone_sell", "drip_stone_net"),
)
def drip_stone_sides(bars: DayBars) -> Mapping[str, PerInstrument]:
    """The same share for bought and for sold volume apart, and the difference.

    A rising bar (close >= open) counts volume * (close - low) / (high - low) as bought, a falling one
    volume * (high - close) / (high - low) as sold; the other side, and a bar with no range (0.0001 yuan or less),
    counts 0.3 * volume. Bars 09:31..14:57, clip to median +- 3 * 1.4826 MAD, Hann window, zeros to 256.

    Returns
    -------
    drip_stone_buy, drip_stone_sell : (n,) in 0..1.
    drip_stone_net : (n,) in -1..1, buy less sell.

    Null value
    ----------
    0.603 for either side, 0 for the net.

    Missing data
    ------------
    As in ``drip_stone``; the net is NaN where either side is. A bar without prices counts 0.3 on both sides.

    Source
    ------
    bigquant2026cowork, last cell. There a failure is 0.0, here it is NaN.
    """
    span = bars.high - bars.low
    ranged = span > 0.0001
    span = np.where(ranged, span, 1.0)
    volume = _traded_enough(bars.volume)
    rest = 0.3 * volume
    bought = np.where(ranged & (bars.close >= bars.open), volume * (bars.close - bars.low) / span, rest)
    sold = np.where(ranged & (bars.close < bars.open), volume * (bars.high - bars.close) / span, rest)
    buy, sell = (band_share(clip_mad(side), n_fft=256) for side in (bought, sold))
    return {"drip_stone_buy": buy, "drip_stone_sell": sell, "drip_stone_net": buy - sell}


def _traded_enough(volume: InstrumentMinute) -> Floats:
    """The volume, NaN throughout for instruments with fewer than 200 bars."""
    enough = np.isfinite(volume).sum(axis=-1, keepdims=True) >= MIN_BARS
    return np.where(enough, volume, np.nan)
