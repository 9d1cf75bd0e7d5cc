"""Calls of the rolling functions (``m_*``, ``ts_*`` and their raw forms under OVER), each beside its twin."""

import operator
from typing import Any

from tests.reference import dai_twin_statistic as s
from tests.reference import dai_twin_window as w
from tests.reference.dai_twin import Column, over, per_instrument, rolling, sliding

Case = tuple[str, Column]

OVER = "OVER (PARTITION BY instrument ORDER BY date)"
FRAME = "OVER (PARTITION BY instrument ORDER BY date ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)"

_STATISTICS = {
    "avg": s.mean,
    "sum": s.total,
    "min": s.smallest,
    "max": s.largest,
    "median": s.median,
    "mode": s.mode,
    "mad": s.mad,
    "product": s.product,
    "stddev": s.std,
    "stddev_samp": s.std,
    "stddev_pop": s.std_pop,
    "variance": s.variance,
    "var_samp": s.variance,
    "var_pop": s.variance_pop,
    "skewness": s.skewness,
    "kurtosis": s.kurtosis,
    "entropy": s.entropy,
    "favg": s.mean,
    "fsum": s.total,
    "first": w.nth(1),
    "first_value": w.nth(1),
    "last": w.nth(5),
    "last_value": w.nth(5),
}
_OF_PAIRS = {
    "corr": s.correlation,
    "covar_pop": s.covariance(0),
    "covar_samp": s.covariance(1),
    "regr_slope": s.slope,
    "regr_intercept": s.intercept,
    "regr_r2": s.r2,
    "regr_avgx": lambda ys, xs: s.mean(xs),
    "regr_avgy": lambda ys, xs: s.mean(ys),
    "regr_sxx": s.sxx,
    "regr_sxy": s.sxy,
    "regr_syy": s.syy,
}
_BITS = {"and": operator.and_, "or": operator.or_, "xor": operator.xor}
_SKIPPING = {
    "avg": s.mean,
    "std": s.std,
    "std_samp": s.std,
    "std_pop": s.std_pop,
    "var": s.variance,
    "var_samp": s.variance,
    "var_pop": s.variance_pop,
}
_OF_EXTREMES = {
    "sum": s.total,
    "avg": s.mean,
    "std_samp": s.std,
    "std_pop": s.std_pop,
    "var_samp": s.variance,
    "var_pop": s.variance_pop,
}


def _rolling_statistics() -> dict[str, list[Case]]:
    cases = {
        f"m_{name}": [
            (f"m_{name}(x, 5)", per_instrument(rolling(f, 5), "x")),
            (f"m_{name}(x, 5, pb:='date', ob:='-z')", over(rolling(f, 5), "x", pb=("date",), ob=("-z",))),
        ]
        for name, f in _STATISTICS.items()
    }
    cases["m_avg"] += [
        ("m_avg(x, 1)", per_instrument(rolling(s.mean, 1), "x")),
        ("m_avg(x, 100)", per_instrument(rolling(s.mean, 100), "x")),
        ("m_avg(x, 3.7)", per_instrument(rolling(s.mean, 3), "x")),
        ("m_avg(k, 4, pb:=industry, ob:='date, -instrument')",
         over(rolling(s.mean, 4), "k", pb=("industry",), ob=("date", "-instrument"))),
        ("m_avg(x, 3, pb:='label, industry', ob:='-date,z')",
         over(rolling(s.mean, 3), "x", pb=("label", "industry"), ob=("-date", "z"))),
    ]  # fmt: skip
    cases["m_stddev"].append(("m_stddev(x, 1)", per_instrument(rolling(s.std, 1), "x")))
    for name, f in _OF_PAIRS.items():
        cases[f"m_{name}"] = [(f"m_{name}(x, u, 6)", per_instrument(rolling(f, 6), "x", "u"))]
    for name, f in _BITS.items():
        cases[f"m_bit_{name}"] = [(f"m_bit_{name}(k, 4)", per_instrument(rolling(s.bits(f), 4), "k"))]
    cases["m_bool_and"] = [("m_bool_and(flag, 3)", per_instrument(rolling(all, 3), "flag"))]
    cases["m_bool_or"] = [("m_bool_or(flag, 3)", per_instrument(rolling(any, 3), "flag"))]
    for name, quantile in (
        ("quantile", s.quantile_disc),
        ("quantile_disc", s.quantile_disc),
        ("quantile_cont", s.quantile_cont),
    ):
        cases[f"m_{name}"] = [
            (f"m_{name}(x, {pos}, 5)", per_instrument(rolling(quantile(pos), 5), "x")) for pos in ("0.2", "0.7", "1")
        ]
    return cases


