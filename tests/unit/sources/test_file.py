"""Files of the vendors end up as the same day in the lake."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dripstone.errors import DataError
from dripstone.factors.spec import Needs
from dripstone.lake import BAR_FIELDS, BarLake, ingest_table
from dripstone.market.session import SESSION
from dripstone.sources import PRESETS, read_files

BARS = "cn_stock_bar1m"
DAY = "2026-01-05"
CODES = ("000001.SZ", "600519.SH")


@pytest.fixture
def frame() -> pd.DataFrame:
    """Two instruments, one full day, in the lake's own form."""
    i, m = (axis.ravel() for axis in np.indices((2, len(SESSION))))
    price = np.round(10.0 + i + m / 100, 2)
    volume = 100 * (m + 1)
    return pd.DataFrame(
        {
            "date": np.datetime64(DAY, "us") + SESSION[m].astype("timedelta64[m]"),
            "instrument": np.array(CODES)[i],
            "open": price,
            "high": price,
            "low": price,
            "close": price,
            "volume": volume,
            "amount": volume * price,
        }
    )


def ingested(files: list[Path], preset: str, root: Path, table: str = BARS) -> BarLake:
    lake = BarLake(root)
    ingest_table(lake, read_files(files, preset=preset, table=table), table=table, source=preset)
    return lake


@pytest.fixture
def expected(frame: pd.DataFrame, tmp_path: Path) -> bytes:
    """The day file of the lake's own form."""
    frame.to_parquet(tmp_path / "own.parquet")
    return ingested([tmp_path / "own.parquet"], "bigquant", tmp_path / "own").paths(BARS)[0].read_bytes()


def as_qmt(frame: pd.DataFrame) -> pd.DataFrame:
    at_open = frame["date"].where(frame["date"].dt.time != pd.Timestamp("09:25").time(), pd.Timestamp(f"{DAY} 09:30"))
    stamps = (at_open - pd.Timedelta(hours=8)).astype("datetime64[ms]").astype("int64")
    return pd.DataFrame(
        {
            "time": stamps,
            "stock_code": frame["instrument"],
            **frame[["open", "high", "low", "close", "amount"]],
            "volume": frame["volume"] // 100,
            "preClose": 1.0,
        }
    )


def as_joinquant(frame: pd.DataFrame) -> pd.DataFrame:
    codes = frame["instrument"].str.replace(".SH", ".XSHG").str.replace(".SZ", ".XSHE")
    renamed = frame.rename(columns={"date": "time", "instrument": "code", "amount": "money"})
    return renamed.assign(code=codes, volume=frame["volume"].astype(float))


def as_tushare(frame: pd.DataFrame) -> pd.DataFrame:
    moved = frame["date"].dt.strftime("%Y-%m-%d %H:%M:%S").str.replace("09:25:00", "09:30:00")
    renamed = frame.rename(columns={"instrument": "ts_code", "volume": "vol"}).drop(columns="date")
    return renamed.assign(trade_time=moved, trade_date=DAY.replace("-", ""))


def as_tdx_csv(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "日期": frame["date"].dt.strftime("%Y/%m/%d"),
            "时间": frame["date"].dt.strftime("%H%M"),
            "代码": frame["instrument"].str[:6],
            "开盘": frame["open"],
            "最高": frame["high"],
            "最低": frame["low"],
            "收盘": frame["close"],
            "成交量": frame["volume"],
            "成交额": frame["amount"],
        }
    )


FORMS = {"qmt": as_qmt, "joinquant": as_joinquant, "tushare": as_tushare, "tdx": as_tdx_csv, "bigquant": pd.DataFrame}


