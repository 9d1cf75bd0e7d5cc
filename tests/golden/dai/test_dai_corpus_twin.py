"""The goldens of the corpus against the twins of the functions: what is written there is right, not only unchanged."""

import ast
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.golden.dai.market import frames
from tests.reference import dai_twin_band as b
from tests.reference import dai_twin_indicator as t
from tests.reference import dai_twin_section as c
from tests.reference import dai_twin_statistic as s
from tests.reference import dai_twin_window as w
from tests.reference.dai_twin import (
    Column,
    Row,
    by_run,
    column,
    each,
    over,
    per_date,
    per_instrument,
    rolling,
    sliding,
    spread,
    strict,
)

CORPUS = Path(__file__).parent / "corpus"
LAST = "2024-03-05 00:00:00"
SECTOR = ("date", "industry_level1_code")


@cache
def rows() -> tuple[Row, ...]:
    """The daily tables side by side, in whole."""
    tables = frames()
    key = ["date", "instrument"]
    industry = tables["cn_stock_industry_component"].query("industry == 'sw2021'")
    joined = tables["cn_stock_bar1d"].merge(tables["cn_stock_valuation"], on=key).merge(industry, on=key)
    joined = joined.merge(tables["cn_stock_status"], on=key)
    return tuple(
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in joined.to_dict("records")
    )


def since(start: str, end: str = LAST, *, where: Any = None) -> list[Row]:
    kept = [row for row in rows() if pd.Timestamp(start) <= row["date"] <= pd.Timestamp(end)]
    return [row for row in kept if where is None or where(row)]


