"""A notebook in dai spelling as a factor, by running it once, on one day, in a child process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from dripstone.errors import DripstoneError, FactorError, printable
from dripstone.factors.check import Check
from dripstone.factors.recording.notebook import read_notebook
from dripstone.factors.spec import FactorSpec
from dripstone.lake.lake import BarLake
from dripstone.sandbox.child import run_child
from dripstone.sandbox.report import revive

__all__ = ["Recording", "record_notebook"]

_CHILD = "dripstone.factors.recording.recorder:record"


@dataclass(frozen=True, eq=False, slots=True)
class Recording:
    """A notebook as a factor, and what the factor gives on the day it was recorded on."""

    spec: FactorSpec
    check: Check


def record_notebook(
    path: Path, *, lake: BarLake, date: np.datetime64 | str, column: str | None = None, timeout_s: float = 300
) -> Recording:
    """Record a ``.ipynb`` or ``.py`` that calls ``dai.query`` as a SQL factor.

    The notebook runs to its end against a recording ``dai`` that answers every query with the bars of ``date``,
    whatever days it asks for. Its SQL becomes the spec's source without its dates; its UDFs are cut out with all they
    need. Code after the factor query may fail (a plot, a file to save): that is told in ``notes``.

    Parameters
    ----------
    date : a day the lake holds; which one does not matter to the spec.
    column : picks the query that emits it, where the notebook has several.
    timeout_s : wall time for the whole notebook, in seconds.

    Raises
    ------
    FactorError : the file is no notebook, calls no dai, raises before its factor query, holds none or several, looks
        across days, or takes too long; with the place in the notebook.
    DataError : the lake lacks the day or a table that the notebook reads.
    """
    notebook = read_notebook(path)
    if not re.search(r"\bdai\b", notebook.source):
        raise FactorError(
            "the notebook does not use dai",
            seen=path.name,
            expected="import dai, and a dai.query",
            hint="a factor in plain Python is a file with @factor on a function",
            path=path,
        )
    payload: dict[str, object] = {
        "source": notebook.source,
        "starts": notebook.starts,
        "notes": notebook.notes,
        "name": printable(path.stem),
        "file": path.name,
        "lake": str(lake.root.resolve()),
        "date": str(date),
        "column": column,
    }
    try:
        answer = run_child(_CHILD, payload, timeout_s=timeout_s, data=[lake.root])
    except DripstoneError as error:
        raise revive(error.as_dict(), path=path) from error
    spec = FactorSpec.from_dict(cast("Mapping[str, Any]", answer["spec"]))
    return Recording(replace(spec, origin=str(path)), Check.from_dict(cast("Mapping[str, Any]", answer["check"])))
