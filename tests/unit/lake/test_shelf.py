"""The author's own data: keys, partitions, filters, writers that die or meet, and what is refused."""

import json
import multiprocessing
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dripstone.errors import DataError, FactorError
from dripstone.lake.shelf import Shelf, TableForm
from dripstone.lake.transaction import writing

KEYED = TableForm(unique_together=("k",))
PARTED = TableForm(partitioning=("p",), dropped=("p",), indexes=("k",), unique_together=("k",))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "tables")


def rows(*values: tuple[object, ...], names: tuple[str, ...] = ("k", "v", "p")) -> pa.Table:
    return pa.table({name: [value[at] for value in values] for at, name in enumerate(names[: len(values[0])])})


def held(shelf: Shelf, name: str = "t") -> list[tuple[object, ...]]:
    return sorted(tuple(row.values()) for row in shelf.rows(name).to_pylist())


def test_a_row_with_a_key_that_is_there_replaces_it(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a"), (2, "b"), (1, "c")), KEYED)
    assert held(shelf) == [(1, "c"), (2, "b")]
    shelf.write("t", rows((2, "d"), (3, "e")), TableForm())
    assert held(shelf) == [(1, "c"), (2, "d"), (3, "e")]


def test_the_first_one_stays_or_a_second_is_an_error(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a"), (1, "b")), TableForm(unique_together=("k",), on_duplicates="first"))
    shelf.write("t", rows((1, "c"), (2, "d")), TableForm())
    assert held(shelf) == [(1, "a"), (2, "d")]
    shelf.write("u", rows((1, "a")), TableForm(unique_together=("k",), on_duplicates="error"))
    with pytest.raises(FactorError, match="the same key twice"):
        shelf.write("u", rows((2, "b"), (1, "b")), TableForm())
    assert held(shelf, "u") == [(1, "a")]


def test_a_partition_is_a_file_and_the_others_stay_as_they_are(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a", 2023), (2, "b", 2024)), PARTED)
    before = {part.value: part.file for part in shelf.read("t").parts}
    shelf.write("t", rows((3, "c", "2024")), TableForm(dropped=("p",)))
    after = {part.value: part.file for part in shelf.read("t").parts}
    assert after[("2023",)] == before[("2023",)]
    assert after[("2024",)] != before[("2024",)]
    assert held(shelf) == [(1, "a"), (2, "b"), (3, "c")]
    with pytest.raises(FactorError, match="do not say which"):
        shelf.write("t", rows((3, "c")), TableForm())
    with pytest.raises(FactorError, match="not overwritten"):
        shelf.write("t", rows((3, "c", 2024)), PARTED, overwrite=True)


def test_a_key_is_in_one_partition_only(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a", 2023), (2, "b", 2024)), PARTED)
    shelf.write("t", rows((1, "moved", 2024)), TableForm(dropped=("p",)))
    assert held(shelf) == [(1, "moved"), (2, "b")]
    assert [part.value for part in shelf.read("t").parts] == [("2024",)]
    with pytest.raises(FactorError, match="the same key twice"):
        shelf.write("t", rows((5, "x", 2023), (5, "y", 2024)), TableForm(dropped=("p",)))


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=1, max_size=8, unique_by=lambda row: row[0]),
        min_size=1,
        max_size=4,
    )
)
def test_a_table_is_a_dictionary(tmp_path: Path, batches: list[list[tuple[int, int]]]) -> None:
    """Whatever is written in whichever partitions, the last row of a key is what is there."""
    shutil.rmtree(tmp_path / "tables", ignore_errors=True)
    shelf, want, number = Shelf(tmp_path / "tables"), dict[int, int](), 0
    for batch in batches:
        given_rows = []
        for key, partition in batch:
            number += 1
            want[key] = number
            given_rows.append((key, number, partition))
        shelf.write("t", rows(*given_rows), PARTED)
    assert dict(held(shelf)) == want


def test_filters_choose_rows_and_files(shelf: Shelf) -> None:
    days = np.array(["2024-01-30", "2024-01-31", "2024-02-01"], "datetime64[us]")
    table = pa.table({"date": days, "name": ["a", "b", "a"], "p": [1, 1, 2]})
    shelf.write("t", table, TableForm(partitioning=("p",), dropped=("p",)))
    assert len(shelf.rows("t", given={"date": ("2024-01-30", "2024-01-31")})) == 2
    assert len(shelf.rows("t", given={"date": (None, "2024-01-30")})) == 1
    assert len(shelf.rows("t", given={"date": {"2024-02-01"}})) == 1
    assert shelf.rows("t", given={"name": {"a"}}, columns=["name"]).to_pydict() == {"name": ["a", "a"]}
    last = shelf.read("t").files(np.datetime64("2024-02-01").item(), None)
    assert len(last) == 1
    for wrong in ({"date": ["2024-01-30"]}, {"date": ("x", None)}, {"nothing": {1}}, {"name": (1, 2)}):
        with pytest.raises(FactorError):
            shelf.rows("t", given=wrong)
    with pytest.raises(FactorError, match="no such column"):
        shelf.rows("t", columns=["nothing"])


def test_apply_replaces_deletes_and_leaves(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a", 1), (2, "b", 2), (3, "c", 3)), PARTED)

    def change(part: pa.Table) -> pa.Table | None:
        key = part["k"][0].as_py()
        return {1: part.set_column(1, "v", [["z"]]), 2: part.slice(0, 0), 3: None}[key]

    shelf.apply("t", change)
    assert held(shelf) == [(1, "z"), (3, "c")]
    shelf.apply("t", lambda part: part.slice(0, 0), given={"k": (3, 3)})
    assert held(shelf) == [(1, "z")]


def test_apply_adds_a_column_to_all_partitions_or_to_none(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a", 1), (2, "b", 2)), PARTED)

    def wider(part: pa.Table) -> pa.Table:
        return part.append_column("w", pa.array([1.5] * len(part)))

    with pytest.raises(FactorError, match="different columns"):
        shelf.apply("t", wider, given={"k": {1}})
    assert shelf.read("t").schema.names == ["k", "v"]
    shelf.apply("t", wider)
    assert held(shelf) == [(1, "a", 1.5), (2, "b", 1.5)]
    shelf.apply("t", lambda part: part.drop_columns("w"))
    assert held(shelf) == [(1, "a"), (2, "b")]


def test_what_apply_raises_changes_nothing(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a", 1), (2, "b", 2)), PARTED)

    def failing(part: pa.Table) -> pa.Table:
        if part["k"][0].as_py() == 2:
            raise ZeroDivisionError("no")
        return part.slice(0, 0)

    with pytest.raises(ZeroDivisionError):
        shelf.apply("t", failing)
    assert held(shelf) == [(1, "a"), (2, "b")]


def test_rows_must_fit_the_table(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a")), KEYED)
    for wrong, what in ((rows((1,)), "not those of the table"), (rows(("x", "a")), "do not fit")):
        with pytest.raises(FactorError, match=what):
            shelf.write("t", wrong, TableForm())
    with pytest.raises(FactorError, match="no rows"):
        shelf.write("t", rows((1, "a")).slice(0, 0), KEYED)
    with pytest.raises(FactorError, match="lack a column"):
        shelf.write("u", rows((1, "a")), TableForm(unique_together=("nothing",)))
    assert shelf.find("u") is None


@pytest.mark.parametrize("name", ["", "../x", "A", "a/b", "a.b", "1a", "a\n", ".key", "x" * 200, "cn_stock_bar1d"])
def test_an_id_is_no_path_and_none_of_the_platforms(shelf: Shelf, name: str) -> None:
    with pytest.raises(FactorError):
        shelf.write(name, rows((1, "a")), KEYED)
    assert not list(shelf.root.parent.rglob("*.parquet"))


def test_damage_is_found_and_dropped_on_demand(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a", 1), (2, "b", 2)), PARTED)
    assert shelf.check("t") == []
    broken = next(part for part in shelf.read("t").parts if part.value == ("2",))
    (shelf.root / "t" / broken.file).write_bytes(b"PAR1 no")
    with pytest.raises(DataError, match="damaged"):
        shelf.rows("t")
    assert len(shelf.check("t")) == 1
    shelf.check("t", delete_damaged=True)
    assert held(shelf) == [(1, "a")]
    (shelf.root / "t" / "table.json").write_text("{")
    with pytest.raises(DataError, match="list of a data source's files"):
        shelf.read("t")


def test_a_value_from_elsewhere_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    other = Shelf(tmp_path / "other")
    for each, value in ((shelf, b"mine"), (other, b"theirs")):
        each.keep_value("x", value, "pickle", overwrite=False)
    assert shelf.value("x", "pickle") == b"mine"
    shutil.copytree(other.root / "x", shelf.root / "y")
    with pytest.raises(DataError, match="not as this workspace wrote it"):
        shelf.value("y", "pickle")
    content = next((shelf.root / "x").glob("content-*"))
    content.write_bytes(b"changed")
    with pytest.raises(DataError, match="not as this workspace wrote it"):
        shelf.value("x", "pickle")
    assert (shelf.root / ".key").stat().st_mode & 0o077 == 0


def test_ids_are_taken_once(shelf: Shelf) -> None:
    shelf.keep_value("x", b"1", "text", overwrite=False)
    for call in (
        lambda: shelf.keep_value("x", b"2", "text", overwrite=False),
        lambda: shelf.keep_value("x", b"2", "json", overwrite=True),
        lambda: shelf.write("x", rows((1, "a")), KEYED),
        lambda: shelf.keep_view("x", "SELECT 1", docs=None, wait_s=0, update=True),
    ):
        with pytest.raises(FactorError):
            call()
    shelf.keep_value("x", b"2", "text", overwrite=True)
    assert shelf.value("x", "text") == b"2"
    shelf.delete("x")
    assert shelf.find("x") is None
    with pytest.raises(DataError, match="no such data source"):
        shelf.delete("x")
    shelf.write("x", rows((1, "a")), KEYED)


def test_a_writer_waits_for_another_so_long(shelf: Shelf) -> None:
    shelf.write("t", rows((1, "a")), KEYED)
    with writing(shelf.root / "t"), pytest.raises(DataError, match="another process is writing this data source"):
        shelf.write("t", rows((2, "b")), KEYED, wait_s=0.05)
    shelf.write("other", rows((2, "b")), KEYED)
    assert held(shelf) == [(1, "a")]


def _write(root: Path, number: int) -> None:
    shelf = Shelf(root)
    for at in range(5):
        shelf.write("t", rows((100 * number + at, "x"), (7, str(number))), KEYED, wait_s=60)


def test_several_processes_write_one_table(shelf: Shelf) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(shelf.root, number)) for number in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(held(shelf)) == 11


def test_a_reader_sees_the_table_before_a_write_or_after_it(shelf: Shelf) -> None:
    shelf.write("t", rows(*((key, "0") for key in range(50))), KEYED)
    seen: set[frozenset[str]] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(frozenset(shelf.rows("t")["v"].to_pylist()))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 8):
        shelf.write("t", rows(*((key, str(number)) for key in range(50))), KEYED)
    done.set()
    reader.join()
    assert all(len(values) == 1 for values in seen)


def test_a_killed_writer_leaves_the_table_as_before_or_as_after(shelf: Shelf, tmp_path: Path) -> None:
    shelf.write("t", rows((1, "a", 1), (2, "b", 2)), PARTED)
    crash = Path(__file__).with_name("crash_shelf.py")
    subprocess.run([sys.executable, str(crash), str(shelf.root), str(tmp_path / "copies")], check=True)
    copies = sorted((tmp_path / "copies").iterdir(), key=lambda path: int(path.name))
    assert len(copies) > 8
    before, after = [(1, "a"), (2, "b")], [(1, "new"), (2, "b"), (3, "new")]
    states = [held(Shelf(copy)) for copy in copies]
    assert states == sorted(states, key=lambda state: state == after), "once after, always after"
    assert states[0] == before
    assert states[-1] == after
    for copy, state in zip(copies, states, strict=True):
        assert state in (before, after)
        again = Shelf(copy)
        again.write("t", rows((9, "z", 9)), TableForm(dropped=("p",)))
        assert held(again)[-1] == (9, "z")
        assert again.check("t") == []
        files = {path.name for path in (copy / "t").glob("part-*")}
        assert {part.file for part in again.read("t").parts} <= files
        assert json.loads((copy / "t" / "table.json").read_text())
