"""``dai.DataSource`` as the platform's documents use it, and what query makes of it."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

import dai
from dripstone.errors import DataError, FactorError, SettingsError

NAMES = ["000001.SZ", "000002.SZ", "000003.SZ"]
DATES = pd.date_range("2021-12-29", "2022-01-02")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dripstone.toml").write_text("")
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(tmp_path))
    return tmp_path


def frame(value: float = 1.0) -> pd.DataFrame:
    rows = pd.DataFrame({"instrument": NAMES * len(DATES), "date": np.repeat(DATES, len(NAMES)), "value1": value})
    rows[dai.DEFAULT_PARTITION_FIELD] = rows["date"].dt.year
    return rows


@pytest.fixture
def source(workspace: Path) -> dai.DataSource:
    return dai.DataSource.write_bdb(frame(), id="own", unique_together=["date", "instrument"], indexes=["date"])


def test_a_table_is_written_described_and_read(source: dai.DataSource) -> None:
    assert repr(source) == 'dai.DataSource("own")'
    assert source.exists()
    assert source.type == "bdb"
    assert source.metadata == {
        "type": "bdb",
        "schema": {"instrument": "string", "date": "timestamp[us]", "value1": "double"},
        "partitioning": [dai.DEFAULT_PARTITION_FIELD],
        "indexes": ["date"],
        "unique_together": ["date", "instrument"],
        "on_duplicates": "last",
        "preserve_pandas_index": False,
        "sort_by": None,
    }
    assert isinstance(source.read_bdb(), pa.Table)
    assert isinstance(source.read_bdb(as_type=ds.Dataset), ds.Dataset)
    got = source.read_bdb(as_type=pd.DataFrame).sort_values(["date", "instrument"], ignore_index=True)
    pd.testing.assert_frame_equal(got, frame().drop(columns=dai.DEFAULT_PARTITION_FIELD), check_dtype=False)
    assert len(source.read()) == len(got)


def test_rows_are_filtered_by_range_and_by_set(source: dai.DataSource) -> None:
    chosen = {"date": ("2021-12-30", "2021-12-31"), "instrument": {"000002.SZ"}}
    got = source.read_bdb(as_type=pd.DataFrame, partition_filter=chosen, columns=["instrument", "date"])
    assert got.values.tolist() == [["000002.SZ", DATES[1]], ["000002.SZ", DATES[2]]]


def test_insert_replaces_rows_of_the_same_key(source: dai.DataSource) -> None:
    newer = frame(2.0)
    newer[dai.DEFAULT_PARTITION_FIELD] = newer["date"].apply(lambda date: f"{date.year}")
    assert source.insert_bdb(newer[newer.date >= "2022-01-01"]) is source
    got = source.read_bdb(as_type=pd.DataFrame)
    assert len(got) == 15
    assert set(got[got.date >= "2022-01-01"].value1) == {2.0}
    assert set(got[got.date < "2022-01-01"].value1) == {1.0}
    dai.DataSource.write_bdb(frame(3.0), id="own")
    assert set(source.read().value1) == {3.0}
    with pytest.raises(DataError, match="no such data source"):
        dai.DataSource("other").insert_bdb(newer)


def test_apply_changes_rows_and_columns(source: dai.DataSource) -> None:
    source.apply_bdb(lambda rows: rows[rows["instrument"] != "000001.SZ"], as_type=pd.DataFrame)
    assert set(source.read().instrument) == set(NAMES[1:])
    source.apply_bdb(lambda rows: rows.assign(value2=7), as_type=pd.DataFrame)
    assert source.metadata["schema"]["value2"] == "int64"  # type: ignore[index]  # a dict
    source.apply_bdb(lambda rows: rows.drop_columns("value2"))
    year = {"date": ("2022-01-01", "2023-01-01")}
    source.apply_bdb(lambda _: pd.DataFrame(), as_type=pd.DataFrame, partition_filter=year)
    assert source.read().date.max() == pd.Timestamp("2021-12-31")
    source.apply_bdb(lambda _: None)
    assert len(source.read()) == 6
    assert source.check_bdb() == []
    source.apply_bdb(lambda rows: rows.slice(0, 0))
    assert source.exists()
    assert len(source.read_bdb()) == 0
    assert len(dai.query("SELECT * FROM own", full_db_scan=True)) == 0


def test_sql_names_it_and_partitions_want_a_filter(source: dai.DataSource) -> None:
    sql = "SELECT date, count(*) AS n FROM own GROUP BY date ORDER BY date"
    with pytest.raises(FactorError, match="own is partitioned"):
        dai.query(sql)
    got = dai.query(sql, filters={"date": ["2021-12-31", "2022-01-01"]}).df()
    assert got.n.tolist() == [3, 3]
    assert dai.query("SELECT c_pct_rank(value1) AS r FROM own WHERE date = '2022-01-01'").df().r.tolist() == [2 / 3] * 3
    with pytest.raises(FactorError, match="did you mean own"):
        dai.query("SELECT * FROM owm")


def test_its_columns_keep_their_types(workspace: Path) -> None:
    """``volume`` and ``date`` of an author's table are whatever they were written as."""
    rows = pa.table({"date": ["a", "b"], "volume": [0.5, float("nan")], "list": [[1, 2], []], "name": ["甲", None]})
    dai.DataSource.write_bdb(rows, id="odd")
    got = dai.query("SELECT * FROM odd ORDER BY date").fetchall()
    assert got == [("a", 0.5, [1, 2], "甲"), ("b", None, [], None)]
    kept = dai.DataSource("odd").read_bdb()
    assert kept.schema == rows.schema
    assert kept["list"].equals(rows["list"])
    assert np.isnan(kept["volume"][1].as_py())


