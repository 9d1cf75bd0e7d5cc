"""docs/dai_functions.md is the dialect's table, as it is."""

from pathlib import Path

from dripstone.dai.dialect import FUNCTIONS, WINDOWED
from dripstone.dai.dialect.page import function_page

PAGE = Path(__file__).parents[2] / "docs" / "dai_functions.md"


def test_the_page_is_current(rewrite_golden: bool) -> None:
    if rewrite_golden:
        PAGE.write_text(function_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == function_page()


def test_every_function_stands_on_it_once() -> None:
    page = function_page()
    assert all(page.count(f"| `{row.spelling}` |") == 1 for row in FUNCTIONS.values())
    assert all(page.count(f"| `{row.spelling}` |") == 1 for row in WINDOWED.values())
