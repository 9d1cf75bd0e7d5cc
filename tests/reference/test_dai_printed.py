"""What public notebooks and documents of the platform print, digit for digit as far as they print it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from dripstone.dai.engine import run_query
from dripstone.dai.table import MemoryTables


def ask(sql: str, **frames: pd.DataFrame) -> list[tuple[Any, ...]]:
    return run_query(sql, tables=MemoryTables({}), bind_relations=frames).fetchall()


def stock(**columns: Sequence[float | None]) -> pd.DataFrame:
    """One stock's days."""
    frame = pd.DataFrame(columns)
    frame.insert(0, "date", pd.bdate_range("2023-01-03", periods=len(frame)))
    return frame.assign(instrument="000034.SZ")


CLOSES = stock(close=[74.0711, 74.50773, 74.35179, 71.82557, 70.64044])
LIQUOR = stock(
    close=[12881.32487, 12711.033512, 12707.063426, 12557.298258, 12546.317168],
    high=[13032.694966, 12881.40934, 12788.745838, 12694.308468, 12736.374488],
    low=[12784.437872, 12640.923479, 12636.699983, 12445.460084, 12421.977447],
)


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        ("m_avg(close, 5)", 73.079323),
        ("m_sum(close, 5)", 365.396616),
        ("m_min(close, 5)", 70.640435),
        ("m_max(close, 5)", 74.507726),
        ("m_stddev(close, 5)", 1.743787),
        ("m_var_pop(close, 5)", 2.432636),
        ("m_skewness(close, 5)", -0.827238),
        ("m_kurtosis(close, 5)", -1.834947),
        ("m_regr_slope(close, row_number_by(instrument, date), 5)", -0.954348),
        ("m_regr_intercept(close, row_number_by(instrument, date), 5)", 75.942366),
        ("m_regr_r2(close, row_number_by(instrument, date), 5)", 0.7488),
    ],
)
def test_last_of_five_closes(call: str, printed: float) -> None:
    *before, last = [value for (value,) in ask(f"SELECT {call} FROM stock ORDER BY date", stock=CLOSES)]
    assert before == [None] * 4
    assert last == pytest.approx(printed, rel=2e-5)  # the closes are given to six or seven digits


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        ("m_ta_wma(close, 5)", 12625.690736),
        ("m_ta_cci(high, low, close, 5)", -82.525979),
        ("m_ta_bias(close, 5)", -0.01059),
        ("m_ta_bbands_u(close)", 12925.804809),
        ("m_ta_bbands_m(close)", 12680.607447),
        ("m_ta_bbands_l(close)", 12435.410085),
    ],
)
def test_indicators_of_five_bars(call: str, printed: float) -> None:
    *_, last = [value for (value,) in ask(f"SELECT {call} FROM stock ORDER BY date", stock=LIQUOR)]
    assert last == pytest.approx(printed, rel=1e-8, abs=5e-6)


@pytest.mark.parametrize(("m", "printed"), [(6, 16.666667), (24, 4.166667), (12, 8.333333)])
def test_ewm_begins_with_the_value_itself(m: int, printed: float) -> None:
    step = "close - m_lag(close, 1)"
    sql = f"SELECT m_ta_ewm(greatest({step}, 0), {m}, 1) / m_ta_ewm(abs({step}), {m}, 1) * 100 FROM stock ORDER BY date"
    assert ask(sql, stock=CLOSES)[1][0] == pytest.approx(printed, abs=5e-7)
    assert ask("SELECT m_ta_ewm(volume, 21, 2) FROM stock", stock=stock(volume=[218968253])) == [(218968253.0,)]


def first_value(values: Sequence[float | None]) -> int:
    return next(i for i, value in enumerate(values) if value is not None)


def test_an_average_of_an_average_counts_from_its_first_value() -> None:
    frame = stock(close=[100 + i % 7 for i in range(40)])
    sql = """SELECT m_ta_ema(close, 13) - m_ta_ema(close, 26) AS dif, m_ta_ema(dif, 9) AS dea,
                    m_ta_sar(close, close) AS sar
             FROM stock ORDER BY date"""
    columns = zip(*ask(sql, stock=frame), strict=True)
    assert [first_value(column) for column in columns] == [25, 33, 1]


