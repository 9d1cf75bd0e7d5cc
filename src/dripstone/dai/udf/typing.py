"""SQL types, as they are written for a UDF: names to import, text, or Python annotations."""

import dataclasses
import datetime as dt
import types
import typing
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableSequence, Sequence
from typing import Any

import duckdb
import numpy as np
from duckdb.sqltypes import DuckDBPyType
from sqlglot import exp

from dripstone.errors import FactorError

__all__ = [
    "BIGINT",
    "BIT",
    "BLOB",
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "FLOAT",
    "HUGEINT",
    "INTEGER",
    "INTERVAL",
    "SMALLINT",
    "SQLNULL",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "TIMESTAMP_S",
    "TIMESTAMP_TZ",
    "TIME_TZ",
    "TINYINT",
    "UBIGINT",
    "UINTEGER",
    "USMALLINT",
    "UTINYINT",
    "UUID",
    "VARCHAR",
    "DaiType",
]


class DaiType(str):
    """A SQL type by its name. Plain text says the same: ``DOUBLE`` is ``"DOUBLE"``."""

    __slots__ = ()


BIGINT = DaiType("BIGINT")
BIT = DaiType("BIT")
BLOB = DaiType("BLOB")
BOOLEAN = DaiType("BOOLEAN")
DATE = DaiType("DATE")
DOUBLE = DaiType("DOUBLE")
FLOAT = DaiType("FLOAT")
HUGEINT = DaiType("HUGEINT")
INTEGER = DaiType("INTEGER")
INTERVAL = DaiType("INTERVAL")
SMALLINT = DaiType("SMALLINT")
SQLNULL = DaiType("NULL")
TIME = DaiType("TIME")
TIMESTAMP = DaiType("TIMESTAMP")
TIMESTAMP_MS = DaiType("TIMESTAMP_MS")
TIMESTAMP_NS = DaiType("TIMESTAMP_NS")
TIMESTAMP_S = DaiType("TIMESTAMP_S")
TIMESTAMP_TZ = DaiType("TIMESTAMP WITH TIME ZONE")
TIME_TZ = DaiType("TIME WITH TIME ZONE")
TINYINT = DaiType("TINYINT")
UBIGINT = DaiType("UBIGINT")
UINTEGER = DaiType("UINTEGER")
USMALLINT = DaiType("USMALLINT")
UTINYINT = DaiType("UTINYINT")
UUID = DaiType("UUID")
VARCHAR = DaiType("VARCHAR")

_LISTS = (list, Sequence, MutableSequence, Collection, Iterable, Iterator)
_READ_BY_DUCKDB: Mapping[object, DaiType] = {
    float: DOUBLE,
    int: BIGINT,
    str: VARCHAR,
    bool: BOOLEAN,
    bytes: BLOB,
    np.float64: DOUBLE,
    np.float32: FLOAT,
    np.int64: BIGINT,
    np.int32: INTEGER,
    np.int16: SMALLINT,
    np.int8: TINYINT,
    np.uint64: UBIGINT,
    np.uint32: UINTEGER,
    np.uint16: USMALLINT,
    np.uint8: UTINYINT,
    np.bool_: BOOLEAN,
}
_PLAIN: Mapping[object, DaiType] = {
    **_READ_BY_DUCKDB,
    dt.date: DATE,
    dt.datetime: TIMESTAMP,
    dt.time: TIME,
    dt.timedelta: INTERVAL,
    np.datetime64: TIMESTAMP,
    uuid.UUID: UUID,
}
_EXAMPLES = '"double", "double[]", "struct<a:double, b:double>", float or list[float]'


