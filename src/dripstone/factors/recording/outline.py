"""What a SQL text says, found without running it: its tables, its minute fields, which expressions tell the day."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from sqlglot import exp

from dripstone.dai.script import read_script
from dripstone.lake.day import BAR_FIELDS

__all__ = ["MINUTE_TABLES", "Outline"]

MINUTE_TABLES = ("cn_stock_bar1m", "cn_stock_bar1m_c")
"""The two names of the minute bars: by instrument and by day on the platform, one table here."""

Reach: TypeAlias = Literal["day", "time"]
"""What a date expression tells: which day, or only the time of day."""

_TIME_PARTS = frozenset({"hour", "minute", "second", "millisecond", "microsecond"})
_DAY_PARTS = frozenset({"year", "month", "day", "quarter", "week"})
_TIME_CODES, _DAY_CODES = frozenset("HIMSfpT"), frozenset("YymdjbBFD")
_TIME_OF_DAY = _TIME_PARTS | {"make_time"}
_DAY_OF = _DAY_PARTS | {"make_date", "date_trunc", "datetrunc", "date"}
_ONE_OF = frozenset({"max", "min", "any_value", "first", "last"})
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv)


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
                reach = _reach(node.this, known)
                if reach:
                    known.setdefault(node.alias.lower(), reach)
        return known

    def reach(self, node: exp.Expr) -> Reach | None:
        """What a date expression tells; None where it is none, or not one that is understood for certain."""
        return _reach(node, self.reaches)


def _takes_all_bars(select: exp.Expr) -> bool:
    sources = [select.args.get("from_"), *(select.args.get("joins") or [])]
    read = {source.this.name.lower() for source in sources if source is not None and isinstance(source.this, exp.Table)}
    return bool(read & set(MINUTE_TABLES)) and any(
        isinstance(node, exp.Star | exp.Columns) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))
        for node in select.expressions
    )


def _reach(node: exp.Expr, known: Mapping[str, Reach]) -> Reach | None:
    if isinstance(node, exp.Column):
        return known.get(node.name.lower())
    if isinstance(node, exp.Paren):
        return _reach(node.this, known)
    columns = list(node.find_all(exp.Column))
    if not columns or node.find(exp.Query) or any(column.name.lower() not in known for column in columns):
        return None
    if isinstance(node, exp.Cast):
        return "time" if node.to.is_type("time") else _reach(node.this, known)
    if isinstance(node, _ARITHMETIC):
        return _of_sum(node, known)
    if isinstance(node, exp.Extract):
        return _of_part(node.name)
    return _of_call(node, known) if isinstance(node, exp.Anonymous) else None


def _of_sum(node: exp.Binary, known: Mapping[str, Reach]) -> Reach | None:
    """``hour(date) * 100 + minute(date)`` tells the time; ``date - INTERVAL 1 DAY`` another day, so nothing certain."""
    if node.find(exp.Interval):
        return None
    sides = [side for side in (node.left, node.right) if side.find(exp.Column)]
    first = _reach(sides[0], known)
    return first if all(_reach(side, known) == first for side in sides) else None


def _of_call(node: exp.Anonymous, known: Mapping[str, Reach]) -> Reach | None:
    name, arguments = node.name.lower(), node.expressions
    if name in _ONE_OF:
        return _reach(arguments[0], known)
    if name in ("date_part", "datepart"):
        return _of_part(arguments[0].name)
    if name == "strftime":
        texts = [argument.name for argument in arguments if isinstance(argument, exp.Literal)]
        codes = {text[i + 1] for text in texts for i, c in enumerate(text[:-1]) if c == "%"}
        return "time" if codes <= _TIME_CODES else "day" if codes <= _DAY_CODES else None
    return "time" if name in _TIME_OF_DAY else "day" if name in _DAY_OF else None


def _of_part(name: str) -> Reach | None:
    part = name.lower()
    return "time" if part in _TIME_PARTS else "day" if part in _DAY_PARTS else None
