"""One number a day: its mean, how sure the mean is, and the path it compounds to."""

from dataclasses import dataclass, field

import numpy as np

from dripstone.arrays import Floats, PerDay
from dripstone.evaluation.record import DAILY

__all__ = [
    "DAYS_PER_YEAR",
    "HORIZON_DAYS",
    "ROUNDING",
    "Daily",
    "Estimate",
    "annual_return",
    "average",
    "compound",
    "estimate",
    "max_drawdown",
    "newey_west_error",
    "newey_west_lag",
]

DAYS_PER_YEAR = 242
HORIZON_DAYS = 1
"""Trading days a label spans. One, so that labels of successive days do not overlap."""

ROUNDING = 1e-12
"""Up to this a number is rounding and means 0: correlations and returns that matter are of order 1e-5 and more."""


@dataclass(frozen=True, eq=False, slots=True)
class Daily:
    """One number a day and the mean of the days that have one.

    Parameters
    ----------
    values : (n_day,) float64, NaN on a day without the number.
    mean : the mean of the finite values; NaN when there is none.
    """

    values: PerDay = field(metadata=DAILY)
    mean: float


@dataclass(frozen=True, eq=False, slots=True)
class Estimate:
    """The mean of a daily series and how sure it is. Numbers that cannot be had are NaN.

    Parameters
    ----------
    values : (n_day,) float64, NaN on a day left out.
    n_days : days with a value.
    mean : their mean.
    sd : their standard deviation (ddof 1).
    ratio : mean / sd, by day.
    ratio_annual : ratio x sqrt(242).
    standard_error : of the mean, Newey-West with ``lag_days``.
    lag_days : Bartlett lag.
    t : mean / standard_error.
    win_rate : share of days with value x sign > 0.
    """

    values: PerDay = field(metadata=DAILY)
    n_days: int
    mean: float
    sd: float
    ratio: float
    ratio_annual: float
    standard_error: float
    lag_days: int
    t: float
    win_rate: float


def average(values: PerDay) -> Daily:
    """The values with their mean."""
    finite = values[np.isfinite(values)]
    return Daily(values, float(finite.mean()) if finite.size else np.nan)


def estimate(values: PerDay, *, sign: int = 1) -> Estimate:
    """The mean of the finite values and its uncertainty.

    Parameters
    ----------
    values : (n_day,) float64, oldest first.
    sign : +1 or -1, the side on which a day counts as won.

    Missing data
    ------------
    NaN days are skipped, and the days on either side of them count as neighbours in the autocovariances.
    """
    x = values[np.isfinite(values)]
    n = len(x)
    mean = float(x.mean()) if n else np.nan
    sd = float(x.std(ddof=1)) if n > 1 else np.nan
    ratio = mean / sd if sd > ROUNDING else np.nan
    error = newey_west_error(x)
    return Estimate(
        values=values,
        n_days=n,
        mean=mean,
        sd=sd,
        ratio=ratio,
        ratio_annual=ratio * float(np.sqrt(DAYS_PER_YEAR)),
        standard_error=error,
        lag_days=newey_west_lag(n),
        t=mean / error if error > ROUNDING else np.nan,
        win_rate=float(np.mean(x * sign > ROUNDING)) if n else np.nan,
    )


def newey_west_lag(n_days: int) -> int:
    """The Bartlett lag: max(h - 1, floor(4 (T / 100)^(2/9))), below T; h is the label's horizon."""
    rule = int(np.floor(4 * (n_days / 100) ** (2 / 9)))
    return max(min(max(HORIZON_DAYS - 1, rule), n_days - 1), 0)


def newey_west_error(x: Floats) -> float:
    """Standard error of a mean that allows for autocorrelation up to ``newey_west_lag`` days.

    sqrt((g0 + 2 sum_k (1 - k / (L + 1)) g_k) / T) with autocovariances g_k over T, without a small-sample factor.

    Parameters
    ----------
    x : (T,) float64, no NaN.

    Returns
    -------
    Same unit as ``x``; NaN for fewer than 2 values.

    Source
    ------
    newey1987simple; the lag rule is newey1994automatic.
    """
    n = len(x)
    if n < 2:
        return np.nan
    deviation = x - x.mean()
    lag = newey_west_lag(n)
    variance = float(deviation @ deviation) / n
    for k in range(1, lag + 1):
        variance += 2 * (1 - k / (lag + 1)) * float(deviation[k:] @ deviation[:-k]) / n
    return float(np.sqrt(max(variance, 0.0) / n))  # never negative but by rounding


def compound(returns: Floats) -> Floats:
    """Net asset value at the end of each day from 1 at the start: the running product of 1 + return.

    A loss of everything or more, which a short leg can bring, leaves 0 for good.

    Parameters
    ----------
    returns : (n_day, ...) float64 fractions.

    Missing data
    ------------
    A day without a return leaves the value where it was.
    """
    growth = np.maximum(1 + np.where(np.isfinite(returns), returns, 0.0), 0.0)
    return np.cumprod(growth, axis=0, dtype=np.float64)


def annual_return(nav: PerDay, n_days: int) -> float:
    """The yearly rate that compounds to the last value: nav^(242 / n_days) - 1; NaN once nothing is left."""
    last = float(nav[-1])
    return float(np.expm1(DAYS_PER_YEAR / n_days * np.log(last))) if n_days and last > 0 else np.nan


def max_drawdown(nav: PerDay) -> float:
    """The largest fall from an earlier high, as a fraction of that high, 0 or more; the start counts as a high of 1."""
    high = np.maximum.accumulate(np.maximum(nav, 1.0))
    return float(np.max(1 - nav / high))
