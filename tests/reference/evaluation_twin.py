"""Slow twins of the evaluation room: loops over plain lists, written from the definitions.

NaN is missing. Rows are days, oldest first; columns are instruments.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

NAN = math.nan
Row = Sequence[float]
Rows = Sequence[Row]


def finite(x: float) -> bool:
    return not (math.isnan(x) or math.isinf(x))


def mean(xs: Row) -> float:
    kept = [x for x in xs if finite(x)]
    return math.fsum(kept) / len(kept) if kept else NAN


def median(xs: Row) -> float:
    ordered = sorted(xs)
    n = len(ordered)
    return ordered[n // 2] if n % 2 else (ordered[n // 2 - 1] + ordered[n // 2]) / 2


def ranks(xs: Row) -> list[float]:
    """Average ranks: 1 + how many are smaller + half of how many others are equal."""
    return [1 + sum(o < x for o in xs) + (sum(o == x for o in xs) - 1) / 2 for x in xs]


def pearson(xs: Row, ys: Row) -> float:
    if len(xs) < 3 or len(set(xs)) < 2 or len(set(ys)) < 2:
        return NAN
    mx, my = mean(xs), mean(ys)
    sxy = math.fsum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    sxx = math.fsum((x - mx) ** 2 for x in xs)
    syy = math.fsum((y - my) ** 2 for y in ys)
    return sxy / math.sqrt(sxx) / math.sqrt(syy)


def spearman(xs: Row, ys: Row) -> float:
    return pearson(ranks(xs), ranks(ys))


def clipped(xs: Row) -> list[float]:
    centre = median(xs)
    mad = median([abs(x - centre) for x in xs])
    if mad == 0:
        return list(xs)
    reach = 3 * 1.4826 * mad
    return [min(max(x, centre - reach), centre + reach) for x in xs]


def pairs(xs: Row, ys: Row) -> tuple[list[int], list[float], list[float]]:
    both = [i for i in range(len(xs)) if finite(xs[i]) and finite(ys[i])]
    return both, [xs[i] for i in both], [ys[i] for i in both]


def smooth(rows: Rows, span: int) -> list[list[float]]:
    result: list[list[float]] = []
    for day in range(len(rows)):
        line: list[float] = []
        for i in range(len(rows[0])):
            window = [rows[d][i] for d in range(max(0, day - span + 1), day + 1) if finite(rows[d][i])]
            line.append(sum(window) / len(window) if len(window) >= math.ceil(span / 2) else NAN)
        result.append(line)
    return result


def estimate(values: Row, sign: int = 1) -> dict[str, float]:
    xs = [x for x in values if finite(x)]
    n = len(xs)
    result = {"n_days": n, "mean": mean(xs), "sd": NAN, "ratio": NAN, "ratio_annual": NAN}
    lag = max(0, min(max(1 - 1, math.floor(4 * (n / 100) ** (2 / 9))), n - 1))
    result |= {"lag_days": lag, "standard_error": NAN, "t": NAN}
    result["win_rate"] = sum(x * sign > 1e-12 for x in xs) / n if n else NAN
    if n < 2:
        return result
    m = result["mean"]
    result["sd"] = math.sqrt(math.fsum((x - m) ** 2 for x in xs) / (n - 1))
    if result["sd"] > 1e-12:
        result["ratio"] = m / result["sd"]
        result["ratio_annual"] = m / result["sd"] * math.sqrt(242)
    variance = 0.0
    for k in range(-lag, lag + 1):
        g = sum((xs[t] - m) * (xs[t - abs(k)] - m) for t in range(abs(k), n)) / n
        variance += (1 - abs(k) / (lag + 1)) * g
    result["standard_error"] = math.sqrt(max(variance, 0.0) / n)
    if result["standard_error"] > 1e-12:
        result["t"] = m / result["standard_error"]
    return result


def group_of(xs: Row, groups: int) -> list[int]:
    """0 for the smallest values to groups - 1: ceil(Q (rank - 1) / (n - 1)), at least 1, less 1."""
    n = len(xs)
    return [max(math.ceil(groups * (r - 1) / (n - 1)), 1) - 1 for r in ranks(xs)]


def is_degenerate(xs: Row, groups: int) -> bool:
    largest = max(sum(o == x for o in xs) for x in xs)
    return (
        largest > len(xs) / groups
        or len(set(xs)) < 5 * groups
        or any(group not in group_of(xs, groups) for group in range(groups))
    )


def turnover(old: dict[int, float], new: dict[int, float], returns: Row) -> float:
    """Half the sum of |new weight - old weight after the returns of the old day|."""
    grown = {i: w * (1 + returns[i]) for i, w in old.items()}
    whole = sum(grown.values())
    drifted = {i: g / whole for i, g in grown.items()}
    return sum(abs(new.get(i, 0.0) - drifted.get(i, 0.0)) for i in {*new, *drifted}) / 2


def equal(members: Sequence[int]) -> dict[int, float]:
    return {i: 1 / len(members) for i in members}


def nav(returns: Row) -> list[float]:
    value, path = 1.0, []
    for r in returns:
        value *= 1 + (r if finite(r) else 0.0)
        path.append(value)
    return path


def max_drawdown(path: Row) -> float:
    worst, whole = 0.0, [1.0, *path]
    for i in range(len(whole)):
        for j in range(i, len(whole)):
            worst = max(worst, 1 - whole[j] / whole[i])
    return worst


def book(returns: Row, traded: Row) -> dict[str, object]:
    path, n = nav(returns), sum(finite(r) for r in returns)
    return {
        "returns": estimate(returns),
        "nav": path,
        "annual_return": path[-1] ** (242 / n) - 1,
        "max_drawdown": max_drawdown(path),
        "turnover_per_day": {"mean": mean(traded)},
    }


def grouped(members: list[list[list[int]] | None], returns: Rows, groups: int) -> dict[str, object]:
    """``members[day][group]`` are instruments; None is a day without a book."""
    by_group: list[list[float]] = []
    universe: list[float] = []
    legs: dict[int, list[float]] = {0: [], groups - 1: []}
    fresh: list[float] = []
    for day, books in enumerate(members):
        by_group.append([mean([returns[day][i] for i in b]) for b in books] if books else [NAN] * groups)
        universe.append(mean([returns[day][i] for b in books for i in b]) if books else NAN)
        before = members[day - 1] if day else None
        for leg, values in legs.items():
            both = books is not None and before is not None
            values.append(
                turnover(equal(before[leg]), equal(books[leg]), returns[day - 1]) if both and books and before else NAN
            )
        top, was = (books[-1] if books else []), (before[-1] if before else [])
        fresh.append(sum(i not in was for i in top) / len(top) if top and was else NAN)
    means = [mean([row[g] for row in by_group]) for g in range(groups)]
    paths = [nav([row[g] for row in by_group]) for g in range(groups)]
    n = sum(books is not None for books in members)
    top_turnover = legs[groups - 1]
    return {
        "group_count": groups,
        "n_days": n,
        "returns": by_group,
        "mean_return": means,
        "annual_return": [path[-1] ** (242 / n) - 1 for path in paths],
        "monotonicity": spearman([float(g) for g in range(groups)], [round(m * 1e12) for m in means]),
        "long_short": book(
            [row[-1] - row[0] for row in by_group],
            [(a + b) / 2 for a, b in zip(top_turnover, legs[0], strict=True)],
        ),
        "long_excess": book([row[-1] - u for row, u in zip(by_group, universe, strict=True)], top_turnover),
        "new_names": {"mean": mean(fresh)},
    }


def evaluate(factor: Rows, returns: Rows, *, span: int, groups: int, least: int) -> dict[str, object]:
    """One span, the factor and the returns on the same days and instruments."""
    first = math.ceil(span / 2) - 1
    rows, labels = smooth(factor, span)[first:], [list(row) for row in returns[first:]]
    excluded = {"no_return": 0, "no_factor": 0, "few_pairs": 0, "constant": 0}
    rank_ic: list[float] = []
    ic: list[float] = []
    shares: dict[str, list[float]] = {"pairs": [], "coverage": [], "tie_share": [], "distinct_values": []}
    members: list[list[list[int]] | None] = []
    bad = 0
    for f, r in zip(rows, labels, strict=True):
        both, x, y = pairs(f, r)
        with_return, with_factor = sum(map(finite, r)), sum(map(finite, f))
        shares["coverage"].append(len(both) / with_return if with_return >= least else NAN)
        value = spearman(x, y)
        reason = (
            "no_return" if with_return < least
            else "no_factor" if with_factor < least
            else "few_pairs" if len(both) < least
            else "constant" if math.isnan(value)
            else ""
        )  # fmt: skip
        if reason:
            excluded[reason] += 1
            members.append(None)
            rank_ic.append(NAN)
            ic.append(NAN)
            continue
        rank_ic.append(value)
        ic.append(pearson(clipped(x), y))
        shares["pairs"].append(len(both))
        shares["tie_share"].append(max(sum(o == v for o in x) for v in x) / len(x))
        shares["distinct_values"].append(len(set(x)))
        if is_degenerate(x, groups):
            bad += 1
            members.append(None)
        else:
            place = group_of(x, groups)
            members.append([[i for i, p in zip(both, place, strict=True) if p == g] for g in range(groups)])
    auto: list[float] = []
    for before, now in pairwise(rows):
        both, x, y = pairs(before, now)
        auto.append(spearman(x, y) if len(both) >= least else NAN)
    n = len(rows) - sum(excluded.values())
    sign = -1 if mean(rank_ic) < -1e-12 else 1
    return {
        "n_days": n,
        "excluded_days": excluded,
        "rank_ic": {"values": rank_ic, **estimate(rank_ic, sign)},
        "ic": {"values": ic, **estimate(ic, sign)},
        "sign": sign,
        **{name: {"mean": mean(values)} for name, values in shares.items()},
        "rank_autocorrelation": {"mean": mean(auto)},
        "degenerate_days": bad,
        "degenerate": bad > n / 10,
        "groups": None if not n or bad > n / 10 else grouped(members, labels, groups),
    }


def forward_return(
    execution: dict[str, Rows], held: Sequence[bool], limit: Row
) -> tuple[list[list[float]], dict[str, int]]:
    """Returns by day of the calendar, and the cells left out by reason."""
    counts = dict.fromkeys(["after_last_day", "day_not_held", "no_trade", "gap_unchecked", "ex_right"], 0)
    days = len(held)
    rows: list[list[float]] = []
    for d in range(days):
        line = [NAN] * len(limit)
        for i in range(len(limit)):
            if not held[d] or not finite(execution["last_close"][d][i]):
                continue
            if d + 2 >= days:
                counts["after_last_day"] += 1
                continue
            if not held[d + 1] or not held[d + 2]:
                counts["day_not_held"] += 1
                continue
            bought, sold = execution["vwap_open30"][d + 1][i], execution["vwap_open30"][d + 2][i]
            if not finite(bought) or not finite(sold):
                counts["no_trade"] += 1
                continue
            old, new = execution["adjust_factor"][d + 1][i], execution["adjust_factor"][d + 2][i]
            if finite(old) and finite(new):
                line[i] = sold * new / (bought * old) - 1
                continue
            close, opened = execution["last_close"][d + 1][i], execution["first_open"][d + 2][i]
            if not (finite(close) and finite(opened) and finite(limit[i])):
                counts["gap_unchecked"] += 1
            elif not close * (1 - limit[i]) - 0.01 <= opened <= close * (1 + limit[i]) + 0.01:
                counts["ex_right"] += 1
            else:
                line[i] = sold / bought - 1
        rows.append(line)
    return rows, counts
