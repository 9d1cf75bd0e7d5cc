"""How far a price may move in one day, by board."""

import numpy as np

from dripstone.arrays import Labels, PerInstrument
from dripstone.market.calendar import Day, as_day

__all__ = ["price_limit"]

_CHINEXT_WIDENED = np.datetime64("2020-08-24")


def price_limit(instruments: Labels, date: Day) -> PerInstrument:
    """The largest move from the previous close that the board allows, as a fraction of it.

    By code: 0.30 on the Beijing exchange (.BJ), 0.20 on STAR (688, 689) and, from 2020-08-24, on ChiNext
    (300, 301, 302), 0.10 elsewhere. A code does not tell risk-warned instruments (ST, 0.05 on the main board) nor
    the first days after listing (none); ``cn_stock_limit_price`` does, where the lake holds it.

    Parameters
    ----------
    instruments : (n,) codes such as '600519.SH'.
    date : the trading day.

    Returns
    -------
    (n,) float64, never NaN.
    """
    codes = np.asarray(instruments, np.str_)
    board = codes.astype("<U3")
    wide = np.isin(board, ["688", "689"])
    if as_day(date) >= _CHINEXT_WIDENED:
        wide |= np.isin(board, ["300", "301", "302"])
    return np.where(np.strings.endswith(codes, ".BJ"), 0.30, np.where(wide, 0.20, 0.10))
