"""The page docs/history.md: what it shows is run, on a store with superseded days."""

import re
from pathlib import Path

import numpy as np
import pytest

from dripstone.factors.spec import FactorSpec
from dripstone.store import FactorStore, write_part

PAGE = Path(__file__).parents[3] / "docs" / "history.md"
SPEC = FactorSpec("drip_stone", "kernel", "x = 1")
DAYS = np.array(["2025-11-12", "2025-11-13", "2025-11-14"], "datetime64[D]")


def add(store: FactorStore, days: np.ndarray, values: list[float], *, version: str) -> None:
    names = np.full(len(days), "600000.SH")
    columns = {"drip_stone": np.array(values)}
    part = write_part(store.root, SPEC.fingerprint, days, names, columns, dict.fromkeys(days, version))
    store.commit(SPEC, [part])


@pytest.mark.parametrize("reader", ["duckdb", "polars", "pandas"])
def test_each_reader_finds_what_the_store_serves(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = FactorStore(tmp_path / "ws" / "store")
    add(store, DAYS, [1.0, 2.0, 3.0], version="v1")
    add(store, DAYS[1:2], [np.nan], version="v2")
    add(store, DAYS[:1], [9.0], version="v1")
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    scope: dict = {}
    exec(blocks[0], scope)
    exec(next(block for block in blocks if f"import {reader}" in block), scope)
    frame = scope[{"duckdb": "values", "polars": "frame", "pandas": "table"}[reader]]
    found = {name: frame[name].to_list() for name in ("date", "instrument", "drip_stone")}
    rows = sorted(
        zip((str(date)[:10] for date in found["date"]), found["instrument"], found["drip_stone"], strict=True)
    )
    panel = store.panel(SPEC.fingerprint, "drip_stone")
    assert [row[0] for row in rows] == [str(day) for day in panel.dates]
    assert {row[1] for row in rows} == set(panel.instruments)
    np.testing.assert_array_equal(np.array([row[2] for row in rows], float), panel.values[:, 0])