class TestVendors:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_parquet_of_every_vendor_gives_one_day(self, frame, expected, preset, tmp_path):
        FORMS[preset](frame).to_parquet(tmp_path / "f.parquet")
        assert ingested([tmp_path / "f.parquet"], preset, tmp_path / "lake").paths(BARS)[0].read_bytes() == expected

    @pytest.mark.parametrize(
        "text", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())], ids=str
    )
    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_every_type_of_text_and_time_gives_one_day(self, frame, expected, text, unit, tmp_path):
        rows = pa.Table.from_pandas(frame, preserve_index=False)
        codes = rows["instrument"].cast(pa.string())
        codes = codes.dictionary_encode() if pa.types.is_dictionary(text) else codes.cast(text)
        rows = rows.drop_columns(["instrument", "date"]).append_column("instrument", codes)
        pq.write_table(rows.append_column("date", pa.array(frame["date"]).cast(pa.timestamp(unit))), tmp_path / "f.pq")
        assert ingested([tmp_path / "f.pq"], "bigquant", tmp_path / "lake").paths(BARS)[0].read_bytes() == expected

    @pytest.mark.parametrize("preset", PRESETS)
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
    def test_csv_of_every_vendor_gives_one_day(self, frame, expected, preset, encoding, tmp_path):
        FORMS[preset](frame).to_csv(tmp_path / "f.csv", index=False, encoding=encoding)
        assert ingested([tmp_path / "f.csv"], preset, tmp_path / "lake").paths(BARS)[0].read_bytes() == expected

    def test_a_file_per_instrument_named_by_it_with_the_time_as_index(self, frame, expected, tmp_path):
        files = []
        for code, rows in frame.groupby("instrument"):
            files.append(tmp_path / f"{code}.csv")
            rows.drop(columns="instrument").set_index("date").rename_axis(None).to_csv(files[-1])
        assert ingested(files, "bigquant", tmp_path / "lake").paths(BARS)[0].read_bytes() == expected

    def test_a_time_of_day_beside_a_whole_date_is_not_added(self, frame, expected, tmp_path):
        derived = frame.assign(time=frame["date"].dt.strftime("%H%M%S").astype(int))
        derived.to_parquet(tmp_path / "f.parquet")
        assert ingested([tmp_path / "f.parquet"], "bigquant", tmp_path / "lake").paths(BARS)[0].read_bytes() == expected

    def test_tabs_separate_as_well(self, frame, expected, tmp_path):
        frame.to_csv(tmp_path / "f.txt", index=False, sep="\t")
        assert ingested([tmp_path / "f.txt"], "bigquant", tmp_path / "lake").paths(BARS)[0].read_bytes() == expected

    def test_left_labels_are_moved_and_said(self, frame, expected, tmp_path):
        moved = frame["date"].where(
            frame["date"].dt.time == pd.Timestamp("09:25").time(), frame["date"] - pd.Timedelta("1min")
        )
        frame.assign(date=moved, extra=1).to_parquet(tmp_path / "left.parquet")
        lake = BarLake(tmp_path / "lake")
        pieces = read_files([tmp_path / "left.parquet"], preset="bigquant", table=BARS)
        report = ingest_table(lake, pieces, table=BARS, source="left")
        assert lake.paths(BARS)[0].read_bytes() == expected
        assert [finding.kind for finding in report.findings] == ["source_note"]
        assert "left.parquet: labels were the beginning" in report.findings[0].detail
        assert "ignored columns 'extra'" in report.findings[0].detail

    def test_an_unexpected_0930_is_refused(self, frame, tmp_path):
        at_open = frame["date"].where(
            frame["date"].dt.hour * 60 + frame["date"].dt.minute != 565, pd.Timestamp(f"{DAY} 09:30")
        )
        frame.assign(date=at_open).to_parquet(tmp_path / "f.parquet")
        with pytest.raises(DataError, match="not a minute of the session"):
            ingested([tmp_path / "f.parquet"], "bigquant", tmp_path / "lake")

    def test_missing_values_of_a_csv_are_missing(self, frame, tmp_path):
        frame.astype({"close": object}).assign(
            close=frame["close"].astype(object).where(frame.index != 3, "--")
        ).to_csv(tmp_path / "f.csv", index=False)
        lake = ingested([tmp_path / "f.csv"], "bigquant", tmp_path / "lake")
        bars = lake.day(DAY, Needs(fields=BAR_FIELDS, session=("09:25", "15:00")))
        assert np.argwhere(np.isnan(bars.close)).tolist() == [[0, 3]]

    def test_a_stream_of_pieces_is_read_lazily(self, frame, tmp_path):
        frame.to_parquet(tmp_path / "f.parquet")
        pieces = read_files([tmp_path / "f.parquet", tmp_path / "absent.parquet"], preset="bigquant", table=BARS)
        assert isinstance(pieces, Iterator)
        assert next(pieces).schema.metadata[b"source"].decode().endswith("f.parquet")
        with pytest.raises(DataError, match="no such file"):
            next(pieces)