def test_frames_of_every_kind_are_taken(workspace: Path) -> None:
    plain = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    for at, data in enumerate((plain, pa.table(plain), polars.DataFrame(plain), ds.dataset(pa.table(plain)))):
        dai.DataSource.write_bdb(data, id=f"t{at}")
        pd.testing.assert_frame_equal(dai.DataSource(f"t{at}").read_bdb(as_type=pd.DataFrame), plain)
    dai.DataSource.write_bdb(dai.query("SELECT a FROM t0 ORDER BY a"), id="t9", sort_by=[("a", "descending")])
    assert dai.DataSource("t9").read().a.tolist() == [2, 1]
    dai.DataSource.write_bdb(plain, id="t8", excludes={"b"}, docs={"about": "x"}, extra="y")
    assert dai.DataSource("t8").metadata["docs"] == {"about": "x"}
    assert dai.DataSource("t8").metadata["schema"] == {"a": "int64"}
    dai.DataSource.write_bdb(plain.iloc[:1], id="t8", excludes={"b"}, overwrite=True)
    assert len(dai.DataSource("t8").read()) == 1


def test_an_index_is_kept_on_demand(workspace: Path) -> None:
    rows = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.Index(["x", "y"], name="key"))
    kept = dai.DataSource.write_bdb(rows, id="kept", preserve_pandas_index=True)
    pd.testing.assert_frame_equal(kept.read(), rows)
    assert dai.query("SELECT key FROM kept ORDER BY key").fetchall() == [("x",), ("y",)]
    assert dai.DataSource.write_bdb(rows, id="lost").read().columns.tolist() == ["a"]


def test_what_is_no_table_is_refused(workspace: Path) -> None:
    rows = pd.DataFrame({"a": [1]})
    for call, what in (
        (lambda: dai.DataSource.write_bdb([1, 2], id="x"), "no table"),
        (lambda: dai.DataSource.write_bdb(pd.DataFrame({"a": [1, "b"]}), id="x"), "mixed types"),
        (lambda: dai.DataSource.write_bdb(rows.iloc[:0], id="x"), "no rows"),
        (lambda: dai.DataSource.write_bdb(rows, id="x", on_duplicates="both"), "unknown on_duplicates"),
        (lambda: dai.DataSource.write_bdb(rows, id="x", sort_by=[("a", "up")]), "cannot be sorted"),
        (lambda: dai.DataSource.write_bdb(rows, id="cn_stock_bar1d"), "a table of the platform"),
        (lambda: dai.DataSource.write_bdb(rows, id="../x"), "not an id"),
        (lambda: dai.DataSource("X"), "not an id"),
        (lambda: dai.DataSource("cn_stock_bar1d").delete(), "a table of the platform"),
    ):
        with pytest.raises(FactorError, match=what):
            call()
    source = dai.DataSource.write_bdb(rows, id="x")
    with pytest.raises(FactorError, match="unknown as_type"):
        source.read_bdb(as_type=list)
    with pytest.raises(FactorError, match="takes a tuple"):
        source.read_bdb(partition_filter={"a": [1]})
    assert not (workspace.parent / "x").exists()


def test_what_has_no_id_is_kept_by_persist(workspace: Path) -> None:
    cached = dai.DataSource.write_text("hello")
    kept = cached.persist("greeting")
    assert kept.read() == "hello"
    assert not cached.exists()
    table = dai.DataSource.write_bdb(pd.DataFrame({"a": [1]}))
    with pytest.raises(FactorError, match="taken"):
        table.persist("greeting")
    assert table.persist("greeting", overwrite=True).read().a.tolist() == [1]
    assert [path.name for path in (workspace / "tables").iterdir() if path.is_dir()] == ["greeting"]


def test_values_of_every_kind_come_back(workspace: Path) -> None:
    write = dai.DataSource
    assert write.write_pickle({"a": (1, 2)}, id="p").read() == {"a": (1, 2)}
    assert write.write_json({"a": [1, "二"]}, id="j").read() == {"a": [1, "二"]}
    assert write.write_text("第一", id="t").read() == "第一"
    assert write.write_binary(b"\0\1", id="b").read() == b"\0\1"
    assert [dai.DataSource(name).type for name in "pjtb"] == ["pickle", "json", "text", "binary"]
    with pytest.raises(FactorError, match="of another type"):
        dai.DataSource("j").read_pickle()
    with pytest.raises(FactorError, match="taken"):
        write.write_json([], id="j")
    assert write.write_json([], id="j", overwrite=True).read_json() == []


