"""``import dai`` as a user of the platform knows it."""

import inspect
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dai
import dripstone.dai
from dripstone.dai.filter import BareEndDateWarning, warn_bare_end
from dripstone.dai.table import NoRowsWarning, _warn_no_rows
from dripstone.errors import SettingsError

SOURCE = Path(dripstone.dai.__file__).parents[2]


def run_script(path: Path, workspace: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DRIPSTONE_WORKSPACE": str(workspace), "PYTHONPATH": str(SOURCE)}
    return subprocess.run(
        [sys.executable, str(path)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_two_packages_are_one() -> None:
    assert dai.query is dripstone.dai.query
    assert set(dripstone.dai.__all__) <= set(dir(dai))


def test_query_takes_the_platforms_arguments_in_its_order() -> None:
    assert list(inspect.signature(dai.query).parameters) == [
        "sql", "udf_list", "full_db_scan", "filters", "bind_relations", "params", "compression", "auto_load_udf",
    ]  # fmt: skip


@pytest.mark.usefixtures("at_january")
def test_query_reads_the_workspace_at_hand() -> None:
    got = dai.query(
        "SELECT instrument, count(*) AS n FROM cn_stock_bar1m GROUP BY ALL ORDER BY ALL",
        filters={"date": ["2024-01-09", "2024-01-09 23:59:59"]},
        compression=True,
    )
    assert got.fetchall() == [("000001.SZ", 241), ("300750.SZ", 121), ("600519.SH", 241)]
    assert isinstance(got.df()["instrument"].dtype, pd.CategoricalDtype)


@pytest.mark.parametrize("strict", [False, True])
def test_the_end_of_a_minute_filter(at_january: Path, monkeypatch: pytest.MonkeyPatch, strict: bool) -> None:
    monkeypatch.setenv("DRIPSTONE_STRICT_END_DATE", str(strict))
    warn_bare_end.cache_clear()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        got = dai.query("SELECT max(date) FROM cn_stock_bar1m", filters={"date": ["2024-01-29", "2024-01-31"]})
    assert got.fetchall() == [(pd.Timestamp("2024-01-30 15:00:00" if strict else "2024-01-31 15:00:00"),)]
    assert [w.category for w in seen] == ([] if strict else [BareEndDateWarning])
    assert all(w.filename == __file__ for w in seen)


def test_no_workspace_and_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRIPSTONE_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="no workspace found"):
        dai.query("SELECT 1")
    (tmp_path / "dripstone.toml").write_text("")
    _warn_no_rows.cache_clear()
    with pytest.warns(NoRowsWarning, match="dripstone ingest FILES --table cn_stock_bar1m"):
        got = dai.query("SELECT * FROM cn_stock_bar1m", filters={"date": ["2024-01-02", "2024-01-03 23:59:59"]})
    assert len(got) == 0


def share(volume: np.ndarray) -> float:
    """The band share of one series, from the sides form's definition."""
    middle = np.median(volume)
    reach = 3 * 1.4826 * np.median(np.abs(volume - middle))
    if reach > 3 * 1.4826e-8:
        volume = np.minimum(np.maximum(volume, middle - reach), middle + reach)
    n = len(volume)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n - 1))
    series = np.zeros(256)
    series[:n] = (volume - volume.mean()) * window
    power = np.abs(np.fft.fft(series)[1:129]) ** 2
    frequency = np.arange(1, 129) / 256
    return power[(frequency >= 0.2) & (frequency <= 0.5)].sum() / power.sum()


def net_share(bars: pd.DataFrame) -> pd.DataFrame:
    """Buy share minus sell share by day and instrument, in pandas."""
    clock = bars.date.dt.hour * 60 + bars.date.dt.minute
    bars = bars[(clock > 570) & (clock <= 897)].sort_values("date")
    spread = bars.high - bars.low
    wide, up = spread > 0.0001, bars.close >= bars.open
    buy = np.where(wide & up, bars.volume * (bars.close - bars.low) / spread, 0.3 * bars.volume)
    sell = np.where(wide & ~up, bars.volume * (bars.high - bars.close) / spread, 0.3 * bars.volume)
    sides = bars.assign(date=bars.date.dt.normalize(), buy=buy, sell=sell)
    rows = [
        {"date": date, "instrument": instrument, "net": share(rows.buy.to_numpy()) - share(rows.sell.to_numpy())}
        for (date, instrument), rows in sides.groupby(["date", "instrument"])
        if len(rows) >= 200
    ]
    return pd.DataFrame(rows)


def test_the_published_last_cell_runs_unmodified(
    shared_data: Path, january_workspace: Path, january: pd.DataFrame, tmp_path: Path
) -> None:
    cell = shared_data.parent / "seed" / "final_cell.py"
    if not cell.is_file():
        pytest.skip("the published cell is kept beside the checkout (../shared/seed) and is not here")
    saved = tmp_path / "values.csv"
    runner = tmp_path / "run.py"
    runner.write_text(
        "import runpy\n"
        f"values = runpy.run_path({str(cell)!r}, run_name='__main__')['df_jan']\n"
        f"values.to_csv({str(saved)!r}, index=False)\n"
    )
    done = run_script(runner, january_workspace)
    assert done.returncode == 0, done.stderr
    assert "nanobind" not in done.stderr
    assert done.stderr.count("BareEndDateWarning") == 1
    got = pd.read_csv(saved, parse_dates=["date"])
    want = net_share(january)
    assert len(got) == 22 * 3 - 1
    assert got[["date", "instrument"]].astype(str).equals(want[["date", "instrument"]].astype(str))
    np.testing.assert_allclose(got["drip_stone_buysel"], want["net"], atol=1e-12, rtol=0)


@pytest.mark.parametrize("ending", ["", "bad()"])
def test_python_ends_quietly(january_workspace: Path, tmp_path: Path, ending: str) -> None:
    """No leak is reported on the way out, whether the script ends well or not."""
    script = tmp_path / "script.py"
    script.write_text(
        "import dai\n"
        "given = {'filters': {'date': ['2024-01-02 00:00:00', '2024-01-02 23:00:00']},\n"
        "         'udf_list': [dai.DaiUDF('f', lambda x: 1.0 / x, return_type='double')]}\n"
        "kept = dai.query('SELECT f(1 + volume) FROM cn_stock_bar1m', **given)\n"
        "def bad():\n"
        "    dai.query('SELECT f(volume - volume) FROM cn_stock_bar1m', **given)\n"
        f"{ending}\n"
    )
    done = run_script(script, january_workspace)
    assert "leak" not in done.stderr
    assert (done.returncode == 0) == (ending == "")
