"""Trading days of the Shanghai and Shenzhen exchanges, from exchange_calendars (XSHG).

The library knows the days from 1990-12-19 to the end of the last year for which the exchange has published its
holidays; asking beyond raises. A lake that holds ``all_trading_days`` knows better, and the lake room lets it win.
"""

import datetime
import re
import warnings
from functools import cache
from typing import TypeAlias

import numpy as np

from dripstone.arrays import Dates
from dripstone.errors import DataError

__all__ = ["FIRST_DAY", "Day", "as_day", "is_trading_day", "last_known_day", "trading_days"]

Day: TypeAlias = np.datetime64 | datetime.date | str
"""A date as people give it: datetime64, datetime.date or 'YYYY-MM-DD'."""

FIRST_DAY = np.datetime64("1990-12-19")
"""The first trading day of the Shanghai exchange."""

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def as_day(date: Day) -> np.datetime64:
    """A date as datetime64[D].

    Raises
    ------
    DataError : not a date; a month, a year or a word such as today is none.
    """
    if isinstance(date, str) and not _ISO_DAY.fullmatch(date):
        raise DataError("not a date", seen=date, expected="YYYY-MM-DD")
    try:
        day = np.datetime64(np.asarray(date, "datetime64[D]").item(), "D")
    except (TypeError, ValueError) as error:
        raise DataError("not a date", seen=date, expected="YYYY-MM-DD") from error
    if np.isnat(day):
        raise DataError("not a date", seen=date, expected="YYYY-MM-DD")
    return day


def trading_days(start: Day, end: Day) -> Dates:
    """The trading days start..end, both inclusive, as (n_day,) datetime64[D].

    Raises
    ------
    DataError : ``end`` is after the last day the calendar knows.
    """
    first, last = as_day(start), as_day(end)
    _require_known(last)
    days = _sessions()
    return days[np.searchsorted(days, first) : np.searchsorted(days, last, side="right")]


def is_trading_day(date: Day) -> bool:
    """Whether the exchanges are open on that date.

    Raises
    ------
    DataError : the date is after the last day the calendar knows.
    """
    day = as_day(date)
    _require_known(day)
    days = _sessions()
    at = int(np.searchsorted(days, day))
    return at < len(days) and bool(days[at] == day)


def last_known_day() -> np.datetime64:
    """The last date the calendar can speak about: 31 December of the last published year."""
    return np.datetime64(f"{_sessions()[-1].astype('datetime64[Y]')}-12-31")


def _require_known(day: np.datetime64) -> None:
    if day > last_known_day():
        raise DataError(
            "the trading calendar does not reach that far",
            seen=str(day),
            expected=f"a date up to {last_known_day()}",
            hint="update exchange_calendars, or ingest the table all_trading_days",
        )


@cache
def _sessions() -> Dates:
    # Imported on first use: it brings pandas, which costs half a second.
    import exchange_calendars

    with warnings.catch_warnings():
        # The library meets pandas' deprecations in its own time; its user can do nothing about them.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        calendar = exchange_calendars.get_calendar("XSHG", start=str(FIRST_DAY))
    return calendar.sessions.to_numpy().astype("datetime64[D]")
