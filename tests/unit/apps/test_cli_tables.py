"""``dripstone tables``: what there is, in a terminal and for programs."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import dai
from dripstone.apps.cli.verb import app
from dripstone.lake import TABLES
from dripstone.workspace import Workspace


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulated bars, a table and a view of one's own."""
    workspace = Workspace.init(tmp_path_factory.mktemp("tables") / "ws")
    workspace.simulate(instruments=5, days=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIPSTONE_WORKSPACE", str(workspace.root))
        dai.DataSource.write_bdb(pd.DataFrame({"a": [1, 2]}), id="mine", unique_together=["a"])
        dai.DataSource.write_text("no table", id="note")
        dai.DataSource.save_view("seen", "SELECT a FROM mine")
    return workspace.root


def run(root: Path, *words: str, width: int = 80) -> Result:
    result = CliRunner().invoke(app, ["-w", str(root), *words], env={"COLUMNS": str(width)}, catch_exceptions=False)
    assert all(len(line) <= width for line in result.stdout.splitlines()) or "--json" in words
    return result


@pytest.mark.parametrize("width", [80, 120])
def test_the_list_is_one_line_a_table(root: Path, width: int) -> None:
    lines = run(root, "tables", width=width).stdout.splitlines()
    found = {line.split()[0]: line.split()[1:] for line in lines[2:]}
    assert found["cn_stock_bar1m"] == ["held", "3", "2025-06-26..2025-06-30", "9"]
    assert found["cn_stock_bar5m"][0] == found["cn_stock_prefactors"][0] == found["trading_days"][0] == "derived"
    assert found["cn_stock_status"] == ["empty", "7"]
    assert found["mine"] == ["yours", "2", "rows", "1"]
    assert found["seen"] == ["yours"]
    assert "note" not in found
    assert "cn_macro_cpi" not in found
    assert "--all" in lines[-1]
    assert len(lines) < 45


def test_all_of_the_catalogue_is_listed_on_demand(root: Path) -> None:
    lines = run(root, "tables", "--all", width=120).stdout.splitlines()
    assert {line.split()[0] for line in lines[2:] if line.strip()} >= set(TABLES)


def test_one_table_shows_its_columns_with_types_and_units(root: Path) -> None:
    text = run(root, "tables", "cn_stock_real_bar1d").stdout
    lines = {line.split()[0]: line.split() for line in text.splitlines() if line.strip()}
    assert "3 days 2025-06-26..2025-06-30" in text
    assert lines["close"] == ["close", "DOUBLE", "yuan,", "unadjusted"]
    assert lines["deal_number"][:3] == ["deal_number", "BIGINT", "NULL"]
    assert lines["turn"][1] == "DOUBLE"
    assert "NULL" not in lines["turn"], "caps are held"
    assert "also named cn_stock_bar1m_c" in run(root, "tables", "CN_STOCK_BAR1M_C").stdout


def test_a_wide_table_shows_what_is_known(root: Path) -> None:
    lines = run(root, "tables", "cn_stock_prefactors").stdout.splitlines()
    assert len(lines) < 80
    assert "--json lists them" in " ".join(lines)
    assert any(line.startswith("float_market_cap") for line in lines)


def test_yours_are_shown_too(root: Path) -> None:
    assert "2 rows" in run(root, "tables", "mine").stdout
    assert "one row a a" in run(root, "tables", "mine").stdout
    assert "SELECT a FROM mine" in run(root, "tables", "seen").stdout


def test_programs_get_every_column(root: Path) -> None:
    answer = json.loads(run(root, "tables", "cn_stock_prefactors", "--json").stdout)
    assert answer["column_count"] == len(answer["columns"]) == len(TABLES["cn_stock_prefactors"].names)
    assert answer["columns"][0] == {"name": "date", "type": "TIMESTAMP", "unit": "trading day", "known": True}
    everything = json.loads(run(root, "tables", "--json").stdout)["result"]
    assert len(everything) == len(TABLES) + 2
    assert all(table["columns"] == [] for table in everything)


def test_a_typo_finds_the_nearest(root: Path) -> None:
    result = run(root, "tables", "cn_stock_bar1min")
    assert result.exit_code == 1
    assert "did you mean cn_stock_bar1m?" in result.stderr
    assert "dripstone tables lists them" in run(root, "tables", "zzz").stderr
