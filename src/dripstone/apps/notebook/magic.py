"""``%%sql`` and ``%sql``: SQL in a cell of its own, over the workspace at hand and what the notebook holds."""

from collections.abc import Iterator, Mapping

import pandas as pd
import pyarrow as pa
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import no_var_expand

from dripstone.dai import DaiUDF, QueryResult, query
from dripstone.dai.excerpt import point_out
from dripstone.dai.script import Script, read_script
from dripstone.dai.udf.usage import calls
from dripstone.errors import FactorError
from dripstone.lake.schema import TABLES

__all__ = ["SqlMagic"]


class SqlMagic:
    """The two magics of one shell. Their value is a ``QueryResult``, so ``_.df()`` in the next cell is its frame."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell

    def register(self) -> None:
        """Make them known to the shell."""
        self._shell.magics_manager.register_function(self.line, "line", "sql")
        self._shell.magics_manager.register_function(self.cell, "cell", "sql")

    @no_var_expand
    def line(self, sql: str) -> QueryResult:
        """Run the rest of the line as SQL: ``result = %sql SELECT ...``."""
        return self._run(sql, None)

    @no_var_expand
    def cell(self, filters: str, sql: str) -> QueryResult:
        """Run the cell as SQL. Behind ``%%sql`` may stand the filters, a dict in Python that may use variables."""
        return self._run(sql, self._filters(filters))

    def _filters(self, text: str) -> Mapping[str, object] | None:
        if not text.strip():
            return None
        expected = '%%sql {"date": ["2024-01-02", "2024-01-31"]}, or nothing behind %%sql'
        try:
            value: object = self._shell.ev(text)
        except Exception as error:
            raise FactorError(f"the filters behind %%sql fail: {error}", seen=text, expected=expected) from error
        if not isinstance(value, Mapping):
            raise FactorError("the filters behind %%sql are no dict", seen=value, expected=expected)
        return value

    def _run(self, sql: str, filters: Mapping[str, object] | None) -> QueryResult:
        script = _read(sql)
        return query(
            sql,
            [udf for udf in self._udfs() if _is_called(udf, script)],
            filters=filters,
            bind_relations=dict(self._frames(script)),
        )

    def _udfs(self) -> list[DaiUDF]:
        """The UDFs of the notebook, one of a name: the one that was bound to a variable last."""
        variables: Mapping[str, object] = self._shell.user_ns
        return list({value.name.lower(): value for value in variables.values() if isinstance(value, DaiUDF)}.values())

    def _frames(self, script: Script) -> Iterator[tuple[str, object]]:
        """The frames that the SQL names as tables. A table of the platform goes before a variable of its name."""
        variables: Mapping[str, object] = self._shell.user_ns
        for name, value in variables.items():
            if name.lower() in script.reads() and name.lower() not in TABLES and _is_table(value):
                yield name, value


def _read(sql: str) -> Script:
    try:
        return read_script(sql)
    except FactorError as error:
        point_out(error, sql)
        raise


def _is_called(udf: DaiUDF, script: Script) -> bool:
    return any(True for _ in calls(udf.name, [statement.tree for statement in script.statements]))


def _is_table(value: object) -> bool:
    polars = type(value).__module__.startswith("polars.") and hasattr(value, "to_arrow")
    return polars or isinstance(value, pd.DataFrame | pa.Table | QueryResult)
