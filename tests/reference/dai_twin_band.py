"""Twins of the indicators with several outputs: bands, MACD, stochastics, Aroon, parabolic SAR. Lists are the rows."""

import math
from collections.abc import Callable

from tests.reference.dai_twin_indicator import Indicator, Result, Values, after_nulls, ema, moving


def item(f: Indicator, place: int) -> Indicator:
    """One output, counted from 1 as in SQL."""
    return lambda *series: [None if values is None else values[place - 1] for values in f(*series)]


def _rows(*outputs: Result) -> Result:
    return [None if None in values else list(values) for values in zip(*outputs, strict=True)]


def bbands(n: int, up: float, down: float) -> Indicator:
    """[mean + up * population deviation, mean, mean - down * population deviation]."""

    def statistic(xs: Values) -> list[float]:
        centre = math.fsum(xs) / n
        spread = math.sqrt(math.fsum((x - centre) ** 2 for x in xs) / n)
        return [centre + up * spread, centre, centre - down * spread]

    return moving(statistic, n)


def macd(fast: int, slow: int, signal: int, *, bar: int = 1) -> Indicator:
    """[DIF, DEA, bar * (DIF - DEA)], all from row slow + signal - 1; both averages begin on row ``slow``."""

    def series_of(xs: Values) -> Result:
        quick: Result = [None] * (slow - fast) + ema(fast)(xs[slow - fast :])
        quick = quick[: len(xs)]
        slower = ema(slow)(xs)
        dif = [None if b is None else a - b for a, b in zip(quick, slower, strict=True)]
        dea = after_nulls(ema(signal), dif)
        hist = [None if b is None else bar * (a - b) for a, b in zip(dif, dea, strict=True)]
        return _rows(dif, dea, hist)

    return series_of


def stoch(fastk: int, slowk: int, slowd: int) -> Indicator:
    """[K, D] by exponential averages of these very periods."""

    def series_of(high: Values, low: Values, close: Values) -> Result:
        tops, bottoms = moving(max, fastk)(high), moving(min, fastk)(low)
        raw: Result = [
            None if top is None else 100 * (last - bottom) / (top - bottom) if top > bottom else 0.0
            for top, bottom, last in zip(tops, bottoms, close, strict=True)
        ]
        k = after_nulls(ema(slowk), raw)
        return _rows(k, after_nulls(ema(slowd), k))

    return series_of


def kdj(fastk: int, slowk: int, slowd: int) -> Indicator:
    """[K, D, 3K - 2D]; a period x is taken as 2x - 1, so that the weight of a row is 1/x."""

    def series_of(high: Values, low: Values, close: Values) -> Result:
        pairs = stoch(fastk, 2 * slowk - 1, 2 * slowd - 1)(high, low, close)
        return [None if pair is None else [*pair, 3 * pair[0] - 2 * pair[1]] for pair in pairs]

    return series_of


def aroon(n: int) -> Indicator:
    """[down, up]: 100 * (n - rows since the extreme of n + 1 rows) / n, of equal extremes the newest."""

    def since(xs: Values, pick: Callable[[Values], float]) -> int:
        return list(reversed(xs)).index(pick(xs))

    def series_of(high: Values, low: Values) -> Result:
        result: Result = []
        for i in range(len(high)):
            lows, highs = low[max(0, i - n) : i + 1], high[max(0, i - n) : i + 1]
            row = [100 * (n - since(lows, min)) / n, 100 * (n - since(highs, max)) / n]
            result.append(row if i >= n else None)
        return result

    return series_of


def aroonosc(n: int) -> Indicator:
    return lambda high, low: [None if row is None else row[1] - row[0] for row in aroon(n)(high, low)]


def sar(acceleration: float, maximum: float) -> Indicator:
    """Wilder's stop and reverse. It starts short where the second row's move down is the larger one."""

    def series_of(high: Values, low: Values) -> Result:
        if len(high) < 2:
            return [None] * len(high)
        down, up = low[0] - low[1], high[1] - high[0]
        long = not (down > 0 and down > up)
        extreme, stop = (high[1], low[0]) if long else (low[1], high[0])
        step = min(acceleration, maximum)
        result: Result = [None]
        # The first step looks at the second row as if it were the row before, too.
        before = 1
        for i in range(1, len(high)):
            turned = low[i] <= stop if long else high[i] >= stop
            if turned:
                long = not long
                stop = _beyond(extreme, high, low, (before, i), long=long)
                result.append(stop)
                step, extreme = min(acceleration, maximum), high[i] if long else low[i]
            else:
                result.append(stop)
                if (high[i] > extreme) if long else (low[i] < extreme):
                    extreme = high[i] if long else low[i]
                    step = min(step + acceleration, maximum)
            stop = _beyond(stop + step * (extreme - stop), high, low, (before, i), long=long)
            before = i
        return result

    return series_of


def _beyond(stop: float, high: Values, low: Values, rows: tuple[int, int], *, long: bool) -> float:
    """The stop, moved out of the ranges of two rows."""
    return min(stop, *(low[i] for i in rows)) if long else max(stop, *(high[i] for i in rows))
