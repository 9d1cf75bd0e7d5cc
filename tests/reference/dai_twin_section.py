"""Twins of the functions over a cross-section: one list of values, NULL among them, of one date (and group)."""

import math
from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import Any

from tests.reference.dai_twin import Series, SeriesFunction, present
from tests.reference.dai_twin_statistic import (
    Values,
    average_rank,
    mad,
    mean,
    median,
    quantile_cont,
    residuals,
    std,
    weighted_mean,
    weighted_std,
)


def kept(xs: Series) -> list[Any]:
    return [x for x in xs if x is not None]


def by_value(f: Callable[[float, Values], Any]) -> SeriesFunction:
    """f(x, all values) for each x; NULL stays NULL."""

    def series_of(xs: Series) -> list[Any]:
        values = kept(xs)
        return [None if x is None else f(x, values) for x in xs]

    return series_of


def rank(*, ascending: bool = True) -> SeriesFunction:
    return by_value(lambda x, xs: average_rank(x, xs, method="min", ascending=ascending))


def pct_rank(*, ascending: bool = True) -> SeriesFunction:
    """Ties share the average rank."""
    return by_value(lambda x, xs: average_rank(x, xs, ascending=ascending) / len(xs))


def dense_rank(*, ascending: bool = True) -> SeriesFunction:
    """NULL is a value like others and comes first, either way round."""

    def series_of(xs: Series) -> list[Any]:
        values = sorted({x for x in xs if x is not None}, reverse=not ascending)
        order = [None, *values] if None in xs else values
        return [order.index(x) + 1 for x in xs]

    return series_of


def _ordered(xs: Series, *, ascending: bool) -> list[int]:
    return sorted(range(len(xs)), key=lambda i: (xs[i] is not None, (xs[i] or 0) * (1 if ascending else -1)))


def row_number(*, ascending: bool = True) -> SeriesFunction:
    """Of different values, NULL first."""

    def series_of(xs: Series) -> list[Any]:
        order = _ordered(xs, ascending=ascending)
        return [order.index(i) + 1 for i in range(len(xs))]

    return series_of


def cume_dist(*, ascending: bool = True) -> SeriesFunction:
    def series_of(xs: Series) -> list[Any]:
        ranks = dense_rank(ascending=ascending)(xs)
        return [sum(other <= own for other in ranks) / len(ranks) for own in ranks]

    return series_of


