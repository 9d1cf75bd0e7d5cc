"""Slow twins of ``kernels.window``: one window at a time, from the definition."""

import math
import statistics
from collections.abc import Callable

from tests.reference import slow_regression

MISSING = math.nan


def over(span: int, statistic: Callable[..., float], *series: list[float]) -> list[float]:
    """The statistic of every window that is full in all the series."""
    found: list[float] = []
    for row in range(len(series[0])):
        windows = [values[row - span + 1 : row + 1] for values in series] if row + 1 >= span else []
        full = bool(windows) and all(math.isfinite(v) for window in windows for v in window)
        found.append(statistic(*windows) if full else MISSING)
    return found


def rank(x: list[float], span: int, method: str, ascending: bool) -> list[float]:
    def of(window: list[float]) -> float:
        ordered = sorted(window, reverse=not ascending)
        places = [place for place, value in enumerate(ordered, start=1) if value == window[-1]]
        return {"min": min(places), "max": max(places), "avg": statistics.fmean(places)}[method]

    return over(span, of, x)


def place(x: list[float], span: int, largest: bool) -> list[float]:
    return over(span, lambda window: window.index(max(window) if largest else min(window)), x)


def decay_linear(x: list[float], span: int) -> list[float]:
    weights = range(1, span + 1)
    return over(span, lambda window: math.fsum(w * v for w, v in zip(weights, window, strict=True)) / sum(weights), x)


def describe(values: list[float], statistic: str) -> float:
    if statistic.endswith("samp") and len(values) == 1:
        return MISSING
    return {
        "sum": math.fsum,
        "avg": statistics.fmean,
        "std_samp": statistics.stdev,
        "std_pop": statistics.pstdev,
        "var_samp": statistics.variance,
        "var_pop": statistics.pvariance,
    }[statistic](values)


def of_k(x: list[float], by: list[float], span: int, k: int, side: str, statistic: str) -> list[float]:
    def of(window: list[float], keys: list[float]) -> float:
        left, taken = list(range(span)), []
        for _ in range(k):
            best = left[0]
            for row in left:
                if keys[row] > keys[best] if side == "greatest" else keys[row] < keys[best]:
                    best = row
            taken.append(window[best])
            left.remove(best)
        return describe(taken, statistic)

    return over(span, of, x, by)


def of_first_k(x: list[float], k: int, statistic: str) -> list[float]:
    firsts = x[:k]
    known = len(firsts) == k and all(math.isfinite(v) for v in firsts)
    return [describe(firsts, statistic) if known else MISSING] * len(x)


def weighted_sd(x: list[float], weight: list[float], span: int) -> list[float]:
    def of(window: list[float], weights: list[float]) -> float:
        total = math.fsum(weights)
        if total <= 0:
            return MISSING
        mean = math.fsum(w * v for w, v in zip(weights, window, strict=True)) / total
        return math.sqrt(max(math.fsum(w * (v - mean) ** 2 for w, v in zip(weights, window, strict=True)) / total, 0.0))

    return over(span, of, x, weight)


def last_residual(y: list[float], regressors: list[list[float]], span: int) -> list[float]:
    def of(window: list[float], *columns: list[float]) -> float:
        used = [list(column) for column in columns] or [[float(row) for row in range(1, span + 1)]]
        return slow_regression.residual(window, used)[-1]

    return over(span, of, y, *regressors)


def intercept(y: list[float], regressors: list[list[float]], span: int) -> list[float]:
    return over(span, lambda window, *columns: slow_regression.coefficients(window, list(columns))[0], y, *regressors)
