"""The ledger: every attempt, failures too. It only grows."""

import json
import math
import sqlite3
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from dripstone.errors import DripstoneError
from dripstone.store.database import create, now, reading, writing

__all__ = ["Findings", "Ledger", "Outcome", "Stage", "Trial"]

Stage: TypeAlias = Literal["propose", "write", "check", "compute", "evaluate", "compare"]
Outcome: TypeAlias = Literal["ok", "failed"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt at one factor.

    Parameters
    ----------
    study : the study it belongs to, "" outside of one.
    factor, column, fingerprint, parent : what was tried, and the fingerprint of what it was to improve.
    stage, outcome : how far it was taken and whether that went well.
    error : ``DripstoneError.as_dict()`` of a failure.
    window : first and last day, ISO.
    data_version : the content hash of the bars it was judged on.
    metrics : name -> number, text, or nested mappings and lists of them. A number that is not finite is kept as
        null and comes back as NaN.
    seconds : how long it took.
    note : anything a reader should know.
    id, at : position in the ledger and UTC moment; given by ``Ledger.append``.
    """

    study: str
    factor: str
    stage: Stage
    outcome: Outcome
    column: str | None = None
    fingerprint: str | None = None
    parent: str | None = None
    error: Mapping[str, object] | None = None
    window: tuple[str, str] | None = None
    data_version: str | None = None
    metrics: Mapping[str, object] = field(default_factory=dict[str, object])
    seconds: float = 0.0
    note: str = ""
    id: int | None = None
    at: str | None = None


@dataclass(slots=True)
class Findings:
    """What an attempt has to say when it ends, in the words of ``Trial``; filled in while it runs."""

    column: str | None = None
    window: tuple[str, str] | None = None
    data_version: str | None = None
    metrics: Mapping[str, object] = field(default_factory=dict[str, object])
    note: str = ""


class Ledger:
    """The keeper of trials, in ``root/store.sqlite``. Triggers refuse every UPDATE, DELETE and REPLACE."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        create(self.root)

    def append(self, trial: Trial) -> Trial:
        """Write a trial down; returns it with ``id`` and ``at``. It is on the disk when this returns."""
        with writing(self.root) as db:
            at = now()
            first, last = trial.window or (None, None)
            row = {
                "at": at,
                "study": trial.study,
                "factor": trial.factor,
                "column": trial.column,
                "fingerprint": trial.fingerprint,
                "parent": trial.parent,
                "stage": trial.stage,
                "outcome": trial.outcome,
                "error": None if trial.error is None else _to_json(trial.error),
                "first_day": first,
                "last_day": last,
                "data_version": trial.data_version,
                "metrics": _to_json(trial.metrics),
                "seconds": trial.seconds,
                "note": trial.note,
            }
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            written = db.execute(f"INSERT INTO trial ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608  # names are the literals above
            return replace(trial, id=written.lastrowid, at=at)

    @contextmanager
    def attempt(self, trial: Trial) -> Generator[Findings]:
        """Write down what is tried inside: when it ends, or with its error when a DripstoneError ends it.

        An interrupt or a defect of ours is no outcome of the factor and leaves no line.
        """
        began, found = time.monotonic(), Findings()
        try:
            yield found
        except DripstoneError as error:
            self.append(_ended(trial, found, began, outcome="failed", error=error.as_dict()))
            raise
        self.append(_ended(trial, found, began, outcome="ok", error=None))

    def compared_with(self, parent: str) -> set[tuple[str | None, str | None]]:
        """The (fingerprint, column) of everything that was ever compared with this baseline."""
        query = "SELECT DISTINCT fingerprint, \"column\" FROM trial WHERE stage = 'compare' AND parent = ?"
        with reading(self.root) as db:
            return set(db.execute(query, (parent,)).fetchall())

    def trials(self, study: str | None = None) -> list[Trial]:
        """The trials of one study, or all, oldest first."""
        query = "SELECT * FROM trial WHERE ?1 IS NULL OR study = ?1 ORDER BY id"
        with reading(self.root) as db:
            db.row_factory = sqlite3.Row
            return [_trial(row) for row in db.execute(query, (study,))]

    def count(self, study: str | None = None) -> int:
        """How many trials there are; part of every verdict."""
        with reading(self.root) as db:
            return db.execute("SELECT count(*) FROM trial WHERE ?1 IS NULL OR study = ?1", (study,)).fetchone()[0]


def _ended(
    trial: Trial, found: Findings, began: float, *, outcome: Outcome, error: Mapping[str, object] | None
) -> Trial:
    seconds = time.monotonic() - began
    told = {"window": found.window, "data_version": found.data_version, "metrics": found.metrics, "note": found.note}
    said = replace(trial, column=found.column or trial.column, **told)
    return replace(said, outcome=outcome, error=error, seconds=seconds)


def _trial(row: sqlite3.Row) -> Trial:
    data = dict(row)
    first, last = data.pop("first_day"), data.pop("last_day")
    data["window"] = None if first is None else (first, last)
    data["error"] = None if data["error"] is None else json.loads(data["error"])
    data["metrics"] = _nan_for_null(json.loads(data["metrics"]))
    return Trial(**data)


def _to_json(value: object) -> str:
    return json.dumps(_null_for_nan(value), ensure_ascii=False, allow_nan=False)


def _null_for_nan(value: object) -> object:
    match value:
        case np.generic():
            return _null_for_nan(value.item())
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): _null_for_nan(item) for key, item in value.items()}
        case list() | tuple():
            return [_null_for_nan(item) for item in value]
        case _:
            return value


def _nan_for_null(value: object) -> object:
    match value:
        case None:
            return math.nan
        case dict():
            return {key: _nan_for_null(item) for key, item in value.items()}
        case list():
            return [_nan_for_null(item) for item in value]
        case _:
            return value
