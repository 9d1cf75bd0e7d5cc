"""A day of made-up bars, and the shortest way to a spec."""

from typing import Any

import numpy as np

from dripstone.factors.spec import FactorSpec, Needs
from dripstone.lake.day import BAR_FIELDS, DayBars
from dripstone.market.session import SESSION

DAY = np.datetime64("2024-01-02")
HEAD = "import numpy as np\nfrom dripstone import factor\n"


def make_day(n: int = 5, *, days: int = 1, seed: int = 0) -> DayBars:
    """All fields, all minutes, volume in whole shares; a few minutes are missing."""
    source = np.random.default_rng(seed)
    shape = (n, len(SESSION)) if days == 1 else (days, n, len(SESSION))
    missing = source.random(shape) < 0.02
    fields = {name: source.integers(100, 1000, shape).astype(float) for name in BAR_FIELDS}
    for values in fields.values():
        values[missing] = np.nan
    names = np.array([f"{600000 + i}.SH" for i in range(n)])
    return DayBars(DAY, names, SESSION, fields)


def kernel(body: str, *, decorator: str = "@factor()", entry: str = "mine", **given: Any) -> FactorSpec:
    """A kernel spec of one function ``mine(bars)``."""
    source = f"{HEAD}{decorator}\ndef {entry}(bars):\n    {body}\n"
    return FactorSpec(entry, "kernel", source, entry, **given)


def sql(select: str, *, columns: tuple[str, ...] = ("x",), **given: Any) -> FactorSpec:
    """A SQL spec over all fields of the day."""
    return FactorSpec("mine", "sql", select, needs=Needs(BAR_FIELDS, ("09:25", "15:00")), columns=columns, **given)
