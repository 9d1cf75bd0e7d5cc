"""Calls of the cross-section functions (``c_*``, ``group_*``, ``all_*``, ``*_by``) and scalars, beside their twins."""

import math
from typing import Any

from tests.reference import dai_twin_section as c
from tests.reference import dai_twin_statistic as s
from tests.reference.dai_twin import Column, each, over, per_date, spread, strict, whole

Case = tuple[str, Column]

_STATISTICS = {
    "avg": s.mean,
    "sum": s.total,
    "count": len,
    "std": s.std,
    "var": s.variance,
    "median": s.median,
    "mad": s.mad,
    "max": s.largest,
    "min": s.smallest,
}


def per_group(f: Any, *arguments: str) -> Column:
    return over(f, *arguments, pb=("date", "label"))


def _spreads() -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = {
        f"c_{name}": [
            (f"c_{name}(x)", per_date(spread(f), "x")),
            (f"c_{name}(x, pb:='date, label')", per_group(spread(f), "x")),
        ]
        for name, f in _STATISTICS.items()
    }
    for name in ("avg", "sum", "std"):
        cases[f"c_group_{name}"] = [(f"c_group_{name}(label, x)", per_group(spread(_STATISTICS[name]), "x"))]
    for name, quantile in (("quantile_cont", s.quantile_cont), ("quantile_disc", s.quantile_disc)):
        cases[f"c_{name}"] = [
            (f"c_{name}(x, {pos})", per_date(spread(quantile(pos)), "x")) for pos in ("0", "0.3", "0.8")
        ]
        cases[f"all_{name}"] = [(f"all_{name}(x, 0.45)", whole(spread(quantile("0.45")), "x"))]
        cases[f"c_group_{name}"] = [(f"c_group_{name}(label, x, 0.3)", per_group(spread(quantile("0.3")), "x"))]
    return cases


def _ranks() -> dict[str, list[Case]]:
    down = {"ascending": False}
    cases: dict[str, list[Case]] = {
        "c_rank": [
            ("c_rank(x)", per_date(c.rank(), "x")),
            ("c_rank(x, ascending:=false)", per_date(c.rank(**down), "x")),
            ("c_rank(x, pb:=instrument)", over(c.rank(), "x", pb=("instrument",))),
        ],
        "c_pct_rank": [
            ("c_pct_rank(x)", per_date(c.pct_rank(), "x")),
            ("c_pct_rank(x, ascending:=false)", per_date(c.pct_rank(**down), "x")),
        ],
        "c_group_pct_rank": [("c_group_pct_rank(label, x)", per_group(c.pct_rank(), "x"))],
        "group_rank": [("group_rank(x, label)", per_group(c.rank_in_group, "x"))],
        "rank": [("rank(x)", whole(c.rank(), "x")), ("rank(x, ascending:=false)", whole(c.rank(**down), "x"))],
        "rank_by": [("rank_by(date, x)", per_date(c.rank(), "x"))],
        "pct_rank": [("pct_rank(x)", whole(c.pct_rank(), "x"))],
        "pct_rank_by": [("pct_rank_by(date, x, ascending:=false)", per_date(c.pct_rank(**down), "x"))],
        "ntile": [("ntile(4, z)", whole(c.ntile(4), "z"))],
        "ntile_by": [("ntile_by(2, date, z, ascending:=false)", per_date(c.ntile(2, **down), "z"))],
    }
    for name, f, of in (
        ("dense_rank", c.dense_rank, "x"),
        ("row_number", c.row_number, "z"),
        ("cume_dist", c.cume_dist, "x"),
    ):
        cases[name] = [(f"{name}({of})", whole(f(), of))]
        cases[f"{name}_by"] = [
            (f"{name}_by(date, {of})", per_date(f(), of)),
            (f"{name}_by(instrument, {of}, ascending:=false)", over(f(**down), of, pb=("instrument",))),
        ]
    return cases


def _scales() -> dict[str, list[Case]]:
    return {
        "c_zscore": [("c_zscore(x)", per_date(c.zscore, "x"))],
        "c_normalize": [("c_normalize(x, pb:=label)", over(c.zscore, "x", pb=("label",)))],
        "c_scale": [("c_scale(x)", per_date(c.scale(), "x")), ("c_scale(x, 10)", per_date(c.scale(10), "x"))],
        "c_min_max_scalar": [
            ("c_min_max_scalar(x)", per_date(c.min_max(), "x")),
            ("c_min_max_scalar(x, a:=-1, b:=3)", per_date(c.min_max(-1, 3), "x")),
        ],
        "group_zscore": [("group_zscore(x, label)", per_group(c.zscore, "x"))],
        "group_scale": [("group_scale(x, label)", per_group(c.min_max(), "x"))],
        "group_neutralize": [("group_neutralize(x, label)", per_group(c.neutralize_in_group, "x"))],
        "c_cbins": [("c_cbins(z, 3)", per_date(c.cbins(3), "z")), ("c_cbins(x, 4)", per_date(c.cbins(4), "x"))],
        "c_wbins": [("c_wbins(x, 4)", per_date(c.wbins(4), "x"))],
        "all_cbins": [("all_cbins(x, 5)", whole(c.cbins(5), "x"))],
        "all_wbins": [("all_wbins(x, 5)", whole(c.wbins(5), "x"))],
    }