def ntile(buckets: int, *, ascending: bool = True) -> SeriesFunction:
    """The first (n mod buckets) buckets hold one row more."""

    def series_of(xs: Series) -> list[Any]:
        sizes = [len(xs) // buckets + (k < len(xs) % buckets) for k in range(buckets)]
        labels = [k for k, size in enumerate(sizes, 1) for _ in range(size)]
        return [labels[number - 1] for number in row_number(ascending=ascending)(xs)]

    return series_of


def _zscore(x: float, xs: Values) -> float | None:
    spread, centre = std(xs), mean(xs)
    return (x - centre) / spread if spread and centre is not None else None


zscore = by_value(_zscore)


def scale(a: float = 1) -> SeriesFunction:
    def scaled(x: float, xs: Values) -> float | None:
        size = math.fsum(abs(v) for v in xs)
        return x / size * a if size else None

    return by_value(scaled)


def min_max(a: float = 0, b: float = 1) -> SeriesFunction:
    def scaled(x: float, xs: Values) -> float | None:
        low, high = min(xs), max(xs)
        return a + (x - low) / (high - low) * (b - a) if high > low else None

    return by_value(scaled)


neutralize_in_group = by_value(lambda x, xs: x - math.fsum(xs) / len(xs))


def rank_in_group(xs: Series) -> list[Any]:
    ranked = by_value(
        lambda x, all_: (average_rank(x, all_, method="min") - 1) / (len(all_) - 1) if len(all_) > 1 else None
    )
    return ranked(xs)


def cbins(bins: int) -> SeriesFunction:
    """Equal counts, from 0: how many of the values lie before x, in units of a bin."""
    return by_value(lambda x, xs: math.floor(Fraction(sum(v < x for v in xs) * bins, len(xs))))


def wbins(bins: int) -> SeriesFunction:
    """Equal widths, from 0, closed on the left; the largest value is in the last; equal values are all in 0."""

    def bin_of(x: float, xs: Values) -> int:
        low, high = Fraction(min(xs)), Fraction(max(xs))
        if low == high:
            return 0
        return min(math.floor((Fraction(x) - low) / (high - low) * bins), bins - 1)

    return by_value(bin_of)


def fillna(xs: Series) -> list[Any]:
    filled = mean(kept(xs))
    return [filled if x is None else x for x in xs]


def fillna_weighted(xs: Series, weights: Series) -> list[Any]:
    filled = weighted_spread(weighted_mean)(xs, weights)
    return [fill if x is None else x for x, fill in zip(xs, filled, strict=True)]


def weighted_spread(statistic: Callable[[Values, Values], Any]) -> SeriesFunction:
    """On every row, of the rows that have both a value and a weight."""

    def series_of(xs: Series, weights: Series) -> list[Any]:
        both = [(x, w) for x, w in zip(xs, weights, strict=True) if present(x, w)]
        return [statistic([x for x, _ in both], [w for _, w in both])] * len(xs)

    return series_of


def clip_between(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def winsorize(lower: str, upper: str) -> SeriesFunction:
    def cut(x: float, xs: Values) -> float:
        low, high = quantile_cont(lower)(xs), quantile_cont(upper)(xs)
        assert low is not None
        assert high is not None
        return clip_between(x, low, high)

    return by_value(cut)


def winsorize_nsigma(n: float) -> SeriesFunction:
    """A group of one value has no deviation: as it is."""

    def cut(x: float, xs: Values) -> float:
        centre, spread = mean(xs), std(xs)
        return x if centre is None or spread is None else clip_between(x, centre - n * spread, centre + n * spread)

    return by_value(cut)


def winsorize_weighted_nsigma(n: float) -> SeriesFunction:
    """As it is where the group has no weight at all."""

    def series_of(xs: Series, weights: Series) -> list[Any]:
        centres = weighted_spread(weighted_mean)(xs, weights)
        spreads = weighted_spread(weighted_std)(xs, weights)
        return [
            x if not present(x, centre, spread) else clip_between(x, centre - n * spread, centre + n * spread)
            for x, centre, spread in zip(xs, centres, spreads, strict=True)
        ]

    return series_of


def clip_mad(m: float) -> SeriesFunction:
    """Cut to median +- m * median absolute deviation."""

    def cut(x: float, xs: Values) -> float:
        centre, reach = median(xs), mad(xs)
        assert centre is not None
        assert reach is not None
        return clip_between(x, centre - m * reach, centre + m * reach)

    return by_value(cut)


def preprocess(n: float) -> SeriesFunction:
    """Filled with the mean, cut to median +- n * mad of the filled values, standardised."""
    return lambda xs: zscore(clip_mad(n)(fillna(xs)))


def ols_residual(ys: Series, *xs: Series) -> list[Any]:
    """On a constant and the xs; rows with a NULL are left out and NULL."""
    usable = [i for i, values in enumerate(zip(ys, *xs, strict=True)) if present(*values)]
    result: list[Any] = [None] * len(ys)
    if usable:
        design = [[1.0, *(x[i] for x in xs)] for i in usable]
        for i, value in zip(usable, residuals(design, [ys[i] for i in usable]), strict=True):
            result[i] = value
    return result


def _dummies(industries: Series) -> list[list[float]]:
    names: list[Hashable] = list(dict.fromkeys(industries))
    return [[float(industry == name) for name in names] for industry in industries]


def _standardised(ys: Series) -> list[Any]:
    """Cut to median +- 3 * 1.4826 * mad, less the mean, over the sample deviation."""
    centre = median(ys)
    assert centre is not None
    reach = median([3 * 1.4826 * abs(y - centre) for y in ys])
    assert reach is not None
    return zscore([clip_between(y, centre - reach, centre + reach) for y in ys])


def neutralize(*, prepared: bool, log: bool) -> SeriesFunction:
    """c_neutralize and its kin: ys on one dummy per industry and, where given, the cap; any NULL: all NULL."""

    def series_of(ys: Series, industries: Series, *caps: Series) -> list[Any]:
        nothing: list[Any] = [None] * len(ys)
        if not all(present(*values) for values in zip(ys, industries, *caps, strict=True)):
            return nothing
        if any(cap <= 0 for one in caps for cap in one) and log:
            return nothing
        values = _standardised(ys) if prepared else list(ys)
        if None in values:
            return nothing
        sizes = [[math.log(cap) if log else cap for cap in one] for one in caps]
        design = [[*row, *size] for row, *size in zip(_dummies(industries), *sizes, strict=True)]
        return list(residuals(design, values))

    return series_of
