"""What the platform's SQL means beyond DuckDB's, as a table: function -> the text to put into its calls.

Settings of the database do the rest: division by zero is NULL, NULLs sort first, ``x -> ...`` is a lambda.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeAlias

from sqlglot import TokenType, exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.scope import Scope, traverse_scope

from dripstone.dai.script import Edit, Statement

__all__ = ["translate"]

Columns: TypeAlias = Mapping[str, Collection[str]]
"""Lower-case table name -> its lower-case columns."""
Rule: TypeAlias = Callable[[exp.Anonymous, Scope, Columns], str]
"""Call, its scope and the known tables -> the text to put before the call's closing parenthesis, or ''."""


def translate(statement: Statement, columns: Columns) -> Statement:
    """The statement with what the dialect adds; unchanged where it adds nothing."""
    try:
        texts = [
            (call, _RULES[call.name.lower()](call, scope, columns))
            for scope in traverse_scope(statement.tree)
            for call in scope.find_all(exp.Anonymous)
            if call.name.lower() in _RULES
        ]
    except OptimizeError:
        return statement  # such as one alias twice: DuckDB says what is wrong with it, and where
    return replace(statement, edits=tuple(Edit(_end(call, statement), text) for call, text in texts if text))


def _by_date(call: exp.Anonymous, scope: Scope, columns: Columns) -> str:
    """Rows reach an aggregate in any order when several threads read; a series is meant to be in order of time."""
    outside = call.parent.parent if isinstance(call.parent, exp.Filter) else call.parent
    settled = any(isinstance(given, exp.Order | exp.Distinct | exp.IgnoreNulls) for given in call.expressions)
    if settled or isinstance(outside, exp.Window):
        return ""
    sources = {name: _columns(source, columns) for name, (_, source) in scope.selected_sources.items()}
    owners = {_owner(column, sources) for column in call.find_all(exp.Column)}
    owner = owners.pop() if len(owners) == 1 else None
    if owner is None or "date" not in sources[owner]:
        return ""
    return " ORDER BY " + exp.column("date", table=owner or None, quoted=True).sql("duckdb")


def _owner(column: exp.Column, sources: Columns) -> str | None:
    """The one source, by its name in the scope, that a column comes from; None where that cannot be told."""
    if column.table:
        owners = [name for name in sources if name.lower() == column.table.lower()]
    elif len(sources) == 1:
        owners = list(sources)
    else:
        owners = [name for name, names in sources.items() if column.name.lower() in names]
    return owners[0] if len(owners) == 1 else None


def _columns(source: exp.Expr | Scope, columns: Columns) -> Collection[str]:
    """The lower-case columns of a table or a subquery, as far as known."""
    if not isinstance(source, Scope):
        return columns.get(source.name.lower(), ())
    if source.set_operation_scopes:
        return _columns(source.set_operation_scopes[0], columns)
    names = {name.lower() for name in getattr(source.expression, "named_selects", ())}
    if "*" in names:
        names.update(*(_columns(inner, columns) for _, inner in source.selected_sources.values()))
    return names


def _end(call: exp.Anonymous, statement: Statement) -> int:
    """Where the closing parenthesis of a call stands in the script."""
    depth = 0
    for token in statement.tokens:
        if token.start > call.meta["end"]:
            depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
            if depth == 0:
                return token.start
    raise AssertionError("a call that parsed has a closing parenthesis")


_RULES: Mapping[str, Rule] = {
    "array_agg": _by_date,
    "first": _by_date,
    "last": _by_date,
    "list": _by_date,
}
