"""The lake's transaction where it cannot be had."""

import subprocess
import sys

ON_WINDOWS = """
import sys
import duckdb, exchange_calendars, numpy, pandas, pyarrow.csv, pyarrow.parquet, scipy.stats, sqlite3, subprocess, typer
from pathlib import Path

sys.modules["fcntl"] = sys.modules["resource"] = None
sys.platform = "win32"
import dai, dripstone, dripstone.apps.cli, dripstone.research
from dripstone.errors import SettingsError
from dripstone.lake import BarLake, simulate

lake = BarLake(Path(sys.argv[1]))
assert not lake.dates().size
try:
    simulate(lake, twin="null", instruments=2, days=1, seed=1)
except SettingsError as error:
    print(error)
"""


def test_windows_can_import_everything_and_is_told_that_it_cannot_write(tmp_path):
    command = [sys.executable, "-c", ON_WINDOWS, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "cannot be written on Windows" in done.stdout
    assert "WSL" in done.stdout
