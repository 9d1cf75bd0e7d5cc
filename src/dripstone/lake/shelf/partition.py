"""The parts of a table: rows into them, rows out of them."""

import os
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dripstone.errors import DataError, FactorError
from dripstone.lake.shelf.condition import Conditions
from dripstone.lake.shelf.holding import Holding, Part, part_of
from dripstone.lake.shelf.merge import Duplicates, fitted, keyed_once, partitioned, same_keys
from dripstone.lake.transaction import Staging

__all__ = ["TableForm", "fault_of", "merged", "read_parts", "replaced", "write_file"]


@dataclass(frozen=True, slots=True)
class TableForm:
    """How a table is kept; the platform's words.

    Parameters
    ----------
    partitioning : columns of the rows given whose values name the partition.
    dropped : columns of the rows given that are not kept, such as a partition's name that is no data.
    indexes : columns by which a filter chooses partitions.
    unique_together : the key; each one is in the table once.
    on_duplicates : of rows with one key the "last" or "first" is kept, or it is an "error".
    sort_by : column and "ascending" or "descending".
    """

    partitioning: tuple[str, ...] | None = None
    dropped: tuple[str, ...] = ()
    indexes: tuple[str, ...] | None = None
    unique_together: tuple[str, ...] | None = None
    on_duplicates: Duplicates = "last"
    sort_by: tuple[tuple[str, str], ...] | None = None
    preserve_pandas_index: bool = False
    docs: Mapping[str, object] | None = None
    extra: str = ""


def merged(empty: Holding, held: Holding | None, rows: pa.Table, form: TableForm, staging: Staging) -> Holding:
    """The table with the rows in it, its new parts staged.

    Parameters
    ----------
    empty : the table as it is before anything is written.
    held : the table that is there, or None.
    """
    name = empty.folder.name
    partitioning = form.partitioning if held is None else held.partitioning
    _require_columns(rows, partitioning or (), name)
    groups = dict(partitioned(rows, partitioning or ()))
    kept = rows.drop_columns([column for column in form.dropped if column in rows.column_names]).schema
    after = _formed(empty.with_schema(kept), form) if held is None else _reformed(held, form)
    for column in (*(after.unique_together or ()), *(after.indexes or ())):
        if column not in after.schema.names:
            raise FactorError("the rows lack a column of the table's form", seen=kept.names, column=column, table=name)
    incoming = {value: fitted(group.select(kept.names), after.schema, table=name) for value, group in groups.items()}
    return replaced(after, list(_upserted(after, incoming, name)), staging)


def replaced(held: Holding, parts: Sequence[tuple[tuple[str, ...], Part | pa.Table]], staging: Staging) -> Holding:
    """The table made of parts that stay and of rows that become parts, which are staged.

    Raises
    ------
    FactorError : the parts would not have the same columns.
    """
    name = held.folder.name
    after = held.with_schema(_common_schema(held, [rows for _, rows in parts if isinstance(rows, pa.Table)], parts))
    kept: list[Part] = []
    for value, rows in parts:
        if isinstance(rows, Part):
            kept.append(rows)
            continue
        whole = fitted(rows, after.schema, table=name)
        if after.sort_by:
            whole = whole.sort_by(list(after.sort_by))
        slug = re.sub(r"[^0-9A-Za-z-]+", "_", "-".join(value))[:40]
        file = f"part-{slug or 'all'}-{uuid.uuid4().hex[:12]}.parquet"
        _write_part(staging.new / file, whole)
        kept.append(part_of(file, value, whole, after.choosers))
    return replace(after, parts=tuple(sorted(kept, key=lambda part: part.value)))


def read_parts(
    held: Holding,
    conditions: Conditions | None = None,
    columns: Sequence[str] | None = None,
    *,
    parts: Sequence[Part] | None = None,
) -> pa.Table:
    """The rows of some parts that the conditions let through.

    Raises
    ------
    DataError : a file is damaged.
    FileNotFoundError : a file is gone; the list of files is not the newest.
    """
    conditions = conditions or Conditions({})
    names = list(held.schema.names if columns is None else columns)
    chosen = [part for part in (held.parts if parts is None else parts) if conditions.may_hold(part.ends)]
    tables = [held.schema.empty_table().select(names)]
    for part in chosen:
        path = held.folder / part.file
        try:
            tables.append(
                pq.read_table(
                    path,
                    columns=names,
                    filters=conditions.expression(held.schema),
                    page_checksum_verification=True,
                    partitioning=None,  # type: ignore[arg-type]  # a folder above named a=b is no column
                )
            )
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise DataError(
                "a file of the data source is damaged",
                seen=str(error),
                hint="check_bdb(delete_invalid_data=True) drops it",
                path=path,
            ) from error
    return pa.concat_tables(table.replace_schema_metadata(held.schema.metadata) for table in tables)


