"""Errors about a piece of SQL, at its place in the text as its author wrote it."""

from sqlglot import exp

from dripstone.dai.rewrite.tree import written
from dripstone.errors import FactorError

__all__ = ["misplaced"]


def misplaced(node: exp.Expr, what: str, *, hint: str = "") -> FactorError:
    """An error about a piece of SQL that cannot be where it is; its place is the first that is marked in it."""
    marks = [each.meta for each in node.walk() if "at" in each.meta]
    mark = min(marks, key=lambda meta: meta["at"], default={})
    return FactorError(what, seen=written(node), hint=hint, line=mark.get("line"), column=mark.get("column"))
