"""What the FROM clause of a SELECT brings: its relations by name, and the columns of each as far as they are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

__all__ = ["Columns", "Names", "Source", "Sources"]

Columns: TypeAlias = Mapping[str, Sequence[str]]
"""Lower-case table name -> its columns, in order, as they are spelled."""
Names: TypeAlias = tuple[str, ...] | None
"""The names of a relation's columns, in order; None where they cannot be told without running the query."""


@dataclass(frozen=True, slots=True)
class Source:
    """One relation of a FROM clause, under the name that the SELECT calls it."""

    name: str
    columns: Names

    def has(self, column: str) -> bool:
        """Whether it has a column of this name, in any case; False where its columns are not known."""
        return self.spelled(column) is not None

    def spelled(self, column: str) -> str | None:
        """The column as the relation spells it."""
        return next((each for each in self.columns or () if each.lower() == column.lower()), None)


@dataclass(frozen=True, slots=True)
class Sources:
    """The relations of one FROM clause, in order.

    Parameters
    ----------
    merged : lower-case columns that USING or NATURAL makes one of; their name alone is not ambiguous.
    hidden : relations that only choose rows (SEMI and ANTI JOIN): ``*`` leaves them out.
    """

    sources: tuple[Source, ...]
    merged: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    def has(self, column: str) -> bool:
        """Whether one of them is known to have the column."""
        return any(source.has(column) for source in self.sources)

    def named(self, name: str) -> Source | None:
        """The relation that the SELECT calls so."""
        return next((source for source in self.sources if source.name.lower() == name.lower()), None)

    def owner(self, column: exp.Column) -> Source | None:
        """The one relation that a column comes from; None where that cannot be told."""
        if column.table:
            return self.named(column.table)
        if len(self.sources) == 1:
            return self.sources[0]
        owners = [source for source in self.sources if source.has(column.name)]
        return owners[0] if len(owners) == 1 else None

    def spelled(self, column: exp.Column) -> str:
        """The name of a column as its relation spells it."""
        owner = self.owner(column)
        return (owner.spelled(column.name) if owner else None) or column.name

    def column(self, name: str, source: Source | None = None) -> exp.Column:
        """The column of this name, with its relation where more than one may have it."""
        table = exp.to_identifier(source.name) if source is not None and len(self.sources) > 1 else None
        return exp.Column(this=exp.to_identifier(name), table=table)

    def star(self, table: str = "") -> list[tuple[str, exp.Column]] | None:
        """What ``*`` or ``table.*`` means: name -> column; None where that is not known."""
        chosen = [source for source in self.sources if not table or source.name.lower() == table.lower()]
        if not chosen or any(source.columns is None for source in chosen):
            return None
        found: list[tuple[str, exp.Column]] = []
        seen: set[str] = set()
        for source in chosen:
            for name in source.columns or ():
                merged = name.lower() in self.merged and not table
                if not (merged and name.lower() in seen) and (table or source.name not in self.hidden):
                    found.append((name, self.column(name, None if merged else source)))
                seen.add(name.lower())
        return found
