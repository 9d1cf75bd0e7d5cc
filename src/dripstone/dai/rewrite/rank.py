"""Ranks as the platform counts them: a row without a value has none, and takes no place from the others.

rank() is DOUBLE and NULL where a key of its order is NULL. percent_rank() is the rank divided by the number of rows
that have one, from just above 0 to 1.
"""

from sqlglot import exp

from dripstone.dai.rewrite.block import Block
from dripstone.dai.rewrite.tree import closed

__all__ = ["ranked"]

_RANKS = frozenset({"rank", "percent_rank"})
_RANKED = "ranked"


def ranked(window: exp.Window, block: Block) -> exp.Expr | None:
    """What a window of rank() or percent_rank() means; None for any other."""
    call, order = window.this, window.args.get("order")
    if not isinstance(call, exp.Anonymous) or call.name.lower() not in _RANKS or call.expressions:
        return None
    if order is None or window.meta.get(_RANKED):
        return None
    for key in order.expressions:
        if key.this.find(exp.Window):
            key.set("this", block.name(key.this.copy()))
    values = [key.this for key in order.expressions if not isinstance(key.this, exp.Literal)]
    if not values:
        return None
    held = exp.and_(*(closed(value.copy()).is_(exp.null()).not_() for value in values), copy=False)
    place = _over(window, exp.Anonymous(this="rank"), _last_without(order, held, values))
    place.meta[_RANKED] = True
    rank: exp.Expr = exp.cast(place, "double", copy=False)
    if call.name.lower() == "percent_rank":
        counted = exp.Anonymous(this="count", expressions=[values[0].copy()])
        if len(values) > 1:
            counted = exp.Anonymous(this="count_if", expressions=[held.copy()])
        rank = exp.Div(this=rank, expression=_over(window, counted, None))
    return exp.Case(ifs=[exp.If(this=held, true=rank)])


def _over(window: exp.Window, call: exp.Expr, order: exp.Order | None) -> exp.Window:
    keys = [key.copy() for key in window.args.get("partition_by") or ()]
    return exp.Window(this=call, partition_by=keys or None, order=order, over="OVER")


def _last_without(order: exp.Order, held: exp.Expr, values: list[exp.Expr]) -> exp.Order:
    """The same order with the rows that have no rank at its end, where they push back no other."""
    keys = [key.copy() for key in order.expressions]
    if len(values) == 1:
        for key in keys:
            key.args["nulls_first"] = False
        return exp.Order(expressions=keys)
    return exp.Order(expressions=[exp.Ordered(this=exp.Paren(this=held.copy()), desc=True), *keys])
