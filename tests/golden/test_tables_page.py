"""docs/tables.md is what the tables say of themselves; ``make golden`` writes it anew."""

from pathlib import Path

from dripstone.dai.table import SAME_ROWS
from dripstone.dai.view import CALENDARS, RECIPES
from dripstone.lake import TABLES, TableSpec
from dripstone.lake.schema.prefactor import BLOCKS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tables.md"
TYPES = {"timestamp[us]": "time", "double": "number", "int64": "whole number", "string": "text"}
HEAD = """\
# Tables

Written by `make golden` from the tables themselves. `dripstone tables` says what a workspace holds of them,
`dripstone tables NAME` shows one. Every table may be ingested ([data.md](data.md)); one marked *made* is made of others
where it is not ([dai.md](dai.md)). A unit is given where the platform says it.
"""


def title(spec: TableSpec) -> str:
    same = [name for name, target in SAME_ROWS.items() if target == spec.name]
    also = f" Also named {', '.join(f'`{name}`' for name in same)}." if same else ""
    made = " *made*" if spec.name in RECIPES or spec.name in CALENDARS else ""
    return f"## {spec.name}{made}\n\n{spec.about[0].upper()}{spec.about[1:]}. Key: {', '.join(spec.key)}.{also}\n"


def described(spec: TableSpec) -> str:
    like = next(other for other in TABLES.values() if other.columns == spec.columns)
    if like is not spec:
        return f"{title(spec)}\nColumns and units as `{like.name}`.\n"
    shown = [column for column in spec.columns if not (spec.dateless and column.name == "date")]
    last = ""
    if spec.name == "cn_stock_prefactors":
        inside = {column for block in BLOCKS for column in TABLES[block].names[2:]}
        shown = [column for column in shown if column.name not in inside]
        last = f"\nand all columns of {', '.join(f'`{block}`' for block in BLOCKS)}.\n"
    rows = [f"| {column.name} | {TYPES[str(column.type)]} | {column.unit} |" for column in shown]
    return "\n".join([title(spec), "| column | type | unit |", "|---|---|---|", *rows, last])


def page() -> str:
    named = [spec for spec in TABLES.values() if spec.key]
    others = [spec for spec in TABLES.values() if not spec.key]
    catalogue = [f"| `{spec.name}` | {len(spec.names) - spec.dateless} | {spec.about} |" for spec in others]
    last = ["## The rest of the catalogue", "", "| table | columns | |", "|---|---|---|", *catalogue, ""]
    return "\n".join([HEAD, *(described(spec) for spec in named), *last])


def test_the_page_is_what_the_tables_say(rewrite_golden: bool) -> None:
    if rewrite_golden:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
