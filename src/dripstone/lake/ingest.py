"""Bring rows into the lake: all of an ingest, or nothing of it.

1. Each batch is brought into the table's form and checked (``check``); its rows are spilled by trading day.
2. Day by day, oldest first: a key twice is refused, the rows of other instruments held that day are kept, findings are
   taken, and the day file is staged unless its content is what is held.
3. All staged days are published together (``transaction``).

An ingest replaces instruments of a day, never single bars: what the new rows say of an instrument on a day is all that
the lake then holds of it on that day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from dripstone.errors import DataError
from dripstone.lake.check import check_rows, conform, refusal
from dripstone.lake.column import DAY_US, encode, key_codes, to_times
from dripstone.lake.dayfile import day_path, held_hash, read_columns, sort_by_key, write_day_file
from dripstone.lake.finding import Ends, Finding, day_ends, find_gaps, find_in_day
from dripstone.lake.lake import BarLake
from dripstone.lake.schema import MINUTE_TABLE, TableSpec, table_spec
from dripstone.lake.tradingday import TradingDays
from dripstone.lake.transaction import Staging, writing

__all__ = ["IngestReport", "ingest_table", "stage_table"]

_SPILL_ROWS = 500_000
_ORIGIN = "__source__"
"""Column that says, while rows wait for their day, which file they came from."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did.

    Parameters
    ----------
    table : where the rows went.
    days, changed_days : trading days in the rows, and those whose content is now another.
    rows, instruments : how many were given.
    first_day, last_day : the range of the rows.
    findings : accepted, and worth knowing.
    """

    table: str
    days: int
    changed_days: int
    rows: int
    instruments: int
    first_day: np.datetime64
    last_day: np.datetime64
    findings: tuple[Finding, ...]


def ingest_table(lake: BarLake, rows: pa.Table | Iterable[pa.Table], *, table: str, source: str) -> IngestReport:
    """Check rows and make them part of the lake.

    Parameters
    ----------
    lake : where to.
    rows : canonical columns (``schema.TABLES``), in any order; a stream of tables is one transaction and need not fit
        in memory. A table's schema metadata may say ``source`` (the file, for messages) and ``note`` (a finding).
    table : the table.
    source : what the rows are called in messages when they do not say themselves.

    Raises
    ------
    DataError : a row is refused (see ``check``), a key comes twice, there are no rows, the lake's bars are simulated,
        another process writes the lake. Nothing has changed then.
    """
    lake.require_writable()
    with writing(lake.root) as staging:
        if lake.simulated is not None:
            raise DataError(
                "the lake holds simulated bars",
                seen=lake.simulated,
                expected="a lake of real bars, or an empty one",
                hint="ingest into a new workspace",
                path=lake.root,
            )
        report = stage_table(lake, staging, rows, table=table, source=source)
        staging.publish()
    return report


def stage_table(
    lake: BarLake, staging: Staging, rows: pa.Table | Iterable[pa.Table], *, table: str, source: str
) -> IngestReport:
    """Check rows and stage the days that they change, as part of a transaction; see ``ingest_table``."""
    intake = _Intake(lake, table_spec(table), staging, source)
    for batch in [rows] if isinstance(rows, pa.Table) else rows:
        intake.add(batch)
    return intake.settle()


class _Intake:
    """One ingest under way: batches in, staged day files and a report out."""

    def __init__(self, lake: BarLake, spec: TableSpec, staging: Staging, source: str) -> None:
        self.lake, self.spec, self.staging, self.source = lake, spec, staging, source
        self.sources: list[str] = []
        self.notes: dict[str, Finding] = {}
        self.findings: list[Finding] = []
        self.buffer: list[pa.Table] = []
        self.rows = 0
        self.instruments: set[str] = set()
        self.days = TradingDays(lake)
        self.spilled = staging.spill / spec.name
        self.spills = 0

    def add(self, batch: pa.Table) -> None:
        """Check a batch and keep its rows for their days."""
        said = batch.schema.metadata or {}
        source = said[b"source"].decode() if b"source" in said else self.source
        if source not in self.sources[-1:]:
            self.sources.append(source)
        if b"note" in said:
            self.notes.setdefault(said[b"note"].decode(), Finding("source_note", None, "", 1, said[b"note"].decode()))
        rows = conform(batch, self.spec, source=source)
        check_rows(rows, self.spec, is_session=self.days.holds, source=source)
        if not len(rows):
            return
        if "instrument" in rows.column_names:
            self.instruments.update(encode(rows["instrument"])[1].tolist())
        self.rows += len(rows)
        origin = pa.repeat(pa.scalar(len(self.sources) - 1, pa.int32()), len(rows))
        self.buffer.append(rows.append_column(_ORIGIN, origin))
        if sum(map(len, self.buffer)) >= _SPILL_ROWS:
            self._spill()

    def settle(self) -> IngestReport:
        """Stage every day that changes and say what was found."""
        if not self.rows:
            raise DataError("there are no rows", path=self.source, table=self.spec.name)
        self._spill()
        folders = sorted(self.spilled.iterdir())
        days = np.array([folder.name for folder in folders], "datetime64[D]")
        changed = 0
        ends: Ends | None = None
        for day, folder in zip(days, folders, strict=True):
            new = self._gather(folder)
            rows = sort_by_key(self._merged(day, new), self.spec)
            if self.spec.name == MINUTE_TABLE:
                ends = self._look(day, new, rows, ends)
            changed += self._stage(day, rows)
        findings = (*self.notes.values(), *self.findings)
        return IngestReport(
            self.spec.name, len(days), changed, self.rows, len(self.instruments), days[0], days[-1], findings
        )

    def _spill(self) -> None:
        if not self.buffer:
            return
        rows = pa.concat_tables(self.buffer)
        self.buffer = []
        day = to_times(rows["date"]) // DAY_US
        order = np.argsort(day, kind="stable")
        rows = rows.take(pa.array(order)).combine_chunks()
        days, first = np.unique(day[order], return_index=True)
        for number, start, stop in zip(days, first, [*first[1:], len(day)], strict=True):
            folder = self.spilled / str(np.datetime64(int(number), "D"))
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{self.spills:06}.arrow"
            with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
                writer.write_table(rows.slice(start, stop - start))
        self.spills += 1

    def _gather(self, folder: Path) -> pa.Table:
        """A day's new rows; a key twice is refused."""
        parts = [pa.ipc.open_file(pa.OSFile(str(path))).read_all() for path in sorted(folder.iterdir())]
        rows = sort_by_key(pa.concat_tables(parts), self.spec)
        keys = key_codes(rows, self.spec.key)
        twice = keys[1:] == keys[:-1]
        if self.spec.key and twice.any():
            at = int(np.argmax(twice))
            first, second = (self.sources[rows[_ORIGIN][i].as_py()] for i in (at, at + 1))
            where = first if first == second else f"{first} and {second}"
            raise refusal(
                "the same row twice",
                rows,
                at,
                self.spec.key[-1],
                source=where,
                expected=f"one row for each {', '.join(self.spec.key)}",
            )
        return rows.drop_columns(_ORIGIN)

    def _merged(self, day: np.datetime64, new: pa.Table) -> pa.Table:
        path = day_path(self.lake.root, self.spec.name, day)
        if not path.exists() or not self.spec.key:
            return new
        held = read_columns(path, list(self.spec.names))
        owner = self.spec.key[0]
        codes, owners = encode(held[owner])
        others = ~np.isin(owners, encode(new[owner])[1])
        return pa.concat_tables([new, held.filter(pa.array(others[codes]))])

    def _look(self, day: np.datetime64, new: pa.Table, rows: pa.Table, before: Ends | None) -> Ends:
        self.findings += find_in_day(new, day)
        ends = day_ends(rows, day)
        previous = self.days.before(day)
        if before is None or before.date != previous:
            before = self._held_ends(previous)
        if before is not None:
            self.findings += find_gaps(before, ends, encode(new["instrument"])[1])
        return ends

    def _held_ends(self, day: np.datetime64 | None) -> Ends | None:
        if day is None or not (path := day_path(self.lake.root, self.spec.name, day)).exists():
            return None
        return day_ends(read_columns(path, ["instrument", "open", "close", "adjust_factor"]), day)

    def _stage(self, day: np.datetime64, rows: pa.Table) -> bool:
        staged = day_path(self.staging.new, self.spec.name, day)
        digest = write_day_file(staged, rows, self.spec)
        held = day_path(self.lake.root, self.spec.name, day)
        if held.exists() and held_hash(held) == digest:
            staged.unlink()
            return False
        return True
