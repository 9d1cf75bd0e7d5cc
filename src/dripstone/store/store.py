"""Factor values by fingerprint and day: immutable Parquet files, and one log that says which of them count."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from sqlite3 import Connection

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dripstone.arrays import Dates
from dripstone.errors import DataError, FactorError
from dripstone.factors.spec import FactorSpec
from dripstone.market.calendar import as_day
from dripstone.panel import Panel
from dripstone.store.database import create, now, reading, writing
from dripstone.store.part import FOLDER, KEY, Part

__all__ = ["FactorStore", "StoredFactor"]

SWEEP_AGE_S = 3600.0


@dataclass(frozen=True, slots=True)
class StoredFactor:
    """What a store holds of one factor, superseded days left out.

    Parameters
    ----------
    fingerprint, spec : as committed first; code beneath may have moved on, so ``spec.fingerprint`` may differ now.
    columns : output columns; () while no day had a row.
    first_day, last_day, n_days : the days served.
    rows : (day, instrument) pairs; ``values`` : numbers among them that are not NaN, over all columns.
    """

    fingerprint: str
    spec: FactorSpec
    columns: tuple[str, ...]
    first_day: np.datetime64
    last_day: np.datetime64
    n_days: int
    rows: int
    values: int

    @property
    def name(self) -> str:
        """How people call it."""
        return self.spec.name


class FactorStore:
    """The keeper of factor values: ``root/values/<fingerprint>/*.parquet`` and ``root/store.sqlite``.

    A file counts once a transaction has recorded which days it serves. Files and log rows are never changed: a day
    computed again from other bars is served by a newer row. Any number of processes may read and write at once.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        create(self.root)

    def missing(self, fingerprint: str, versions: Mapping[np.datetime64, str]) -> list[np.datetime64]:
        """The days of ``versions`` that have no value at that data version, ascending: the whole of resuming."""
        with reading(self.root) as db:
            held = self._held(db, fingerprint)
        return sorted(day for day, version in versions.items() if held.get(str(day)) != version)

    def commit(self, spec: FactorSpec, parts: Sequence[Part]) -> None:
        """Record, in one transaction, which days the parts serve.

        A day that is served at the same data version already is left as it is; another version supersedes.

        Raises
        ------
        DataError : a part's file is not there (swept, or another store's).
        FactorError : the columns differ from those of the days before.
        """
        fingerprint = spec.fingerprint
        with writing(self.root) as db:
            if not db.execute("SELECT 1 FROM factor WHERE fingerprint = ?", (fingerprint,)).fetchone():
                row = (fingerprint, now(), spec.name, json.dumps(spec.as_dict(), ensure_ascii=False))
                db.execute("INSERT INTO factor (fingerprint, at, name, spec) VALUES (?, ?, ?, ?)", row)
            for part in parts:
                self._record(db, fingerprint, part)

    def columns(self, fingerprint: str) -> tuple[str, ...]:
        """The factor's output columns; () while no day had a row.

        Raises
        ------
        DataError : nothing of this factor is stored.
        """
        return self.factor(fingerprint).columns

    def factor(self, fingerprint: str) -> StoredFactor:
        """What is held of one factor.

        Raises
        ------
        DataError : nothing of it is stored.
        """
        with reading(self.root) as db:
            return _stored(db, fingerprint)

    def specs(self) -> list[StoredFactor]:
        """All factors held, in the order of their first commit."""
        with reading(self.root) as db:
            fingerprints = db.execute(
                "SELECT DISTINCT fingerprint FROM factor JOIN served USING (fingerprint) ORDER BY factor.id"
            )
            return [_stored(db, fingerprint) for (fingerprint,) in fingerprints.fetchall()]

    def panel(
        self,
        fingerprint: str,
        column: str,
        *,
        start: np.datetime64 | str | None = None,
        end: np.datetime64 | str | None = None,
    ) -> Panel:
        """One column over the days start..end that are stored, both inclusive; None leaves that side open.

        Null value: NaN, also for every instrument on a day that was computed and has no row.

        Raises
        ------
        DataError : nothing stored in that range, or a file is damaged.
        FactorError : no such column.
        """
        held = self.factor(fingerprint)
        if held.columns and column not in held.columns:
            raise FactorError("the factor has no such column", seen=column, expected=", ".join(held.columns))
        files = self._files(fingerprint, _iso(start, "0000"), _iso(end, "9999"))
        if not files:
            raise DataError(
                "no day of the range is stored",
                seen=(str(start), str(end)),
                expected=f"days of {held.first_day}..{held.last_day}",
                hint="compute the range first",
            )
        dates = np.unique(np.concatenate(list(files.values())))
        rows = [_read(self.root / file, column, days) for file, days in files.items() if file is not None]
        return _assemble(dates, rows, name=column)

    def data_version(
        self,
        fingerprint: str,
        *,
        start: np.datetime64 | str | None = None,
        end: np.datetime64 | str | None = None,
    ) -> str:
        """The content hash of all bars behind the days that ``panel`` serves for the same range, 64 hex digits."""
        query = "SELECT date, version FROM current WHERE fingerprint = ? AND date BETWEEN ? AND ? ORDER BY date"
        with reading(self.root) as db:
            rows = db.execute(query, (fingerprint, _iso(start, "0000"), _iso(end, "9999"))).fetchall()
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()

    def sweep(self, *, older_than_s: float = SWEEP_AGE_S) -> list[Path]:
        """Delete files that no commit names and that are older than that; returns their paths.

        They are what a killed run leaves behind. The age spares a run that is about to commit; should it come too
        late nonetheless, its commit is refused and nothing is recorded, for both hold the write lock.
        """
        removed: list[Path] = []
        before = time.time() - older_than_s
        with writing(self.root) as db:
            committed = {file for (file,) in db.execute("SELECT file FROM part")}
            for path in sorted((self.root / FOLDER).glob("*/*")):
                if path.relative_to(self.root).as_posix() not in committed and _modified(path) < before:
                    path.unlink(missing_ok=True)
                    removed.append(path)
        return removed

    def _record(self, db: Connection, fingerprint: str, part: Part) -> None:
        if part.file is not None:
            self._check_part(db, fingerprint, part)
        held = self._held(db, fingerprint)
        days = [day for day in part.days if held.get(str(day.date)) != day.version]
        if not days:
            return
        at = db.execute(
            "INSERT INTO part (at, fingerprint, file, columns) VALUES (?, ?, ?, ?)",
            (now(), fingerprint, part.file, json.dumps(part.columns, ensure_ascii=False)),
        )
        db.executemany(
            "INSERT INTO served (part, fingerprint, date, version, row_count, value_count) VALUES (?, ?, ?, ?, ?, ?)",
            [(at.lastrowid, fingerprint, str(d.date), d.version, d.row_count, d.value_count) for d in days],
        )

    def _check_part(self, db: Connection, fingerprint: str, part: Part) -> None:
        path = PurePosixPath(part.file or "")
        if path.parent != PurePosixPath(FOLDER, fingerprint) or not (self.root / path).is_file():
            raise DataError(
                "a part is not in this store",
                seen=part.file,
                expected=f"a file in {FOLDER}/{fingerprint}",
                hint="it was swept before it was committed: run again, missing days are computed",
            )
        before = _columns(db, fingerprint)
        if before and before != part.columns:
            raise FactorError(
                "the factor's columns differ between days",
                seen=part.columns,
                expected=str(before),
                date=part.days[0].date,
            )

    def _held(self, db: Connection, fingerprint: str) -> dict[str, str]:
        """Day -> data version of what is served now, days whose file has gone left out."""
        there = {path.name for path in (self.root / FOLDER / fingerprint).glob("*.parquet")}
        rows = db.execute("SELECT date, version, file FROM current WHERE fingerprint = ?", (fingerprint,))
        return {date: version for date, version, file in rows if file is None or PurePosixPath(file).name in there}

    def _files(self, fingerprint: str, start: str, end: str) -> dict[str | None, Dates]:
        """File -> the days it serves; None -> days without a row."""
        days: dict[str | None, list[str]] = {}
        with reading(self.root) as db:
            query = "SELECT file, date FROM current WHERE fingerprint = ? AND date BETWEEN ? AND ? ORDER BY date"
            for file, date in db.execute(query, (fingerprint, start, end)):
                days.setdefault(file, []).append(date)
        return {file: np.array(dates, "datetime64[D]") for file, dates in days.items()}


