"""The keeper of bars and reference tables: one Parquet file per table and trading day."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from dripstone.arrays import Dates, Floats, Labels
from dripstone.errors import DataError, FactorError
from dripstone.lake.column import encode, to_floats, to_times, without_nan
from dripstone.lake.day import BAR_FIELDS, DayBars
from dripstone.lake.dayfile import day_path, days_of_year, held_hash, held_years, read_columns, write_day_file
from dripstone.lake.grid import read_grid
from dripstone.lake.schema import MINUTE_TABLE, TABLES, table_spec
from dripstone.lake.simulation import Simulation
from dripstone.lake.transaction import writing
from dripstone.market.calendar import Day, as_day
from dripstone.market.session import session_minutes

__all__ = ["BarLake", "NeedsLike"]


class NeedsLike(Protocol):
    """What a factor asks of the lake for one day; ``factors.Needs`` is one."""

    @property
    def fields(self) -> Sequence[str]:
        """Minute fields."""
        ...

    @property
    def session(self) -> tuple[str, str]:
        """First and last bar end, both inclusive."""
        ...

    @property
    def lookback_days(self) -> int:
        """Trading days of minutes, the day itself included."""
        ...

    @property
    def daily(self) -> Sequence[str]:
        """Columns of daily tables."""
        ...

    @property
    def tables(self) -> Sequence[str]:
        """Whole daily tables."""
        ...


@dataclass(frozen=True, slots=True)
class _Plan:
    """The day files behind one day of bars, by day of the window, oldest first."""

    bars: Dates
    daily: dict[str, tuple[str, str, Dates]]  # as asked -> table, column, the file's date for each day of the window
    tables: dict[str, Dates]

    def files(self) -> list[tuple[str, np.datetime64]]:
        wanted = {(MINUTE_TABLE, day) for day in self.bars}
        wanted |= {(table, day) for table, _, days in self.daily.values() for day in days}
        wanted |= {(table, day) for table, days in self.tables.items() for day in days}
        return sorted(wanted)


class BarLake:
    """A folder of day files, ``root/<table>/<YYYY>/<YYYY-MM-DD>.parquet``.

    The state is the folder: a lake may be pickled, opened many times and read while another process writes.

    Parameters
    ----------
    root : the folder; it is made when something is first written.
    readonly : refuse to write.
    """

    def __init__(self, root: Path, *, readonly: bool = False) -> None:
        self.root = Path(root)
        self.readonly = readonly

    def __repr__(self) -> str:
        return f"BarLake({str(self.root)!r})"

    @property
    def simulated(self) -> str | None:
        """'planted, seed 1' where the bars are of ``simulate``; None where they are real, and in an empty lake.

        No version and no fingerprint knows of it: it is said beside results, so that nobody takes them for a market's.

        Raises
        ------
        DataError : the mark is damaged.
        """
        mark = Simulation.of(self.root)
        return None if mark is None else mark.label

    def table_names(self) -> tuple[str, ...]:
        """The tables that hold at least one day."""
        return tuple(name for name in TABLES if self._latest(name, None, 1).size)

    def schema(self, table: str) -> pa.Schema:
        """The Arrow schema of every day file of a table."""
        return table_spec(table).schema

    def dates(self, table: str = MINUTE_TABLE) -> Dates:
        """The days that a table holds, ascending."""
        years = held_years(self.root / table_spec(table).name)
        return np.concatenate([np.empty(0, "datetime64[D]"), *map(days_of_year, years)])

    def paths(self, table: str, start: Day | None = None, end: Day | None = None) -> list[Path]:
        """The day files of start..end, both inclusive; None leaves that side open."""
        days = self.dates(table)
        if start is not None:
            days = days[days >= as_day(start)]
        if end is not None:
            days = days[days <= as_day(end)]
        return [day_path(self.root, table, day) for day in days]

    def instruments(self, date: Day) -> Labels:
        """The instruments that have at least one bar that day, ascending."""
        path = day_path(self.root, MINUTE_TABLE, self._held(as_day(date)))
        return encode(read_columns(path, ["instrument"], as_codes=True)["instrument"])[1]

    def day(self, date: Day, needs: NeedsLike) -> DayBars:
        """One trading day of bars, with what is asked for and nothing else.

        Parameters
        ----------
        date : a day that the lake holds.
        needs : fields, session, look-back and daily columns. With ``lookback_days`` k > 1 the fields are (k, n, t) over
            the last k days held, on the instruments of the last one.

        Missing data
        ------------
        A minute without a bar, a NULL, an instrument that a daily table does not list: NaN. A daily column is that
        of the table's latest day up to the date; instruments absent on that day are NaN, nothing older is searched.

        Raises
        ------
        DataError : the day, enough days before it, or a daily table is not held; a daily column lies in two tables.
        FactorError : not a minute field, not a session, a look-back under 1.
        """
        plan = self._plan(as_day(date), needs)
        last = plan.bars[-1]
        instruments, grids = self._grid(last, needs.fields, needs.session)
        if needs.lookback_days > 1:
            grids = self._stacked(plan.bars, instruments, grids, needs)
        daily = {name: self._daily(*source, instruments) for name, source in plan.daily.items()}
        return DayBars(
            last,
            instruments,
            session_minutes(*needs.session),
            grids,
            {name: values if needs.lookback_days > 1 else values[0] for name, values in daily.items()},
            {name: self._rows(name, days) for name, days in plan.tables.items()},
        )

    def version(self, date: Day, needs: NeedsLike) -> str:
        """The hash of all that ``day(date, needs)`` reads: another version, perhaps other values."""
        digest = hashlib.sha256()
        for table, day in self._plan(as_day(date), needs).files():
            digest.update(f"{table}/{day}:{held_hash(day_path(self.root, table, day))}\n".encode())
        return digest.hexdigest()

    def write_day(self, table: str, date: Day, rows: pa.Table) -> str:
        """Put a whole day in the place of what was held, without the checks of ingest; return its content hash.

        As in every day file, NaN becomes NULL.

        Raises
        ------
        DataError : a row of another day, the lake is read-only, or another process writes it.
        """
        self.require_writable()
        day = as_day(date)
        others = to_times(rows["date"]).astype("datetime64[us]").astype("datetime64[D]") != day
        if others.any():
            raise DataError("a row is of another day", seen=f"{others.sum()} rows", expected=str(day), table=table)
        with writing(self.root) as staging:
            digest = write_day_file(day_path(staging.new, table, day), without_nan(rows), table_spec(table))
            staging.publish()
        return digest

    def require_writable(self) -> None:
        """Raise a DataError when the lake was opened read-only."""
        if self.readonly:
            raise DataError("the lake is open for reading only", path=self.root)

    def _plan(self, day: np.datetime64, needs: NeedsLike) -> _Plan:
        for name in needs.fields:
            if name not in BAR_FIELDS:
                raise FactorError("not a minute field", seen=name, expected="one of " + ", ".join(BAR_FIELDS))
        if needs.lookback_days < 1:
            raise FactorError(
                "the look-back is at least the day itself", seen=needs.lookback_days, expected="1 or more"
            )
        window = self._latest(MINUTE_TABLE, self._held(day), needs.lookback_days)
        if len(window) < needs.lookback_days:
            raise DataError(
                "the lake does not reach back far enough",
                seen=f"{len(window)} days up to {day}",
                expected=f"{needs.lookback_days} days",
                hint="start later, or ingest earlier days",
                date=day,
            )
        daily = {name: (*self._find(name), self._known(self._find(name)[0], window)) for name in needs.daily}
        return _Plan(window, daily, {name: self._known(name, window) for name in needs.tables})

    def _held(self, day: np.datetime64) -> np.datetime64:
        if not day_path(self.root, MINUTE_TABLE, day).exists():
            days = self.dates()
            raise DataError(
                "the lake holds no bars of that day",
                seen=str(day),
                expected=f"one of {len(days)} days, {days[0]}..{days[-1]}" if len(days) else "a lake that holds bars",
                hint="" if len(days) else "run ingest or simulate first",
                date=day,
            )
        return day

    def _latest(self, table: str, day: np.datetime64 | None, count: int) -> Dates:
        """The last ``count`` days held up to ``day``, ascending; only the years needed are listed."""
        days = np.empty(0, "datetime64[D]")
        for year in reversed(held_years(self.root / table_spec(table).name)):
            found = days_of_year(year)
            days = np.concatenate([found if day is None else found[found <= day], days])
            if len(days) >= count:
                break
        return days[max(len(days) - count, 0) :]

    def _known(self, table: str, window: Dates) -> Dates:
        """For each day of the window the latest day of the table up to it."""
        known = [
            window[i : i + 1] if day_path(self.root, table, day).exists() else self._latest(table, day, 1)
            for i, day in enumerate(window)
        ]
        if not known[0].size:
            days = self.dates(table)
            raise DataError(
                "nothing is known of a daily table by that day",
                seen=str(window[0]),
                expected=f"a day from {days[0]} on" if len(days) else f"a lake that holds {table}",
                hint=f"ingest --table {table}",
                table=table,
            )
        return np.concatenate(known)

    def _find(self, name: str) -> tuple[str, str]:
        """The table and column meant by ``column`` or ``table.column``."""
        table, dot, column = name.rpartition(".")
        if dot:
            candidates = [table_spec(table).name]
        else:
            candidates = [spec.name for spec in TABLES.values() if _is_daily_number(spec.name, name)]
        tables = [t for t in candidates if _is_daily_number(t, column) and (dot or held_years(self.root / t))]
        if len(tables) == 1:
            return tables[0], column
        if tables:
            choices = " or ".join(f"{t}.{column}" for t in tables)
            raise DataError("a daily column lies in more than one table", seen=name, expected=choices, column=column)
        raise DataError(
            "no daily table held has that column",
            seen=name,
            expected="a numeric column, one row an instrument and day",
            hint=f"ingest {' or '.join(candidates)}" if candidates else "",
            column=column,
        )

    def _grid(
        self, day: np.datetime64, fields: Sequence[str], session: tuple[str, str]
    ) -> tuple[Labels, dict[str, Floats]]:
        return read_grid(day_path(self.root, MINUTE_TABLE, day), fields, session_minutes(*session))

    def _stacked(
        self, window: Dates, instruments: Labels, last: dict[str, Floats], needs: NeedsLike
    ) -> dict[str, Floats]:
        shape = (len(window), len(instruments), len(session_minutes(*needs.session)))
        stacked = {name: np.full(shape, np.nan) for name in needs.fields}
        for i, day in enumerate(window):
            labels, grids = (
                (instruments, last) if i == len(window) - 1 else self._grid(day, needs.fields, needs.session)
            )
            _, here, there = np.intersect1d(instruments, labels, assume_unique=True, return_indices=True)
            for name in needs.fields:
                stacked[name][i, here] = grids[name][there]
        return stacked

    def _daily(self, table: str, column: str, days: Dates, instruments: Labels) -> Floats:
        values = np.full((len(days), len(instruments)), np.nan)
        for day in np.unique(days):
            rows = read_columns(day_path(self.root, table, day), ["instrument", column])
            labels = encode(rows["instrument"])[1]
            _, here, there = np.intersect1d(instruments, labels, assume_unique=True, return_indices=True)
            known = np.full(len(instruments), np.nan)
            known[here] = to_floats(rows[column])[there]
            values[days == day] = known
        return values

    def _rows(self, table: str, days: Dates) -> pa.Table:
        names = list(table_spec(table).names)
        return pa.concat_tables([read_columns(day_path(self.root, table, day), names) for day in np.unique(days)])


def _is_daily_number(table: str, column: str) -> bool:
    spec = table_spec(table)
    found = spec.column(column)
    one_row = spec.key == ("instrument", "date") and not spec.minute
    return found is not None and one_row and (pa.types.is_floating(found.type) or pa.types.is_integer(found.type))
