import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

from dripstone.factors.check import check, check_apart
from dripstone.factors.recording import record_notebook
from dripstone.factors.registry import library
from dripstone.lake import BarLake, simulate

EXAMPLE = Path(__file__).parents[3] / "examples" / "drip_stone"


def test_the_baseline_is_the_published_form(tmp_path: Path) -> None:
    lake = BarLake(tmp_path / "lake")
    simulate(lake, twin="planted", instruments=60, days=3, seed=7)
    spec = record_notebook(EXAMPLE / "baseline.ipynb", lake=lake, date=lake.dates()[-1]).spec
    assert spec.columns == ("drip_stone",)
    kernel = library()["drip_stone"]
    day = lake.dates()[0]
    [apart] = check_apart(spec, lake=lake, dates=[day])
    ours = apart.columns["drip_stone"]
    theirs = check(kernel, lake.day(day, kernel.needs)).columns["drip_stone"]
    assert np.isfinite(ours).sum() > 50
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_the_baseline_is_a_valid_notebook() -> None:
    nbformat.validate(nbformat.read(EXAMPLE / "baseline.ipynb", as_version=4))


def test_the_report_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    for package in ("fontTools", "pylopdf_fonts_zh_cn"):
        pytest.importorskip(package, reason="the fonts of the example report are not installed")
    made = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path in made:
        subprocess.run([sys.executable, EXAMPLE / "make_report.py", path], check=True)
    assert made[0].read_bytes() == made[1].read_bytes()