class TestReference:
    def test_texts_and_dates_of_a_csv(self, tmp_path):
        (tmp_path / "info.csv").write_text("instrument,name,list_date,delist_date\n000001.SZ,平安银行,1991-04-03,\n")
        lake = ingested([tmp_path / "info.csv"], "bigquant", tmp_path / "lake", "cn_stock_basic_info")
        row = pq.read_table(lake.paths("cn_stock_basic_info")[0]).to_pylist()[0]
        assert (row["name"], row["list_date"].year, row["delist_date"]) == ("平安银行", 1991, None)

    def test_member_codes_are_texts_with_their_zeros(self, tmp_path):
        (tmp_path / "index.csv").write_text("date,instrument,member_code\n20260105,000300.SH,000001.SZ\n")
        lake = ingested([tmp_path / "index.csv"], "bigquant", tmp_path / "lake", "cn_stock_index_component")
        assert pq.read_table(lake.paths("cn_stock_index_component")[0])["member_code"].to_pylist() == ["000001.SZ"]

    def test_only_bigquants_form_is_known(self, tmp_path):
        with pytest.raises(DataError, match="minute bars only"):
            next(read_files([tmp_path / "x.csv"], preset="qmt", table="cn_stock_valuation"))


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("f.csv", b"", "empty"),
            ("f.csv", b"date,instrument,open,high,low,close,volume,amount\n", "no rows"),
            ("f.csv", b"instrument,open\n600519.SH,1\n", "no column holds the time"),
            ("f.csv", b"date,open\n2026-01-05 09:31,1\n", "the file's name is none"),
            ("f.csv", b"date,instrument,open\n2026-01-05 09:31,600519.SH,abc\n", "not readable as CSV.*'abc'"),
            ("f.csv", b"date,instrument\n2026-01-05 09:31,600519.SH,9\n", "not readable as CSV"),
            ("f.csv", b"date,instrument\n2026-01-05 09:31,Maotai\n", "not an instrument code.*'Maotai'"),
            ("f.csv", b"date,instrument\n2026-01-05 09:31,\n", "instrument is missing"),
            ("f.csv", b"date,instrument\n,600519.SH\n", "a row has no time"),
            ("f.csv", b"date,instrument\nnoon,600519.SH\n", "not a time.*'noon'"),
            ("f.csv", b"date,code,instrument\n2026-01-05 09:31,1,600519.SH\n", "two columns mean the same"),
            ("f.csv", b"time,instrument\n09:31,600519.SH\n", "times of day without a date"),
            ("f.csv", b"date,instrument\n2026-01-05 09:31+08:00,600519.SH\n", "zone"),
            ("f.parquet", b"PAR1 and then nothing", "not readable as Parquet"),
            ("f.xlsx", b"PK", "unknown type of file"),
            ("sh600519.lc1", b"123", "truncated"),
        ],
    )
    def test_a_file_that_cannot_be_right_is_named(self, tmp_path, name, content, words):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DataError, match=words) as caught:
            ingested([path], "bigquant", tmp_path / "lake")
        assert str(caught.value.fields["path"]) == str(path)
        assert not BarLake(tmp_path / "lake").table_names()

    def test_a_truncated_parquet_file_leaves_nothing(self, frame, tmp_path):
        path = tmp_path / "f.parquet"
        frame.to_parquet(path)
        path.write_bytes(path.read_bytes()[:-100])
        with pytest.raises(DataError, match="not readable as Parquet"):
            ingested([path], "bigquant", tmp_path / "lake")

    def test_damage_in_the_middle_of_a_parquet_file_is_found(self, frame, tmp_path):
        path = tmp_path / "f.parquet"
        frame.to_parquet(path, compression="zstd")
        content = bytearray(path.read_bytes())
        content[4 : len(content) // 2] = bytes(len(content) // 2 - 4)
        path.write_bytes(content)
        with pytest.raises(DataError, match="not readable as Parquet"):
            ingested([path], "bigquant", tmp_path / "lake")

    def test_a_zone_in_a_parquet_file(self, frame, tmp_path):
        frame.assign(date=frame["date"].dt.tz_localize("Asia/Shanghai")).to_parquet(tmp_path / "f.parquet")
        with pytest.raises(DataError, match="the time has a zone"):
            ingested([tmp_path / "f.parquet"], "bigquant", tmp_path / "lake")

    def test_the_same_file_twice(self, frame, tmp_path):
        frame.to_parquet(tmp_path / "f.parquet")
        with pytest.raises(DataError, match="same row twice"):
            ingested([tmp_path / "f.parquet"] * 2, "bigquant", tmp_path / "lake")

    @pytest.mark.parametrize(
        ("files", "preset", "table", "words"),
        [
            ([], "bigquant", BARS, "no files"),
            ([Path("x.csv")], "wind", BARS, "unknown preset.*joinquant"),
            ([Path("x.csv")], "bigquant", "bars", "unknown table"),
            ([Path("nowhere.csv")], "bigquant", BARS, "no such file"),
        ],
    )
    def test_wrong_arguments(self, files, preset, table, words):
        with pytest.raises(DataError, match=words) as caught:
            list(read_files(files, preset=preset, table=table))
        json.dumps(caught.value.as_dict())