def golden(name: str) -> list[dict[str, Any]]:
    header, *lines = (CORPUS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    names = [field.partition(":")[0] for field in header.split(" | ")]
    return [dict(zip(names, map(value, line.split(" | ")), strict=True)) for line in lines]


def value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def close_to(got: Any, expected: Any) -> bool:
    if expected is None or got is None:
        return got is expected
    if isinstance(expected, list):
        return len(got) == len(expected) and all(map(close_to, got, expected))
    if isinstance(expected, int | float):
        return math.isclose(got, expected, rel_tol=2e-9, abs_tol=1e-9)
    return str(got) == str(expected)


def check(name: str, columns: dict[str, str | Column], base: Sequence[Row] | None = None, *, day: str = LAST) -> None:
    base = list(rows()) if base is None else list(base)
    place = {(str(row["date"]), row["instrument"]): i for i, row in enumerate(base)}
    lines = golden(name)
    assert lines
    for alias, twin in columns.items():
        expected = column(twin)(base)
        for line in lines:
            instrument = line.get("instrument", line.get("证券代码"))
            at = place[line.get("date", day), instrument]
            assert close_to(line[alias], expected[at]), (name, alias, line, expected[at])


def stat(f: Any, n: int, *series: str | Column) -> Column:
    return per_instrument(rolling(f, n), *series)


def divide(x: float, y: float) -> float | None:
    return x / y if y else None


def call(f: Any, *arguments: str | Column) -> Column:
    return each(strict(f), *arguments)


BEFORE = per_instrument(w.lag(1), "close")
MEAN_5 = stat(s.mean, 5, "close")
RANKED = per_date(c.pct_rank(), "turn")
SMOOTH = stat(s.mean, 5, RANKED)
SCORED = per_date(c.zscore, SMOOTH)
ROUNDED = call(lambda x: math.floor(x + 0.5), "close")


def test_momentum() -> None:
    momentum = call(lambda x, y: x / y - 1, "close", per_instrument(w.lag(20), "close"))
    check("momentum_20", {"momentum": momentum, "score": per_date(c.pct_rank(), momentum)})


def test_rows_kept_whole() -> None:
    base = since("2024-02-20", where=lambda row: row["instrument"] in ("000001.SZ", "300750.SZ"))
    drift = call(lambda x, y: x / y - 1, MEAN_5, per_instrument(w.lag(1), MEAN_5))
    check("every_row_whole", {"mean_5": MEAN_5, "risk": stat(s.std, 5, "change_ratio"), "drift": drift}, base)
    expected = sum(present is not None for present in drift(base))
    assert len(golden("every_row_whole")) == expected


def test_hidden_steps() -> None:
    def reach(high: Any, low: Any, before: Any) -> float | None:
        sizes = [abs(x - y) for x, y in ((high, low), (high, before), (low, before)) if None not in (x, y)]
        return max(sizes, default=None)

    base = since("2024-01-02", where=lambda row: row["high"] is not None and row["high"] > row["low"])
    ranges = each(reach, "high", "low", BEFORE)
    check("hidden_steps", {"natr": call(divide, stat(s.mean, 14, ranges), "close")}, base)


def test_alias_chain() -> None:
    agreement = stat(s.correlation, 10, SCORED, RANKED)
    check("alias_chain", {"ranked": RANKED, "smooth": SMOOTH, "scored": SCORED, "agreement": agreement})


def test_alphas() -> None:
    moved = per_date(c.pct_rank(), per_instrument(w.delta(2), call(lambda v: math.log10(v + 1), "volume")))
    body = per_date(c.pct_rank(), call(lambda x, y: (x - y) / y, "close", "open"))
    check("volume_price_corr", {"alpha": call(lambda x: -x, stat(s.correlation, 6, moved, body))})
    ranked = stat(w.rank_in(), 3, stat(s.correlation, 4, stat(s.mean, 3, "volume"), "low"))
    first = per_date(c.pct_rank(), stat(w.decay_linear, 3, ranked))
    held = stat(s.largest, 3, stat(s.smallest, 3, per_date(c.pct_rank(), "close")))
    second = per_date(c.pct_rank(), per_instrument(w.delta(2), held))
    check("deep_nesting", {"alpha": call(lambda x, y: x - y, first, second)})


def test_windows_over_groups() -> None:
    amount = over(spread(s.total), "amount", pb=("date", "industry_level1_name"))
    base = [row | {"amount": x} for row, x in zip(rows(), amount(rows()), strict=True)]
    sectors = [row | {"instrument": row["industry_level1_name"]} for row in base]
    unique = list({(row["date"], row["instrument"]): row for row in sectors}.values())
    columns = {
        "amount": "amount",
        "mean_5": stat(s.mean, 5, "amount"),
        "place": per_date(c.rank(ascending=False), "amount"),
    }
    place = {(str(row["date"]), row["instrument"]): i for i, row in enumerate(unique)}
    for line in golden("windows_over_groups"):
        for alias, twin in columns.items():
            assert close_to(line[alias], column(twin)(unique)[place[line["date"], line["sector"]]])


def test_neutral_values() -> None:
    base = since("2024-01-02", where=lambda row: row["total_market_cap"] is not None)
    filled = over(c.fillna, "pe_ttm", pb=SECTOR)
    neutral = per_date(c.neutralize(prepared=True, log=True), filled, "industry_level1_code", "total_market_cap")
    by_sector = per_date(c.neutralize(prepared=True, log=False), filled, "industry_level1_code")
    check("sector_neutral", {"filled": filled, "neutral": neutral, "by_sector": by_sector}, base)
    size = call(math.log, "total_market_cap")
    columns = {
        "resid": per_date(c.neutralize(prepared=False, log=False), "pb", "industry_level1_code", size),
        "sector_resid": per_date(c.neutralize(prepared=False, log=False), "pb", "industry_level1_code"),
        "size_resid": per_date(c.ols_residual, "pb", size),
        "resid_2": per_date(c.ols_residual, "pb", size, "pe_ttm"),
    }
    check("sector_residuals", columns)


def test_within_sectors() -> None:
    groups = {
        "mean": spread(s.mean), "spread": spread(s.std), "share": c.pct_rank(),
        "lower_part": spread(s.quantile_cont("0.3")), "lower_value": spread(s.quantile_disc("0.3")),
        "excess": c.neutralize_in_group, "placed": c.rank_in_group, "scaled": c.min_max(), "scored": c.zscore,
    }  # fmt: skip
    check("within_sector", {alias: over(f, "turn", pb=SECTOR) for alias, f in groups.items()})


def test_sections() -> None:
    turnover = call(lambda x: round(x + 1e-12, 2), "turn")
    columns = {
        "turnover": turnover, "low_first": per_date(c.rank(), turnover), "share": per_date(c.pct_rank(), turnover),
        "standard": per_date(c.zscore, turnover), "scaled": per_date(c.scale(), turnover),
        "placed": per_date(c.min_max(-1, 1), turnover), "third": per_date(c.cbins(3), turnover),
        "width": per_date(c.wbins(3), turnover),
    }  # fmt: skip
    check("section_ranks", columns, day="2024-02-05 00:00:00")


def test_outliers() -> None:
    def grouped(f: Any, *more: str) -> Column:
        return over(f, "pe_ttm", *more, pb=SECTOR)

    cap = "float_market_cap"
    columns = {
        "prepared": per_date(c.preprocess(3), "pe_ttm"), "cut_tails": per_date(c.winsorize("0.1", "0.9"), "pe_ttm"),
        "cut_near": per_date(c.clip_mad(1.4826), "pe_ttm"), "cut_sigma": grouped(c.winsorize_nsigma(0.5)),
        "cut_weighted": grouped(c.winsorize_weighted_nsigma(0.5), cap), "filled": grouped(c.fillna_weighted, cap),
        "sector_pe": grouped(c.weighted_spread(s.weighted_mean), cap),
        "sector_spread": grouped(c.weighted_spread(s.weighted_std), cap),
    }  # fmt: skip
    check("outliers", columns)


def test_rolling_means() -> None:
    grown = call(lambda x: 1 + x, "change_ratio")
    columns = {
        "mean": MEAN_5, "exact_mean": MEAN_5, "total": stat(s.total, 5, "volume"), "bottom": stat(s.smallest, 5, "low"),
        "top": stat(s.largest, 5, "high"), "middle": stat(s.median, 5, "close"), "usual": stat(s.mode, 5, ROUNDED),
        "deviation": stat(s.mad, 5, "close"), "growth": stat(s.product, 5, grown),
        "n": per_instrument(sliding(len, 20), "close"),
    }  # fmt: skip
    check("rolling_means", columns, day="2024-02-07 00:00:00")


def test_rolling_spreads_and_pairs() -> None:
    spreads = {
        "risk": s.std, "pop": s.std_pop, "var": s.variance, "var_p": s.variance_pop,
        "skew": s.skewness, "kurt": s.kurtosis,
    }  # fmt: skip
    check("rolling_spreads", {alias: stat(f, 10, "change_ratio") for alias, f in spreads.items()})
    check("rolling_spreads", {"bits": stat(s.entropy, 10, ROUNDED)})
    pairs = {"base": s.intercept, "fit": s.r2, "cov_p": s.covariance(0), "cov_s": s.covariance(1), "sxy": s.sxy}
    check("rolling_pairs", {alias: stat(f, 10, "close", "turn") for alias, f in pairs.items()})
    number = per_instrument(lambda dates: list(range(1, len(dates) + 1)), "date")
    check(
        "rolling_pairs",
        {"corr": stat(s.correlation, 10, "close", "volume"), "trend": stat(s.slope, 10, "close", number)},
    )


def test_places_and_ranks() -> None:
    columns = {
        "second": stat(w.nth(2), 5, "close"), "day_of_top": stat(w.arg_max, 10, "date", "high"),
        "place_of_top": stat(w.imax, 10, "high"), "place_of_bottom": stat(w.imin, 10, "low"),
    }  # fmt: skip
    check("rolling_places", columns)
    rounded = call(lambda x: round(x + 1e-12, 2), "turn")
    ranks = {
        "placed": stat(w.rank_in(), 8, rounded), "lowest": stat(w.rank_in(method="min"), 8, rounded),
        "down": stat(w.rank_in(ascending=False), 8, "turn"), "share": stat(w.rank_in(share=True), 8, "turn"),
        "placed_too": stat(w.rank_in(), 8, rounded), "from_0": stat(w.ts_rank, 8, "turn"),
        "scaled": stat(w.ts_scale, 8, "turn"), "scored": stat(w.ts_zscore, 8, "turn"),
    }  # fmt: skip
    check("rolling_ranks", ranks)


def test_runs() -> None:
    base = since("2024-01-02", where=lambda row: row["instrument"] in ("000001.SZ", "300750.SZ"))
    white = call(lambda x, y: x > y, "close", "open")
    free = each(lambda status: int(status != 3), "price_limit_status")
    columns = {
        "rises": per_instrument(w.consecutive_rises(), "close"),
        "white_days": per_instrument(w.consecutive_trues, white),
        "not_falls": per_instrument(w.consecutive_rises(count_equal=True), "close"),
        "days_since": per_instrument(w.consecutive_trues, free),
    }  # fmt: skip
    check("runs_and_limits", columns, base)


def test_large_trades() -> None:
    deal = call(divide, "amount", "deal_number")
    large = stat(w.at_extreme(s.total, 5, greatest=True), 15, "change_ratio", deal)
    small = stat(w.at_extreme(s.std, 5, greatest=False), 15, "change_ratio", "amount")
    delta = stat(w.extreme_delta(5), 15, "change_ratio", deal)
    check("large_trade_days", {"sum_large": large, "s_small": small, "smart_money": delta})


def test_weights_and_fits() -> None:
    base = since("2024-01-02", where=lambda row: row["instrument"] in ("300750.SZ", "600519.SH"))
    columns = {
        "decayed": stat(w.decay_linear, 5, "close"), "decayed_too": stat(w.decay_linear, 5, "close"),
        "filled": per_instrument(w.fillna(4), "turn"), "vwap": stat(s.weighted_mean, 5, "close", "volume"),
        "filled_weighted": per_instrument(w.fillna_weighted(4), "turn", "deal_number"),
        "vspread": stat(s.weighted_std, 5, "close", "volume"), "cut_1": stat(w.winsorize_nsigma(1), 10, "turn"),
        "cut_w": stat(w.winsorize_weighted_nsigma(1), 10, "turn", "volume"),
    }  # fmt: skip
    check("weighted_windows", columns, base)
    market, breadth = per_date(spread(s.mean), "change_ratio"), per_date(spread(s.std), "change_ratio")
    fits = {
        "off_trend": stat(w.trend_residual, 10, "close"),
        "alpha_2": stat(w.ols_intercept, 12, "change_ratio", "turn", market),
        "resid_3": stat(w.ols_last_residual, 12, "change_ratio", "turn", market, breadth),
    }
    check("rolling_regressions", fits)


@pytest.mark.parametrize("name", ["indicators_of_closes", "indicators_over_windows"])
def test_indicators_of_closes(name: str) -> None:
    five = {
        "sma": t.sma, "ema": t.ema, "wma": t.wma, "dema": t.dema, "tema": t.tema, "trima": t.trima, "kama": t.kama,
        "mom": t.mom, "roc": t.roc,
    }  # fmt: skip
    columns = {alias: per_instrument(by_run(f(5)), "close") for alias, f in five.items()}
    columns |= {"rsi": per_instrument(by_run(t.rsi(6)), "close"), "trix": per_instrument(by_run(t.trix(4)), "close")}
    check(name, columns)


@pytest.mark.parametrize("name", ["indicators_of_bars", "indicators_over_windows"])
def test_indicators_of_bars(name: str) -> None:
    bars = ("high", "low", "close")
    columns = {
        alias: per_instrument(by_run(f(5)), *bars)
        for alias, f in {"willr": t.willr, "atr": t.atr, "adx": t.adx, "adxr": t.adxr, "cci": t.cci}.items()
    }
    columns |= {
        "mfi": per_instrument(by_run(t.mfi(5)), *bars, "volume"),
        "obv": per_instrument(by_run(t.obv), "close", "volume"),
        "ad": per_instrument(by_run(t.ad), *bars, "volume"),
        "beta": per_instrument(by_run(t.beta(5)), "open", "close"),
        "sar": per_instrument(by_run(b.sar(0.02, 0.2)), "high", "low"),
        "aroon": per_instrument(by_run(b.aroon(5)), "high", "low"),
    }  # fmt: skip
    check(name, columns)


def test_bands_and_crosses() -> None:
    macd, kdj = b.macd(12, 26, 9, bar=2), b.kdj(9, 3, 3)
    closes = {"dif": b.item(macd, 1), "dea": b.item(macd, 2), "bar": b.item(macd, 3), "bands": b.bbands(5, 2, 2)}
    bars = {"k": b.item(kdj, 1), "d": b.item(kdj, 2), "j": b.item(kdj, 3), "j_too": b.item(kdj, 3)}
    check("bands_and_crosses", {alias: per_instrument(by_run(f), "close") for alias, f in closes.items()})
    check("bands_and_crosses", {alias: per_instrument(by_run(f), "high", "low", "close") for alias, f in bars.items()})


def test_chinese_sma() -> None:
    moved = call(lambda x, y: x - y, "close", BEFORE)
    # greatest() passes over a NULL, so the gains begin with a 0 on the first row
    up = per_instrument(by_run(t.ewm(1 / 6)), each(lambda x: max(x or 0.0, 0.0), moved))
    way = per_instrument(by_run(t.ewm(1 / 6)), call(abs, moved))
    check("chinese_sma", {"相对强弱": call(lambda x, y: 100 * x / y if y else None, up, way)})


def test_factor_of_many_tables() -> None:
    risk = [row | {"risk": x} for row, x in zip(rows(), stat(s.std, 10, "change_ratio")(rows()), strict=True)]
    base = [row for row in risk if row["st_status"] == 0]
    value_rank = per_date(c.pct_rank(), call(lambda pb: 1 / pb, "pb"))
    calm = per_date(c.pct_rank(), call(lambda x: -x, "risk"))
    raw = stat(s.mean, 3, call(lambda x, y: x + y, value_rank, calm))
    liquidity = stat(s.mean, 5, "amount")
    base = [row | {"raw": x, "liquidity": y} for row, x, y in zip(base, raw(base), liquidity(base), strict=True)]
    whole = [row for row in base if None not in (row["raw"], row["liquidity"], row["float_market_cap"])]
    factor = per_date(c.neutralize(prepared=True, log=True), "raw", "industry_level1_code", "float_market_cap")
    check("factor_of_many_tables", {"factor": factor}, whole)
