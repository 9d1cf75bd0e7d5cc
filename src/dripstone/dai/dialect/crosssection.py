"""Functions across instruments: each over all rows of one date, of one group within it, or of the whole result.

A plain aggregate skips NULLs; a rank of NULL is NULL and does not count. What divides by zero is NULL: a z-score
of a single row, a scaling of equal values.
"""

from collections.abc import Iterator, Mapping, Sequence

from dripstone.dai.dialect.row import Row

__all__ = ["ROWS", "WINDOWED"]

_KEYS = "pb:=date"
_GROUP = "(part PARTITION BY grp)"
_MAD_TO_SIGMA = 1.4826
_FILLED = "coalesce(x::DOUBLE, avg(x) OVER part)"
_FILLED_MEDIAN = f"(median({_FILLED}) OVER part)"
_FILLED_MAD = f"(mad({_FILLED}) OVER part)"

_AGGREGATES: Mapping[str, tuple[str, str, str]] = {
    "avg": ("avg(x)", "均值", "mean"),
    "sum": ("sum(x)", "和", "sum"),
    "min": ("min(x)", "最小值", "smallest value"),
    "max": ("max(x)", "最大值", "largest value"),
    "count": ("count(x)", "非 NULL 个数", "number of values"),
    "std": ("stddev_samp(x)", "样本标准差（仅一个值时为 NULL）", "sample standard deviation, NULL of one value"),
    "var": ("var_samp(x)", "样本方差（仅一个值时为 NULL）", "sample variance, NULL of one value"),
    "median": ("median(x::DOUBLE)", "中位数", "median"),
    "mad": ("mad(x::DOUBLE)", "绝对中位差，不乘 1.4826", "median absolute deviation, without a factor 1.4826"),
}

_QUANTILES: Mapping[str, tuple[str, str, str]] = {
    "quantile_cont": ("quantile_cont(x::DOUBLE, pos)", "线性插值分位数", "quantile by linear interpolation"),
    "quantile_disc": ("quantile_disc(x, pos)", "离散分位数（取实际出现的值）", "quantile, a value that occurs"),
}
"""What may lie between two values is of DOUBLE: of decimals DuckDB would cut it to their places."""

_MEAN_PCT_RANK = (
    "percent_rank() OVER ({0}) * ((rank() OVER ({0}) + "
    "(count(*) OVER ({0} RANGE BETWEEN CURRENT ROW AND CURRENT ROW) - 1) / 2) / rank() OVER ({0}))"
)
"""Ranking windows give equal rows their lowest rank; the mean one is higher by half the number of the other rows."""

_WHERE: Sequence[tuple[str, str, str, str]] = (
    ("c_{}", ", " + _KEYS, "同一日期内", "Of x on the date"),
    ("all_{}", "", "整个结果内", "Of x in the whole result"),
)
"""Name, keys, and the words for the rows that a function looks at; without keys a known window is all rows."""


def _pct_rank(part: str) -> str:
    """The rank of x among the values of a part, equal ones sharing their mean rank, over the number of values."""
    up_to = "count(x) OVER ({0})"
    equal = "count(x) OVER ({0} RANGE BETWEEN CURRENT ROW AND CURRENT ROW)"
    ranks = [f"({up_to} - ({equal} - 1) / 2)".format(f"{part} ORDER BY x{way}") for way in ("", " DESC")]
    return f"CASE WHEN x IS NOT NULL THEN if(ascending, {ranks[0]}, {ranks[1]}) / count(x) OVER ({part}) END"


def _by_order(value: str) -> str:
    """The value over the order that the keys give, which ``ascending`` may turn as a whole."""
    return "if(ascending, {}, {})".format(value.format("run"), value.format("back"))


def _aggregates() -> Iterator[Row]:
    for name, (call, zh, en) in _AGGREGATES.items():
        yield Row(f"c_{name}(x, {_KEYS})", f"{call} OVER part", f"同一日期内 x 的{zh}", f"Of x on the date: {en}")
    for name in ("avg", "sum", "std"):
        call, zh, en = _AGGREGATES[name]
        yield Row(
            f"c_group_{name}(key, x, {_KEYS})",
            f"{call} OVER (part PARTITION BY key)",
            f"同一日期、同一 key 内 x 的{zh}；分组键在前",
            f"Of x on the date and of the same key: {en}; the key comes first",
        )
    for name, (call, zh, en) in _QUANTILES.items():
        for form, keys, zh_rows, en_rows in _WHERE:
            yield Row(
                f"{form.format(name)}(x, pos{keys})",
                f"{call} OVER part",
                f"{zh_rows} x 在 pos（0 到 1）处的{zh}",
                f"{en_rows}, at pos in 0..1: {en}",
            )
        yield Row(
            f"c_group_{name}(key, x, pos, {_KEYS})",
            f"{call} OVER (part PARTITION BY key)",
            f"同一日期、同一 key 内 x 在 pos（0 到 1）处的{zh}；分组键在前",
            f"Of x on the date and of the same key, at pos in 0..1: {en}; the key comes first",
        )


