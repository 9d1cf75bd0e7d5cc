"""Twins of the technical indicators on one series without NULL, oldest first, from TA-Lib's published definitions.

A row for which there is not enough history is NULL. ``dai_twin.by_run`` cuts a partition at its NULLs.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

Values = Sequence[float]
Result = list[Any]
Indicator = Callable[..., Result]


def moving(statistic: Callable[[Values], float], n: int) -> Indicator:
    return lambda xs: [statistic(xs[i - n + 1 : i + 1]) if i >= n - 1 else None for i in range(len(xs))]


def sma(n: int) -> Indicator:
    return moving(lambda window: math.fsum(window) / n, n)


def rolling_sum(n: int) -> Indicator:
    return moving(math.fsum, n)


def wma(n: int) -> Indicator:
    return moving(lambda window: math.fsum(i * x for i, x in enumerate(window, 1)) / (n * (n + 1) / 2), n)


def trima(n: int) -> Indicator:
    """Weights 1, 2, .., 2, 1."""
    weights = [min(i, n + 1 - i) for i in range(1, n + 1)]
    return moving(lambda xs: math.fsum(w * x for w, x in zip(weights, xs, strict=True)) / sum(weights), n)


def after_nulls(indicator: Indicator, xs: Result) -> Result:
    """The indicator on what follows the leading NULLs."""
    start = next((i for i, x in enumerate(xs) if x is not None), len(xs))
    return [None] * start + indicator(xs[start:])


def smoothed(xs: Values, n: int, alpha: float) -> Result:
    """Seeded with the mean of the first n, then y + alpha * (x - y)."""
    if len(xs) < n:
        return [None] * len(xs)
    result: Result = [None] * (n - 1) + [math.fsum(xs[:n]) / n]
    for x in xs[n:]:
        result.append(result[-1] + alpha * (x - result[-1]))
    return result


def ema(n: int) -> Indicator:
    return lambda xs: smoothed(xs, n, 2 / (n + 1))


def ewm(alpha: float) -> Indicator:
    """Begun with the first value itself."""
    return lambda xs: smoothed(xs, 1, alpha)


def _chain(xs: Values, n: int, times: int) -> list[Result]:
    chain: list[Result] = [list(xs)]
    for _ in range(times):
        chain.append(after_nulls(ema(n), chain[-1]))
    return chain[1:]


def _combined(coefficients: Values, parts: Sequence[Result]) -> Result:
    return [
        None if None in values else math.fsum(c * v for c, v in zip(coefficients, values, strict=True))
        for values in zip(*parts, strict=True)
    ]


def dema(n: int) -> Indicator:
    return lambda xs: _combined([2, -1], _chain(xs, n, 2))


def tema(n: int) -> Indicator:
    return lambda xs: _combined([3, -3, 1], _chain(xs, n, 3))


def kama(n: int) -> Indicator:
    """The efficiency ratio over n steps sets the weight between those of 2 and of 30 rows."""
    fast, slow = 2 / 3, 2 / 31

    def series_of(xs: Values) -> Result:
        result: Result = [None] * min(n, len(xs))
        level = xs[n - 1] if len(xs) >= n else math.nan
        for i in range(n, len(xs)):
            way = math.fsum(abs(xs[j] - xs[j - 1]) for j in range(i - n + 1, i + 1))
            efficiency = abs(xs[i] - xs[i - n]) / way if way else 1.0
            level += (efficiency * (fast - slow) + slow) ** 2 * (xs[i] - level)
            result.append(level)
        return result

    return series_of


def mom(n: int) -> Indicator:
    return lambda xs: [xs[i] - xs[i - n] if i >= n else None for i in range(len(xs))]


def roc(n: int) -> Indicator:
    """In per cent; 0 where there is nothing to divide by."""

    def rate(now: float, then: float) -> float:
        return (now / then - 1) * 100 if then else 0.0

    return lambda xs: [rate(xs[i], xs[i - n]) if i >= n else None for i in range(len(xs))]


def trix(n: int) -> Indicator:
    return lambda xs: after_nulls(roc(1), _chain(xs, n, 3)[-1])


def wilder(xs: Values, n: int) -> Result:
    """Seeded with the mean of the first n, then weight 1 / n."""
    return smoothed(xs, n, 1 / n)


def rsi(n: int) -> Indicator:
    def series_of(xs: Values) -> Result:
        steps = [b - a for a, b in pairwise(xs)]
        gains = wilder([max(step, 0.0) for step in steps], n)
        losses = wilder([max(-step, 0.0) for step in steps], n)
        result: Result = [None]
        for gain, loss in zip(gains, losses, strict=True):
            result.append(None if gain is None else 100 * gain / (gain + loss) if gain + loss else 0.0)
        return result

    return series_of


def willr(n: int) -> Indicator:
    def series_of(high: Values, low: Values, close: Values) -> Result:
        tops, bottoms = moving(max, n)(high), moving(min, n)(low)
        return [
            None if top is None else (top - last) / (top - bottom) * -100 if top > bottom else 0.0
            for top, bottom, last in zip(tops, bottoms, close, strict=True)
        ]

    return series_of


def true_ranges(high: Values, low: Values, close: Values) -> list[float]:
    """From the second row on."""
    return [
        max(high[i] - low[i], abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1])) for i in range(1, len(close))
    ]


def atr(n: int) -> Indicator:
    return lambda high, low, close: [None, *wilder(true_ranges(high, low, close), n)]


def _directional(high: Values, low: Values) -> tuple[list[float], list[float]]:
    """Moves up and down, from the second row on: the larger one counts, where it is a move."""
    ups, downs = [], []
    for i in range(1, len(high)):
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        ups.append(up if up > down and up > 0 else 0.0)
        downs.append(down if down > up and down > 0 else 0.0)
    return ups, downs


def _wilder_sums(xs: Values, n: int) -> Result:
    """The sum of the first n - 1, then less its nth part and plus the new one; the sums after the first."""
    level = math.fsum(xs[: n - 1])
    result: Result = []
    for x in xs[n - 1 :]:
        level += x - level / n
        result.append(level)
    return result


def adx(n: int) -> Indicator:
    """The first is the mean of n DX; a row without a range or a direction leaves it as it is."""

    def series_of(high: Values, low: Values, close: Values) -> Result:
        sums = (_wilder_sums(xs, n) for xs in (*_directional(high, low), true_ranges(high, low, close)))
        moves: Result = []
        for up, down, reach in zip(*sums, strict=True):
            known = bool(reach) and up + down > 1e-14 * reach
            moves.append(100 * abs(up - down) / (up + down) if known else None)
        if len(moves) < n:
            return [None] * len(close)
        level = math.fsum(move or 0.0 for move in moves[:n]) / n
        result: Result = [None] * (2 * n - 1) + [level]
        for move in moves[n:]:
            level = level if move is None else (level * (n - 1) + move) / n
            result.append(level)
        return result

    return series_of


def adxr(n: int) -> Indicator:
    def series_of(high: Values, low: Values, close: Values) -> Result:
        values = adx(n)(high, low, close)
        before = [None] * (n - 1) + values[: len(values) - n + 1]
        return [None if a is None or b is None else (a + b) / 2 for a, b in zip(values, before, strict=False)]

    return series_of


def cci(n: int) -> Indicator:
    def statistic(typical: Values) -> float:
        centre = math.fsum(typical) / n
        spread = math.fsum(abs(x - centre) for x in typical) / n
        return (typical[-1] - centre) / (0.015 * spread) if spread and typical[-1] != centre else 0.0

    return lambda high, low, close: moving(statistic, n)([sum(bar) / 3 for bar in zip(high, low, close, strict=True)])


def mfi(n: int) -> Indicator:
    """Flows of less than 1 in all give 0."""

    def series_of(high: Values, low: Values, close: Values, volume: Values) -> Result:
        typical = [sum(bar) / 3 for bar in zip(high, low, close, strict=True)]
        flows = [t * v for t, v in zip(typical, volume, strict=True)]
        result: Result = []
        for i in range(len(close)):
            window = range(i - n + 1, i + 1)
            if i < n:
                result.append(None)
                continue
            into = math.fsum(flows[j] for j in window if typical[j] > typical[j - 1])
            out = math.fsum(flows[j] for j in window if typical[j] < typical[j - 1])
            result.append(100 * into / (into + out) if into + out >= 1 else 0.0)
        return result

    return series_of


def obv(close: Values, volume: Values) -> Result:
    result: Result = [volume[0]]
    for i in range(1, len(close)):
        sign = (close[i] > close[i - 1]) - (close[i] < close[i - 1])
        result.append(result[-1] + sign * volume[i])
    return result


def ad(high: Values, low: Values, close: Values, volume: Values) -> Result:
    level, result = 0.0, []
    for top, bottom, last, size in zip(high, low, close, volume, strict=True):
        if top > bottom:
            level += ((last - bottom) - (top - last)) / (top - bottom) * size
        result.append(level)
    return result


def beta(n: int) -> Indicator:
    """Slope of the second series' one-row returns on the first one's, over n returns; 0 where it has no slope."""

    def returns(xs: Values) -> list[float]:
        return [b / a - 1 if a else 0.0 for a, b in pairwise(xs)]

    def series_of(first: Values, second: Values) -> Result:
        xs, ys = returns(first), returns(second)
        result: Result = [None] * min(n, len(first))
        for i in range(n, len(first)):
            x, y = xs[i - n : i], ys[i - n : i]
            mx, my = math.fsum(x) / n, math.fsum(y) / n
            sxx = math.fsum((a - mx) ** 2 for a in x)
            sxy = math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
            result.append(sxy / sxx if sxx > 1e-15 else 0.0)
        return result

    return series_of


def bias(n: int) -> Indicator:
    def series_of(xs: Values) -> Result:
        return [None if m is None else (x - m) / m if m else None for x, m in zip(xs, sma(n)(xs), strict=True)]

    return series_of
