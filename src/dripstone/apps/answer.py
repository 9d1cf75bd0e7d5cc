"""One shape for what any verb gives back, at every door: plain JSON with stable names."""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dripstone.panel import Panel

__all__ = ["as_answer"]


def as_answer(value: object) -> object:
    """A verb's result as JSON-able data: dataclass fields by name, dates as ISO text, missing numbers as null.

    A result that has ``as_dict`` speaks for itself; a panel gives its labels' range and its size, not its cells.
    """
    if hasattr(value, "as_dict"):
        return as_answer(value.as_dict())  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    if isinstance(value, Panel):
        return _panel(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_answer(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(as_answer(key)): as_answer(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_answer(item) for item in value]
    if isinstance(value, np.ndarray):
        return [as_answer(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Path):
        return str(value)
    return str(value)


def _panel(panel: Panel) -> dict[str, object]:
    days = [str(panel.dates[0]), str(panel.dates[-1])] if len(panel.dates) else [None, None]
    return {
        "name": panel.name,
        "first_day": days[0],
        "last_day": days[1],
        "days": panel.shape[0],
        "instruments": panel.shape[1],
        "values": int(np.isfinite(panel.values).sum()),
    }
