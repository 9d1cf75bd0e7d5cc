"""Frames that an author writes out, read as full windows (``Reading.full_frames``)."""

from sqlglot import exp

from dripstone.dai.catalogue import aggregates

__all__ = ["filled"]


def filled(window: exp.Window) -> exp.Expr | None:
    """An aggregate over ``ROWS n PRECEDING``, NULL where rows are missing or NULL; None for any other window."""
    call, spec = window.this, window.args.get("spec")
    if (
        not isinstance(call, exp.Anonymous)
        or call.name.lower() not in aggregates()
        or not isinstance(spec, exp.WindowSpec)
    ):
        return None
    rows = spec.args.get("start")
    ends_here = spec.args.get("end") in (None, "CURRENT ROW") and not spec.args.get("exclude")
    if str(spec.args.get("kind")).upper() != "ROWS" or not isinstance(rows, exp.Literal) or not ends_here:
        return None
    tests = [_counts(window, given, int(rows.name) + 1) for given in call.expressions if given.find(exp.Column)]
    if not tests:
        return None
    return exp.Case(ifs=[exp.If(this=exp.and_(*tests, copy=False), true=window.copy())])


def _counts(window: exp.Window, given: exp.Expr, rows: int) -> exp.Expr:
    counted = window.copy()
    counted.set("this", exp.Anonymous(this="count", expressions=[given.copy()]))
    return exp.EQ(this=counted, expression=exp.Literal.number(rows))
