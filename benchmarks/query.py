"""``make bench``, second part: a month of a full market through ``dai.query`` and through plain DuckDB, in one run.

    python -m benchmarks.query [--instruments 5000] [--days 22] [--seed 1] [--market FOLDER] [--repeat 2]

The query has the shape that BigQuant users write for minute factors: bars split by direction, instruments with too
few bars left out by a join with their own count, two arrays an instrument and day in order of time, and a Python
function of both arrays, sorted.

- *DuckDB* reads the same Parquet files with its default settings and calls the function once a row.
- *dai, by row* is the same SQL and the same function through ``dai.query``.
- *dai, in batches* is the same SQL with the function written for whole columns.

Each side runs in a process of its own. Memory is the largest resident set of that process plus, for every worker,
that of the largest worker. The sides take turns, and of each its quickest run counts. All three give the same values,
or no ratio is printed. With ``--market`` the days are made in that folder, once.

Run it on a machine that does nothing else: plain DuckDB calls the function under one lock, so what the ratios show is
above all the use of the other cores.
"""

import argparse
import inspect
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIDES = {"duckdb": "DuckDB", "row": "dai, by row", "batch": "dai, in batches"}
TOLERANCE = 1e-12
CLIP = 3 * 1.4826
LENGTH = 256

SQL = """
WITH sided AS (
    SELECT
        date, instrument,
        coalesce(CASE WHEN close >= open AND high - low > 0.0001
            THEN volume * (close - low) / (high - low) ELSE volume * 0.3 END, volume * 0.3) AS bought,
        coalesce(CASE WHEN close < open AND high - low > 0.0001
            THEN volume * (high - close) / (high - low) ELSE volume * 0.3 END, volume * 0.3) AS sold
    FROM cn_stock_bar1m_c
    WHERE date::TIME > '09:30' AND date::TIME <= '14:57'
),
complete AS (
    SELECT date::DATE AS day, instrument
    FROM sided
    GROUP BY date::DATE, instrument
    HAVING count(*) >= 200
),
series AS (
    SELECT
        s.date::DATE::DATETIME AS date, s.instrument,
        array_agg(s.bought ORDER BY s.date::TIME) AS bought,
        array_agg(s.sold ORDER BY s.date::TIME) AS sold
    FROM sided s
    JOIN complete c ON s.date::DATE = c.day AND s.instrument = c.instrument
    GROUP BY s.date::DATE, s.instrument
)
SELECT date, instrument, net_share(bought, sold, (2, 5)) AS net
FROM series
ORDER BY date, instrument
"""


def net_share(bought, sold, periods):
    """Difference of the shares of power between two periods, in minutes, of one day's bought and sold volume."""

    def share(series):
        x = np.array(series, np.float64)
        middle = np.median(x)
        spread = CLIP * np.median(np.abs(x - middle))
        if spread > 1e-8:
            x = np.clip(x, middle - spread, middle + spread)
        power = np.abs(np.fft.rfft((x - x.mean()) * np.hanning(x.size), LENGTH)) ** 2
        frequency = np.fft.rfftfreq(LENGTH)
        band = (frequency >= 1 / periods[1]) & (frequency <= 1 / periods[0])
        return power[band].sum() / power[1:].sum()

    return float(share(bought) - share(sold))


