"""A panel as a file of rows that anything can read."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from dripstone.errors import SettingsError
from dripstone.panel import Panel

__all__ = ["Export", "write_panel"]

_KINDS = (".parquet", ".csv")


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was written: where, how many rows, from which day to which."""

    path: Path
    rows: int
    first_day: str | None
    last_day: str | None


def write_panel(panel: Panel, out: Path) -> Export:
    """Write a panel as rows date, instrument, value; ``out`` is replaced whole or not at all.

    Sorted by date and instrument; cells without a value have no row. Date is a timestamp in Parquet, ISO text in CSV.

    Raises
    ------
    SettingsError : neither .parquet nor .csv, or a folder that cannot be written.
    """
    if out.suffix.lower() not in _KINDS:
        raise SettingsError("unknown kind of file to export to", seen=out.name, expected=" or ".join(_KINDS))
    frame = panel.to_frame()
    beside = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix.lower() == ".parquet":
            frame.to_parquet(beside, index=False)
        else:
            frame.to_csv(beside, index=False, date_format="%Y-%m-%d")
        os.replace(beside, out)
    except OSError as error:
        raise SettingsError("cannot write the export", seen=str(error), expected="a writable file", path=out) from error
    finally:
        beside.unlink(missing_ok=True)
    days = frame["date"].dt.strftime("%Y-%m-%d")
    return Export(out, len(frame), days.min() if len(days) else None, days.max() if len(days) else None)
