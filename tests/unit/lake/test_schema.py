"""The tables a lake can hold: what each of them promises."""

import re

import pandas as pd
import pyarrow as pa
import pytest

from dripstone.lake import TABLES, BarLake, TableSpec, ingest_table
from dripstone.lake.schema.prefactor import BLOCKS

TYPES = {pa.timestamp("us"), pa.float64(), pa.int64(), pa.string()}
CATALOGUE = [spec for spec in TABLES.values() if not spec.key]


@pytest.mark.parametrize("spec", TABLES.values(), ids=lambda spec: spec.name)
def test_a_table_has_columns_that_sql_can_tell_apart(spec: TableSpec) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", spec.name)
    assert len({name.lower() for name in spec.names}) == len(spec.names)
    assert {column.type for column in spec.columns} <= TYPES
    assert spec.names[0] == "date" or "date" in spec.names
    assert set(spec.key) <= {column.name for column in spec.columns if column.required}
    assert spec.about


def test_the_platforms_tables_are_there() -> None:
    assert len(TABLES) > 320
    assert {f"cn_stock_bar{length}m" for length in (1, 5, 15, 30, 60)} <= TABLES.keys()
    assert TABLES["cn_stock_bar1m_derived"].names[:4] == ("date", "time", "trading_day", "instrument")
    assert len(TABLES["cn_stock_bar1m_derived"].names) == 145
    assert len(TABLES["cn_stock_prefactors"].names) == 6686
    for name in ("cn_future_bar1d", "cn_fund_bar1d", "cn_cbond_bar1d", "cn_option_bar1m", "cn_stock_moneyflow"):
        assert name in TABLES


def test_the_wide_table_has_the_columns_of_its_blocks() -> None:
    names = set(TABLES["cn_stock_prefactors"].names)
    assert all(set(TABLES[block].names) - {"exdr"} <= names for block in BLOCKS)


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_every_table_of_the_catalogue_takes_rows(spec: TableSpec, tmp_path_factory: pytest.TempPathFactory) -> None:
    values = {
        pa.timestamp("us"): pd.Timestamp("2024-01-06 12:00" if spec.dates == "time" else "2024-01-06"),
        pa.float64(): -1.5,
        pa.int64(): 3,
        pa.string(): "rb2405.SHF",
    }
    lake = BarLake(tmp_path_factory.mktemp("catalogue"))
    row = {c.name: [values[c.type]] for c in spec.columns if not (spec.dateless and c.name == "date")}
    report = ingest_table(lake, pa.table(row), table=spec.name, source="made")
    assert report.rows == 1
    again = ingest_table(lake, pa.table({name: value * 2 for name, value in row.items()}), table=spec.name, source="x")
    assert again.changed_days == 1, "the rows of an ingest are the whole day"


def test_days_that_are_no_trading_days_are_refused_where_they_must_be(tmp_path) -> None:
    saturday = pa.table({"date": [pd.Timestamp("2024-01-06")], "instrument": ["600000.SH"], "total_shares": [1.0]})
    with pytest.raises(Exception, match="not a trading day"):
        ingest_table(BarLake(tmp_path), saturday, table="cn_stock_shares", source="made")
