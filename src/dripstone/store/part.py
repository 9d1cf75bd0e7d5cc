"""One immutable Parquet file of factor values: what a worker writes and the coordinator commits."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from dripstone.arrays import Floats
from dripstone.errors import DataError, FactorError
from dripstone.lake.dayfile import sync_folder

__all__ = ["FOLDER", "KEY", "Part", "PartDay", "write_part"]

FOLDER = "values"
KEY = ("date", "instrument")


@dataclass(frozen=True, slots=True)
class PartDay:
    """One day in a part.

    Parameters
    ----------
    date : the trading day, datetime64[D].
    version : the data version of the bars it was computed from.
    row_count : instruments of that day.
    value_count : numbers among them that are not NaN, over all columns.
    """

    date: np.datetime64
    version: str
    row_count: int
    value_count: int


@dataclass(frozen=True, slots=True)
class Part:
    """Days of one factor and the file that holds them; it counts for nothing until it is committed.

    Parameters
    ----------
    file : path below the store's root, values/<fingerprint>/<first>_<last>_<token>.parquet; None without a row.
    columns : the factor's columns; () when ``file`` is None.
    days : ascending.
    """

    file: str | None
    columns: tuple[str, ...]
    days: tuple[PartDay, ...]

    def to_dict(self) -> dict[str, object]:
        """As JSON-able data, for the way from a worker to the coordinator."""
        days = [asdict(day) | {"date": str(day.date)} for day in self.days]
        return {"file": self.file, "columns": list(self.columns), "days": days}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        """The part that ``to_dict`` described."""
        match data:
            case {"file": str() | None as file, "columns": [*columns], "days": [*days]}:
                return cls(file, tuple(map(str, columns)), tuple(_day(**day) for day in days))
            case _:
                raise DataError("not a part", seen=data, expected="file, columns and days")


def write_part(
    root: Path,
    fingerprint: str,
    dates: npt.NDArray[np.datetime64],
    instruments: npt.NDArray[np.str_],
    columns: Mapping[str, Floats],
    versions: Mapping[np.datetime64, str],
) -> Part:
    """Write rows of one factor to a new file: beside, fsync, rename, fsync of the folder.

    Parameters
    ----------
    dates, instruments : (n_row,) ascending by (date, instrument), no pair twice.
    columns : name -> (n_row,) float64; NaN is written as null, so that SQL's avg() leaves it out.
    versions : every day covered, those without a row too, and the data version it was computed from.

    Raises
    ------
    FactorError : no column or a reserved name; lengths differ; rows out of order or twice; a day without a version.
    DataError : the disk is full or refuses.
    """
    _check_rows(dates, instruments, columns)
    days = _counted(dates, columns, versions)
    if not len(dates):
        return Part(None, (), days)
    table = pa.table(
        {"date": pa.array(dates.astype("datetime64[D]")), "instrument": pa.array(instruments, pa.string())}
        | {name: pa.array(values, pa.float64(), from_pandas=True) for name, values in columns.items()}
    )
    token = secrets.token_hex(8)
    path = root / FOLDER / fingerprint / f"{days[0].date}_{days[-1].date}_{token}.parquet"
    try:
        _write_synced(table, path, beside=path.with_name(f"{token}.unfinished"))
    except OSError as error:
        hint = "give it space or the right to write, then run the same again: what is committed stays"
        raise DataError("the store cannot be written", seen=str(error), hint=hint, path=path) from error
    return Part(path.relative_to(root).as_posix(), tuple(columns), days)


def _write_synced(table: pa.Table, path: Path, *, beside: Path) -> None:
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob("*.parquet")):  # perhaps new, and not on the disk before its first file is
        for above in (folder.parent, folder.parent.parent):
            sync_folder(above)
    try:
        with beside.open("wb") as file:
            dictionaries: Any = list(KEY)  # names are accepted; the stub knows bool only
            pq.write_table(table, file, compression="zstd", use_dictionary=dictionaries, write_page_checksum=True)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(folder)


def _counted(
    dates: npt.NDArray[np.datetime64], columns: Mapping[str, Floats], versions: Mapping[np.datetime64, str]
) -> tuple[PartDay, ...]:
    days = np.array(sorted(versions), "datetime64[D]")
    unversioned = np.setdiff1d(dates, days)
    if len(unversioned):
        raise FactorError("rows of a day without a data version", seen=str(unversioned[0]), expected="one of its days")
    row = np.searchsorted(days, dates)
    values = np.zeros(len(dates))
    for column in columns.values():
        values += ~np.isnan(column)
    row_counts = np.bincount(row, minlength=len(days)).tolist()
    value_counts = np.bincount(row, weights=values, minlength=len(days)).astype(np.int64).tolist()
    return tuple(
        PartDay(day, versions[day], rows, count)
        for day, rows, count in zip(days, row_counts, value_counts, strict=True)
    )


def _check_rows(
    dates: npt.NDArray[np.datetime64], instruments: npt.NDArray[np.str_], columns: Mapping[str, Floats]
) -> None:
    if not columns or set(columns) & set(KEY):
        raise FactorError("a factor's columns need names of their own", seen=list(columns), expected=f"none of {KEY}")
    lengths = {"date": len(dates), "instrument": len(instruments)} | {k: len(v) for k, v in columns.items()}
    if len(set(lengths.values())) > 1:
        raise FactorError("columns differ in length", seen=lengths, expected="one value a row")
    same_day = dates[1:] == dates[:-1]
    if not bool(np.all((dates[1:] > dates[:-1]) | (same_day & (instruments[1:] > instruments[:-1])))):
        raise FactorError("rows are out of order or appear twice", expected="ascending by date and instrument")


def _day(date: str, version: str, row_count: int, value_count: int) -> PartDay:
    return PartDay(np.datetime64(date, "D"), version, row_count, value_count)
