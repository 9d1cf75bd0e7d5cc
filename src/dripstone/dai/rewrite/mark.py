"""Places: where a node of the tree stands in the text that its author wrote, kept through every change of the tree."""

import re

from sqlglot import exp

from dripstone.dai.grammar import Grammar
from dripstone.dai.script import Writing

__all__ = ["mark_author", "mark_made", "write"]

_MARK = re.compile("\x01([0-9]+)\x02")


def mark_author(tree: exp.Expr) -> None:
    """Mark every node that the parser gave a place: ``at`` in the script, ``line`` and ``column`` from 1."""
    for node in tree.walk():
        meta = node.meta
        if "start" in meta:
            meta.update(at=meta["start"], column=meta["col"] - (meta["end"] - meta["start"]))


def mark_made(tree: exp.Expr, origin: exp.Expr) -> None:
    """Give the nodes that the translation made the place of what they stand for."""
    place = {name: origin.meta[name] for name in ("at", "line", "column") if name in origin.meta}
    for node in tree.walk():
        if "at" not in node.meta:
            node.meta.update(place)


def write(tree: exp.Expr) -> Writing:
    """The tree as DuckDB's SQL."""
    marked = _Writer(dialect=Grammar(), comments=False, normalize_functions=False).generate(tree)
    pieces: list[str] = []
    starts: list[int] = []
    places: list[int] = []
    length = end = 0
    for mark in _MARK.finditer(marked):
        pieces.append(marked[end : mark.start()])
        length += len(pieces[-1])
        end = mark.end()
        starts.append(length)
        places.append(int(mark.group(1)))
    return Writing("".join(pieces) + marked[end:], tuple(starts), tuple(places))


class _Writer(Grammar.Generator):
    """Puts a mark before every name, call and literal that has a place."""

    def identifier_sql(self, expression: exp.Identifier) -> str:
        return _marked(expression) + super().identifier_sql(expression)

    def literal_sql(self, expression: exp.Literal) -> str:
        return _marked(expression) + super().literal_sql(expression)

    def anonymous_sql(self, expression: exp.Anonymous) -> str:
        return _marked(expression) + super().anonymous_sql(expression)


def _marked(node: exp.Expr) -> str:
    at = node.meta.get("at")
    return "" if at is None else f"\x01{at}\x02"
