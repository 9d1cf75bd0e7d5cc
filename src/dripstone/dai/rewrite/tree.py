"""Small questions about syntax trees, and how to build one from another."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlglot import exp
from sqlglot.optimizer.scope import walk_in_scope

from dripstone.dai.catalogue import aggregates
from dripstone.dai.grammar import GRAMMAR

__all__ = [
    "closed",
    "find_inside",
    "is_aggregate",
    "is_columns",
    "is_kernel",
    "is_query",
    "of_call",
    "parse_query",
    "rebuilt",
    "written",
]

E = TypeVar("E", bound=exp.Expr)

_AROUND_CALL = (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)
_CLOSED = (
    exp.Column,
    exp.Literal,
    exp.Null,
    exp.Boolean,
    exp.Placeholder,
    exp.Parameter,
    exp.Paren,
    exp.Anonymous,
    exp.Case,
    exp.Cast,
    exp.Subquery,
)


def rebuilt(node: exp.Expr, step: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """A node of the same kind over what ``step`` makes of its children."""
    args: dict[str, object] = {}
    for key, value in node.args.items():
        if isinstance(value, list):
            args[key] = [step(each) if isinstance(each, exp.Expr) else each for each in value]
        else:
            args[key] = step(value) if isinstance(value, exp.Expr) else value
    new = type(node)(**args)
    new.meta.update(node.meta)
    return new


def of_call(node: exp.Expr, step: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """The call that a window is of, with its FILTER and the like, over what ``step`` makes of its arguments."""
    if not isinstance(node, _AROUND_CALL):
        return rebuilt(node, step)
    return rebuilt(node, lambda child: of_call(child, step) if child is node.this else step(child))


def find_inside(node: exp.Expr, *kinds: type[E]) -> Iterator[E]:
    """The nodes of these kinds in a SELECT or an expression, those of queries within it left out."""
    return (each for each in walk_in_scope(node) if isinstance(each, kinds))


def is_aggregate(node: exp.Expr) -> bool:
    """Whether it is a call of an aggregate, with its FILTER and the like, that is not a window's."""
    while isinstance(node, _AROUND_CALL):
        node = node.this
    if not isinstance(node, exp.Anonymous) or node.name.lower() not in aggregates():
        return False
    around = node.parent
    while isinstance(around, _AROUND_CALL):
        around = around.parent
    return not (isinstance(around, exp.Window) and around.this.find(exp.Anonymous) is node)


def is_kernel(window: exp.Expr) -> bool:
    """Whether a window is worked out by a kernel: over the whole partition at once, in Python."""
    return (
        isinstance(window, exp.Window)
        and isinstance(window.this, exp.Anonymous)
        and window.this.name.startswith("kernel_")
    )


def is_columns(node: exp.Expr) -> bool:
    """Whether it is ``COLUMNS(...)``, which stands for several columns."""
    return isinstance(node, exp.Columns) or (isinstance(node, exp.Anonymous) and node.name.lower() == "columns")


def is_query(node: object) -> bool:
    """Whether it is a query, in parentheses or not."""
    return isinstance(node, exp.Query)


def closed(node: exp.Expr) -> exp.Expr:
    """The node, in parentheses where it could not stand anywhere without."""
    return node if isinstance(node, _CLOSED) else exp.Paren(this=node)


def written(node: exp.Expr) -> str:
    """The node as SQL."""
    return GRAMMAR.generate(node, comments=False, normalize_functions=False)


def parse_query(sql: str) -> exp.Query:
    """The tree of a query that the translation itself has written."""
    (tree,) = GRAMMAR.parse(sql)
    if not isinstance(tree, exp.Query):
        raise TypeError(f"no query: {sql}")
    return tree
