"""Find the day and the instrument of the row on which a UDF failed.

A function does not get them, so the query is run once more, after a failure only: each call of the function passes
the ``date`` and ``instrument`` of its place in the SQL behind its own arguments, and instead of the function a search
compares the arguments with those of the failed call.
"""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from typing import cast

import pyarrow as pa
from sqlglot import Token, TokenType, exp

from dripstone.dai.catalogue import aggregates
from dripstone.dai.script import Script
from dripstone.dai.udf.batch import python_rows
from dripstone.dai.udf.declaration import DaiUDF
from dripstone.dai.udf.failure import Failure
from dripstone.dai.udf.functional import FunctionNullHandling, UDFType
from dripstone.dai.udf.usage import CalledUDF, calls

__all__ = ["Search", "keyed_calls"]

_KEYS = ("date", "instrument")


class _Found(Exception):  # noqa: N818  no error: it ends the second run
    """The row is found."""


class Search:
    """A stand-in for the function of a failed call that knows the call when it sees it again."""

    def __init__(self, failure: Failure, called: CalledUDF) -> None:
        self._wanted = failure.args or ()
        self._keys: tuple[object, ...] = ()
        native = called.udf.type == UDFType.NATIVE
        udf = DaiUDF(
            called.udf.name,
            self._row if native else self._chunk,
            return_type=called.udf.returned_type(),
            type=UDFType.NATIVE if native else UDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
        types = None if called.types is None else (*called.types, None, None)
        self.called = CalledUDF(udf, types, frozenset())

    @property
    def place(self) -> dict[str, str]:
        """``date`` and ``instrument`` of the row, as far as found."""
        date, instrument = self._keys or (None, None)
        known = {"date": _day(date), "instrument": None if instrument is None else str(instrument)}
        return {name: text for name, text in known.items() if text is not None}

    def _row(self, *args: object) -> None:
        if _is_same(args[:-2], self._wanted):
            self._keys = args[-2:]
            raise _Found

    def _chunk(self, *columns: pa.ChunkedArray) -> pa.Array:
        for row in python_rows([column.combine_chunks() for column in columns]):
            self._row(*row)
        return pa.nulls(len(columns[0]))


def keyed_calls(name: str, script: Script) -> str:
    """The SQL with day and instrument behind the arguments of every call of the function, NULL where there is none."""
    sql = script.text
    texts: dict[int, str] = {}
    for statement in script.statements[len(script.made) :]:
        for call in calls(name, [statement.tree]):
            keys = ", ".join(key.sql("duckdb") for key in _keys_beside(call))
            texts[_end(call, statement.tokens)] = f", {keys}" if call.expressions else keys
    for at in sorted(texts, reverse=True):
        sql = sql[:at] + texts[at] + sql[at:]
    return sql


def _keys_beside(call: exp.Anonymous) -> Iterator[exp.Expr]:
    select = call.find_ancestor(exp.Select)
    for name in _KEYS:
        yield (_key(name, select, call) if select else None) or exp.null()


def _key(name: str, select: exp.Select, call: exp.Anonymous) -> exp.Expr | None:
    """What says the day or the instrument in the SELECT of the call: an output of that name, a group, a column."""
    outputs = [shown.unalias() for shown in select.expressions if shown.alias_or_name.lower() == name]
    if _sees_rows(call, select):
        plain = [
            shown for shown in outputs if not shown.find(exp.Window, exp.Query, exp.Star) and not _aggregates(shown)
        ]
        return plain[0].copy() if plain and call not in plain[0].walk() else _column(name, select)
    group = select.args["group"]
    groups = [_meant(item, select) for item in group.expressions]
    if group.args.get("all"):
        groups = [shown.unalias() for shown in select.expressions if not _aggregates(shown)]
    found = [shown for shown in outputs if shown in groups]
    found += [item for item in groups if any(column.name.lower() == name for column in item.find_all(exp.Column))]
    return exp.Anonymous(this="any_value", expressions=[found[0].copy()]) if found else None


def _sees_rows(call: exp.Anonymous, select: exp.Select) -> bool:
    """Whether the call is made once a row, and not once a group."""
    node: exp.Expr = call
    while node.parent is not None and node.parent is not select:
        node = node.parent
        if isinstance(node, exp.Anonymous) and node.name.lower() in aggregates():
            return True
    return select.args.get("group") is None or node.arg_key in ("where", "joins", "from_", "laterals", "group")


def _aggregates(tree: exp.Expr) -> bool:
    return any(call.name.lower() in aggregates() for call in tree.find_all(exp.Anonymous))


def _meant(item: exp.Expr, select: exp.Select) -> exp.Expr:
    """What an item of GROUP BY says: an ordinal or an alias is the output it names."""
    if isinstance(item, exp.Literal) and item.is_int:
        return select.expressions[int(item.name) - 1].unalias()
    named = [shown.unalias() for shown in select.expressions if isinstance(shown, exp.Alias)]
    aliases = [shown.alias.lower() for shown in select.expressions if isinstance(shown, exp.Alias)]
    if isinstance(item, exp.Column) and not item.table and item.name.lower() in aliases:
        return named[aliases.index(item.name.lower())]
    return item


def _column(name: str, select: exp.Select) -> exp.Expr | None:
    """The column of that name, of the first table where there are several."""
    source = select.args.get("from_")
    if source is None:
        return None
    joins = [join for join in select.args.get("joins") or () if not join.args.get("using")]
    return exp.column(name, table=source.this.alias_or_name if joins else None, quoted=True)


def _end(call: exp.Anonymous, tokens: Sequence[Token]) -> int:
    """Where the closing parenthesis of a call stands."""
    depth = 0
    for token in tokens:
        if token.start > call.meta["end"]:
            depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
            if depth == 0:
                return token.start
    raise AssertionError("a call that parsed has a closing parenthesis")


def _is_same(one: object, other: object) -> bool:
    """Equality in which NaN equals NaN."""
    if one == other:
        return True
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        pairs = zip(cast("Sequence[object]", one), cast("Sequence[object]", other), strict=False)
        return len(one) == len(other) and all(_is_same(mine, yours) for mine, yours in pairs)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and _is_same(list(one.values()), list(other.values()))
    return isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other)


def _day(value: object) -> str | None:
    """The day of a date, a moment, or a text that begins with one."""
    try:
        return dt.date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return None
