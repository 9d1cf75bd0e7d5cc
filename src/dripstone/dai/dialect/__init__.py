"""The platform's functions that DuckDB lacks, as a table: name -> how it is called and what SQL it stands for.

A call is replaced by standard SQL, with windows that may stand in each other at any depth, or with a call of a
kernel over a window. What is left to do with such SQL is the translation's.
"""

from collections.abc import Mapping

from sqlglot import exp

from dripstone.dai.dialect import crosssection, indicator, neutral, rolling, scalar, series
from dripstone.dai.dialect.expansion import Expansion
from dripstone.dai.dialect.frame import frame_rows, window_rows
from dripstone.dai.dialect.key import Binding, read_keys
from dripstone.dai.dialect.row import Row
from dripstone.dai.dialect.signature import refused

__all__ = ["FUNCTIONS", "WINDOWED", "Binding", "Row", "expand"]

_MODULES = (rolling, series, crosssection, neutral, scalar, indicator)
_DUCKDB_WINDOWS = frozenset({"rank", "dense_rank", "row_number", "cume_dist", "ntile"})

FUNCTIONS: Mapping[str, Row] = {row.name: row for module in _MODULES for row in module.ROWS}
"""Lower-case name -> the function, called without an OVER of the author's."""

WINDOWED: Mapping[str, Row] = {row.name: row for module in _MODULES for row in module.WINDOWED}
"""Lower-case name -> the function, called over a window that the author writes."""


def expand(call: exp.Anonymous, binding: Binding) -> exp.Expr | None:
    """The SQL that a call stands for: a new tree to put in its place; None where the dialect has nothing to say.

    Of a call over the author's own window (``cumsum(x) OVER (...)``) it is what stands for the call, over the same
    window; the frame of that window is meant for it only where it is no kernel.

    Parameters
    ----------
    call : in its statement's tree, with its arguments expanded before. It stays as it is.
    binding : finds the columns that the windows of the function are cut and ordered by if the call does not say.

    Raises
    ------
    FactorError : the call does not fit the function; with its place, and the signature as what was expected.
    """
    name, window = call.name.lower(), _author_window(call)
    row = (FUNCTIONS if window is None else WINDOWED).get(name)
    if row is None:
        own = None if name in _DUCKDB_WINDOWS else FUNCTIONS.get(name)
        if own is not None and own.brings_windows:
            raise refused(call, f"{name} has a window of its own", expected=own.spelling, hint="leave out OVER (...)")
        return None
    arguments = {name: _with_infinity(given) for name, given in row.signature.bind(call).items()}
    if "w" in arguments:
        arguments["w"] = window_rows(arguments["w"], call)
    elif window is not None and row.looks_at_frame:
        arguments["w"] = frame_rows(window, call)
    keys = read_keys(row.signature, arguments, call, binding)
    return Expansion(row, call, arguments, keys, FUNCTIONS).tree()


def _author_window(call: exp.Anonymous) -> exp.Window | None:
    """The window that the author wrote for a call."""
    node: exp.Expr = call
    while isinstance(node.parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls) and node.arg_key == "this":
        node = node.parent
    return node.parent if isinstance(node.parent, exp.Window) and node.arg_key == "this" else None


def _with_infinity(argument: exp.Expr) -> exp.Expr:
    """A list with its bare ``inf`` as a number: edges are written ``[-inf, 70, inf]``."""
    if not isinstance(argument, exp.Array):
        return argument
    infinity = exp.cast(exp.Literal.string("inf"), "double")
    return argument.transform(lambda node: infinity.copy() if node == exp.column("inf") else node)
