"""What a date expression tells of a row: its trading day, something of the day, or only the time of day."""

import re
from collections.abc import Callable
from typing import Literal, TypeAlias

from sqlglot import exp

__all__ = ["Known", "Reach", "reach_of"]

Reach: TypeAlias = Literal["day", "part", "time"]
"""``day``: rows with equal values are of one day, and later days have larger values; ``part``: such as the month, which
several days share, or nothing known for certain but that it is made of days; ``time``: only the time of day."""

Known: TypeAlias = Callable[[exp.Column], Reach | None]
"""What a column tells; None where it is no date."""

_TIME_PARTS = frozenset({"hour", "minute", "second", "millisecond", "microsecond"})
_DAY_PARTS = frozenset({"year", "month", "day", "quarter", "week"})
_TIME_CODES, _DAY_CODES = frozenset("HIMSfpT"), frozenset("YymdjbBFD")
_TIME_OF_DAY = _TIME_PARTS | {"make_time"}
_DAY_OF = _DAY_PARTS | {"make_date"}
_ONE_OF = frozenset({"max", "min", "any_value", "first", "last"})
_WITHIN_DAY = frozenset({"day", *_TIME_PARTS})
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv)
_WHOLE_DAY_TEXT = re.compile(r"%Y-%m-%d|%Y%m%d|%F")
_KEEPING = frozenset(
    (
        *(exp.DType.DATE, exp.DType.DATETIME, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ),
        *(exp.DType.TIMESTAMP_S, exp.DType.TIMESTAMP_MS, exp.DType.TIMESTAMP_NS),
        *(exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.INT, exp.DType.BIGINT),
    )
)
"""A cast to one of these keeps the day; FLOAT would round 20240102, TIMESTAMPTZ depends on the zone."""


def reach_of(node: exp.Expr, known: Known) -> Reach | None:
    """What an expression tells; None where it is no date, or not one that is understood for certain.

    Parameters
    ----------
    known : what its columns tell.
    """
    if isinstance(node, exp.Column):
        return known(node)
    if isinstance(node, exp.Paren):
        return reach_of(node.this, known)
    columns = list(node.find_all(exp.Column))
    if not columns or node.find(exp.Query) or any(known(column) is None for column in columns):
        return None
    if isinstance(node, exp.Cast):
        return _of_cast(node, known)
    if isinstance(node, _ARITHMETIC):
        return _of_sum(node, known)
    if isinstance(node, exp.Extract):
        return _of_part(node.name)
    return _of_call(node, known) if isinstance(node, exp.Anonymous) else None


def _of_cast(node: exp.Cast, known: Known) -> Reach | None:
    if node.to.is_type("time"):
        return "time"
    reach = reach_of(node.this, known)
    kept = node.to.this in _KEEPING and not isinstance(node, exp.TryCast)  # TRY_CAST(date AS INT) is NULL
    return reach if reach != "day" or kept else "part"


def _of_sum(node: exp.Binary, known: Known) -> Reach | None:
    """``hour(date) * 100 + minute(date)`` tells the time; ``date - INTERVAL 1 DAY`` another day, so nothing certain."""
    if node.find(exp.Interval):
        return None
    sides = [reach_of(side, known) for side in (node.left, node.right) if side.find(exp.Column)]
    if any(side is None or (side == "time") != (sides[0] == "time") for side in sides):
        return None
    return "time" if sides[0] == "time" else "part"


def _of_call(node: exp.Anonymous, known: Known) -> Reach | None:
    name, arguments = node.name.lower(), node.expressions
    if name in (*_ONE_OF, "date"):
        return reach_of(arguments[0], known) if len(arguments) == 1 else None
    if name in ("date_part", "datepart"):
        return _of_part(arguments[0].name)
    if name == "strftime":
        return _of_text(node, known)
    if name in ("date_trunc", "datetrunc"):
        return reach_of(arguments[-1], known) if arguments[0].name.lower() in _WITHIN_DAY else "part"
    return "time" if name in _TIME_OF_DAY else "part" if name in _DAY_OF else None


def _of_text(node: exp.Anonymous, known: Known) -> Reach | None:
    text = next((given.name for given in node.expressions if isinstance(given, exp.Literal)), "")
    if _WHOLE_DAY_TEXT.match(text) and reach_of(node.expressions[0], known) == "day":
        return "day"
    codes = {text[i + 1] for i, character in enumerate(text[:-1]) if character == "%"}
    return "time" if codes <= _TIME_CODES else "part" if codes <= _DAY_CODES else None


def _of_part(name: str) -> Reach | None:
    part = name.lower()
    return "time" if part in _TIME_PARTS else "part" if part in _DAY_PARTS else None
