"""Twins of the functions over a rolling window or a whole series: ranks, extremes, weights, runs, regressions.

A statistic takes full windows without NULL (``dai_twin.rolling``); a function of series takes a whole partition.
"""

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from tests.reference.dai_twin import Series, SeriesFunction, windows
from tests.reference.dai_twin_statistic import (
    Values,
    average_rank,
    mean,
    residuals,
    solve,
    std,
    weighted_mean,
    weighted_std,
)


def lag(n: int, default: Any = None) -> SeriesFunction:
    """The value n rows before, after for n < 0."""
    return lambda xs: [xs[i - n] if 0 <= i - n < len(xs) else default for i in range(len(xs))]


def delta(n: int) -> SeriesFunction:
    def series_of(xs: Series) -> list[Any]:
        return [None if x is None or y is None else x - y for x, y in zip(xs, lag(n)(xs), strict=True)]

    return series_of


def running(operation: Callable[[Any, Any], Any]) -> SeriesFunction:
    """Over the values so far; a NULL is passed over, and shows what the values before it give."""

    def series_of(xs: Series) -> list[Any]:
        return list(itertools.accumulate(xs, lambda a, b: b if a is None else a if b is None else operation(a, b)))

    return series_of


cumsum, cumprod = running(operator.add), running(operator.mul)
cummax, cummin = running(max), running(min)


def rank_in(*, method: str = "average", ascending: bool = True, share: bool = False) -> Callable[[Values], float]:
    """Rank of the last value of a window, or its share of the window."""

    def statistic(xs: Values) -> float:
        rank = average_rank(xs[-1], xs, method=method, ascending=ascending)
        return rank / len(xs) if share else rank

    return statistic


def ts_rank(xs: Values) -> float | None:
    return (average_rank(xs[-1], xs, method="min") - 1) / (len(xs) - 1) if len(xs) > 1 else None


def ts_scale(xs: Values) -> float | None:
    low, high = min(xs), max(xs)
    return (xs[-1] - low) / (high - low) if high > low else None


def ts_zscore(xs: Values) -> float | None:
    centre, spread = mean(xs), std(xs)
    return (xs[-1] - centre) / spread if spread and centre is not None else None


def decay_linear(xs: Values) -> float:
    return math.fsum(i * x for i, x in enumerate(xs, 1)) / sum(range(1, len(xs) + 1))


def imax(xs: Values) -> int:
    """0 is the oldest row; of equals the oldest."""
    return list(xs).index(max(xs))


def imin(xs: Values) -> int:
    return list(xs).index(min(xs))


def arg_max(args: Series, vals: Values) -> Any:
    return args[imax(vals)]


def arg_min(args: Series, vals: Values) -> Any:
    return args[imin(vals)]


def nth(k: int) -> Callable[[Series], Any]:
    return lambda xs: xs[k - 1] if k <= len(xs) else None


def at_extreme(statistic: Callable[[Values], Any], k: int, *, greatest: bool) -> Callable[[Values, Values], Any]:
    """The statistic of arg on the k rows with the greatest or least val; of equal ones the earlier."""

    def of_window(args: Values, vals: Values) -> Any:
        order = sorted(range(len(vals)), key=lambda i: (-vals[i] if greatest else vals[i], i))
        return statistic([args[i] for i in order[:k]])

    return of_window


def extreme_delta(k: int) -> Callable[[Values, Values], float]:
    above, below = at_extreme(math.fsum, k, greatest=True), at_extreme(math.fsum, k, greatest=False)
    return lambda args, vals: above(args, vals) - below(args, vals)


def first_k(statistic: Callable[[Values], Any], k: int) -> SeriesFunction:
    """Of the first k rows of the partition, on every row; NULL for fewer rows or a NULL among them."""

    def series_of(xs: Series) -> list[Any]:
        head = xs[:k]
        return [None if len(head) < k or None in head else statistic(head)] * len(xs)

    return series_of


def consecutive_rises(*, count_equal: bool = False) -> SeriesFunction:
    """0 on the first row; NULL gives NULL, and the row behind it cannot have risen."""

    def series_of(xs: Series) -> list[Any]:
        result: list[Any] = []
        count, before = 0, None
        for x in xs:
            rose = x is not None and before is not None and (x > before or (count_equal and x == before))
            count = count + 1 if rose else 0
            result.append(None if x is None else count)
            before = x
        return result

    return series_of


def consecutive_trues(xs: Series) -> list[Any]:
    result: list[Any] = []
    count = 0
    for x in xs:
        count = count + 1 if x else 0
        result.append(None if x is None else count)
    return result


def fillna(w: int) -> SeriesFunction:
    def series_of(xs: Series) -> list[Any]:
        means = [mean([x for x in window if x is not None]) for (window,) in windows(w, xs)]
        return [filled if x is None else x for x, filled in zip(xs, means, strict=True)]

    return series_of


def fillna_weighted(w: int) -> SeriesFunction:
    def series_of(xs: Series, weights: Series) -> list[Any]:
        result = []
        for x, (values, masses) in zip(xs, windows(w, xs, weights), strict=True):
            kept = [(v, m) for v, m in zip(values, masses, strict=True) if v is not None and m is not None]
            result.append(weighted_mean([v for v, _ in kept], [m for _, m in kept]) if x is None else x)
        return result

    return series_of


def winsorize_nsigma(n: float) -> Callable[[Values], float | None]:
    def statistic(xs: Values) -> float | None:
        centre, spread = mean(xs), std(xs)
        return None if centre is None or spread is None else min(max(xs[-1], centre - n * spread), centre + n * spread)

    return statistic


def winsorize_weighted_nsigma(n: float) -> Callable[[Values, Values], float | None]:
    def statistic(xs: Values, weights: Values) -> float | None:
        centre, spread = weighted_mean(xs, weights), weighted_std(xs, weights)
        return None if centre is None or spread is None else min(max(xs[-1], centre - n * spread), centre + n * spread)

    return statistic


def _design(xs: Sequence[Values]) -> list[list[float]]:
    return [[1.0, *values] for values in zip(*xs, strict=True)]


def ols_intercept(ys: Values, *xs: Values) -> float | None:
    fitted = solve(_design(xs), ys)
    return None if fitted is None else fitted[0]


def ols_last_residual(ys: Values, *xs: Values) -> float:
    return residuals(_design(xs), ys)[-1]


def trend_residual(ys: Values) -> float:
    """Of the last row, in the regression on 1..w and a constant."""
    return ols_last_residual(ys, list(range(1, len(ys) + 1)))
