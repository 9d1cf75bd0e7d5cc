"""Functions kept in a workspace, for ``query(..., auto_load_udf=True)``.

Each is one Python file, ``functions/<name>.py``: a head in comments that says how SQL calls it, then the source of
the function with the imports, constants and functions of its own file that it uses. The file may be read and edited.
Its code runs in the process that asks, and only when the SQL of a query with auto_load_udf=True calls the name.
"""

import inspect
import json
import linecache
import os
import re
import sys
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from dripstone.dai.script import read_script
from dripstone.dai.slice import Piece, Slicer
from dripstone.dai.udf import DaiUDF
from dripstone.dai.udf.author import is_library, plain_function
from dripstone.dai.udf.functional import ExceptionHandling, FunctionNullHandling, UDFType
from dripstone.dai.udf.registration import check_name
from dripstone.dai.udf.typing import sql_type
from dripstone.dai.udf.usage import calls
from dripstone.errors import DataError, FactorError
from dripstone.lake.dayfile import sync_folder
from dripstone.settings import find_workspace

__all__ = ["FunctionFolder", "create_function", "delete_function", "list_functions"]

_PARSING = threading.Lock()  # Python 3.11 may raise a SystemError where two threads parse at once
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FIRST, _LAST = "# /// dai function\n", "# ///\n"
_OPTIONS = ("type", "null_handling", "exception_handling", "side_effects")


def create_function(
    name: str,
    function: Callable[..., Any],
    parameters: Sequence[object] | None = None,
    return_type: object = None,
    type: UDFType | str = UDFType.NATIVE,  # noqa: A002  the platform's word
    null_handling: FunctionNullHandling | str = FunctionNullHandling.DEFAULT,
    exception_handling: ExceptionHandling | str = ExceptionHandling.DEFAULT,
    side_effects: bool = False,
    description: object = None,
    overwrite: bool = False,
) -> dict[str, str]:
    """Keep a function in the workspace at hand.

    Parameters
    ----------
    name : a letter, then letters, digits and underscores; SQL does not mind upper and lower case.
    function : defined in a file or a notebook. What it uses of that file is kept with it.
    parameters, return_type, type, null_handling, exception_handling, side_effects : as ``DaiUDF``.
    description : anything that JSON can hold.
    overwrite : replace a function of that name.

    Raises
    ------
    FactorError : the name is no name or taken, a type unknown, the source cannot be had, or does not stand alone.
    SettingsError : there is no workspace.
    """
    udf = DaiUDF(name, function, parameters, return_type, type, null_handling, exception_handling, side_effects)
    replaced = FunctionFolder.at_hand().add(udf, description=description, overwrite=overwrite)
    return {"name": name, "message": "the function was replaced" if replaced else "the function was created"}


def list_functions() -> list[str]:
    """The names of the functions kept in the workspace at hand, sorted."""
    return FunctionFolder.at_hand().names()


def delete_function(name: str) -> dict[str, str]:
    """Remove a function from the workspace at hand.

    Raises
    ------
    FactorError : there is none of that name.
    """
    FunctionFolder.at_hand().remove(name)
    return {"name": name, "message": "the function was deleted"}