def _skipping() -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = {
        f"m_nan{name}": [(f"m_nan{name}(x, 4)", per_instrument(sliding(f, 4), "x"))] for name, f in _SKIPPING.items()
    }
    for name, f in {**_SKIPPING, "mean": s.mean}.items():
        cases[f"nan{name}"] = [(f"nan{name}(x) {FRAME}", per_instrument(sliding(f, 4), "x"))]
    cases["m_count"] = [("m_count(x, 4)", per_instrument(sliding(len, 4), "x"))]
    cases["m_regr_count"] = [("m_regr_count(x, y, 4)", per_instrument(sliding(lambda y, x: len(y), 4), "x", "y"))]
    return cases


def _extremes() -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = {}
    for name, f in _OF_EXTREMES.items():
        for side in ("greatest", "least"):
            twin = per_instrument(rolling(w.at_extreme(f, 3, greatest=side == "greatest"), 5), "u", "x")
            call = f"{name}_{side}_k(u, x, 5, 3)"
            cases[f"m_{name}_{side}_k"] = [(f"m_{call}", twin)]
            cases[f"{name}_{side}_k"] = [(f"{call} {OVER}", twin)]
    twin = per_instrument(rolling(w.extreme_delta(2), 6), "u", "x")
    cases["m_sum_gl_k_delta"] = [("m_sum_gl_k_delta(u, x, 6, 2)", twin)]
    cases["sum_gl_k_delta"] = [(f"sum_gl_k_delta(u, x, 6, 2) {OVER}", twin)]
    cases["sum_first_k"] = [(f"sum_first_k(x, 4) {OVER}", per_instrument(w.first_k(s.total, 4), "x"))]
    cases["avg_first_k"] = [(f"avg_first_k(x, 4) {OVER}", per_instrument(w.first_k(s.mean, 4), "x"))]
    for name, f in {"imax": w.imax, "imin": w.imin}.items():
        cases[f"m_{name}"] = [(f"m_{name}(x, 4)", per_instrument(rolling(f, 4), "x"))]
        cases[name] = [(f"{name}(x) {FRAME}", per_instrument(rolling(f, 4), "x"))]
    cases["m_arg_max"] = [
        ("m_arg_max(u, x, 4)", per_instrument(rolling(w.arg_max, 4), "u", "x")),
        ("m_arg_max(date, x, 4)", per_instrument(rolling(w.arg_max, 4), "date", "x")),
    ]
    cases["m_arg_min"] = [("m_arg_min(u, x, 4)", per_instrument(rolling(w.arg_min, 4), "u", "x"))]
    cases["m_nth_value"] = [("m_nth_value(x, 2, 4)", per_instrument(rolling(w.nth(2), 4), "x"))]
    return cases


def _ranks() -> dict[str, list[Case]]:
    def ranked(*, w_rows: int = 5, **how: Any) -> Column:
        return per_instrument(rolling(w.rank_in(**how), w_rows), "x")

    cases: dict[str, list[Case]] = {
        name: [
            (f"{name}(x, 5)", ranked(share=share)),
            (f"{name}(x, 5, ascending:=false)", ranked(share=share, ascending=False)),
            (f"{name}(x, 5, method:='min')", ranked(share=share, method="min")),
            (f"{name}(x, 5, method:='max')", ranked(share=share, method="max")),
            (f"{name}(x, 5, method:='avg')", ranked(share=share)),
        ]
        for name, share in (("m_rank", False), ("m_rolling_rank", False), ("m_pct_rank", True))
    }
    for name, share in (("rank_ext", False), ("rolling_rank", False), ("pct_rank_ext", True)):
        cases[name] = [
            (f"{name}(x, 'avg', true) {FRAME}", ranked(w_rows=4, share=share)),
            (f"{name}(x, 'min', false) {FRAME}", ranked(w_rows=4, share=share, method="min", ascending=False)),
            (f"{name}(x, 'max', true) {FRAME}", ranked(w_rows=4, share=share, method="max")),
        ]
    cases["ts_rank"] = [("ts_rank(x, 4)", per_instrument(rolling(w.ts_rank, 4), "x"))]
    cases["ts_scale"] = [("ts_scale(x, 4)", per_instrument(rolling(w.ts_scale, 4), "x"))]
    cases["ts_zscore"] = [("ts_zscore(x, 4)", per_instrument(rolling(w.ts_zscore, 4), "x"))]
    return cases


