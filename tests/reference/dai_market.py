"""Small random markets for the dialect's property tests: ties, NULLs, empty and constant columns, short histories."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from tests.reference.dai_twin import Row

KINDS = ("some missing", "whole", "many ties", "constant", "all missing")
INDUSTRIES = ("bank", "steel", "wine")

Source = np.random.Generator


def _missing(source: Source, values: np.ndarray, share: float) -> list[Any]:
    gone = source.random(len(values)) < share
    return [None if is_gone else value for value, is_gone in zip(values.tolist(), gone, strict=True)]


def _factor(source: Source, n: int, kind: str) -> list[Any]:
    """Quarters: sums of them are exact in floating point, so a constant window is constant for every algorithm."""
    values = source.integers(-12, 13, n) / 4
    if kind == "many ties":
        values = source.integers(0, 3, n) / 4
    if kind == "constant":
        values = np.full(n, 1.25)
    share = {"some missing": 0.1, "many ties": 0.1, "all missing": 1.0}.get(kind, 0.0)
    return _missing(source, values, share)


def _prices(source: Source, days: int, *, missing: float) -> dict[str, list[Any]]:
    """A stock that may be suspended: all its columns are NULL on the same days."""
    close = np.maximum(20 + source.integers(-4, 5, days).cumsum() / 4, 5)
    opens = close + source.integers(-4, 5, days) / 4
    high = np.maximum(opens, close) + source.integers(0, 3, days) / 4
    low = np.minimum(opens, close) - source.integers(0, 3, days) / 4
    columns = {"open": opens, "high": high, "low": low, "close": close, "volume": 100.0 * source.integers(0, 9, days)}
    gone = source.random(days) < missing
    return {name: [None if g else v for v, g in zip(c.tolist(), gone, strict=True)] for name, c in columns.items()}


@st.composite
def markets(draw: st.DrawFn, *, days: tuple[int, int] = (5, 40)) -> list[Row]:
    """Rows of 3 to 6 instruments in random order; each instrument begins on a day of its own."""
    source = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = [draw(st.sampled_from(KINDS)) for _ in range(2)]
    count, length = draw(st.integers(3, 6)), draw(st.integers(*days))
    calendar = pd.bdate_range("2024-01-02", periods=length)
    frames = []
    for i in range(count):
        own = calendar[source.integers(0, length) if i else 0 :]
        n = len(own)
        frame: dict[str, Any] = {"date": own, "instrument": f"{600000 + i}.SH"}
        frame |= {"x": _factor(source, n, kinds[0]), "y": _factor(source, n, kinds[1])}
        frame["u"] = _factor(source, n, "whole")
        frame["k"] = _missing(source, source.integers(0, 16, n).astype(object), 0.1)
        frame["flag"] = _missing(source, (source.random(n) < 0.6).astype(object), 0.1)
        frame["weight"] = _missing(source, source.integers(0, 9, n) / 4, 0.05)
        frame["industry"] = INDUSTRIES[int(source.integers(0, 3))]
        frame["label"] = _missing(source, source.choice(np.array(INDUSTRIES, object), n), 0.1)
        frame["cap"] = np.exp2(source.integers(4, 12, n)).tolist()
        frame |= _prices(source, n, missing=[0.0, 0.05, 1.0][int(source.integers(0, 3))])
        frames.append(pd.DataFrame({k: pd.Series(v, index=range(n), dtype=object) for k, v in frame.items()}))
    table = pd.concat(frames, ignore_index=True)
    table["z"] = (source.permutation(len(table)) / 4).tolist()
    order = source.permutation(len(table))
    return [{str(k): v for k, v in row.items()} for row in table.astype(object).iloc[order].to_dict("records")]


NUMBERS = ("x", "y", "u", "z", "weight", "cap", "open", "high", "low", "close", "volume")
SCHEMA = pa.schema(
    [("date", pa.timestamp("us")), ("instrument", pa.string())]
    + [(name, pa.float64()) for name in NUMBERS]
    + [("k", pa.int64()), ("flag", pa.bool_()), ("industry", pa.string()), ("label", pa.string())]
)


def table_of(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)
