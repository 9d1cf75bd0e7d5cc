"""The day file: one table on one trading day as Parquet, sorted by key, known by the hash of its content."""

import hashlib
import os
import re
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dripstone.arrays import Dates
from dripstone.errors import DataError
from dripstone.lake.column import encode, key_codes
from dripstone.lake.schema import TableSpec

__all__ = [
    "content_hash",
    "day_path",
    "days_of_year",
    "held_hash",
    "held_years",
    "null_columns",
    "read_columns",
    "sort_by_key",
    "sync_folder",
    "write_day_file",
]

_DAY_FILE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.parquet")
_HASH_KEY = "dripstone.content"
# Small enough for a SQL engine to skip groups by instrument, large enough not to slow the reading of whole days.
_ROW_GROUP = 1 << 18
# Without the checksum of each page most flipped bits would be read as other numbers.
_FORM: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "store_schema": False,
    "write_page_checksum": True,
}


def day_path(root: Path, table: str, date: np.datetime64) -> Path:
    """Where the day lies: ``root/<table>/<YYYY>/<YYYY-MM-DD>.parquet``."""
    day = str(date)
    return root / table / day[:4] / f"{day}.parquet"


def held_years(folder: Path) -> list[Path]:
    """The year folders of a table, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(year for year in folder.iterdir() if year.name.isdigit())


def days_of_year(year: Path) -> Dates:
    """The days that a year folder holds, ascending."""
    return np.array(sorted(name[:10] for name in os.listdir(year) if _DAY_FILE.fullmatch(name)), "datetime64[D]")


def sort_by_key(rows: pa.Table, spec: TableSpec) -> pa.Table:
    """The rows in the order of the table's key."""
    codes = key_codes(rows, spec.key)
    if bool((codes[1:] >= codes[:-1]).all()):
        return rows
    return rows.take(pa.array(np.argsort(codes, kind="stable")))


def content_hash(rows: pa.Table) -> str:
    """sha256 over names, types and values, in the order of the rows; what lies beneath a NULL does not count."""
    digest = hashlib.sha256()
    for field, column in zip(rows.schema, rows.columns, strict=True):
        there = column.is_valid().to_numpy()
        digest.update(f"{field.name}:{field.type}:{len(column)};".encode())
        digest.update(np.packbits(there).tobytes())
        if pa.types.is_string(field.type):
            codes, labels = encode(column.fill_null(""))
            digest.update("\0".join(labels.tolist()).encode())
            digest.update(codes.tobytes())
        else:
            numbers = column.cast(pa.int64()) if pa.types.is_timestamp(field.type) else column
            digest.update(numbers.fill_null(0).to_numpy().tobytes())
    return digest.hexdigest()


def write_day_file(path: Path, rows: pa.Table, spec: TableSpec) -> str:
    """Write canonical rows to a staged file and fsync it; return the content hash, which the file carries as well."""
    rows = sort_by_key(rows.cast(spec.schema), spec)
    digest = content_hash(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        with pq.ParquetWriter(file, rows.schema, **_FORM) as writer:
            writer.write_table(rows, row_group_size=_ROW_GROUP)
            writer.add_key_value_metadata({_HASH_KEY: digest})
        file.flush()
        os.fsync(file.fileno())
    return digest


def sync_folder(folder: Path) -> None:
    """Make renames in that folder durable; Windows has no such thing."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def held_hash(path: Path) -> str:
    """The content hash that a day file carries.

    Raises
    ------
    DataError : the file is damaged, or dripstone did not write it.
    """
    with _opened(path) as file:
        carried = (file.metadata.metadata or {}).get(_HASH_KEY.encode(), b"").decode()
    if not carried:
        raise DataError("not a day file of a lake", path=path, hint="bring data in with ingest, never by copying")
    return carried


def null_columns(path: Path) -> frozenset[str]:
    """The columns of a day file that are NULL in every row, as its footer tells."""
    with _opened(path) as file:
        groups = [file.metadata.row_group(at) for at in range(file.metadata.num_row_groups)]
        names = file.schema_arrow.names
    return frozenset(
        name
        for place, name in enumerate(names)
        if all(group.column(place).statistics.null_count == group.num_rows for group in groups)
    )


def read_columns(path: Path, columns: Sequence[str], *, as_codes: bool = False) -> pa.Table:
    """Some columns of a day file; with ``as_codes`` the instruments are dictionary-encoded.

    Raises
    ------
    DataError : the file is absent or damaged.
    """
    with _opened(path, ["instrument"] if as_codes else None) as file:
        return file.read(columns=list(columns)).select(list(columns))


@contextmanager
def _opened(path: Path, read_dictionary: list[str] | None = None) -> Generator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, read_dictionary=read_dictionary, page_checksum_verification=True) as file:
            yield file
    except FileNotFoundError:
        raise DataError("the lake does not hold this day", path=path) from None
    # Damage has many faces: no Parquet, a wrong checksum, a name that is no text, a column that is not there.
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(
        "a day file of the lake is damaged",
        seen=str(error),
        path=path,
        hint="delete the file, then ingest that day again",
    )
