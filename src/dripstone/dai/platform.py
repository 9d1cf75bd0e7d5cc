"""The platform's spelling: ``dai.query`` as BigQuant has it, over the workspace at hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dripstone.dai.engine import run_query
from dripstone.dai.excerpt import point_out
from dripstone.dai.function import FunctionFolder
from dripstone.dai.reading import Reading
from dripstone.dai.result import QueryResult
from dripstone.dai.table import LakeTables
from dripstone.dai.udf import DaiUDF
from dripstone.errors import FactorError
from dripstone.lake.lake import BarLake
from dripstone.lake.shelf import Shelf
from dripstone.sandbox.pool import is_child
from dripstone.settings import find_workspace, load_settings

__all__ = ["query"]


def query(
    sql: str,
    udf_list: Sequence[DaiUDF] = (),
    full_db_scan: bool = False,
    filters: Mapping[str, object] | None = None,
    bind_relations: Mapping[str, object] | None = None,
    params: Mapping[str, object] | None = None,
    compression: bool = False,
    auto_load_udf: bool = False,
) -> QueryResult:
    """Run SQL over the lake of the workspace at hand (``settings.find_workspace``), as ``dai.query`` does on BigQuant.

    Parameters
    ----------
    sql : one or more statements; the rows of the last one are the result.
    udf_list : Python functions the SQL may call.
    full_db_scan : allow a partitioned table without a filter.
    filters : column -> list, for every table that has the column; two dates are a range, both inclusive.
    bind_relations : name -> pandas, polars or Arrow table that the SQL may read.
    params : values of ``$name`` in the SQL.
    compression : give ``instrument`` as a categorical column.
    auto_load_udf : call functions of the workspace as well (``create_function``); one in ``udf_list`` goes before.

    Raises
    ------
    FactorError, DataError, SettingsError : as ``run_query``; no workspace. A place in the SQL is shown in a note.
    """
    root = find_workspace()
    settings = load_settings(root)
    try:
        kept = FunctionFolder.of(root).called_in(sql, given=udf_list) if auto_load_udf else ()
        result = run_query(
            sql,
            tables=LakeTables(BarLake(root / "lake", readonly=True), shelf=Shelf(root / "tables")),
            filters=filters,
            udfs=(*udf_list, *kept),
            params=params,
            bind_relations=bind_relations,
            full_db_scan=full_db_scan,
            reading=Reading(settings.strict_end_date, settings.full_frames, settings.qualify_tests_hidden),
            processes=1 if is_child() else settings.worker_count,
        )
    except FactorError as error:
        point_out(error, sql)
        raise
    return _compressed(result) if compression else result


def _compressed(result: QueryResult) -> QueryResult:
    at = result.table.schema.get_field_index("instrument")
    if at < 0:
        return result
    column = result.table.column(at).dictionary_encode()
    return replace(result, table=result.table.set_column(at, "instrument", column))
