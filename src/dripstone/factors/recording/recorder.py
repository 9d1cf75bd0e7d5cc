"""The child's side of recording: run a notebook on one day of bars, see what it asks of dai, make it a factor.

1. The notebook runs statement by statement against a ``dai`` that takes the dates out of every query, answers it with
   the bars of the sample day, and writes down the SQL and the UDFs' source.
2. Of all queries, the one whose rows are one number or more per instrument of that day is the factor.
3. It must not look across days, and computed anew from what was written down it must give what the notebook got.
"""

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np
import pyarrow as pa

import dripstone.dai
from dripstone.arrays import PerInstrument
from dripstone.dai.result import QueryResult
from dripstone.dai.script import read_script
from dripstone.dai.slice import Slicer
from dripstone.dai.udf import DaiUDF
from dripstone.dai.udf.typing import sql_type
from dripstone.dai.udf.usage import calls
from dripstone.errors import DripstoneError, FactorError
from dripstone.factors.check import Check
from dripstone.factors.recording.choice import Query, choose
from dripstone.factors.recording.crossing import crossings
from dripstone.factors.recording.dayfree import DayFree, without_dates
from dripstone.factors.recording.notebook import Notebook
from dripstone.factors.recording.outline import MINUTE_TABLES, Outline
from dripstone.factors.recording.sample import Sample
from dripstone.factors.recording.stage import Absent, Stage
from dripstone.factors.spec import FactorSpec, Needs, UdfSource
from dripstone.factors.sql import columns_of_day, compile_sql, is_numeric
from dripstone.lake.lake import BarLake
from dripstone.sandbox.report import revive

__all__ = ["record"]

_WRITES = ("write_bdb", "write_pickle", "write_json", "write_text", "write_binary", "save_view")
_CHANGES = ("insert_bdb", "apply_bdb", "delete", "persist")


def record(payload: Mapping[str, object]) -> dict[str, object]:
    """Record the notebook in the payload (source, starts, notes, name, file, lake, date, column) as a FactorSpec."""
    told = cast("Mapping[str, str]", payload)
    starts, notes = cast("Sequence[int]", payload["starts"]), cast("Sequence[str]", payload["notes"])
    stage = Stage(Notebook(told["source"], tuple(starts), tuple(notes)), filename=f"<notebook {told['file']}>")
    recorder = Recorder(stage, Sample.of(BarLake(Path(told["lake"]), readonly=True), told["date"]))
    stage.run(recorder.dai(), found=lambda: any(not query.flaw for query in recorder.queries))
    query = recorder.chosen(payload["column"])
    spec, check = recorder.proved(query, name=told["name"])
    return {"spec": spec.as_dict(), "check": check.as_dict()}


