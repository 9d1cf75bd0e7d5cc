"""Kill a writer at each of its steps on the disk: ``python crash.py ingest|simulate LAKE FOLDER [ROWS]``.

Copy n of the lake, ``FOLDER/n``, is left by a writer that was killed just before its n-th step; the last one by a
writer that came to its end.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from dripstone.lake import BarLake, ingest_table, simulate
from dripstone.market.calendar import last_known_day


def killed_before(step: int, work: Callable[[], object]) -> bool:
    """Whether the work was killed; it is done in a child process."""
    child = os.fork()
    if child == 0:
        arm(step)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the writer failed"
    return os.WIFSIGNALED(status)


def arm(step: int) -> None:
    left = step

    def counted(function: Callable) -> Callable:
        def call(*arguments: object, **options: object) -> object:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return function(*arguments, **options)

        return call

    os.fsync, shutil.rmtree = counted(os.fsync), counted(shutil.rmtree)
    Path.replace, Path.unlink = counted(Path.replace), counted(Path.unlink)


def main() -> None:
    verb, lake, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    last_known_day()  # the calendar is loaded once, for all children
    step, killed = 0, True
    while killed:
        root = folder / str(step)
        shutil.copytree(lake, root)
        if verb == "simulate":
            killed = killed_before(step, lambda: simulate(BarLake(root), twin="null", instruments=2, days=1, seed=1))  # noqa: B023  # called at once
        else:
            rows = pq.read_table(sys.argv[4], use_threads=False)
            killed = killed_before(step, lambda: ingest_table(BarLake(root), rows, table="cn_stock_bar1m", source="x"))  # noqa: B023  # called at once
        step += 1


if __name__ == "__main__":
    main()
