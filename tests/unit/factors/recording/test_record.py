from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from dripstone.errors import FactorError
from dripstone.factors.check import check_apart
from dripstone.factors.compile import compile_factor
from dripstone.factors.recording import record_notebook
from dripstone.factors.recording.notebook import read_notebook
from dripstone.factors.spec import FactorSpec
from dripstone.lake.lake import BarLake
from dripstone.sandbox.child import run_child
from tests.unit.factors.recording.styles import NOTEBOOKS, REFUSED, SQL

SEED = Path(__file__).resolve().parents[5] / "shared" / "seed" / "final_cell.py"


@pytest.fixture(scope="module")
def answers(small_lake: BarLake, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Every notebook of styles.py, recorded in one child process to save its start-up."""
    folder = tmp_path_factory.mktemp("styles")
    paths = {name: write_cells(folder / f"{name}.ipynb", cells) for name, cells in {**NOTEBOOKS, **REFUSED}.items()}
    days = [str(day) for day in small_lake.dates()]
    payload = {name: payload_of(path, small_lake, days[1]) for name, path in paths.items()}
    for column in ("top_low", "top"):
        payload[column] = payload_of(paths["several"], small_lake, days[1], column=column)
    payload["no_such_day"] = payload_of(paths["plain"], small_lake, "2020-01-02")
    if SEED.exists():
        payload |= {day: payload_of(SEED, small_lake, day) for day in days[:2]}
    return run_child("tests.unit.factors.recording.styles:record_all", payload)


def payload_of(path: Path, lake: BarLake, day: str, *, column: str | None = None) -> dict[str, object]:
    notebook = read_notebook(path)
    return {
        "source": notebook.source,
        "starts": notebook.starts,
        "notes": notebook.notes,
        "name": path.stem,
        "file": path.name,
        "lake": str(lake.root),
        "date": day,
        "column": column,
    }


def write_cells(path: Path, cells: Sequence[str]) -> Path:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    return path


def expected_spread(lake: BarLake, spec: FactorSpec) -> np.ndarray:
    day = lake.day(lake.dates()[2], replace(spec.needs, fields=("close",), session=("09:31", "14:57"), tables=()))
    return np.nanmax(day.close, axis=1) - np.nanmin(day.close, axis=1)


def spec_of(answers: Mapping[str, Any], name: str) -> FactorSpec:
    assert "error" not in answers[name], answers[name]
    return FactorSpec.from_dict(answers[name]["spec"])


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_style_becomes_the_same_factor(name: str, answers: Mapping[str, Any], small_lake: BarLake) -> None:
    spec = spec_of(answers, name)
    assert spec.form == "sql"
    assert spec.columns[0] == "spread_of_close"
    assert spec.needs.fields == ("close",) or name == "dates_in_sql"  # that one says SELECT *
    assert "2024" not in spec.source
    day = small_lake.day(small_lake.dates()[2], spec.needs)  # another day than it was recorded on
    values = compile_factor(spec).compute(day)["spread_of_close"]
    np.testing.assert_allclose(values, expected_spread(small_lake, spec), rtol=1e-12)


def test_text_without_dates_is_left_as_written(answers: Mapping[str, Any]) -> None:
    assert spec_of(answers, "plain").source == SQL
    assert spec_of(answers, "months").source == SQL
    assert "-- the month" in spec_of(answers, "dates_in_sql").source


def test_udf_sources_hold_what_they_need_and_no_more(answers: Mapping[str, Any]) -> None:
    (udf,) = spec_of(answers, "helpers_and_writes").udfs
    assert "FLOOR = 10" in udf.source
    assert "def enough" in udf.source
    assert "import numpy as np" in udf.source
    assert "dai" not in udf.source


def test_a_udf_is_cut_as_it_was_at_the_query(answers: Mapping[str, Any]) -> None:
    (udf,) = spec_of(answers, "redefined_later").udfs
    assert "FLOOR = 10" in udf.source
    assert "5_000" not in udf.source
    (looped,) = spec_of(answers, "looped_constant").udfs
    assert "FLOOR = (10, 20)" in looped.source


def test_params_keep_what_is_no_date(answers: Mapping[str, Any]) -> None:
    assert spec_of(answers, "params").params == {"params": {"scale": 1.0}}
    assert spec_of(answers, "in_batches").params == {}


def test_notes_say_what_did_not_run(answers: Mapping[str, Any]) -> None:
    notes = "\n".join(spec_of(answers, "magics_and_plots").notes)
    assert "cell 1: left out %matplotlib inline" in notes
    assert "cell 1: left out !pip install something" in notes
    assert "No module named 'matplotlib'" in notes
    assert "cell 6, line 1: left aside, OSError" in notes
    written = "\n".join(spec_of(answers, "helpers_and_writes").notes)
    assert "write_bdb wrote nothing" in written
    assert "not the factor, it reads no minute bars" in written
    assert "SystemExit" in written
    assert "batches" in "\n".join(spec_of(answers, "in_batches").notes)


def test_needs_name_the_daily_tables(answers: Mapping[str, Any]) -> None:
    spec = spec_of(answers, "joins_a_daily_table")
    assert spec.needs.tables == ("cn_stock_valuation",)
    assert spec.columns == ("spread_of_close", "cap")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no_query", "asked dai for nothing"),
        ("module_beside", "No module named 'no_such_helper'"),
        ("absent_package", "package that is not installed [place=cell 3, line 9, name=jit]; saw <jit, not installed>"),
        ("raw_bars", "more than one row"),
        ("moving_window", "looks across days"),
        ("pooled_days", "looks across days"),
        ("several", "FILE.ipynb:COLUMN"),
        ("bad_sql", "does not parse"),
        ("raising_udf", "ZeroDivisionError"),
        ("raises_first", "cell 2, line 1"),
        ("missing_table", "--table cn_stock_bar1d"),
        ("bound_frame", "frames made in Python"),
        ("random_udf", "does not give what the notebook got"),
        ("no_such_day", "holds no bars of that day"),
    ],
)
def test_refusals_say_what_was_seen(name: str, words: str, answers: Mapping[str, Any]) -> None:
    assert words in answers[name]["error"]["message"]


def test_errors_name_the_place(answers: Mapping[str, Any]) -> None:
    assert answers["raising_udf"]["error"]["fields"]["place"] == "cell 2, line 2"
    assert answers["raising_udf"]["error"]["fields"]["udf"] == "worst"
    assert answers["bad_sql"]["error"]["fields"]["line"] == 2
    assert answers["missing_table"]["error"]["kind"] == "DataError"


def test_the_seed_runs_unmodified_whatever_the_day(
    shared_data: Path, answers: Mapping[str, Any], small_lake: BarLake
) -> None:
    first, second = (spec_of(answers, str(day)) for day in small_lake.dates()[:2])
    assert first.fingerprint == second.fingerprint
    assert first.columns == ("drip_stone_buysel",)
    assert first.needs.fields == ("open", "high", "low", "close", "volume")


def test_a_column_picks_among_several_queries(answers: Mapping[str, Any]) -> None:
    assert spec_of(answers, "top_low").columns == ("top_low",)
    assert "one of top_high, top_low" in answers["top"]["error"]["message"]


def test_recording_end_to_end(tmp_path: Path, small_lake: BarLake) -> None:
    path = write_cells(tmp_path / "baseline.ipynb", NOTEBOOKS["plain"])
    day = small_lake.dates()[0]
    recording = record_notebook(path, lake=small_lake, date=day)
    assert (recording.spec.name, recording.spec.origin) == ("baseline", str(path))
    [again] = check_apart(recording.spec, lake=small_lake, dates=[day])
    np.testing.assert_array_equal(recording.check.columns["spread_of_close"], again.columns["spread_of_close"])


def test_a_notebook_without_end_is_stopped(tmp_path: Path, small_lake: BarLake) -> None:
    path = write_cells(tmp_path / "endless.ipynb", ["import dai\nwhile True:\n    pass"])
    with pytest.raises(FactorError, match=r"endless\.ipynb.*saw '1 s'"):
        record_notebook(path, lake=small_lake, date=small_lake.dates()[0], timeout_s=1)


def test_a_notebook_needs_dai(tmp_path: Path, small_lake: BarLake) -> None:
    with pytest.raises(FactorError, match="does not use dai"):
        record_notebook(write_cells(tmp_path / "plain.ipynb", ["print(1)"]), lake=small_lake, date="2020-01-02")
