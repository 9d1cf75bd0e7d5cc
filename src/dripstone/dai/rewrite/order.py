"""Aggregates whose value depends on the order of rows: in order of time where their author gives none."""

from sqlglot import exp

from dripstone.dai.rewrite.source import Sources

__all__ = ["SERIES", "is_series", "put_in_order"]

SERIES = frozenset({"array_agg", "first", "last", "list"})
"""Aggregates whose value depends on the order of rows."""
_SETTLED = (exp.Order, exp.Distinct, exp.IgnoreNulls)


def is_series(call: exp.Anonymous) -> bool:
    """Whether a call depends on the order of rows and says nothing of it; a window has its own order."""
    outside = call.parent.parent if isinstance(call.parent, exp.Filter) else call.parent
    settled = any(isinstance(given, _SETTLED) for given in call.expressions) or isinstance(outside, exp.Window)
    return call.name.lower() in SERIES and bool(call.expressions) and not settled


def put_in_order(call: exp.Anonymous, sources: Sources) -> bool:
    """Order the rows of a call by ``date``, if all its columns come from one relation that has it; whether it did so.

    Rows reach an aggregate in any order when several threads read.
    """
    owners = {owner.name if owner else None for owner in map(sources.owner, call.find_all(exp.Column))}
    name = owners.pop() if len(owners) == 1 else None
    source = sources.named(name) if name else None
    if source is None or not source.has("date"):
        return False
    key = exp.Ordered(this=sources.column(source.spelled("date") or "date", source))
    *before, value = call.expressions
    call.set("expressions", [*before, exp.Order(this=value, expressions=[key])])
    return True
