from pathlib import Path

import numpy as np
import pytest

from dripstone.errors import DataError, FactorError
from dripstone.factors.check import check, check_apart
from dripstone.factors.registry import library, read_factors, resolve
from dripstone.lake.lake import BarLake
from tests.unit.factors.bars import HEAD, kernel, make_day, sql
from tests.unit.factors.recording.styles import NOTEBOOKS
from tests.unit.factors.recording.test_record import write_cells

TWO = HEAD + (
    "SESSION = ('09:31', '14:57')\n"
    "@factor(session=SESSION)\ndef first(bars): return bars.volume[:, 0]\n"
    "@factor(columns=('up', 'down'))\ndef second(bars): return {'up': bars.volume[:, 0], 'down': -bars.volume[:, 0]}\n"
)


def test_the_library_by_name_and_column(small_lake: BarLake) -> None:
    assert {"drip_stone", "drip_stone_sides", "execution"} <= set(library())
    assert resolve("drip_stone", lake=small_lake).spec.form == "library"
    ref = resolve("drip_stone_net", lake=small_lake)
    assert (ref.spec.name, ref.column) == ("drip_stone_sides", "drip_stone_net")
    assert resolve("drip_stone_bands", lake=small_lake).column == "drip_stone_bands"
    with pytest.raises(FactorError, match="did you mean drip_stone"):
        resolve("drip_stoned", lake=small_lake)


def test_a_factor_file_is_read_apart(tmp_path: Path, small_lake: BarLake) -> None:
    path = tmp_path / "mine.py"
    path.write_text(TWO, encoding="utf-8")
    with pytest.raises(FactorError, match=r"holds several factors.*expected one of first, second"):
        resolve(str(path), lake=small_lake)
    first = resolve(f"{path}:first", lake=small_lake)
    assert first.spec.needs.session == ("09:31", "14:57")
    assert (first.spec.form, first.spec.source, first.spec.origin) == ("kernel", TWO, str(path))
    down = resolve(f"{path}:down", lake=small_lake)
    assert (down.spec.name, down.column) == ("second", "down")


@pytest.mark.parametrize(
    ("source", "words"),
    [("x = 1", "declares no factor"), (HEAD + "1 / 0", "ZeroDivisionError"), ("import os\nos._exit(3)", "exit code 3")],
)
def test_files_that_hold_no_factor(source: str, words: str) -> None:
    with pytest.raises(FactorError, match=words):
        read_factors(source)


def test_a_notebook_is_recorded(tmp_path: Path, small_lake: BarLake) -> None:
    path = write_cells(tmp_path / "base.ipynb", NOTEBOOKS["without_udf"])
    ref = resolve(str(path), lake=small_lake)
    assert (ref.spec.form, ref.column) == ("sql", "spread_of_close")
    with pytest.raises(DataError, match="run ingest or simulate first"):
        resolve(str(path), lake=BarLake(tmp_path / "empty"))


def test_windows_drives_are_no_columns(small_lake: BarLake) -> None:
    with pytest.raises(FactorError, match=r"no such file; saw 'C:.*mine\.py'"):
        resolve("C:\\factors\\mine.py", lake=small_lake)
    with pytest.raises(FactorError, match=r"no such file; saw 'C:.*mine\.ipynb'"):
        resolve("C:\\factors\\mine.ipynb:net", lake=small_lake)


def test_a_script_without_dai_or_factor(tmp_path: Path, small_lake: BarLake) -> None:
    (tmp_path / "plain.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(FactorError, match="does not use dai"):
        resolve(str(tmp_path / "plain.py"), lake=small_lake)


def test_check_looks_at_one_day() -> None:
    found = check(
        kernel("return {'a': bars.volume[:, 0], 'b': bars.volume[:, 0] * np.nan, 'c': np.ones(5)}"), make_day()
    )
    assert found.coverage["b"] == 0.0
    assert found.tie_share["c"] == 1.0
    assert found.constant == ("c",)
    with pytest.raises(FactorError, match=r"no value for any instrument.*in the middle"):
        check(kernel("return np.full(5, np.nan)"), make_day())
    with pytest.raises(FactorError, match="no instrument"):
        check(kernel("return np.ones(0)"), make_day(0))


def test_check_in_a_child_gives_the_same(small_lake: BarLake) -> None:
    spec = sql("SELECT date::DATE AS date, instrument, max(close) AS x FROM cn_stock_bar1m GROUP BY 1, 2")
    days = list(small_lake.dates()[:2])
    for day, apart in zip(days, check_apart(spec, lake=small_lake, dates=days), strict=True):
        here = check(spec, small_lake.day(day, spec.needs))
        np.testing.assert_array_equal(apart.columns["x"], here.columns["x"])
        np.testing.assert_array_equal(apart.instruments, here.instruments)


def test_one_day_without_values_among_others_is_no_failure(small_lake: BarLake) -> None:
    first, second = small_lake.dates()[:2]
    source = f"return bars.volume[:, 0] * (1.0 if str(bars.date) == '{second}' else np.nan)"
    early, late = check_apart(kernel(source), lake=small_lake, dates=[first, second])
    assert not np.isfinite(early.columns["mine"]).any()
    assert np.isfinite(late.columns["mine"]).all()
    with pytest.raises(FactorError, match=rf"no value for any instrument.*date={first}"):
        check_apart(kernel(source), lake=small_lake, dates=[first])


def test_a_factor_of_chance_is_refused() -> None:
    with pytest.raises(FactorError, match="other values the second time"):
        check(kernel("return np.random.default_rng().random(5)"), make_day())