class Recorder:
    """Answers a notebook's queries with the sample day and keeps what was asked."""

    def __init__(self, stage: Stage, sample: Sample) -> None:
        self._stage, self._sample = stage, sample
        self._slicer = Slicer(
            stage.notebook.source, filename=stage.filename, namespace=vars(stage.module), absent=Absent
        )
        self._answers: dict[str, QueryResult] = {}
        self._failures: list[DripstoneError] = []
        self._kept: dict[str, DaiUDF] = {}
        self.queries: list[Query] = []

    def dai(self) -> ModuleType:
        """The module that the notebook imports as ``dai``."""
        module = ModuleType("dai")
        module.__dict__.update(vars(dripstone.dai))
        module.__dict__.update(query=self.query, DataSource=_data_source(self._stage, self._sample))
        module.__dict__.update(
            create_function=self.create_function,
            delete_function=lambda name: self._kept.pop(name, None),
            list_functions=lambda: sorted(self._kept),
            login=lambda *_, **__: None,
        )
        return module

    def create_function(
        self, *args: Any, description: object = None, overwrite: bool = False, **options: Any
    ) -> dict[str, str]:
        """``dai.create_function``, which keeps the function until the recording ends; DaiUDF's arguments come first."""
        udf = DaiUDF(*args[:8], **options)
        self._kept[udf.name] = udf
        return {"name": udf.name, "message": "the function was created"}

    def query(
        self,
        sql: str,
        udf_list: Sequence[DaiUDF] = (),
        full_db_scan: bool = False,
        filters: Mapping[str, object] | None = None,
        bind_relations: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        compression: bool = False,
        auto_load_udf: bool = False,
        **_: object,
    ) -> QueryResult:
        """``dai.query``, answered with the rows of the sample day whatever days it asks for."""
        try:
            free = without_dates(sql, filters or {}, params or {})
            if auto_load_udf:
                trees = [statement.tree for statement in read_script(free.sql).statements]
                udf_list = [*udf_list, *(udf for name, udf in self._kept.items() if any(calls(name, trees)))]
            udfs = tuple(self._portable(udf) for udf in udf_list)
            query = Query(free, udfs, self._stage.place(), pa.table({}), (), "")
            key = query.identity
            if key not in self._answers or bind_relations:
                self._answers[key] = self._sample.answer(free, udf_list, bind_relations)
        except DripstoneError as error:
            failure = self._located(error)
            self._failures.append(failure)
            raise failure from error
        answer = self._answers[key]
        self.queries.append(self._judged(query, answer.arrow(), bind_relations or {}))
        return answer

    def chosen(self, column: object) -> Query:
        """The factor query.

        Raises
        ------
        FactorError : there is none, or several, or it looks across days; or the error that kept it from an answer.
        """
        if self._failures and all(query.flaw for query in self.queries):
            raise self._failures[0]
        if not self.queries:
            raise FactorError(
                "the notebook asked dai for nothing",
                seen="; ".join(["no dai.query was run", *self._stage.notes]),
                expected="a dai.query whose rows are date, instrument and numbers",
                hint="call the function that queries at the end of the notebook, and paste what it imports from "
                "files of its own: a factor is one file",
            )
        query, notes = choose(self.queries, column=None if column is None else str(column))
        found = () if query.free.single_day else crossings(Outline(query.free.sql))
        if found:
            raise _crosses(query, "; ".join(found))
        for note in notes:
            self._stage.note(note)
        for predicate in query.free.lifted:
            self._stage.note(f"left out of the SQL, the day is given: {predicate}")
        return query

    def proved(self, query: Query, *, name: str) -> tuple[FactorSpec, Check]:
        """The factor and its values: from the spec alone it gives what the notebook got, other days about or not."""
        free, outline = query.free, Outline(query.free.sql)
        held = self._sample.day.tables
        spec = FactorSpec(
            name,
            "sql",
            free.sql,
            needs=Needs(outline.fields, free.session, tables=tuple(t for t in outline.tables if t in held)),
            columns=query.columns,
            udfs=query.udfs,
            params=_params(free),
            notes=tuple(self._stage.notes),
        )
        factor = compile_sql(spec)
        began = time.perf_counter()
        values = factor.compute(self._sample.day)
        seconds = time.perf_counter() - began
        self._check_equal(query, values)
        minute = set(outline.tables) & set(MINUTE_TABLES)
        if minute and not free.single_day and self._sample.looks_across(free, factor.udfs):
            raise _crosses(query, "other values for a day when another day's bars are in the table")
        return spec, Check(self._sample.day.instruments, values, seconds)

    def _check_equal(self, query: Query, again: Mapping[str, PerInstrument]) -> None:
        first = columns_of_day(query.rows, self._sample.day, query.columns)
        for column, values in first.items():
            given = np.isfinite(values)
            if not np.array_equal(values[given], again[column][given]):
                raise FactorError(
                    "the recorded factor does not give what the notebook got",
                    seen=f"{int((values[given] != again[column][given]).sum())} of {int(given.sum())} values differ",
                    hint="a UDF that draws random numbers or keeps state between calls is no factor",
                    column=column,
                    place=query.place,
                )

    def _portable(self, udf: DaiUDF) -> UdfSource:
        piece = self._slicer.cut(udf.function, line=self._stage.line)
        options = {
            name: str(getattr(udf, name))
            for name in ("type", "null_handling", "exception_handling")
            if getattr(udf, name) != getattr(DaiUDF, name)
        }
        if udf.parameters is not None:
            options["parameters"] = json.dumps([sql_type(given) for given in udf.parameters])
        if udf.side_effects:
            options["side_effects"] = "true"
        returns = None if udf.return_type is None else sql_type(udf.return_type)
        return UdfSource(udf.name, piece.name, piece.source, returns, options)

    def _located(self, error: DripstoneError) -> DripstoneError:
        line = error.fields.get("line") if "udf" in error.fields else None
        place = self._stage.notebook.place(line) if isinstance(line, int) else self._stage.place()
        return revive(error.as_dict(), place=place)

    def _judged(self, query: Query, rows: pa.Table, bound: Mapping[str, object]) -> Query:
        numbers = [f.name for f in rows.schema if is_numeric(f.type) and f.name not in ("date", "instrument")]
        frames = sorted(set(Outline(query.free.sql).tables) & {name.lower() for name in bound})
        flaw = f"reads frames made in Python ({', '.join(frames)})" if frames else ""
        if not flaw and not rows.num_rows:
            flaw = "no rows on the sample day"
        try:
            columns_of_day(rows, self._sample.day, ())
        except FactorError as error:
            flaw = flaw or f"{error.what}, saw {error.seen}"
        if not flaw and not numbers:
            flaw = "no column of numbers"
        return replace(query, rows=rows, columns=tuple(numbers), flaw=flaw)


def _crosses(query: Query, seen: str) -> FactorError:
    return FactorError(
        "the query looks across days, so it is no function of one day",
        seen=seen,
        expected="windows and groups that hold the day, such as PARTITION BY date::DATE, instrument",
        hint="compute the day's value in SQL and smooth it afterwards: evaluation has spans of days",
        place=query.place,
    )


def _params(free: DayFree) -> dict[str, object]:
    given = {"params": free.params, "filters": free.filters}
    try:
        return {name: json.loads(json.dumps(dict(value), default=_plain)) for name, value in given.items() if value}
    except TypeError as error:
        raise FactorError(
            "a parameter of the query is not plain data", seen=given, expected="numbers, texts, lists of them"
        ) from error


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return cast("object", value.item())
    if isinstance(value, dt.date):  # a datetime or a Timestamp is one
        return str(value)
    raise TypeError(type(value).__name__)


def _data_source(stage: Stage, sample: Sample) -> type:
    """``dai.DataSource``: reads the sample day, writes nothing."""

    def skipped(name: str) -> Callable[..., None]:
        return lambda *_, **__: stage.note(f"{stage.place()}: DataSource.{name} wrote nothing")

    class DataSource:
        def __init__(self, id: str) -> None:  # noqa: A002  the platform's word
            self.id = id

        def exists(self) -> bool:
            try:
                sample.table(self.id)
            except DripstoneError:
                return False
            return True

        def read_bdb(self, as_type: type = pa.Table, **_: object) -> object:
            rows = sample.table(self.id)
            return rows if as_type is pa.Table else rows.to_pandas()

        def read(self, **_: object) -> object:
            return sample.table(self.id).to_pandas()

    for name in _WRITES:
        setattr(DataSource, name, staticmethod(skipped(name)))
    for name in _CHANGES:
        setattr(DataSource, name, skipped(name))
    return DataSource