LETTERS = pd.DataFrame(
    {
        "A": list("abcabcabc"),
        "B": [1, 1, 1, None, 2, 2, 3, 3, 3],
        "C": range(1, 10),
        "D": list("XXXYYYYXX"),
    }
)


def test_windows_cut_and_ordered_by_hand() -> None:
    sql = "SELECT C, m_max(B, 2, pb:=D, ob:='C') AS up, m_max(B, 2, pb:=D, ob:='-C') AS down FROM df"
    printed = [
        (1, None, 1), (2, 1, 1), (3, 1, 3), (4, None, None), (5, None, 2),
        (6, 2, 3), (7, 3, None), (8, 3, 3), (9, 3, None),
    ]  # fmt: skip
    assert sorted(ask(sql, df=LETTERS)) == printed


def test_ranks_of_several_keys() -> None:
    sql = """SELECT C, rank('A, -B') AS x, rank() OVER (ORDER BY A, B DESC) AS same,
                    rank_by(D, '-A, C') AS y, rank() OVER (PARTITION BY D ORDER BY A DESC, C) AS same_too
             FROM df JOIN df2 USING (A)"""
    words = pd.DataFrame({"A": list("abc"), "E": ["apple", "banana", "coconut"]})
    printed = {
        1: (2.0, 5.0), 2: (5.0, 3.0), 3: (8.0, 1.0), 4: (None, 3.0), 5: (4.0, 2.0),
        6: (7.0, 1.0), 7: (1.0, 4.0), 8: (3.0, 4.0), 9: (6.0, 2.0),
    }  # fmt: skip
    rows = ask(sql, df=LETTERS, df2=words)
    assert {c: (x, y) for c, x, _, y, _ in rows} == printed
    assert all(x == same and y == same_too for _, x, same, y, same_too in rows)
    assert all(isinstance(y, float) for *_, y, _ in rows)


def test_ties_share_their_mean_rank() -> None:
    day = dt.datetime(2023, 1, 10)  # noqa: DTZ001  # the platform's dates have no zone
    frame = pd.DataFrame({"date": day, "x": [-1] * 1780 + [0] * 8 + [1] * 3107})
    shares = dict(ask("SELECT DISTINCT x, round(c_pct_rank(x), 6) FROM df", df=frame))
    assert (shares[-1], shares[1]) == (0.18192, 0.682737)


def test_runs() -> None:
    closes = [71.737065, 69.989318, 67.129369, 68.241571, 67.764913, 68.321014, 68.797673, 67.923799]
    sql = """SELECT m_consecutive_rise_count(close) AS rises, m_consecutive_true_count(close > m_lag(close, 1)) AS trues
             FROM stock ORDER BY date"""
    rises, trues = zip(*ask(sql, stock=stock(close=closes)), strict=True)
    assert rises == (0, 0, 0, 1, 0, 1, 2, 0)
    assert trues == (None, 0, 0, 1, 0, 1, 2, 0)
    flags = [0, 0, 0, 1, 1, 0, 1, 1, 1, 0]
    counted = ask("SELECT m_consecutive_true_count(x) FROM stock ORDER BY date", stock=stock(x=flags))
    assert [value for (value,) in counted] == [0, 0, 0, 1, 2, 0, 1, 2, 3, 0]


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        ("signedpower(-2, 4)", -16),
        ("constant(13)", 13),
        ("list_add_head_tail(2017, [2018, 2019, 2020], 2021)", [2017, 2018, 2019, 2020, 2021]),
        ("round_even(1.2250, 2)", 1.22),
        ("round_even(1.2350, 2)", 1.24),
        ("round_even(1.2345, 2)", 1.23),
        ("fdiv(5, 2)", 2),
        ("fmod(5, 2)", 1),
        ("xor(17, 5)", 20),
        ("split_part('abc,def,ghi', ',', 2)", "def"),
        ("if(NULL, 1, 2)", 2),
        ("greatest(NULL, 0)", 0),
    ],
)
def test_scalars(call: str, printed: object) -> None:
    assert ask(f"SELECT {call}") == [(printed,)]
