"""Slow twins of ``kernels.rolling``: one instrument's days, one window at a time."""

import math
import statistics


def windows(days: list[float], span: int) -> list[list[float]]:
    return [[v for v in days[max(0, d - span + 1) : d + 1] if math.isfinite(v)] for d in range(len(days))]


def mean(days: list[float], span: int, least: int) -> list[float]:
    return [statistics.fmean(w) if len(w) >= least else math.nan for w in windows(days, span)]


def sd(days: list[float], span: int, least: int) -> list[float]:
    return [statistics.stdev(w) if len(w) >= max(least, 2) else math.nan for w in windows(days, span)]
