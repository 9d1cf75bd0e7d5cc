"""Functions of all the values of a window or of a whole partition: ranks, extremes, fits, runs, weights."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from dripstone.arrays import Floats
from dripstone.dai.dialect.partition import Kernel
from dripstone.dai.dialect.row import Row
from dripstone.kernels import run, window
from dripstone.kernels.window import Side, Statistic

__all__ = ["KERNELS", "ROWS", "WINDOWED"]

_KEYS = "pb:=instrument, ob:=date"
_FULL_ZH = "；窗口不满 w 行或含 NULL 时为 NULL"
_FULL_EN = "; NULL unless the window holds w rows without a NULL"

_STATISTICS: Mapping[Statistic, tuple[str, str]] = {
    "sum": ("和", "sum"),
    "avg": ("均值", "mean"),
    "std_samp": ("样本标准差（除以 k-1）", "sample standard deviation (k-1)"),
    "std_pop": ("总体标准差（除以 k）", "population standard deviation (k)"),
    "var_samp": ("样本方差（除以 k-1）", "sample variance (k-1)"),
    "var_pop": ("总体方差（除以 k）", "population variance (k)"),
}
_SIDES: Mapping[Side, tuple[str, str]] = {"greatest": ("最大", "greatest"), "least": ("最小", "least")}
_FIRSTS: Sequence[Statistic] = ("sum", "avg")


def _greatest_less_least(arg: Floats, val: Floats, span: int, k: int) -> Floats:
    greatest, least = (window.of_k(arg, val, span, k, side=side, statistic="sum") for side in _SIDES)
    return greatest - least


def _rank(x: Floats, span: int, method: window.Ties, ascending: bool) -> Floats:
    return window.rank(x, span, method=method, ascending=ascending)


def _pct_rank(x: Floats, span: int, method: window.Ties, ascending: bool) -> Floats:
    return _rank(x, span, method, ascending) / span


def _kernels() -> Iterator[Kernel]:
    for statistic in _STATISTICS:
        for side in _SIDES:
            function = partial(window.of_k, side=side, statistic=statistic)
            yield Kernel(f"kernel_{statistic}_{side}_k", function, 2, (int, int))
    for statistic in _FIRSTS:
        yield Kernel(f"kernel_{statistic}_first_k", partial(window.of_first_k, statistic=statistic), 1, (int,))
    yield Kernel("kernel_sum_gl_k_delta", _greatest_less_least, 2, (int, int))
    for name, function in (("rank", _rank), ("pct_rank", _pct_rank)):
        yield Kernel(f"kernel_{name}", function, 1, (int, str, bool))
    yield Kernel("kernel_decay_linear", window.decay_linear, 1, (int,))
    yield Kernel("kernel_imax", window.place_of_largest, 1, (int,))
    yield Kernel("kernel_imin", window.place_of_smallest, 1, (int,))
    yield Kernel("kernel_weighted_stddev", window.weighted_sd, 2, (int,))
    yield Kernel("kernel_trend_resid", lambda y, w: window.last_residual(y, span=w), 1, (int,))
    for k in (2, 3):
        yield Kernel(f"kernel_ols{k}d_intercept", lambda *a: window.intercept(*a[:-1], span=a[-1]), 1 + k, (int,))
        yield Kernel(f"kernel_ols{k}d_resid", lambda *a: window.last_residual(*a[:-1], span=a[-1]), 1 + k, (int,))
    yield Kernel("kernel_rise_count", lambda x, equal: run.count_rises(x, count_equal=equal), 1, (bool,))
    yield Kernel("kernel_true_count", run.count_true)


def _of_k() -> Iterator[tuple[str, str, str]]:
    """Name, and what it is in both languages, of the functions of k rows of a window."""
    for statistic, (zh, en) in _STATISTICS.items():
        for side, (zh_side, en_side) in _SIDES.items():
            yield f"{statistic}_{side}_k", f"val {zh_side}的 k 行的 arg 的{zh}", f"{en} of arg where val is {en_side}"
    yield (
        "sum_gl_k_delta",
        "val 最大 k 行与最小 k 行的 arg 之和的差",
        "sum of arg where val is greatest less where least",
    )


def _rows() -> Iterator[Row]:
    for name, zh, en in _of_k():
        yield Row(
            f"m_{name}(arg, val, w, k, {_KEYS})",
            f"kernel_{name}(arg, val, w, k) OVER run",
            f"最近 w 行中{zh}，并列时先取较早的行{_FULL_ZH}",
            f"Over k of the last w rows, of equal ones the earlier: {en}{_FULL_EN}",
        )
    for name in ("rank", "rolling_rank"):
        yield Row(
            f"m_{name}(x, w, method:='avg', ascending:=true, {_KEYS})",
            "kernel_rank(x, w, method, ascending) OVER run",
            f"x 在最近 w 行中的名次，从 1 起；并列按 method：min、max 或 avg，默认依平台打印的结果{_FULL_ZH}",
            "Rank of x among the last w rows, from 1; method for equals: min, max or avg, by default as the platform's "
            f"printed results show{_FULL_EN}",
        )
    for k, x in ((2, "x1, x2"), (3, "x1, x2, x3")):
        yield Row(
            f"m_ols{k}d_intercept(y, {x}, w, {_KEYS})",
            f"kernel_ols{k}d_intercept(y, {x}, w) OVER run",
            f"最近 w 行 y 对 [{x}] 回归的常数项{_FULL_ZH}",
            f"Constant of the regression of y on [{x}] over the last w rows{_FULL_EN}",
        )
        yield Row(
            f"m_ols{k}d_last_resid(y, {x}, w, {_KEYS})",
            f"kernel_ols{k}d_resid(y, {x}, w) OVER run",
            f"最近 w 行 y 对 [{x}]（含常数项）回归在当前行的残差{_FULL_ZH}",
            f"Residual of the current row in the regression, over the last w rows, of y on [{x}] and 1{_FULL_EN}",
        )


_WINDOWS: Sequence[Row] = (
    Row(
        f"m_pct_rank(x, w, method:='avg', ascending:=true, {_KEYS})",
        "kernel_pct_rank(x, w, method, ascending) OVER run",
        f"x 在最近 w 行中的名次除以 w，在 (0, 1] 内{_FULL_ZH}",
        f"Rank of x among the last w rows over w, in (0, 1]{_FULL_EN}",
    ),
    Row(
        f"ts_rank(x, w, {_KEYS})",
        "(m_rank(x, w, method:='min') - 1) / (w - 1)",
        f"x 在最近 w 行中的名次缩放到 [0, 1]：(名次-1)/(w-1)，并列取最小{_FULL_ZH}",
        f"Rank of x among the last w rows in [0, 1]: (rank - 1) / (w - 1), equal ones the lowest{_FULL_EN}",
    ),
    Row(
        f"ts_scale(x, w, {_KEYS})",
        "(x - m_min(x, w)) / (m_max(x, w) - m_min(x, w))",
        f"x 在最近 w 行的最小值（0）与最大值（1）之间的位置；窗口内为常数时为 NULL{_FULL_ZH}",
        f"x between the smallest (0) and the largest (1) of the last w rows; NULL where all are equal{_FULL_EN}",
    ),
    Row(
        f"ts_zscore(x, w, {_KEYS})",
        "(x - m_avg(x, w)) / m_stddev(x, w)",
        f"x 减最近 w 行均值，再除以样本标准差；窗口内为常数时为 NULL{_FULL_ZH}",
        f"x less the mean of the last w rows over their sample deviation; NULL where all are equal{_FULL_EN}",
    ),
    Row(
        f"m_decay_linear(x, w, {_KEYS})",
        "kernel_decay_linear(x, w) OVER run",
        f"最近 w 行 x 的线性加权均值，权重 1..w，当前行最大{_FULL_ZH}",
        f"Mean of x over the last w rows with weights 1..w, the current row's the largest{_FULL_EN}",
    ),
    Row(
        f"m_imax(x, w, {_KEYS})",
        "kernel_imax(x, w) OVER run",
        f"最近 w 行中最大值所在位置：0 为最早一行，w-1 为当前行；并列取最早{_FULL_ZH}",
        f"Place of the largest x in the last w rows: 0 the oldest, w-1 the current; of equals the oldest{_FULL_EN}",
    ),
    Row(
        f"m_imin(x, w, {_KEYS})",
        "kernel_imin(x, w) OVER run",
        f"最近 w 行中最小值所在位置：0 为最早一行，w-1 为当前行；并列取最早{_FULL_ZH}",
        f"Place of the smallest x in the last w rows: 0 the oldest, w-1 the current; of equals the oldest{_FULL_EN}",
    ),
    Row(
        f"m_ols1d_resid_cx(y, w, {_KEYS})",
        "kernel_trend_resid(y, w) OVER run",
        f"最近 w 行 y 对 1..w（含常数项）回归在当前行的残差{_FULL_ZH}",
        f"Residual of the current row in the regression of y on 1..w and a constant over the last w rows{_FULL_EN}",
    ),
    Row(
        f"m_fillna(x, w, {_KEYS})",
        "coalesce(x, avg(x) OVER roll)",
        "x；为 NULL 时取最近 w 行中已有值的均值",
        "x; where it is NULL, the mean of what values the last w rows hold",
    ),
    Row(
        f"m_fillna_weighted(x, w, weight, {_KEYS})",
        "coalesce(x, sum(x * weight) OVER roll / sum(CASE WHEN x IS NOT NULL THEN weight END) OVER roll)",
        "x；为 NULL 时取最近 w 行中已有值以 weight 加权的均值",
        "x; where it is NULL, the mean, weighted by weight, of what values the last w rows hold",
    ),
    Row(
        f"m_weighted_avg(x, w, weight, {_KEYS})",
        "m_sum(x * weight, w) / m_sum(weight, w)",
        f"最近 w 行 x 以 weight 加权的均值{_FULL_ZH}",
        f"Mean of x over the last w rows, weighted by weight{_FULL_EN}",
    ),
    Row(
        f"m_weighted_stddev(x, w, weight, {_KEYS})",
        "kernel_weighted_stddev(x, weight, w) OVER run",
        f"最近 w 行 x 以 weight 加权的标准差（除以权重之和）{_FULL_ZH}",
        f"Standard deviation of x over the last w rows, weighted by weight, over the sum of weights{_FULL_EN}",
    ),
    Row(
        f"m_winsorize_nsigma(x, w, n:=3, {_KEYS})",
        "CASE WHEN m_stddev(x, w) IS NOT NULL THEN "
        "least(greatest(x, m_avg(x, w) - n * m_stddev(x, w)), m_avg(x, w) + n * m_stddev(x, w)) END",
        f"x 截断到最近 w 行的均值 ± n 倍样本标准差{_FULL_ZH}",
        f"x within the mean +- n sample deviations of the last w rows{_FULL_EN}",
    ),
    Row(
        f"m_winsorize_weighted_nsigma(x, w, weight, n:=3, {_KEYS})",
        "CASE WHEN m_weighted_stddev(x, w, weight) IS NOT NULL THEN "
        "least(greatest(x, m_weighted_avg(x, w, weight) - n * m_weighted_stddev(x, w, weight)), "
        "m_weighted_avg(x, w, weight) + n * m_weighted_stddev(x, w, weight)) END",
        f"x 截断到最近 w 行以 weight 加权的均值 ± n 倍加权标准差{_FULL_ZH}",
        f"x within the weighted mean +- n weighted deviations of the last w rows{_FULL_EN}",
    ),
)

_RUNS: Sequence[Row] = (
    Row(
        f"m_consecutive_rise_count(x, count_eq:=false, {_KEYS})",
        "kernel_rise_count(x, count_eq) OVER run",
        "截至当前行 x 连续上涨的次数，首行为 0；count_eq:=true 时持平也算；x 为 NULL 的行为 NULL，之后重新计数",
        "How many times in a row x rose, 0 on the first row; count_eq:=true counts equals; NULL gives NULL and a break",
    ),
    Row(
        f"m_consecutive_true_count(expr, {_KEYS})",
        "kernel_true_count(expr) OVER run",
        "截至当前行 expr 连续为真的行数；expr 为 NULL 的行为 NULL，之后重新计数",
        "How many rows in a row expr is true; NULL gives NULL and a break",
    ),
)

KERNELS: Sequence[Kernel] = tuple(_kernels())

ROWS: Sequence[Row] = (*_rows(), *_WINDOWS, *_RUNS)
"""Over windows of their own."""

_FRAMED: Sequence[tuple[str, str, str, str]] = (
    ("rank_ext(x, method, ascending)", "kernel_rank(x, w, method, ascending)", "x 的名次", "rank of x"),
    ("rolling_rank(x, method, ascending)", "kernel_rank(x, w, method, ascending)", "x 的名次", "rank of x"),
    (
        "pct_rank_ext(x, method, ascending)",
        "kernel_pct_rank(x, w, method, ascending)",
        "x 的名次除以行数",
        "rank of x, over rows",
    ),
    ("decay_linear(x)", "kernel_decay_linear(x, w)", "x 的线性加权均值", "mean of x with weights 1, 2, ..."),
    ("imax(x)", "kernel_imax(x, w)", "最大值的位置，0 为最早一行", "place of the largest x, 0 the oldest row"),
    ("imin(x)", "kernel_imin(x, w)", "最小值的位置，0 为最早一行", "place of the smallest x, 0 the oldest row"),
)
"""How it is called, its kernel, what it is: over the rows of the frame that the author writes."""

WINDOWED: Sequence[Row] = (
    *(
        Row(
            f"{name}(arg, val, w, k)",
            f"kernel_{name}(arg, val, w, k)",
            f"同 m_{name}，窗口由 OVER 给出",
            f"As m_{name}: {en}",
        )
        for name, _, en in _of_k()
    ),
    *(
        Row(
            f"{statistic}_first_k(x, k)",
            f"kernel_{statistic}_first_k(x, k)",
            f"分区排序后前 k 行 x 的{_STATISTICS[statistic][0]}，分区内各行相同；不足 k 行或含 NULL 时为 NULL",
            f"Of x on the first k rows, the same on every row: {_STATISTICS[statistic][1]}; NULL for fewer or a NULL",
        )
        for statistic in _FIRSTS
    ),
    *(
        Row(
            spelling, kernel, f"OVER 中 ROWS 所给行数内{zh}{_FULL_ZH}", f"Over the rows that OVER names: {en}{_FULL_EN}"
        )
        for spelling, kernel, zh, en in _FRAMED
    ),
)
"""Over a window that the author writes."""