def _bins() -> Iterator[Row]:
    for form, keys, zh_rows, en_rows in _WHERE:
        yield Row(
            f"{form.format('cbins')}(x, bins{keys})",
            "whole((rank() OVER (part ORDER BY x) - 1) * bins / count(x) OVER part)",
            f"{zh_rows}按 x 等频分成 bins 个桶，x 所在桶的序号从 0 起；相等的值同桶",
            f"{en_rows}: number from 0 of its bin, of bins bins with about as many values each; equal values share one",
        )
        yield Row(
            f"{form.format('wbins')}(x, bins{keys})",
            "CASE x WHEN min(x) OVER part THEN 0 WHEN max(x) OVER part THEN bins - 1 "
            "ELSE whole((x - min(x) OVER part) * bins / (max(x) OVER part - min(x) OVER part)) END",
            f"{zh_rows}按 x 等宽分成 bins 个桶（左闭右开，最大值在末桶），x 所在桶的序号从 0 起",
            f"{en_rows}: number from 0 of its bin, of bins of equal width, closed on the left, the last on both sides",
        )


_RANKS: Sequence[Row] = (
    Row(
        f"c_rank(x, ascending:=true, {_KEYS})",
        "if(ascending, rank() OVER (part ORDER BY x), rank() OVER (part ORDER BY x DESC))",
        "同一日期内 x 的排名，从 1 起，并列取最小名次；NULL 的排名为 NULL 且不计入",
        "Rank of x on the date, from 1, equal ones share the lowest; a NULL has none and does not count",
    ),
    Row(
        f"c_pct_rank(x, ascending:=true, {_KEYS})",
        _pct_rank("part"),
        "同一日期内 x 的百分比排名：排名除以非 NULL 个数，取值 (0, 1]，并列取平均；NULL 不计入",
        "Rank of x on the date divided by the number of values, in (0, 1]; equal ones share their mean rank",
    ),
    Row(
        f"c_group_pct_rank(key, x, ascending:=true, {_KEYS})",
        _pct_rank("part PARTITION BY key"),
        "同一日期、同一 key 内 x 的百分比排名，取值 (0, 1]，并列取平均；分组键在前",
        "As c_pct_rank among rows of the date with the same key; the key comes first",
    ),
    Row(
        f"group_rank(x, grp, {_KEYS})",
        f"(rank() OVER (part PARTITION BY grp ORDER BY x) - 1) / (count(x) OVER {_GROUP} - 1)",
        "同一日期、同一组内 x 的排名，折算到 [0, 1]：(排名-1)/(个数-1)；组内仅一个值时为 NULL",
        "Rank of x in its group on the date, scaled to [0, 1]: (rank - 1) / (number - 1); NULL of one value",
    ),
)

_SCALES: Sequence[Row] = (
    Row(
        f"c_zscore(x, {_KEYS})",
        "(x - avg(x) OVER part) / stddev_samp(x) OVER part",
        "同一日期内标准化：(x - 均值) / 样本标准差；值全相等时为 NULL",
        "Standardised on the date: (x - mean) / sample standard deviation; NULL where all are equal",
    ),
    Row(f"c_normalize(x, {_KEYS})", "c_zscore(x)", "同 c_zscore", "As c_zscore"),
    Row(
        f"c_scale(x, a:=1, {_KEYS})",
        "x / sum(abs(x)) OVER part * a",
        "同一日期内缩放：x / sum(|x|) * a",
        "Scaled on the date: x / sum(|x|) * a",
    ),
    Row(
        f"c_min_max_scalar(x, a:=0, b:=1, {_KEYS})",
        "a + (x - min(x) OVER part) / (max(x) OVER part - min(x) OVER part) * (b - a)",
        "同一日期内把 x 线性缩放到 [a, b]；值全相等时为 NULL",
        "x on the date, scaled linearly to [a, b]; NULL where all are equal",
    ),
    Row(
        f"group_zscore(x, grp, {_KEYS})",
        f"(x - avg(x) OVER {_GROUP}) / stddev_samp(x) OVER {_GROUP}",
        "同一日期、同一组内标准化：(x - 均值) / 样本标准差；值在前，组在后",
        "Standardised in its group on the date: (x - mean) / sample standard deviation; the value comes first",
    ),
    Row(
        f"group_scale(x, grp, {_KEYS})",
        f"(x - min(x) OVER {_GROUP}) / (max(x) OVER {_GROUP} - min(x) OVER {_GROUP})",
        "同一日期、同一组内把 x 线性缩放到 [0, 1]；值全相等时为 NULL",
        "x in its group on the date, scaled linearly to [0, 1]; NULL where all are equal",
    ),
    Row(
        f"group_neutralize(x, grp, {_KEYS})",
        f"x - avg(x) OVER {_GROUP}",
        "同一日期内 x 减去其组均值；值在前，组在后",
        "x less the mean of its group on the date; the value comes first",
    ),
)

