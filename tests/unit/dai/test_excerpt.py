"""The place of an error in the SQL."""

import pytest

from dripstone.dai.excerpt import point_out
from dripstone.errors import FactorError


def noted(sql: str, **fields: object) -> list[str]:
    error = FactorError("wrong", **fields)
    point_out(error, sql)
    point_out(error, sql)
    return [line for note in getattr(error, "__notes__", []) for line in note.split("\n")]


def test_the_mark_stands_below_the_place() -> None:
    assert noted("SELECT\n  clos FROM t", line=2, column=3) == ["  2 |   clos FROM t", "    |   ^"]


def test_a_chinese_letter_is_as_wide_as_two() -> None:
    text, mark = noted("SELECT 收盘, clos", line=1, column=12)
    assert text == "  1 | SELECT 收盘, clos"
    assert mark.index("^") == text.index("clos") + 2


def test_a_long_line_is_cut_around_the_place() -> None:
    text, mark = noted("x" * 300 + "HERE" + "y" * 300, line=1, column=301)
    assert len(text) < 170
    assert text[mark.index("^") :].startswith("HERE")


@pytest.mark.parametrize(
    "fields",
    [{}, {"line": 1}, {"line": 9, "column": 1}, {"line": 1, "column": 1, "udf": "f"}],
    ids=["no place", "no column", "no such line", "a line of a UDF"],
)
def test_an_error_without_a_place_in_the_sql_gets_none(fields: dict[str, object]) -> None:
    assert noted("SELECT 1", **fields) == []
