"""Which columns of a wide table a query may name: to bind the other thousands costs more than to read the rows."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyarrow as pa
from sqlglot import exp

from dripstone.dai.script import Script

__all__ = ["WIDE", "Naming", "naming_of"]

WIDE = 256
"""A table of more columns is wide."""

_ALWAYS = frozenset({"date", "instrument"})
_WHOLE = (exp.Pivot, exp.Describe, exp.Summarize)
_PLACELESS = frozenset({"natural", "positional"})


@dataclass(frozen=True, slots=True)
class Naming:
    """The columns that a query may name.

    Parameters
    ----------
    words : every word of its text and its filters, lower case.
    whole : lower-case tables of which it reads all columns; None: of all tables.
    """

    words: frozenset[str]
    whole: frozenset[str] | None

    def narrowed(self, name: str, schema: pa.Schema) -> pa.Schema:
        """The columns of that table that may be named; all of them unless the table is wide."""
        if len(schema) <= WIDE or self.whole is None or name in self.whole:
            return schema
        return pa.schema([field for field in schema if field.name.lower() in self.words])


def naming_of(script: Script, filtered: Collection[str]) -> Naming:
    """What the statements of a script name; ``filtered`` are the columns of its filters.

    A word of the text that is no name does no harm. What reads columns without naming them reads all of the table:
    ``*`` and ``COLUMNS`` in a SELECT from it, DESCRIBE, PIVOT, NATURAL JOIN, and the table's name as a value.
    """
    texts = {statement.script for statement in script.statements}
    words = frozenset(re.findall(r"\w+", " ".join(texts).lower())) | _ALWAYS | set(filtered)
    trees = [statement.tree for statement in script.statements]
    if _PLACELESS & words or any(tree.find(*_WHOLE) or _has_row_value(tree) for tree in trees):
        return Naming(words, None)
    return Naming(words, frozenset(name for tree in trees for name in _starred(tree)))


def _has_row_value(tree: exp.Expr) -> bool:
    tables = {table.alias_or_name.lower() for table in tree.find_all(exp.Table)}
    return any(not column.table and column.name.lower() in tables for column in tree.find_all(exp.Column))


def _starred(tree: exp.Expr) -> Iterator[str]:
    """The tables next to a star."""
    for star in tree.find_all(exp.Star, exp.Anonymous):
        if isinstance(star, exp.Anonymous) and star.name.lower() != "columns":
            continue
        # count(*) counts rows; QUALIFY COLUMNS(*) means the columns of the result
        if isinstance(star.parent, exp.Anonymous) and star.parent.name.lower() == "count":
            continue
        if star.find_ancestor(exp.Qualify, exp.Select).__class__ is exp.Qualify:
            continue
        yield from _read_by(star.find_ancestor(exp.Select))


def _read_by(select: exp.Select | None) -> Iterator[str]:
    arguments = select.args if select else {}
    for source in (arguments.get("from_"), *(arguments.get("joins") or ())):
        if source is not None and isinstance(source.this, exp.Table):
            yield source.this.name.lower()
