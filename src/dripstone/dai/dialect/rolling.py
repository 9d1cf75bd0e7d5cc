"""Functions along time: rolling windows, shifts and running totals, each over the rows of one instrument by date.

The platform's rule for a rolling window: NULL unless it holds w rows and none of their values is NULL.
"""

from collections.abc import Iterator, Mapping, Sequence

from dripstone.dai.dialect.row import Row

__all__ = ["ROWS", "WINDOWED"]

_KEYS = "pb:=instrument, ob:=date"
_FULL_ZH = "；窗口不满 w 行或含 NULL 时为 NULL"
_FULL_EN = "; NULL unless the window holds w rows without a NULL"

_ONE_SERIES: Mapping[str, tuple[str, str]] = {
    "avg": ("均值", "mean"),
    "sum": ("和", "sum"),
    "min": ("最小值", "smallest value"),
    "max": ("最大值", "largest value"),
    "median": ("中位数（偶数个取中间两数的均值）", "median, of an even number the mean of the middle two"),
    "mode": ("众数，并列时取最早出现者", "most frequent value, of equally frequent ones the earliest"),
    "mad": ("绝对中位差 median(|x-median(x)|)，不乘 1.4826", "median absolute deviation, without a factor 1.4826"),
    "product": ("连乘积", "product"),
    "stddev": ("样本标准差（除以 w-1），同 m_stddev_samp", "sample standard deviation (w-1), as m_stddev_samp"),
    "stddev_samp": ("样本标准差（除以 w-1）", "sample standard deviation (w-1)"),
    "stddev_pop": ("总体标准差（除以 w）", "population standard deviation (w)"),
    "variance": ("样本方差（除以 w-1），同 m_var_samp", "sample variance (w-1), as m_var_samp"),
    "var_samp": ("样本方差（除以 w-1）", "sample variance (w-1)"),
    "var_pop": ("总体方差（除以 w）", "population variance (w)"),
    "skewness": ("样本偏度（偏差修正），w 至少为 3", "sample skewness, bias corrected, w at least 3"),
    "kurtosis": ("超额峰度（偏差修正），w 至少为 4", "excess kurtosis, bias corrected, w at least 4"),
    "entropy": ("各取值频率的信息熵，以 2 为底（比特）", "entropy of the frequencies of its values, in bits"),
    "favg": ("均值（Kahan 求和）", "mean by Kahan summation"),
    "fsum": ("和（Kahan 求和）", "sum by Kahan summation"),
    "bit_and": ("整数按位与", "bitwise and of integers"),
    "bit_or": ("整数按位或", "bitwise or of integers"),
    "bit_xor": ("整数按位异或", "bitwise exclusive or of integers"),
    "bool_and": ("逻辑与：全部为真", "whether all are true"),
    "bool_or": ("逻辑或：任一为真", "whether any is true"),
    "first": ("窗口内最早一行的值", "value on the oldest row"),
    "first_value": ("窗口内最早一行的值，同 m_first", "value on the oldest row, as m_first"),
    "last": ("窗口内最新一行（当前行）的值", "value on the newest row, the current one"),
    "last_value": ("窗口内最新一行（当前行）的值，同 m_last", "value on the newest row, as m_last"),
}

_TWO_SERIES: Mapping[str, tuple[str, str]] = {
    "corr": ("y 与 x 的皮尔逊相关系数；任一为常数时为 NULL", "Pearson correlation, NULL where y or x is constant"),
    "covar_pop": ("y 与 x 的总体协方差（除以 w）", "population covariance of y and x (w)"),
    "covar_samp": ("y 与 x 的样本协方差（除以 w-1）", "sample covariance of y and x (w-1)"),
    "regr_slope": ("y 对 x 一元回归的斜率（因变量在前）", "slope of the regression of y on x; y comes first"),
    "regr_intercept": ("y 对 x 一元回归的截距", "intercept of the regression of y on x"),
    "regr_r2": ("y 对 x 一元回归的 R²；y 为常数时为 1", "R squared of the regression of y on x; 1 where y is constant"),
    "regr_avgx": ("自变量 x 的均值", "mean of x"),
    "regr_avgy": ("因变量 y 的均值", "mean of y"),
    "regr_sxx": ("x 的离差平方和", "sum of squared deviations of x"),
    "regr_sxy": ("x 与 y 的离差乘积和", "sum of the products of deviations of x and y"),
    "regr_syy": ("y 的离差平方和", "sum of squared deviations of y"),
}

