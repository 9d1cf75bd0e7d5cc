"""What is kept under one id: ``table.json``, the only file that says which others count.

It is replaced by renaming a whole new one into its place, so that a reader sees the table before a write or after it.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dripstone.errors import DataError
from dripstone.lake.shelf.condition import Conditions, End, comparable, is_moment

__all__ = ["CACHED", "MANIFEST", "Holding", "Kind", "Part", "part_of"]

MANIFEST = "table.json"
_DAMAGED = "DataSource(id).delete() removes it; then write it anew"
CACHED = "cached_"
"""How the ids begin of what was written without one."""

Kind: TypeAlias = Literal["bdb", "view", "pickle", "json", "text", "binary", "zero"]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one partition: one Parquet file.

    Parameters
    ----------
    file : its name.
    value : the partition's values as texts; empty where the table is in one part.
    rows : how many.
    ends : column -> least and greatest value, for columns by which parts are chosen.
    """

    file: str
    value: tuple[str, ...]
    rows: int
    ends: Mapping[str, tuple[End, End]]


@dataclass(frozen=True)
class Holding:
    """One id's manifest.

    Parameters
    ----------
    folder : where it lies; not part of the manifest.
    type : what it is.
    arrow_schema : of a table, base64; '' for anything else.
    parts : of a table.
    sql : of a view.
    content, seal : file and signature of a single value.
    """

    folder: Path
    type: Kind
    arrow_schema: str = ""
    parts: tuple[Part, ...] = ()
    partitioning: tuple[str, ...] | None = None
    indexes: tuple[str, ...] | None = None
    unique_together: tuple[str, ...] | None = None
    on_duplicates: str = "last"
    sort_by: tuple[tuple[str, str], ...] | None = None
    preserve_pandas_index: bool = False
    docs: Mapping[str, Any] | None = None
    extra: str = ""
    sql: str = ""
    content: str = ""
    seal: str = ""

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of the table."""
        return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(self.arrow_schema)))

    def with_schema(self, schema: pa.Schema) -> "Holding":
        """The same with these columns."""
        return replace(self, arrow_schema=base64.b64encode(schema.serialize().to_pybytes()).decode())

    @property
    def cached(self) -> bool:
        """Whether it was written without an id."""
        return self.folder.name.startswith(CACHED)

    @property
    def names(self) -> frozenset[str]:
        """The files that count."""
        return frozenset(part.file for part in self.parts) | ({self.content} if self.content else frozenset())

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return sum(part.rows for part in self.parts)

    @property
    def choosers(self) -> tuple[str, ...]:
        """The columns by which parts are chosen."""
        wanted = dict.fromkeys((*(self.indexes or ()), *(self.unique_together or ()), "date"))
        return tuple(name for name in wanted if name in self.schema.names)

    def files(self, start: date | None = None, end: date | None = None) -> tuple[Path, ...]:
        """The Parquet files that may hold rows of the days start..end, both inclusive."""
        chosen = Conditions({})
        if "date" in self.schema.names and is_moment(self.schema.field("date").type) and (start or end):
            chosen = Conditions.read({"date": (start, end)}, self.schema)
        return tuple(self.folder / part.file for part in self.parts if chosen.may_hold(part.ends))

    def metadata(self) -> dict[str, object]:
        """What the platform tells of it."""
        if self.type != "bdb":
            told: dict[str, object] = {"type": self.type, "sql": self.sql, "docs": self.docs}
            return {name: value for name, value in told.items() if value}
        told = {
            "type": self.type,
            "schema": {column.name: str(column.type) for column in self.schema},
            "partitioning": _listed(self.partitioning),
            "indexes": _listed(self.indexes),
            "unique_together": _listed(self.unique_together),
            "on_duplicates": self.on_duplicates,
            "preserve_pandas_index": self.preserve_pandas_index,
            "sort_by": _listed(self.sort_by),
        }
        return told | {name: value for name, value in (("docs", self.docs), ("extra", self.extra)) if value}

    def write(self, path: Path) -> None:
        """Write the manifest, not yet in its place."""
        facts = {name: value for name, value in asdict(replace(self, parts=())).items() if name != "folder"}
        facts["parts"] = [asdict(part) | {"ends": _written(part.ends)} for part in self.parts]
        path.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Holding | None":
        """The manifest of a folder; None where there is none.

        Raises
        ------
        DataError : it is damaged.
        """
        try:
            facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            parts = facts.pop("parts")
            held = cls(folder, **{name: _tuples(value) if name != "docs" else value for name, value in facts.items()})
            held = replace(held, parts=tuple(_part(held, part) for part in parts))
            if strange := [name for name in held.names if Path(name).name != name]:
                raise ValueError(f"{strange[0]!r} is no file of its folder")
            return held
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError, pa.ArrowException) as error:
            raise DataError(
                "the list of a data source's files is damaged", seen=str(error), hint=_DAMAGED, path=folder
            ) from error


def part_of(file: str, value: tuple[str, ...], rows: pa.Table, choosers: tuple[str, ...]) -> Part:
    """The part that a file of these rows is."""
    ends: dict[str, tuple[End, End]] = {}
    for name in choosers:
        kind = rows.schema.field(name).type
        if not (is_moment(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_string(kind)):
            continue
        low, high = pc.call_function("min_max", [rows[name]]).as_py().values()
        if low is not None:
            ends[name] = comparable(low, kind), comparable(high, kind)
    return Part(file, value, len(rows), ends)


def _written(ends: Mapping[str, tuple[End, End]]) -> dict[str, list[int | float | str]]:
    return {name: [str(end) if isinstance(end, np.datetime64) else end for end in pair] for name, pair in ends.items()}


def _part(held: Holding, facts: Mapping[str, Any]) -> Part:
    ends = {
        name: (comparable(low, held.schema.field(name).type), comparable(high, held.schema.field(name).type))
        for name, (low, high) in facts["ends"].items()
    }
    return Part(facts["file"], tuple(facts["value"]), facts["rows"], ends)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, cast("list[Any]", value))) if isinstance(value, list) else value


def _listed(value: tuple[object, ...] | None) -> list[object] | None:
    return None if value is None else list(value)