def middles(x):
    """The median of every row; to sort is many times as fast as np.median along an axis."""
    ordered, length = np.sort(x, axis=1), x.shape[1]
    return ordered[:, [(length - 1) // 2, length // 2]].mean(axis=1, keepdims=True)


def net_shares(bought, sold, periods):
    """The same for many instruments and days at once."""
    frequency = np.fft.rfftfreq(LENGTH)
    band = (frequency >= 1 / periods[1]) & (frequency <= 1 / periods[0])

    net = np.full(len(bought.lengths), np.nan)
    for length in np.unique(bought.lengths):  # both lists of a row are of one length
        alike = bought.lengths == length
        x = np.concatenate([bought.values[alike, :length], sold.values[alike, :length]])
        middle = middles(x)
        spread = CLIP * middles(np.abs(x - middle))
        x = np.where(spread > 1e-8, np.clip(x, middle - spread, middle + spread), x)
        x = (x - x.mean(axis=1, keepdims=True)) * np.hanning(length)
        power = np.abs(np.fft.rfft(x, LENGTH)) ** 2
        share = power[:, band].sum(axis=1) / power[:, 1:].sum(axis=1)
        net[alike] = share[: len(share) // 2] - share[len(share) // 2 :]
    return net


def main() -> None:
    """Make a market, run all sides, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instruments", type=int, default=5000)
    parser.add_argument("--days", type=int, default=22)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--market", type=Path, help="a folder to make the days in, or to find them in")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--side", choices=[*SIDES], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        print(json.dumps(run_side(given.side, given.market)))
        return
    with tempfile.TemporaryDirectory() as folder:
        root = given.market or Path(folder) / "ws"
        make_market(root, given)
        print(f"month query: {given.instruments} instruments x {given.days} days, {os.cpu_count()} cores")
        turns = [{side: start_side(side, root) for side in SIDES} for _ in range(given.repeat)]
        sides = {side: min((turn[side] for turn in turns), key=lambda run: run["seconds"]) for side in SIDES}
        print_table(sides, largest_difference(root))


def make_market(root: Path, given: argparse.Namespace) -> None:
    """Simulate the days, unless they are there; apart, as a child's peak memory starts from its parent's."""
    mark = root / "lake" / "simulated.json"
    wanted = {"instruments": given.instruments, "days": given.days, "seed": given.seed}
    if mark.exists() and wanted.items() <= json.loads(mark.read_text()).items():
        return
    market = [word for name, value in wanted.items() for word in (f"--{name}", str(value))]
    for words in (["init", str(root)], ["-w", str(root), "simulate", *market]):
        subprocess.run([sys.executable, "-m", "dripstone.apps.cli", *words], check=True, stdout=subprocess.DEVNULL)


def start_side(side: str, root: Path) -> dict[str, float]:
    """Run one side in a fresh Python."""
    command = [sys.executable, "-m", "benchmarks.query", "--side", side, "--market", str(root)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def run_side(side: str, root: Path) -> dict[str, float]:
    """Seconds and peak memory of one side; its values are left in ``root``."""
    rows, seconds, workers = run_duckdb(root) if side == "duckdb" else run_dai(root, side)
    rows.to_parquet(root / f"{side}.parquet")
    own, worker = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"seconds": seconds, "peak_mb": own + workers * worker}


def run_duckdb(root: Path):
    """The query over the day files, as they are."""
    import duckdb

    def call(*arguments):
        return net_share(*arguments)

    call.__signature__ = inspect.Signature([inspect.Parameter("arguments", inspect.Parameter.VAR_POSITIONAL)])
    with duckdb.connect() as connection:
        connection.create_function("net_share", call, None, "DOUBLE")
        files = root / "lake" / "cn_stock_bar1m" / "*" / "*.parquet"
        began = time.perf_counter()
        connection.execute(f"CREATE VIEW cn_stock_bar1m_c AS FROM read_parquet('{files}')")
        rows = connection.sql(SQL).to_arrow_table()
        return rows.to_pandas(), time.perf_counter() - began, 0


def run_dai(root: Path, side: str):
    """The query as a notebook asks it."""
    import dai
    from dripstone.lake.lake import BarLake
    from dripstone.settings import load_settings

    os.environ["DRIPSTONE_WORKSPACE"] = str(root)
    days = BarLake(root / "lake").dates()
    batch = side == "batch"
    function = dai.DaiUDF(
        "net_share", net_shares if batch else net_share, return_type="double", type="batch" if batch else "native"
    )
    began = time.perf_counter()
    filters = {"date": [str(days[0]), f"{days[-1]} 23:59:59"]}
    rows = dai.query(SQL, filters=filters, udf_list=[function]).arrow()
    seconds = time.perf_counter() - began
    return rows.to_pandas(), seconds, load_settings(root).worker_count - 1


def largest_difference(root: Path) -> float:
    """Between the first side and the others; infinite where rows or missing values differ."""
    import pandas as pd

    first, *others = (pd.read_parquet(root / f"{side}.parquet") for side in SIDES)
    worst = 0.0
    for other in others:
        keys = ["date", "instrument"]
        if not first[keys].equals(other[keys]) or not first["net"].isna().equals(other["net"].isna()):
            return float("inf")
        worst = max(worst, float((first["net"] - other["net"]).abs().max()))
    return worst


def print_table(sides: dict[str, dict[str, float]], difference: float) -> None:
    """All sides, each with its ratio to the first."""
    print(f"largest difference of values: {difference:.1e}")
    if not difference <= TOLERANCE:
        raise SystemExit("the sides do not give the same values: no ratio")
    plain = sides["duckdb"]
    print(f"{'':18}{'seconds':>9}{'times as fast':>15}{'peak MB':>9}{'share of memory':>17}")
    for name, side in sides.items():
        faster, share = plain["seconds"] / side["seconds"], side["peak_mb"] / plain["peak_mb"]
        print(f"{SIDES[name]:18}{side['seconds']:9.2f}{faster:15.2f}{side['peak_mb']:9.0f}{share:17.2f}")


if __name__ == "__main__":
    main()
