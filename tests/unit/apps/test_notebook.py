"""``%load_ext dripstone`` in a shell as a notebook has one."""

import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from dripstone import Workspace
from dripstone.dai import QueryResult


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("notebook")
    Workspace.init(root).simulate(instruments=5, days=3, seed=1, twin="null")
    return root


@pytest.fixture
def shell(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(workspace))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell(
        config=Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
    )
    assert shell.run_cell("%load_ext dripstone").success
    day = Workspace.open(workspace).lake.dates()[1]
    shell.user_ns["day"] = str(day)
    shell.user_ns["days"] = [f"{day} 00:00:00", f"{day} 23:59:59"]
    return shell


def value(shell: InteractiveShell, cell: str) -> QueryResult:
    ran = shell.run_cell(cell, store_history=True)
    assert ran.success
    assert isinstance(ran.result, QueryResult)
    return ran.result


def error(shell: InteractiveShell, cell: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert not shell.run_cell(cell, store_history=True).success
    return capsys.readouterr().out.strip().splitlines()


def test_a_cell_of_sql_with_filters(shell: InteractiveShell) -> None:
    sql = "SELECT instrument, count(*) AS n FROM cn_stock_bar1m GROUP BY ALL ORDER BY ALL"
    plain = value(
        shell, f'%%sql {{"date": ["{shell.user_ns["day"]} 00:00:00", "{shell.user_ns["day"]} 23:59:59"]}}\n{sql}'
    )
    assert [n for _, n in plain.fetchall()] == [241] * 5
    assert value(shell, f'%%sql {{"date": days}}\n{sql}').arrow() == plain.arrow()
    assert value(shell, f"%%sql\nSET full_db_scan=true;\n{sql}").fetchall()[0][1] == 3 * 241


def test_the_value_of_a_cell_is_the_last_output(shell: InteractiveShell) -> None:
    value(shell, "%%sql\nSELECT 1 AS one")
    assert shell.run_cell("_.df()").result["one"].tolist() == [1]


def test_a_line_of_sql(shell: InteractiveShell) -> None:
    assert shell.run_cell("kept = %sql SELECT 1 AS one, $$a{b}$$ AS text").success
    assert shell.user_ns["kept"].fetchall() == [(1, "a{b}")]


def test_sql_sees_the_frames_and_udfs_of_the_notebook(shell: InteractiveShell) -> None:
    shell.run_cell("import pandas as pd, dai\nmine = pd.DataFrame({'a': [1, 2]})\nother = pd.DataFrame({'a': [9]})")
    shell.run_cell("def twice(x) -> float:\n    return 2 * x\n\nudf = dai.DaiUDF('double_it', twice)")
    assert value(shell, "%%sql\nSELECT double_it(a) AS b FROM mine ORDER BY a").fetchall() == [(2.0,), (4.0,)]
    shell.run_cell("earlier = _")
    assert value(shell, "%%sql\nSELECT b, a FROM earlier, other ORDER BY b").fetchall() == [(2.0, 9), (4.0, 9)]


def test_a_table_of_the_platform_goes_before_a_variable(shell: InteractiveShell) -> None:
    shell.run_cell("import pandas as pd\ncn_stock_bar1m = pd.DataFrame({'a': [1]})")
    assert len(value(shell, '%%sql {"date": days}\nSELECT * FROM cn_stock_bar1m')) == 5 * 241


def test_an_error_of_sql_is_short_and_shows_the_place(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    said = error(shell, '%%sql {"date": days}\nSELECT instrument,\n  clos\nFROM cn_stock_bar1m', capsys)
    assert said[0].startswith("FactorError:")
    assert "did you mean close?" in said[0]
    assert said[1:] == ["  2 |   clos", "    |   ^"]


def test_what_does_not_parse_shows_the_place(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    said = error(shell, "%%sql\nSELECT (a FROM t", capsys)
    assert said[1:] == ["  1 | SELECT (a FROM t", "    |           ^"]


def test_an_error_names_the_cell(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    said = error(shell, "import dai\ndai.query('SELECT 1 FROM nowhere')", capsys)
    assert said[1:3] == ["  1 | SELECT 1 FROM nowhere", "    |               ^"]
    assert said[3].startswith("  Cell In[")
    assert said[3].endswith("line 2: dai.query('SELECT 1 FROM nowhere')")
    assert len(said) == 4


def test_an_error_of_a_udf_shows_its_line(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("import dai\ndef fail(x) -> float:\n    return x / 0\n\nudf = dai.DaiUDF('fail', fail)")
    said = error(shell, "%%sql\nSELECT fail(1)", capsys)
    assert "UDF fail raised ZeroDivisionError" in said[0]
    assert said[1].endswith("line 3, in fail: return x / 0")
    assert len(said) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [("nowhere", "name 'nowhere' is not defined"), ('{"date": ', "never closed"), ("['a']", "are no dict")],
)
def test_wrong_filters(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str, message: str) -> None:
    said = error(shell, f"%%sql {line}\nSELECT 1", capsys)
    assert said[0].startswith("FactorError: the filters behind %%sql")
    assert message in said[0]
    assert len(said) == 1


def test_the_whole_traceback_is_to_be_had(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    error(shell, "%%sql\nSELECT 1 FROM nowhere", capsys)
    shell.run_cell("%tb")
    assert "script.py" in capsys.readouterr().out


def test_import_dripstone_stays_light() -> None:
    code = "import dripstone, sys; print([m for m in ('IPython', 'pandas', 'duckdb') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