_QUANTILES: Mapping[str, tuple[str, str]] = {
    "quantile": ("离散分位数（取实际出现的值），同 m_quantile_disc", "as m_quantile_disc"),
    "quantile_disc": ("离散分位数（取实际出现的值）", "quantile, a value that occurs"),
    "quantile_cont": ("线性插值分位数", "quantile by linear interpolation"),
    "approx_quantile": ("近似分位数（T-Digest）", "approximate quantile by T-Digest"),
}

_WITHOUT_NAN: Mapping[str, tuple[str, str, str]] = {
    "nanavg": ("avg", "均值", "mean"),
    "nanstd": ("stddev_samp", "样本标准差", "sample standard deviation"),
    "nanstd_samp": ("stddev_samp", "样本标准差", "sample standard deviation"),
    "nanstd_pop": ("stddev_pop", "总体标准差", "population standard deviation"),
    "nanvar": ("var_samp", "样本方差", "sample variance"),
    "nanvar_samp": ("var_samp", "样本方差", "sample variance"),
    "nanvar_pop": ("var_pop", "总体方差", "population variance"),
}

_CUMULATED: Mapping[str, tuple[str, str, str]] = {
    "cumsum": ("sum", "累计和", "running sum"),
    "cumprod": ("product", "累计积", "running product"),
    "cummax": ("max", "累计最大值", "running maximum"),
    "cummin": ("min", "累计最小值", "running minimum"),
}


_BETWEEN = frozenset({"median", "mad", "quantile_cont", "approx_quantile"})
"""What may lie between two values of x: of decimals DuckDB would cut it to their places."""


def _of(name: str) -> str:
    return "x::DOUBLE" if name in _BETWEEN else "x"


def _full(value: str, *series: str) -> str:
    """The value where the window holds w rows that are NULL in none of the series."""
    counted = series[0] if len(series) == 1 else f"if({' AND '.join(f'{x} IS NOT NULL' for x in series)}, 1, NULL)"
    return f"CASE WHEN count({counted}) OVER roll = w THEN {value} END"


def _aggregates() -> Iterator[Row]:
    for name, (zh, en) in _ONE_SERIES.items():
        yield Row(
            f"m_{name}(x, w, {_KEYS})",
            _full(f"{name}({_of(name)}) OVER roll", "x"),
            f"最近 w 行 x 的{zh}{_FULL_ZH}",
            f"Of x over the last w rows: {en}{_FULL_EN}",
        )
    for name, (zh, en) in _TWO_SERIES.items():
        yield Row(
            f"m_{name}(y, x, w, {_KEYS})",
            _full(f"nullif({name}(y, x) OVER roll, 'nan'::DOUBLE)", "y", "x"),
            f"最近 w 行：{zh}{_FULL_ZH}",
            f"Over the last w rows: {en}{_FULL_EN}",
        )
    for name, (zh, en) in _QUANTILES.items():
        yield Row(
            f"m_{name}(x, pos, w, {_KEYS})",
            _full(f"{name}({_of(name)}, pos) OVER roll", "x"),
            f"最近 w 行 x 在 pos（0 到 1）处的{zh}{_FULL_ZH}",
            f"Of x over the last w rows, at pos in 0..1: {en}{_FULL_EN}",
        )
    for name, (aggregate, zh, en) in _WITHOUT_NAN.items():
        yield Row(
            f"m_{name}(x, w, {_KEYS})",
            f"{aggregate}(nullif(x::DOUBLE, 'nan'::DOUBLE)) OVER roll",
            f"最近 w 行 x 的{zh}，跳过 NaN 与 NULL，不要求窗口满",
            f"Of x over the last w rows, as many as there are, without NaN and NULL: {en}",
        )


def _running() -> Iterator[Row]:
    for name, (aggregate, zh, en) in _CUMULATED.items():
        yield Row(
            f"m_{name}(x, {_KEYS})",
            f"{aggregate}(x) OVER (run ROWS UNBOUNDED PRECEDING)",
            f"从分组首行到当前行 x 的{zh}，跳过 NULL（在 NULL 行为此前的累计值）",
            f"Of x from the partition's first row to the current one: {en}, without NULLs",
        )


