"""``dai.DataSource``: the author's own tables, views and values, under ids, in the workspace at hand."""

import json
import pickle
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa

from dripstone.dai.engine import run_query
from dripstone.dai.frame import DEFAULT_PARTITION_FIELD, as_arrow, as_asked
from dripstone.dai.mount import DataSourceMount
from dripstone.dai.saved import check_view, with_views
from dripstone.dai.table import LakeTables
from dripstone.dai.view import quoted
from dripstone.errors import FactorError
from dripstone.lake.lake import BarLake
from dripstone.lake.schema import TABLES
from dripstone.lake.shelf import CACHED, Holding, Shelf, TableForm
from dripstone.settings import find_workspace

__all__ = ["DataSource"]

Filter = Mapping[str, tuple[Any, Any] | Collection[Any]]


class DataSource:
    """What the workspace at hand keeps under an id; a table of the platform may be read by its name too.

    Parameters
    ----------
    id : a lower-case letter, then lower-case letters, digits and underscores.

    Raises
    ------
    FactorError : it is no id.
    """

    def __init__(self, id: str) -> None:  # noqa: A002  # the platform's word
        self.id = id
        if id not in TABLES:
            _shelf().check_id(id)

    def __repr__(self) -> str:
        return f'dai.DataSource("{self.id}")'

    @property
    def type(self) -> str:
        """bdb (a table), view, pickle, json, text, binary or zero."""
        return "bdb" if self.id in TABLES else self._held().type

    @property
    def metadata(self) -> dict[str, object]:
        """Columns, types and form of a table; SQL of a view."""
        if self.id not in TABLES:
            return self._held().metadata()
        spec = TABLES[self.id]
        schema = {column.name: str(column.type) for column in spec.columns}
        return {"type": "bdb", "schema": schema, "partitioning": ["date"], "unique_together": list(spec.key)}

    def exists(self) -> bool:
        """Whether anything is kept under the id; for a table of the platform, whether it has rows."""
        if self.id in TABLES:
            return bool(len(_tables().dates(self.id)))
        return _shelf().find(self.id) is not None

    def read(self) -> Any:
        """Whatever it is: a table as a pandas frame, a value as it was written."""
        if self.type in ("bdb", "view"):
            return self.read_bdb(as_type=pd.DataFrame)
        readers = {"pickle": self.read_pickle, "json": self.read_json, "text": self.read_text}
        return readers.get(self.type, self.read_binary)()

    def delete(self) -> None:
        """Remove it from the workspace."""
        _shelf().delete(_own(self.id))

    def persist(self, id: str, overwrite: bool = False) -> "DataSource":  # noqa: A002  # the platform's word
        """Keep under an id what was written without one."""
        _shelf().rename(self.id, _own(id), overwrite=overwrite)
        return DataSource(id)

    def read_bdb(
        self,
        as_type: Any = pa.Table,
        partition_filter: Filter | None = None,
        columns: Sequence[str] | None = None,
    ) -> Any:
        """The rows of a table or view.

        Parameters
        ----------
        as_type : pyarrow.Table, pandas.DataFrame or pyarrow.dataset.Dataset.
        partition_filter : column -> (low, high), both inclusive, or -> a set of values; only such rows are given. A
            date without a time as ``high`` is that whole day.
        columns : those to give; None is all.

        Raises
        ------
        FactorError : an unknown column, type or filter.
        DataError : there is no such table.
        """
        if self.id in TABLES or self.type == "view":
            return as_asked(self._queried(partition_filter or {}, columns), as_type)
        held = self._held()
        rows = _shelf().rows(self.id, given=partition_filter, columns=columns)
        keeps_index = held.preserve_pandas_index and columns is None
        return as_asked(rows if keeps_index else rows.replace_schema_metadata(None), as_type)

    @classmethod
    def write_bdb(
        cls,
        data: Any,
        id: str | None = None,  # noqa: A002  # the platform's word
        partitioning: Sequence[str] | None = None,
        indexes: Sequence[str] | None = None,
        excludes: Collection[str] | None = None,
        unique_together: Sequence[str] | None = None,
        on_duplicates: str = "last",
        sort_by: Sequence[tuple[str, str]] | None = None,
        preserve_pandas_index: bool = False,
        docs: Mapping[str, Any] | None = None,
        timeout: float = 300,
        extra: str = "",
        overwrite: bool = False,
    ) -> "DataSource":
        """Make a table, or put rows into the one that is there.

        Parameters
        ----------
        data : pandas or polars frame, Arrow table or dataset, QueryResult; not empty.
        id : of the table; None makes one up, to be kept by ``persist``.
        partitioning : columns whose values part the table into files. A column ``DEFAULT_PARTITION_FIELD`` in the data
            does it too, and is not kept.
        indexes : columns by which a filter chooses partitions.
        excludes : columns that are not kept.
        unique_together : the key. A row whose key the table has already replaces the one there, or is left out with
            ``on_duplicates`` "first", or is an "error".
        sort_by : pairs of column and "ascending" or "descending": the order within a partition.
        preserve_pandas_index : keep the index of a frame, and give it back.
        docs, extra : kept in ``metadata``.
        timeout : s to wait for another process that writes the table.
        overwrite : replace all rows; not for a table in partitions.

        Raises
        ------
        FactorError : data, columns or options are wrong. Nothing has changed then.
        DataError : another process writes it for too long; the disk refuses.
        """
        name = f"{CACHED}{uuid.uuid4().hex[:16]}" if id is None else _own(id)
        rows = as_arrow(data, preserve_index=preserve_pandas_index)
        if on_duplicates not in ("last", "first", "error"):
            raise FactorError("unknown on_duplicates", seen=on_duplicates, expected="last, first or error", table=name)
        marked = DEFAULT_PARTITION_FIELD in rows.column_names
        form = TableForm(
            partitioning=tuple(partitioning) if partitioning else (DEFAULT_PARTITION_FIELD,) if marked else None,
            dropped=(DEFAULT_PARTITION_FIELD, *(excludes or ())),
            indexes=_tuple(indexes),
            unique_together=_tuple(unique_together),
            on_duplicates=on_duplicates,
            sort_by=_order(sort_by, rows, name),
            preserve_pandas_index=preserve_pandas_index,
            docs=docs,
            extra=extra,
        )
        _shelf().write(name, rows, form, wait_s=timeout, overwrite=overwrite)
        return cls(name)

    def insert_bdb(self, data: Any, excludes: Collection[str] | None = None, timeout: float = 300) -> "DataSource":
        """Put rows into a table that is there; see ``write_bdb``.

        Raises
        ------
        DataError : there is no such table.
        """
        held = self._held()
        rows = as_arrow(data, preserve_index=held.preserve_pandas_index)
        form = TableForm(dropped=(DEFAULT_PARTITION_FIELD, *(excludes or ())))
        _shelf().write(_own(self.id), rows, form, wait_s=timeout)
        return self

    def apply_bdb(
        self,
        func: Callable[[Any], Any],
        as_type: Any = pa.Table,
        partition_filter: Filter | None = None,
        timeout: float = 300,
    ) -> "DataSource":
        """Change a table partition by partition, all of them or on an error none.

        Parameters
        ----------
        func : called with the rows of a partition. Rows that it returns replace the partition, no rows delete it, None
            leaves it as it is.
        as_type : what ``func`` gets: pyarrow.Table, pandas.DataFrame or pyarrow.dataset.Dataset.
        partition_filter : as in ``read_bdb``; it chooses partitions that may hold such rows, and those whole.
        timeout : s to wait for another process that writes the table.

        Raises
        ------
        FactorError : the partitions would not have the same columns. Whatever ``func`` raises.
        """
        keeps_index = self._held().preserve_pandas_index

        def change(rows: pa.Table) -> pa.Table | None:
            answer = func(as_asked(rows if keeps_index else rows.replace_schema_metadata(None), as_type))
            return None if answer is None else as_arrow(answer, preserve_index=keeps_index)

        _shelf().apply(_own(self.id), change, given=partition_filter, wait_s=timeout)
        return self

    def check_bdb(self, delete_invalid_data: bool = False) -> list[str]:
        """Read every file of a table; what is wrong with them, in words.

        Parameters
        ----------
        delete_invalid_data : drop the partitions whose file cannot be read.
        """
        return _shelf().check(_own(self.id), delete_damaged=delete_invalid_data, wait_s=300)

    @classmethod
    def save_view(
        cls,
        id: str,  # noqa: A002  # the platform's word
        sql: str,
        update_if_exists: bool = True,
        docs: Mapping[str, Any] | None = None,
        timeout: float = 300,
    ) -> "DataSource":
        """Keep a query that others may name like a table; their filters reach the tables that it reads.

        Raises
        ------
        FactorError : it is not one query, names a table that is not there, or reads itself; the id is taken.
        """
        tables = _tables()
        views = {**tables.views(), _own(id): sql}
        with_views(check_view(id, sql), views).check_tables({*tables.sql_names(), *views})
        _shelf().keep_view(id, sql, docs=docs, wait_s=timeout, update=update_if_exists)
        return cls(id)

    @classmethod
    def write_pickle(cls, data: Any, id: str | None = None, overwrite: bool = False) -> "DataSource":  # noqa: A002
        """Keep any Python object that can be pickled."""
        return cls._written(pickle.dumps(data), id, "pickle", overwrite=overwrite)

    def read_pickle(self) -> Any:
        """The object as it was written.

        Unpickling runs code that the file names. It is done only with a file signed by this workspace's own key, so
        that a file put there from elsewhere is refused. Who can write the workspace can run code as its user.

        Raises
        ------
        DataError : this workspace did not write it so.
        """
        return pickle.loads(_shelf().value(self.id, "pickle"))  # noqa: S301  # signed by this workspace

    @classmethod
    def write_json(cls, data: Any, id: str | None = None, overwrite: bool = False) -> "DataSource":  # noqa: A002
        """Keep what JSON can hold."""
        return cls._written(json.dumps(data, ensure_ascii=False).encode(), id, "json", overwrite=overwrite)

    def read_json(self) -> Any:
        """The value as it was written."""
        return json.loads(_shelf().value(self.id, "json"))

    @classmethod
    def write_text(cls, data: str, id: str | None = None, overwrite: bool = False) -> "DataSource":  # noqa: A002
        """Keep a text."""
        return cls._written(data.encode(), id, "text", overwrite=overwrite)

    def read_text(self) -> str:
        """The text as it was written."""
        return _shelf().value(self.id, "text").decode()

    @classmethod
    def write_binary(cls, data: bytes, id: str | None = None, overwrite: bool = False) -> "DataSource":  # noqa: A002
        """Keep bytes."""
        return cls._written(bytes(data), id, "binary", overwrite=overwrite)

    def read_binary(self) -> bytes:
        """The bytes as they were written."""
        return _shelf().value(self.id, "binary")

    @classmethod
    def write_zero(cls, id: str) -> "DataSource":  # noqa: A002  # the platform's word
        """Make an empty folder that the author fills; ``mount`` tells where."""
        return cls._written(b"", id, "zero", overwrite=False)

    def mount(
        self, with_write: bool = False, symlink_to: str | None = None, symlink_force: bool = False
    ) -> DataSourceMount:
        """The folder of a zero data source, which is on this machine's disk already.

        Parameters
        ----------
        with_write : the folder can be written either way.
        symlink_to : a path where a link to it is made, until unmounted; it must not be there yet.
        symlink_force : replace a file that is there.
        """
        folder = _shelf().files_folder(self.id)
        if symlink_to is not None:
            link = Path(symlink_to)
            if symlink_force:
                link.unlink(missing_ok=True)
            try:
                link.symlink_to(folder, target_is_directory=True)
            except OSError as error:
                raise FactorError(
                    "the link cannot be made", seen=str(error), hint="symlink_force=True replaces a file"
                ) from error
        return DataSourceMount(str(folder), symlink_to)

    def unmount(self, path: str) -> None:
        """Remove a link to the folder; the folder itself stays."""
        if Path(path).is_symlink():
            Path(path).unlink()

    @classmethod
    def _written(cls, content: bytes, id: str | None, kind: Any, *, overwrite: bool) -> "DataSource":  # noqa: A002
        name = f"{CACHED}{uuid.uuid4().hex[:16]}" if id is None else _own(id)
        _shelf().keep_value(name, content, kind, overwrite=overwrite)
        return cls(name)

    def _held(self) -> Holding:
        return _shelf().read(self.id)

    def _queried(self, given: Filter, columns: Sequence[str] | None) -> pa.Table:
        filters: dict[str, object] = {}
        tests: list[str] = []
        params: dict[str, object] = {}
        for name, value in given.items():
            if isinstance(value, tuple) and name != "date":
                low, high = cast("tuple[object, object]", value)
                params |= {f"low{len(tests)}": low, f"high{len(tests)}": high}
                tests.append(f"{quoted(name)} BETWEEN $low{len(tests)} AND $high{len(tests)}")
            elif isinstance(value, tuple | set | frozenset):
                filters[name] = list(cast("Collection[object]", value))
            else:
                raise FactorError("a filter by partition takes a tuple (low, high) or a set of values", seen=value)
        tables = _tables()
        names = tables.describe(self.id).schema.names if self.id in TABLES else ()
        order = ", ".join(quoted(name) for name in ("date", "instrument") if name in names)
        sql = f"SELECT {', '.join(map(quoted, columns)) if columns else '*'} FROM {quoted(self.id)}"  # noqa: S608
        sql += f" WHERE {' AND '.join(tests)}" if tests else ""
        sql += f" ORDER BY {order}" if order else ""
        return run_query(sql, tables=tables, filters=filters, params=params, full_db_scan=True).arrow()


def _shelf() -> Shelf:
    return Shelf(find_workspace() / "tables")


def _tables() -> LakeTables:
    root = find_workspace()
    return LakeTables(BarLake(root / "lake", readonly=True), shelf=Shelf(root / "tables"))


def _own(name: str) -> str:
    """The id, if it is none of the platform's."""
    if name in TABLES:
        raise FactorError(
            "the id is a table of the platform",
            seen=name,
            hint=f"take another id; rows of it are brought in by dripstone ingest FILES --table {name}",
            table=name,
        )
    return name


def _tuple(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return tuple(names) if names else None


def _order(pairs: Sequence[tuple[str, str]] | None, rows: pa.Table, table: str) -> tuple[tuple[str, str], ...] | None:
    for column, direction in pairs or ():
        if column not in rows.column_names or direction not in ("ascending", "descending"):
            expected = "pairs of a column and 'ascending' or 'descending'"
            raise FactorError("rows cannot be sorted so", seen=(column, direction), expected=expected, table=table)
    return tuple((column, direction) for column, direction in pairs) if pairs else None
