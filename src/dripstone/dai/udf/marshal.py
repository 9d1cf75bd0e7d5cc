"""Values between DuckDB's and plain Python ones, one at a time: what a NATIVE function gets and may return."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

import duckdb
import numpy as np

from dripstone.errors import FactorError

__all__ = ["plain", "returned", "shape_check"]


def plain(value: object) -> object:
    """Decimals as floats, at any depth; a list of plain numbers is passed as it is."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        first = next((item for item in value if item is not None), None)
        return [plain(item) for item in value] if isinstance(first, Decimal | list | tuple | dict) else value
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def returned(value: object) -> object:
    """numpy, pandas and NamedTuple values as the Python ones that DuckDB takes, at any depth."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list):
        return [returned(item) for item in value]
    if isinstance(value, tuple):
        return tuple(map(returned, value))
    if isinstance(value, dict):
        return {key: returned(item) for key, item in value.items()}
    to_list = getattr(value, "to_list", None)  # a Series of pandas or polars
    return returned(to_list()) if callable(to_list) else value


def shape_check(sql_type: str) -> Callable[[object], None]:
    """A function that raises a FactorError for a value which can be no value of the type: a list for a number."""
    kind = duckdb.sqltype(sql_type)
    if kind.id == "struct":
        fields = tuple(str(name).lower() for name, _ in kind.children)
        return partial(_check_struct, fields=fields, sql_type=sql_type)
    wanted = {"list": (list, tuple), "array": (list, tuple), "map": (dict,)}.get(kind.id)
    return partial(_check_container, wanted=wanted, sql_type=sql_type)


def _check_struct(value: object, *, fields: tuple[str, ...], sql_type: str) -> None:
    match value:
        case None:
            return
        case tuple() | list():
            fits = len(value) == len(fields)
        case Mapping():
            fits = {str(key).lower() for key in value} == set(fields)
        case _:
            fits = False
    if not fits:
        raise FactorError(
            "the function returned no value of its return type",
            seen=value,
            expected=f"a tuple of {len(fields)} or a dict of {', '.join(fields)}: {sql_type}",
        )


def _check_container(value: object, *, wanted: tuple[type, ...] | None, sql_type: str) -> None:
    if value is None:
        return
    if not isinstance(value, wanted) if wanted else isinstance(value, list | tuple | dict):
        expected = f"one value of {sql_type}" if wanted is None else f"a {wanted[0].__name__}: {sql_type}"
        raise FactorError("the function returned no value of its return type", seen=value, expected=expected)
