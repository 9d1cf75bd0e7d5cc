"""Calls inside calls, as factors are written, each beside its twin put together the same way."""

import math
from typing import Any

from tests.reference import dai_twin_indicator as t
from tests.reference import dai_twin_section as c
from tests.reference import dai_twin_statistic as s
from tests.reference import dai_twin_window as w
from tests.reference.dai_case_rolling import Case
from tests.reference.dai_twin import Column, by_run, each, over, per_date, per_instrument, rolling, spread, strict


def _binary(f: Any, a: str | Column, b: str | Column) -> Column:
    return each(strict(f), a, b)


def _ratio(a: float, b: float) -> float | None:
    return a / b if b else None


_RETURN_CALL = "close / m_lag(close, 1) - 1"
_RETURN = _binary(_ratio, "close", per_instrument(w.lag(1), "close"))
_RETURN_1 = each(strict(lambda x: x - 1), _RETURN)
_RANKED = per_date(c.pct_rank(), "x")
_VOLATILITY = per_instrument(rolling(s.std, 4), _RETURN_1)
_FALL = each(lambda ratio, spread, close: spread if ratio is not None and ratio < 0 else close,
             _RETURN_1, _VOLATILITY, "close")  # fmt: skip
_QUARTERS = each(strict(lambda k: k * 0.25), "k")
_NEUTRAL = each(strict(lambda x, m: x - m), "x", over(spread(s.mean), "x", pb=("date", "industry")))

NESTED: list[Case] = [
    ("m_avg(c_pct_rank(x), 3)", per_instrument(rolling(s.mean, 3), _RANKED)),
    ("c_pct_rank(m_avg(x, 3))", per_date(c.pct_rank(), per_instrument(rolling(s.mean, 3), "x"))),
    ("m_stddev(close / m_lag(close, 1) - 1, 4)", _VOLATILITY),
    ("-1 * m_corr(c_rank(close), c_rank(volume), 5)",
     each(strict(lambda x: -x),
          per_instrument(rolling(s.correlation, 5), per_date(c.rank(), "close"), per_date(c.rank(), "volume")))),
    (f"c_rank(m_imax(signedpower(IF({_RETURN_CALL} < 0, m_stddev({_RETURN_CALL}, 4), close), 2), 3)) - 0.5",
     each(strict(lambda x: x - 0.5),
          per_date(c.rank(), per_instrument(rolling(w.imax, 3),
                                            each(strict(lambda x: math.copysign(x * x, x)), _FALL))))),
    ("c_zscore(m_decay_linear(c_rank(x), 3))",
     per_date(c.zscore, per_instrument(rolling(w.decay_linear, 3), per_date(c.rank(), "x")))),
    ("m_sum(IF(close > m_lag(close, 1), volume, 0), 4) / m_sum(volume, 4)",
     _binary(_ratio,
             per_instrument(rolling(s.total, 4),
                            each(lambda close, before, volume: volume if close is not None and before is not None
                                 and close > before else 0,
                                 "close", per_instrument(w.lag(1), "close"), "volume")),
             per_instrument(rolling(s.total, 4), "volume"))),
    ("m_ta_ema(m_ta_ema(close, 3), 4)", per_instrument(by_run(t.ema(4)), per_instrument(by_run(t.ema(3)), "close"))),
    ("c_pct_rank(x - c_avg(x, pb:='date, industry'), pb:='date')", per_date(c.pct_rank(), _NEUTRAL)),
    ("m_rank(c_rank(m_delta(x, 2)), 4)",
     per_instrument(rolling(w.rank_in(), 4), per_date(c.rank(), per_instrument(w.delta(2), "x")))),
    ("c_neutralize_resid(c_pct_rank(z), industry, c_zscore(u))",
     per_date(c.neutralize(prepared=False, log=False), per_date(c.pct_rank(), "z"), "industry",
              per_date(c.zscore, "u"))),
    ("m_max(m_corr(m_rank(volume, 4), m_rank(high, 4), 4), 2) * -1",
     each(strict(lambda x: -x),
          per_instrument(rolling(s.largest, 2),
                         per_instrument(rolling(s.correlation, 4),
                                        per_instrument(rolling(w.rank_in(), 4), "volume"),
                                        per_instrument(rolling(w.rank_in(), 4), "high"))))),
    # k * 0.25 is a DECIMAL of two places: what lies between two values must not be cut to them
    *((f"{name}(k * 0.25)", per_date(spread(f), _QUARTERS)) for name, f in (("c_median", s.median), ("c_mad", s.mad))),
    *((f"{name}(k * 0.25, 4)", per_instrument(rolling(f, 4), _QUARTERS))
      for name, f in (("m_median", s.median), ("m_mad", s.mad), ("m_stddev", s.std), ("m_rank", w.rank_in()))),
    ("c_quantile_cont(k * 0.25, 0.3)", per_date(spread(s.quantile_cont("0.3")), _QUARTERS)),
    ("m_quantile_cont(k * 0.25, 0.7, 5)", per_instrument(rolling(s.quantile_cont("0.7"), 5), _QUARTERS)),
    ("c_winsorize(k * 0.25, 0.1, 0.8)", per_date(c.winsorize("0.1", "0.8"), _QUARTERS)),
    ("cut_outliers(k * 0.25, m:=1)", per_date(c.clip_mad(1.4826), _QUARTERS)),
    ("c_zscore(k * 0.25)", per_date(c.zscore, _QUARTERS)),
    ("m_ta_ema(k * 0.25, 3)", per_instrument(by_run(t.ema(3)), _QUARTERS)),
]  # fmt: skip
