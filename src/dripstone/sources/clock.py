"""Times as vendors write them, and whether a minute label is the beginning or the end of its bar."""

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dripstone.errors import DataError
from dripstone.lake.check import refuse_zone
from dripstone.lake.column import DAY_US, MINUTE_US, Codes, encode, is_text

__all__ = ["LabelRule", "is_whole_time", "time_of_day", "times"]

_SHANGHAI_US = 8 * 60 * MINUTE_US
_SPACED = re.compile(
    r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?",
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?")
_EPOCH = re.compile(r"\d{13}")
_ZONE = re.compile(r".*\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?")
_WHOLE_DIGITS = 10**7
_WHOLE_TEXT = len("2024-01-02")

_OPEN, _NOON_END, _NOON_START, _CLOSE = 9 * 60 + 30, 11 * 60 + 30, 13 * 60, 15 * 60


def times(column: pa.ChunkedArray, *, source: str, name: str, epoch: bool = False) -> pa.ChunkedArray:
    """A column of dates or times as Arrow times of microseconds; an empty text is NULL.

    Parameters
    ----------
    column : dates, times, texts such as 2024-01-02 09:31:00 or 2024/1/2, digits such as 20240102093100.
    source, name : the file and the column, for messages.
    epoch : 13 digits are milliseconds since 1970 in UTC, and become Shanghai time.

    Raises
    ------
    DataError : a text that is not a time; a zone.
    """
    refuse_zone(column.type, column=name, source=source)
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return column.cast(pa.timestamp("us"), safe=False)
    codes, labels = encode(_texts(column, source, name))
    known = np.array([_moment(label, source, name, epoch) for label in labels.tolist()], "datetime64[us]")
    return pa.chunked_array([pa.array(known[codes])])


def time_of_day(column: pa.ChunkedArray, *, source: str, name: str) -> Codes:
    """A column of clock times (09:31, 0931, 93100) as microseconds since midnight.

    Raises
    ------
    DataError : not a clock time.
    """
    if pa.types.is_time(column.type):
        return column.cast(pa.time64("us")).cast(pa.int64()).to_numpy()
    codes, labels = encode(_texts(column, source, name))
    return np.array([_clock(label, source, name) for label in labels.tolist()], np.int64)[codes]


def is_whole_time(column: pa.ChunkedArray) -> bool:
    """Whether the values hold a date as well as a time of day, by the first of them."""
    if pa.types.is_timestamp(column.type):
        return True
    if pa.types.is_integer(column.type):
        return _first(column) >= _WHOLE_DIGITS
    return not pa.types.is_time(column.type) and len(str(_first(column))) >= _WHOLE_TEXT


class LabelRule:
    """What to do with the minute labels of one file, decided from all the minutes that the file holds.

    The file is left-labelled (a label is the beginning of its bar) when it holds a label that only a beginning can
    have, 13:00 or 09:30, and lacks the ends 11:30 and 15:00. Where the vendor puts the opening auction at 09:30,
    that label shows nothing, and in a file that is not left-labelled it becomes 09:25.
    """

    def __init__(self, minutes: npt.NDArray[np.int64], *, auction_at_open: bool) -> None:
        held = set(minutes.tolist())
        begins = {_NOON_START} if auction_at_open else {_NOON_START, _OPEN}
        self.left = bool(held & begins) and not held & {_NOON_END, _CLOSE}
        self.auction = auction_at_open and not self.left and _OPEN in held

    @property
    def note(self) -> str:
        """What was changed, in words; "" for nothing."""
        if self.left:
            return "labels were the beginning of the bar (no 11:30, no 15:00) and are now its end"
        return "the opening auction's label 09:30 is now 09:25" if self.auction else ""

    def apply(self, stamps: Codes) -> Codes:
        """Times in microseconds, with labels that are the end of the bar."""
        minute = stamps % DAY_US // MINUTE_US
        if self.left:
            return np.where(minute >= _OPEN, stamps + MINUTE_US, stamps)
        if self.auction:
            return np.where(minute == _OPEN, stamps - 5 * MINUTE_US, stamps)
        return stamps


def _first(column: pa.ChunkedArray) -> Any:
    there = column.drop_null()
    return there[0].as_py() if len(there) else 0


def _texts(column: pa.ChunkedArray, source: str, name: str) -> pa.ChunkedArray:
    if pa.types.is_integer(column.type) or is_text(column.type):
        column = column.cast(pa.string())
    if not (pa.types.is_string(column.type) or pa.types.is_dictionary(column.type)):
        raise DataError("a column is not a time", seen=str(column.type), column=name, path=source)
    return column if pa.types.is_dictionary(column.type) else column.fill_null("")


def _moment(label: str, source: str, name: str, epoch: bool) -> np.datetime64:
    text = label.strip()
    if not text:
        return np.datetime64("NaT", "us")
    if epoch and _EPOCH.fullmatch(text):
        return np.datetime64(int(text) * 1000 + _SHANGHAI_US, "us")
    if found := _SPACED.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            return np.datetime64(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", "us")
        except ValueError:
            pass  # 13 is no month: the refusal below says so
    what = "the time has a zone" if _ZONE.fullmatch(text) else "not a time"
    raise DataError(
        what, seen=label, expected="Shanghai time without a zone: 2024-01-02 09:31:00", column=name, path=source
    )


def _clock(label: str, source: str, name: str) -> int:
    text = label.strip()
    if text.isdigit() and 3 <= len(text) <= 6:
        digits = text.zfill(4 if len(text) <= 4 else 6)
        text = ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))
    found = _CLOCK.fullmatch(text)
    if not found:
        raise DataError("not a time of day", seen=label, expected="09:31, 0931 or 93100", column=name, path=source)
    hour, minute, second = (int(part or 0) for part in found.groups())
    return (hour * 3600 + minute * 60 + second) * 1_000_000
