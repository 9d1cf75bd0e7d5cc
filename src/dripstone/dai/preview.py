"""A table of any size as a few rows that a person can read: plain text for a terminal, HTML for a notebook.

NULL and NaN are told apart, floats of a column share their decimals, text is cut and escaped, and only the rows that
are shown are read.
"""

import datetime as dt
import html
import math
import re
import shutil
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dripstone.errors import printable

__all__ = ["preview_html", "preview_text"]

_ROWS = 20
_COLUMNS = 24
_LETTERS = 48
_ITEMS = 3
_UNIT = re.compile(r"(?<=date)32\[day\]|(?<=time)(32|64)\[\w+\]|(?<=timestamp)\[\w+\]")
_NULL, _GAP = "NULL", "⋮"
_STYLE = """\
.dripstone-result{overflow-x:auto;color:inherit}
.dripstone-result table{color:inherit;border-collapse:collapse;border:none;margin:0;font-size:.92em;\
font-variant-numeric:tabular-nums}
.dripstone-result th,.dripstone-result td{padding:.28em .8em;border:none;text-align:left;white-space:nowrap;\
color:inherit;border-bottom:1px solid rgba(128,128,128,.28);vertical-align:bottom;max-width:none}
.dripstone-result th small{display:block;font-weight:normal;opacity:.6}
.dripstone-result .number{text-align:right}
.dripstone-result .null{opacity:.5;font-style:italic}
.dripstone-result p{margin:.5em 0 0;opacity:.7;font-size:.85em}"""


@dataclass(frozen=True, slots=True)
class _Column:
    """One column as shown: a cell is text, None is NULL."""

    name: str
    type: str
    number: bool
    cells: tuple[str | None, ...]

    @property
    def width(self) -> int:
        return max(_width(text) for text in (self.name, self.type, *(cell or _NULL for cell in self.cells)))


def preview_text(table: pa.Table) -> str:
    """The table's first and last rows in columns, as many of them as the terminal is wide, and its size below."""
    room = shutil.get_terminal_size().columns
    shown: list[_Column] = []
    for column in _columns(table):
        room -= column.width + 2
        if shown and room < 0:
            break
        shown.append(column)
    lines = [_line(shown, [column.name for column in shown]), _line(shown, [column.type for column in shown])]
    lines.append("  ".join("─" * column.width for column in shown))
    rows = [_line(shown, [cell or _NULL for cell in row]) for row in zip(*(c.cells for c in shown), strict=True)]
    if table.num_rows > _ROWS:
        rows.insert(_ROWS // 2, _GAP)
    return "\n".join([*lines, *rows, _size(table, len(shown))])


def preview_html(table: pa.Table) -> str:
    """The same as a fragment of HTML that takes its colours from the page, dark or light."""
    shown = _columns(table)
    heads = [_cell("th", f"{_escaped(c.name)}<small>{_escaped(c.type)}</small>", number=c.number) for c in shown]
    rows = [
        "".join(_cell("td", cell, number=column.number) for cell, column in zip(row, shown, strict=True))
        for row in zip(*([_escaped(cell) for cell in column.cells] for column in shown), strict=True)
    ]
    if table.num_rows > _ROWS:
        rows.insert(_ROWS // 2, "".join(_cell("td", _GAP, number=column.number) for column in shown))
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return (
        f'<div class="dripstone-result">\n<style>\n{_STYLE}\n</style>\n'
        f"<table>\n<thead><tr>{''.join(heads)}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
        f"<p>{_size(table, len(shown))}</p>\n</div>"
    )


def _escaped(text: str | None) -> str | None:
    return None if text is None else html.escape(text)


def _cell(tag: str, content: str | None, *, number: bool) -> str:
    if content is None:
        return f'<{tag} class="{"number " if number else ""}null">{_NULL}</{tag}>'
    return f'<{tag} class="number">{content}</{tag}>' if number else f"<{tag}>{content}</{tag}>"


def _size(table: pa.Table, shown: int) -> str:
    rows, columns = (_counted(n, word) for n, word in ((table.num_rows, "row"), (table.num_columns, "column")))
    hidden = table.num_columns - shown
    return f"{rows} × {columns}" + (f", {hidden:,} of them not shown" if hidden else "")


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _line(columns: Sequence[_Column], cells: Sequence[str]) -> str:
    return "  ".join(_padded(cell, column) for cell, column in zip(cells, columns, strict=True)).rstrip()


def _padded(cell: str, column: _Column) -> str:
    space = " " * (column.width - _width(cell))
    return space + cell if column.number else cell + space


def _width(text: str) -> int:
    """Places in a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _columns(table: pa.Table) -> list[_Column]:
    half = _ROWS // 2
    if table.num_rows > _ROWS:
        table = pa.concat_tables([table.slice(0, half), table.slice(table.num_rows - half)])
    return [_column(field, table.column(i)) for i, field in enumerate(table.schema) if i < _COLUMNS]


def _column(field: pa.Field, values: pa.ChunkedArray) -> _Column:
    is_float = pa.types.is_floating(field.type)
    kept: list[object] = values.to_pylist()
    text = _writer([value for value in kept if value is not None])
    cells = tuple(None if value is None else text(value) for value in kept)
    return _Column(_cut(field.name), _type_name(field.type), is_float or pa.types.is_integer(field.type), cells)


def _type_name(type_: pa.DataType) -> str:
    if pa.types.is_dictionary(type_):
        return "category"
    return _cut(_UNIT.sub("", str(type_)).replace("item: ", ""))


def _writer(values: Sequence[object]) -> Callable[[object], str]:
    """How the values of one column are written, so that they line up."""
    times = [value for value in values if isinstance(value, dt.datetime)]
    if times:
        midnight = all(value.time() == dt.time() for value in times)
        return (lambda value: str(value)[:10]) if midnight else str
    numbers = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    return _number_writer(numbers) if numbers else _written


def _number_writer(numbers: Sequence[float]) -> Callable[[object], str]:
    largest = max(map(abs, numbers))
    if largest >= 1e15 or 0 < largest < 1e-4:
        return _written
    digits = len(str(int(largest)))
    finest = min(6, max(2, 8 - digits))
    decimals = next(d for d in range(finest + 1) if all(round(x, d) == round(x, finest) for x in numbers))

    def text(value: object) -> str:
        if not isinstance(value, float) or not math.isfinite(value) or (value and not round(value, decimals)):
            return _written(value)
        return f"{value:.{decimals}f}"

    return text


def _written(value: object) -> str:
    """One value, in a list or a struct too."""
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else f"{value:.6g}"
    if isinstance(value, list | tuple):
        more = [f"… {len(value)} in all"] if len(value) > _ITEMS else []
        return _cut("[" + ", ".join([*map(_written, value[:_ITEMS]), *more]) + "]")
    if isinstance(value, Mapping):
        return _cut("{" + ", ".join(f"{key}: {_written(item)}" for key, item in value.items()) + "}")
    return _cut(str(value))


def _cut(text: str) -> str:
    text = printable(text).replace("\n", "⏎").replace("\t", "⇥")
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
