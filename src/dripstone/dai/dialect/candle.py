"""The candlestick patterns of TA-Lib by the platform's names.

Each is 100 or -100 on the row that completes the pattern (200 or -200 where TA-Lib marks a confirmed one), 0 on
every other, the first rows included. Those the platform's list does not name are called as TA-Lib calls them.
"""

from collections.abc import Iterator, Mapping, Sequence

__all__ = ["CANDLES"]

_PRICES = "open, high, low, close"

_NAMED: Mapping[str, str] = {
    "CDL2CROWS": "2crows",
    "CDL3BLACKCROWS": "3black_crows",
    "CDL3WHITESOLDIERS": "3red_soldiers",
    "CDLDARKCLOUDCOVER": "dark_cloud_cover",
    "CDLEVENINGSTAR": "evening_star",
    "CDLHAMMER": "hammer",
    "CDLINVERTEDHAMMER": "inverted_hammer",
    "CDLMORNINGSTAR": "morning_star",
    "CDLSHOOTINGSTAR": "shooting_star",
}

_PENETRATION: Mapping[str, float] = {
    "CDLABANDONEDBABY": 0.3,
    "CDLDARKCLOUDCOVER": 0.5,
    "CDLEVENINGDOJISTAR": 0.3,
    "CDLEVENINGSTAR": 0.3,
    "CDLMATHOLD": 0.5,
    "CDLMORNINGDOJISTAR": 0.3,
    "CDLMORNINGSTAR": 0.3,
}
"""How far a candle must reach into another: the default of the patterns that ask."""

_PATTERNS: Mapping[str, tuple[str, str]] = {
    "CDL2CROWS": ("两只乌鸦", "two crows"),
    "CDL3BLACKCROWS": ("三只乌鸦", "three black crows"),
    "CDL3INSIDE": ("三内部上涨和下跌", "three inside up or down"),
    "CDL3LINESTRIKE": ("三线打击", "three-line strike"),
    "CDL3OUTSIDE": ("三外部上涨和下跌", "three outside up or down"),
    "CDL3STARSINSOUTH": ("南方三星", "three stars in the south"),
    "CDL3WHITESOLDIERS": ("红三兵", "three advancing white soldiers"),
    "CDLABANDONEDBABY": ("弃婴", "abandoned baby"),
    "CDLADVANCEBLOCK": ("大敌当前", "advance block"),
    "CDLBELTHOLD": ("捉腰带线", "belt-hold"),
    "CDLBREAKAWAY": ("脱离", "breakaway"),
    "CDLCLOSINGMARUBOZU": ("收盘缺影线", "closing marubozu"),
    "CDLCONCEALBABYSWALL": ("藏婴吞没", "concealing baby swallow"),
    "CDLCOUNTERATTACK": ("反击线", "counterattack"),
    "CDLDARKCLOUDCOVER": ("乌云盖顶", "dark cloud cover"),
    "CDLDOJI": ("十字", "doji"),
    "CDLDOJISTAR": ("十字星", "doji star"),
    "CDLDRAGONFLYDOJI": ("蜻蜓十字", "dragonfly doji"),
    "CDLENGULFING": ("吞噬模式", "engulfing"),
    "CDLEVENINGDOJISTAR": ("十字暮星", "evening doji star"),
    "CDLEVENINGSTAR": ("黄昏之星", "evening star"),
    "CDLGAPSIDESIDEWHITE": ("跳空并列阳线", "gap side-by-side white lines"),
    "CDLGRAVESTONEDOJI": ("墓碑十字", "gravestone doji"),
    "CDLHAMMER": ("锤", "hammer"),
    "CDLHANGINGMAN": ("上吊线", "hanging man"),
    "CDLHARAMI": ("母子线", "harami"),
    "CDLHARAMICROSS": ("十字孕线", "harami cross"),
    "CDLHIGHWAVE": ("风高浪大线", "high-wave candle"),
    "CDLHIKKAKE": ("陷阱", "hikkake"),
    "CDLHIKKAKEMOD": ("修正陷阱", "modified hikkake"),
    "CDLHOMINGPIGEON": ("家鸽", "homing pigeon"),
    "CDLIDENTICAL3CROWS": ("三胞胎乌鸦", "identical three crows"),
    "CDLINNECK": ("颈内线", "in-neck"),
    "CDLINVERTEDHAMMER": ("倒锤", "inverted hammer"),
    "CDLKICKING": ("反冲形态", "kicking"),
    "CDLKICKINGBYLENGTH": ("由较长缺影线决定的反冲形态", "kicking, judged by the longer marubozu"),
    "CDLLADDERBOTTOM": ("梯底", "ladder bottom"),
    "CDLLONGLEGGEDDOJI": ("长脚十字", "long-legged doji"),
    "CDLLONGLINE": ("长蜡烛", "long line candle"),
    "CDLMARUBOZU": ("光头光脚", "marubozu"),
    "CDLMATCHINGLOW": ("相同低价", "matching low"),
    "CDLMATHOLD": ("铺垫", "mat hold"),
    "CDLMORNINGDOJISTAR": ("十字晨星", "morning doji star"),
    "CDLMORNINGSTAR": ("早晨之星", "morning star"),
    "CDLONNECK": ("颈上线", "on-neck"),
    "CDLPIERCING": ("刺透形态", "piercing"),
    "CDLRICKSHAWMAN": ("黄包车夫", "rickshaw man"),
    "CDLRISEFALL3METHODS": ("上升和下降三法", "rising or falling three methods"),
    "CDLSEPARATINGLINES": ("分离线", "separating lines"),
    "CDLSHOOTINGSTAR": ("流星线", "shooting star"),
    "CDLSHORTLINE": ("短蜡烛", "short line candle"),
    "CDLSPINNINGTOP": ("纺锤", "spinning top"),
    "CDLSTALLEDPATTERN": ("停顿形态", "stalled pattern"),
    "CDLSTICKSANDWICH": ("条形三明治", "stick sandwich"),
    "CDLTAKURI": ("探水竿", "takuri"),
    "CDLTASUKIGAP": ("跳空并列阴阳线", "tasuki gap"),
    "CDLTHRUSTING": ("插入线", "thrusting"),
    "CDLTRISTAR": ("三星", "tristar"),
    "CDLUNIQUE3RIVER": ("奇特三河床", "unique three river"),
    "CDLUPSIDEGAP2CROWS": ("向上跳空的两只乌鸦", "upside gap two crows"),
    "CDLXSIDEGAP3METHODS": ("上升和下降跳空三法", "upside or downside gap three methods"),
}


def _candles() -> Iterator[tuple[str, str, str, str, str, str]]:
    for function, (zh, en) in _PATTERNS.items():
        reach = _PENETRATION.get(function)
        parameters = "" if reach is None else f"penetration:={reach}"
        yield _NAMED.get(function, function.lower()), function, _PRICES, parameters, f"K 线形态：{zh}", f"Candles: {en}"


CANDLES: Sequence[tuple[str, str, str, str, str, str]] = tuple(_candles())
"""Name, TA-Lib's function, inputs, parameters, and what it is in both languages."""
