"""The wide table: what each held table gives, and that a query pays for the columns that it names."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dripstone.dai.engine import run_query
from dripstone.dai.naming import WIDE, naming_of
from dripstone.dai.script import read_script
from dripstone.dai.table import Derived, LakeTables, NoRowsWarning, _warn_without
from dripstone.dai.view import RECIPES
from dripstone.errors import FactorError
from dripstone.lake import TABLES, BarLake, ingest_table
from dripstone.market.calendar import trading_days

DAYS = [pd.Timestamp(str(day)) for day in trading_days("2024-01-02", "2024-01-12")]
NAMES = ("300750.SZ", "600000.SH")


def everywhere(**columns: object) -> pa.Table:
    return pa.table({"date": [*DAYS, *DAYS], "instrument": [NAMES[0]] * len(DAYS) + [NAMES[1]] * len(DAYS), **columns})


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> BarLake:
    """Daily bars of nine days, with status, caps, industry, index members and an index."""
    lake = BarLake(tmp_path_factory.mktemp("prefactors"))
    n = len(DAYS)
    close = np.concatenate([np.arange(n) + 100.0, 10 * 1.01 ** np.arange(n)])
    ratio = np.concatenate([np.full(n, 0.02), np.full(n, 0.01)])
    prices = dict.fromkeys(("open", "high", "low", "close"), close)
    rows = everywhere(
        **prices,
        volume=[100] * 2 * n,
        amount=[1.0] * 2 * n,
        change_ratio=ratio,
        adjust_factor=[1.0] * 2 * n,
        upper_limit=close,
        lower_limit=close - 1,
    )
    put = {
        "cn_stock_bar1d": rows,
        "cn_stock_real_bar1d": rows,
        "cn_stock_status": everywhere(st_status=[0] * n + [1] * n, suspended=[0] * 2 * n),
        "cn_stock_valuation": everywhere(total_market_cap=[2.0] * 2 * n, float_market_cap=[1.0] * 2 * n),
        "cn_stock_industry_component": everywhere(
            industry=["sw2021"] * 2 * n, industry_level1_code=["480000"] * 2 * n, industry_level1_name=["银行"] * 2 * n
        ),
        "cn_stock_basic_info": pa.table(
            {"instrument": [NAMES[1]], "list_date": [pd.Timestamp("2024-01-01")], "list_sector": [1]}
        ),
        "cn_stock_index_component": pa.table(
            {"date": DAYS[:2], "instrument": ["000300.SH"] * 2, "member_code": [NAMES[1]] * 2}
        ),
        "cn_stock_index_bar1d": pa.table(
            {"date": DAYS, "instrument": ["000300.SH"] * n, "close": 3000.0 + np.arange(n), "change_ratio": [0.1] * n}
        ),
    }
    for table, given in put.items():
        ingest_table(lake, given, table=table, source="made")
    return lake


def ask(lake: BarLake, columns: str, **filters: list[str]) -> pd.DataFrame:
    sql = f"SELECT date, instrument, {columns} FROM cn_stock_prefactors ORDER BY instrument, date"
    return run_query(sql, tables=LakeTables(lake), filters=filters or None, full_db_scan=True).df()


def test_each_table_gives_its_columns(lake: BarLake) -> None:
    got = ask(lake, "st_status, float_market_cap, sw2021_level1, sw_level1_name, close_000300SH, return_000300SH")
    assert got.st_status.tolist() == [0] * len(DAYS) + [1] * len(DAYS)
    assert set(got.float_market_cap) == {1.0}
    assert set(got.sw2021_level1) == {"480000"}
    assert set(got.sw_level1_name) == {"银行"}
    assert got.close_000300SH.tolist()[: len(DAYS)] == [3000.0 + i for i in range(len(DAYS))]
    assert set(got.return_000300SH) == {0.1}


def test_membership_is_known_only_where_the_index_is(lake: BarLake) -> None:
    got = ask(lake, "is_hs300, is_zz500").set_index("instrument")
    assert got.loc[NAMES[1]].is_hs300.tolist()[:3] == pytest.approx([1, 1, np.nan], nan_ok=True)
    assert got.loc[NAMES[0]].is_hs300.tolist()[:3] == pytest.approx([0, 0, np.nan], nan_ok=True)
    assert got.is_zz500.isna().all(), "the lake knows no member of it"


def test_momentum_is_over_days_held_whatever_is_asked_for(lake: BarLake) -> None:
    columns = "momentum_5, reversal_5, volatility_5, daily_return"
    whole = ask(lake, columns)
    main = whole[whole.instrument == NAMES[1]]
    assert main.momentum_5.isna().tolist() == [True] * 5 + [False] * (len(DAYS) - 5)
    assert main.momentum_5.tolist()[5] == pytest.approx(1.01**5 - 1)
    assert main.volatility_5.tolist()[5] == pytest.approx(0.0, abs=1e-12)
    assert main.volatility_5.isna().tolist()[:5] == [True] * 4 + [False]
    day = str(DAYS[6])[:10]
    one = ask(lake, columns, date=[day])
    pd.testing.assert_frame_equal(one, whole[whole.date == DAYS[6]].reset_index(drop=True))


def test_boards_days_listed_and_limits(lake: BarLake) -> None:
    got = ask(lake, "is_sh, is_cyb, is_shzb, list_days, list_sector, line_price_limit", date=[str(DAYS[0])[:10]])
    assert got.is_cyb.tolist() == [1, 0]
    assert got.is_shzb.tolist() == [0, 1]
    assert got.list_days.tolist()[1] == (DAYS[0] - pd.Timestamp("2024-01-01")).days
    assert got.line_price_limit.tolist() == [1, 1]


def test_a_table_without_rows_is_named_when_its_columns_are(lake: BarLake) -> None:
    _warn_without.cache_clear()
    with pytest.warns(NoRowsWarning, match=r"come from cn_stock_moneyflow are NULL.*dripstone ingest"):
        got = ask(lake, "netflow_amount_main")
    assert got.netflow_amount_main.isna().all()


def test_only_what_is_named_is_read(lake: BarLake) -> None:
    day = DAYS[6].date()
    script = read_script("SELECT date, close, is_hs300 FROM cn_stock_prefactors")
    tables = LakeTables(lake).naming(naming_of(script, ()))
    assert tables.describe("cn_stock_prefactors").schema.names == ["date", "instrument", "close", "is_hs300"]
    rows = tables.rows("cn_stock_prefactors", start=day, end=day)
    assert isinstance(rows, Derived)
    assert set(rows.parts) == {"days", "bars", "members"}
    assert [path.stem for path in rows.parts["bars"][1]] == [str(day)]
    momentum = LakeTables(lake).naming(naming_of(read_script("SELECT momentum_5 FROM cn_stock_prefactors"), ()))
    rows = momentum.rows("cn_stock_prefactors", start=day, end=day)
    assert isinstance(rows, Derived)
    assert len(rows.parts["bars"][1]) == 6


@pytest.mark.parametrize(
    ("sql", "whole"),
    [
        ("SELECT * FROM cn_stock_prefactors", True),
        ("FROM cn_stock_prefactors", True),
        ("SELECT p.* EXCLUDE (close) FROM cn_stock_prefactors p JOIN other USING (date)", True),
        ("SELECT COLUMNS('pe_.*') FROM cn_stock_prefactors", True),
        ("SELECT p FROM cn_stock_prefactors p", True),
        ("DESCRIBE cn_stock_prefactors", True),
        ("SELECT close FROM cn_stock_prefactors NATURAL JOIN other", True),
        ("PIVOT cn_stock_prefactors ON instrument USING sum(close)", True),
        ("WITH x AS (SELECT close FROM cn_stock_prefactors) SELECT * FROM x", False),
        ("SELECT count(*), close * 2 FROM cn_stock_prefactors GROUP BY ALL", False),
        ("SELECT close FROM cn_stock_prefactors QUALIFY COLUMNS(*) IS NOT NULL", False),
        ("SELECT m_avg(close, 5, pb:='sw2021_level1') FROM cn_stock_prefactors", False),
        ("SELECT close FROM cn_stock_prefactors WHERE instrument IN (SELECT * FROM other)", False),
    ],
)
def test_a_star_reads_the_table_beside_it(sql: str, whole: bool) -> None:
    naming = naming_of(read_script(sql), ())
    schema = TABLES["cn_stock_prefactors"].schema
    assert (len(naming.narrowed("cn_stock_prefactors", schema)) == len(schema)) is whole
    names = naming.narrowed("cn_stock_prefactors", schema).names
    assert {"date", "instrument", "close"} <= set(names)
    if "sw2021_level1" in sql:
        assert "sw2021_level1" in names


def test_a_narrow_table_is_never_cut() -> None:
    schema = TABLES["cn_stock_bar1d"].schema
    assert len(schema) <= WIDE
    assert naming_of(read_script("SELECT close FROM cn_stock_bar1d"), ()).narrowed("cn_stock_bar1d", schema) is schema


def test_a_typo_finds_a_column_that_was_not_read(lake: BarLake) -> None:
    with pytest.raises(FactorError, match="did you mean pe_ttm"):
        ask(lake, "pe_tmm")


def test_other_names_and_views_of_the_wide_table_are_cut_alike(lake: BarLake) -> None:
    tables = LakeTables(lake)
    sql = "SELECT close, pb FROM cn_stock_prefactors_community"
    assert len(run_query(sql, tables=tables, full_db_scan=True)) == 2 * len(DAYS)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_gives_columns_of_its_table(name: str) -> None:
    assert set(RECIPES[name].columns) <= set(TABLES[name].names)
    assert all(source.table in TABLES for source in RECIPES[name].sources.values())
    assert set(RECIPES[name].joins) <= set(RECIPES[name].sources) | {"earlier", "moving"}
