"""Slow twins of ``kernels.regression``: normal equations in fractions, solved by elimination, nothing rounded."""

import math
import statistics
from fractions import Fraction


def coefficients(y: list[float], regressors: list[list[float]]) -> list[float]:
    """Constant first. A regressor that those before it explain exactly gets 0."""
    columns = [[Fraction(1)] * len(y), *([Fraction(v) for v in column] for column in regressors)]
    return [float(beta) for beta in _solve(columns, [Fraction(v) for v in y])]


def residual(y: list[float], regressors: list[list[float]]) -> list[float]:
    columns = [[Fraction(1)] * len(y), *([Fraction(v) for v in column] for column in regressors)]
    return _residual(columns, y)


def residual_of_complete(y: list[float], regressors: list[list[float]]) -> list[float]:
    rows = [row for row in range(len(y)) if all(math.isfinite(column[row]) for column in (y, *regressors))]
    left = residual([y[row] for row in rows], [[column[row] for row in rows] for column in regressors])
    found = [math.nan] * len(y)
    for row, value in zip(rows, left, strict=True):
        found[row] = value
    return found


def standardize(x: list[float]) -> list[float]:
    if not all(map(math.isfinite, x)):
        return [math.nan] * len(x)
    median = statistics.median(x)
    reach = 3 * 1.4826 * statistics.median([abs(v - median) for v in x])
    clipped = [min(max(v, median - reach), median + reach) for v in x]
    if min(clipped) == max(clipped):
        return [math.nan] * len(x)
    mean, sd = statistics.fmean(clipped), statistics.stdev(clipped)
    return [(v - mean) / sd for v in clipped]


def neutralize(y: list[float], groups: list[int], exposures: list[list[float]]) -> list[float]:
    """With a column of noughts and ones for each group, as the definition has it."""
    if min(groups) < 0 or not all(math.isfinite(v) for column in (y, *exposures) for v in column):
        return [math.nan] * len(y)
    dummies = [[Fraction(int(each == group)) for each in groups] for group in sorted(set(groups))]
    return _residual([*dummies, *([Fraction(v) for v in column] for column in exposures)], y)


def _residual(columns: list[list[Fraction]], y: list[float]) -> list[float]:
    exact = [Fraction(v) for v in y]
    betas = _solve(columns, exact)
    fitted = [sum(b * column[row] for b, column in zip(betas, columns, strict=True)) for row in range(len(y))]
    return [float(v - f) for v, f in zip(exact, fitted, strict=True)]


def _solve(columns: list[list[Fraction]], y: list[Fraction]) -> list[Fraction]:
    """The normal equations by Gauss and Jordan; a column without a pivot is explained by others, and gets 0."""
    k = len(columns)
    rows = [[_dot(a, b) for b in columns] + [_dot(a, y)] for a in columns]
    for pivot in range(k):
        if rows[pivot][pivot] == 0:
            continue
        rows[pivot] = [v / rows[pivot][pivot] for v in rows[pivot]]
        for other in range(k):
            if other != pivot:
                rows[other] = [v - rows[other][pivot] * p for v, p in zip(rows[other], rows[pivot], strict=True)]
    return [rows[i][k] if rows[i][i] != 0 else Fraction(0) for i in range(k)]


def _dot(a: list[Fraction], b: list[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))
