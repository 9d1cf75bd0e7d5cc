"""``make bench``: ratios to a named peer, both in one run on the same days, with the peak memory of each.

    python -m benchmarks.run [--instruments 2000] [--days 20] [--seed 1]

The factor is ``drip_stone_sides``: three columns, two spectra an instrument and day.

- *SQL + UDF* is how BigQuant users write it: one query a month, a Python UDF called once a row (the library's own
  script in dai spelling, run unmodified but for its two dates).
- *kernel* is ``Workspace.compute`` of the library factor on two processes: decode, compute, write, commit.

Each side runs in a process of its own, so that its peak memory is its own; starting Python and importing is not
timed. Both give the same values, or no ratio is printed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path

FACTOR = "drip_stone_sides"
COLUMNS = ("drip_stone_buy", "drip_stone_sell", "drip_stone_net")
TOLERANCE = 1e-12


def main() -> None:
    """Make a market, run both sides, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instruments", type=int, default=2000)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side", choices=["sql", "kernel"], help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        print(json.dumps(run_side(given.side, given.root)))
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "ws"
        market = ["--instruments", str(given.instruments), "--days", str(given.days), "--seed", str(given.seed)]
        # A process of its own for this too: on Linux a child's peak memory starts from its parent's.
        for words in (["init", str(root)], ["-w", str(root), "simulate", *market]):
            subprocess.run([sys.executable, "-m", "dripstone.apps.cli", *words], check=True, stdout=subprocess.DEVNULL)
        print(f"{FACTOR}: {given.instruments} instruments x {given.days} days, {os.cpu_count()} cores")
        sides = {side: start_side(side, root) for side in ("sql", "kernel")}
        print_table(sides, largest_difference(root))


def start_side(side: str, root: Path) -> dict[str, float]:
    """Run one side in a fresh Python."""
    command = [sys.executable, "-m", "benchmarks.run", "--side", side, "--root", str(root)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def run_side(side: str, root: Path) -> dict[str, float]:
    """Seconds and peak resident memory of one side; its values are left in ``root``."""
    from dripstone.workspace import Workspace

    workspace = Workspace.open(root)
    run = {"sql": run_sql, "kernel": run_kernel}[side]
    seconds = run(workspace)
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {"seconds": seconds, "peak_mb": own, "peak_worker_mb": children if side == "kernel" else 0.0}


def run_sql(workspace) -> float:
    """The script in dai spelling, its values written to sql.parquet."""
    import duckdb  # noqa: F401  # imported before the clock starts, as on the other side
    import pandas as pd

    import dai  # noqa: F401

    days = workspace.lake.dates()
    script = (resources.files("dripstone.factors.library") / "portable" / f"{FACTOR}.py").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    script = script.replace('START = "2024-01-01"', f'START = "{days[0]}"')
    script = script.replace('END = "2024-12-31"', f'END = "{days[-1]}"')
    os.environ["DRIPSTONE_WORKSPACE"] = str(workspace.root)
    began = time.perf_counter()
    exec(compile(script, FACTOR, "exec"), names)  # our own script
    seconds = time.perf_counter() - began
    values = names["factor_values"]
    assert isinstance(values, pd.DataFrame)
    values.to_parquet(workspace.root / "sql.parquet")
    return seconds


def run_kernel(workspace) -> float:
    """The kernel through the history room into an empty store."""
    workspace.factors()  # loads what a session has loaded
    began = time.perf_counter()
    report = workspace.compute([FACTOR])
    seconds = time.perf_counter() - began
    assert not report.failed, report.failed
    return seconds


def largest_difference(root: Path) -> float:
    """Between both sides, over every cell; infinite where only one has a value."""
    import numpy as np
    import pandas as pd

    from dripstone.panel import Panel
    from dripstone.workspace import Workspace

    workspace = Workspace.open(root)
    frame = pd.read_parquet(root / "sql.parquet")
    worst = 0.0
    for column in COLUMNS:
        kernel = workspace.panel(column)
        sql = Panel.from_frame(frame, column=column).reindex(kernel.dates, kernel.instruments)
        if not np.array_equal(np.isfinite(sql.values), np.isfinite(kernel.values)):
            return float("inf")
        worst = max(worst, float(np.nanmax(np.abs(sql.values - kernel.values))))
    return worst


def print_table(sides: dict[str, dict[str, float]], difference: float) -> None:
    """Both sides and their ratio."""
    print(f"largest difference of values: {difference:.1e}")
    if not difference <= TOLERANCE:
        raise SystemExit("the two sides do not give the same values: no ratio")
    print(f"{'':16}{'seconds':>9}{'peak MB':>9}{'peak MB of a worker':>21}")
    for name, side in sides.items():
        label = {"sql": "SQL + UDF", "kernel": "kernel"}[name]
        print(f"{label:16}{side['seconds']:9.2f}{side['peak_mb']:9.0f}{side['peak_worker_mb']:21.0f}")
    print(f"SQL + UDF takes {sides['sql']['seconds'] / sides['kernel']['seconds']:.1f} times as long as the kernel")


if __name__ == "__main__":
    main()
