"""The technical indicators ``m_ta_*`` and ``ta_*``: which function of TA-Lib each is, and of what.

A row with a NULL among its inputs gives NULL. The rows between two such gaps are a series of their own: an
indicator starts anew after a gap, with its warm-up, as at the first row. The platform says so of ``m_ta_ewm``;
of the others it is our reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from dripstone.arrays import Floats
from dripstone.dai.dialect.candle import CANDLES
from dripstone.dai.dialect.partition import Kernel
from dripstone.dai.dialect.row import Row
from dripstone.errors import FactorError
from dripstone.kernels import run

__all__ = ["KERNELS", "ROWS", "WINDOWED"]

_KEYS = "pb:=instrument, ob:=date"
_PRICES = "high, low, close"
_BANDS = "timeperiod:=5, nbdevup:=2.0, nbdevdn:=2.0, matype:=0"
_MACD = "fastperiod:=12, slowperiod:=26, signalperiod:=9"
_STOCH = "fastk_period:=9, slowk_period:=3, slowd_period:=3, slowk_matype:=1, slowd_matype:=1"


@dataclass(frozen=True, slots=True)
class _Indicator:
    """A function of TA-Lib: its name after ``m_ta_``, its inputs, its parameters, how many numbers a row of it has.

    A parameter is a whole number unless its default has a point.
    """

    name: str
    function: str
    inputs: str
    parameters: str
    zh: str
    en: str
    outputs: int = 1

    @property
    def kernel(self) -> Kernel:
        inputs = len(self.inputs.split(", "))
        return Kernel(
            f"kernel_ta_{self.name}",
            partial(_indicate, self.function, inputs, self.outputs),
            inputs,
            tuple(float if "." in each else int for each in self.parameters.split(", ") if each),
            returns="DOUBLE" if self.outputs == 1 else "DOUBLE[]",
        )

    @property
    def call(self) -> str:
        return f"kernel_ta_{self.name}({_names(self._arguments)})"

    @property
    def row(self) -> Row:
        """Over a window of its own."""
        made_by = f"TA-Lib {self.function}"
        return Row(
            f"m_ta_{self.name}({self._arguments}, {_KEYS})",
            f"{self.call} OVER run",
            f"{self.zh}（{made_by}）",
            f"{self.en} ({made_by})",
        )

    @property
    def windowed(self) -> Row:
        """Over the window that the author writes."""
        same = f"m_ta_{self.name}"
        return Row(
            f"ta_{self.name}({self._arguments})", self.call, f"同 {same}，窗口由 OVER 给出", f"As {same}, over OVER"
        )

    @property
    def _arguments(self) -> str:
        return f"{self.inputs}, {self.parameters}".removesuffix(", ")


def _indicate(function: str, inputs: int, outputs: int, *arguments: Floats) -> Floats:
    """What a function of TA-Lib gives for the series and parameters, each stretch between gaps for itself."""
    import talib  # here, because it brings polars in where that is installed: a quarter of a second for a rare need

    series, parameters = arguments[:inputs], arguments[inputs:]
    result = np.full((len(series[0]), outputs), np.nan)
    for stretch in run.stretches(np.logical_and.reduce(np.isfinite(series))):
        try:
            found = getattr(talib, function)(*(each[stretch] for each in series), *parameters)
        except Exception as error:  # TA-Lib raises nothing more special; what it refuses is a parameter
            raise FactorError("TA-Lib refuses the parameters", seen=parameters, hint=str(error)) from error
        result[stretch] = np.transpose(found).reshape(-1, outputs)
    return result[:, 0] if outputs == 1 else result


def _names(spelled: str) -> str:
    """Parameters without their defaults."""
    return ", ".join(each.partition(":=")[0] for each in spelled.split(", "))


_INDICATORS: Sequence[_Indicator] = (
    _Indicator("sma", "SMA", "x", "n", "简单移动平均", "Simple moving average"),
    _Indicator("sum", "SUM", "x", "n", "滚动求和", "Rolling sum"),
    _Indicator("ema", "EMA", "x", "n", "指数移动平均，alpha=2/(n+1)", "Exponential moving average, alpha 2/(n+1)"),
    _Indicator("wma", "WMA", "x", "n", "加权移动平均，权重 1..n", "Weighted moving average, weights 1..n"),
    _Indicator("dema", "DEMA", "x", "n", "双指数移动平均", "Double exponential moving average"),
    _Indicator("tema", "TEMA", "x", "n", "三重指数移动平均", "Triple exponential moving average"),
    _Indicator("trima", "TRIMA", "x", "n", "三角移动平均", "Triangular moving average"),
    _Indicator("kama", "KAMA", "x", "n", "考夫曼自适应移动平均", "Kaufman adaptive moving average"),
    _Indicator("mom", "MOM", "x", "n", "动量：x 减去前 n 行的 x", "Momentum: x less x n rows before"),
    _Indicator("roc", "ROC", "x", "n", "变动率，百分数", "Rate of change over n rows, in per cent"),
    _Indicator("rsi", "RSI", "x", "n", "相对强弱指数，0 到 100", "Relative strength index, 0 to 100"),
    _Indicator(
        "trix",
        "TRIX",
        "x",
        "n",
        "三重指数平滑平均的变动率，百分数",
        "Change of a triple exponential average, in per cent",
    ),
    _Indicator("willr", "WILLR", _PRICES, "n", "威廉指标，-100 到 0", "Williams %R, -100 to 0"),
    _Indicator("atr", "ATR", _PRICES, "n", "平均真实波幅（Wilder 平滑）", "Average true range, Wilder's smoothing"),
    _Indicator("adx", "ADX", _PRICES, "n", "平均趋向指数", "Average directional index"),
    _Indicator("adxr", "ADXR", _PRICES, "n", "平均趋向指数评估", "Average directional index rating"),
    _Indicator("cci", "CCI", _PRICES, "n", "顺势指标", "Commodity channel index"),
    _Indicator("mfi", "MFI", f"{_PRICES}, volume", "n", "资金流量指数，0 到 100", "Money flow index, 0 to 100"),
    _Indicator("obv", "OBV", "close, volume", "", "能量潮", "On-balance volume"),
    _Indicator("ad", "AD", f"{_PRICES}, volume", "", "Chaikin 累积/派发线", "Chaikin accumulation/distribution line"),
    _Indicator("beta", "BETA", "x, y", "n", "两序列逐行变动率之间的贝塔", "Beta of the rates of change of both series"),
    _Indicator(
        "sar", "SAR", "high, low", "acceleration:=0.02, maximum:=0.2", "抛物线转向", "Parabolic stop and reverse"
    ),
    _Indicator("aroonosc", "AROONOSC", "high, low", "n", "阿隆振荡器", "Aroon oscillator"),
    _Indicator("aroon", "AROON", "high, low", "n", "阿隆指标 [down, up]", "Aroon [down, up]", 2),
    _Indicator(
        "bbands", "BBANDS", "x", _BANDS, "布林带 [upper, middle, lower]", "Bollinger bands [upper, middle, lower]", 3
    ),
    _Indicator(
        "macd",
        "MACD",
        "x",
        _MACD,
        "指数平滑异同移动平均 [DIF, DEA, DIF-DEA]",
        "Convergence and divergence of moving averages [DIF, DEA, DIF-DEA]",
        3,
    ),
)

_STOCHASTIC = _Indicator(
    "stoch",
    "STOCH",
    _PRICES,
    "fastk_period, slowk_period, slowk_matype, slowd_period, slowd_matype",
    "随机指标 [K, D]",
    "Stochastic oscillator [K, D]",
    2,
)
"""Called as TA-Lib orders its parameters; ``m_ta_stoch`` has an order and periods of its own."""

_ALL = (*_INDICATORS, _STOCHASTIC, *(_Indicator(*candle) for candle in CANDLES))


def _own(name: str, arguments: str, template: str, zh: str, en: str) -> Row:
    return Row(f"m_ta_{name}({arguments}, {_KEYS})", template, zh, en)


def _place(name: str, of: str, arguments: str, place: int, what: str) -> Row:
    """One number of a list."""
    template = f"m_ta_{of}({_names(arguments)})[{place}]"
    return _own(name, arguments, template, f"m_ta_{of} 中的 {what}", f"The {what} of m_ta_{of}")


_DERIVED: Sequence[Row] = (
    _own(
        "ewm",
        "x, m, n:=null",
        "kernel_ewm(x, coalesce(n / m, m)) OVER run",
        "指数加权平均，alpha=n/m（不给 n 时 alpha=m），首值为 x 本身（adjust=False）；NULL 处截断，之后重新开始",
        "Exponentially weighted mean, alpha n/m, or m without n; begins with x itself, anew after a NULL, itself NULL",
    ),
    _own(
        "bias",
        "x, n",
        "(x - m_ta_sma(x, n)) / m_ta_sma(x, n)",
        "乖离率：(x - n 行均值) / n 行均值",
        "x less its mean over n rows, over that mean",
    ),
    _own(
        "stoch",
        f"{_PRICES}, {_STOCH}",
        f"kernel_ta_stoch({_PRICES}, fastk_period, 2 * slowk_period - 1, slowk_matype, 2 * slowd_period - 1, "
        "slowd_matype) OVER run",
        "随机指标 [K, D]（TA-Lib STOCH），slowk_period 与 slowd_period 先作 x -> 2x-1",
        "Stochastic oscillator [K, D] (TA-Lib STOCH), slowk_period and slowd_period taken as 2x-1",
    ),
    _own(
        "kdj",
        f"{_PRICES}, {_STOCH}",
        "CASE WHEN {0} IS NOT NULL THEN [{0}[1], {0}[2], 3 * {0}[1] - 2 * {0}[2]] END".format(
            f"m_ta_stoch({_PRICES}, {_names(_STOCH)})"
        ),
        "[K, D, J]，J = 3K - 2D；K 与 D 同 m_ta_stoch",
        "[K, D, J], J = 3K - 2D; K and D as m_ta_stoch",
    ),
    _place("kdj_k", "stoch", f"{_PRICES}, {_STOCH}", 1, "K"),
    _place("kdj_d", "stoch", f"{_PRICES}, {_STOCH}", 2, "D"),
    _place("kdj_j", "kdj", f"{_PRICES}, {_STOCH}", 3, "J"),
    _place("macd_dif", "macd", f"x, {_MACD}", 1, "DIF"),
    _place("macd_dea", "macd", f"x, {_MACD}", 2, "DEA"),
    _own(
        "macd_hist",
        f"x, {_MACD}",
        f"2 * m_ta_macd(x, {_names(_MACD)})[3]",
        "MACD 柱：2 * (DIF - DEA)",
        "2 * (DIF - DEA)",
    ),
    _place("bbands_u", "bbands", f"x, {_BANDS}", 1, "upper"),
    _place("bbands_m", "bbands", f"x, {_BANDS}", 2, "middle"),
    _place("bbands_l", "bbands", f"x, {_BANDS}", 3, "lower"),
    _place("aroon_d", "aroon", "high, low, n", 1, "down"),
    _place("aroon_u", "aroon", "high, low, n", 2, "up"),
)

KERNELS: Sequence[Kernel] = (*(each.kernel for each in _ALL), Kernel("kernel_ewm", run.exponential_mean, 1, (float,)))

ROWS: Sequence[Row] = (*(each.row for each in _ALL if each is not _STOCHASTIC), *_DERIVED)
"""Over windows of their own."""

WINDOWED: Sequence[Row] = (
    *(each.windowed for each in _ALL),
    Row(
        "ta_ewm(x, alpha)",
        "kernel_ewm(x, alpha)",
        "指数加权平均，权重为 alpha",
        "Exponentially weighted mean of weight alpha",
    ),
)
"""Over a window that the author writes."""
