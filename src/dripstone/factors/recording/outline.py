"""What a SQL text says, found without running it: its tables, its minute fields, which expressions tell the day."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from sqlglot import exp

from dripstone.dai.script import read_script
from dripstone.dai.split.reach import Reach, reach_of
from dripstone.lake.day import BAR_FIELDS

__all__ = ["MINUTE_TABLES", "Outline"]

MINUTE_TABLES = ("cn_stock_bar1m", "cn_stock_bar1m_c")
"""The two names of the minute bars: by instrument and by day on the platform, one table here."""


class Outline:
    """One SQL text, parsed.

    Raises
    ------
    FactorError : it does not parse (with line and column), or asks for what a query may not do.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.script = read_script(text)

    def walk(self, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
        """Every node of these kinds, of all statements in the text."""
        for statement in self.script.statements:
            yield from statement.tree.find_all(*kinds)

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The tables that are read and not made in the text itself, lower case."""
        made = {statement.created for statement in self.script.statements}
        return tuple(name for name in self.script.reads() if name not in made)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The minute fields whose names appear, or all of them under ``SELECT *`` of the minute bars; at least one."""
        if any(_takes_all_bars(select) for select in self.walk(exp.Select)):
            return BAR_FIELDS
        named = {node.name.lower() for node in self.walk(exp.Column)}
        found = tuple(name for name in BAR_FIELDS if name in named)
        return found if set(found) - {"adjust_factor"} else ("close", *found)  # a row is there where a price is

    @cached_property
    def reaches(self) -> Mapping[str, Reach]:
        """Column names that tell a day or a time of day: ``date``, and whatever is named from it."""
        known: dict[str, Reach] = {"date": "day"}
        aliases = [node for node in self.walk(exp.Alias) if node.alias]
        size = 0
        while size != len(known):
            size = len(known)
            for node in aliases:
                reach = reach_of(node.this, lambda column: known.get(column.name.lower()))
                if reach:
                    known.setdefault(node.alias.lower(), reach)
        return known

    def reach(self, node: exp.Expr) -> Reach | None:
        """What a date expression tells; None where it is none, or not one that is understood for certain."""
        return reach_of(node, lambda column: self.reaches.get(column.name.lower()))


def _takes_all_bars(select: exp.Expr) -> bool:
    sources = [select.args.get("from_"), *(select.args.get("joins") or [])]
    read = {source.this.name.lower() for source in sources if source is not None and isinstance(source.this, exp.Table)}
    return bool(read & set(MINUTE_TABLES)) and any(
        isinstance(node, exp.Star | exp.Columns) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))
        for node in select.expressions
    )
