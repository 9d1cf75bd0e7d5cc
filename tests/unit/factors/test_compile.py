from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from dripstone.errors import DataError, FactorError
from dripstone.factors.compile import compile_factor
from dripstone.factors.spec import FactorSpec, Needs, UdfSource
from dripstone.market.session import SESSION
from tests.unit.factors.bars import DAY, HEAD, kernel, make_day, sql

CLOSE = "SELECT date::DATE AS date, instrument, {} AS x FROM cn_stock_bar1m GROUP BY 1, 2"


def test_a_kernel_gets_what_it_declares_and_no_more() -> None:
    needs = Needs(("volume", "close"), ("09:31", "14:57"))
    spec = kernel("return np.full(len(bars.instruments), bars.volume.shape[1] + len(bars.fields) / 10)", needs=needs)
    np.testing.assert_allclose(compile_factor(spec).compute(make_day())["mine"], 237.2)
    with pytest.raises(FactorError, match="did not declare") as caught:
        compile_factor(kernel("return bars.high[:, 0]")).compute(make_day())
    assert caught.value.fields["line"] == 5
    assert caught.value.fields["date"] == str(DAY)


def test_several_columns_keep_the_declared_order() -> None:
    body = "return {'b': bars.volume[:, 0], 'a': bars.volume[:, 1]}"
    assert list(compile_factor(kernel(body, columns=("a", "b"))).compute(make_day())) == ["a", "b"]
    assert list(compile_factor(kernel(body)).compute(make_day())) == ["b", "a"]
    with pytest.raises(FactorError, match="other columns"):
        compile_factor(kernel(body, columns=("a", "c"))).compute(make_day())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return bars.volume", r"shape \(5, 240\).*expected shape \(5,\).*per minute"),
        ("return 1.0", r"shape \(\).*single number"),
        ("return None", "one number per instrument"),
        ("return bars.volume.mean(axis=0)", "reduce over axis -1"),
        ("return ['a'] * 5", "dtype <U1"),
        ("return {}", "no named columns"),
        ("return {'a\\x1b[2J': np.zeros(5)}", "no named columns"),
        ("return 1 / (bars.volume[:, 0] * 0)", "infinite values.*600000.SH"),
        ("return np.nansum(bars.volume, axis=-1) + unknown", "NameError: name 'unknown'.*line=5"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("bars.volume[0, 0] = 1", "read-only"),
    ],
)
def test_what_a_kernel_may_not_do(body: str, words: str) -> None:
    needs = Needs(("volume",), ("09:31", "15:00"))
    day = make_day()
    day.fields["volume"][:, 1] = 500.0  # the first minute of the session has a bar for everyone
    with pytest.raises(FactorError, match=words) as caught:
        compile_factor(kernel(body, needs=needs)).compute(day)
    assert caught.value.fields["factor"] == "mine"
    assert caught.value.fields["date"] == str(DAY)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def mine(:", "SyntaxError.*line=1"),
        ("import numpy as np\n1 / 0", "ZeroDivisionError.*line=2"),
        (HEAD + "def mine(bars):\n    return 1", "defines no such factor"),
    ],
)
def test_sources_that_do_not_compile(source: str, words: str) -> None:
    with pytest.raises(FactorError, match=words):
        compile_factor(FactorSpec("mine", "kernel", source, "mine"))


def test_dataclasses_and_helpers_work_in_a_factor_file() -> None:
    source = HEAD + (
        "from dataclasses import dataclass\n@dataclass\nclass Band:\n    low: 'int'\n"
        "def total(x): return np.nansum(x, axis=-1)\n"
        "@factor()\ndef mine(bars): return total(bars.volume) * Band(2).low\n"
    )
    day = make_day()
    values = compile_factor(FactorSpec("mine", "kernel", source, "mine")).compute(day)["mine"]
    np.testing.assert_array_equal(values, 2 * np.nansum(day.volume[:, 1:], axis=1))


def test_look_back_fields_have_a_day_axis() -> None:
    needs = Needs(("volume",), ("09:31", "15:00"), lookback_days=3)
    spec = kernel("return bars.volume[0, :, 0]", needs=needs)
    day = make_day(days=3)
    np.testing.assert_array_equal(compile_factor(spec).compute(day)["mine"], day.volume[0, :, 1])
    with pytest.raises(DataError, match="another look-back"):
        compile_factor(spec).compute(make_day())


def test_a_day_that_lacks_something() -> None:
    day = make_day()
    half = replace(day, minutes=SESSION[:100], fields={k: v[:, :100] for k, v in day.fields.items()})
    with pytest.raises(DataError, match=r"cover the factor's session.*100 minutes"):
        compile_factor(kernel("return bars.volume[:, 0]")).compute(half)
    with pytest.raises(DataError, match="lacks a daily column"):
        compile_factor(kernel("return bars.pb", needs=Needs(daily=("pb",)))).compute(day)