def _stored(db: Connection, fingerprint: str) -> StoredFactor:
    query = """
        SELECT spec, min(date), max(date), count(*), sum(row_count), sum(value_count)
        FROM factor JOIN current USING (fingerprint) WHERE fingerprint = ? GROUP BY fingerprint"""
    row = db.execute(query, (fingerprint,)).fetchone()
    if row is None:
        raise DataError("nothing of this factor is stored", seen=fingerprint, hint="compute it first")
    spec, first, last, *counts = row
    columns = _columns(db, fingerprint)
    days = np.datetime64(first, "D"), np.datetime64(last, "D")
    return StoredFactor(fingerprint, FactorSpec.from_dict(json.loads(spec)), columns, *days, *counts)


def _columns(db: Connection, fingerprint: str) -> tuple[str, ...]:
    query = "SELECT columns FROM part WHERE fingerprint = ? AND file IS NOT NULL ORDER BY id LIMIT 1"
    row = db.execute(query, (fingerprint,)).fetchone()
    return tuple(json.loads(row[0])) if row else ()


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return np.inf  # its writer has just renamed it


def _iso(day: np.datetime64 | str | None, default: str) -> str:
    return default if day is None else str(as_day(day))


def _read(path: Path, column: str, days: Dates) -> pa.Table:
    """The rows of ``days``: date, instrument, value."""
    try:
        with pq.ParquetFile(path, read_dictionary=["instrument"], page_checksum_verification=True) as file:
            table = file.read([*KEY, column]).select([*KEY, column])
    # Damage has many faces: no Parquet, a wrong checksum, a name that is no text, a column that is not there.
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        hint = "delete the file and compute again: its days count as missing then"
        raise DataError("a file of values cannot be read", seen=str(error), hint=hint, path=path) from error
    wanted = np.isin(table["date"].to_numpy(), days)
    return table if bool(wanted.all()) else table.filter(pa.array(wanted))


def _assemble(dates: Dates, tables: Sequence[pa.Table], *, name: str) -> Panel:
    if not any(table.num_rows for table in tables):
        return Panel(dates, np.array([], np.str_), np.empty((len(dates), 0)), name)
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    coded = table["instrument"].chunk(0)
    codes = coded.indices.to_numpy()
    labels = np.array(coded.dictionary.to_pylist(), np.str_)
    names = np.sort(labels[np.bincount(codes, minlength=len(labels)) > 0])
    values = np.full((len(dates), len(names)), np.nan)
    row, column = np.searchsorted(dates, table["date"].to_numpy()), np.searchsorted(names, labels)[codes]
    values[row, column] = table[name].to_numpy()
    return Panel(dates, names, values, name)
