"""One writer at a time, and many day files published as one.

A writer stages its day files in ``root/.staging/new`` and then publishes:

1. every staged file is on disk (written and fsynced one by one);
2. the marker ``.staging/ready`` is written and fsynced: from here on the transaction has happened;
3. each staged file is renamed into its place;
4. ``.staging`` is removed.

Killed before 2, nothing of it is seen, and the next writer throws the staging away. Killed between 2 and 4, each day
is either old or new, and the next writer finishes step 3 before it does anything else.
"""

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dripstone.errors import DataError
from dripstone.lake.dayfile import sync_folder

__all__ = ["Staging", "writing"]


class Staging:
    """The folder of one transaction: ``new`` mirrors the lake, ``spill`` is scratch."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".staging"
        self.new = self.folder / "new"
        self.spill = self.folder / "spill"

    @property
    def ready(self) -> Path:
        """The marker that the transaction has happened."""
        return self.folder / "ready"

    def begin(self) -> None:
        """Finish or forget what a killed writer left, and make empty folders."""
        if self.ready.exists():
            self._move()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.new.mkdir(parents=True)
        self.spill.mkdir()

    def publish(self) -> None:
        """Put every staged file in its place: all of them, or after a kill and the next writer all of them."""
        for folder in (self.new, *filter(Path.is_dir, self.new.rglob("*"))):
            sync_folder(folder)
        with self.ready.open("wb") as file:
            os.fsync(file.fileno())
        sync_folder(self.folder)
        self._move()

    def _move(self) -> None:
        folders = {self.root}
        for staged in sorted(self.new.rglob("*.parquet")):
            path = self.root / staged.relative_to(self.new)
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(path)
            folders |= {path.parent, path.parent.parent}
        for folder in folders:
            sync_folder(folder)


@contextmanager
def writing(root: Path) -> Generator[Staging]:
    """Hold the lake's lock for one transaction; what is not published when the block ends is forgotten.

    The lock is the kernel's (flock) and dies with the process, so a killed writer leaves none behind.

    Raises
    ------
    DataError : another writer holds it.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DataError(
                "another process is writing this lake",
                seen=f"process {lock.read().strip() or 'unknown'}",
                path=root,
                hint="wait for it to end, then run this again",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        staging = Staging(root)
        staging.begin()
        try:
            yield staging
        finally:
            # A publish that an exception interrupted has left the marker: the next writer finishes it.
            if not staging.ready.exists() or not any(staging.new.rglob("*.parquet")):
                shutil.rmtree(staging.folder, ignore_errors=True)
