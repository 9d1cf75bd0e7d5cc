"""The verbs, as a program calls them; how they look at the door is tests/unit/apps."""

from pathlib import Path

import numpy as np
import pytest

from dripstone.errors import DataError, FactorError, SettingsError
from dripstone.workspace import Workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = Workspace.init(tmp_path_factory.mktemp("verbs") / "ws")
    workspace.simulate(instruments=60, days=30)
    return workspace.root


@pytest.fixture
def ws(made: Path) -> Workspace:
    return Workspace.open(made)


def test_a_file_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="a workspace is a folder"):
        Workspace.init(tmp_path / "file")
    with pytest.raises(SettingsError, match="not a workspace"):
        Workspace.open(tmp_path)


def test_what_is_looked_up_is_no_attempt(ws: Workspace) -> None:
    ws.compute(["drip_stone_mad"])
    before = ws.ledger.count()
    ws.compute(["drip_stone_mad"])
    ws.placebo("drip_stone_mad")
    assert ws.ledger.count() == before


def test_attempts_carry_the_study_and_the_numbers(ws: Workspace) -> None:
    inside = ws.within("one")
    inside.evaluate("drip_stone")
    trial = inside.trials("one")[-1]
    assert (trial.stage, trial.outcome, trial.factor, trial.column) == ("evaluate", "ok", "drip_stone", "drip_stone")
    assert trial.metrics["spans"]["1"]["rank_ic"]["n_days"] > 20  # type: ignore[index]
    days = ws.lake.dates()
    assert trial.window is not None
    assert trial.window[0] == str(days[0])
    assert trial.data_version == ws.store.data_version(trial.fingerprint or "")
    with pytest.raises(DataError):
        inside.evaluate("drip_stone", start="2031-01-01")
    assert inside.trials("one")[-1].outcome == "failed"
    assert ws.trials("another") == []


def test_a_window_is_smoothed_with_the_days_before_it(ws: Workspace) -> None:
    """Each day's RankIC in a window is that day's RankIC over the whole range, at every span."""
    days = ws.lake.dates()
    whole, part = ws.evaluate("drip_stone"), ws.evaluate("drip_stone", start=days[22], end=days[26])
    for span in (1, 5, 20):
        full, window = whole.spans[span], part.spans[span]
        assert window.dates.tolist() == days[22:27].tolist()
        np.testing.assert_array_equal(window.rank_ic.values, full.rank_ic.values[np.isin(full.dates, window.dates)])


def test_a_column_must_be_named_where_there_are_several(ws: Workspace) -> None:
    with pytest.raises(FactorError, match="name one: drip_stone_buy"):
        ws.panel("drip_stone_sides")
    sides = [ws.panel(f"drip_stone_{side}").values for side in ("buy", "sell", "net")]
    np.testing.assert_array_equal(sides[0] - sides[1], sides[2])


def test_the_null_twin_knows_nothing_of_direction(tmp_path: Path) -> None:
    """What pays in the planted market does not in its twin with the same footprints."""
    t = {}
    for twin in ("planted", "null"):
        market = Workspace.init(tmp_path / twin)
        market.simulate(twin=twin, instruments=150, days=40)  # type: ignore[arg-type]
        t[twin] = market.evaluate("drip_stone_net").spans[5].rank_ic.t
    assert t["planted"] > 4
    assert abs(t["null"]) < 3


def test_progress_is_told_to_whoever_watches(ws: Workspace) -> None:
    told: list[tuple[int, int]] = []
    ws.watched(lambda progress: told.append((progress.done_days, progress.total_days))).compute(["drip_stone_bands"])
    assert told[0] == (0, 30)
    assert told[-1] == (30, 30)
    assert told == sorted(told)


def test_library_says_what_is_held(ws: Workspace) -> None:
    ws.compute(["drip_stone"])
    known = {factor.name: factor for factor in ws.factors()}
    assert known["drip_stone"].days == 30
    assert known["drip_stone_sides"].columns == ("drip_stone_buy", "drip_stone_sell", "drip_stone_net")
    assert known["drip_stone"].about


def test_a_factor_that_ends_its_process_is_an_error_and_a_trial(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "deadly.py"
    file.write_text(
        "import os\nfrom dripstone import factor\n\n@factor()\ndef deadly(bars):\n    os._exit(9)\n", encoding="utf-8"
    )
    with pytest.raises(FactorError, match=r"deadly.*exit codes \[9, 9, 9\]"):
        ws.compute([str(file)])
    last = ws.trials()[-1]
    assert (last.stage, last.outcome, last.factor) == ("compute", "failed", "deadly")


def test_a_file_that_is_no_factor_is_an_attempt_and_a_wrong_name_is_not(ws: Workspace, tmp_path: Path) -> None:
    before = ws.ledger.count()
    with pytest.raises(FactorError, match="unknown factor"):
        ws.evaluate("drip_stoned")
    assert ws.ledger.count() == before
    with pytest.raises(FactorError):
        ws.evaluate(str(tmp_path / "missing.ipynb"))
    last = ws.trials()[-1]
    assert (ws.ledger.count(), last.outcome, last.factor) == (before + 1, "failed", "missing.ipynb")
