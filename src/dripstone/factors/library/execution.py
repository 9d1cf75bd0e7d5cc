"""What one could have traded at: the prices that returns are made of."""

from collections.abc import Mapping

import numpy as np

from dripstone.arrays import Floats, PerInstrument
from dripstone.factors.spec import factor
from dripstone.lake.day import DayBars

FIRST, LAST = 9 * 60 + 31, 10 * 60


@factor(
    fields=("open", "close", "volume", "amount", "adjust_factor"),
    session=("09:25", "15:00"),
    columns=("vwap_open30", "first_open", "last_close", "adjust_factor"),
)
def execution(bars: DayBars) -> Mapping[str, PerInstrument]:
    """The day's execution prices, raw, and the factor that adjusts them.

    Returns
    -------
    vwap_open30 : (n,) yuan, sum of amount over sum of volume, bars 09:31..10:00, the auction left out.
    first_open : (n,) yuan, open of the first bar of the day, the opening auction where there is one.
    last_close : (n,) yuan, close of the last bar of the day, the closing auction on a whole day.
    adjust_factor : (n,) 1, cumulative, of the last bar that has one; NaN where the lake holds none.

    Null value
    ----------
    None: these are prices, no factor.

    Missing data
    ------------
    Missing bars are left out of the sums; vwap_open30 is NaN where nothing traded in the half hour.
    """
    opening = (bars.minutes >= FIRST) & (bars.minutes <= LAST)
    volume = np.nansum(bars.volume[:, opening], axis=1)
    amount = np.nansum(bars.amount[:, opening], axis=1)
    traded = volume > 0
    return {
        "vwap_open30": np.where(traded, amount / np.where(traded, volume, 1.0), np.nan),
        "first_open": _first(bars.open),
        "last_close": _first(bars.close[:, ::-1]),
        "adjust_factor": _first(bars.adjust_factor[:, ::-1]),
    }


def _first(values: Floats) -> PerInstrument:
    """The first finite value of each row; NaN in a row that has none."""
    at = np.isfinite(values).argmax(axis=1)
    return np.take_along_axis(values, at[:, np.newaxis], axis=1)[:, 0]
