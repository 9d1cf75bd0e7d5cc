"""How the rows of a table are made of the rows of others."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from string import Formatter

import pyarrow as pa

__all__ = ["DAYS", "Recipe", "Source", "quoted"]

DAYS = "days"
"""Every recipe's SQL may read ``{days}``: ``day`` and ``number``, which counts the days of the main source."""

_CHOOSING = frozenset({"coalesce", "CASE"})
"""Words of an expression that may be known although a part of it is NULL."""

_SQL_TYPES = {pa.timestamp("us"): "TIMESTAMP", pa.float64(): "DOUBLE", pa.int64(): "BIGINT", pa.string(): "VARCHAR"}


@dataclass(frozen=True, slots=True)
class Source:
    """A table that a recipe reads.

    Parameters
    ----------
    table : its name in the lake; it may be a derived one.
    by_instrument : a filter on ``instrument`` holds for its rows as well.
    held : only rows that the lake holds itself, none made of others.
    """

    table: str
    by_instrument: bool = True
    held: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """A query over sources.

    Parameters
    ----------
    sources : name in the SQL, ``{name}`` -> table. The first is the main one: its days are those of the result.
    columns : column -> expression. A column of the table that is not here cannot be computed and is NULL.
    body : the SQL from FROM on.
    head : the CTEs before SELECT, or ''.
    joins : alias -> join that is needed only where an expression reads the alias.
    lookback_days : days of the main source read before the first one asked for, for the columns ``looking_back``.
    """

    sources: Mapping[str, Source]
    columns: Mapping[str, str]
    body: str
    head: str = ""
    joins: Mapping[str, str] = field(default_factory=dict[str, str])
    lookback_days: int = 0
    looking_back: frozenset[str] = frozenset()

    @property
    def main(self) -> Source:
        """The source whose days are those of the result."""
        return next(iter(self.sources.values()))

    def sql(self, schema: pa.Schema, empty: Collection[str] = ()) -> str:
        """The query for these columns of the table, in their order and types.

        Parameters
        ----------
        empty : sources without rows; what needs them is NULL, and nothing is joined for it.
        """
        columns = ", ".join(
            f"({self._expression(column.name, empty)})::{_SQL_TYPES[column.type]} AS {quoted(column.name)}"
            for column in schema
        )
        read = _aliases(columns)
        joins = " ".join(join for alias, join in self.joins.items() if alias in read)
        return f"{self.head} SELECT {columns} {self.body} {joins}"

    def sources_of(self, column: str) -> frozenset[str]:
        """The aliases that a column's expression reads."""
        return _aliases(self.columns.get(column, ""))

    def is_void(self, column: str, empty: Collection[str], unknown: Collection[str] = ()) -> bool:
        """Whether a column is NULL in every row, because nothing gives it or what it is computed from is NULL.

        Parameters
        ----------
        empty : sources without rows.
        unknown : columns of the main source that are NULL in every row.
        """
        if column not in self.columns:
            return True
        text, read = self.columns[column], self.sources_of(column)
        if read and read <= set(empty):
            return True
        words = frozenset(re.findall(r"\w+", text))
        return not words & _CHOOSING and bool(read & set(empty) or words & set(unknown))

    def _expression(self, column: str, empty: Collection[str]) -> str:
        return "NULL" if self.is_void(column, empty) else self.columns[column]

    def read_by(self, sql: str) -> dict[str, Source]:
        """The sources that such a query reads, the main one first."""
        named = {name for _, name, _, _ in Formatter().parse(sql)}
        return {name: source for name, source in self.sources.items() if name in named}

    def lookback(self, schema: pa.Schema) -> int:
        """Days of the main source that these columns need before the first one asked for."""
        return self.lookback_days if self.looking_back & set(schema.names) else 0


def _aliases(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b(\w+)\.", sql))


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
