"""Which days are trading days: as the lake's all_trading_days says within its range, else as the calendar says."""

import numpy as np

from dripstone.arrays import Dates
from dripstone.lake.lake import BarLake
from dripstone.market.calendar import is_trading_day, trading_days

__all__ = ["TradingDays"]

_LONGEST_BREAK = np.timedelta64(40, "D")
_DAY = np.timedelta64(1, "D")


class TradingDays:
    """The trading days of one lake, as they are when it is made.

    Every method raises a DataError for a day that neither the lake nor the calendar knows.
    """

    def __init__(self, lake: BarLake) -> None:
        self.own = lake.dates("all_trading_days")

    def holds(self, day: np.datetime64) -> bool:
        """Whether it is a trading day."""
        return bool(np.isin(day, self.own)) if self._knows(day) else is_trading_day(day)

    def before(self, day: np.datetime64) -> np.datetime64 | None:
        """The trading day before; None where nothing earlier is known."""
        earlier = self.own[self.own < day] if self._knows(day) else trading_days(day - _LONGEST_BREAK, day - _DAY)
        return earlier[-1] if len(earlier) else None

    def between(self, first: np.datetime64, last: np.datetime64) -> Dates:
        """The trading days first..last, both inclusive."""
        if not len(self.own):
            return trading_days(first, last)
        own = self.own[(self.own >= first) & (self.own <= last)]
        before, after = self.own[0] - _DAY, self.own[-1] + _DAY
        earlier = trading_days(first, min(before, last)) if first <= before else own[:0]
        later = trading_days(max(after, first), last) if last >= after else own[:0]
        return np.concatenate([earlier, own, later])

    def _knows(self, day: np.datetime64) -> bool:
        return bool(len(self.own) and self.own[0] <= day <= self.own[-1])
