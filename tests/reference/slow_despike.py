"""Slow twins of ``kernels.despike``: one row, one loop, from the definition."""

import math
import statistics


def finite(row: list[float]) -> list[float]:
    return [v for v in row if math.isfinite(v)]


def quantile(values: list[float], share: float) -> float:
    """Linear between order statistics: position share * (n - 1) counted from 0."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = int(position)
    if below + 1 == len(ordered):
        return ordered[below]
    part = position - below
    return ordered[below] * (1 - part) + ordered[below + 1] * part


def bounded(row: list[float], low: float, high: float) -> list[float]:
    return [min(max(v, low), high) if math.isfinite(v) else math.nan for v in row]


def clip_iqr(row: list[float], k: float = 3.0) -> list[float]:
    values = finite(row)
    if not values:
        return [math.nan] * len(row)
    spread = quantile(values, 0.75) - quantile(values, 0.25)
    centre = quantile(values, 0.5)
    reach = k * spread if spread > 0 else math.inf
    return bounded(row, centre - reach, centre + reach)


def clip_mad(row: list[float], k: float = 3.0) -> list[float]:
    values = finite(row)
    if not values:
        return [math.nan] * len(row)
    centre = statistics.median(values)
    mad = statistics.median([abs(v - centre) for v in values])
    reach = k * 1.4826 * mad if mad > 1e-8 else math.inf
    return bounded(row, centre - reach, centre + reach)


def clip_rolling_sd(row: list[float], window_min: int = 30, k: float = 3.0) -> list[float]:
    clipped: list[float] = []
    for minute, value in enumerate(row):
        window = finite(row[max(0, minute - window_min + 1) : minute + 1])
        if not math.isfinite(value):
            clipped.append(math.nan)
        elif len(window) < 2:
            clipped.append(value)
        else:
            centre, reach = statistics.fmean(window), k * statistics.stdev(window)
            clipped.append(min(max(value, centre - reach), centre + reach))
    return clipped
