"""Statistics of a list of values without NULL: plain definitions, exactly rounded sums."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

Values = Sequence[float]


def total(xs: Values) -> float | None:
    return math.fsum(xs) if xs else None


def mean(xs: Values) -> float | None:
    return math.fsum(xs) / len(xs) if xs else None


def smallest(xs: Values) -> float | None:
    return min(xs, default=None)


def largest(xs: Values) -> float | None:
    return max(xs, default=None)


def _square(xs: Values, ys: Values) -> float:
    """Sum of the products of deviations from the means: exactly 0 where one is constant."""
    if len(set(xs)) == 1 or len(set(ys)) == 1:
        return 0.0
    mx, my = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    return math.fsum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))


def variance(xs: Values, lost: int = 1) -> float | None:
    return _square(xs, xs) / (len(xs) - lost) if len(xs) > lost else None


def variance_pop(xs: Values) -> float | None:
    return variance(xs, 0)


def std(xs: Values) -> float | None:
    spread = variance(xs)
    return None if spread is None else math.sqrt(spread)


def std_pop(xs: Values) -> float | None:
    spread = variance(xs, 0)
    return None if spread is None else math.sqrt(spread)


def median(xs: Values) -> float | None:
    ordered, n = sorted(xs), len(xs)
    return (ordered[n // 2] + ordered[(n - 1) // 2]) / 2 if n else None


def mad(xs: Values) -> float | None:
    centre = median(xs)
    return None if centre is None else median([abs(x - centre) for x in xs])


def mode(xs: Sequence[Any]) -> Any:
    """The most frequent; of equally frequent ones the earliest."""
    counts = Counter(xs)
    return max(xs, key=lambda x: (counts[x], -xs.index(x)), default=None)


def product(xs: Values) -> float | None:
    return math.prod(xs) if xs else None


def _moment(xs: Values, power: int) -> float:
    centre = math.fsum(xs) / len(xs)
    return math.fsum((x - centre) ** power for x in xs) / len(xs)


def skewness(xs: Values) -> float | None:
    """G1, the bias-corrected skewness."""
    n = len(xs)
    if n < 3 or not _square(xs, xs):
        return None
    return math.sqrt(n * (n - 1)) / (n - 2) * _moment(xs, 3) / _moment(xs, 2) ** 1.5


def kurtosis(xs: Values) -> float | None:
    """G2, the bias-corrected excess kurtosis."""
    n = len(xs)
    if n < 4 or not _square(xs, xs):
        return None
    excess = _moment(xs, 4) / _moment(xs, 2) ** 2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6)


def entropy(xs: Sequence[Any]) -> float:
    """In bits, of the frequencies of the values."""
    return -math.fsum(count / len(xs) * math.log2(count / len(xs)) for count in Counter(xs).values())


def bits(operation: Callable[[int, int], int]) -> Callable[[Sequence[int]], int]:
    return lambda xs: reduce(operation, xs)


def quantile_disc(pos: str) -> Callable[[Values], float | None]:
    """The smallest value that at least the share pos of the values does not exceed."""
    share = Fraction(pos)
    return lambda xs: sorted(xs)[max(math.ceil(share * len(xs)), 1) - 1] if xs else None


def quantile_cont(pos: str) -> Callable[[Values], float | None]:
    """Linear interpolation between the values beside place pos * (n - 1)."""

    def interpolated(xs: Values) -> float | None:
        if not xs:
            return None
        ordered, place = sorted(xs), Fraction(pos) * (len(xs) - 1)
        below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
        return below + (above - below) * float(place % 1)

    return interpolated


def _products(ys: Values, xs: Values) -> tuple[float, float, float]:
    """Sums of squared deviations of y and x, and of their products."""
    return _square(ys, ys), _square(xs, xs), _square(ys, xs)


def covariance(lost: int) -> Callable[[Values, Values], float | None]:
    return lambda ys, xs: _products(ys, xs)[2] / (len(ys) - lost) if len(ys) > lost else None


def correlation(ys: Values, xs: Values) -> float | None:
    syy, sxx, sxy = _products(ys, xs)
    return sxy / math.sqrt(syy * sxx) if syy and sxx else None


def slope(ys: Values, xs: Values) -> float | None:
    _, sxx, sxy = _products(ys, xs)
    return sxy / sxx if sxx else None


def intercept(ys: Values, xs: Values) -> float | None:
    steep = slope(ys, xs)
    return None if steep is None else math.fsum(ys) / len(ys) - steep * math.fsum(xs) / len(xs)


def r2(ys: Values, xs: Values) -> float | None:
    """NULL where x is constant, 1 where only y is."""
    syy, sxx, sxy = _products(ys, xs)
    if not sxx:
        return None
    return sxy**2 / (sxx * syy) if syy else 1.0


def syy(ys: Values, xs: Values) -> float:
    return _products(ys, xs)[0]


def sxx(ys: Values, xs: Values) -> float:
    return _products(ys, xs)[1]


def sxy(ys: Values, xs: Values) -> float:
    return _products(ys, xs)[2]


def weighted_mean(xs: Values, weights: Values) -> float | None:
    mass = math.fsum(weights)
    return math.fsum(x * w for x, w in zip(xs, weights, strict=True)) / mass if xs and mass else None


def weighted_std(xs: Values, weights: Values) -> float | None:
    """Population form: the root of the weighted mean of squared deviations from the weighted mean."""
    centre = weighted_mean(xs, weights)
    if centre is None:
        return None
    spread = weighted_mean([(x - centre) ** 2 for x in xs], weights)
    return None if spread is None else math.sqrt(spread)


def average_rank(x: float, among: Values, *, method: str = "average", ascending: bool = True) -> float:
    """1 + how many stand before x, and for ties half of the others that are equal."""
    before = sum(other < x if ascending else other > x for other in among)
    equal = sum(other == x for other in among)
    return before + {"min": 1.0, "max": float(equal), "average": (equal + 1) / 2}[method]


def solve(rows: Sequence[Values], targets: Values) -> list[float] | None:
    """Least squares by the normal equations and Gauss elimination in exact fractions; None where they are singular."""
    a = [[Fraction(v) for v in row] for row in rows]
    b = [Fraction(t) for t in targets]
    k = len(a[0])
    system = [
        [sum((row[i] * row[j] for row in a), Fraction(0)) for j in range(k)]
        + [sum((row[i] * t for row, t in zip(a, b, strict=True)), Fraction(0))]
        for i in range(k)
    ]
    for i in range(k):
        pivot = next((r for r in range(i, k) if system[r][i]), None)
        if pivot is None:
            return None
        system[i], system[pivot] = system[pivot], system[i]
        for r in range(k):
            if r != i:
                factor = system[r][i] / system[i][i]
                system[r] = [x - factor * y for x, y in zip(system[r], system[i], strict=True)]
    return [float(system[i][k] / system[i][i]) for i in range(k)]


def residuals(rows: Sequence[Values], targets: Values) -> list[float]:
    """Of the least squares fit, whatever the rank: by Gram-Schmidt in exact fractions, column after column."""
    rest = [Fraction(t) for t in targets]
    basis: list[list[Fraction]] = []
    for j in range(len(rows[0])):
        axis = _without(basis, [Fraction(row[j]) for row in rows])
        if any(axis):
            basis.append(axis)
    return [float(x) for x in _without(basis, rest)]


def _without(basis: Sequence[Sequence[Fraction]], vector: list[Fraction]) -> list[Fraction]:
    for axis in basis:
        along = sum((x * y for x, y in zip(vector, axis, strict=True)), Fraction(0)) / sum(
            (y * y for y in axis), Fraction(0)
        )
        vector = [x - along * y for x, y in zip(vector, axis, strict=True)]
    return vector
