"""A notebook, or a script, as cells of plain Python: magics taken out, nothing run."""

import ast
import io
import json
import re
import tokenize
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dripstone.errors import FactorError

__all__ = ["Notebook", "read_notebook"]

_NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
"""How the parser refuses a text: half a character or a null is a ValueError, too deep a nesting one of the last two."""
_RUN_BODY = ("%%time", "%%timeit", "%%capture", "%%prun")
_RUN_LINE = ("%time", "%timeit", "%prun")
_MAGIC = re.compile(r"\s*(?:\w+\s*=\s*)?[%!?]|\s*[\w.]+\?{1,2}\s*$")
"""``%magic``, ``!command``, ``x = !command``, ``?name``, ``name?``: lines that only IPython reads."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """The code of a notebook as one text.

    Parameters
    ----------
    source : the cells one under the other, a blank line between them.
    starts : the first line of each cell in ``source``, counted from 1.
    notes : the magics that were left out.
    """

    source: str
    starts: tuple[int, ...]
    notes: tuple[str, ...]

    def place(self, line: int) -> str:
        """A line of ``source`` as people count: 'cell 3, line 7', or 'line 7' of a script."""
        if len(self.starts) == 1:
            return f"line {line}"
        cell = sum(start <= line for start in self.starts)
        return f"cell {cell}, line {line - self.starts[cell - 1] + 1}"


def read_notebook(path: Path) -> Notebook:
    """Read ``.ipynb`` (code cells, in order) or ``.py`` (one cell).

    ``%magics`` and ``!commands`` are left out and noted; the statement after ``%time`` and the body under ``%%time``
    stay; a ``%%sql`` cell becomes a ``dai.query``.

    Raises
    ------
    FactorError : no such file, not a notebook, no code, or code that is not Python.
    """
    text = _text(path)
    cells = _code_cells(path, text) if path.suffix == ".ipynb" else [text]
    notes: list[str] = []
    plain = [_without_magics(cell, number, notes) for number, cell in enumerate(cells, 1)]
    starts: list[int] = []
    line = 1
    for cell in plain:
        starts.append(line)
        line += cell.count("\n") + 2
    notebook = Notebook("\n\n".join(plain) + "\n", tuple(starts), tuple(notes))
    if not notebook.source.strip():
        raise FactorError("the notebook holds no code", seen=path.name, expected="at least one code cell", path=path)
    try:
        ast.parse(notebook.source)
    except SyntaxError as error:
        raise FactorError(
            f"not Python: {error.msg}",
            seen=(error.text or "").strip(),
            hint="the code must run as it stands in a notebook with Python 3.11",
            path=path,
            place=notebook.place(error.lineno or 1),
        ) from error
    except _NOT_PYTHON as error:
        raise FactorError("not Python", seen=str(error), path=path) from error
    return notebook


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FactorError("no such file", seen=str(path), expected="a .ipynb or .py file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FactorError("the file cannot be read", seen=str(error), expected="UTF-8 text", path=path) from error


def _code_cells(path: Path, text: str) -> list[str]:
    import nbformat  # here and not above: the child that runs the notebook knows its cells already

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without ids and the like: old, not wrong
            node = nbformat.reads(text, as_version=4)
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise FactorError(
            "not a notebook",
            seen=text[:80],
            expected="the JSON of a Jupyter notebook (.ipynb)",
            hint="save it again from Jupyter or AIStudio, or export it as .py",
            path=path,
        ) from error
    return [str(cell.source) for cell in node.cells if cell.cell_type == "code"]


def _without_magics(cell: str, number: int, notes: list[str]) -> str:
    try:
        ast.parse(cell)
    except _NOT_PYTHON:
        pass
    else:
        return cell
    lines = cell.split("\n")
    head = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[head].startswith("%%"):
        return _cell_magic(lines[head], lines[head + 1 :], number, notes)
    plain: list[str] = []
    for line in lines:
        magic = _MAGIC.match(line) and not _inside(plain)
        plain.append(_line_magic(line, number, notes) if magic else line)
    return "\n".join(plain)


def _inside(lines: Sequence[str]) -> bool:
    """Whether the text so far ends inside a string or a bracket, where a leading % is no magic."""
    try:
        list(tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline))
    except tokenize.TokenError:
        return True
    except SyntaxError:
        return False
    return False


def _line_magic(line: str, number: int, notes: list[str]) -> str:
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    word, _, rest = text.partition(" ")
    if word in _RUN_LINE and rest.strip():
        return indent + rest.strip()
    notes.append(f"cell {number}: left out {text}")
    name, assigned, _ = text.partition("=")
    return f"{indent}{name.strip()} = []" if assigned and name.strip().isidentifier() else f"{indent}pass"


def _cell_magic(head: str, body: Sequence[str], number: int, notes: list[str]) -> str:
    word, _, rest = head.partition(" ")
    if word in _RUN_BODY:
        return _without_magics("\n".join(("", *body)), number, notes)
    if word == "%%sql":
        filters = f", filters={rest.strip()}" if rest.strip().startswith("{") else ""
        sql = json.dumps("\n".join(body), ensure_ascii=False)
        return f"__import__('dai').query({sql}{filters})"
    notes.append(f"cell {number}: left out {head}")
    return "pass"
