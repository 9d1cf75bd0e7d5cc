"""Pieces of SQL that the dialect itself spells, as syntax trees."""

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError

from dripstone.dai.grammar import GRAMMAR

__all__ = ["read_expressions"]


def read_expressions(text: str) -> Sequence[exp.Expr]:
    """The expressions of a list, without places in the text, which nobody looks at; none where it does not parse."""
    try:
        tree = GRAMMAR.parse("SELECT " + text)[0]
    except SqlglotError:
        return ()
    if not isinstance(tree, exp.Select):
        return ()
    for node in tree.walk():
        node.meta.clear()
    return tree.expressions
