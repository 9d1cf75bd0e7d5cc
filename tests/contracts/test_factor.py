"""What every factor keeps to, whoever wrote it and in whichever form."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from dripstone.arrays import PerInstrument
from dripstone.factors.compile import compile_factor
from dripstone.factors.registry import library
from dripstone.factors.spec import FactorSpec, Needs, UdfSource
from dripstone.lake.day import DayBars
from dripstone.market.session import minute_of
from tests.unit.factors.bars import HEAD, make_day

KERNEL = FactorSpec(
    "late_share",
    "kernel",
    HEAD + "@factor(fields=('volume',), session=('09:31', '14:30'))\n"
    "def late_share(bars):\n"
    "    total = np.nansum(bars.volume, axis=-1)\n"
    "    return np.where(total > 0, np.nansum(bars.volume[:, -30:], axis=-1) / total, np.nan)\n",
    "late_share",
    Needs(("volume",), ("09:31", "14:30")),
)
SQL = FactorSpec(
    "swing",
    "sql",
    "SELECT date::DATE AS date, instrument, swing(array_agg(close ORDER BY date)) AS swing FROM cn_stock_bar1m\n"
    "WHERE date::TIME <= '14:57' GROUP BY date::DATE, instrument",
    needs=Needs(("close",), ("09:25", "15:00")),
    columns=("swing",),
    udfs=(UdfSource("swing", "swing", "import numpy as np\ndef swing(v): return np.ptp(v) / np.mean(v)\n", "double"),),
)
FACTORS = [*library().values(), KERNEL, SQL]
LAST_MINUTE = {"swing": "14:57"}
"""Where the code itself ends the day before its session does."""

every_factor = pytest.mark.parametrize("spec", FACTORS, ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def day() -> DayBars:
    return make_day(8, seed=3)


def values(spec: FactorSpec, day: DayBars) -> Mapping[str, PerInstrument]:
    return compile_factor(spec).compute(day)


def rows(day: DayBars, at: np.ndarray) -> dict[str, np.ndarray]:
    return {name: field[at] for name, field in day.fields.items()}


def assert_same(one: Mapping[str, PerInstrument], other: Mapping[str, PerInstrument], at: np.ndarray | slice) -> None:
    assert list(one) == list(other)
    for name in one:
        np.testing.assert_array_equal(one[name][at], other[name], err_msg=name)


@every_factor
def test_it_has_values_at_all(spec: FactorSpec, day: DayBars) -> None:
    assert any(np.isfinite(column).any() for column in values(spec, day).values())


@every_factor
def test_permuting_instruments_permutes_values(spec: FactorSpec, day: DayBars) -> None:
    order = np.random.default_rng(1).permutation(len(day.instruments))
    assert_same(values(spec, day), values(spec, replace(day, fields=rows(day, order))), order)


@every_factor
def test_leaving_instruments_out_changes_no_other(spec: FactorSpec, day: DayBars) -> None:
    kept = np.array([0, 2, 5])
    assert_same(
        values(spec, day), values(spec, replace(day, instruments=day.instruments[kept], fields=rows(day, kept))), kept
    )


@every_factor
def test_nothing_in_gives_nothing_out(spec: FactorSpec, day: DayBars) -> None:
    empty = replace(day, fields={name: np.full_like(field, np.nan) for name, field in day.fields.items()})
    for name, column in values(spec, empty).items():
        assert np.isnan(column).all(), name


@every_factor
def test_minutes_after_its_session_do_not_matter(spec: FactorSpec, day: DayBars) -> None:
    late = day.minutes > minute_of(LAST_MINUTE.get(spec.name, spec.needs.session[1]))
    other = {name: np.where(late, np.flip(field, axis=-1) + 1, field) for name, field in day.fields.items()}
    assert_same(values(spec, day), values(spec, replace(day, fields=other)), slice(None))


@every_factor
def test_it_gives_the_same_again_and_leaves_the_bars_alone(spec: FactorSpec, day: DayBars) -> None:
    before = {name: field.copy() for name, field in day.fields.items()}
    factor = compile_factor(spec)
    first = factor.compute(day)
    assert_same(first, factor.compute(day), slice(None))
    assert_same(first, values(FactorSpec.from_dict(spec.as_dict()), day), slice(None))
    for name, field in day.fields.items():
        np.testing.assert_array_equal(field, before[name])
