"""The one SQLite file of a store: the commit log of factor values and the ledger of trials, both append-only.

WAL with synchronous=FULL: a transaction that returned has reached the disk. WAL wants a local disk; values files
may lie anywhere. Every use opens its own connection, so a store may be used from any thread or process.
"""

import os
import secrets
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from dripstone.errors import DataError, SettingsError
from dripstone.lake.dayfile import sync_folder

__all__ = ["FILE_NAME", "create", "now", "reading", "writing"]

FILE_NAME = "store.sqlite"
_FORMAT = 1
_BUSY_S = 30.0

_SCHEMA = """
CREATE TABLE factor (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, at TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL
);
CREATE TABLE part (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, fingerprint TEXT NOT NULL REFERENCES factor (fingerprint),
    file TEXT, columns TEXT NOT NULL
);
CREATE TABLE served (
    id INTEGER PRIMARY KEY, part INTEGER NOT NULL REFERENCES part, fingerprint TEXT NOT NULL,
    date TEXT NOT NULL, version TEXT NOT NULL, row_count INTEGER NOT NULL, value_count INTEGER NOT NULL
);
CREATE INDEX served_day ON served (fingerprint, date, id);
CREATE VIEW current AS
    SELECT served.fingerprint, served.date, served.version, part.file, served.row_count, served.value_count
    FROM served JOIN part ON part.id = served.part
    WHERE NOT EXISTS (
        SELECT 1 FROM served AS later
        WHERE later.fingerprint = served.fingerprint AND later.date = served.date AND later.id > served.id
    );
CREATE TABLE trial (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, study TEXT NOT NULL, factor TEXT NOT NULL, "column" TEXT,
    fingerprint TEXT, parent TEXT, stage TEXT NOT NULL, outcome TEXT NOT NULL, error TEXT,
    first_day TEXT, last_day TEXT, data_version TEXT, metrics TEXT NOT NULL, seconds REAL NOT NULL, note TEXT NOT NULL
);
CREATE INDEX trial_study ON trial (study, id);
"""

# REPLACE deletes without firing delete triggers, so an id that is taken is refused before it comes to that.
_ONLY_GROWS = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} only grows'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} only grows'); END;
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
    WHEN EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)
    BEGIN SELECT RAISE(ABORT, '{table} only grows'); END;
"""
_TABLES = ("factor", "part", "served", "trial")


def create(root: Path) -> None:
    """Make ``root/store.sqlite`` unless it is there; several processes may do so at once.

    The file is built beside under a name of its own and linked into place whole: a switch to WAL does not wait for
    other connections, so it must not happen on a file that others may already have open.

    Raises
    ------
    SettingsError : the folder cannot be written, or knows no hard links.
    """
    path = root / FILE_NAME
    if path.exists():
        return
    beside = root / f".{FILE_NAME}.{secrets.token_hex(8)}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        try:
            _build(beside)
            with suppress(FileExistsError):  # another process was first; its file is the same
                os.link(beside, path)
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(root)
    except (OSError, sqlite3.Error) as error:
        hint = "the store needs a local disk with space, hard links and the right to write"
        raise SettingsError("the store cannot be made", seen=str(error), hint=hint, path=path) from error


def _build(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(_SCHEMA + "".join(_ONLY_GROWS.format(table=table) for table in _TABLES))
        db.execute(f"PRAGMA user_version={_FORMAT}")


@contextmanager
def reading(root: Path) -> Generator[sqlite3.Connection]:
    """A connection to read from, closed afterwards.

    Raises
    ------
    DataError : the file is gone, is no database, was written by another format, or stays locked for 30 s.
    """
    path = root / FILE_NAME
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_BUSY_S)) as db:
            db.isolation_level = None
            db.execute("PRAGMA synchronous=FULL")
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found != _FORMAT:
                raise DataError("the store has another format", seen=found, expected=str(_FORMAT), path=path)
            yield db
    except sqlite3.DatabaseError as error:
        hint = "the store must be a whole SQLite file on a local disk with space left"
        raise DataError("the store's log cannot be used", seen=str(error), hint=hint, path=path) from error


@contextmanager
def writing(root: Path) -> Generator[sqlite3.Connection]:
    """One transaction, alone among writers from its first moment: committed at the end, rolled back on any error."""
    with reading(root) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            if db.in_transaction:  # a full disk has rolled back already
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


def now() -> str:
    """This moment, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
