"""How many rows a window spans: as a call gives it, as the author's OVER says it, as a frame is written."""

import math

from sqlglot import exp

from dripstone.dai.dialect.signature import refused

__all__ = ["frame_rows", "rolling_frame", "whole", "window_rows"]


def whole(given: exp.Expr) -> exp.Expr:
    """A number without its fraction, rounded down: of a literal now, else when the query runs."""
    written = given.this if isinstance(given, exp.Neg) else given
    if isinstance(written, exp.Literal) and not written.is_string:
        value = float(written.name)
        return exp.convert(math.floor(value if written is given else -value))
    return exp.cast(exp.Anonymous(this="floor", expressions=[given.copy()]), "bigint")


def window_rows(given: exp.Expr, call: exp.Anonymous) -> exp.Expr:
    """The number of rows that a call gives for its window, without a fraction.

    Raises
    ------
    FactorError : it is written as a number less than 1, or as a text or NULL.
    """
    rows = whole(given)
    unfit = isinstance(given, exp.Null | exp.Boolean) or (isinstance(given, exp.Literal) and given.is_string)
    if unfit or isinstance(rows, exp.Neg) or (isinstance(rows, exp.Literal) and int(rows.name) < 1):
        raise refused(call, f"{call.name} needs a window of at least one row", seen=given)
    return rows


def frame_rows(window: exp.Window, call: exp.Anonymous) -> exp.Expr:
    """The number of rows in the frame of the window that the author wrote for a call.

    Raises
    ------
    FactorError : the frame is none of so many rows up to the current one.
    """
    frame: dict[str, exp.Expr | str | None] = dict((_spec(window) or exp.WindowSpec()).args)
    before, end = frame.get("start"), frame.get("end") or "CURRENT ROW"
    ends_here = (str(frame.get("kind")).upper(), str(end).upper()) == ("ROWS", "CURRENT ROW")
    if not ends_here or not isinstance(before, exp.Expr):
        raise refused(call, f"{call.name} needs a number of rows to look at", expected="OVER (... ROWS 19 PRECEDING)")
    if isinstance(before, exp.Literal):
        return exp.convert(int(before.name) + 1)
    return exp.Add(this=exp.paren(before), expression=exp.convert(1))


def rolling_frame(rows: exp.Expr) -> exp.WindowSpec:
    """The last so many rows, the current one included."""
    if isinstance(rows, exp.Literal):
        before = exp.convert(int(rows.name) - 1)
    else:
        before = exp.Sub(this=rows.copy(), expression=exp.convert(1))
    return exp.WindowSpec(kind="ROWS", start=before, start_side="PRECEDING", end="CURRENT ROW")


def _spec(window: exp.Window) -> exp.WindowSpec | None:
    """The frame of a window, or of the named one that it refers to."""
    spec = window.args.get("spec")
    select = window.find_ancestor(exp.Select)
    if spec is None and window.alias and select is not None:
        for named in select.args.get("windows") or ():
            if named.name.lower() == window.alias.lower():
                return _spec(named)
    return spec