_COUNTS: Sequence[Row] = (
    Row(
        f"m_count(x, w, {_KEYS})",
        "count(x) OVER roll",
        "最近 w 行中非 NULL 的个数；从不为 NULL，开头不足 w 行时按已有行计",
        "Number of values of x in the last w rows, as many as there are; never NULL",
    ),
    Row(
        f"m_regr_count(y, x, w, {_KEYS})",
        "regr_count(y, x) OVER roll",
        "最近 w 行中 y 与 x 均非 NULL 的行数；从不为 NULL，开头不足 w 行时按已有行计",
        "Number of the last w rows, as many as there are, with both y and x; never NULL",
    ),
    Row(
        f"m_approx_count_distinct(x, w, {_KEYS})",
        "approx_count_distinct(x) OVER roll",
        "最近 w 行中不同取值的近似个数（HyperLogLog）；从不为 NULL，开头不足 w 行时按已有行计",
        "Approximate number of different values of x in the last w rows (HyperLogLog); never NULL",
    ),
)

_PLACES: Sequence[Row] = (
    Row(
        f"m_nth_value(x, k, w, {_KEYS})",
        _full("nth_value(x, k) OVER roll", "x"),
        f"最近 w 行中第 k 行（从 1 起，最早在前）的值{_FULL_ZH}",
        f"Value on the k-th of the last w rows, from 1, oldest first{_FULL_EN}",
    ),
    Row(
        f"m_arg_max(arg, val, w, {_KEYS})",
        _full("arg_max(arg, val) OVER roll", "arg", "val"),
        f"最近 w 行中 val 最大那一行的 arg，并列时取最早一行{_FULL_ZH}",
        f"arg on the row of the last w with the largest val, of equal ones the earliest{_FULL_EN}",
    ),
    Row(
        f"m_arg_min(arg, val, w, {_KEYS})",
        _full("arg_min(arg, val) OVER roll", "arg", "val"),
        f"最近 w 行中 val 最小那一行的 arg，并列时取最早一行{_FULL_ZH}",
        f"arg on the row of the last w with the smallest val, of equal ones the earliest{_FULL_EN}",
    ),
    Row(
        f"m_reservoir_quantile(x, pos, sample_size, w, {_KEYS})",
        _full("reservoir_quantile(x, pos, sample_size) OVER roll", "x"),
        f"最近 w 行 x 在 pos（0 到 1）处的近似分位数（水库抽样）{_FULL_ZH}",
        f"Of x over the last w rows, at pos in 0..1: approximate quantile by reservoir sampling{_FULL_EN}",
    ),
)

_SHIFTS: Sequence[Row] = (
    Row(
        f"m_lag(x, n, default_val:=null, {_KEYS})",
        "lag(x, whole(n), default_val) OVER run",
        "前 n 行的 x；没有该行时为 default_val",
        "x n rows before; default_val where there is no such row",
    ),
    Row(
        f"m_lead(x, n, default_val:=null, {_KEYS})",
        "lead(x, whole(n), default_val) OVER run",
        "后 n 行的 x；没有该行时为 default_val。这是未来数据",
        "x n rows after; default_val where there is no such row. This looks into the future",
    ),
    Row(
        f"m_shift(x, n, {_KEYS})",
        "lag(x, whole(n)) OVER run",
        "n 为正时前 n 行的 x，n 为负时后 -n 行的 x；没有该行时为 NULL",
        "x n rows before, or -n rows after where n is negative; NULL where there is no such row",
    ),
    Row(
        f"m_delta(x, n, {_KEYS})",
        "x - m_shift(x, n)",
        "x 减去前 n 行的 x（n 为负时减去后 -n 行的 x）",
        "x less x n rows before, or -n rows after where n is negative",
    ),
)

ROWS: Sequence[Row] = (*_aggregates(), *_COUNTS, *_PLACES, *_SHIFTS, *_running())

WINDOWED: Sequence[Row] = tuple(
    Row(f"{name}(x)", f"{aggregate}(x)", f"窗口内 x 的{zh}，跳过 NULL", f"Of x in the window, without NULL: {en}")
    for name, (aggregate, zh, en) in _CUMULATED.items()
)
