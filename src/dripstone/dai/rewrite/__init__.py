"""The platform's SQL rewritten for DuckDB."""

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from dripstone.dai.reading import Reading
from dripstone.dai.rewrite.source import Columns
from dripstone.dai.rewrite.translation import outputs, translated
from dripstone.dai.script import Script, Statement, read_script

__all__ = ["translate"]

_Frozen = tuple[tuple[str, tuple[str, ...]], ...]


def translate(script: Script, columns: Columns, *, reading: Reading | None = None, own: Collection[str] = ()) -> Script:
    """The script as DuckDB takes it; what needs nothing is in it as it was. The same script is worked out once.

    Parameters
    ----------
    script : as ``read_script`` gives it.
    columns : lower-case name -> columns of the tables that it reads.
    reading : how the platform is read.
    own : names of the caller's functions, which stand before the dialect's of the same name.

    Raises
    ------
    FactorError : a call does not fit its function, or a window stands where none can be; with line and column.
    """
    known = tuple((name, tuple(names)) for name, names in columns.items())
    names = frozenset(name.lower() for name in own)
    return _translated(script.text, script.made, known, reading or Reading(), names)


@lru_cache(maxsize=128)
def _translated(text: str, made: tuple[str, ...], columns: _Frozen, reading: Reading, own: frozenset[str]) -> Script:
    script = read_script(text, made)
    known = dict(columns)
    statements: list[Statement] = []
    for statement in script.statements:
        statements.append(translated(statement, known, reading, own))
        if statement.created is None:
            continue
        names = outputs(statement, known)
        known.pop(statement.created, None)
        if names is not None:
            known[statement.created] = names
        if statement.makes_function:
            own |= {statement.created}
    return replace(script, statements=tuple(statements))