class FunctionFolder:
    """The functions of one workspace. Each is written beside and then put in its place whole, by any writer.

    Parameters
    ----------
    root : the folder that holds the files; made when the first function comes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    def at_hand(cls) -> "FunctionFolder":
        """That of the workspace at hand."""
        return cls.of(find_workspace())

    @classmethod
    def of(cls, workspace: Path) -> "FunctionFolder":
        """That of a workspace."""
        return cls(workspace / "functions")

    def names(self) -> list[str]:
        """The names as they were given, sorted."""
        return sorted(str(_head(path)["name"]) for path in self._root.glob("*.py"))

    def add(self, udf: DaiUDF, *, description: object = None, overwrite: bool = False) -> bool:
        """Keep the function; say whether another was replaced."""
        if not _NAME.fullmatch(udf.name):
            expected = "a letter, then letters, digits and underscores"
            raise FactorError("no name for a function", seen=udf.name, expected=expected, udf=udf.name)
        check_name(udf)
        with _PARSING:
            text = _text(udf, _piece(udf.function), description)
        path = self._path(udf.name)
        _loaded(path, text)
        return self._publish(path, text, overwrite=overwrite)

    def load(self, name: str) -> DaiUDF:
        """The function of that name; its source runs."""
        path = self._path(name)
        return _loaded(path, _read(path))

    def called_in(self, sql: str, *, given: Sequence[DaiUDF]) -> list[DaiUDF]:
        """The functions that the SQL calls and that are not given otherwise."""
        kept = {path.stem for path in self._root.glob("*.py")} - {udf.name.lower() for udf in given}
        trees = [statement.tree for statement in read_script(sql).statements] if kept else []
        return [self.load(name) for name in sorted(kept) if any(calls(name, trees))]

    def remove(self, name: str) -> None:
        """Forget the function of that name."""
        path = self._path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            expected = ", ".join(self.names()) or "one that was created"
            raise FactorError("no such function in this workspace", seen=name, expected=expected, udf=name) from None
        sync_folder(self._root)

    def _path(self, name: str) -> Path:
        return self._root / f"{name.lower()}.py"

    def _publish(self, path: Path, text: str, *, overwrite: bool) -> bool:
        self._root.mkdir(exist_ok=True)
        held = path.exists()
        beside = self._root / f".{path.stem}.{uuid.uuid4().hex}"
        try:
            with beside.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if overwrite:
                beside.replace(path)
            else:
                os.link(beside, path)  # unlike a rename it fails where another process was first
        except FileExistsError:
            raise FactorError(
                "a function of that name is kept already", seen=path.stem, hint="overwrite=True", udf=path.stem
            ) from None
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(self._root)
        return held


def _piece(function: Callable[..., Any]) -> Piece:
    """The function's source with what it uses; an import of it where it belongs to a library."""
    own = plain_function(function)
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if own is None or is_library(own.__code__.co_filename):
        if module and name.isidentifier():
            return Piece(name, f"from {module} import {name}\n")
        raise _without_source(function)
    cells = own.__globals__.get("In") if own.__module__ == "__main__" else None
    if isinstance(cells, list):  # IPython: every cell is a file of its own, all of them are one notebook
        filename = "<notebook>"
        source = "\n".join(cell for cell in cast("list[object]", cells) if isinstance(cell, str) and _parses(cell))
    else:
        filename = own.__code__.co_filename
        linecache.checkcache(filename)
        source = "".join(linecache.getlines(filename))
    if not source:
        raise _without_source(function)
    return Slicer(source, filename=filename, namespace=own.__globals__).cut(function, line=_line(filename))


def _without_source(function: object) -> FactorError:
    return FactorError(
        "the source of the function cannot be had",
        seen=function,
        hint="define it with def in a file or a notebook cell, not at the >>> prompt or with exec",
    )


def _parses(text: str) -> bool:
    try:
        compile(text, "<cell>", "exec")
    except SyntaxError:
        return False
    return True


def _line(filename: str) -> int:
    """The line of the file that runs now at its top level; its end where it is not running."""
    frame = inspect.currentframe()
    while frame:
        if frame.f_code.co_filename == filename and frame.f_code.co_name == "<module>":
            return frame.f_lineno
        frame = frame.f_back
    return sys.maxsize


def _text(udf: DaiUDF, piece: Piece, description: object) -> str:
    """The file of a function: a head of one line an option, and the source."""
    head: dict[str, object] = {
        "name": udf.name,
        "function": piece.name,
        "parameters": None if udf.parameters is None else [sql_type(given) for given in udf.parameters],
        "return_type": udf.returned_type(),
        **{option: getattr(udf, option) for option in _OPTIONS},
        "description": description,
    }
    try:
        lines = [
            f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False, allow_nan=False)}"
            for key, value in head.items()
        ]
    except (TypeError, ValueError) as error:
        expected = "texts, numbers, lists and dicts"
        raise FactorError(
            "the description cannot be kept", seen=description, expected=expected, hint=str(error)
        ) from error
    return f"{_FIRST}# {{\n#   " + ",\n#   ".join(lines) + f"\n# }}\n{_LAST}\n{piece.source}"


def _head(path: Path, text: str | None = None) -> dict[str, Any]:
    text = _read(path) if text is None else text
    first, _, rest = text.partition(_FIRST)
    head, last, _ = rest.partition(_LAST)
    try:
        if first or not last:
            raise ValueError(f"expected the lines {_FIRST!r} and {_LAST!r}")
        return json.loads("".join(line.removeprefix("# ") for line in head.split("\n")))
    except ValueError as error:
        raise DataError("the head of a kept function does not parse", seen=str(error), path=path) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("a kept function cannot be read", seen=str(error), path=path) from error


def _loaded(path: Path, text: str) -> DaiUDF:
    """Run the source; the UDF that its head describes."""
    head = _head(path, text)
    module = ModuleType(f"dai_function_{path.stem}")
    module.__package__ = ""
    linecache.cache[str(path)] = (len(text), None, text.splitlines(keepends=True), str(path))
    try:
        exec(compile(text, str(path), "exec"), vars(module))  # noqa: S102  running the kept source is the point
        function = vars(module)[head["function"]]
    except Exception as error:  # the author's code may raise anything
        raise FactorError(
            f"the kept source of {head['name']} raised {type(error).__name__}: {error}",
            hint="import what it needs inside the function",
            udf=head["name"],
            path=path,
        ) from error
    options = {option: head[option] for option in ("parameters", "return_type", *_OPTIONS)}
    return DaiUDF(head["name"], function, **options)
