"""The platform's many other tables, as far as their columns are public: ``catalogue/*.txt``.

A table is a line ``name dates`` and indented lines of its columns. A column is its name, with ``:t`` for a time,
``:s`` for a text, ``:i`` for a whole number; else it is a number. What a column counts is not public.
"""

from collections.abc import Iterator
from importlib.resources import files

from dripstone.lake.schema.spec import COUNT, NUMBER, TEXT, TIME, Column, TableSpec

__all__ = ["read_catalogue"]

_TYPES = {"": NUMBER, "t": TIME, "s": TEXT, "i": COUNT}
_REQUIRED = ("date", "instrument")


def read_catalogue() -> Iterator[TableSpec]:
    """The tables of every file, each with an empty key."""
    for path in sorted(files("dripstone.lake.schema").joinpath("catalogue").iterdir(), key=lambda path: path.name):
        name, dates, words = "", "", list[str]()
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):
                words += line.split()
                continue
            if name:
                yield _table(name, dates, words, path.name)
            name, dates, words = *line.split(), list[str]()
        yield _table(name, dates, words, path.name)


def _table(name: str, dates: str, words: list[str], file: str) -> TableSpec:
    dateless = dates == "dateless"
    columns = [Column("date", TIME, required=True)] if dateless else []
    return TableSpec(
        name,
        (*columns, *map(_column, words)),
        about=f"{file.removesuffix('.txt')} data of the platform",
        key=(),
        dates="time" if dates == "time" else "day",
        dateless=dateless,
        a_share=False,
    )


def _column(word: str) -> Column:
    name, _, mark = word.partition(":")
    return Column(name, _TYPES[mark], required=name in _REQUIRED)
