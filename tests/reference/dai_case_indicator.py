"""Calls of the technical indicators, ``m_ta_*`` and ``ta_*`` under OVER, each beside its twin."""

from tests.reference import dai_twin_band as b
from tests.reference import dai_twin_indicator as t
from tests.reference.dai_case_rolling import OVER
from tests.reference.dai_twin import Column, by_run, per_instrument
from tests.reference.dai_twin_candle import PATTERNS

Case = tuple[str, Column]

_OF_ONE = {
    "sma": t.sma,
    "sum": t.rolling_sum,
    "ema": t.ema,
    "wma": t.wma,
    "dema": t.dema,
    "tema": t.tema,
    "trima": t.trima,
    "kama": t.kama,
    "mom": t.mom,
    "roc": t.roc,
    "rsi": t.rsi,
    "trix": t.trix,
}
_OF_BARS = {"willr": t.willr, "atr": t.atr, "adx": t.adx, "adxr": t.adxr, "cci": t.cci}

_BARS = ("high", "low", "close")


def _both(name: str, arguments: str, f: t.Indicator, *series: str) -> dict[str, list[Case]]:
    twin = per_instrument(by_run(f), *series)
    return {
        f"m_ta_{name}": [(f"m_ta_{name}({arguments})", twin)],
        f"ta_{name}": [(f"ta_{name}({arguments}) {OVER}", twin)],
    }


def _single() -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = {}
    for name, f in _OF_ONE.items():
        cases |= _both(name, "close, 3", f(3), "close")
        cases[f"m_ta_{name}"].append((f"m_ta_{name}(close, 4)", per_instrument(by_run(f(4)), "close")))
    cases["m_ta_sma"].append(("m_ta_sma(x, 3)", per_instrument(by_run(t.sma(3)), "x")))
    cases["m_ta_ema"].append(("m_ta_ema(x, 2)", per_instrument(by_run(t.ema(2)), "x")))
    for name, f in _OF_BARS.items():
        cases |= _both(name, "high, low, close, 3", f(3), *_BARS)
    cases |= _both("mfi", "high, low, close, volume, 3", t.mfi(3), *_BARS, "volume")
    cases |= _both("obv", "close, volume", t.obv, "close", "volume")
    cases |= _both("ad", "high, low, close, volume", t.ad, *_BARS, "volume")
    cases |= _both("beta", "open, close, 4", t.beta(4), "open", "close")
    cases |= _both("sar", "high, low, 0.02, 0.2", b.sar(0.02, 0.2), "high", "low")
    cases["m_ta_sar"].append(("m_ta_sar(high, low)", per_instrument(by_run(b.sar(0.02, 0.2)), "high", "low")))
    cases |= _both("aroonosc", "high, low, 4", b.aroonosc(4), "high", "low")
    cases["m_ta_bias"] = [("m_ta_bias(close, 4)", per_instrument(by_run(t.bias(4)), "close"))]
    cases["m_ta_ewm"] = [
        ("m_ta_ewm(x, 6, 1)", per_instrument(by_run(t.ewm(1 / 6)), "x")),
        ("m_ta_ewm(close, 21, 2)", per_instrument(by_run(t.ewm(2 / 21)), "close")),
    ]
    cases["ta_ewm"] = [(f"ta_ewm(x, 0.25) {OVER}", per_instrument(by_run(t.ewm(0.25)), "x"))]
    return cases


def _lists() -> dict[str, list[Case]]:
    cases = _both("aroon", "high, low, 4", b.aroon(4), "high", "low")
    cases |= _both("bbands", "close, 4, 2, 1.5, 0", b.bbands(4, 2, 1.5), "close")
    cases |= _both("macd", "close, 3, 6, 4", b.macd(3, 6, 4), "close")
    cases["m_ta_bbands"].append(("m_ta_bbands(close)", per_instrument(by_run(b.bbands(5, 2, 2)), "close")))
    cases["m_ta_stoch"] = [
        ("m_ta_stoch(high, low, close, 4, 2, 3)", per_instrument(by_run(b.stoch(4, 3, 5)), *_BARS)),
    ]
    cases["ta_stoch"] = [
        (f"ta_stoch(high, low, close, 4, 3, 1, 5, 1) {OVER}", per_instrument(by_run(b.stoch(4, 3, 5)), *_BARS)),
    ]
    cases["m_ta_kdj"] = [("m_ta_kdj(high, low, close)", per_instrument(by_run(b.kdj(9, 3, 3)), *_BARS))]
    outputs = {
        "macd_dif": ("close, 3, 6, 4", b.item(b.macd(3, 6, 4), 1), ("close",)),
        "macd_dea": ("close, fastperiod:=3, slowperiod:=6, signalperiod:=4", b.item(b.macd(3, 6, 4), 2), ("close",)),
        "macd_hist": ("close, 3, 6, 4", b.item(b.macd(3, 6, 4, bar=2), 3), ("close",)),
        "bbands_u": ("close, timeperiod:=4, nbdevup:=1.5", b.item(b.bbands(4, 1.5, 2), 1), ("close",)),
        "bbands_m": ("close", b.item(b.bbands(5, 2, 2), 2), ("close",)),
        "bbands_l": ("close, 4, nbdevdn:=3", b.item(b.bbands(4, 2, 3), 3), ("close",)),
        "kdj_k": ("high, low, close, 4, 2, 3", b.item(b.kdj(4, 2, 3), 1), _BARS),
        "kdj_d": ("high, low, close, 4, 2, 3", b.item(b.kdj(4, 2, 3), 2), _BARS),
        "kdj_j": ("high, low, close", b.item(b.kdj(9, 3, 3), 3), _BARS),
        "aroon_d": ("high, low, 3", b.item(b.aroon(3), 1), ("high", "low")),
        "aroon_u": ("high, low, 3", b.item(b.aroon(3), 2), ("high", "low")),
    }
    for name, (arguments, f, series) in outputs.items():
        cases[f"m_ta_{name}"] = [(f"m_ta_{name}({arguments})", per_instrument(by_run(f), *series))]
    return cases


def _candles() -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = {}
    for name, f in PATTERNS.items():
        cases |= _both(name, "open, high, low, close", f, "open", *_BARS)
    return cases


INDICATOR: dict[str, list[Case]] = _single() | _lists() | _candles()
