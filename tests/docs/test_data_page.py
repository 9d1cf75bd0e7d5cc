"""docs/data.md keeps up with the tables, the presets and the findings."""

from pathlib import Path

import pytest

from dripstone.lake import TABLES
from dripstone.sources import PRESETS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
MADE = [name for name in TABLES if name.endswith("_derived")] + ["cn_stock_prefactors"]
NAMED = [spec for spec in TABLES.values() if spec.key and spec.name not in MADE]


@pytest.mark.parametrize("spec", NAMED, ids=lambda spec: spec.name)
def test_every_table_is_on_the_page_with_the_columns_it_must_have(spec):
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{spec.name}` | {', '.join(spec.key)} |"))
    words = set(line.replace(",", " ").split())
    assert {column.name for column in spec.columns if column.required} - {"date"} <= words


def test_every_preset_is_on_the_page():
    assert all(f"\n| {name} |" in PAGE for name in PRESETS)
