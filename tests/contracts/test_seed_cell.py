"""The seed's last cell, unmodified, against the kernel ``drip_stone_net`` on every real bar there is."""

import runpy
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dripstone.panel import Panel
from dripstone.workspace import Workspace


def test_the_kernel_gives_the_cells_values_and_hides_no_failure(
    shared_data: Path, real_bars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal to 1e-12 wherever the cell did not turn a failure into 0.0; every 0.0 of the cell is accounted for.

    The cell says 0.0 for fewer than 10 values, for no power and for any exception; the kernel says NaN. A net of 0.0
    is also a measurement: where the price stands still both sides are the same 0.3 of the volume, and on a day at the
    limit the few minutes in which it moved can all lie beyond the clip.
    """
    workspace = Workspace.init(tmp_path / "ws")
    workspace.ingest([real_bars])
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(workspace.root))
    cell = runpy.run_path(str(shared_data.parent / "seed" / "final_cell.py"), run_name="cell")
    days = workspace.lake.dates()
    frame = (
        cell["dai"]
        .query(
            cell["sql_simple"],
            filters={"date": [str(days[0]), f"{days[-1]} 23:59:59"]},
            udf_list=[cell["udf_net_buy_safe"]],
        )
        .df()
    )
    kernel = workspace.panel("drip_stone_net")
    sql = Panel.from_frame(frame).reindex(kernel.dates, kernel.instruments)
    both = np.isfinite(sql.values) & np.isfinite(kernel.values)
    assert both.sum() > 6000
    assert np.abs(sql.values - kernel.values)[both].max() <= 1e-12
    reasons = Counter[str]()
    for value, ours in zip(sql.values.ravel(), kernel.values.ravel(), strict=True):
        if np.isnan(value) and np.isfinite(ours):
            reasons["only the kernel has a value"] += 1
        elif np.isnan(ours) and value == 0.0:
            reasons["a failure hidden as 0.0"] += 1
        elif np.isnan(ours) and np.isfinite(value):
            reasons["only the cell has a value"] += 1
        elif value == 0.0 and ours == 0.0:
            reasons["bought and sold alike once clipped"] += 1
    assert set(reasons) <= {"a failure hidden as 0.0", "bought and sold alike once clipped"}, reasons
