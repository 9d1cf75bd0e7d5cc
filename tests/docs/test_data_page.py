"""docs/data.md keeps up with the tables, the presets and the findings."""

from pathlib import Path

import pytest

from dripstone.lake import TABLES
from dripstone.sources import PRESETS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("spec", TABLES.values(), ids=lambda spec: spec.name)
def test_every_table_is_on_the_page_with_its_columns(spec):
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{spec.name}` | {', '.join(spec.key)} |"))
    if "as `cn_stock_bar1d`" not in line:
        words = set(line.replace("*", " ").replace(",", " ").split())
        assert set(spec.names) <= words


def test_every_preset_is_on_the_page():
    assert all(f"\n| {name} |" in PAGE for name in PRESETS)
