"""Vendors' files as tables in the lake's names, units and labels, a piece at a time."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from dripstone.errors import DataError
from dripstone.lake.column import DAY_US, Codes, encode, is_text, minute_of_day, to_floats, to_times
from dripstone.lake.schema import TableSpec, table_spec
from dripstone.sources.clock import LabelRule, is_whole_time, time_of_day, times
from dripstone.sources.code import instrument_code
from dripstone.sources.preset import INDEX, TIME, Preset, preset_named
from dripstone.sources.reader import open_rows

__all__ = ["read_files"]

_TIMES = ("date", TIME, INDEX)


def read_files(paths: Sequence[Path], *, preset: str, table: str) -> Iterator[pa.Table]:
    """The rows of the files for ``lake.ingest_table``.

    Each piece says in its schema metadata which file it comes from (``source``) and what was changed (``note``). A
    minute file is read twice: first its times only, since the labels of the whole file decide what they mean.

    Parameters
    ----------
    paths : .parquet, .csv, .txt or .lc1 files.
    preset : the vendor's form, one of ``PRESETS``.
    table : what the rows are.

    Raises
    ------
    DataError : no files, an unknown preset, table or file type; a file is absent, empty, damaged, or has no instrument
        or time. Values are checked by the lake.
    """
    form, spec = preset_named(preset), table_spec(table)
    if not spec.minute and not form.reference:
        hint = "rename the columns to those of the table and take --preset bigquant"
        raise DataError("the preset is for minute bars only", seen=preset, expected="bigquant", hint=hint, table=table)
    if not paths:
        raise DataError("no files are given", expected="one or more .parquet, .csv or .lc1 files")
    for path in map(Path, paths):
        rows = 0
        for piece in _Vendor(path, form, spec).pieces():
            rows += len(piece)
            yield piece
        if not rows:
            raise DataError("the file has no rows", path=path)


class _Vendor:
    """One file in a vendor's form."""

    def __init__(self, path: Path, form: Preset, spec: TableSpec) -> None:
        self.path, self.form, self.spec = path, form, spec
        self.file = open_rows(path, is_number=lambda name: _is_number(spec, form.target(name)))
        self.names = self._names()

    def pieces(self) -> Iterator[pa.Table]:
        """The file's rows in the lake's form."""
        rule = self._rule()
        notes = [rule.note] if rule.note else []
        ignored = sorted(set(self.file.names) - set(self.names.values()))
        if ignored:
            notes.append("ignored columns " + ", ".join(map(repr, ignored)))
        said = {"source": str(self.path)}
        if notes:
            said["note"] = f"{self.path.name}: {'; '.join(notes)}"
        for batch in self.file.batches(list(self.names.values())):
            yield pa.table(self._columns(batch, rule)).replace_schema_metadata(said)

    def _names(self) -> dict[str, str]:
        """Our name -> the file's name, for the columns that are read."""
        names: dict[str, str] = {}
        for name in self.file.names:
            target = name if name in self.spec.names else self.form.target(name)
            if target not in (*self.spec.names, TIME, INDEX):
                continue
            if target in names:
                raise DataError(
                    "two columns mean the same",
                    seen=[names[target], name],
                    expected=f"one column for {target}",
                    hint="drop one of them",
                    path=self.path,
                )
            names[target] = name
        if {"date", TIME} & set(names):
            names.pop(INDEX, None)
        if "date" in names and not self.spec.minute:
            names.pop(TIME, None)
        if not {*_TIMES} & set(names) and not self.spec.dateless:
            raise DataError("no column holds the time", seen=list(self.file.names), expected="date", path=self.path)
        return names

    def _rule(self) -> LabelRule:
        if not self.spec.minute:
            return LabelRule(np.empty(0, np.int64), auction_at_open=False)
        clock = [self.names[target] for target in _TIMES if target in self.names]
        held = [np.unique(minute_of_day(self._stamps(batch))) for batch in self.file.batches(clock)]
        return LabelRule(np.concatenate([np.empty(0, np.int64), *held]), auction_at_open=self.form.auction_at_open)

    def _columns(self, batch: pa.Table, rule: LabelRule) -> Mapping[str, pa.ChunkedArray | pa.Array]:
        columns = {target: batch[name] for target, name in self.names.items() if target not in _TIMES}
        if {*_TIMES} & set(self.names):
            columns["date"] = pa.array(rule.apply(self._stamps(batch)), pa.timestamp("us"))
        if "instrument" in self.spec.names:
            columns["instrument"] = self._instruments(batch)
        for column in self.spec.columns:
            if pa.types.is_timestamp(column.type) and column.name in self.names and column.name != "date":
                columns[column.name] = times(columns[column.name], source=str(self.path), name=column.name)
        if self.form.shares_per_unit != 1 and "volume" in columns and _is_numeric(columns["volume"].type):
            shares = np.round(to_floats(columns["volume"]) * self.form.shares_per_unit, 6)
            columns["volume"] = pa.array(shares, from_pandas=True)
        return columns

    def _stamps(self, batch: pa.Table) -> Codes:
        """The times of the rows, in microseconds."""
        clock, day = self.names.get(TIME), self.names.get("date")
        if clock and is_whole_time(batch[clock]):
            return self._read_times(batch, clock)
        if clock and not day:
            raise DataError("times of day without a date", column=clock, path=self.path)
        stamps = self._read_times(batch, day or self.names[INDEX])
        if clock and not (stamps % DAY_US).any():
            return stamps + time_of_day(batch[clock], source=str(self.path), name=clock)
        return stamps

    def _read_times(self, batch: pa.Table, name: str) -> Codes:
        read = times(batch[name], source=str(self.path), name=name, epoch=self.form.epoch)
        if read.null_count:
            raise DataError("a row has no time", seen=f"{read.null_count} rows", column=name, path=self.path)
        return to_times(read)

    def _instruments(self, batch: pa.Table) -> pa.Array:
        if "instrument" not in self.names:
            code = instrument_code(self.path.stem)
            if code is None:
                raise DataError(
                    "no column holds the instrument, and the file's name is none",
                    seen=list(self.file.names),
                    expected="a column instrument, or a file named like 600519.SH.csv",
                    path=self.path,
                )
            return pa.repeat(code, len(batch))
        column = batch[self.names["instrument"]]
        if column.null_count or not (is_text(column.type) or pa.types.is_dictionary(column.type)):
            raise DataError(
                "the instrument is missing or no text",
                seen=str(column.type),
                expected="codes such as 600519.SH in every row",
                column=self.names["instrument"],
                path=self.path,
            )
        if not self.spec.a_share:
            return column.cast(pa.string()).combine_chunks()
        codes, labels = encode(column)
        known = [instrument_code(label) for label in labels.tolist()]
        if None in known:
            unknown = labels[known.index(None)]
            raise DataError(
                "not an instrument code", seen=str(unknown), expected="a code such as 600519.SH", path=self.path
            )
        return pa.DictionaryArray.from_arrays(codes, pa.array(known, pa.string())).cast(pa.string())


def _is_number(spec: TableSpec, target: str) -> bool:
    column = spec.column(target)
    return column is not None and _is_numeric(column.type)


def _is_numeric(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)
