import math
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dripstone.errors import DataError, FactorError
from dripstone.store import Ledger, Trial

TRIAL = Trial(study="s", factor="drip_stone", stage="evaluate", outcome="ok")


def test_a_trial_comes_back_as_it_was_written(tmp_path: Path) -> None:
    error = FactorError("wrong shape", seen=(3,), line=7).as_dict()
    trial = replace(
        TRIAL,
        outcome="failed",
        column="buy",
        fingerprint="f" * 64,
        parent="p" * 64,
        error=error,
        window=("2025-11-12", "2026-02-09"),
        data_version="v",
        metrics={"rank_ic": 0.03, "spans": [1, 5], "text": "中文", "by_group": {"top": -0.0}},
        seconds=1.5,
        note="first",
    )
    written = Ledger(tmp_path).append(trial)
    assert (written.id, written.at is not None) == (1, True)
    assert Ledger(tmp_path).trials() == [written]
    assert replace(written, id=None, at=None) == trial


@pytest.mark.parametrize("number", [math.nan, math.inf, np.float64("nan")])
def test_a_metric_that_is_no_number_is_null_on_disk_and_nan_when_read(tmp_path: Path, number: float) -> None:
    ledger = Ledger(tmp_path)
    ledger.append(replace(TRIAL, metrics={"ic": number, "groups": [number, np.int64(2)], "n": np.float32(0.5)}))
    with sqlite3.connect(tmp_path / "store.sqlite") as db:
        assert db.execute("SELECT metrics FROM trial").fetchone()[0] == '{"ic": null, "groups": [null, 2], "n": 0.5}'
    db.close()
    metrics = ledger.trials()[0].metrics
    assert metrics["n"] == 0.5
    np.testing.assert_equal(metrics["ic"], math.nan)
    np.testing.assert_equal(metrics["groups"], [math.nan, 2])


def test_trials_are_counted_by_study_and_in_all(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for study in ("a", "b", "a", ""):
        ledger.append(replace(TRIAL, study=study))
    assert (ledger.count(), ledger.count("a"), ledger.count(""), ledger.count("c")) == (4, 2, 1, 0)
    assert [trial.id for trial in ledger.trials("a")] == [1, 3]


@pytest.mark.parametrize("table", ["trial", "served", "part", "factor"])
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE {table} SET at = 'x'",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
    ],
)
def test_what_is_written_cannot_be_changed(tmp_path: Path, attack: str, table: str) -> None:
    Ledger(tmp_path).append(TRIAL)
    db = sqlite3.connect(tmp_path / "store.sqlite")
    db.execute("INSERT INTO factor (fingerprint, at, name, spec) VALUES ('f', '', '', '')")
    db.execute("INSERT INTO part (at, fingerprint, columns) VALUES ('', 'f', '[]')")
    db.execute(
        "INSERT INTO served (part, fingerprint, date, version, row_count, value_count) "
        "VALUES (1, 'f', '2025-01-02', 'v', 0, 0)"
    )
    db.commit()
    if table == "served":
        attack = attack.replace("at = 'x'", "version = 'x'")
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        db.execute(attack.format(table=table))
    db.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no database, but somebody's only copy of something " * 40)
    with pytest.raises(DataError, match="log cannot be used"):
        Ledger(tmp_path).count()
    assert (tmp_path / "store.sqlite").read_bytes().startswith(b"no database")


def test_a_store_of_another_format_is_refused(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    db = sqlite3.connect(tmp_path / "store.sqlite")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(DataError, match=r"another format.*99"):
        ledger.append(TRIAL)
