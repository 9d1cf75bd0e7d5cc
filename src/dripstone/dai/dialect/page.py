"""The table of the dialect as a page for people: docs/dai_functions.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dripstone.dai.dialect import FUNCTIONS, WINDOWED
from dripstone.dai.dialect.row import Row

__all__ = ["function_page"]

_HEAD = """# The functions of dai SQL that DuckDB does not have

The platform's own functions as dripstone reads them; every other function is DuckDB's. `make golden` writes this page
from the table that the translation works with, `src/dripstone/dai/dialect`.
平台自有函数在 dripstone 中的口径；其余函数即 DuckDB 的函数。本页由代码中的函数表生成。

- **Calls.** Arguments go by place or by name: `m_lag(close, 1)`, `m_lag(close, n:=1)`, `m_lag(close, n=>1)`; `pb` and
  `ob` by name only. What has a default may be left out. 参数可按位置或按名给出，`pb` 与 `ob` 只能按名给出。
- **Keys.** `pb` is what a window is cut by (PARTITION BY), `ob` what it is ordered by (ORDER BY): a column, a list
  `(a, b)`, or a text such as `'date, t.industry'`, `'A, -B'`; a minus is descending. 减号表示降序。
- **Windows.** `w` counts rows, the current one included; a fraction is cut off (8.69 is 8), less than 1 is an error,
  `$name` works. Unless a line says otherwise, a rolling window gives NULL until it holds `w` rows and while one of its
  values is NULL. 除另有说明，滚动窗口须满 `w` 行且无 NULL，否则为 NULL。
- **Ranks** run from 1; NULL has no rank and does not count. 排名从 1 起，NULL 无排名且不计入。
- **Nesting.** A function may stand in any other, to any depth, and over the result of a GROUP BY. 函数可任意嵌套。
- **Division by zero** is NULL. 除以零为 NULL。
"""

_GROUPS: Mapping[str, Sequence[str]] = {
    "Along time 时序": ("m_", "ts_"),
    "Across instruments 截面": ("c_", "group_", "cut_outliers"),
    "Whole result, or by a key 全局与分组": (
        "all_",
        "rank",
        "pct_rank",
        "dense_rank",
        "row_number",
        "cume_dist",
        "ntile",
    ),
    "One row, and aggregates 标量与聚合": ("",),
    "Technical indicators 技术指标": ("m_ta_",),
}
"""Title -> the beginnings of names; the longest one that a name has decides."""


def function_page() -> str:
    """The page in Markdown: every function once, with its signature and what it is in Chinese and English."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for title in _GROUPS:
        yield from _section(title, [row for row in FUNCTIONS.values() if _title(row.name) == title])
    raw = [WINDOWED[name] for name in WINDOWED.keys() - FUNCTIONS.keys()]
    yield from _section("Over a window of your own 自写 OVER 窗口", raw)


def _title(name: str) -> str:
    fitting = {start: title for title, starts in _GROUPS.items() for start in starts if name.startswith(start)}
    return fitting[max(fitting, key=len)]


def _section(title: str, rows: Iterable[Row]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| function | 说明 | what it is |"
    yield "|---|---|---|"
    for row in sorted(rows, key=lambda row: row.name):
        cells = (f"`{row.spelling}`", row.zh, row.en)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""
