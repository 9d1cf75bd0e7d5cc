"""``LIMIT n BY date``: the first n rows of each group, in the order of the ORDER BY."""

from sqlglot import exp

from dripstone.dai.rewrite.block import Block
from dripstone.dai.rewrite.refusal import misplaced

__all__ = ["is_limit_by", "limit_by"]


def is_limit_by(node: exp.Expr) -> bool:
    """Whether it is a LIMIT with BY."""
    return isinstance(node, exp.Limit) and bool(node.expressions)


def limit_by(block: Block) -> bool:
    """Turn the LIMIT n BY of a SELECT into a condition of QUALIFY; whether there was one.

    Raises
    ------
    FactorError : beside DISTINCT, which comes after QUALIFY.
    """
    select = block.select
    limit = select.args.get("limit")
    if limit is None or not is_limit_by(limit):
        return False
    if select.args.get("distinct"):
        raise misplaced(limit, "LIMIT n BY does not go with DISTINCT", hint="take DISTINCT in a subquery")
    order = select.args.get("order")
    keys = [_key(key, block) for key in order.expressions] if order else []
    number = exp.Window(
        this=exp.Anonymous(this="row_number"),
        partition_by=[key.copy() for key in limit.expressions],
        order=exp.Order(expressions=keys) if keys else None,
        over="OVER",
    )
    test = exp.LTE(this=number, expression=limit.expression.copy())
    qualify = select.args.get("qualify")
    select.set("qualify", exp.Qualify(this=exp.and_(qualify.this, test, copy=False) if qualify else test))
    select.set("limit", None)
    return True


def _key(key: exp.Expr, block: Block) -> exp.Expr:
    """A key of ORDER BY as a window takes it: the name of an item means the item."""
    node, items = key.this, block.select.expressions
    if isinstance(node, exp.Literal) and not node.is_string and 0 < int(node.name) <= len(items):
        meant: exp.Expr | None = items[int(node.name) - 1].unalias()
    elif isinstance(node, exp.Column) and not node.table:
        meant = block.aliases.get(node.name.lower())
    else:
        meant = None
    if meant is None:
        return key.copy()
    value = meant.copy() if isinstance(meant, exp.Column) else block.name(meant.copy())
    return exp.Ordered(this=value, desc=key.args.get("desc"), nulls_first=key.args.get("nulls_first"))
