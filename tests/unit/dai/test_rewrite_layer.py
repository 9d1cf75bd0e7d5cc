"""Windows in windows at any depth, with aliases and without: as worked out step by step in pandas."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.dai.engine import run_query
from dripstone.dai.result import QueryResult
from dripstone.dai.table import MemoryTables
from dripstone.errors import FactorError

N, T = 4, 7


def _market() -> pd.DataFrame:
    source = np.random.default_rng(5)
    rows = pd.DataFrame(
        {
            "date": np.repeat(pd.date_range("2024-01-02", periods=T), N),
            "instrument": np.tile([f"{i:06d}.SZ" for i in range(N)], T),
            "close": source.integers(1, 9, N * T).astype(float),
            "open": source.integers(1, 9, N * T).astype(float),
            "sector": np.tile(["a", "b"], N * T // 2),
        }
    )
    rows.loc[rows.index % 9 == 4, "close"] = np.nan
    return rows


MARKET = _market()
TABLES = MemoryTables(
    {
        "bars": pa.Table.from_pandas(MARKET.sample(frac=1, random_state=1), preserve_index=False),
        "caps": pa.table({"date": MARKET.date, "instrument": MARKET.instrument, "cap": MARKET.open * 100}),
    }
)
Values = pd.Series


def ask(sql: str) -> QueryResult:
    return run_query(sql, tables=TABLES)


def panel(sql: str) -> pd.DataFrame:
    return ask(sql).df().sort_values(["date", "instrument"], ignore_index=True)


@dataclass(frozen=True)
class Expression:
    """A piece of SQL and what pandas makes of it."""

    sql: str
    values: Values = field(repr=False)
    parts: tuple["Expression", ...] = ()
    template: str = ""


def _rolling(values: Values, n: int, how: str) -> Values:
    return values.groupby(MARKET.instrument).transform(lambda each: getattr(each.rolling(n), how)())


ONE: dict[str, Callable[[Values], Values]] = {
    "c_rank({})": lambda x: x.groupby(MARKET.date).rank(method="min"),
    "c_avg({})": lambda x: x.groupby(MARKET.date).transform("mean"),
    "c_avg({}, pb:=sector)": lambda x: x.groupby(MARKET.sector).transform("mean"),
    "m_avg({}, 2)": lambda x: _rolling(x, 2, "mean"),
    "m_sum({}, 3)": lambda x: _rolling(x, 3, "sum"),
    "m_lag({}, 1)": lambda x: x.groupby(MARKET.instrument).shift(1),
    "m_delta({}, 2)": lambda x: x.groupby(MARKET.instrument).diff(2),
    "max({}) OVER (PARTITION BY instrument)": lambda x: x.groupby(MARKET.instrument).transform("max"),
    "(-{})": lambda x: -x,
}
TWO: dict[str, Callable[[Values, Values], Values]] = {
    "({} + {})": lambda x, y: x + y,
    "({} - 2 * {})": lambda x, y: x - 2 * y,
    "IF({} > {}, 1.0, 0.0)": lambda x, y: (x > y).astype(float),
    "coalesce({}, {})": lambda x, y: x.fillna(y),
}

LEAVES = st.sampled_from([Expression(name, MARKET[name]) for name in ("close", "open")])


def _one(pair: tuple[str, Expression]) -> Expression:
    template, part = pair
    return Expression(template.format(part.sql), ONE[template](part.values), (part,), template)


def _two(triple: tuple[str, Expression, Expression]) -> Expression:
    template, left, right = triple
    made = TWO[template](left.values, right.values)
    return Expression(template.format(left.sql, right.sql), made, (left, right), template)


EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(sorted(ONE)), inner).map(_one),
        st.tuples(st.sampled_from(sorted(TWO)), inner, inner).map(_two),
    ),
    max_leaves=5,
)


def _steps(whole: Expression, chosen: Callable[[], bool]) -> list[str]:
    """Items that build an expression from aliases of some of its parts; the last one is called ``f``."""
    items: list[str] = []

    def spelled(each: Expression) -> str:
        if not each.parts:
            return each.sql
        text = each.template.format(*map(spelled, each.parts))
        if each is whole or not chosen():
            return text
        items.append(f"{text} AS a{len(items)}")
        return f"a{len(items) - 1}"

    last = spelled(whole)
    return [*items, f"{last} AS f"]


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=25)
def test_nested_as_it_is(expression: Expression) -> None:
    got = panel(f"SELECT date, instrument, {expression.sql} AS f FROM bars")
    np.testing.assert_allclose(got.f.astype(float), expression.values, rtol=1e-9, atol=1e-9)


@given(EXPRESSIONS, st.data())
@settings(deadline=None, max_examples=25)
def test_through_aliases(expression: Expression, data: st.DataObject) -> None:
    items = _steps(expression, lambda: data.draw(st.booleans()))
    got = panel(f"SELECT *, {', '.join(items)} FROM bars")
    assert got.columns.tolist() == [*MARKET.columns, *(item.rpartition(" ")[2] for item in items)]
    np.testing.assert_allclose(got.f.astype(float), expression.values, rtol=1e-9, atol=1e-9)


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=15)
def test_in_qualify_and_order(expression: Expression) -> None:
    got = ask(f"SELECT date, instrument FROM bars QUALIFY {expression.sql} > 3 ORDER BY {expression.sql}, 1, 2").df()
    wanted = MARKET.assign(f=expression.values.round(9))
    wanted = wanted[expression.values > 3].sort_values(["f", "date", "instrument"], ignore_index=True)
    assert set(map(tuple, got.to_numpy())) == set(map(tuple, wanted[["date", "instrument"]].to_numpy()))


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=15)
def test_over_groups_and_joins(expression: Expression) -> None:
    values = expression.values
    over_groups = expression.sql.replace("close", "max(close)").replace("open", "sum(open)").replace("sector", "sector")
    got = panel(
        f"SELECT date, instrument, sector, {over_groups} AS f FROM "
        "(FROM bars UNION ALL SELECT date, instrument, close, 0, sector FROM bars) GROUP BY ALL"
    )
    np.testing.assert_allclose(got.f.astype(float), values, rtol=1e-9, atol=1e-9)
    joined = expression.sql.replace("close", "b.close").replace("instrument", "b.instrument")
    got = panel(
        f"SELECT b.date, b.instrument, {joined} AS f, cap FROM bars AS b "
        "JOIN caps AS c ON b.date = c.date AND b.instrument = c.instrument"
    )
    np.testing.assert_allclose(got.f.astype(float), values, rtol=1e-9, atol=1e-9)


DEEP = "c_rank(m_avg(c_rank(m_delta(c_rank(m_sum(c_rank(m_lag(close, 1)), 2)), 1)), 2))"


def test_depth_does_not_multiply() -> None:
    statement = ask(f"SELECT date, instrument, {DEEP} AS f, {DEEP} AS g FROM bars")
    assert statement.df().f.equals(statement.df().g)
    assert len(statement.sql) < 4000


def test_a_chain_of_aliases_does_not_multiply() -> None:
    chain = ", ".join(f"a{i - 1} + a{i - 1} AS a{i}" for i in range(1, 25))
    got = ask(f"SELECT close AS a0, {chain} FROM bars WHERE close = 1 LIMIT 1").fetchall()
    assert got[0][-1] == 2.0**24


F = "m_sum(c_rank(close), 2) AS f"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT close * 2 AS close, {} FROM bars",
        "SELECT b.close, {} FROM bars AS b",
        "SELECT Close, {} FROM bars",
        "SELECT close + 1, CASE WHEN open > 1 THEN 2 END, -open, {} FROM bars",
        'SELECT close AS "a b", "a b" AS 中文, {} FROM bars',
        "SELECT close AS 'a text', {} FROM bars",
        "SELECT close, close, {} FROM bars",
        "SELECT 1 AS one, 'x', NULL, {} FROM bars",
        "SELECT * EXCLUDE (sector), {} FROM bars",
        "SELECT * REPLACE (close + 1 AS close), {} FROM bars",
        "SELECT * RENAME (close AS last), {} FROM bars",
        "SELECT {}, b.*, c.* FROM bars b JOIN caps c USING (date, instrument)",
        "SELECT *, {} FROM bars JOIN caps USING (date, instrument)",
        "SELECT *, {} FROM bars NATURAL JOIN caps",
        "SELECT *, {} FROM bars SEMI JOIN caps USING (date)",
        "SELECT *, {} FROM bars b JOIN caps c ON b.date = c.date AND b.instrument = c.instrument",
        "SELECT COLUMNS('^c'), {} FROM bars",
        "SELECT COLUMNS(['open', 'close']) * 2, {} FROM bars",
        "SELECT COLUMNS(* EXCLUDE (date, instrument, sector)) + 1, {} FROM bars",
        "SELECT *, {} FROM (SELECT COLUMNS(c -> c <> 'sector') FROM bars)",
        "SELECT {}, * FROM (PIVOT bars ON sector USING sum(open) GROUP BY date, instrument, close)",
        "SELECT *, {} FROM (VALUES (1, DATE '2024-01-02', 'x')) AS v(close, date, instrument)",
        "WITH x(date, instrument, close) AS (SELECT date, instrument, cap FROM caps) SELECT *, {} FROM x",
        "SELECT * FROM (SELECT close AS _hidden, *, {} FROM bars)",
        "FROM bars SELECT close, {}",
        "SELECT close, {} FROM bars UNION ALL SELECT cap, cap FROM caps",
        "SELECT DISTINCT close, {} FROM bars ORDER BY ALL",
    ],
)
def test_names_and_order_of_columns_are_those_of_the_select(sql: str) -> None:
    got, plain = ask(sql.format(F)), ask(sql.format("0.0 AS f"))
    names = [name for name in plain.arrow().column_names if not name.startswith("_")]
    assert got.arrow().column_names == names
    if "DISTINCT" not in sql:
        assert len(got) == len(plain)


RANK = "CASE WHEN {0} IS NOT NULL THEN rank() OVER (PARTITION BY date ORDER BY {0} NULLS LAST)::DOUBLE END AS r"
FRAGMENTS = {
    "$RANKED": f"(SELECT *, {RANK.format('close')} FROM bars)",
    "$LAGGED": "(SELECT *, lag(close) OVER (PARTITION BY instrument ORDER BY date) AS l FROM bars)",
    "$RANK": RANK.format("close"),
    "$LAG_RANK": RANK.format("l"),
}


def _by_hand() -> list[tuple[str, str]]:
    text = Path(__file__).with_name("rewrite_by_hand.sql").read_text(encoding="utf-8")
    for name, sql in FRAGMENTS.items():
        text = text.replace(name, sql)
    cases = (case.partition("-- is\n") for case in text.split(";\n") if case.strip())
    return [(sql.strip(), by_hand.strip()) for sql, _, by_hand in cases]


@pytest.mark.parametrize(("sql", "by_hand"), _by_hand())
def test_by_hand_it_is_the_same(sql: str, by_hand: str) -> None:
    got, wanted = ask(sql), ask(by_hand)
    assert got.arrow().column_names == wanted.arrow().column_names or "COLUMNS" in sql
    assert sorted(map(repr, got.fetchall())) == sorted(map(repr, wanted.fetchall()))


def test_order_limit_and_distinct_on_are_the_outermost() -> None:
    f = "m_sum(c_rank(close), 2)"
    whole = panel(f"SELECT *, {f} AS f FROM bars")
    top = ask(f"SELECT date, instrument, {f} AS f FROM bars ORDER BY f DESC NULLS LAST, date, instrument LIMIT 3").df()
    best = whole.sort_values(["f", "date", "instrument"], ascending=[False, True, True]).head(3)
    assert top.instrument.tolist() == best.instrument.tolist()
    one = ask(
        f"SELECT DISTINCT ON (date) date, instrument FROM bars ORDER BY date, {f} DESC NULLS LAST, instrument"
    ).df()
    firsts = whole.sort_values(["date", "f", "instrument"], ascending=[True, False, True]).groupby("date").head(1)
    assert one.instrument.tolist() == firsts.instrument.tolist()


def test_windows_beyond_where_a_window_can_be() -> None:
    for sql, clause in (
        ("SELECT m_avg(close, 2) AS m FROM bars WHERE m > 3", "WHERE"),
        ("SELECT date FROM bars WHERE\n c_rank(close) > 3", "WHERE"),
        ("SELECT c_rank(m_avg(close, 2)) AS m FROM bars WHERE m > 3", "WHERE"),
        ("SELECT m_avg(close, 2) AS m, count(*) FROM bars GROUP BY m", "GROUP BY"),
        ("SELECT date, max(m_lag(close, 1)) FROM bars GROUP BY date", "an aggregate"),
    ):
        with pytest.raises(FactorError, match=f"{clause} cannot use what a window function works out") as caught:
            ask(sql)
        assert "QUALIFY" in caught.value.hint
        assert {"line", "column"} <= caught.value.fields.keys()
