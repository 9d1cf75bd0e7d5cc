"""The calendar as tables, where the lake holds none of its own."""

import numpy as np
import pyarrow as pa

from dripstone.arrays import Dates
from dripstone.market.calendar import FIRST_DAY, last_known_day, trading_days

__all__ = ["CALENDARS", "calendar_rows"]

CALENDARS = ("all_trading_days", "trading_days", "holidays")


def calendar_rows(name: str, own: Dates) -> pa.Table:
    """The days of that table: from the lake's ``all_trading_days`` where it holds ``own`` ones, else from the calendar.

    The calendar reaches from the first day of the Shanghai exchange to the last day that is known.
    """
    days = own if len(own) else trading_days(FIRST_DAY, last_known_day())
    if name == "holidays":
        days = _weekdays_between(days)
    dates = pa.array(days.astype("datetime64[us]"))
    return pa.table({"date": dates, "market_code": pa.repeat("CN", len(days))})


def _weekdays_between(trading: Dates) -> Dates:
    closed = np.setdiff1d(np.arange(trading[0], trading[-1]), trading)
    return closed[np.is_busday(closed)]