def test_a_folder_is_mounted(workspace: Path, tmp_path: Path) -> None:
    source = dai.DataSource.write_zero("files")
    with source.mount(with_write=True, symlink_to=str(tmp_path / "link")) as path:
        Path(path, "a.txt").write_text("x")
        assert (tmp_path / "link" / "a.txt").read_text() == "x"
    assert not (tmp_path / "link").exists()
    mounted = source.mount()
    assert Path(mounted.path, "a.txt").exists()
    source.unmount(mounted.path)
    with pytest.raises(FactorError, match="only a zero"):
        dai.DataSource.write_text("x", id="t").mount()


def test_a_view_is_a_table_whose_filters_reach_below(source: dai.DataSource) -> None:
    sql = "SELECT date, instrument, m_avg(value1, 2) AS mean, value1 AS _hidden FROM own"
    dai.DataSource.save_view("means", sql)
    dai.DataSource.save_view("outer_view", "SELECT date, max(mean) AS top FROM means GROUP BY date")
    got = dai.query("SELECT * FROM outer_view ORDER BY date", filters={"date": ["2021-12-31", "2022-01-02"]}).df()
    assert got.top.isna().tolist() == [True, False, False], "the filter cuts the rows before the window"
    assert dai.DataSource("means").type == "view"
    assert dai.DataSource("means").metadata == {"type": "view", "sql": sql}
    assert len(dai.DataSource("outer_view").read()) == len(DATES)
    with pytest.raises(FactorError, match=r"line=1, column=8"):
        dai.query("SELECT nothing FROM outer_view", full_db_scan=True)


def test_views_that_cannot_be_are_refused(source: dai.DataSource) -> None:
    save = dai.DataSource.save_view
    for call, what in (
        (lambda: save("v", "SELECT * FROM nowhere"), "unknown table"),
        (lambda: save("v", "SELECT 1; SELECT 2"), "one query"),
        (lambda: save("v", "SELECT * FROM read_csv('x')"), "not allowed"),
        (lambda: save("v", "SELECT * FROM v"), "reads itself"),
        (lambda: save("own", "SELECT 1"), "taken"),
        (lambda: save("trading_days", "SELECT 1"), "a table of the platform"),
    ):
        with pytest.raises(FactorError, match=what):
            call()
    save("a", "SELECT 1 AS x")
    save("b", "SELECT * FROM a")
    with pytest.raises(FactorError, match="b -> a -> b"):
        save("a", "SELECT * FROM b")
    with pytest.raises(FactorError, match="taken"):
        save("a", "SELECT 2 AS x", update_if_exists=False)
    save("a", "SELECT 2 AS x")
    assert dai.query("SELECT * FROM b").fetchall() == [(2,)]
    dai.DataSource("a").delete()
    with pytest.raises(FactorError, match="unknown table"):
        dai.query("SELECT * FROM b")


def test_a_table_of_the_platform_is_read_too(at_january: Path) -> None:
    bars = dai.DataSource("cn_stock_bar1m")
    assert bars.exists()
    assert not dai.DataSource("cn_stock_moneyflow").exists()
    chosen = {"date": ("2024-01-08", "2024-01-09 23:59:59"), "instrument": {"600519.SH"}, "close": (0.0, 1e9)}
    got = bars.read_bdb(as_type=pd.DataFrame, partition_filter=chosen, columns=["date", "instrument"])
    assert len(got) == 2 * 241
    assert got.date.is_monotonic_increasing
    assert "adjust_factor" in bars.metadata["schema"]  # type: ignore[operator]  # a dict


def test_there_must_be_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRIPSTONE_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="no workspace"):
        dai.DataSource.write_text("x")


def test_a_damaged_table_is_in_nobody_elses_way(workspace: Path) -> None:
    dai.DataSource.write_bdb(pd.DataFrame({"a": [1]}), id="broken")
    manifest = workspace / "tables" / "broken" / "table.json"
    manifest.write_text("{broken")
    assert dai.query("SELECT 1 AS x").fetchall() == [(1,)]
    with pytest.raises(DataError, match="damaged"):
        dai.query("SELECT * FROM broken")
    dai.DataSource("broken").delete()
    assert not dai.DataSource("broken").exists()


def test_a_table_reads_no_file_outside_of_its_folder(workspace: Path) -> None:
    source = dai.DataSource.write_bdb(pd.DataFrame({"a": [1]}), id="wanderer")
    manifest = workspace / "tables" / "wanderer" / "table.json"
    facts = json.loads(manifest.read_text(encoding="utf-8"))
    facts["parts"][0]["file"] = "../../elsewhere.parquet"
    manifest.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(DataError, match="no file of its folder"):
        source.read_bdb()
    with pytest.raises(DataError, match="no file of its folder"):
        dai.query("SELECT * FROM wanderer")
    source.delete()
