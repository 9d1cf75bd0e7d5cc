"""Array types named by their axes, and the checks that every kernel starts with.

Axis order is always (day, instrument, minute), oldest first; a name says which axes an array has.
Floats are float64; NaN means missing, and nothing else does.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from dripstone.errors import FactorError

__all__ = [
    "Bools",
    "Dates",
    "DayInstrument",
    "Floats",
    "InstrumentMinute",
    "Labels",
    "MinuteLabels",
    "PerDay",
    "PerInstrument",
    "as_floats",
    "same_shape",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

InstrumentMinute: TypeAlias = npt.NDArray[np.float64]
"""(n_instrument, n_minute), or with a day axis in front where a factor looks back."""
PerInstrument: TypeAlias = npt.NDArray[np.float64]
"""(n_instrument,)"""
PerDay: TypeAlias = npt.NDArray[np.float64]
"""(n_day,)"""
DayInstrument: TypeAlias = npt.NDArray[np.float64]
"""(n_day, n_instrument)"""
Dates: TypeAlias = npt.NDArray[np.datetime64]
"""(n_day,) datetime64[D], trading days, ascending and unique"""
Labels: TypeAlias = npt.NDArray[np.str_]
"""(n_instrument,) instrument codes such as '600519.SH', ascending and unique"""
MinuteLabels: TypeAlias = npt.NDArray[np.int16]
"""(n_minute,) minutes since midnight of the bar's END: 571 is 09:31"""


def as_floats(values: npt.ArrayLike, *, ndim: int | None = None, name: str = "values") -> Floats:
    """The array as float64 (no copy when it is float64 already), its number of axes checked.

    Raises
    ------
    FactorError : not numeric, or not ``ndim`` axes.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise FactorError(f"{name} is not numeric", seen=values, expected="an array of numbers") from error
    if ndim is not None and array.ndim != ndim:
        raise FactorError(f"{name} has the wrong number of axes", seen=array.shape, expected=f"{ndim} axes")
    return array


def same_shape(**arrays: Floats) -> None:
    """Raise a FactorError unless all the named arrays have one shape."""
    shapes = {name: array.shape for name, array in arrays.items()}
    if len(set(shapes.values())) > 1:
        raise FactorError("arrays differ in shape", seen=shapes, expected="one shape")