def fault_of(held: Holding, part: Part) -> str:
    """What is wrong with a part, in words; '' where nothing is."""
    try:
        rows = read_parts(held, parts=(part,))
    except (DataError, FileNotFoundError) as error:
        return str(error)
    return "" if len(rows) == part.rows else f"holds {len(rows)} rows, not {part.rows}"


def write_file(path: Path, content: bytes) -> None:
    """Write a staged file to the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_part(path: Path, rows: pa.Table) -> None:
    with path.open("wb") as file:
        pq.write_table(rows, file, compression="zstd", compression_level=1, write_page_checksum=True)
        file.flush()
        os.fsync(file.fileno())


def _require_columns(rows: pa.Table, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in rows.column_names]
    if missing:
        raise FactorError(
            "the table is kept in partitions, and the rows do not say which",
            seen=rows.column_names,
            expected=f"a column {missing[0]}",
            table=name,
        )


def _formed(empty: Holding, form: TableForm) -> Holding:
    return replace(
        empty,
        partitioning=form.partitioning,
        indexes=form.indexes,
        unique_together=form.unique_together,
        on_duplicates=form.on_duplicates,
        sort_by=form.sort_by,
        preserve_pandas_index=form.preserve_pandas_index,
        docs=form.docs,
        extra=form.extra,
    )


def _reformed(held: Holding, form: TableForm) -> Holding:
    """The table that is there, with what the form names anew."""
    return replace(
        held,
        indexes=form.indexes or held.indexes,
        unique_together=form.unique_together or held.unique_together,
        on_duplicates=form.on_duplicates if form.unique_together else held.on_duplicates,
        sort_by=form.sort_by or held.sort_by,
        docs=form.docs or held.docs,
        extra=form.extra or held.extra,
    )


def _upserted(
    held: Holding, incoming: Mapping[tuple[str, ...], pa.Table], name: str
) -> Iterator[tuple[tuple[str, ...], Part | pa.Table]]:
    """Every part of the table once the rows are in it; one that they do not touch stays as it is."""
    key = held.unique_together or ()
    how: Duplicates = held.on_duplicates  # type: ignore[assignment]  # checked where it came in
    spread = bool(key) and not set(held.partitioning or ()) <= set(key)
    if spread:
        together = pa.concat_tables([rows.select(list(key)) for rows in _once(incoming, key, how, name)])
        keyed_once(together, key, "error", table=name)
    waiting = dict(incoming)
    for part in held.parts:
        new = waiting.pop(part.value, None)
        others = [rows for value, rows in incoming.items() if value != part.value] if spread else []
        old = _without(held, part, others, key, how, name)
        if new is None:
            if old is None or len(old):
                yield part.value, part if old is None else old
            continue
        old = read_parts(held, parts=(part,)) if old is None else old
        yield part.value, keyed_once(pa.concat_tables([old, new]), key, how, table=name)
    yield from ((value, keyed_once(rows, key, how, table=name)) for value, rows in waiting.items())


def _once(
    incoming: Mapping[tuple[str, ...], pa.Table], key: Sequence[str], how: Duplicates, name: str
) -> Iterator[pa.Table]:
    yield from (keyed_once(rows, key, how, table=name) for rows in incoming.values())


def _without(
    held: Holding, part: Part, others: Sequence[pa.Table], key: Sequence[str], how: Duplicates, name: str
) -> pa.Table | None:
    """The part's rows less those whose key now comes in another partition; None where it has none of them."""
    strangers = [rows for rows in others if _may_share(part, rows, key)]
    if not strangers:
        return None
    old = read_parts(held, parts=(part,))
    gone = same_keys(old, pa.concat_tables(strangers), key)
    if not gone.any():
        return None
    if how != "last":
        raise FactorError(
            "a key is in another partition already",
            seen=old.select(list(key)).slice(int(gone.argmax()), 1).to_pylist()[0],
            hint='on_duplicates="last" moves it',
            table=name,
        )
    return old.filter(pa.array(~gone))


def _may_share(part: Part, rows: pa.Table, key: Sequence[str]) -> bool:
    ends = part_of("", (), rows, tuple(key)).ends
    return all(
        part.ends[name][0] <= high and low <= part.ends[name][1]  # type: ignore[operator]  # of one column
        for name, (low, high) in ends.items()
        if name in part.ends
    )


def _common_schema(
    held: Holding, tables: Sequence[pa.Table], parts: Sequence[tuple[tuple[str, ...], Part | pa.Table]]
) -> pa.Schema:
    """The table's own columns where the new rows have them; else the new ones, where all parts are new."""
    names = [set(rows.column_names) for rows in tables]
    if all(these == set(held.schema.names) for these in names):
        return held.schema
    if len(tables) < len(parts) or any(these != names[0] for these in names):
        raise FactorError(
            "the partitions would have different columns",
            seen=sorted(set.union(*names) ^ set(held.schema.names)),
            hint="change the columns of all partitions at once, without a partition_filter",
            table=held.folder.name,
        )
    return pa.unify_schemas([rows.schema.remove_metadata() for rows in tables], promote_options="permissive")
