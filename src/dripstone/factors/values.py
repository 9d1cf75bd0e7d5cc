"""What a factor hands back, held against what it must be; and the bars it is given, cut to what it declared."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dripstone.arrays import Bools, Floats, PerInstrument
from dripstone.errors import DataError, FactorError, printable
from dripstone.factors.spec import Needs
from dripstone.lake.day import DayBars
from dripstone.market.session import session_minutes

__all__ = ["checked_columns", "declared_bars"]


def declared_bars(day: DayBars, needs: Needs) -> DayBars:
    """The day with exactly the declared fields, minutes, daily columns and tables, as read-only arrays.

    Raises
    ------
    DataError : the day lacks something of it.
    """
    minutes = session_minutes(*needs.session)
    here = np.isin(day.minutes, minutes)
    if np.count_nonzero(here) < len(minutes):
        raise DataError(
            "the day's bars do not cover the factor's session",
            seen=f"{len(day.minutes)} minutes",
            expected="..".join(needs.session),
            date=day.date,
        )
    for kind, wanted, held in (
        ("field", needs.fields, day.fields),
        ("daily column", needs.daily, day.daily),
        ("table", needs.tables, day.tables),
    ):
        lacking = [name for name in wanted if name not in held]
        if lacking:
            raise DataError(f"the day lacks a {kind}", seen=lacking, expected=", ".join(held) or "some", date=day.date)
    return replace(
        day,
        minutes=minutes,
        fields={name: _frozen(_cut(_days(day.fields[name], needs), here)) for name in needs.fields},
        daily={name: _frozen(day.daily[name]) for name in needs.daily},
        tables={name: day.tables[name] for name in needs.tables},
    )


def checked_columns(returned: object, day: DayBars, *, name: str, columns: tuple[str, ...]) -> dict[str, PerInstrument]:
    """Column -> (n,) float64, of whatever the factor's code returned.

    Parameters
    ----------
    name : the column's name when it is a bare array.
    columns : the names declared, or ().

    Raises
    ------
    FactorError : not (n,) numbers, an infinite value, or other names than declared.
    """
    given = returned if isinstance(returned, Mapping) else {columns[0] if len(columns) == 1 else name: returned}
    if columns and set(given) != set(columns):
        raise FactorError("the factor returned other columns than it declares", seen=list(given), expected=str(columns))
    if not given or not all(isinstance(key, str) and key and key == printable(key) for key in given):
        raise FactorError("the factor returned no named columns", seen=list(given), expected='{"name": (n,) numbers}')
    return {key: _checked(given[key], key, day) for key in columns or tuple(given)}


def _checked(values: object, column: str, day: DayBars) -> PerInstrument:
    array = np.asarray(values)
    n = len(day.instruments)
    if array.shape != (n,) or array.dtype.kind not in "fiub":
        raise FactorError(
            f"the factor returned something else than one number per instrument in {column}",
            seen=f"{type(values).__name__} of shape {array.shape}, dtype {array.dtype}",
            expected=f"shape ({n},) of floats, one per instrument",
            hint=_shape_hint(array.shape, n, len(day.minutes)),
            column=column,
        )
    floats = array.astype(np.float64)
    infinite = np.flatnonzero(np.isinf(floats))
    if len(infinite):
        raise FactorError(
            f"the factor returned infinite values in {column}",
            seen=f"{len(infinite)} of {n}",
            expected="finite numbers, or NaN where there is no value",
            hint="guard the division: np.where(x > 0, y / x, np.nan)",
            column=column,
            instrument=str(day.instruments[infinite[0]]),
        )
    return floats


def _shape_hint(shape: tuple[int, ...], n: int, t: int) -> str:
    if shape == (n, t):
        return "one value per minute: reduce over the last axis, such as np.nanmean(x, axis=-1)"
    if shape == (t,):
        return "one value per minute of all instruments: reduce over axis -1, not 0"
    return "a single number: reduce over axis=-1 to keep the instruments" if shape == () else ""


def _days(values: Floats, needs: Needs) -> Floats:
    axes = 2 if needs.lookback_days == 1 else 3
    if values.ndim != axes or (axes == 3 and values.shape[0] != needs.lookback_days):
        raise DataError(
            "the day's bars have another look-back than the factor asks for",
            seen=values.shape,
            expected=f"{needs.lookback_days} day(s) of minutes",
        )
    return values


def _cut(values: Floats, here: Bools) -> Floats:
    return values if here.all() else values[..., here]


def _frozen(values: Floats) -> Floats:
    view = values.view()
    view.flags.writeable = False
    return view
