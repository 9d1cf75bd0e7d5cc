"""The minutes of a trading day, by the END of their bar: 09:25 auction, 09:31..11:30, 13:01..15:00."""

import numpy as np

from dripstone.arrays import MinuteLabels
from dripstone.errors import FactorError

__all__ = ["AUCTION", "SESSION", "label", "minute_of", "session_minutes"]

AUCTION = 9 * 60 + 25
"""The opening auction's own bar, 09:25, in minutes since midnight."""

SESSION: MinuteLabels = np.concatenate([[AUCTION], np.arange(571, 691), np.arange(781, 901)]).astype(np.int16)
"""Every bar end of a day, 241 of them, in minutes since midnight."""


def minute_of(text: str) -> int:
    """'09:31' as minutes since midnight (571).

    Raises
    ------
    FactorError : not a bar end of the A-share day.
    """
    hours, colon, minutes = text.partition(":")
    if colon and hours.isdigit() and minutes.isdigit():
        minute = int(hours) * 60 + int(minutes)
        if minute in SESSION:
            return minute
    raise FactorError(
        "not a minute of the session", seen=text, expected="09:25, 09:31..11:30 or 13:01..15:00 (bar ends)"
    )


def label(minute: int) -> str:
    """Minutes since midnight as 'HH:MM'."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def session_minutes(first: str = "09:31", last: str = "15:00") -> MinuteLabels:
    """The bar ends from ``first`` to ``last``, both inclusive; 09:31..14:57 is 237 minutes."""
    low, high = minute_of(first), minute_of(last)
    if low > high:
        raise FactorError("the session ends before it begins", seen=(first, last), expected="first <= last")
    return SESSION[(low <= SESSION) & (high >= SESSION)]
