"""The keeper of the author's own data, ``root/<id>/``.

Each write holds the id's lock, writes new files beside the old ones, and publishes them with a new ``table.json`` in
one transaction: killed at any step, the id is as before or as after. The files of the state before stay until the next
write, for those who are reading them.
"""

import hashlib
import hmac
import os
import re
import shutil
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from dripstone.errors import DataError, FactorError
from dripstone.lake.dayfile import sync_folder
from dripstone.lake.schema import TABLES
from dripstone.lake.shelf.condition import Conditions
from dripstone.lake.shelf.holding import MANIFEST, Holding, Kind, Part
from dripstone.lake.shelf.partition import TableForm, fault_of, merged, read_parts, replaced, write_file
from dripstone.lake.transaction import Staging, writing

__all__ = ["Shelf"]

_ID = re.compile(r"[a-z][a-z0-9_]{0,127}")
_KEY = ".key"


class Shelf:
    """A folder of data sources. The state is the folder: it may be pickled, and read while another process writes.

    Parameters
    ----------
    root : made when something is first written.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def __repr__(self) -> str:
        return f"Shelf({str(self.root)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shelf) and other.root == self.root

    def __hash__(self) -> int:
        return hash(self.root)

    def holdings(self) -> dict[str, Holding]:
        """Everything held that can be read, by id, ascending."""
        return {name: held for name, held in self._found() if held is not None}

    def _found(self) -> Iterator[tuple[str, Holding | None]]:
        """Every id with what is held under it; None where that is damaged, which ``read`` tells who asks for it."""
        folders = sorted(self.root.iterdir()) if self.root.is_dir() else []
        for folder in folders:
            try:
                held = Holding.read(folder) if folder.is_dir() else None
            except DataError:
                yield folder.name, None
            else:
                if held is not None:
                    yield folder.name, held

    def tables(self) -> tuple[str, ...]:
        """The ids that are tables, and those of which it cannot be told."""
        return tuple(name for name, held in self._found() if held is None or held.type == "bdb")

    def views(self) -> dict[str, str]:
        """The ids that are views, with their SQL."""
        return {name: held.sql for name, held in self.holdings().items() if held.type == "view"}

    def find(self, name: str) -> Holding | None:
        """What is held under an id; None where nothing is.

        Raises
        ------
        FactorError : it is no id.
        """
        return Holding.read(self._folder(name))

    def read(self, name: str) -> Holding:
        """What is held under an id.

        Raises
        ------
        DataError : nothing is.
        """
        held = self.find(name)
        if held is None:
            raise DataError("there is no such data source", seen=name, hint="dripstone tables lists yours", table=name)
        return held

    def rows(
        self, name: str, *, given: Mapping[str, object] | None = None, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """The rows of a table that a filter lets through.

        Raises
        ------
        FactorError : a column is unknown, or the filter is none.
        DataError : there is no such table, or a file of it is damaged.
        """
        for attempt in range(3):
            held = self._table(name)
            unknown = set(columns or ()) - set(held.schema.names)
            if unknown:
                expected = ", ".join(held.schema.names)
                raise FactorError("the table has no such column", seen=sorted(unknown), expected=expected, table=name)
            try:
                return read_parts(held, Conditions.read(given, held.schema), columns)
            except FileNotFoundError:  # two writes since the list was read
                if attempt == 2:
                    raise DataError("a file of the data source is missing", path=held.folder) from None
        raise AssertionError("the loop returns or raises")

    def write(
        self, name: str, rows: pa.Table, form: TableForm, *, wait_s: float = 0.0, overwrite: bool = False
    ) -> None:
        """Make a table, or put rows into the one that is there: a key that it has already is replaced.

        A table that is there keeps its own form, but for what ``form`` names anew.

        Raises
        ------
        FactorError : no rows, an id of the platform's, columns that are not the table's, a key twice with "error",
            partitions to be overwritten.
        DataError : another process writes it for longer than ``wait_s``.
        """
        if not len(rows):
            raise FactorError("there are no rows to write", table=name)
        with self._writing(name, wait_s) as staging:
            held = self.find(name)
            if held is not None and held.type != "bdb":
                raise FactorError("the data source is no table", seen=held.type, hint="take another id", table=name)
            if held is not None and overwrite:
                if held.partitioning:
                    raise FactorError("a table in partitions is not overwritten", hint="delete() it first", table=name)
                held = None
            self._publish(staging, name, merged(Holding(self._folder(name), "bdb"), held, rows, form, staging))

    def apply(
        self,
        name: str,
        function: Callable[[pa.Table], pa.Table | None],
        *,
        given: Mapping[str, object] | None = None,
        wait_s: float = 0.0,
    ) -> None:
        """Change a table partition by partition: rows returned replace it, no rows delete it, None leaves it.

        Parameters
        ----------
        function : called with the rows of each partition that may hold rows of the filter.

        Raises
        ------
        FactorError : afterwards the partitions would not have the same columns. Whatever ``function`` raises.
        """
        with self._writing(name, wait_s) as staging:
            held = self._table(name)
            chosen = Conditions.read(given, held.schema)
            parts: list[tuple[tuple[str, ...], Part | pa.Table]] = []
            for part in held.parts:
                answer = function(read_parts(held, parts=(part,))) if chosen.may_hold(part.ends) else None
                if answer is None or len(answer):
                    parts.append((part.value, part if answer is None else answer))
            self._publish(staging, name, replaced(held, parts, staging))

    def check(self, name: str, *, delete_damaged: bool = False, wait_s: float = 0.0) -> list[str]:
        """What is wrong with the files of a table, in words; with ``delete_damaged`` those parts are dropped."""
        with self._writing(name, wait_s) as staging:
            held = self._table(name)
            wrong = {part.file: fault for part in held.parts if (fault := fault_of(held, part))}
            if wrong and delete_damaged:
                kept = tuple(part for part in held.parts if part.file not in wrong)
                self._publish(staging, name, replace(held, parts=kept))
        return [f"{file}: {fault}" for file, fault in wrong.items()]

    def keep_view(self, name: str, sql: str, *, docs: Mapping[str, object] | None, wait_s: float, update: bool) -> None:
        """Keep a view's SQL.

        Raises
        ------
        FactorError : the id is held already and is not to be updated, or is no view.
        """
        with self._writing(name, wait_s) as staging:
            held = self.find(name)
            if held is not None and (held.type != "view" or not update):
                raise FactorError("the id is taken", seen=held.type, hint="take another id", table=name)
            self._publish(staging, name, Holding(self._folder(name), "view", sql=sql, docs=docs))

    def keep_value(self, name: str, content: bytes, kind: Kind, *, overwrite: bool) -> None:
        """Keep one value as bytes, signed with the key of this shelf.

        Raises
        ------
        FactorError : the id is held already and is not to be overwritten.
        """
        with self._writing(name, 0.0) as staging:
            held = self.find(name)
            if held is not None and not (overwrite and held.type == kind):
                hint = "overwrite=True replaces it" if held.type == kind else "take another id"
                raise FactorError("the id is taken", seen=held.type, hint=hint, table=name)
            file = "" if kind == "zero" else f"content-{uuid.uuid4().hex[:16]}"
            if file:
                write_file(staging.new / file, content)
            kept = Holding(self._folder(name), kind, content=file, seal=self._seal(name, kind, content))
            self._publish(staging, name, kept)
            if kind == "zero":
                (self._folder(name) / "files").mkdir(exist_ok=True)

    def value(self, name: str, kind: Kind) -> bytes:
        """The bytes kept under an id.

        Raises
        ------
        FactorError : it is of another kind.
        DataError : there is none, or it is not as this shelf wrote it.
        """
        held = self.read(name)
        if held.type != kind:
            raise FactorError("the data source is of another type", seen=held.type, expected=kind, table=name)
        content = (held.folder / held.content).read_bytes()
        if not hmac.compare_digest(held.seal, self._seal(name, kind, content)):
            raise DataError(
                "the value is not as this workspace wrote it",
                hint="it was changed, or comes from another workspace: write it again from a source you trust",
                table=name,
            )
        return content

    def rename(self, name: str, new: str, *, overwrite: bool) -> None:
        """Keep under a new id what was written without one.

        Raises
        ------
        FactorError : the new id is taken.
        """
        held = self.read(name)
        with self._writing(new, 0.0) as staging:
            if self.find(new) is not None and not overwrite:
                raise FactorError("the id is taken", hint="overwrite=True replaces it", table=new)
            for file in held.names:
                shutil.copyfile(held.folder / file, staging.new / file)
            seal = self._seal(new, held.type, self.value(name, held.type)) if held.content else ""
            self._publish(staging, new, replace(held, folder=self._folder(new), seal=seal))
        if held.cached:
            shutil.rmtree(held.folder)

    def delete(self, name: str) -> None:
        """Remove what is held under an id, damaged or not. Its folder stays, with the lock others may wait for."""
        if not (self._folder(name) / MANIFEST).is_file():
            self.read(name)
        with self._writing(name, 0.0) as staging:
            folder = self._folder(name)
            (folder / MANIFEST).unlink(missing_ok=True)
            sync_folder(folder)
            staging.forget()
            for path in folder.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.name != ".lock":
                    path.unlink()

    def files_folder(self, name: str) -> Path:
        """The folder of a data source that the author manages.

        Raises
        ------
        FactorError : it is of another type.
        """
        held = self.read(name)
        if held.type != "zero":
            raise FactorError("only a zero data source is mounted", seen=held.type, expected="zero", table=name)
        return held.folder / "files"

    def check_id(self, name: str) -> None:
        """Raise a FactorError if it is no id."""
        self._folder(name)

    def _folder(self, name: str) -> Path:
        if not _ID.fullmatch(str(name)):
            raise FactorError(
                "not an id", seen=name, expected="a lower-case letter, then lower-case letters, digits, underscores"
            )
        return self.root / name

    def _table(self, name: str) -> Holding:
        held = self.read(name)
        if held.type != "bdb":
            raise FactorError("the data source is no table", seen=held.type, expected="bdb", table=name)
        return held

    @contextmanager
    def _writing(self, name: str, wait_s: float) -> Generator[Staging]:
        folder = self._folder(name)
        if name in TABLES:
            raise FactorError("the id is a table of the platform", seen=name, hint="take another id", table=name)
        with writing(folder, what="data source", wait_s=wait_s) as staging:
            yield staging

    def _publish(self, staging: Staging, name: str, after: Holding) -> None:
        before = self.find(name)
        after.write(staging.new / MANIFEST)
        with (staging.new / MANIFEST).open("rb") as file:
            os.fsync(file.fileno())
        staging.publish()
        stays = after.names | (before.names if before else frozenset())
        for path in after.folder.iterdir():
            if path.name.startswith(("part-", "content-")) and path.name not in stays:
                path.unlink()

    def _seal(self, name: str, kind: Kind, content: bytes) -> str:
        return hmac.new(self._key(), f"{name}\0{kind}\0".encode() + content, hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        """The shelf's own key: a value brought in from elsewhere does not carry its seal."""
        path = self.root / _KEY
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(os.urandom(32))
        except FileExistsError:
            pass
        return path.read_bytes()
