"""Functions of one row, and aggregates that pass over NaN."""

from collections.abc import Mapping, Sequence

from dripstone.dai.dialect.row import Row

__all__ = ["ROWS", "WINDOWED"]

_WITHOUT_NAN: Mapping[str, tuple[str, str, str]] = {
    "nanavg": ("avg", "均值", "mean"),
    "nanmean": ("avg", "均值，同 nanavg", "mean, as nanavg"),
    "nanstd": ("stddev_samp", "样本标准差", "sample standard deviation"),
    "nanstd_samp": ("stddev_samp", "样本标准差", "sample standard deviation"),
    "nanstd_pop": ("stddev_pop", "总体标准差", "population standard deviation"),
    "nanvar": ("var_samp", "样本方差", "sample variance"),
    "nanvar_samp": ("var_samp", "样本方差", "sample variance"),
    "nanvar_pop": ("var_pop", "总体方差", "population variance"),
}

WINDOWED: Sequence[Row] = tuple(
    Row(
        f"{name}(x)",
        f"{aggregate}(nullif(x::DOUBLE, 'nan'::DOUBLE))",
        f"聚合函数：x 的{zh}，跳过 NaN 与 NULL",
        f"Aggregate, without NaN and NULL: {en}",
    )
    for name, (aggregate, zh, en) in _WITHOUT_NAN.items()
)

ROWS: Sequence[Row] = (
    *WINDOWED,
    Row(
        "clip(x, lo, hi)",
        "CASE WHEN x < lo THEN lo WHEN x > hi THEN hi ELSE x END",
        "把 x 截到 [lo, hi]；x 为 NULL 时为 NULL，边界为 NULL 时该侧不截",
        "x cut to [lo, hi]; NULL stays NULL, and a NULL bound cuts nothing",
    ),
    Row("nullifgt(a, b)", "if(a > b, NULL, a)", "a > b 时为 NULL，否则为 a", "NULL where a > b, else a"),
    Row("nulliflt(a, b)", "if(a < b, NULL, a)", "a < b 时为 NULL，否则为 a", "NULL where a < b, else a"),
    Row("sigmoid(x)", "1 / (1 + exp(-x))", "1 / (1 + exp(-x))", "1 / (1 + exp(-x))"),
    Row(
        "signedpower(x, a)",
        "if(x > 0, 1, -1) * power(abs(x), a)",
        "保留符号的幂：sign(x) × |x|^a",
        "Power that keeps the sign: sign(x) * |x|^a",
    ),
    Row(
        "cut(x, edges)",
        "CASE WHEN x > edges[1] AND x <= list_last(edges) THEN len(list_filter(edges, lambda edge: edge < x)) - 1 END",
        "x 所在桶的序号，从 0 起；edges 为升序边界，桶左开右闭；在边界之外为 NULL。边界可写 -inf 与 inf",
        "Number from 0 of x's bin; edges ascend, a bin is open on the left; NULL outside. Edges may be -inf and inf",
    ),
    Row("constant(x)", "x", "x 本身", "x itself"),
    Row(
        "list_add_head_tail(head, items, tail)",
        "list_append(list_prepend(head, items), tail)",
        "在列表 items 前加 head、后加 tail",
        "The list items with head before it and tail behind",
    ),
)
