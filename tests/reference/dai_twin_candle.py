"""Twins of the candle patterns that the platform lists, from TA-Lib's published rules and default settings.

A rule sees the candles up to the current one and gives -100, 0 or 100; rows without enough history give 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Values = Sequence[float]


@dataclass(frozen=True)
class Candle:
    open: float
    high: float
    low: float
    close: float

    @property
    def body(self) -> float:
        return abs(self.close - self.open)

    @property
    def reach(self) -> float:
        return self.high - self.low

    @property
    def top(self) -> float:
        return max(self.open, self.close)

    @property
    def bottom(self) -> float:
        return min(self.open, self.close)

    @property
    def upper(self) -> float:
        return self.high - self.top

    @property
    def lower(self) -> float:
        return self.bottom - self.low

    @property
    def white(self) -> bool:
        return self.close >= self.open


Candles = Sequence[Candle]
Rule = Callable[[Candles, int], int]


def _mean_body(candles: Candles, i: int) -> float:
    return sum(candle.body for candle in candles[i - 10 : i]) / 10


def _share_of_reach(share: float, rows: int, candles: Candles, i: int) -> float:
    return share * (sum(candle.reach for candle in candles[i - rows : i]) / rows)


def _tiny_shadow(candles: Candles, i: int) -> float:
    return _share_of_reach(0.1, 10, candles, i)


def _near(candles: Candles, i: int) -> float:
    return _share_of_reach(0.2, 5, candles, i)


def _far(candles: Candles, i: int) -> float:
    return _share_of_reach(0.6, 5, candles, i)


def two_crows(c: Candles, i: int) -> int:
    first, second, third = c[i - 2 : i + 1]
    found = (
        first.white
        and first.body > _mean_body(c, i - 2)
        and not second.white
        and second.bottom > first.top
        and not third.white
        and second.close < third.open < second.open
        and first.open < third.close < first.close
    )
    return -100 * found


def three_black_crows(c: Candles, i: int) -> int:
    before, *crows = c[i - 3 : i + 1]
    found = (
        before.white
        and all(not crow.white and crow.lower < _tiny_shadow(c, i - 2 + k) for k, crow in enumerate(crows))
        and all(b.close < a.close and a.close < b.open < a.open for a, b in pairwise(crows))
        and before.high > crows[0].close
    )
    return -100 * found


def three_red_soldiers(c: Candles, i: int) -> int:
    soldiers = c[i - 2 : i + 1]
    found = all(
        soldier.white and soldier.upper < _tiny_shadow(c, i - 2 + k) for k, soldier in enumerate(soldiers)
    ) and all(
        b.close > a.close and a.open < b.open <= a.close + _near(c, i - 2 + k) and b.body > a.body - _far(c, i - 2 + k)
        for k, (a, b) in enumerate(pairwise(soldiers))
    )
    return 100 * (found and soldiers[-1].body > _mean_body(c, i))


def hammer(c: Candles, i: int) -> int:
    now = c[i]
    found = now.body < _mean_body(c, i) and now.lower > now.body and now.upper < _tiny_shadow(c, i)
    return 100 * (found and now.bottom <= c[i - 1].low + _near(c, i - 1))


def _star(c: Candles, i: int) -> bool:
    now = c[i]
    return now.body < _mean_body(c, i) and now.upper > now.body and now.lower < _tiny_shadow(c, i)


def inverted_hammer(c: Candles, i: int) -> int:
    return 100 * (_star(c, i) and c[i].top < c[i - 1].bottom)


def shooting_star(c: Candles, i: int) -> int:
    return -100 * (_star(c, i) and c[i].bottom > c[i - 1].top)


def dark_cloud_cover(penetration: float) -> Rule:
    def rule(c: Candles, i: int) -> int:
        before, now = c[i - 1 : i + 1]
        found = (
            before.white
            and before.body > _mean_body(c, i - 1)
            and not now.white
            and now.open > before.high
            and before.open < now.close < before.close - before.body * penetration
        )
        return -100 * found

    return rule


def evening_star(penetration: float) -> Rule:
    def rule(c: Candles, i: int) -> int:
        first, star, last = c[i - 2 : i + 1]
        found = (
            first.white
            and first.body > _mean_body(c, i - 2)
            and star.body <= _mean_body(c, i - 1)
            and star.bottom > first.top
            and last.body > _mean_body(c, i)
            and not last.white
            and last.close < first.close - first.body * penetration
        )
        return -100 * found

    return rule


def morning_star(penetration: float) -> Rule:
    def rule(c: Candles, i: int) -> int:
        first, star, last = c[i - 2 : i + 1]
        found = (
            not first.white
            and first.body > _mean_body(c, i - 2)
            and star.body <= _mean_body(c, i - 1)
            and star.top < first.bottom
            and last.body > _mean_body(c, i)
            and last.white
            and last.close > first.close + first.body * penetration
        )
        return 100 * found

    return rule


def pattern(rule: Rule, history: int) -> Callable[..., list[Any]]:
    """The rule on every row that has ``history`` rows before it, 0 on the others."""

    def series_of(opens: Values, highs: Values, lows: Values, closes: Values) -> list[Any]:
        candles = [Candle(*values) for values in zip(opens, highs, lows, closes, strict=True)]
        return [rule(candles, i) if i >= history else 0 for i in range(len(candles))]

    return series_of


PATTERNS = {
    "2crows": pattern(two_crows, 12),
    "3black_crows": pattern(three_black_crows, 13),
    "3red_soldiers": pattern(three_red_soldiers, 12),
    "hammer": pattern(hammer, 11),
    "inverted_hammer": pattern(inverted_hammer, 11),
    "shooting_star": pattern(shooting_star, 11),
    "dark_cloud_cover": pattern(dark_cloud_cover(0.5), 11),
    "evening_star": pattern(evening_star(0.3), 12),
    "morning_star": pattern(morning_star(0.3), 12),
}
