"""Functions of a cross-section that fit it: what industry, size and other exposures leave; weights within groups."""

from collections.abc import Sequence

import numpy as np

from dripstone.arrays import Floats
from dripstone.dai.dialect.partition import Kernel
from dripstone.dai.dialect.row import Row
from dripstone.kernels import regression
from dripstone.kernels.regression import Groups

__all__ = ["KERNELS", "ROWS", "WINDOWED"]

_DAY = "pb:=date"
_ALL_ZH = "；当日任一输入为 NULL 则该日全部为 NULL"
_ALL_EN = "; a NULL among the inputs of a date makes all of the date NULL"
_SOME_ZH = "（含常数项）回归的残差；任一输入为 NULL 的行不参与，为 NULL"
_SOME_EN = "and a constant; rows with a NULL are left out, and NULL"


def _neutralized(y: Floats, groups: Groups, *caps: Floats) -> Floats:
    """Standardized ``y`` less the industries and the logarithm of the market value."""
    logs = [np.log(cap, out=np.full(cap.shape, np.nan), where=cap > 0) for cap in caps]
    return regression.neutralize(regression.standardize(y), groups, *logs)


KERNELS: Sequence[Kernel] = (
    *(Kernel(f"kernel_resid{k}", regression.residual_of_complete, 1 + k) for k in (1, 2, 3)),
    Kernel("kernel_neutralize", _neutralized, 3, categories=frozenset({1})),
    Kernel("kernel_neutralize_resid", regression.neutralize, 3, categories=frozenset({1})),
    Kernel("kernel_indneutralize", _neutralized, 2, categories=frozenset({1})),
    Kernel("kernel_indneutralize_resid", regression.neutralize, 2, categories=frozenset({1})),
)

ROWS: Sequence[Row] = (
    Row(
        f"c_neutralize(y, industry, marketcap, {_DAY})",
        "kernel_neutralize(y, industry, marketcap) OVER part",
        f"y 去极值（中位数 ± 3*1.4826*MAD）并标准化，再对行业哑变量与 ln(marketcap) 回归的残差{_ALL_ZH}",
        f"y, clipped at 3 MAD and standardized, less industry dummies and ln(marketcap){_ALL_EN}",
    ),
    Row(
        f"c_neutralize_resid(y, industry, log_marketcap, {_DAY})",
        "kernel_neutralize_resid(y, industry, log_marketcap) OVER part",
        f"y 对行业哑变量与 log_marketcap（自行取对数）回归的残差，不做预处理{_ALL_ZH}",
        f"y as it is, less industry dummies and log_marketcap as it is{_ALL_EN}",
    ),
    Row(
        f"c_indneutralize(y, industry, {_DAY})",
        "kernel_indneutralize(y, industry) OVER part",
        f"行业中性化：y 去极值并标准化（同 c_neutralize）后减去行业均值{_ALL_ZH}",
        f"y, clipped and standardized as in c_neutralize, less its industry's mean{_ALL_EN}",
    ),
    Row(
        f"c_indneutralize_resid(y, industry, {_DAY})",
        "kernel_indneutralize_resid(y, industry) OVER part",
        f"y 减去行业均值，不做预处理{_ALL_ZH}",
        f"y as it is, less its industry's mean{_ALL_EN}",
    ),
    *(
        Row(
            f"{name}(y, {x}, {_DAY})",
            f"kernel_resid{k}(y, {x}) OVER part",
            f"截面上 y 对 [{x}]{_SOME_ZH}",
            f"Residual of the regression, by date, of y on [{x}] {_SOME_EN}",
        )
        for name, k, x in (
            ("c_regr_residual", 1, "x"),
            ("c_ols1d_resid", 1, "x"),
            ("c_ols2d_resid", 2, "x1, x2"),
            ("c_ols3d_resid", 3, "x1, x2, x3"),
        )
    ),
    Row(
        f"c_fillna_weighted(x, grp, weight, {_DAY})",
        "coalesce(x, c_weighted_avg(x, grp, weight))",
        "x；为 NULL 时取当日同组以 weight 加权的均值",
        "x; where it is NULL, the weighted mean of its group on the date",
    ),
    Row(
        f"c_weighted_avg(x, grp, weight, {_DAY})",
        "c_group_sum(grp, x * weight) / c_group_sum(grp, CASE WHEN x IS NOT NULL THEN weight END)",
        "当日同组 x 以 weight 加权的均值；x 或 weight 为 NULL 的行不参与",
        "Mean of x in its group on the date, weighted by weight; rows without x or weight are left out",
    ),
    Row(
        f"c_weighted_stddev(x, grp, weight, {_DAY})",
        "sqrt(c_weighted_avg(pow(x - c_weighted_avg(x, grp, weight), 2), grp, weight))",
        "当日同组 x 以 weight 加权的标准差（除以权重之和）；x 或 weight 为 NULL 的行不参与",
        "Standard deviation of x in its group on the date, weighted by weight, over the sum of weights",
    ),
    Row(
        f"c_winsorize_nsigma(x, grp, n:=3, {_DAY})",
        "clip(x, c_group_avg(grp, x) - n * c_group_std(grp, x), c_group_avg(grp, x) + n * c_group_std(grp, x))",
        "x 截断到当日同组均值 ± n 倍样本标准差；组内只有一个值时不变",
        "x within the mean +- n sample deviations of its group on the date; as it is in a group of one",
    ),
    Row(
        f"c_winsorize_weighted_nsigma(x, grp, weight, n:=3, {_DAY})",
        "clip(x, c_weighted_avg(x, grp, weight) - n * c_weighted_stddev(x, grp, weight), "
        "c_weighted_avg(x, grp, weight) + n * c_weighted_stddev(x, grp, weight))",
        "x 截断到当日同组加权均值 ± n 倍加权标准差",
        "x within the weighted mean +- n weighted deviations of its group on the date",
    ),
)

WINDOWED: Sequence[Row] = ()
