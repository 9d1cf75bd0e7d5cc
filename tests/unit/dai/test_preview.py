"""What a person sees of a result."""

import datetime as dt
import html.parser

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.dai.preview import preview_html, preview_text
from dripstone.dai.result import QueryResult

DAY = dt.datetime.fromisoformat("2024-01-02")


class Cells(html.parser.HTMLParser):
    """The text of every table row of a fragment, and the tags it is made of."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self._inside = False
        self.feed(fragment)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.usefixtures("wide")
def test_text_lines_up_and_tells_null_from_nan() -> None:
    days = [DAY, DAY + dt.timedelta(1)]
    table = pa.table({"date": days, "名称": ["平安", None], "close": [10.25, 1485.3], "turn": [float("nan"), None]})
    assert preview_text(table).splitlines() == [
        "date        名称      close    turn",
        "timestamp   string   double  double",
        "──────────  ──────  ───────  ──────",
        "2024-01-02  平安      10.25     NaN",
        "2024-01-03  NULL    1485.30    NULL",
        "2 rows × 4 columns",
    ]


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0.1, 0.25], ["0.10", "0.25"]),
        ([1e-9, 1.0], ["1e-09", "1"]),
        ([1e-9, 2.5e-7], ["1e-09", "2.5e-07"]),
        ([61670000.0, 12.5], ["61670000.0", "12.5"]),
        ([float("inf"), 1.5], ["inf", "1.5"]),
        ([1234567890123456789, -1], ["1234567890123456789", "-1"]),
        ([True, False], ["true", "false"]),
        ([DAY.replace(hour=9, minute=31), DAY], ["2024-01-02 09:31:00", "2024-01-02 00:00:00"]),
        ([dt.date(2024, 1, 2), None], ["2024-01-02", "NULL"]),
        ([[1.0, None], [1.0, 2.0, 3.0, 4.0]], ["[1, NULL]", "[1, 2, 3, … 4 in all]"]),
        ([{"a": 1.5, "b": None}, None], ["{a: 1.5, b: NULL}", "NULL"]),
        (["a\nb\x1b[31m", "x" * 60], ["a⏎b\\x1b[31m", "x" * 47 + "…"]),
    ],
)
def test_how_values_are_written(values: list[object], shown: list[str]) -> None:
    table = pa.table({"v": values})
    assert [line.strip() for line in preview_text(table).splitlines()[3:-1]] == shown
    assert [row[0] for row in Cells(preview_html(table)).rows[1:]] == shown


def test_only_the_first_and_the_last_rows_are_shown() -> None:
    table = pa.table({"n": list(range(5000))})
    rows = [row[0] for row in Cells(preview_html(table)).rows[1:]]
    assert rows == [*map(str, range(10)), "⋮", *map(str, range(4990, 5000))]
    assert "5,000 rows × 1 column<" in preview_html(table)
    assert preview_text(table).splitlines()[-1] == "5,000 rows × 1 column"


@pytest.mark.parametrize("width", [20, 80])
def test_text_keeps_to_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = preview_text(pa.table({f"column_{i}": [i] for i in range(90)})).splitlines()
    assert all(len(line) <= width for line in lines[:-1])
    assert lines[-1].startswith("1 row × 90 columns, ")


@pytest.mark.parametrize("table", [pa.table({}), pa.table({"a": pa.array([], pa.float64())})])
def test_nothing_can_be_shown_too(table: pa.Table) -> None:
    assert "0 rows" in preview_text(table)
    assert "0 rows" in preview_html(table)


def test_text_of_the_data_stays_text() -> None:
    hostile = "<script>alert(1)</script>&amp;"
    cells = Cells(preview_html(pa.table({hostile: [hostile, None]})))
    assert "script" not in cells.tags
    assert cells.rows[1] == [hostile]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | st.floats() | st.floats(-1e3, 1e3), min_size=1, max_size=30))
def test_any_floats_are_shown(values: list[float | None]) -> None:
    shown = Cells(preview_html(pa.table({"v": pa.array(values, pa.float64())}))).rows[1:]
    kept = values if len(values) <= 20 else [*values[:10], *values[-10:]]
    texts = [row[0] for row in shown if row != ["⋮"]]
    for value, text in zip(kept, texts, strict=True):
        assert (text == "NULL") == (value is None)
        if value is not None and value == value and abs(value) != float("inf"):
            assert float(text) == pytest.approx(value, rel=0.01, abs=1e-6)


def test_a_result_shows_itself() -> None:
    result = QueryResult(pa.table({"a": [1]}), str)
    assert repr(result) == preview_text(result.table)
    assert result._repr_html_() == preview_html(result.table)
