"""The SQL that reads a table's rows, wherever they are, as far as the filters let them through."""

import duckdb
import pyarrow as pa
from sqlglot import exp

from dripstone.dai.filter import Filters
from dripstone.dai.table import Derived, Rows, Table
from dripstone.dai.view import quoted

__all__ = ["Reader", "literal"]

_TYPES = {"date": "TIMESTAMP", "volume": "BIGINT"}


class Reader:
    """Writes SQL for one database: Arrow tables are registered with it, files are noted.

    Parameters
    ----------
    connection : the database.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._registered = 0
        self.files: list[str] = []

    def select(self, table: Table, rows: Rows, filters: Filters) -> str:
        """A SELECT of the table's columns, in the platform's types unless the table is the author's own."""
        names = {name.lower() for name in table.schema.names}
        condition = filters.condition(names)
        where = f" WHERE {condition.sql('duckdb')}" if condition else ""
        if isinstance(rows, Derived):
            return f"SELECT * FROM ({self._made(rows, filters)}){where}"  # noqa: S608  # quoted by sqlglot
        guarded = table.own or not isinstance(rows, tuple)  # day files of the lake hold no NaN
        columns = ", ".join(_column(field, own=table.own, guarded=guarded) for field in table.schema)
        return f"SELECT {columns} FROM {self._relation(table, rows)}{where}"  # noqa: S608  # quoted here and by sqlglot

    def _made(self, rows: Derived, filters: Filters) -> str:
        chosen = filters.members.get("instrument")
        some = Filters(members={"instrument": chosen}) if chosen else Filters()
        parts = {
            name: f"({self.select(table, part, some if by_instrument else Filters())})"
            for name, (table, part, by_instrument) in rows.parts.items()
        }
        return rows.sql.format(**parts)

    def _relation(self, table: Table, rows: pa.Table | tuple[object, ...]) -> str:
        if isinstance(rows, tuple) and rows:
            files = [str(path) for path in rows]
            self.files += files
            return f"read_parquet({literal(files)}, hive_partitioning = false)"
        held = table.schema.empty_table() if isinstance(rows, tuple) else rows
        self._registered += 1
        name = f"rows {self._registered}"
        self._connection.register(name, held)
        return quoted(name)


def literal(value: object) -> str:
    """A value as SQL writes it."""
    return exp.convert(value).sql("duckdb")


def _column(field: pa.Field, *, own: bool, guarded: bool) -> str:
    """A column as the platform types it: ``date`` a TIMESTAMP without zone, ``volume`` a BIGINT; guarded, NaN is NULL.

    The guard costs the optimiser so much that the widest tables would take a minute.
    """
    name = text = quoted(field.name)
    if guarded and pa.types.is_floating(field.type):
        # not nullif: a Parquet file's statistics leave NaN out, and DuckDB takes the comparison to be false by them
        text = f"CASE WHEN NOT isnan({text}) THEN {text} END"
    if field.name in _TYPES and not own:
        text = f"{text}::{_TYPES[field.name]}"
    return f"{text} AS {name}"
