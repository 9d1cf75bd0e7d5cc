"""Kill a writer of a data source at each of its steps on the disk: ``python crash_shelf.py SHELF FOLDER``.

Copy n of the shelf, ``FOLDER/n``, is left by a writer that was killed just before its n-th step; the last one by a
writer that came to its end.
"""

import shutil
import sys
from pathlib import Path

import pyarrow as pa
from crash import killed_before

from dripstone.lake.shelf import Shelf, TableForm


def write(root: Path) -> None:
    pa.set_cpu_count(1)
    rows = pa.table({"k": [1, 3], "v": ["new", "new"], "p": [1, 3]})
    Shelf(root).write("t", rows, TableForm(dropped=("p",)))


def main() -> None:
    shelf, folder = Path(sys.argv[1]), Path(sys.argv[2])
    step, killed = 0, True
    while killed:
        root = folder / str(step)
        shutil.copytree(shelf, root)
        killed = killed_before(step, lambda: write(root))  # noqa: B023  # called at once
        step += 1


if __name__ == "__main__":
    main()