def sql_type(given: object) -> str:
    """The type as DuckDB writes it.

    Parameters
    ----------
    given : DuckDB's spelling (``"double[]"``, ``"STRUCT(a DOUBLE)"``), the platform's (``"list<double>"``,
        ``"struct<a:double, b:double>"``), a name of this module, a type of DuckDB's, or an annotation: float,
        ``list[float]``, ``Iterable[float]``, ``NDArray[np.float64]``, ``Optional[float]``, a NamedTuple, a dataclass.
        A bare ``np.ndarray`` is a list of DOUBLE.

    Raises
    ------
    FactorError : it is none of these.
    """
    text = _spelled(given) if isinstance(given, str) else annotated_type(given)
    try:
        if text is not None:
            return str(duckdb.sqltype(text))
    except duckdb.Error as error:
        what = str(error).partition("\n")[0].partition(" Error: ")[2]
        raise FactorError("unknown SQL type", seen=given, expected=f"such as {_EXAMPLES}", hint=what) from None
    raise FactorError("unknown SQL type", seen=given, expected=f"such as {_EXAMPLES}")


def annotated_type(given: Any) -> str | None:
    """The SQL type that a Python annotation says, or None where it says none."""
    given = _without_none(given)
    origin, inner = typing.get_origin(given), typing.get_args(given)
    if origin is typing.Annotated:
        return annotated_type(inner[0])
    if given is np.ndarray:
        return "DOUBLE[]"
    if origin is np.ndarray:
        return _list_of(typing.get_args(inner[-1])[:1])
    if origin in _LISTS or (origin is tuple and inner[1:] == (Ellipsis,)):
        return _list_of(inner[:1])
    if origin in (dict, Mapping):
        key, value = map(annotated_type, inner)
        return f"MAP({key}, {value})" if key and value else None
    if isinstance(given, type) and _has_fields(given):
        return _struct([(name, annotated_type(hint)) for name, hint in typing.get_type_hints(given).items()])
    return _leaf(given)


def cast_type(annotation: Any) -> str | None:
    """The SQL type that DuckDB casts an argument of this annotation to, or None where it takes it as it is.

    It reads builtins, numpy scalars, ``list[...]`` and ``dict[...]``, and passes over everything else, such as
    ``List[float]``.
    """
    annotation = _without_none(annotation)
    if isinstance(annotation, types.GenericAlias):
        return annotated_type(annotation) if annotation.__origin__ in (list, dict) else None
    return _leaf(annotation, _READ_BY_DUCKDB)


def _leaf(given: object, known: Mapping[object, DaiType] = _PLAIN) -> str | None:
    if isinstance(given, DaiType | DuckDBPyType):
        return str(given)
    return known.get(given) if isinstance(given, type) else None


def _without_none(annotation: Any) -> Any:
    """``float`` for ``Optional[float]``."""
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation
    members = [member for member in typing.get_args(annotation) if member is not type(None)]
    return members[0] if len(members) == 1 else annotation


def _has_fields(given: type) -> bool:
    named = issubclass(given, tuple) and hasattr(given, "_fields")
    return named or typing.is_typeddict(given) or dataclasses.is_dataclass(given)


def _list_of(inner: Sequence[object]) -> str | None:
    element = annotated_type(inner[0]) if inner and inner[0] is not Any else None
    return None if element is None else f"{element}[]"


def _struct(fields: Sequence[tuple[str, str | None]]) -> str | None:
    if not fields or any(text is None for _, text in fields):
        return None
    return "STRUCT(" + ", ".join(f"{exp.to_identifier(name, quoted=True).sql()} {text}" for name, text in fields) + ")"


def _spelled(text: str) -> str | None:
    """The platform's ``list<...>``, ``struct<...>`` and ``map<...>`` in DuckDB's spelling; other text as it is."""
    text = text.strip()
    if text.endswith("[]"):
        inner = _spelled(text[:-2])
        return None if inner is None else f"{inner}[]"
    kind, bracket, rest = text.partition("<")
    if not bracket:
        return text
    parts = _parts(rest[:-1]) if rest.endswith(">") else []
    match kind.strip().lower(), parts:
        case "list" | "array", [element]:
            inner = _spelled(element)
            return None if inner is None else f"{inner}[]"
        case "map", [key, value]:
            return f"MAP({_spelled(key)}, {_spelled(value)})"
        case "struct" | "row", [_, *_]:
            fields = [part.partition(":") for part in parts]
            return _struct([(name.strip(' "'), _spelled(inner) if colon else None) for name, colon, inner in fields])
        case _:
            return None


def _parts(text: str) -> list[str]:
    """The text cut at the commas that are inside no bracket."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
