"""From the platform's SQL to DuckDB's: one statement at a time, its queries from the inside out.

1. Calls of the dialect's functions become standard SQL (``dialect.expand``), innermost first. An argument that holds
   a window is given a name before it is copied, so that windows in windows do not multiply.
2. Ranks, series without an order and ``LIMIT n BY`` become what the platform means by them.
3. Windows in windows, and ``QUALIFY COLUMNS(*)``, become layers (``stack``).

A statement in which none of this is to be done goes to DuckDB letter by letter.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.scope import Scope, traverse_scope

from dripstone.dai.dialect import FUNCTIONS, WINDOWED
from dripstone.dai.reading import Reading
from dripstone.dai.rewrite.block import FreshNames
from dripstone.dai.rewrite.limit import is_limit_by
from dripstone.dai.rewrite.mark import mark_author, write
from dripstone.dai.rewrite.order import SERIES
from dripstone.dai.rewrite.refusal import misplaced
from dripstone.dai.rewrite.relation import Relations
from dripstone.dai.rewrite.selection import Selection, expanded_body
from dripstone.dai.rewrite.source import Columns, Names
from dripstone.dai.rewrite.tree import is_columns
from dripstone.dai.script import Statement

__all__ = ["outputs", "translated"]

_MANY_ALIASES = 8


def translated(statement: Statement, columns: Columns, reading: Reading, own: Collection[str]) -> Statement:
    """A statement as DuckDB takes it.

    Parameters
    ----------
    columns : of the tables that are there when it runs.
    reading : how the platform is read.
    own : lower-case functions of the caller's, which stand before the dialect's of the same name.

    Raises
    ------
    FactorError : a call does not fit its function, or a window stands where none can be; with line and column.
    """
    if not any(_may_need(node, own) for node in statement.tree.walk()) and not statement.prunes:
        return statement
    tree = statement.tree.copy()
    mark_author(tree)
    for limit in tree.find_all(exp.Limit):
        if is_limit_by(limit) and not isinstance(limit.parent, exp.Select):
            raise misplaced(limit, "LIMIT n BY takes a single SELECT", hint="put the rest into a subquery")
    try:
        scopes = list(_scopes(tree))
    except OptimizeError:
        return statement  # such as one alias twice: DuckDB says what is wrong with it, and where
    relations, fresh = Relations(columns), _fresh_names(tree, columns)
    for scope in scopes:
        relations.outputs(scope)
    changed = statement.prunes
    for scope in scopes:
        if isinstance(scope.expression, exp.Select):
            hidden = reading.qualify_tests_hidden or not _is_shown(scope, tree)
            selection = Selection(scope.expression, relations.sources(scope), fresh, frozenset(own))
            changed |= selection.translate(full_frames=reading.full_frames, tests_hidden=hidden)
    if isinstance(tree, exp.Create) and not isinstance(tree.expression, exp.Query):
        changed |= expanded_body(tree, frozenset(own))
    return replace(statement, tree=tree, writing=write(tree)) if changed else statement


def outputs(statement: Statement, columns: Columns) -> Names:
    """The columns of the table or view that a statement creates; None where they cannot be told."""
    try:
        scopes = list(_scopes(statement.tree))
    except OptimizeError:
        return None
    return Relations(columns).outputs(scopes[-1]) if scopes else None


def _scopes(tree: exp.Expr) -> Iterator[Scope]:
    """The queries of a statement, each after those in it."""
    if isinstance(tree, exp.Query):
        yield from traverse_scope(tree)
        return
    for child in tree.iter_expressions():
        yield from _scopes(child)


def _is_shown(scope: Scope, tree: exp.Expr) -> bool:
    """Whether the columns of a query are those of the result, of which ``_...`` are left out."""
    while scope.parent is not None and scope.is_set_operation:
        scope = scope.parent
    return scope.is_root and isinstance(tree, exp.Query)


def _may_need(node: exp.Expr, own: Collection[str]) -> bool:
    """Whether a node can be a reason to change its statement."""
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        return name not in own and (name in FUNCTIONS or name in WINDOWED or name in SERIES or name == "columns")
    if isinstance(node, exp.Select):
        aliases = [item.alias for item in node.expressions if isinstance(item, exp.Alias)]
        return (
            len(aliases) > _MANY_ALIASES or bool(node.args.get("qualify")) or any(each[:1] == "_" for each in aliases)
        )
    return isinstance(node, exp.Window) or is_columns(node) or is_limit_by(node)


def _fresh_names(tree: exp.Expr, columns: Columns) -> FreshNames:
    names = list(tree.find_all(exp.Identifier))
    held: Sequence[str] = [name for table in columns.values() for name in table]
    taken = frozenset(name.lower() for name in [*(each.name for each in names), *held])
    return FreshNames(taken, frozenset(each.name.lower() for each in names if each.quoted))