_CLEANED: Sequence[Row] = (
    Row(
        f"c_fillna(x, grp, {_KEYS})",
        f"coalesce(x, avg(x) OVER {_GROUP})",
        "x 为 NULL 时取同一日期、同一组内 x 的均值，否则为 x",
        "x, or where it is NULL the mean of its group on the date",
    ),
    Row(
        f"c_winsorize(x, lower, upper, {_KEYS})",
        "clip(x, quantile_cont(x::DOUBLE, lower) OVER part, quantile_cont(x::DOUBLE, upper) OVER part)",
        "同一日期内把 x 截到 lower 与 upper（0 到 1）两个插值分位数之间",
        "x on the date, cut to between its interpolated quantiles at lower and upper in 0..1",
    ),
    Row(
        f"cut_outliers(x, m:=3, {_KEYS})",
        f"clip(x, median(x::DOUBLE) OVER part - m * {_MAD_TO_SIGMA} * mad(x::DOUBLE) OVER part, "
        f"median(x::DOUBLE) OVER part + m * {_MAD_TO_SIGMA} * mad(x::DOUBLE) OVER part)",
        "同一日期内把 x 截到 中位数 ± m × 1.4826 × 绝对中位差 之间（平台未公布公式，取 c_neutralize 的口径）",
        "x on the date, cut to median ± m * 1.4826 * median absolute deviation, as c_neutralize does; "
        "the platform does not say its own",
    ),
    Row(
        f"c_preprocess(x, n, {_KEYS})",
        f"c_zscore(clip({_FILLED}, {_FILLED_MEDIAN} - n * {_FILLED_MAD}, {_FILLED_MEDIAN} + n * {_FILLED_MAD}))",
        "同一日期内依次：NULL 填为均值，截到 中位数 ± n × 绝对中位差，再标准化",
        "x on the date: NULLs become the mean, then cut to median ± n * median absolute deviation, then standardised",
    ),
)


def _by() -> Iterator[Row]:
    for name, call, zh, en in (
        ("rank", "rank() OVER ({0})", "排名，从 1 起，并列取最小名次", "Rank from 1, equal ones share the lowest"),
        (
            "pct_rank",
            _MEAN_PCT_RANK,
            "百分比排名，取值 (0, 1]，并列取平均",
            "Mean rank over the number of values, in (0, 1]",
        ),
        ("dense_rank", "dense_rank() OVER ({0})", "稠密排名，从 1 起，不跳号", "Rank from 1 without gaps"),
        ("row_number", "row_number() OVER ({0})", "行号，从 1 起", "Row number from 1"),
        ("cume_dist", "cume_dist() OVER ({0})", "累积分布，取值 (0, 1]", "Cumulative distribution, in (0, 1]"),
        (
            "ntile",
            "ntile(num_buckets) OVER ({0})",
            "分成 num_buckets 桶的桶号，从 1 起",
            "Bucket from 1 of num_buckets",
        ),
    ):
        first = "num_buckets, " if "num_buckets" in call else ""
        yield Row(
            f"{name}({first}ob, ascending:=true)",
            _by_order(call),
            f"整个结果内按 ob 的{zh}；ob 可为 'A, -B'，减号为降序",
            f"{en}, in the whole result by ob; ob may be 'A, -B', a minus is descending",
        )
        yield Row(
            f"{name}_by({first}pb, ob, ascending:=true)",
            _by_order(call),
            f"同一 pb 内按 ob 的{zh}；分组键在前，ob 可为 'A, -B'，减号为降序",
            f"{en}, among rows of the same pb by ob; ob may be 'A, -B', a minus is descending",
        )


ROWS: Sequence[Row] = (*_aggregates(), *_RANKS, *_SCALES, *_bins(), *_CLEANED, *_by())

WINDOWED: Sequence[Row] = ()
