"""The line of SQL that an error is about, with a mark under the place."""

import unicodedata

from dripstone.errors import FactorError, printable

__all__ = ["point_out"]

_LETTERS = 100


def point_out(error: FactorError, sql: str) -> None:
    """Add to the error a note that shows its place in the SQL; one that has no place there, or has it, stays.

    A traceback prints the note below the message; ``error.fields`` hold line and column as before.
    """
    line, column = error.fields.get("line"), error.fields.get("column")
    if not isinstance(line, int) or not isinstance(column, int) or "udf" in error.fields:
        return
    lines = sql.split("\n")
    if line <= len(lines) and not hasattr(error, "__notes__"):
        error.add_note(_marked(lines[line - 1], line, column))


def _marked(text: str, line: int, column: int) -> str:
    before, after = text[: column - 1], text[column - 1 :].rstrip()
    if len(before) > _LETTERS // 2:
        before = "…" + before[-_LETTERS // 2 :]
    shown = printable(before + after[:_LETTERS]).replace("\t", " ")
    space = "".join("  " if unicodedata.east_asian_width(letter) in "WF" else " " for letter in printable(before))
    return f"  {line} | {shown}\n  {' ' * len(str(line))} | {space}^"
