"""The author's views: SQL kept under an id, which a query may name like a table."""

from collections.abc import Mapping

from dripstone.dai.script import Script, read_script
from dripstone.dai.view import quoted
from dripstone.errors import FactorError

__all__ = ["check_view", "with_views"]


def check_view(name: str, sql: str) -> Script:
    """The SQL of a view, as a script.

    Raises
    ------
    FactorError : it is not one query.
    """
    script = read_script(sql)
    if len(script.statements) != 1 or script.statements[0].created:
        raise FactorError("a view is one query", seen=sql, expected="SELECT ...", table=name)
    return script


def with_views(script: Script, views: Mapping[str, str]) -> Script:
    """The script with the views that it reads made before its own statements.

    Raises
    ------
    FactorError : a view reads itself, if by others.
    """
    made: dict[str, str] = {}
    for name in script.reads() if views else ():
        _make(name, views, made, ())
    return read_script(script.text, tuple(made.values())) if made else script


def _make(name: str, views: Mapping[str, str], made: dict[str, str], within: tuple[str, ...]) -> None:
    if name not in views or name in made:
        return
    if name in within:
        raise FactorError("a view reads itself", seen=" -> ".join((*within, name)), table=name)
    for inner in check_view(name, views[name]).reads():
        _make(inner, views, made, (*within, name))
    made[name] = f"CREATE VIEW {quoted(name)} AS {views[name]}"
