"""Results as plain data: one shape for the command line, the ledger and the report."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import isfinite

import numpy as np

__all__ = ["DAILY", "as_record"]

DAILY = {"daily": True}
"""Field metadata: this array has the days as its first axis, so a summary leaves it out."""


def as_record(value: object, *, daily: bool = True) -> object:
    """A result as JSON-able data: field names as keys, days as ISO strings, NaN as None.

    Parameters
    ----------
    value : a frozen result, or anything one holds.
    daily : False leaves the arrays by day out and keeps the numbers.

    Raises
    ------
    TypeError : a value of a kind that results do not hold.
    """
    if is_dataclass(value) and not isinstance(value, type):
        kept = [f.name for f in fields(value) if daily or not f.metadata.get("daily")]
        return {name: as_record(getattr(value, name), daily=daily) for name in kept}
    if isinstance(value, Mapping):
        return {str(key): as_record(item, daily=daily) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        items: list[object] = np.datetime_as_string(value).tolist() if value.dtype.kind == "M" else value.tolist()
        return [as_record(item) for item in items]
    if isinstance(value, list):
        return [as_record(item) for item in value]  # a row of a matrix
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"no plain form for {type(value).__name__}")
