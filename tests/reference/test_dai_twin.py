"""Every function of the dialect gives what its twin gives, NULLs in the same places, on random small markets."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings

from dripstone.dai.dialect import FUNCTIONS, WINDOWED
from dripstone.dai.engine import run_query
from dripstone.dai.table import MemoryTables
from tests.reference import dai_twin_section as c
from tests.reference import dai_twin_statistic as s
from tests.reference.dai_case_indicator import INDICATOR
from tests.reference.dai_case_nested import NESTED
from tests.reference.dai_case_rolling import ROLLING, Case
from tests.reference.dai_case_section import SECTION
from tests.reference.dai_market import markets, table_of
from tests.reference.dai_twin import Row, per_date, spread
from tests.reference.dai_twin_candle import PATTERNS

CASES: dict[str, list[Case]] = ROLLING | SECTION | INDICATOR

WITHOUT_TWIN = {
    "m_approx_quantile": "approximate: held within the window by a test of its own",
    "m_reservoir_quantile": "approximate: held within the window by a test of its own",
    "m_approx_count_distinct": "approximate: held near the count by a test of its own",
}
"""And ``m_ta_cdl*``, ``ta_cdl*``: TA-Lib's other candle patterns, which the platform does not list; see PATTERNS."""

TOLERANCE = 1e-9


def same(got: Any, expected: Any) -> bool:
    if got is None or expected is None:
        return got is expected
    if isinstance(expected, list):
        return isinstance(got, list) and len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(expected, int | float):
        return math.isclose(got, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return got == expected


def computed(rows: Sequence[Row], calls: Sequence[str], *, rest: str = "") -> list[list[Any]]:
    """One list a call, in the order of the rows."""
    columns = ", ".join(f"{call} AS r{i}" for i, call in enumerate(calls))
    sql = f"SELECT date, instrument, {columns} FROM market {rest}"
    result = run_query(sql, tables=MemoryTables({"market": table_of(list(rows))})).fetchall()
    found = {(date, instrument): values for date, instrument, *values in result}
    assert len(found) == len(result) == len(rows)
    return [list(column) for column in zip(*(found[row["date"], row["instrument"]] for row in rows), strict=True)]


def differences(rows: Sequence[Row], cases: Sequence[Case]) -> list[str]:
    texts = []
    for (call, twin), got in zip(cases, computed(rows, [call for call, _ in cases]), strict=True):
        wrong = [pair for pair in zip(got, twin(rows), strict=True) if not same(*pair)]
        if wrong:
            texts.append(f"{call}: {len(wrong)} of {len(rows)} rows, got and expected {wrong[0]}")
    return texts


def batches(cases: Sequence[Case], size: int = 12) -> list[list[Case]]:
    return [list(cases[start : start + size]) for start in range(0, len(cases), size)]


def first_call(batch: Sequence[Case]) -> str:
    return batch[0][0]


@pytest.mark.parametrize("batch", batches([case for cases in CASES.values() for case in cases]), ids=first_call)
@given(rows=markets())
@settings(deadline=None, max_examples=6)
def test_function(batch: list[Case], rows: list[Row]) -> None:
    assert not differences(rows, batch)


@pytest.mark.parametrize("batch", batches(NESTED, 4), ids=first_call)
@given(rows=markets())
@settings(deadline=None, max_examples=6)
def test_nested(batch: list[Case], rows: list[Row]) -> None:
    assert not differences(rows, batch)


def test_every_function_has_a_twin() -> None:
    names = {name for name in {*FUNCTIONS, *WINDOWED} if not name.removeprefix("m_").startswith("ta_cdl")}
    assert names - WITHOUT_TWIN.keys() == CASES.keys()
    assert names >= WITHOUT_TWIN.keys()


@given(rows=markets())
@settings(deadline=None, max_examples=6)
def test_approximate_functions_stay_near(rows: list[Row]) -> None:
    calls = ["m_approx_quantile(x, 0.5, 5)", "m_reservoir_quantile(x, 0.5, 8, 5)", "m_approx_count_distinct(k, 5)"]
    quantile, reservoir, count, low, high, exact, counted = computed(
        rows,
        [*calls, "m_min(x, 5)", "m_max(x, 5)", "m_count(k, 5)", "count(DISTINCT k) OVER w5"],
        rest="WINDOW w5 AS (PARTITION BY instrument ORDER BY date ROWS 4 PRECEDING)",
    )
    for values in (quantile, reservoir):
        for value, bottom, top in zip(values, low, high, strict=True):
            assert (value is None) == (bottom is None)
            assert value is None or bottom <= value <= top
    for value, most, real in zip(count, exact, counted, strict=True):
        assert 0 <= value <= most + 1
        assert abs(value - real) <= 1


@given(rows=markets())
@settings(deadline=None, max_examples=6)
def test_nan_aggregates(rows: list[Row]) -> None:
    twins = {
        "nanavg": s.mean, "nanmean": s.mean, "nanstd": s.std, "nanstd_samp": s.std, "nanstd_pop": s.std_pop,
        "nanvar": s.variance, "nanvar_samp": s.variance, "nanvar_pop": s.variance_pop,
    }  # fmt: skip
    columns = ", ".join(f"{name}(x)" for name in twins)
    tables = MemoryTables({"market": table_of(rows)})
    for instrument, *got in run_query(f"SELECT instrument, {columns} FROM market GROUP BY 1", tables=tables).fetchall():
        values = [row["x"] for row in rows if row["instrument"] == instrument and row["x"] is not None]
        assert all(same(value, twin(values)) for value, twin in zip(got, twins.values(), strict=True))


@given(rows=markets())
@settings(deadline=None, max_examples=6)
def test_rank_over_a_window_passes_over_nulls(rows: list[Row]) -> None:
    cases = [
        ("rank() OVER (PARTITION BY date ORDER BY x)", per_date(c.rank(), "x")),
        ("rank() OVER (PARTITION BY date ORDER BY x DESC)", per_date(c.rank(ascending=False), "x")),
        ("count(x) OVER (PARTITION BY date)", per_date(spread(len), "x")),
    ]
    assert not differences(rows, cases)


def candle_rows(n: int) -> list[Row]:
    """One instrument whose candles leap about, so that every pattern comes up."""
    source = np.random.default_rng(2)
    price, rows = 400.0, []
    for date in pd.date_range("2000-01-01", periods=n):
        opens = price + source.choice([-2, -1, 0, 0, 1, 2, -0.5, 0.5, 0.25, -0.25])
        close = opens + source.choice([-4, -3, -2, -1, -0.25, 0, 0.25, 1, 2, 3, 4])
        price = close + (400 - close) * 0.01 // 0.25 * 0.25
        high = max(opens, close) + source.choice([0, 0, 0.25, 1, 2])
        low = min(opens, close) - source.choice([0, 0, 0.25, 1, 2])
        bar = {"open": float(opens), "high": float(high), "low": float(low), "close": float(close)}
        rows.append({"date": date, "instrument": "600000.SH"} | bar)
    return rows


def test_every_candle_pattern_comes_up() -> None:
    rows = candle_rows(8000)
    tables = MemoryTables({"market": pa.Table.from_pylist(rows)})
    columns = ", ".join(f"m_ta_{name}(open, high, low, close)" for name in PATTERNS)
    got = run_query(f"SELECT {columns} FROM market ORDER BY date", tables=tables).fetchall()
    bars = [[row[name] for row in rows] for name in ("open", "high", "low", "close")]
    for (name, twin), values in zip(PATTERNS.items(), zip(*got, strict=True), strict=True):
        assert list(values) == twin(*bars), name
        assert any(values), name