def _series() -> dict[str, list[Case]]:
    runs = {"sum": w.cumsum, "prod": w.cumprod, "max": w.cummax, "min": w.cummin}
    cases: dict[str, list[Case]] = {}
    for name, f in runs.items():
        cases[f"m_cum{name}"] = [(f"m_cum{name}(y)", per_instrument(f, "y"))]
        cases[f"cum{name}"] = [(f"cum{name}(y) {OVER}", per_instrument(f, "y"))]
    return cases | {
        "m_lag": [
            ("m_lag(x, 2)", per_instrument(w.lag(2), "x")),
            ("m_lag(x, 2, default_val:=0.5)", per_instrument(w.lag(2, 0.5), "x")),
            ("m_lag(label, 1)", per_instrument(w.lag(1), "label")),
        ],
        "m_lead": [("m_lead(x, 2)", per_instrument(w.lag(-2), "x"))],
        "m_shift": [
            ("m_shift(x, 2)", per_instrument(w.lag(2), "x")),
            ("m_shift(x, -1)", per_instrument(w.lag(-1), "x")),
            ("m_shift(x, 0)", per_instrument(w.lag(0), "x")),
        ],
        "m_delta": [
            ("m_delta(x, 3)", per_instrument(w.delta(3), "x")),
            ("m_delta(x, -1, ob:='-date')", over(w.delta(-1), "x", pb=("instrument",), ob=("-date",))),
        ],
        "m_decay_linear": [("m_decay_linear(x, 4)", per_instrument(rolling(w.decay_linear, 4), "x"))],
        "decay_linear": [(f"decay_linear(x) {FRAME}", per_instrument(rolling(w.decay_linear, 4), "x"))],
        "m_consecutive_rise_count": [
            ("m_consecutive_rise_count(x)", per_instrument(w.consecutive_rises(), "x")),
            ("m_consecutive_rise_count(x, count_eq:=true)", per_instrument(w.consecutive_rises(count_equal=True), "x")),
        ],
        "m_consecutive_true_count": [
            ("m_consecutive_true_count(flag)", per_instrument(w.consecutive_trues, "flag")),
        ],
    }


def _weights_and_fits() -> dict[str, list[Case]]:
    return {
        "m_fillna": [("m_fillna(x, 4)", per_instrument(w.fillna(4), "x"))],
        "m_fillna_weighted": [("m_fillna_weighted(x, 4, weight)", per_instrument(w.fillna_weighted(4), "x", "weight"))],
        "m_weighted_avg": [
            ("m_weighted_avg(x, 4, weight)", per_instrument(rolling(s.weighted_mean, 4), "x", "weight")),
        ],
        "m_weighted_stddev": [
            ("m_weighted_stddev(x, 4, weight)", per_instrument(rolling(s.weighted_std, 4), "x", "weight")),
        ],
        "m_winsorize_nsigma": [
            ("m_winsorize_nsigma(x, 5)", per_instrument(rolling(w.winsorize_nsigma(3), 5), "x")),
            ("m_winsorize_nsigma(x, 5, n:=0.5)", per_instrument(rolling(w.winsorize_nsigma(0.5), 5), "x")),
        ],
        "m_winsorize_weighted_nsigma": [
            ("m_winsorize_weighted_nsigma(x, 5, weight, n:=0.5)",
             per_instrument(rolling(w.winsorize_weighted_nsigma(0.5), 5), "x", "weight")),
        ],
        "m_ols1d_resid_cx": [("m_ols1d_resid_cx(x, 5)", per_instrument(rolling(w.trend_residual, 5), "x"))],
        "m_ols2d_intercept": [
            ("m_ols2d_intercept(x, u, z, 6)", per_instrument(rolling(w.ols_intercept, 6), "x", "u", "z")),
        ],
        "m_ols2d_last_resid": [
            ("m_ols2d_last_resid(x, u, z, 6)", per_instrument(rolling(w.ols_last_residual, 6), "x", "u", "z")),
        ],
        "m_ols3d_intercept": [
            ("m_ols3d_intercept(x, u, z, cap, 7)",
             per_instrument(rolling(w.ols_intercept, 7), "x", "u", "z", "cap")),
        ],
        "m_ols3d_last_resid": [
            ("m_ols3d_last_resid(x, u, z, cap, 7)",
             per_instrument(rolling(w.ols_last_residual, 7), "x", "u", "z", "cap")),
        ],
    }  # fmt: skip


ROLLING: dict[str, list[Case]] = (
    _rolling_statistics() | _skipping() | _extremes() | _ranks() | _series() | _weights_and_fits()
)
