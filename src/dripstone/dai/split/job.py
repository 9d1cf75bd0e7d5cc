"""A query in the form in which it is run on some days at a time, here or in another process."""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa

from dripstone.dai.database import View, kernels_in, make_views, open_database
from dripstone.dai.split.order import add_look
from dripstone.dai.udf import CalledUDF, Failure
from dripstone.errors import FactorError

__all__ = ["Job", "Session"]


@dataclass(frozen=True, slots=True)
class Job:
    """All that running the query on some of its days takes.

    Parameters
    ----------
    sql : one statement, as DuckDB gets it.
    params : values of its ``$name``.
    views : what it reads, on all days.
    udfs : what it calls.
    memory_limit : of one process.
    """

    sql: str
    params: Mapping[str, object]
    views: tuple[View, ...]
    udfs: tuple[CalledUDF, ...]
    memory_limit: str | None = None

    @contextmanager
    def session(self, *, threads: int) -> "Generator[Session]":
        """A database in which the query is run on some days after others."""
        failures: list[Failure] = []
        with open_database(
            self.views,
            udfs=self.udfs,
            kernels=kernels_in(self.sql),
            failures=failures,
            threads=threads,
            memory_limit=self.memory_limit,
        ) as connection:
            add_look(connection)
            yield Session(self, connection, failures)

    def portable(self) -> "Job":
        """The same for another process: types spelled out, as objects of DuckDB's do not travel."""
        udfs = tuple(
            replace(call, udf=replace(call.udf, parameters=None, return_type=call.udf.returned_type()))
            for call in self.udfs
        )
        return replace(self, udfs=udfs)


@dataclass(slots=True)
class Session:
    """An open database and the query to run in it.

    Parameters
    ----------
    binding_s : how long it took to bind the last run's query, which does not depend on the number of days.
    """

    job: Job
    connection: duckdb.DuckDBPyConnection
    failures: list[Failure] = field(default_factory=list[Failure])
    binding_s: float = 0.0

    def rows(self, views: tuple[View, ...]) -> pa.Table | None:
        """The rows of the query on these views; None where it failed, so that it is run once more to say how.

        Parameters
        ----------
        views : those of the job, each over some of its days.
        """
        self.failures.clear()
        began = time.perf_counter()
        try:
            make_views(self.connection, views)
            bound = self.connection.sql(self.job.sql, params=self.job.params)
            self.binding_s = time.perf_counter() - began
            return bound.to_arrow_table()
        except duckdb.Error:
            for failure in self.failures:
                if not isinstance(failure.error, FactorError):  # Ctrl-C in the middle of a function
                    raise failure.error from None
            return None
        except RuntimeError as error:
            if "interrupted" not in str(error):
                raise
            raise KeyboardInterrupt from None  # what DuckDB makes of Ctrl-C
