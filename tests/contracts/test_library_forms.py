"""Every factor of the library: SQL form = kernel form, no look-ahead, instruments apart, nothing from nothing."""

import datetime as dt
import sys
import types
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import dripstone.factors.library
from dripstone.arrays import PerInstrument
from dripstone.dai import DaiUDF, QueryResult
from dripstone.dai.engine import run_query
from dripstone.dai.table import LakeTables
from dripstone.factors.library.drip_stone import drip_stone, drip_stone_mad, drip_stone_sides
from dripstone.factors.library.drip_stone_bands import drip_stone_bands
from dripstone.factors.library.execution import execution
from dripstone.factors.spec import FactorFunction
from dripstone.lake.day import DayBars
from dripstone.lake.ingest import ingest_table
from dripstone.lake.lake import BarLake
from dripstone.lake.simulate import simulate

BARS = "cn_stock_bar1m"
PORTABLE = Path(dripstone.factors.library.__path__[0]) / "portable"
IN_BOTH_FORMS = [drip_stone, drip_stone_mad, drip_stone_sides, drip_stone_bands]
ALL = [*IN_BOTH_FORMS, execution]


def by_name(factor: FactorFunction) -> str:
    return factor.name


def columns(factor: FactorFunction, bars: DayBars) -> Mapping[str, PerInstrument]:
    values = factor(bars)
    return values if isinstance(values, Mapping) else {factor.name: values}


def portable_values(name: str, lake: BarLake, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """What the paste-ready cell leaves in ``factor_values`` over the whole lake."""

    def query(sql: str, *, filters: Mapping[str, object], udf_list: list[DaiUDF]) -> QueryResult:
        return run_query(sql, tables=LakeTables(lake), filters=filters, udfs=udf_list)

    platform = types.ModuleType("dai")
    vars(platform).update(DaiUDF=DaiUDF, query=query)
    monkeypatch.setitem(sys.modules, "dai", platform)
    source = (PORTABLE / f"{name}.py").read_text(encoding="utf-8")
    source = source.replace("2024-01-01", str(lake.dates()[0])).replace("2024-12-31", str(lake.dates()[-1]))
    cell: dict[str, pd.DataFrame] = {}
    exec(compile(source, name, "exec"), cell)
    return cell["factor_values"]


def assert_forms_agree(factor: FactorFunction, lake: BarLake, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = portable_values(factor.name, lake, monkeypatch).set_index(["date", "instrument"])
    assert not sql.index.duplicated().any()
    seen = 0
    for date in lake.dates():
        bars = lake.day(date, factor.needs)
        rows = pd.MultiIndex.from_product([[date.astype("datetime64[us]")], bars.instruments])
        there = sql.reindex(rows)
        seen += len(rows.intersection(sql.index))
        for column, values in columns(factor, bars).items():
            np.testing.assert_allclose(there[column].to_numpy(float), values, rtol=0, atol=1e-12, err_msg=column)
    assert seen == len(sql)
    assert sql.notna().to_numpy().any()


def small_market(root: Path, *, without_bars_after: dt.time = dt.time(15, 0)) -> BarLake:
    """Two days over a month's end, with a thin instrument, a flat one, a gap and a short one."""
    lake = BarLake(root)
    simulate(lake, twin="planted", instruments=24, days=2, seed=5, end="2025-06-03")
    for date in lake.dates():
        rows = pq.read_table(lake.paths(BARS, date, date)[0])
        time, name = pc.cast(rows["date"], pa.time64("us")), rows["instrument"]
        short = pc.and_(pc.equal(name, "000002.SZ"), pc.greater(time, pa.scalar(dt.time(13, 50), pa.time64("us"))))
        gap = pc.and_(pc.equal(name, "300001.SZ"), pc.is_in(pc.minute(rows["date"]), pa.array([7, 23])))
        late = pc.greater(time, pa.scalar(without_bars_after, pa.time64("us")))
        keep = pc.invert(pc.or_(pc.or_(short, gap), late))
        flat = pc.if_else(pc.equal(name, "600001.SH"), pa.scalar(5000, pa.int64()), rows["volume"])
        at = rows.schema.get_field_index("volume")
        lake.write_day(BARS, date, rows.set_column(at, "volume", flat).filter(keep))
    return lake


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> BarLake:
    return small_market(tmp_path_factory.mktemp("market"))


@pytest.mark.parametrize("factor", IN_BOTH_FORMS, ids=by_name)
def test_sql_form_is_kernel_form(factor: FactorFunction, market: BarLake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_forms_agree(factor, market, monkeypatch)


@pytest.mark.parametrize("factor", IN_BOTH_FORMS, ids=by_name)
def test_sql_form_is_kernel_form_on_real_bars(
    factor: FactorFunction, real_bars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = BarLake(tmp_path)
    first, after = (np.datetime64(day, "us").item() for day in ("2025-12-30", "2026-01-07"))
    rows = pq.read_table(real_bars, filters=[("date", ">=", first), ("date", "<", after)])
    ingest_table(lake, rows, table=BARS, source="sample")
    assert_forms_agree(factor, lake, monkeypatch)


@pytest.mark.parametrize("factor", IN_BOTH_FORMS, ids=by_name)
def test_an_instrument_short_of_bars_or_flat_has_no_value(factor: FactorFunction, market: BarLake) -> None:
    bars = market.day(market.dates()[0], factor.needs)
    for column, values in columns(factor, bars).items():
        held = dict(zip(bars.instruments.tolist(), values.tolist(), strict=True))
        assert np.isnan(held["000002.SZ"]), column
        assert np.isfinite(held["300001.SZ"]), column
        if factor is not drip_stone_sides:  # a flat volume still has sides that vary
            assert np.isnan(held["600001.SH"]), column


@pytest.mark.parametrize("factor", IN_BOTH_FORMS, ids=by_name)
def test_bars_after_the_session_change_nothing(factor: FactorFunction, market: BarLake, tmp_path: Path) -> None:
    cut = small_market(tmp_path, without_bars_after=dt.time(14, 57))
    for date in market.dates():
        whole, early = (columns(factor, lake.day(date, factor.needs)) for lake in (market, cut))
        for column, values in whole.items():
            assert np.array_equal(values, early[column], equal_nan=True), column


@pytest.mark.parametrize("factor", ALL, ids=by_name)
def test_instruments_stand_alone(factor: FactorFunction, market: BarLake) -> None:
    bars = market.day(market.dates()[-1], factor.needs)
    whole = columns(factor, bars)
    n = len(bars.instruments)
    for some in (np.random.default_rng(1).permutation(n), np.arange(3, 8), np.array([n - 1])):
        part = replace(bars, instruments=bars.instruments[some], fields={k: v[some] for k, v in bars.fields.items()})
        for column, values in columns(factor, part).items():
            assert np.array_equal(values, whole[column][some], equal_nan=True), column


@pytest.mark.parametrize("factor", ALL, ids=by_name)
def test_nothing_in_nothing_out(factor: FactorFunction, market: BarLake) -> None:
    bars = market.day(market.dates()[0], factor.needs)
    nothing = replace(bars, fields={name: np.full_like(values, np.nan) for name, values in bars.fields.items()})
    for column, values in columns(factor, nothing).items():
        assert values.shape == bars.instruments.shape, column
        assert np.isnan(values).all(), column


@pytest.mark.parametrize("factor", ALL, ids=by_name)
def test_declared_columns_are_the_columns(factor: FactorFunction, market: BarLake) -> None:
    declared = factor.columns or (factor.name,)
    assert tuple(columns(factor, market.day(market.dates()[0], factor.needs))) == declared
