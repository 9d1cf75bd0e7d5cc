"""Slow twins of ``kernels.crosssection``: one row, one loop, from the definition."""

import math


def rank_average(row: list[float]) -> list[float]:
    values = [v for v in row if math.isfinite(v)]
    ranks: list[float] = []
    for v in row:
        smaller, equal = sum(w < v for w in values), sum(w == v for w in values)
        ranks.append(smaller + (equal + 1) / 2 if math.isfinite(v) else math.nan)
    return ranks


def correlation(xs: list[float], ys: list[float]) -> float:
    pairs = [(x, y) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y)]
    if len(pairs) < 3 or len({x for x, _ in pairs}) == 1 or len({y for _, y in pairs}) == 1:
        return math.nan
    mean_x = math.fsum(x for x, _ in pairs) / len(pairs)
    mean_y = math.fsum(y for _, y in pairs) / len(pairs)
    cross = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    square_x = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    square_y = math.fsum((y - mean_y) ** 2 for _, y in pairs)
    return cross / math.sqrt(square_x * square_y)


def rank_correlation(xs: list[float], ys: list[float]) -> float:
    both = [math.isfinite(x) and math.isfinite(y) for x, y in zip(xs, ys, strict=True)]
    common_x = [x if keep else math.nan for x, keep in zip(xs, both, strict=True)]
    common_y = [y if keep else math.nan for y, keep in zip(ys, both, strict=True)]
    return correlation(rank_average(common_x), rank_average(common_y))


def group_by_rank(row: list[float], groups: int) -> list[float]:
    ranks = rank_average(row)
    m = sum(math.isfinite(r) for r in ranks)
    if m < 2:
        return [math.nan] * len(row)
    return [max(math.ceil(groups * (r - 1) / (m - 1)), 1) - 1.0 if math.isfinite(r) else math.nan for r in ranks]


def zscore(row: list[float]) -> list[float]:
    values = [v for v in row if math.isfinite(v)]
    if len(set(values)) < 2:
        return [math.nan] * len(row)
    mean = math.fsum(values) / len(values)
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))
    return [(v - mean) / sd if math.isfinite(v) else math.nan for v in row]
