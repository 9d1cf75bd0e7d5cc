"""Slow twins of ``kernels.run``: row after row."""

import math


def count_true(x: list[float]) -> list[float]:
    found: list[float] = []
    count = 0
    for value in x:
        count = 0 if math.isnan(value) or value == 0 else count + 1
        found.append(math.nan if math.isnan(value) else count)
    return found


def count_rises(x: list[float], count_equal: bool) -> list[float]:
    found: list[float] = []
    before, count = math.nan, 0
    for value in x:
        rose = value > before or (count_equal and value == before)
        count = count + 1 if rose else 0
        found.append(math.nan if math.isnan(value) else count)
        before = value
    return found


def exponential_mean(x: list[float], alpha: float) -> list[float]:
    found: list[float] = []
    mean = math.nan
    for value in x:
        if not math.isfinite(value):
            mean = math.nan
        elif math.isnan(mean):
            mean = value
        else:
            mean = alpha * value + (1 - alpha) * mean
        found.append(mean)
    return found


def stretches(there: list[bool]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for row, holds in enumerate(there):
        if holds and found and found[-1][1] == row:
            found[-1] = (found[-1][0], row + 1)
        elif holds:
            found.append((row, row + 1))
    return found
