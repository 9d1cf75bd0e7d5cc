"""Open a file of rows by its type: Parquet, CSV, TDX .lc1."""

import codecs
import csv
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from dripstone.errors import DataError
from dripstone.sources.tdx import read_lc1

__all__ = ["RowFile", "open_rows"]

_BATCH_ROWS = 250_000
_CSV_BLOCK_BYTES = 16 << 20
_PROBE_BYTES = 1 << 20
_NULLS = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "--"]


@dataclass(frozen=True, slots=True)
class RowFile:
    """A file of rows: its column names, and a way to read some of them, piece by piece, as often as needed."""

    path: Path
    names: tuple[str, ...]
    batches: Callable[[Sequence[str]], Iterator[pa.Table]]


def open_rows(path: Path, *, is_number: Callable[[str], bool]) -> RowFile:
    """Open a file by its suffix.

    Parameters
    ----------
    path : .parquet, .pq, .csv, .txt or .lc1.
    is_number : which columns of a CSV file hold numbers; the others are read as text, so that 000001 keeps its zeros.

    Raises
    ------
    DataError : absent, empty, damaged, or of another type.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise DataError("there is no such file", path=path)
    if not path.stat().st_size:
        raise DataError("the file is empty", path=path)
    if suffix in (".parquet", ".pq"):
        return _parquet(path)
    if suffix in (".csv", ".txt"):
        return _csv(path, is_number)
    if suffix == ".lc1":
        bars = read_lc1(path)
        return RowFile(path, tuple(bars.column_names), lambda columns: iter([bars.select(list(columns))]))
    raise DataError("unknown type of file", seen=path.name, expected=".parquet, .csv, .txt or .lc1", path=path)


def _parquet(path: Path) -> RowFile:
    def batches(columns: Sequence[str]) -> Iterator[pa.Table]:
        with _readable(path, "Parquet"), pq.ParquetFile(path, page_checksum_verification=True) as file:
            for batch in file.iter_batches(_BATCH_ROWS, columns=list(columns)):
                yield pa.Table.from_batches([batch])

    with _readable(path, "Parquet"):
        names = tuple(pq.read_schema(path).names)
    return RowFile(path, names, batches)


def _csv(path: Path, is_number: Callable[[str], bool]) -> RowFile:
    encoding = _encoding(path)
    with _readable(path, "CSV"), path.open(encoding=encoding, newline="") as file:
        header = file.readline()
    delimiter = max(",\t;", key=header.count)
    names = tuple(next(csv.reader([header], delimiter=delimiter)))

    def batches(columns: Sequence[str]) -> Iterator[pa.Table]:
        kinds = {name: pa.float64() if is_number(name) else pa.string() for name in columns}
        with _readable(path, "CSV"):
            reading = pacsv.ReadOptions(block_size=_CSV_BLOCK_BYTES, encoding=encoding.removesuffix("-sig"))
            values = pacsv.ConvertOptions(
                column_types=kinds, include_columns=list(columns), null_values=_NULLS, strings_can_be_null=True
            )
            for batch in pacsv.open_csv(path, reading, pacsv.ParseOptions(delimiter=delimiter), values):
                yield pa.Table.from_batches([batch])

    return RowFile(path, names, batches)


def _encoding(path: Path) -> str:
    """utf-8, or gb18030 (which contains GBK) where the beginning of the file is no utf-8."""
    with path.open("rb") as file:
        probe = file.read(_PROBE_BYTES)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(probe)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


@contextmanager
def _readable(path: Path, kind: str) -> Generator[None]:
    try:
        yield
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as error:
        raise DataError(f"the file is not readable as {kind}", seen=str(error), path=path) from error