def test_the_placebo_sees_shuffled_minutes_only() -> None:
    day = make_day()
    for spec in (kernel("return bars.volume[:, 0]"), sql(CLOSE.format("first(volume ORDER BY date)"))):
        real, mixed = (compile_factor(one).compute(day) for one in (spec, spec.placebo(7)))
        (column,) = real
        assert list(mixed) == [column]
        assert not np.array_equal(real[column], mixed[column], equal_nan=True)
    total = kernel("return np.nansum(bars.volume, axis=-1)")
    np.testing.assert_array_equal(
        compile_factor(total).compute(day)["mine"], compile_factor(total.placebo(7)).compute(day)["mine"]
    )


def test_sql_is_mapped_on_the_instruments() -> None:
    day = make_day()
    spec = sql(CLOSE.format("max(close)") + " HAVING instrument <> '600002.SH' ORDER BY instrument DESC")
    expected = np.nanmax(day.close, axis=1)
    expected[2] = np.nan
    np.testing.assert_array_equal(compile_factor(spec).compute(day)["x"], expected)


def test_sql_udfs_come_from_source() -> None:
    udf = UdfSource("span", "wide", "import numpy as np\ndef wide(v): return np.ptp(v)\n", "double")
    spec = sql(CLOSE.format("span(array_agg(close ORDER BY date))"), udfs=(udf,))
    day = make_day()
    expected = np.nanmax(day.close, axis=1) - np.nanmin(day.close, axis=1)
    np.testing.assert_array_equal(compile_factor(spec).compute(day)["x"], expected)
    with pytest.raises(FactorError, match="does not define it"):
        compile_factor(sql("SELECT 1", udfs=(replace(udf, function="other"),)))


def test_sql_params_filters_and_the_day_itself() -> None:
    spec = sql(
        "SELECT $trading_day AS date, instrument, count(*) * $k AS x FROM cn_stock_bar1m GROUP BY instrument",
        params={"params": {"k": 2}, "filters": {"instrument": ["600001.SH"]}},
    )
    day = make_day()
    values = compile_factor(spec).compute(day)["x"]
    assert values[1] == 2 * day.bar_count[1]
    assert np.isnan(np.delete(values, 1)).all()


def test_daily_tables_are_dated_that_day() -> None:
    old = pa.table(
        {"date": pa.array([np.datetime64("2023-12-29", "us")] * 2), "instrument": ["600000.SH", "999999.SH"]}
    )
    old = old.append_column("cap", pa.array([3.0, 4.0]))
    select = "SELECT date, instrument, cap AS x FROM cn_stock_valuation"
    spec = sql(select)
    spec = replace(spec, needs=replace(spec.needs, tables=("cn_stock_valuation",)))
    values = compile_factor(spec).compute(replace(make_day(), tables={"cn_stock_valuation": old}))["x"]
    assert values[0] == 3.0  # and 999999.SH, which has no bars that day, is left out
    assert np.isnan(values[1:]).all()


@pytest.mark.parametrize(
    ("select", "words"),
    [
        ("SELECT instrument, 1.0 AS x FROM cn_stock_bar1m", "lacks a column.*expected date"),
        (CLOSE.format("1").replace("AS x", "AS y"), "expected x"),
        ("SELECT date::DATE AS date, instrument, close AS x FROM cn_stock_bar1m", "more than one row"),
        (CLOSE.format("1").replace("date::DATE AS", "date::DATE + 1 AS"), "another day.*2024-01-03.*2024-01-02"),
        (
            CLOSE.format("1").replace("instrument,", "'no' AS instrument,", 1) + ", instrument",
            "no bars that day.*saw 'no'",
        ),
        ("SELECT 'soon' AS date, '600000.SH' AS instrument, 1 AS x", "holds no dates"),
        ("SELECT nothing FROM cn_stock_bar1m", "nothing"),
    ],
)
def test_sql_results_that_are_no_factor(select: str, words: str) -> None:
    with pytest.raises(FactorError, match=words) as caught:
        compile_factor(sql(select)).compute(make_day())
    assert caught.value.fields["factor"] == "mine"


def test_a_udf_that_raises_is_named() -> None:
    udf = UdfSource("bad", "bad", "def bad(v):\n    return v[10_000]\n", "double")
    with pytest.raises(FactorError, match="IndexError") as caught:
        compile_factor(sql(CLOSE.format("bad(array_agg(close))"), udfs=(udf,))).compute(make_day())
    assert (caught.value.fields["udf"], caught.value.fields["line"]) == ("bad", 2)


def test_a_spec_travels_as_json() -> None:
    import json

    udf = UdfSource("f", "f", "def f(x): return x", "double", {"side_effects": "true"})
    spec = replace(sql("SELECT 1", udfs=(udf,), params={"params": {"k": [1, 2]}}), notes=("said",), shuffle_seed=3)
    again = FactorSpec.from_dict(json.loads(json.dumps(spec.as_dict())))
    assert replace(again, params=spec.params) == spec
    assert again.fingerprint == spec.fingerprint
    assert replace(spec, notes=(), name="other", origin="x").fingerprint == spec.fingerprint
