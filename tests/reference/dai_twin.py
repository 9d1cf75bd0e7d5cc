"""What a twin of the dialect is made of: a function over the series of one partition, put over all rows.

Rows are dicts, NULL is None. A *column* is a function from all rows to one value a row, in the order of the rows;
columns nest as calls do in SQL: ``per_instrument(rolling(mean, 3), per_date(pct_rank, "x"))``.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Rows = Sequence[Row]
Series = Sequence[Any]
Column = Callable[[Rows], list[Any]]
SeriesFunction = Callable[..., list[Any]]


def column(of: str | Column) -> Column:
    return (lambda rows: [row[of] for row in rows]) if isinstance(of, str) else of


def over(f: SeriesFunction, *arguments: str | Column, pb: Sequence[str] = (), ob: Sequence[str] = ()) -> Column:
    """f(series, ...) -> series, on the rows of each partition in order; ``-name`` in ob is descending."""

    def computed(rows: Rows) -> list[Any]:
        series = [column(argument)(rows) for argument in arguments]
        partitions: dict[Hashable, list[int]] = {}
        for i, row in enumerate(rows):
            partitions.setdefault(tuple(row[key] for key in pb), []).append(i)
        result: list[Any] = [None] * len(rows)
        for places in partitions.values():
            ordered = places
            for key in reversed(ob):
                ordered = sorted(ordered, key=lambda i: rows[i][key.lstrip("-")], reverse=key.startswith("-"))
            values = f(*([values[i] for i in ordered] for values in series))
            for i, value in zip(ordered, values, strict=True):
                result[i] = value
        return result

    return computed


def per_instrument(f: SeriesFunction, *arguments: str | Column) -> Column:
    return over(f, *arguments, pb=("instrument",), ob=("date",))


def per_date(f: SeriesFunction, *arguments: str | Column) -> Column:
    return over(f, *arguments, pb=("date",))


def whole(f: SeriesFunction, *arguments: str | Column) -> Column:
    return over(f, *arguments)


def each(f: Callable[..., Any], *arguments: str | Column) -> Column:
    """One row at a time."""
    return lambda rows: [f(*values) for values in zip(*(column(argument)(rows) for argument in arguments), strict=True)]


def present(*values: Any) -> bool:
    return all(value is not None for value in values)


def strict(f: Callable[..., Any]) -> Callable[..., Any]:
    """NULL where any argument is NULL."""
    return lambda *values: f(*values) if present(*values) else None


def windows(w: int, *series: Series) -> list[list[Series]]:
    """The last w rows of each row, as many as there are, one list a series."""
    return [[one[max(0, i - w + 1) : i + 1] for one in series] for i in range(len(series[0]))]


def rolling(statistic: Callable[..., Any], w: int) -> SeriesFunction:
    """The statistic of the last w rows; NULL unless there are w of them and none is NULL."""

    def series_of(*series: Series) -> list[Any]:
        full = (
            (len(window[0]) == w and all(present(*one) for one in window), window) for window in windows(w, *series)
        )
        return [statistic(*window) if is_full else None for is_full, window in full]

    return series_of


def sliding(statistic: Callable[..., Any], w: int) -> SeriesFunction:
    """The statistic of those of the last w rows in which no series is NULL, however few they are."""

    def series_of(*series: Series) -> list[Any]:
        result = []
        for window in windows(w, *series):
            kept = [values for values in zip(*window, strict=True) if present(*values)]
            result.append(statistic(*([values[k] for values in kept] for k in range(len(series)))))
        return result

    return series_of


def spread(statistic: Callable[..., Any]) -> SeriesFunction:
    """One number of the partition's values other than NULL, on every row."""

    def series_of(*series: Series) -> list[Any]:
        kept = [values for values in zip(*series, strict=True) if present(*values)]
        value = statistic(*([values[k] for values in kept] for k in range(len(series))))
        return [value] * len(series[0])

    return series_of


def by_run(f: SeriesFunction) -> SeriesFunction:
    """f on every unbroken run of rows in which no series is NULL; NULL between the runs."""

    def series_of(*series: Series) -> list[Any]:
        n = len(series[0])
        result: list[Any] = [None] * n
        start = 0
        while start < n:
            end = start
            while end < n and present(*(one[end] for one in series)):
                end += 1
            if end > start:
                result[start:end] = f(*(list(one[start:end]) for one in series))
            start = end + 1
        return result

    return series_of