def _outliers() -> dict[str, list[Case]]:
    halves = ("weight",)
    return {
        "c_fillna": [("c_fillna(x, label)", per_group(c.fillna, "x"))],
        "c_fillna_weighted": [("c_fillna_weighted(x, label, weight)", per_group(c.fillna_weighted, "x", *halves))],
        "c_weighted_avg": [
            ("c_weighted_avg(x, label, weight)", per_group(c.weighted_spread(s.weighted_mean), "x", *halves)),
        ],
        "c_weighted_stddev": [
            ("c_weighted_stddev(x, label, weight)", per_group(c.weighted_spread(s.weighted_std), "x", *halves)),
        ],
        "c_winsorize": [("c_winsorize(x, 0.1, 0.8)", per_date(c.winsorize("0.1", "0.8"), "x"))],
        "c_winsorize_nsigma": [
            ("c_winsorize_nsigma(x, label, n:=0.5)", per_group(c.winsorize_nsigma(0.5), "x")),
            ("c_winsorize_nsigma(x, industry)", over(c.winsorize_nsigma(3), "x", pb=("date", "industry"))),
        ],
        "c_winsorize_weighted_nsigma": [
            ("c_winsorize_weighted_nsigma(x, label, weight, n:=0.5)",
             per_group(c.winsorize_weighted_nsigma(0.5), "x", *halves)),
        ],
        "cut_outliers": [
            ("cut_outliers(x)", per_date(c.clip_mad(3 * 1.4826), "x")),
            ("cut_outliers(x, m:=1)", per_date(c.clip_mad(1.4826), "x")),
        ],
        "c_preprocess": [("c_preprocess(x, 2)", per_date(c.preprocess(2), "x"))],
    }  # fmt: skip


def _fits() -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = {
        name: [
            (f"{name}(x, u)", per_date(c.ols_residual, "x", "u")),
            (f"{name}(x, y)", per_date(c.ols_residual, "x", "y")),
        ]
        for name in ("c_regr_residual", "c_ols1d_resid")
    }
    return cases | {
        "c_ols2d_resid": [("c_ols2d_resid(x, u, y)", per_date(c.ols_residual, "x", "u", "y"))],
        "c_ols3d_resid": [
            ("c_ols3d_resid(x, u, z, cap, pb:=instrument)",
             over(c.ols_residual, "x", "u", "z", "cap", pb=("instrument",))),
        ],
        "c_neutralize": [
            ("c_neutralize(u, industry, cap)",
             per_date(c.neutralize(prepared=True, log=True), "u", "industry", "cap")),
            ("c_neutralize(x, label, cap, pb:=instrument)",
             over(c.neutralize(prepared=True, log=True), "x", "label", "cap", pb=("instrument",))),
        ],
        "c_neutralize_resid": [
            ("c_neutralize_resid(z, industry, u)",
             per_date(c.neutralize(prepared=False, log=False), "z", "industry", "u")),
        ],
        "c_indneutralize": [
            ("c_indneutralize(u, industry)", per_date(c.neutralize(prepared=True, log=False), "u", "industry")),
        ],
        "c_indneutralize_resid": [
            ("c_indneutralize_resid(x, industry)", per_date(c.neutralize(prepared=False, log=False), "x", "industry")),
        ],
    }  # fmt: skip


def _cut(x: float) -> int | None:
    edges = [-math.inf, -1.0, 0.5, 2.0]
    return next((i for i in range(3) if edges[i] < x <= edges[i + 1]), None)


def _clip(x: float | None, low: float | None, high: float | None) -> float | None:
    """Below low: low; above high: high; a NULL bound cuts nothing."""
    if x is None:
        return None
    if low is not None and x < low:
        return low
    return high if high is not None and x > high else x


def _scalars() -> dict[str, list[Case]]:
    return {
        "clip": [
            ("clip(x, -1, 2)", each(lambda x: _clip(x, -1, 2), "x")),
            ("clip(u, x, y)", each(_clip, "u", "x", "y")),
        ],
        "nullifgt": [("nullifgt(x, 1)", each(strict(lambda x: None if x > 1 else x), "x"))],
        "nulliflt": [("nulliflt(x, u)", each(strict(lambda x, u: None if x < u else x), "x", "u"))],
        "sigmoid": [("sigmoid(x)", each(strict(lambda x: 1 / (1 + math.exp(-x))), "x"))],
        "signedpower": [
            ("signedpower(x, 2)", each(strict(lambda x: math.copysign(x * x, x)), "x")),
            ("signedpower(x, 0.5)", each(strict(lambda x: math.copysign(math.sqrt(abs(x)), x)), "x")),
        ],
        "cut": [("cut(x, [-inf, -1, 0.5, 2])", each(strict(_cut), "x"))],
        "constant": [("constant(x)", each(lambda x: x, "x"))],
        "list_add_head_tail": [
            ("list_add_head_tail(u, [z, 1], u + 1)", each(lambda u, z: [u, z, 1, u + 1], "u", "z")),
        ],
    }


SECTION: dict[str, list[Case]] = _spreads() | _ranks() | _scales() | _outliers() | _fits() | _scalars()
