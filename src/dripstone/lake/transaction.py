"""One writer at a time, and many files published as one.

A writer stages its files in ``root/.staging/new`` and then publishes:

1. every staged file and folder is on the disk (fsynced);
2. the marker ``.staging/ready`` is written and fsynced: from here on the transaction has happened;
3. each staged file is renamed into its place, those of the root before the day files of the tables;
4. the marker is removed, on the disk as well, then the rest of ``.staging``.

Killed or cut from power before 2, nothing of it is seen, and the next writer throws the staging away. Between 2 and 4,
each day is either old or new, and the next writer finishes step 3 before it does anything else.

Writing is for POSIX systems only: it rests on flock and on the fsync of folders.
"""

import os
import shutil
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dripstone.errors import DataError, SettingsError
from dripstone.lake.dayfile import sync_folder

if sys.platform != "win32":
    import fcntl

__all__ = ["Staging", "writing"]

_AGAIN_S = 0.02


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
        self.forget()
        self.new.mkdir(parents=True)
        self.spill.mkdir()

    def publish(self) -> None:
        """Put every staged file in its place: all of them, or after a kill and the next writer all of them."""
        for folder in (self.new, *filter(Path.is_dir, self.new.rglob("*"))):
            sync_folder(folder)
        with self.ready.open("wb") as file:
            os.fsync(file.fileno())
        for folder in (self.folder, self.root, self.root.parent):
            sync_folder(folder)
        self._move()
        self.forget()

    def forget(self) -> None:
        """Remove the folder, its marker first and durably, so that no later staging is taken for a finished one."""
        if self.ready.exists():
            self.ready.unlink()
            sync_folder(self.folder)
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def _move(self) -> None:
        folders = {self.root}
        staged_files = [path for path in self.new.rglob("*") if path.is_file()]
        for staged in sorted(staged_files, key=lambda path: (len(path.parts), path)):
            path = self.root / staged.relative_to(self.new)
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(path)
            if path.parent == self.root:
                sync_folder(self.root)  # what is said of the lake is there before the days it is said of
            folders |= {path.parent, path.parent.parent} - {self.root.parent}
        for folder in folders:
            sync_folder(folder)


@contextmanager
def writing(root: Path, *, what: str = "lake", wait_s: float = 0.0) -> Generator[Staging]:
    """Hold a folder's lock for one transaction; what is not published when the block ends is forgotten.

    The lock is the kernel's (flock) and dies with the process, so a killed writer leaves none behind.

    Parameters
    ----------
    what : what the folder is, for messages.
    wait_s : how long to wait for another writer to end.

    Raises
    ------
    DataError : another writer holds it; the disk is full or refuses.
    SettingsError : on Windows.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with (root / ".lock").open("a+") as lock:
            _hold(lock, root, what, time.monotonic() + wait_s)
            staging = Staging(root)
            staging.begin()
            try:
                yield staging
            finally:
                # A publish that an exception interrupted has left the marker: the next writer finishes it.
                if not staging.ready.exists():
                    staging.forget()
    except OSError as error:
        hint = "give it space or the right to write, then run this again"
        raise DataError(f"the {what} cannot be written", seen=str(error), hint=hint, path=root) from error


def _hold(lock: IO[str], root: Path, what: str, until: float) -> None:
    if sys.platform == "win32":
        raise SettingsError(
            f"a {what} cannot be written on Windows",
            expected="Linux or macOS",
            hint="use WSL; reading works",
            path=root,
        )
    while not _is_taken(lock):
        if time.monotonic() < until:
            time.sleep(_AGAIN_S)
            continue
        lock.seek(0)
        raise DataError(
            f"another process is writing this {what}",
            seen=f"process {lock.read().strip() or 'unknown'}",
            path=root,
            hint="wait for it to end, then run this again",
        )
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


def _is_taken(lock: IO[str]) -> bool:
    """Take the lock, if nobody holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
