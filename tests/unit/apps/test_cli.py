"""The command line, as people and programs see it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from dripstone.apps.cli.verb import app
from dripstone.workspace import Workspace

FAILING = """
from dripstone import factor

@factor()
def failing(bars):
    raise ValueError("no luck")
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with 60 instruments x 26 days of a planted market."""
    workspace = Workspace.init(tmp_path_factory.mktemp("cli") / "ws")
    workspace.simulate(instruments=60, days=26)
    return workspace.root


def run(root: Path | None, *words: str) -> Result:
    return CliRunner().invoke(app, [*(["-w", str(root)] if root else []), *words], catch_exceptions=False)


def answer(root: Path, *words: str) -> dict[str, Any]:
    result = run(root, *words, "--json")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1, "one JSON object on one line"
    return json.loads(result.stdout)


def failure(root: Path, *words: str) -> dict[str, str]:
    """The error both ways: one line for people, one shape for programs."""
    people = run(root, *words)
    assert people.exit_code == 1
    assert people.stdout == ""
    assert people.stderr.count("\n") == 1, people.stderr
    program = run(root, *words, "--json")
    assert program.exit_code == 1
    assert program.stderr == ""
    error = json.loads(program.stdout)["error"]
    assert set(error) == {"kind", "message", "what", "seen", "expected", "hint", "fields"}
    assert people.stderr.startswith(error["kind"])
    return error


def test_init_makes_a_workspace_once(tmp_path: Path) -> None:
    made = run(None, "init", str(tmp_path / "new"), "--json")
    assert json.loads(made.stdout)["tables"] == []
    (tmp_path / "new" / "dripstone.toml").write_text('language = "en"\n', encoding="utf-8")
    assert run(None, "init", str(tmp_path / "new")).exit_code == 0
    assert (tmp_path / "new" / "dripstone.toml").read_text(encoding="utf-8") == 'language = "en"\n'


def test_status_says_what_is_held(root: Path) -> None:
    assert answer(root, "status")["simulated"] == "planted, seed 1"
    assert "synthetic market" in run(root, "status").stdout
    tables = {t["name"]: t for t in answer(root, "status")["tables"]}
    assert tables["cn_stock_bar1m"]["days"] == 26
    assert "cn_stock_bar1m" in run(root, "status").stdout


def test_compute_is_a_look_up_the_second_time(root: Path) -> None:
    assert answer(root, "compute", "drip_stone", "drip_stone_sides", "--start", "2020-01-01")["factors"]
    again = answer(root, "compute", "drip_stone")
    assert [(f["computed"], f["reused"]) for f in again["factors"]] == [(0, 26)]


def test_export_writes_date_instrument_value(root: Path, tmp_path: Path) -> None:
    for name in ("values.csv", "values.parquet"):
        said = answer(root, "export", "drip_stone", str(tmp_path / name))
        frame = (pd.read_csv if name.endswith("csv") else pd.read_parquet)(tmp_path / name)
        assert list(frame.columns) == ["date", "instrument", "value"]
        assert len(frame) == said["rows"] > 0
    assert failure(root, "export", "drip_stone", str(tmp_path / "values.xls"))["kind"] == "SettingsError"


def test_evaluate_prints_every_number_with_its_definition(root: Path) -> None:
    said = answer(root, "evaluate", "drip_stone")
    assert set(said["spans"]) == {"1", "5", "20"}
    shown = run(root, "evaluate", "drip_stone").stdout
    assert "Spearman" in shown
    assert "½Σ" in shown
    assert "VWAP" in shown, "the return itself is defined too"


def test_a_definition_is_told_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers stand in one table, definitions below it, so that both can be read on 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(root, "compare", "drip_stone_net", "--baseline", "drip_stone_mad").stdout
    assert shown.count("Spearman") == 1
    assert "改进版 RankIC" in shown


def test_compare_counts_what_was_tried(root: Path) -> None:
    baseline = ("--baseline", "band_5_10")  # no other test compares with it
    first = answer(root, "compare", "drip_stone_mad", *baseline)
    second = answer(root, "compare", "drip_stone_net", *baseline)
    again = answer(root, "compare", "drip_stone_net", *baseline)
    assert [first["tries"], second["tries"], again["tries"]] == [1, 2, 2]
    assert second["verdict"] in {"candidate", "no evidence"}


def test_report_is_one_file(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    said = answer(root, "report", "drip_stone_net", "--baseline", "drip_stone", "--out", str(out), "--language", "en")
    assert said == {"path": str(out)}
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_failing_factor_is_a_trial(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "failing.py"
    file.write_text(FAILING, encoding="utf-8")
    before = len(answer(root, "trials")["result"])
    error = failure(root, "check", str(file))
    assert error["kind"] == "FactorError"
    assert "no luck" in error["message"]
    trials = answer(root, "trials")["result"]
    assert len(trials) == before + 2
    assert trials[-1]["outcome"] == "failed"
    assert "failing" in run(root, "trials").stdout


def test_a_factor_that_fails_makes_compute_fail(root: Path, tmp_path: Path) -> None:
    """The others are computed and shown, and a script sees the failure by the exit code."""
    file = tmp_path / "failing.py"
    file.write_text(FAILING, encoding="utf-8")
    assert run(root, "compute", "drip_stone", str(file)).exit_code == 1
    program = run(root, "compute", "drip_stone", str(file), "--json")
    assert program.exit_code == 1
    done, failed = json.loads(program.stdout)["factors"]
    assert done["error"] is None
    assert "no luck" in failed["error"]["message"]


def test_trials_keep_their_names_whole_on_a_narrow_terminal(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer(root, "check", "drip_stone_sides")
    assert "drip_stone_sides" in run(root, "trials").stdout


def test_what_the_system_refuses_is_one_line(root: Path, tmp_path: Path) -> None:
    error = failure(root, "report", "drip_stone", "--out", str(tmp_path))
    assert error["kind"] == "SettingsError"
    assert str(tmp_path) in error["message"]
    file = tmp_path / "file"
    file.touch()
    assert failure(file, "status")["kind"] == "SettingsError"


@pytest.mark.parametrize(
    ("words", "kind", "says"),
    [
        (("evaluate", "drip_ston"), "FactorError", "did you mean drip_stone"),
        (("evaluate", "drip_stone_sides"), "FactorError", "several columns"),
        (("compute", "drip_stone", "--start", "2031-01-01"), "DataError", "no day of the range"),
        (("check", "missing.ipynb"), "FactorError", "missing.ipynb"),
        (("check", "drip_stone", "--date", "2031-01-01"), "DataError", "2031-01-01"),
    ],
)
def test_errors_say_what_to_do(root: Path, words: Sequence[str], kind: str, says: str) -> None:
    error = failure(root, *words)
    assert error["kind"] == kind
    assert says in error["message"]


def test_no_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DRIPSTONE_WORKSPACE", raising=False)
    result = run(None, "status")
    assert result.exit_code == 1
    assert "dripstone init" in result.stderr


def test_an_empty_workspace_says_how_to_fill_it(tmp_path: Path) -> None:
    run(None, "init", str(tmp_path))
    for words in (("compute", "drip_stone"), ("evaluate", "drip_stone"), ("check", "drip_stone")):
        assert "ingest" in failure(tmp_path, *words)["hint"]
    assert "nowhere.parquet" in failure(tmp_path, "ingest", "nowhere.parquet")["message"]


@pytest.mark.parametrize("words", [("evaluate",), ("simulate", "--twin", "evil"), ("compute", "x", "--start", "soon")])
def test_wrong_usage_is_code_2(root: Path, words: Sequence[str]) -> None:
    assert run(root, *words).exit_code == 2


def test_help_is_quick_and_loads_no_room() -> None:
    code = (
        "import sys; from dripstone.apps.cli.verb import app\n"
        "heavy = {'numpy', 'pandas', 'duckdb', 'pyarrow', 'scipy', 'dripstone.workspace'} & set(sys.modules)\n"
        "sys.exit(f'loads {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_interrupt_keeps_what_was_done(tmp_path: Path) -> None:
    """Ctrl-C in the middle of compute: code 130, and the second run computes only the rest."""
    workspace = Workspace.init(tmp_path / "ws")
    workspace.simulate(instruments=50, days=24)
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import time\nfrom dripstone import factor\n\n"
        "@factor()\ndef slow(bars):\n    time.sleep(0.1)\n    return bars.volume.sum(axis=-1)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "dripstone.apps.cli", "-w", str(workspace.root), "compute", str(slow), "--json"]
    environ = {**os.environ, "DRIPSTONE_PROCESSES": "1"}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not workspace.store.specs() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(2)
    said, rest = process.communicate(timeout=60)
    assert process.returncode == 130, rest
    error = json.loads(said)["error"]
    assert error["kind"] == "InterruptionError"
    done = workspace.store.specs()[0].n_days
    assert 0 < done < 24
    assert f"{done} of 24 days are stored" in error["what"]
    run_again = answer(workspace.root, "compute", str(slow))["factors"][0]
    assert (run_again["reused"], run_again["computed"]) == (done, 24 - done)
