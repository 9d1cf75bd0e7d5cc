"""What tables there are: held, made of others, empty, or the author's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pyarrow as pa

from dripstone.arrays import Dates
from dripstone.dai.failure import nearest
from dripstone.dai.table import SAME_ROWS, LakeTables
from dripstone.dai.view import CALENDARS, calendar_rows
from dripstone.errors import DataError
from dripstone.lake.column import to_times
from dripstone.lake.schema import TABLES
from dripstone.lake.shelf import Holding

__all__ = ["KnownColumn", "KnownTable", "TableKind", "known_table", "known_tables"]

TableKind: TypeAlias = Literal["held", "derived", "empty", "yours"]

_TYPES = {pa.timestamp("us"): "TIMESTAMP", pa.float64(): "DOUBLE", pa.int64(): "BIGINT", pa.string(): "VARCHAR"}


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """A column as SQL sees it.

    Parameters
    ----------
    unit : what a number counts or a text names; '' where it is not public.
    known : False where it is NULL in every row, because nothing held gives it.
    """

    name: str
    type: str
    unit: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A table that SQL may name.

    Parameters
    ----------
    kind : "held" in the lake, "derived" from what is held, "empty", or "yours".
    about : what a row is.
    columns : empty in a list of all tables; ``column_count`` says how many there are.
    days, first_day, last_day : held or derivable; of the author's own tables rows are counted instead.
    other_names : names for the same rows.
    """

    name: str
    kind: TableKind
    about: str
    column_count: int
    days: int = 0
    first_day: str | None = None
    last_day: str | None = None
    rows: int | None = None
    other_names: tuple[str, ...] = ()
    columns: tuple[KnownColumn, ...] = ()

    @property
    def listed(self) -> bool:
        """Whether it has rows, or is one that A-share research starts from."""
        return self.kind != "empty" or bool(TABLES[self.name].key)


def known_tables(tables: LakeTables) -> list[KnownTable]:
    """Every table, without its columns: the platform's, then the author's."""
    own = {} if tables.shelf is None else tables.shelf.holdings()
    return [
        *(_summary(tables, name) for name in TABLES),
        *(_own(name, held) for name, held in own.items() if held.type in ("bdb", "view")),
    ]


def known_table(tables: LakeTables, name: str) -> KnownTable:
    """One table with its columns.

    Raises
    ------
    DataError : there is none of that name.
    """
    name = SAME_ROWS.get(name.lower(), name.lower())
    held = None if tables.shelf is None or name in TABLES else tables.shelf.find(name)
    if held is not None and held.type in ("bdb", "view"):
        return _own(name, held, columns=tuple(_own_columns(held)))
    if name not in TABLES:
        names = {*tables.sql_names(), *tables.views()}
        raise DataError("unknown table", seen=name, hint=nearest(name, names) or "dripstone tables lists them")
    return _summary(tables, name, columns=tuple(_columns(tables, name)))


def _summary(tables: LakeTables, name: str, *, columns: tuple[KnownColumn, ...] = ()) -> KnownTable:
    spec, days = TABLES[name], tables.dates(name)
    kind: TableKind = "held" if len(tables.lake.dates(name)) else "derived" if len(days) else "empty"
    if name in CALENDARS and kind == "empty":
        kind = "derived"
        days = _calendar_days(tables, name) if columns else days
    same = tuple(other for other, target in SAME_ROWS.items() if target == name)
    count = len(spec.names) - spec.dateless
    if not len(days):
        return KnownTable(name, kind, spec.about, count, other_names=same, columns=columns)
    first, last = str(days[0]), str(days[-1])
    return KnownTable(name, kind, spec.about, count, len(days), first, last, None, same, columns)


def _columns(tables: LakeTables, name: str) -> Iterator[KnownColumn]:
    spec = TABLES[name]
    void = frozenset[str]() if len(tables.lake.dates(name)) else tables.void(name)
    for column in spec.columns:
        if not (spec.dateless and column.name == "date"):
            yield KnownColumn(column.name, _TYPES[column.type], column.unit, column.name not in void)


def _calendar_days(tables: LakeTables, name: str) -> Dates:
    rows = calendar_rows(name, tables.lake.dates("all_trading_days"))
    return to_times(rows["date"]).astype("datetime64[us]").astype("datetime64[D]")


def _own(name: str, held: Holding, *, columns: tuple[KnownColumn, ...] = ()) -> KnownTable:
    if held.type == "view":
        return KnownTable(name, "yours", f"view: {' '.join(held.sql.split())}", 0)
    parts = f", in {len(held.parts)} partitions" if held.partitioning else ""
    key = f", one row a {', '.join(held.unique_together)}" if held.unique_together else ""
    return KnownTable(name, "yours", f"table{parts}{key}", len(held.schema), rows=held.rows, columns=columns)


def _own_columns(held: Holding) -> Iterator[KnownColumn]:
    if held.type == "bdb":
        yield from (KnownColumn(field.name, str(field.type)) for field in held.schema)
