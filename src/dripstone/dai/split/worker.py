"""The child's side of a query split over processes: a job out of one file, the rows of each piece into another."""

import pickle
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pyarrow as pa

from dripstone.dai.database import View
from dripstone.dai.split.job import Job, Session

__all__ = ["run_piece"]

_OPEN = ExitStack()
"""The one database of this process; it ends with it."""


def run_piece(chunk: Mapping[str, object]) -> bool:
    """Run one piece of the job and write its rows as an Arrow file.

    Parameters
    ----------
    chunk : "folder", where the job and its pieces are and the rows go; "piece", the number of one.

    Returns
    -------
    Whether it went well. Where it did not, the parent runs the piece itself and meets the error as its own.
    """
    folder, piece = Path(str(chunk["folder"])), int(str(chunk["piece"]))
    try:
        session, pieces = _loaded(folder)
        rows = session.rows(pieces[piece])
    except Exception:  # noqa: BLE001  # loading may run the author's code, which may raise anything
        rows = None
    if rows is None:
        return False
    with pa.OSFile(str(folder / f"{piece}.arrow"), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
        writer.write_table(rows)
    return True


@cache
def _loaded(folder: Path) -> tuple[Session, tuple[tuple[View, ...], ...]]:
    """The job and its pieces, which the parent has just written into a folder of its own."""
    warnings.simplefilter("ignore")  # what the author's functions warn of, they warn of in the parent as well
    job: Job = pickle.loads((folder / "job").read_bytes())  # noqa: S301  # written by the parent for this process
    pieces = pickle.loads((folder / "pieces").read_bytes())  # noqa: S301  # the same
    return _OPEN.enter_context(job.session(threads=1)), pieces
