"""Run a query on some days at a time, and where that takes long and calls Python, in several processes.

1. The first day is run here; it tells what the others will take. Where a query's own cost hides that, more days are.
2. Pieces of consecutive days are run in order, or taken by workers and by this process until none is left.
3. A piece that fails is run once more by the caller's own means, which end in the same error as without a split.
"""

import math
import os
import pickle
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, cast

import cloudpickle
import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from dripstone.arrays import Dates
from dripstone.dai.database import View
from dripstone.dai.split.job import Job, Session
from dripstone.sandbox.pool import Pool

__all__ = ["Means", "rows_by_day"]

Piece: TypeAlias = tuple[View, ...]
"""The views of the query over some of its days."""

_PIECE_S = 0.5
"""A piece is as many days as take about this long: the cost of a piece is a hundredth of a second."""
_HELPER_BYTES = 1 << 26
"""That many bytes of Parquet take longer than another process takes to start."""
_BINDING, _GROWTH = 0.05, 8
"""Of a piece's time, what binding may take; and how many times as many days are tried next where it takes more."""
_TASK = "dripstone.dai.split.worker:run_piece"


@dataclass(frozen=True, slots=True)
class Means:
    """What a split run has at hand.

    Parameters
    ----------
    narrowed : the views of the query over the days from .. to, both inclusive.
    alone : the rows of the query over such views, by the ordinary way; its errors are the caller's.
    threads : of the database of this process.
    processes : that may compute at once, this one included.
    start_up_s : seconds of work that another process is worth starting for.
    """

    narrowed: Callable[[np.datetime64, np.datetime64], Piece]
    alone: Callable[[Piece], pa.Table]
    threads: int
    processes: int
    start_up_s: float = 1.0


def rows_by_day(job: Job, days: Dates, means: Means, *, size_bytes: int = 0) -> list[pa.Table]:
    """The rows of the query on each piece of the days, in the order of the days.

    Parameters
    ----------
    job : the query.
    days : two or more, ascending.
    size_bytes : of the files that it reads; where they are many, other processes are started before the first day.
    """
    if job.udfs and means.processes > 1:
        job = replace(job, memory_limit=f"{max(70 // means.processes, 1)}%")
    with tempfile.TemporaryDirectory(prefix="dripstone-", ignore_cleanup_errors=True) as folder:
        share = _Share(Path(folder), job, means)
        # One thread a library as in the workers: more give other last bits.
        with share.pool, threadpool_limits(1 if job.udfs else None):
            early = share.start(size_bytes // _HELPER_BYTES)
            with job.session(threads=1 if early else means.threads) as session:
                first, rest, day_s = _first(session, days, means)
                expected = day_s * len(rest)
                if early or not share.start(int(expected / means.start_up_s)):
                    return [*first, *share.rows(session, _pieces(rest, day_s, means, runners=early + 1))]
            with job.session(threads=1) as session:
                return [*first, *share.rows(session, _pieces(rest, day_s, means, runners=share.helpers + 1))]


def _first(session: Session, days: Dates, means: Means) -> tuple[list[pa.Table], Dates, float]:
    """The rows of the first days, the days left, and the seconds that each will take.

    It begins with one day, and takes more at a time until what a query costs by itself no longer counts.
    """
    found: list[pa.Table] = []
    size, day_s = 1, 0.0
    while len(days):
        part, days = days[:size], days[size:]
        began = time.perf_counter()
        found.append(_rows(session, means.narrowed(part[0], part[-1]), means))
        piece_s = time.perf_counter() - began
        day_s = piece_s / len(part)
        if session.binding_s < _BINDING * piece_s:
            break
        size *= _GROWTH
    return found, days, day_s


def _rows(session: Session, piece: Piece, means: Means) -> pa.Table:
    rows = session.rows(piece)
    return means.alone(piece) if rows is None else rows


def _pieces(days: Dates, day_s: float, means: Means, *, runners: int) -> list[Piece]:
    """Enough days for the cost of a piece not to count; few enough for memory, and for all to end at one time."""
    size = max(1, int(_PIECE_S / day_s))
    # A full market's day is five row groups: that many threads of this process read it at once.
    size = min(size, math.ceil(len(days) / (4 * runners))) if runners > 1 else max(size, means.threads // 5)
    parts = [days[at : at + size] for at in range(0, len(days), size)]
    return [means.narrowed(part[0], part[-1]) for part in parts]


class _Share:
    """The pieces of a query, shared between this process and helpers.

    Parameters
    ----------
    folder : for what goes to them and comes back, and for their scratch files.
    """

    def __init__(self, folder: Path, job: Job, means: Means) -> None:
        self._folder, self._job, self._means = folder, job, means
        environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))}
        self.pool = Pool(_TASK, environment=environment)
        self.helpers = 0

    def start(self, worth: int) -> int:
        """Start helpers, at most so many; how many: none where the query calls no function, or one does not travel."""
        helpers = min(self._means.processes - 1, worth) if self._job.udfs else 0
        if helpers and self._wrote_job():
            self.pool.start(helpers)
            self.helpers = helpers
        return self.helpers

    def rows(self, session: Session, pieces: Sequence[Piece]) -> list[pa.Table]:
        """The rows of the pieces in order, each from whoever took it."""
        if self.helpers:
            (self._folder / "pieces").write_bytes(pickle.dumps(tuple(pieces)))
        self.pool.give({"folder": str(self._folder), "piece": at} for at in range(len(pieces)))
        found: dict[int, pa.Table] = {}
        while (chunk := self.pool.take()) is not None:
            at = _number(chunk)
            found[at] = _rows(session, pieces[at], self._means)
            while (answer := self.pool.answer(wait=False)) is not None:
                self._keep(answer, found, pieces)
        while len(found) < len(pieces):
            self._keep(self.pool.answer(), found, pieces)
        return [found[at] for at in range(len(pieces))]

    def _keep(self, answer: tuple[object, object] | None, found: dict[int, pa.Table], pieces: Sequence[Piece]) -> None:
        chunk, done = cast("tuple[object, bool]", answer)
        at = _number(chunk)
        if done:
            found[at] = pa.ipc.open_file(pa.memory_map(str(self._folder / f"{at}.arrow"))).read_all()
        else:
            found[at] = self._means.alone(pieces[at])

    def _wrote_job(self) -> bool:
        """Write the job for the helpers; False where one of its functions does not travel."""
        try:
            (self._folder / "job").write_bytes(cloudpickle.dumps(self._job.portable()))
        except Exception:  # noqa: BLE001  # pickling runs whatever the author's objects do, and they may raise anything
            return False
        return True


def _number(chunk: object) -> int:
    return cast("dict[str, int]", chunk)["piece"]
