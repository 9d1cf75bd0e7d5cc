"""Whether a query looks across days: by what it says, and by what it gives when a second day is there."""

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from sqlglot import exp

from dripstone.factors.recording.outline import Outline

__all__ = ["changes_with_company", "crossings"]

_PARTITION = re.compile(r"\bpb\s*:=\s*('[^']*'|\w+)", re.IGNORECASE)
_DAYS = ("day", "part")
_COMPARISONS = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)


def crossings(outline: Outline) -> tuple[str, ...]:
    """The pieces of SQL that reach from one day into another, as written in DuckDB's spelling.

    A window without the day in its partition; an ``m_*`` function, whose partition is the instrument; a comparison
    of two dates with an offset. A day is ``date`` or any column made from it, ``date::TIME`` excepted.
    """
    found = [*_windows(outline), *_moving(outline), *_offsets(outline)]
    return tuple(dict.fromkeys(node.sql("duckdb")[:120] for node in found))


def changes_with_company(run: Callable[[Sequence[pa.Table]], pa.Table], days: Sequence[pa.Table]) -> bool:
    """Whether a query gives a day other rows when another day's bars are in the table too.

    Parameters
    ----------
    run : the query over the bars of these days.
    days : the bars of two days.
    """
    apart = pa.concat_tables([run([day]) for day in days])
    return _rows(apart) != _rows(run(days))


def _windows(outline: Outline) -> Iterator[exp.Expr]:
    for node in outline.walk(exp.Window):
        defined_elsewhere = node.args.get("alias") is not None  # OVER w; its definition is a node of its own
        if not defined_elsewhere and not any(_tells_day(key, outline) for key in node.args.get("partition_by") or ()):
            yield node


def _moving(outline: Outline) -> Iterator[exp.Expr]:
    for node in outline.walk(exp.Anonymous):
        if node.name.lower().startswith("m_"):
            given = _PARTITION.search(node.sql("duckdb"))
            names = re.findall(r"\w+", given.group(1)) if given else []
            if not any(outline.reaches.get(name.lower()) in _DAYS for name in names):
                yield node


def _offsets(outline: Outline) -> Iterator[exp.Expr]:
    for node in outline.walk(*_COMPARISONS):
        sides = [side for side in node.iter_expressions() if _mentions_day(side, outline)]
        if len(sides) > 1 and any(side.find(exp.Interval, exp.Add, exp.Sub) for side in sides):
            yield node


def _tells_day(node: exp.Expr, outline: Outline) -> bool:
    return outline.reach(node) != "time" and _mentions_day(node, outline)


def _mentions_day(node: exp.Expr, outline: Outline) -> bool:
    return any(outline.reaches.get(column.name.lower()) in _DAYS for column in node.find_all(exp.Column))


def _rows(table: pa.Table) -> list[tuple[object, ...]]:
    """The rows in an order of their own, numbers to twelve digits: sums may add up in another order."""
    columns = [_comparable(column) for column in table.columns]
    return sorted(zip(*columns, strict=True), key=repr)


def _comparable(column: pa.ChunkedArray) -> list[object]:
    if not pa.types.is_floating(column.type):
        return [str(value) for value in column.to_pylist()]
    values = np.asarray(column.to_numpy(), np.float64)
    return [f"{value:.12g}" for value in values]
