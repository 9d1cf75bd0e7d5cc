"""Least squares by orthogonal directions: many small fits at once, and what a cross-section leaves unexplained.

The last axis holds the observations of one fit, every axis before it is another fit. Regressors are made
orthogonal one after the other; one that those before it explain already adds nothing and is left out, so that a
fit is always defined and its residual is that of the pseudo-inverse.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from dripstone.arrays import Floats, PerInstrument, as_floats, same_shape
from dripstone.kernels import crosssection

__all__ = ["Groups", "intercept", "neutralize", "residual", "residual_of_complete", "standardize"]

Groups = npt.NDArray[np.integer]
"""(n,) group of each member, 0, 1, 2, ...; -1 is missing"""

_MAD_TO_SD = 1.4826


def residual(y: Floats, *regressors: Floats) -> Floats:
    """What the least-squares fit of ``y`` on the regressors and a constant leaves.

    Parameters
    ----------
    y : (..., t) float64.
    regressors : each (..., t) or (t,) float64.

    Returns
    -------
    (..., t) float64, unit of ``y``; 0, but for rounding, where the coefficients are as many as the observations.

    Missing data
    ------------
    A NaN makes its whole fit NaN.

    Properties
    ----------
    Adds up to 0 and is orthogonal to every regressor; does not change with their scale, origin or order.
    """
    return _without(y, _directions([np.ones(y.shape[-1]), *regressors]))


def intercept(y: Floats, *regressors: Floats) -> Floats:
    """The constant of the least-squares fit of ``y`` on the regressors and a constant.

    Parameters and missing data are those of ``residual``.

    Returns
    -------
    (...) float64, unit of ``y``; NaN too where a combination of the regressors is constant itself.
    """
    directions = _directions(regressors)
    ones = np.ones(y.shape)
    apart = _without(ones, directions)
    size = np.sum(apart * apart, axis=-1)
    known = size > (y.shape[-1] * np.finfo(float).eps) ** 2 * y.shape[-1]
    fitted = np.sum(_without(y, directions) * apart, axis=-1)
    return np.divide(fitted, size, out=np.full(size.shape, np.nan), where=known)


def residual_of_complete(y: PerInstrument, *regressors: PerInstrument) -> PerInstrument:
    """``residual`` of one cross-section, over the members that have all the values.

    Missing data
    ------------
    A member with a value that is not finite is left out of the fit, and NaN.

    Source
    ------
    bigquant2024functions, c_ols1d_resid and its kin.
    """
    columns = [as_floats(each, ndim=1) for each in (y, *regressors)]
    same_shape(**{f"series {i}": each for i, each in enumerate(columns)})
    complete = np.isfinite(columns).all(axis=0)
    left = np.full(complete.shape, np.nan)
    left[complete] = residual(*(each[complete] for each in columns))
    return left


def standardize(x: PerInstrument) -> PerInstrument:
    """Values clipped to median +- 3 MAD (each counted as 1.4826), less their mean, over their deviation (ddof 1).

    Unlike ``despike.clip_mad`` it clips where the MAD is 0 too.

    Parameters
    ----------
    x : (n,) float64, one cross-section.

    Returns
    -------
    (n,) float64 in standard deviations; NaN throughout where nothing varies after the clip.

    Missing data
    ------------
    A value that is not finite makes all of them NaN.

    Source
    ------
    bigquant2024faq, c_neutralize.
    """
    x = as_floats(x, ndim=1)
    if not (len(x) and np.isfinite(x).all()):
        return np.full(x.shape, np.nan)
    median = np.median(x)
    reach = 3 * _MAD_TO_SD * np.median(np.abs(x - median))
    return crosssection.zscore(np.clip(x, median - reach, median + reach))


def neutralize(y: PerInstrument, groups: Groups, *exposures: PerInstrument) -> PerInstrument:
    """What the least-squares fit of ``y`` on a dummy for each group and on the exposures leaves.

    Deviations from the group's mean take the place of the dummies, which is the same fit.

    Parameters
    ----------
    y : (n,) float64, one cross-section.
    groups : (n,) group of each member.
    exposures : each (n,) float64, such as the logarithm of the market value.

    Returns
    -------
    (n,) float64, unit of ``y``; its mean is 0 in every group.

    Missing data
    ------------
    One value that is not finite, or one member without a group, makes the whole cross-section NaN.

    Source
    ------
    bigquant2024faq, c_neutralize.
    """
    columns = [as_floats(each, ndim=1) for each in (y, *exposures)]
    if not (len(groups) and np.isfinite(columns).all() and groups.min() >= 0):
        return np.full(len(groups), np.nan)
    counts = np.maximum(np.bincount(groups), 1)
    apart = [each - (np.bincount(groups, weights=each) / counts)[groups] for each in columns]
    sizes = [np.linalg.norm(each) for each in columns[1:]]
    return _without(apart[0], _directions(apart[1:], sizes=sizes))


def _directions(columns: Sequence[Floats], *, sizes: Iterable[np.floating] | None = None) -> list[Floats]:
    """Orthogonal unit vectors that span the columns, one after the other; zeros for a column that adds nothing.

    A column adds nothing when what is left of it is no more than the rounding of its size.
    """
    sizes = [np.linalg.norm(each, axis=-1, keepdims=True) for each in columns] if sizes is None else sizes
    directions: list[Floats] = []
    for column, size in zip(columns, sizes, strict=True):
        left = _without(_without(column, directions), directions)  # the second pass removes the first one's rounding
        length = np.linalg.norm(left, axis=-1, keepdims=True)
        new = length > column.shape[-1] * np.finfo(float).eps * size
        directions.append(np.divide(left, length, out=np.zeros(left.shape), where=new))
    return directions


def _without(y: Floats, directions: Sequence[Floats]) -> Floats:
    """``y`` less its part along each direction."""
    for direction in directions:
        y = y - np.sum(y * direction, axis=-1, keepdims=True) * direction
    return y
